"""Documents that are broken at random, by seed: real and generated ones with bytes, tokens or formulas changed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
#: lines of a document that are taken at a time
LINES = 50
#: the kinds of input, with what they are made from
SOURCES = {
    "a.md": ("output/*.md", "tests/data/checking/*.md", "tests/data/reading/*.md"),
    "a.tex": ("output/*.tex", "tests/data/reading/*.tex"),
    "a.txt": ("tests/data/reading/[gq]*.txt", "tests/data/checking/*.md"),
    "a.ipynb": ("output/*.md", "tests/data/checking/*.md"),
    "pdf.txt": ("tests/data/reading/*pdf.txt",),
}
PIECES = [
    r"\frac{",
    r"{",
    r"}",
    r"[",
    r"]",
    r"(",
    r")",
    r"^{",
    r"_{",
    r"^",
    r"_",
    r"$",
    r"$$",
    r"\[",
    r"\]",
    r"\(",
    r"\)",
    r"\begin{aligned}",
    r"\end{aligned}",
    r"\begin{cases}",
    r"\end{cases}",
    r"\begin{bmatrix}",
    r"\end{bmatrix}",
    r"\\",
    r"&",
    r"\sum_{i=1}^{10^{12}}",
    r"\sum_{i=5}^{2}",
    r"\sum_j",
    r"\prod_{i=1}^{2.5}",
    r"\max_k",
    r"9^{9^{9^9}}",
    r"\partial",
    r"\frac{\partial^2}{\partial",
    r"\nabla_W",
    r"\left(",
    r"\right.",
    r"\left|",
    r"|",
    r"||",
    r"\Vert",
    r"\sqrt{",
    r"\text{",
    r"\text{if}",
    r"\mathrm{d}",
    r"\hat{",
    r"^T",
    r"^\top",
    r"'",
    r"''",
    r"^{new}",
    r"^{(2)}",
    r"=",
    r"\approx",
    r"\leftarrow",
    r":=",
    r"+=",
    r"<",
    r"\le",
    r"\neq",
    r"\to",
    r"\in",
    r"\propto",
    r",",
    r";",
    r"\quad",
    r"\dots",
    r"\cdots",
    r"...",
    r"0",
    r"1",
    r"-1",
    r"0.5",
    r".5",
    r"5.",
    r"1e999",
    r"1e-999",
    r"1.5\times10^{-3}",
    r"0,5",
    r"1,000",
    r"10^{99}",
    r"100!",
    r"50%",
    r"1/0",
    r"\log(-1)",
    r"\log",
    r"\sigma",
    r"\sigma'",
    r"f(x)",
    r"f(f(x))",
    r"e",
    r"\pi",
    r"w_{ij}",
    r"w_{11}",
    r"w_1",
    r"x",
    r"z_h",
    r"\delta_{o1}",
    r"\eta",
    r"L",
    r"\Delta",
    r"\odot",
    r"*",
    r"@",
    r"/",
    r"·",
    r"×",
    r"∂",
    r"∂E/∂w5",
    r"σ",
    r"≈",
    r"←",
    r"²",
    r"½",
    r"√",
    r"ŷ",
    r"Σ",
    r"∑",
    r"∞",
    r"−",
    r"–",
    r"é",
    r"🙂",
    r"\tag{1}",
    r"(1)",
    r"[1]",
    r"\newcommand{\a}{\a\b}",
    r"\def\b#1{#1#1}",
    r"\a",
    r"\b{x}",
    r"\input{/etc/passwd}",
    r"%",
    r"#",
    r"##",
    r">",
    r"-",
    r"1.",
    r"|",
    r"|---|",
    r"`",
    r"```",
    r"<b>",
    r"</b>",
    r"<!--",
    r"&lt;",
    r"&#0;",
    r"\_",
    r"\*",
    r"\%",
    r"http://a.b",
]
CHARACTERS = (
    "\x00\x07\x08\x0b\x0c\x1b\x7f\x85\xa0\u200b\u202e\u2028\ufeff\ud7ff\U0010ffff\t\r\n\\{}$_^|<&"
)
_TOKENS = re.compile(r"\\[A-Za-z]+|[0-9]*\.?[0-9]+|[A-Za-z]+|\s+|.", re.DOTALL)
_FORMULA = re.compile(r"(?<=\$)[^$]+(?=\$)|(?<=\\\[)(?:(?!\\\]).)+(?=\\\])", re.DOTALL)


@cache
def sources(name: str) -> tuple[str, ...]:
    """The documents that one kind of input is made from."""
    paths = [path for pattern in SOURCES[name] for path in sorted(ROOT.glob(pattern))]
    return tuple(path.read_text(encoding="utf-8") for path in paths)


@cache
def formulas() -> tuple[str, ...]:
    """Formulas of all documents."""
    texts = [*sources("a.md"), *sources("a.tex")]
    return tuple(found for text in texts for found in _FORMULA.findall(text)[:80])


def of_bytes(chance: random.Random, document: bytes) -> bytes:
    """A few bytes changed, put in, left out, doubled."""
    made = bytearray(document)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(made) + 1)
        length = chance.choice((1, 2, 7, 60))
        match chance.randrange(5):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                made[at:at] = chance.choice(CHARACTERS).encode("utf-8", "surrogatepass")
            case 2:
                del made[at : at + length]
            case 3:
                made[at:at] = made[at : at + length] * chance.choice((1, 3))
            case _:
                made = made[: max(at, 1)]
    return bytes(made)


def of_tokens(chance: random.Random, document: bytes) -> bytes:
    """A few tokens changed, put in, left out, doubled, exchanged."""
    tokens = _TOKENS.findall(document.decode("utf-8", "replace"))
    for _ in range(chance.choice((1, 2, 4, 12, 40))):
        at = chance.randrange(len(tokens) + 1)
        match chance.randrange(5):
            case 0:
                tokens[at : at + 1] = [chance.choice(PIECES)]
            case 1:
                tokens[at:at] = [chance.choice(PIECES), chance.choice(("", " "))]
            case 2:
                del tokens[at : at + chance.choice((1, 1, 4))]
            case 3:
                tokens[at:at] = tokens[at : at + chance.choice((1, 3, 9))]
            case _:
                other = chance.randrange(len(tokens) + 1)
                tokens[at : at + 1], tokens[other : other + 1] = (
                    tokens[other : other + 1],
                    tokens[at : at + 1],
                )
    return "".join(tokens).encode()


def of_formulas(chance: random.Random, document: bytes) -> bytes:
    """Formulas exchanged with others, put into one another, repeated, nested."""
    text = document.decode("utf-8", "replace")
    places = list(_FORMULA.finditer(text))
    if not places:
        return of_tokens(chance, document)
    for place in sorted(chance.sample(places, min(len(places), 4)), key=lambda p: -p.start()):
        one, other = place.group(), chance.choice(formulas())
        tokens = _TOKENS.findall(one)
        at = chance.randrange(len(tokens) + 1)
        match chance.randrange(6):
            case 0:
                made = other
            case 1:
                made = "".join((*tokens[:at], "{", other, "}", *tokens[at:]))
            case 2:
                made = f"{one} = {other} = {one}"
            case 3:
                made = one * chance.choice((2, 5, 30))
            case 4:
                depth = chance.choice((3, 15, 60))
                made = "\\frac{1}{1 + " * depth + one + "}" * depth
            case _:
                left, _, right = one.partition("=")
                made = f"{right} = {left}"
        text = text[: place.start()] + made + text[place.end() :]
    return text.encode()


CHANGES: Sequence[Callable[[random.Random, bytes], bytes]] = (of_bytes, of_tokens, of_formulas)


def document(seed: int) -> tuple[str, bytes]:
    """The name and the bytes of a broken document."""
    chance = random.Random(seed)
    name = list(SOURCES)[seed % len(SOURCES)]
    lines = chance.choice(sources(name)).splitlines(keepends=True)
    start = chance.randrange(max(len(lines) - LINES, 1))
    text = "".join(lines[start : start + LINES])
    change = chance.choice(CHANGES)
    if name != "a.ipynb":
        return name, change(chance, text.encode())
    if chance.random() < 0.7:  # the cells are broken, the notebook is whole
        text = change(chance, text.encode()).decode("utf-8", "replace")
        return name, notebook(text)
    return name, change(chance, notebook(text))


def notebook(text: str) -> bytes:
    """A notebook of one cell for each part between headings."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": part} for part in text.split("\n#")
    ]
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, ensure_ascii=False
    ).encode("utf-8", "replace")
