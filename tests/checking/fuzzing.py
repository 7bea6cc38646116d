"""Documents that are broken at random, by seed: real and generated ones with bytes, tokens or formulas changed.

``python tests/checking/fuzzing.py FIRST COUNT`` checks the documents of so many seeds and prints those that fail.
"""

from __future__ import annotations

import json
import random
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from derivgen.checking import pipeline
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.reading import read_manuscript
from derivgen.checking.writing.annotated import annotated_text
from derivgen.checking.writing.json import json_text
from derivgen.checking.writing.sarif import sarif_text
from derivgen.checking.writing.terminal import Look, terminal_text
from derivgen.errors import DerivgenError
from derivgen.network.spec import read_task

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data"
SCHEMA = jsonschema.Draft202012Validator(
    json.loads((DATA / "check_report.schema.json").read_text(encoding="utf-8"))
)
#: limits that many documents reach; a single step may go over them by what one large array costs
CLAIM, DOCUMENT, OVER = 4_000, 40_000, 100_000
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
NETWORKS = ("two_outputs_2_2_2", "relu_sigmoid_3_2_1", "softmax_deep", "batch_matrix_2_3_1")

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


# --- changes ------------------------------------------------------------------------------------------


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


# --- what holds for every document -----------------------------------------------------------------


class Counted(Budget):
    """A budget with low limits, which can be asked when all is done."""

    made: list[Counted]

    def __init__(self) -> None:
        super().__init__(claim=CLAIM, document=DOCUMENT)
        Counted.made.append(self)


@cache
def network(name: str) -> Any:
    """The task of an example."""
    return read_task(str(ROOT / "examples" / f"{name}.yaml"))


def hold(seed: int) -> int:
    """Checks the document of a seed; the number of its claims.

    Raises AssertionError where the report is not well formed, and whatever the checker raises by mistake."""
    name, broken = document(seed)
    chance = random.Random(seed)
    language = "pdf-text" if name == "pdf.txt" else None
    Counted.made = []
    usual, pipeline.Budget = pipeline.Budget, Counted  # type: ignore[misc, assignment]
    try:
        manuscript = read_manuscript(broken, name, language)
        task = network(chance.choice(NETWORKS)) if chance.random() < 0.2 else None
        report = pipeline.check_manuscript(manuscript, task)
    except DerivgenError as error:
        if error.diagnostic.code not in ("E102", "E103", "E110"):
            raise
        return 0
    finally:
        pipeline.Budget = usual  # type: ignore[misc]
    (budget,) = Counted.made
    assert budget.spent <= DOCUMENT + OVER, budget.spent
    assert budget.level == 0
    size = len(manuscript.text)
    for claim in report.claims:
        assert 0 <= claim.start <= claim.end <= size, claim
        assert (claim.place.line or 1) >= 1, claim
    for unread in report.unread:
        assert unread.reason, unread
    found = json.loads(json_text([(report, manuscript)]), parse_constant=refuse)
    SCHEMA.validate(found)
    assert len(found["claims"]) == len(report.claims)
    json.loads(sarif_text([(report, manuscript)]), parse_constant=refuse)
    annotated_text(report, manuscript)
    look = Look(colour=False, everything=True, brief=False, width=100, named=False)
    shown = terminal_text(report, manuscript, look)
    assert not any(ord(c) < 32 and c != "\n" for c in shown), "a control character is printed"
    return len(report.claims)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def main(first: int, count: int) -> int:
    failed = claims = 0
    for seed in range(first, first + count):
        try:
            claims += hold(seed)
        except Exception as error:
            failed += 1
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno} {last.name}"
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:150]} ({place})", flush=True)
    print(f"{count} documents, {claims} claims, {failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
