"""Steps in time that are counted above: ``h^{(t)} = \\tanh(W h^{(t-1)} + U x^{(t)})`` beside ``x^{(1)} = 0.5``.

A letter t or k above is read as the state of a training, ``w^{(t+1)} = w^{(t)} - \\eta g^{(t)}``.  Where data are
given for each number, it is an index like any other one, and has its place in the keys.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: the marks that count: ``t``, ``(t-1)``, ``k+1``
_COUNTS = re.compile(r"\(?([tk](?:[+-][0-9]{1,3})?)\)?")


def with_times_in_keys(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with the steps of a recurrence in the keys of its quantities."""
    counted: set[str] = set()
    computed: set[str] = set()
    trained: set[str] = set()
    numbers: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        for node in statement.members:
            for name in t.names_of(node):
                if _count(name):
                    counted.add(name.key)
                number = ix.above(name.key)
                if number.isdigit() and f"^({number})" in name.key:
                    numbers[ix.without_above(name.key)].add(number)
        for name, body in _rules(statement):
            computed.add(name.key)
            if _begins_with(body, name):
                trained.add(name.key)
    data = {key for key in counted - computed if len(numbers.get(key, ())) > 1}
    times = (counted - trained) if data else set[str]()

    def timed(node: t.Node) -> t.Node:
        if not isinstance(node, t.Name):
            return rebuilt(node, timed)
        count = _count(node)
        if not count or node.key not in times or ix.above(node.key):
            return node
        base, underscore, rest = node.key.partition("_")
        return replace(node, key=f"{base}^({count}){underscore}{rest}", mark="")

    return tuple(s.mapped(timed) for s in statements) if times else tuple(statements)


def _count(name: t.Name) -> str:
    """The number of the step above a name: ``t-1``; nothing where there is none."""
    found = _COUNTS.fullmatch(name.mark)
    return found[1] if found else ""


def _rules(statement: Statement) -> Iterator[tuple[t.Name, t.Node]]:
    """What is computed by a formula, for every step, and that formula."""
    left, segments = statement.left, statement.chain.segments
    if isinstance(left, t.Name) and _count(left) and not statement.chain.continued:
        for segment in segments[1:2]:
            if not is_numeric(segment.body):
                yield left, segment.body


def _begins_with(body: t.Node, name: t.Name) -> bool:
    """True for ``w^{(t)} - ...``, what a training makes of w."""
    if not isinstance(body, t.Sum):
        return False
    first = body.terms[0][1]
    return isinstance(first, t.Name) and first.key == name.key and first.mark != name.mark
