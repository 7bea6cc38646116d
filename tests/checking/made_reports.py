"""Reports made by hand for the tests of what writes them."""

from __future__ import annotations

from typing import Any

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.report import Claim, NotRead, Remark, Report, Verdict

POST = """\
# One neuron

Given are $x = 0.5$, $w = 0.4$ and $b = 0.1$, so that

$$
z = 0.4 \\cdot 0.5 + 0.1 = 0.35
$$

and $a = 1 / (1 + e^{-z}) = 0.5866$.

- The error is $y - a = 0.4134$.
- Its half square is $0.0854$, and $q = 3$.

| step | loss |
|---|---|
| 1 | 0.0854 |

$\\frac{$
"""


def manuscript(text: str, file: str = "post.md", **more: Any) -> Manuscript:
    """A document that no reader has read."""
    return Manuscript(file, text, (), **more)


def claim(
    document: Manuscript, part: str, verdict: str, code: str = "", message: str = "", **more: Any
) -> Claim:
    """A claim whose text is the first place where ``part`` stands; ids count from 1 by offset."""
    start = document.text.index(part)
    number = more.pop("id", start + 1)
    end = start + len(part)
    place = document.place(start)
    return Claim(number, place, start, end, part, Verdict(verdict), code, message, **more)


def one_neuron(text: str = POST, file: str = "post.md") -> tuple[Report, Manuscript]:
    """A slip in a sum, what follows from it, a rounding slip, an undecided claim, one not read."""
    document = manuscript(text, file)
    slip = claim(
        document,
        "z = 0.4 \\cdot 0.5 + 0.1 = 0.35",
        "wrong",
        "C101",
        "0.4 · 0.5 + 0.1 is 0.3; one digit is wrong",
        printed="0.35",
        expected="0.30",
        exact=0.4 * 0.5 + 0.1,
        diagnosis="one_digit",
        id=4,
    )
    claims = (
        claim(document, "x = 0.5", "correct", id=1),
        claim(document, "w = 0.4", "correct", id=2),
        claim(document, "b = 0.1", "correct", id=3),
        slip,
        claim(
            document,
            "a = 1 / (1 + e^{-z}) = 0.5866",
            "wrong",
            "C102",
            "a is 0.5744",
            printed="0.5866",
            expected="0.5744",
            exact=0.574442516811659,
            cause=4,
            id=5,
        ),
        claim(
            document,
            "y - a = 0.4134",
            "wrong",
            "C102",
            "y - a is 0.4256",
            printed="0.4134",
            expected="0.4256",
            cause=5,
            id=6,
        ),
        claim(
            document,
            "0.0854",
            "rounding",
            "C111",
            "the exact value rounds to 0.0855",
            printed="0.0854",
            expected="0.0855",
            exact=0.0854504,
            id=7,
        ),
        claim(document, "q = 3", "undecided", "C401", "q is defined nowhere", id=8),
    )
    start = document.text.index("\\frac{$")
    return Report(
        file,
        claims,
        (NotRead(document.place(start), "\\frac{", "a brace is never closed"),),
        {"w": "W1[0,0]"},
        {"bias": "one a unit"},
        (
            Remark("missing", "b is never updated", None, "C501"),
            Remark("style", "the loss has no name", document.place(start)),
        ),
    ), document
