"""What stands at the right of a name: index, label, mark, and a power that is none of these."""

from __future__ import annotations

import re
from typing import Final

from derivgen.checking.maths.cursor import Cursor
from derivgen.checking.maths.name_parts import Read
from derivgen.checking.maths.spelling import LABELS, MARKS, STEP, pieces
from derivgen.checking.maths.tokens import Token

#: A superscript with commas is no exponent.
_ENTRIES: Final = re.compile(r"[A-Za-z0-9]+(?:[+-][0-9]+)?(?:,[A-Za-z0-9]+(?:[+-][0-9]+)?)+")
_SUM: Final = re.compile(r"[0-9]+(?:[+-][0-9]+)+")
#: what a lone sign at a name says: the pair of something alike and something that is not
SIGNS: Final = {"+": "pos", "-": "neg"}
_LABEL_OPENERS: Final = ("(", "[", "<")


def is_glued(cursor: Cursor, offset: int = 0) -> bool:
    token = cursor.peek(offset)
    return token is not None and token.glued


def read_glued_index(cursor: Cursor, found: Read) -> None:
    """``w5``, ``b1``; in typed text ``hpre,0`` and ``δo`` as well, where the name is known to be one."""
    token = cursor.peek()
    if cursor.typed and found.kind == "greek" and token is not None and token.kind == "letters":
        if token.glued and f"{found.word}_{token.text}" in cursor.vocabulary.keys:
            found.spelling.index += [",", token.text]
            cursor.at += 1
        return
    if token is not None and token.kind == "number" and token.glued and token.text.isdigit():
        previous = cursor.tokens[cursor.at - 1]
        if previous.kind in ("letters", "greek", "word"):
            found.spelling.index += [",", token.text]
            cursor.at += 1
    if not cursor.typed or not cursor.is_kind("separator", ",") or not is_glued(cursor):
        return
    after = cursor.peek(1)
    if after is None or after.kind != "number" or not after.text.isdigit() or len(after.text) > 2:
        return
    label = found.spelling.base[1:]
    if label in LABELS and label and (after.glued or label == "pre"):
        found.spelling.index += [",", after.text]
        cursor.at += 2


def read_scripts(cursor: Cursor, found: Read) -> None:
    """Everything at the right of a base, in any order, each kind once."""
    indexed = False
    while (token := cursor.peek()) is not None:
        if token.kind == "prime":
            found.primes += len(token.text)
            cursor.at += 1
        elif token.kind == "joint" or (token.kind == "script" and token.text == "_"):
            glued_more = token.kind == "joint" or cursor.typed
            if indexed and not (glued_more and token.glued):
                return
            if token.kind == "script" and indexed and not cursor.typed:
                return
            if not _subscript(cursor, found):
                return
            indexed = token.kind == "script"
        elif token.kind == "script":
            if found.exponent is not None or not _superscript(cursor, found):
                return
        elif token.kind == "open" and token.text == "[" and token.glued:
            if not _element(cursor, found):
                return
        else:
            return


def _subscript(cursor: Cursor, found: Read) -> bool:
    start = cursor.at
    after = cursor.peek(1)
    if after is None:
        raise cursor.fail("nothing stands after '_'")
    found.spelling.index.append(",")
    # h_(t-1) where no braces are set
    brackets = "{(" if cursor.typed and after.glued else "{"
    if after.kind == "open" and after.text in brackets:
        close = cursor.closing(start + 1)
        found.spelling.index += index_of(cursor, start + 2, close)
        cursor.at = close + 1
        return True
    if after.kind not in ("letters", "number", "word", "greek", "text", "operator"):
        raise cursor.fail("an index that is no index")
    cursor.at += 1
    if after.kind == "operator":
        if after.text not in (("*",) if cursor.typed else ("*", "+", "-")):
            raise cursor.fail("an index that is no index")
        if after.text == "*":
            found.spelling.mark += "*"
        else:
            found.spelling.index.append(SIGNS[after.text])
        cursor.at += 1
        return True
    found.spelling.index += pieces(after.text)
    cursor.at += 1
    _typed_index(cursor, found, after)
    return True


