"""Which loss each parameter descends, where a document has more than one."""

from __future__ import annotations

from collections import defaultdict

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.samples import copies_of
from derivgen.checking.understanding.training import LOSS_WORDS


def losses_of(decided: Decided, loss: str | None, parameters: frozenset[str]) -> dict[str, str]:
    """The parameters that the document differentiates another loss by than its first: one that nothing else is
    computed from.  Nothing stands for which one it is where there are several: of two samples, say, or a loss that
    only samples have a value of."""
    ends = set(decided.terminal())
    found: dict[str, set[str]] = defaultdict(set)
    for of, by in decided.notes.derivatives:
        # what a step without a mark turns out to train is among the given values
        if by in parameters or (by in decided.values and by not in decided.definitions):
            found[by].add(decided.alias_end(of))
    made = {}
    for by, tops in found.items():
        last = tops & ends
        if (len(last) > 1 and len(set(map(ix.without_above, last))) == 1) or (
            len(tops) == 1 and _is_of_samples_alone(decided, *tops)
        ):
            made[by] = ""
        elif len(last & {*LOSS_WORDS}) > 1:
            made[by] = _descended(decided, by, last)
        elif last == tops and len(tops) == 1 and loss not in tops:
            (made[by],) = tops
    return made


def _is_of_samples_alone(decided: Decided, loss: str) -> bool:
    """Whether a loss is computed for several samples, and its data have no values but theirs."""
    if len(copies_of(loss, decided.definitions)) < 2:
        return False
    read, waiting = {loss}, [loss]
    while waiting:
        node = decided.definitions.get(waiting.pop())
        new = set() if node is None else set(names_in(node)) - read
        read |= new
        waiting += new
    data = [
        key for key in read if key not in decided.definitions and copies_of(key, decided.values)
    ]
    return any(decided.values.get(key) is None for key in data)


def _descended(decided: Decided, parameter: str, losses: set[str]) -> str:
    """Of several losses the one whose gradient stands last before each new value of a parameter; nothing where these
    differ."""
    found, before = set(), ""
    for statement in decided.statements:
        left = statement.left
        if isinstance(left, t.Derivative) and isinstance(left.of, t.Name):
            top = decided.alias_end(left.of.key)
            of_it = isinstance(left.by, t.Name) and left.by.key == parameter
            before = top if of_it and top in losses else before
        elif isinstance(left, t.Name) and left.key == parameter and left.mark in UPDATE_MARKS:
            found.add(before)
    return found.pop() if len(found) == 1 else ""
