"""Short formulas as SVG text: runs of one face, size and height, for ``<tspan>``.

Only what a label holds is written; matrices, roots and the like raise TypeError.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from derivgen.document.extent import SCRIPT, ems
from derivgen.formula.symbols import DELIMITERS, DOTS, GREEK, OPERATORS, RELATIONS, SIGNS
from derivgen.formula.tree import (
    Accent,
    Call,
    Delimited,
    Dots,
    Fraction,
    Node,
    Number,
    Power,
    Product,
    Relation,
    Row,
    Script,
    Styled,
    Sum,
    Symbol,
    Text,
)
from derivgen.render.pictures.style import number

#: how far scripts are moved, in em of their base; a superscript goes up
_UP, _DOWN = 0.47, 0.29
_COMBINING = {
    "hat": "\u0302",
    "bar": "\u0304",
    "tilde": "\u0303",
    "vec": "\u20d7",
    "dot": "\u0307",
}
#: the plain letter of the script face; Unicode has most of them in one block
_CALLIGRAPHIC = {
    "B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ",
    "e": "ℯ", "g": "ℊ", "o": "ℴ",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Characters of one face.  ``scale`` is their size in em of the label, ``up`` how far they are
    raised and ``back`` how far they are moved left before they are set, in the same em."""

    text: str
    italic: bool = False
    bold: bool = False
    scale: float = 1.0
    up: float = 0.0
    back: float = 0.0


def runs(node: Node) -> Iterator[Run]:
    """The runs of a formula from left to right; raises TypeError for what no label holds."""
    match node:
        case Number(text):
            yield Run(text.replace("-", "\N{MINUS SIGN}"))
        case Text(text):
            yield Run(" ".join(text.split()) or " ")
        case Symbol(name):
            if name in SIGNS:
                # lower-case Greek slants as letters do, capitals and signs stand upright
                yield Run(SIGNS[name].char, italic=name in GREEK and name[0].islower())
            else:
                yield Run(name, italic=len(name) == 1 and name.isalpha())
        case Script(base, sub, sup):
            yield from runs(base)
            yield from _scripts(sub, sup)
        case Power(base, exponent):
            yield from runs(base)
            yield from _scripts(None, exponent)
        case Accent(kind, body):
            inner = list(runs(body))
            first = inner[0]
            marked = first.text[:1] + _COMBINING[kind] + first.text[1:]
            yield replace(first, text=unicodedata.normalize("NFC", marked))
            yield from inner[1:]
        case Styled(style, body):
            for run in runs(body):
                match style:
                    case "bold":
                        yield replace(run, bold=True)
                    case "roman":
                        yield replace(run, italic=False)
                    case "cal":
                        yield replace(run, text="".join(map(_script, run.text)), italic=False)
        case Row(items):
            for item in items:
                yield from runs(item)
        case Product(factors, operator):
            sign = OPERATORS[operator].char
            for place, factor in enumerate(factors):
                if place and sign:
                    yield Run(f" {sign} ")
                yield from runs(factor)
        case Sum(terms):
            for place, (negative, term) in enumerate(terms):
                sign = OPERATORS["-" if negative else "+"].char
                if place:
                    yield Run(f" {sign} ")
                elif negative:
                    yield Run(sign)
                yield from runs(term)
        case Relation(left, sign, right):
            yield from runs(left)
            yield Run(f" {RELATIONS[sign].char} ")
            yield from runs(right)
        case Delimited(body, kind):
            opening, closing = DELIMITERS[kind]
            yield Run(opening.char)
            yield from runs(body)
            yield Run(closing.char)
        case Call(function, arguments):
            yield from runs(function)
            yield Run("(")
            for place, argument in enumerate(arguments):
                if place:
                    yield Run(", ")
                yield from runs(argument)
            yield Run(")")
        case Fraction(numerator, denominator):
            yield from runs(numerator)
            yield Run("\N{FRACTION SLASH}")
            yield from runs(denominator)
        case Dots(kind):
            yield Run(DOTS[kind].char)
        case _:
            raise TypeError(f"a label of a picture cannot hold {type(node).__name__}")


def _script(letter: str) -> str:
    if letter in _CALLIGRAPHIC or not (letter.isascii() and letter.isalpha()):
        return _CALLIGRAPHIC.get(letter, letter)
    start = 0x1D49C if letter.isupper() else 0x1D4B6
    return chr(start + ord(letter) - ord("A" if letter.isupper() else "a"))


def _scripts(sub: Node | None, sup: Node | None) -> Iterator[Run]:
    """Both scripts above each other: the upper one first, then back to its start."""
    back = 0.0
    for part, up in ((sup, _UP), (sub, -_DOWN)):
        if part is None:
            continue
        for place, run in enumerate(runs(part)):
            yield replace(
                run,
                scale=run.scale * SCRIPT,
                up=up + run.up * SCRIPT,
                back=run.back * SCRIPT + (back if place == 0 else 0.0),
            )
        back = SCRIPT * ems(part)
    if sub is not None and sup is not None:
        longest = max(ems(sub), ems(sup))
        rest = SCRIPT * (longest - ems(sub))
        if rest > 0.01:
            yield Run("", back=-rest)


def spans(node: Node, size: float) -> str:
    """The content of a ``<text>`` element for a formula, escaped.

    ``dy`` moves the pen for good in SVG, so each run is moved relative to the one before."""
    parts: list[str] = []
    height = pending = 0.0
    for run in runs(node):
        pending -= run.back
        if not run.text:
            continue
        attributes = ""
        if abs(pending) > 1e-9:
            attributes += f' dx="{number(pending * size)}"'
            pending = 0.0
        if abs(run.up - height) > 1e-9:
            attributes += f' dy="{number((height - run.up) * size)}"'
            height = run.up
        if run.scale != 1.0:
            attributes += f' font-size="{number(run.scale * size)}"'
        if run.italic:
            attributes += ' font-style="italic"'
        if run.bold:
            attributes += ' font-weight="bold"'
        text = escape(printable(run.text), quote=False)
        parts.append(f"<tspan{attributes}>{text}</tspan>" if attributes else text)
    return "".join(parts)


def printable(text: str) -> str:
    """The text without the characters that XML forbids."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(letter) in ("Cc", "Cs") else letter
        for letter in text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    )