def _typed_index(cursor: Cursor, found: Read, token: Token) -> None:
    """The rest of an index without braces: ``h1`` of ``z_h1``, ``5_new`` of ``w_5_new``."""
    while (more := cursor.peek()) is not None and more.glued:
        if (
            more.kind == "number" and token.kind in ("letters", "word") and more.text.isdigit()
        ) or (
            more.kind == "letters"
            and token.kind == "number"
            and cursor.typed
            and more.text in LABELS
            and not cursor.vocabulary.knows(more.text)
        ):
            found.spelling.index.append(more.text)
        else:
            return
        cursor.at += 1
        token = more


def index_of(cursor: Cursor, start: int, end: int) -> list[str]:
    """The pieces of an index in braces."""
    found: list[str] = []
    for at in range(start, end):
        token = cursor.tokens[at]
        match token.kind:
            case "letters" | "number" | "word" | "text":
                apart = found and not token.glued and found[-1] not in (",", "+", "-", "*")
                if apart and not _is_multiple(cursor, at, end):
                    found.append(",")
                found += pieces(token.text)
            case "greek":
                found.append(token.text)
            case "operator" if token.text in "+-*":
                found.append(token.text)
            case "separator" | "script" | "joint":
                if found and found[-1] != ",":
                    found.append(",")
            case "open" | "close" if token.text in ("{", "(", "["):
                if token.text != "{":
                    found.append("(" if token.kind == "open" else ")")
            case "prime":
                found.append("'")
            case "accent":
                pass
            case "relation" if token.text == "to":
                found.append("-")
            case "dots" | "point" | "command":
                found.append(token.text)
            case _:
                raise cursor.fail("an index that is no index")
    return _multiplied_out(_without_loose_operators(found))


def _multiplied_out(found: list[str]) -> list[str]:
    """The pieces of ``2(i-1)+m``, the place of a window that moves on by two, as those of ``2i-2+m``."""
    for at in range(len(found) - 5):
        times, opened, letter, sign, number, closed = found[at : at + 6]
        if (opened, closed) != ("(", ")") or sign not in ("+", "-") or not letter.isalpha():
            continue
        if times.isdigit() and number.isdigit() and len(letter) == 1:
            product = [times, letter, sign, str(int(times) * int(number))]
            return _multiplied_out([*found[:at], *product, *found[at + 6 :]])
    return found


def _is_multiple(cursor: Cursor, at: int, end: int) -> bool:
    """True for the i of ``2 i + u``: a number stands before it, and an operator behind."""
    token, after = cursor.tokens[at], cursor.tokens[at + 1] if at + 1 < end else None
    return (
        token.kind == "letters"
        and len(token.text) == 1
        and cursor.tokens[at - 1].kind == "number"
        and after is not None
        and after.kind == "operator"
        and after.text in "+-"
    )


def _without_loose_operators(found: list[str]) -> list[str]:
    return found[:-1] if found and found[-1] == "," else found


def _element(cursor: Cursor, found: Read) -> bool:
    """``W[0,1]``, ``W1[0][1]``: an element of an array.  Only digits and single index letters count."""
    entries: list[str] = []
    at = cursor.at
    while at < cursor.end and cursor.tokens[at].kind == "open" and cursor.tokens[at].text == "[":
        close = cursor.partner[at]
        if close <= at or close >= cursor.end or not cursor.tokens[at].glued:
            break
        inside = cursor.tokens[at + 1 : close]
        plain = all(
            (token.kind == "number" and token.text.isdigit())
            or (token.kind == "letters" and len(token.text) == 1 and cursor.typed)
            or (token.kind == "separator" and token.text == ",")
            for token in inside
        )
        if not plain or not inside or len(inside) > 9:
            break
        if not cursor.typed and inside[0].kind != "number":
            break
        entries += [token.text for token in inside if token.kind != "separator"]
        at = close + 1
    if not entries:
        return False
    if found.spelling.index:
        found.spelling.element += f"[{','.join(entries)}]"
    else:
        found.spelling.index += [piece for entry in entries for piece in (",", entry)]
    cursor.at = at
    return True


