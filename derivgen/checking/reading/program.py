"""Programs that carry their results in comments: ``p = x * y  # 0.5400``.

A program that runs from its first line to its last is a list of equations; one with loops, branches or functions of
its own is not, and neither is one that gives a name two values.  The results in its comments are not read then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derivgen.checking.reading.traced import Traced, join

NOT_READ = (
    "the results in the comments of a program with more in it than plain assignments are not read"
)

_NUMBER = r"[-−+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_ASSIGNED = re.compile(
    r"[ \t]*(?P<name>[A-Za-z]\w*)[ \t]*=(?!=)[ \t]*(?P<side>[^#=]+?)[ \t]*;?[ \t]*(?:(?P<mark>#|//)|\Z)"
)
#: what stands in the comment behind an assignment
_RESULT = re.compile(rf"[ \t]*(?:=|→|->|=>|≈|~|\\approx)?[ \t]*(?P<number>{_NUMBER})[ \t]*\Z")
_SEVERAL = re.compile(
    rf"(?P<names>[A-Za-z]\w*(?:[ \t]*,[ \t]*[A-Za-z]\w*)+)[ \t]*=[ \t]*(?P<numbers>{_NUMBER}(?:[ \t]*,[ \t]*{_NUMBER})+)\Z"
)
_MODULE = re.compile(r"\b(?:math|np|numpy|torch|jnp)\.(?=[a-z0-9]+\()")
_PLAIN = re.compile(
    r"(?:[A-Za-z]\w*(?:\((?=[^)]))?|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\*\*|[-+*/()]|[ \t])+"
)
#: lines that compute nothing
_IDLE = re.compile(r"[ \t]*(?:\Z|#|//|import\b|from\b|print\b|assert\b|\"\"\")")


@dataclass(frozen=True)
class Program:
    """The equations of a program, or the lines with results where it is not one line after the other."""

    equations: Sequence[Traced]
    refused: Sequence[Traced]


def results_of(body: Traced) -> Program:
    """What a program says in its comments; nothing where it has no results there."""
    lines = list(_lines(body))
    results = [line for line in lines if _result(line) is not None]
    if not results:
        return Program((), ())
    equations: list[Traced] = []
    names: list[str] = []
    for line in lines:
        if _IDLE.match(line.text):
            continue
        found = list(_equations(line))
        if not found:
            return Program((), results)
        for name, equation in found:
            names.append(name)
            equations.append(equation)
    return Program((), results) if len(set(names)) < len(names) else Program(equations, ())


def _lines(body: Traced) -> Iterator[Traced]:
    at = 0
    for line in body.text.split("\n"):
        yield body.cut(at, at + len(line))
        at += len(line) + 1


def _result(line: Traced) -> re.Match[str] | None:
    found = _ASSIGNED.match(line.text)
    if found is None or found["mark"] is None:
        return None
    number = _RESULT.match(line.text, found.end())
    return number if number is not None and "." in number["number"] else None


def _equations(line: Traced) -> Iterator[tuple[str, Traced]]:
    """``x, y = 0.9, 0.6`` is two; an assignment with a result in its comment has that behind it."""
    several = _SEVERAL.match(line.text.split("#")[0].rstrip())
    if several is not None:
        names = list(re.finditer(r"\w+", several["names"]))
        numbers = list(re.finditer(_NUMBER, several["numbers"]))
        shift, base = several.start("names"), several.start("numbers")
        for name, number in zip(names, numbers, strict=len(names) == len(numbers)):
            start, end = base + number.start(), base + number.end()
            left = line.cut(shift + name.start(), shift + name.end())
            sign = Traced.put_in(" = ", line.source_of(start))
            yield name[0], join([left, sign, line.cut(start, end)])
        return
    found = _ASSIGNED.match(line.text)
    if found is None:
        return
    start, end = found.span("side")
    parts = [line.cut(0, start)]
    for module in _MODULE.finditer(line.text, start, end):
        parts.append(line.cut(start, module.start()))
        start = module.end()
    parts.append(line.cut(start, end))
    if _PLAIN.fullmatch(_MODULE.sub("", found["side"])) is None:
        return
    result = _result(line)
    if result is not None:
        first, last = result.span("number")
        parts += [Traced.put_in(" = ", line.source_of(first)), line.cut(first, last)]
    yield found["name"], join(parts)
