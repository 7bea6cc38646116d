"""``h^l = f_l(z^l)``: a function for each layer, of which nothing is said but its letter.

Whatever they are, what holds for all of them holds where they are one, which has its letter without the layer here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: what layers are counted by, and the last one
_LAYERS = frozenset({"l", "k", "i", "n", "L", "K"})


def with_one_function(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with one function in the place of those."""
    calls = [call for s in statements for m in s.members for call in _calls(m)]
    letters = {base for call in calls if (base := _letter(call))}
    # f_1 and f_2 are said to be something, each by itself
    numbered = {
        ix.split(call.function)[0] for call in calls if any(map(str.isdigit, call.function))
    }
    letters -= numbered | {call.function for call in calls}
    if not letters:
        return tuple(statements)
    return tuple(statement.mapped(partial(_with_one, letters)) for statement in statements)


def _calls(node: t.Node) -> Iterator[t.Call]:
    return (part for part in t.walk(node) if isinstance(part, t.Call))


def _letter(call: t.Call) -> str:
    """The f of ``f_l(z^l)``; empty for a function of something that is of no layer, or of another one."""
    base, pieces = ix.split(call.function)
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    if len(pieces) != 1 or pieces[0] not in _LAYERS or not isinstance(argument, t.Name):
        return ""
    below = ix.split(argument.key)[1]
    return base if pieces[0] in (ix.above(argument.key), *below[:1]) else ""


def _with_one(letters: set[str], node: t.Node) -> t.Node:
    node = rebuilt(node, partial(_with_one, letters))
    if isinstance(node, t.Call) and (base := _letter(node)) in letters:
        return replace(node, function=base)
    return node