def _superscript(cursor: Cursor, found: Read) -> bool:
    """A superscript that is a label, a mark, a prime or a transpose; anything else is an exponent.
    False where nothing was read."""
    start = cursor.at
    after = cursor.peek(1)
    if after is None:
        raise cursor.fail("nothing stands after '^'")
    # h_(t-1) where no braces are set
    brackets = "{(" if cursor.typed and after.glued else "{"
    if after.kind == "open" and after.text in brackets:
        close = cursor.closing(start + 1)
        first, last, cursor.at = start + 2, close, close + 1
    elif after.kind == "open" and after.text in _LABEL_OPENERS:
        close = cursor.partner[start + 1]
        inside = cursor.tokens[start + 2 : close] if close > 0 else []
        label = "(" + "".join(token.text for token in inside) + ")"
        mark = MARKS.get(label.strip("()").lower()) or STEP.fullmatch(label.strip("()"))
        if (found.spelling.base, label) not in cursor.vocabulary.labels and not mark:
            return False  # "x^(2)", typed
        first, last, cursor.at = start + 1, close + 1, close + 1
    else:
        first, last, cursor.at = start + 1, start + 2, start + 2
        signed = (found.spelling.base, "-") in cursor.vocabulary.labels
        if after.kind == "operator" and after.text == "-" and not signed:  # "e^-x"
            cursor.at = start
            return False
    if _labels(cursor, found, first, last):
        return True
    plain = after.kind == "number" or (len(after.text) == 1 and not cursor.typed)
    if after.kind not in ("open", "number", "letters") or not (after.kind == "open" or plain):
        cursor.at = start
        return False
    found.exponent = (first, last)
    return True


def _labels(cursor: Cursor, found: Read, first: int, last: int) -> bool:
    """Takes a superscript as marks and labels; False (and nothing taken) where it is an exponent."""
    label, mark, primes, transposed = "", "", 0, False
    power: tuple[int, int] | None = None
    at, spelling = first, found.spelling
    while at < last:
        token = cursor.tokens[at]
        rest = cursor.tokens[at:last]
        plain = "".join(each.text for each in rest)
        if token.kind == "prime":
            primes += len(token.text)
        elif token.kind == "top" or (token.text == "T" and token.kind in ("letters", "word")):
            transposed = True
        elif (
            token.kind == "operator"
            and token.text in SIGNS
            and last - first == 1
            and (spelling.base, token.text) in cursor.vocabulary.labels
        ):
            label += f"({SIGNS[token.text]})"
        elif (token.kind == "operator" and token.text in "*+" and last - at == 1) or (
            token.kind == "unknown" and token.text in ("†", "‡")
        ):
            mark += token.text
        elif token.text.lower() in MARKS:
            mark += MARKS[token.text.lower()]
        elif at == first and token.kind == "open" and token.text.lstrip(".") in _LABEL_OPENERS:
            close = cursor.partner[at]
            if close < at or close >= last:
                return False
            inside = "".join(each.text for each in cursor.tokens[at + 1 : close])
            inside = inside.replace("{", "").replace(" ", "")
            if _SUM.fullmatch(inside):
                return False  # w^{(2-1)}: a calculation, and no label
            if STEP.fullmatch(inside) or inside.lower() in MARKS:
                mark += MARKS.get(inside.lower(), inside)
            else:
                label += f"({inside})"
            at = close
        elif at == first and token.kind == "relation" and token.text == "<" and plain.endswith(">"):
            inside = plain[1:-1]
            if STEP.fullmatch(inside):
                mark += inside
            else:
                label += f"({inside})"
            at = last - 1
        elif at == first and (
            cursor.vocabulary.is_layer(spelling.base, plain) or _ENTRIES.fullmatch(plain)
        ):
            label += plain
            at = last - 1
        elif at == first and cursor.vocabulary.is_layer(spelling.base, plain.rstrip("+*T'")):
            label += token.text
        elif (at == first and STEP.fullmatch(plain) and plain[0] == "t") or (
            at == first and STEP.fullmatch(plain) and len(plain) > 1
        ):
            mark += plain
            at = last - 1
        elif (
            at == first
            and token.kind in ("letters", "word", "text")
            and (token.text in LABELS or token.text in cursor.vocabulary.scripts)
        ):
            label += token.text
        elif at > first and token.kind == "number" and label and last - at == 1:
            power = (at, last)
        else:
            return False
        at += 1
    spelling.label += label
    spelling.mark += mark
    found.primes += primes
    found.transposed = found.transposed or transposed
    found.exponent = power or found.exponent
    return True
