"""Before a passage is taken apart: what says nothing is dropped, and its rows are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Final

from derivgen.checking.maths.cursor import partners
from derivgen.checking.maths.tokens import Token

#: Environments whose rows are statements.
_DISPLAYS: Final = frozenset(
    {
        *("equation", "align", "aligned", "alignat", "alignedat", "gather", "gathered", "split"),
        *("multline", "multlined", "eqnarray", "displaymath", "math", "flalign", "subequations"),
        *("dmath", "darray", "IEEEeqnarray"),
    }
)
_SOMETIMES: Final = frozenset({"array", "cases", "dcases"})
#: A bracket that spans more rows than this is taken as one that was never closed.
_MOST_ROWS: Final = 24


# --- cleaning -------------------------------------------------------------------------------------


def cleaned(tokens: list[Token]) -> list[Token]:
    """The tokens without empty braces, display environments, and braces around relations."""
    partner = partners(tokens)
    drop = [False] * len(tokens)
    stack: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind in ("begin", "end") and token.text in _DISPLAYS:
            drop[at] = True
        if partner[at] > at:
            stack.append(at)
            inside = tokens[at + 1 : partner[at]] if partner[at] <= at + 2 else None
            sign = inside is not None and all(each.kind == "operator" for each in inside)
            if token.kind == "open" and token.text == "{" and sign:  # "{}", "{-}x"
                free = at == 0 or tokens[at - 1].kind not in ("script", "accent")
                drop[at] = drop[partner[at]] = free
            elif _holds_arguments(tokens, partner, at):
                drop[at] = drop[partner[at]] = True
        elif partner[at] >= 0 and stack and stack[-1] == partner[at]:
            stack.pop()
        elif token.kind in ("relation", "row", "implies") and stack:
            _open_up(tokens, partner, stack, drop, token)
    kept = _with_round_d([token for at, token in enumerate(tokens) if not drop[at]])
    return [each for at, token in enumerate(kept) for each in _marked(kept, at, token)]


def _holds_arguments(tokens: Sequence[Token], partner: Sequence[int], at: int) -> bool:
    """Whether braces hold nothing but the brackets of a call: ``\\sigma{\\left(z\\right)}``."""
    if tokens[at][:2] != ("open", "{") or at == 0 or partner[at + 1] != partner[at] - 1:
        return False
    inner = tokens[at + 1]
    called = inner.kind == "open" and inner.text.lstrip(".") == "("
    # not the second part of x^2{(y)}
    scripted = at > 1 and tokens[at - 2].kind in ("script", "accent")
    return called and not scripted and tokens[at - 1].kind in (*NAMES, "prime")


NAMES: Final = frozenset({"letters", "greek", "accent", "word", "text"})


def _with_round_d(tokens: list[Token]) -> list[Token]:
    """``\\frac{\\delta L}{\\delta w}``, ``δL/δw``: a delta at both sides of a quotient is meant as ∂."""
    if not any(token[:2] == ("greek", "delta") for token in tokens):
        return tokens
    partner = partners(tokens)
    found = list(tokens)

    def is_d(at: int) -> bool:
        delta = 0 <= at < len(tokens) - 1 and tokens[at][:2] == ("greek", "delta")
        return delta and tokens[at + 1].kind in NAMES

    for at, token in enumerate(tokens):
        first = second = -1
        if token[:2] == ("command", "frac") and at + 1 < len(tokens) and partner[at + 1] > at:
            first, second = at + 2, partner[at + 1] + 2
        elif token[:2] == ("operator", "/") and is_d(at + 1):
            back = at - 1
            while back > max(at - 8, 0) and not is_d(back) and tokens[back].kind not in _ENDS_NAME:
                back -= 1
            first, second = back, at + 1
        if is_d(first) and is_d(second):
            for place in (first, second):
                found[place] = tokens[place]._replace(kind="partial", text="∂")
    return found


_ENDS_NAME: Final = frozenset({"operator", "relation", "separator"})


def _marked(tokens: Sequence[Token], at: int, token: Token) -> Iterator[Token]:
    """A star or plus right before a relation is a mark: ``w5* = 0.3``."""
    if (
        token.kind == "operator"
        and token.text in ("*", "+")
        and token.glued
        and 0 < at < len(tokens) - 1
        and tokens[at - 1].kind in ("letters", "number", "word", "greek", "close")
        and tokens[at + 1].kind == "relation"
    ):
        yield Token("script", "^", token.span, True)
    yield token


def _open_up(
    tokens: Sequence[Token],
    partner: Sequence[int],
    stack: Sequence[int],
    drop: list[bool],
    inside: Token,
) -> None:
    """Marks the groups right around a relation that are no arguments: ``\\mathbf{a = b}``."""
    for opened in reversed(stack):
        token = tokens[opened]
        if token.kind == "begin" and token.text in _DISPLAYS:
            continue
        if drop[opened]:
            return
        if token.kind == "begin" and token.text in _SOMETIMES and inside.kind == "relation":
            if not _holds_statements(tokens, partner, opened):
                return
        elif token.kind != "open" or token.text != "{" or _is_argument(tokens, opened):
            return
        drop[opened] = drop[partner[opened]] = True


def _holds_statements(tokens: Sequence[Token], partner: Sequence[int], opened: int) -> bool:
    """Whether the first row of an array or a brace is a statement: ``a &= b``, or ``a = b`` in one cell."""
    columns, relation = 0, -1
    at = opened + 1
    while at < partner[opened] and tokens[at].kind != "row":
        if tokens[at].kind == "text":
            return False
        if tokens[at].kind == "ampersand":
            columns += 1
        elif tokens[at].kind == "relation" and relation < 0:
            relation = columns
            beside = tokens[at - 1].kind == "ampersand" or tokens[at + 1].kind == "ampersand"
            if tokens[at].text not in ("=", "approx") or (columns and not beside):
                return False
        at = partner[at] + 1 if partner[at] > at else at + 1
    return relation >= 0


def _is_argument(tokens: Sequence[Token], opened: int) -> bool:
    if opened == 0:
        return False
    before = tokens[opened - 1]
    return before.kind in ("script", "accent") or (
        before.kind == "command" and before.text not in ("text", "rm", "bf")
    )


# --- rows -----------------------------------------------------------------------------------------


def rows_of(tokens: list[Token]) -> Iterator[list[Token]]:
    """The rows, those that carry on a sum or product joined to the one before."""
    pending: list[Token] = []
    for row in _raw_rows(tokens):
        if not row:
            continue
        if pending and _carries_on(pending, row):
            loose = (("ampersand", "&"), ("separator", "quad"))
            first = next((at for at, token in enumerate(row) if token[:2] not in loose), len(row))
            pending += _unaligned(row[first:])
            continue
        if pending:
            yield pending
        pending = list(row)
    if pending:
        yield pending


def _unaligned(row: list[Token]) -> list[Token]:
    """A row without its ampersands; those of a matrix in it stay."""
    partner = partners(row)
    found: list[Token] = []
    at = 0
    while at < len(row):
        after = max(partner[at], at) + 1
        found += row[at:after] if after > at + 1 or row[at].kind != "ampersand" else []
        at = after
    return found


def _raw_rows(tokens: list[Token]) -> Iterator[list[Token]]:
    partner = partners(tokens)
    row: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        other = partner[at]
        if token.kind == "row":
            yield _trimmed(row)
            row = []
        elif other > at:
            inside = tokens[at : other + 1]
            breaks = set(_breaks(inside)) if token.kind == "open" else set()
            if breaks:
                matrix = any(each.kind == "begin" for each in inside)
                if len(breaks) > _MOST_ROWS and not matrix:
                    row.append(token)  # one that was never closed
                    at += 1
                    continue
                if token.text != "[" or _goes_on_in(inside, breaks):
                    inside = _on_one_line(inside, breaks)
            row += inside
            at = other
        else:
            row.append(token)
        at += 1
    yield _trimmed(row)


def _breaks(inside: Sequence[Token]) -> Iterator[int]:
    """Where lines end in brackets, but for those of a matrix or of cases that stand there."""
    partner = partners(inside)
    at = 0
    while at < len(inside):
        if inside[at].kind == "row":
            yield at
        at = max(partner[at] if inside[at].kind == "begin" else at, at) + 1


def _on_one_line(inside: Sequence[Token], breaks: Set[int]) -> list[Token]:
    """What stands in brackets that span lines, without the breaks and the alignment behind them."""
    kept: list[Token] = []
    broken = False
    for at, token in enumerate(inside):
        layout = token.kind == "ampersand" or token[:2] == ("separator", "quad")
        broken = at in breaks or (broken and layout)
        if not broken:
            kept.append(token)
    return kept


def _goes_on_in(inside: Sequence[Token], breaks: Set[int]) -> bool:
    """Whether brackets hold a sum that is broken over lines, at a sign each time, and no matrix."""
    solid = [at for at, token in enumerate(inside) if token.text not in ("{", "}")]
    return all(
        inside[solid[place - 1]].kind == "operator"
        or _opens_with_sign([inside[later] for later in solid[place + 1 :]])
        for place, at in enumerate(solid)
        if at in breaks
    )


def _opens_with_sign(row: Sequence[Token]) -> bool:
    """Whether a row begins with the sign that carries on the one before; a minus may be that of an entry of a
    matrix, unless it stands behind the alignment."""
    layout = [("ampersand", "&"), ("separator", "quad")]
    at = next((at for at, token in enumerate(row) if token[:2] not in layout), None)
    if at is None or row[at].kind != "operator":
        return False
    return row[at].text != "-" or row[0].kind == "ampersand"


def _trimmed(row: list[Token]) -> list[Token]:
    """A row without the spaces at its ends, and without the columns in ``a &= b &&= c``."""
    first, last = 0, len(row)
    while first < last and row[first][:2] == ("separator", "quad"):
        first += 1
    while last > first and row[last - 1][:2] in (("separator", "quad"), ("ampersand", "&")):
        last -= 1
    kept: list[Token] = []
    for at in range(first, last):
        if row[at].kind == "relation":
            turned = reversed(kept)
            columns = next((n for n, each in enumerate(turned) if each.kind != "ampersand"), 0)
            if columns > 1:
                del kept[-columns:]
        kept.append(row[at])
    return kept


def _is_indented(row: Sequence[Token]) -> bool:
    """True for a row that stands further in than its alignment, without a relation at its begin: a product
    that goes on."""
    if len(row) < 3 or row[1][:2] != ("separator", "quad"):
        return False
    first = next((token for token in row[1:] if token.kind != "separator"), row[0])
    return first.kind not in ("ampersand", "relation", "implies", "words", "text")


def _carries_on(before: Sequence[Token], row: Sequence[Token]) -> bool:
    """Whether a row goes on the one before: that one ends with a sign, or this one begins with one."""
    last = before[-1]
    if last.kind in ("operator", "relation"):
        return True
    aligned = row[0].kind == "ampersand"
    if aligned and _is_indented(row):
        return True
    first = next((token for token in row if token.kind not in ("ampersand", "separator")), None)
    if first is None or first.kind != "operator" or last.kind == "point":
        return False
    if first.text != "-":
        return True
    return aligned or not any(token.kind == "relation" for token in row)
