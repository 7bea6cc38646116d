"""Signs as tokens: those that stand for commands, small digits, letters with accents."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from derivgen.checking.maths.signs import (
    COMBINING,
    FRACTIONS,
    GREEK_CHARACTERS,
    SIGNS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
)
from derivgen.checking.maths.spelling import GLUED_LABELS
from derivgen.checking.maths.tape import Tape

_BOLD: Final = re.compile(r"\*\*(?=[A-Za-z][A-Za-z0-9_]*\*\*)")
_STAR_INDEX: Final = re.compile(
    r"[0-9]+|(?:" + "|".join(sorted(GLUED_LABELS)) + r")|[a-z](?![A-Za-z])"
)


def put_sign(tape: Tape, found: str, start: int) -> None:
    end = start + len(found)
    if (found == "%" and not tape.typed) or (found == "#" and tape.typed):
        line = tape.text.find("\n", start)  # a comment
        tape.at = len(tape.text) if line < 0 else line
        return
    if found == "**" and tape.typed and (tape.bold or _BOLD.match(tape.text, start)):
        last = tape.last()
        operand = last is not None and last.kind in ("letters", "number", "close", "greek")
        if tape.bold or not operand:
            tape.bold = not tape.bold
            tape.at = end
            return
    if found == "\u2217" and tape.star_marks and _is_star_mark(tape, end):
        for kind, text in (("script", "^"), ("open", "{"), ("operator", "*"), ("close", "{")):
            tape.put(kind, text, start, end)
        _star_index(tape, end)
        return
    if found == "." and tape.typed and tape.text[start - 1 : end + 1] == " . " and tape.last():
        tape.put("operator", "*", start, end)  # w . x
        return
    if found in SIGNS:
        tape.put(*SIGNS[found], start, end)
        return
    if found in GREEK_CHARACTERS:
        tape.put("greek", GREEK_CHARACTERS[found], start, end)
        return
    for script, table in (("_", SUBSCRIPTS), ("^", SUPERSCRIPTS)):
        if found in table:
            _small(tape, script, table, start)
            return
    if found in FRACTIONS:
        top, bottom = FRACTIONS[found]
        parts = (("open", "{"), ("number", top), ("operator", "/"), ("number", bottom))
        for kind, text in (*parts, ("close", "{")):
            tape.put(kind, text, start, end)
        return
    _character(tape, found, start)


def _is_star_mark(tape: Tape, end: int) -> bool:
    last = tape.last()
    if last is None or last.kind not in ("letters", "greek", "word", "number"):
        return False
    after = tape.text[end : end + 1]
    if not tape.glued:  # "W ∗hid": a product would have a space at both sides
        return last.kind == "letters" and bool(after) and after.isalnum()
    if last.kind == "number" and not (len(tape.tokens) > 1 and last.glued):
        return False
    return after.isalnum() or tape.text[end:].lstrip()[:1] in ("", *"=),≈+−-.")


def _star_index(tape: Tape, end: int) -> None:
    """The index that stands right behind a star: ``w∗100``, ``h∗pre``, ``o∗i``."""
    found = _STAR_INDEX.match(tape.text, end)
    if found is None:
        return
    tape.put("script", "_", end, end)
    tape.put("open", "{", end, end)
    kind = "number" if found.group().isdigit() else "letters"
    tape.put(kind, found.group(), end, found.end())
    tape.put("close", "{", found.end(), found.end())


def _small(tape: Tape, script: str, table: dict[str, tuple[str, str]], start: int) -> None:
    """A run of small characters (``₁₂``, ``⁻¹``): one script in braces."""
    text, at = tape.text, start
    tape.put("script", script, start, start)
    tape.put("open", "{", start, start)
    while at < len(text) and text[at] in table:
        kind, char = table[text[at]]
        end = at + 1
        while kind == "number" and end < len(text):
            # ``e⁻¹·¹``: there is no small point
            point = text[end] == "·" and "." not in char
            small = table.get(text[end + point : end + point + 1], ("", ""))
            if small[0] != kind:
                break
            char += "." * point + small[1]
            end += point + 1
        tape.put(kind, char, at, end)
        at = end
    tape.put("close", "{", at, at)
    tape.glued = True


def _character(tape: Tape, found: str, start: int) -> None:
    """A letter with an accent (ŷ, or y and a combining mark), another alphabet's letter, or nothing
    that is known."""
    if found in COMBINING:  # a mark over the letter before
        last = tape.last()
        if last is not None and last.kind == "letters" and tape.glued:
            tape.tokens.pop()
            begin, end = last.span
            if len(last.text) > 1:
                tape.tokens.append(last._replace(text=last.text[:-1], span=(begin, end - 1)))
                begin = end - 1
            tape.glued = last.glued if len(last.text) == 1 else True
            tape.put("accent", COMBINING[found], begin, begin)
            tape.put("letters", last.text[-1], begin, start + 1)
            return
    for form in ("NFD", "NFKC"):
        plain = unicodedata.normalize(form, found)
        if form == "NFD" and len(plain) == 2 and plain[0].isascii() and plain[1] in COMBINING:
            tape.put("accent", COMBINING[plain[1]], start, start)
            tape.put("letters", plain[0], start, start + 1)
            return
        if plain in GREEK_CHARACTERS:
            tape.put("greek", GREEK_CHARACTERS[plain], start, start + 1)
            return
        if plain.isascii() and plain.isalpha():
            last = tape.last()
            if last is not None and last.kind == "letters" and tape.glued:
                joined = last._replace(text=last.text + plain, span=(last.span[0], start + 1))
                tape.tokens[-1] = joined
                tape.at = start + 1
            else:
                tape.put("letters", plain, start, start + 1)
            return
        if plain.isascii() and plain.isdigit():
            tape.put("number", plain, start, start + 1)
            return
    tape.put("unknown", found, start, start + len(found))
