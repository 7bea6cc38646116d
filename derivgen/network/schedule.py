"""The order in which equations are computed; recurrences go step by step along one index."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derivgen.errors import DerivgenError
from derivgen.network.indexed import interval, written
from derivgen.network.model import Equation, Index, Largest, Ref, Softmax, Stage

#: the longest recurrence
MAX_STEPS = 10_000

_Box = tuple[tuple[int, int], ...]


def ranges_of(equation: Equation) -> dict[str, Index]:
    """Every index of an equation, free or bound, by name."""
    body = equation.body
    found = {index.name: index for index in equation.free}
    bound: list[Index] = []
    if isinstance(body, Largest):
        bound += body.bound
    elif isinstance(body, Softmax):
        bound.append(body.over)
    else:
        for term in body.terms:
            bound += term.bound
    found.update({index.name: index for index in bound})
    return found


def box(ref: Ref, ranges: dict[str, Index]) -> _Box:
    """The positions that a reading or a target touches, axis by axis, both ends included."""
    return tuple(interval(index, ranges) for index in ref.indices)


def meet(one: _Box, other: _Box) -> bool:
    """Whether two boxes of one array have a position in common."""
    return all(a <= d and c <= b for (a, b), (c, d) in zip(one, other, strict=True))


@dataclass(frozen=True)
class _Need:
    """Equation ``reader`` reads, by ``ref``, something that equation ``writer`` computes."""

    reader: int
    writer: int
    ref: Ref


def schedule(equations: Sequence[Equation]) -> tuple[Stage, ...]:
    """An order in which every equation finds computed what it reads; the author's where it can be.

    :raises DerivgenError: E410 for a circle that is no recurrence, E415 for too many steps"""
    needs = _needs(equations)
    before: list[list[_Need]] = [[] for _ in equations]
    for need in needs:
        before[need.reader].append(need)
    groups = _groups(len(equations), [[n.writer for n in found] for found in before])
    stages: list[Stage] = []
    for group in _in_order(groups, needs):
        inner = [n for member in group for n in before[member] if n.writer in group]
        if inner:
            stages += _Recurrence(equations, sorted(group), inner).stages()
        else:
            stages += [Stage(member) for member in group]
    return tuple(stages)


def _needs(equations: Sequence[Equation]) -> list[_Need]:
    writers: dict[str, list[tuple[int, _Box]]] = {}
    ranges = [ranges_of(equation) for equation in equations]
    for number, equation in enumerate(equations):
        written_box = box(equation.target, ranges[number])
        writers.setdefault(equation.target.array, []).append((number, written_box))
    return [
        _Need(number, writer, ref)
        for number, equation in enumerate(equations)
        for ref in equation.refs.values()
        for writer, theirs in writers.get(ref.array, ())
        if meet(box(ref, ranges[number]), theirs)
    ]


def _groups(count: int, before: Sequence[Sequence[int]]) -> list[list[int]]:
    """Strongly connected groups (Tarjan, without recursion)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: dict[int, None] = {}
    groups: list[list[int]] = []
    for root in range(count):
        if root in order:
            continue
        work = [(root, iter(before[root]))]
        order[root] = low[root] = len(order)
        open_[root] = None
        while work:
            node, rest = work[-1]
            new = next((n for n in rest if n not in order or n in open_), None)
            if new is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    group: list[int] = []
                    while not group or group[-1] != node:
                        group.append(open_.popitem()[0])
                    groups.append(group)
            elif new in order:
                low[node] = min(low[node], order[new])
            else:
                order[new] = low[new] = len(order)
                open_[new] = None
                work.append((new, iter(before[new])))
    return groups


def _in_order(groups: Sequence[Sequence[int]], needs: Sequence[_Need]) -> list[Sequence[int]]:
    """The groups, each after those that it needs; among the ready ones, as written."""
    home = {member: number for number, group in enumerate(groups) for member in group}
    edges = {(home[n.writer], home[n.reader]) for n in needs} - {(g, g) for g in range(len(groups))}
    after: dict[int, list[int]] = {}
    waiting = [0] * len(groups)
    for writer, reader in edges:
        after.setdefault(writer, []).append(reader)
        waiting[reader] += 1
    ready = [(min(group), number) for number, group in enumerate(groups) if not waiting[number]]
    heapq.heapify(ready)
    found = []
    while ready:
        _, number = heapq.heappop(ready)
        found.append(groups[number])
        for reader in after.get(number, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, (min(groups[reader]), reader))
    return found


@dataclass(frozen=True)
class _Recurrence:
    """Equations that depend on one another, in the hope that each step needs earlier steps only."""

    equations: Sequence[Equation]
    group: Sequence[int]
    needs: Sequence[_Need]

    def stages(self) -> list[Stage]:
        shared = [
            index.name
            for index in self.equations[self.group[0]].free
            if all(
                any(index.name == other.name for other in self.equations[member].free)
                for member in self.group
            )
        ]
        for name in shared:
            lags = [self.lag(need, name) for need in self.needs]
            for direction in (1, -1):
                order = self.order(lags, direction)
                if order is not None:
                    return self.along(name, order, direction)
        raise self.circle()

    def lag(self, need: _Need, name: str) -> int | None:
        """How many steps before its own a reading's value was computed; None where that varies."""
        target = self.equations[need.writer].target
        axis = next(
            k for k, index in enumerate(target.indices) if name in (n for n, _ in index.factors)
        )
        read = need.ref.indices[axis]
        if read.factors != ((name, 1),):
            return None
        return target.indices[axis].constant - read.constant

    def order(self, lags: Sequence[int | None], direction: int) -> list[int] | None:
        """The order of the equations within one step, or None where no order will do."""
        if any(lag is None or lag * direction < 0 for lag in lags):
            return None
        within = [n for n, lag in zip(self.needs, lags, strict=True) if lag == 0]
        left = list(self.group)
        found: list[int] = []
        while left:
            ready = next(
                (m for m in left if not any(n.reader == m and n.writer in left for n in within)),
                None,
            )
            if ready is None:
                return None
            left.remove(ready)
            found.append(ready)
        return found

    def along(self, name: str, order: Sequence[int], direction: int) -> list[Stage]:
        ranges = {
            member: next(i for i in self.equations[member].free if i.name == name)
            for member in order
        }
        start = min(index.start for index in ranges.values())
        stop = max(index.stop for index in ranges.values())
        if stop - start > MAX_STEPS:
            raise DerivgenError(
                "E415",
                f"the recurrence along '{name}' has {stop - start} steps",
                self.equations[order[0]].place,
                f"at most {MAX_STEPS} are computed",
            )
        return [
            Stage(member, ((name, value),))
            for value in list(range(start, stop))[::direction]
            for member in order
            if ranges[member].start <= value < ranges[member].stop
        ]

    def circle(self) -> DerivgenError:
        """The error that prints the circle."""
        reads: Mapping[int, dict[int, _Need]] = {member: {} for member in self.group}
        for need in self.needs:
            reads[need.reader].setdefault(need.writer, need)
        at, path = self.group[0], [self.group[0]]
        while True:
            at = min(reads[at])
            if at in path:
                path = [*path[path.index(at) :], at]
                break
            path.append(at)
        names = [written(self.equations[member].target) for member in path]
        return DerivgenError(
            "E410",
            f"equations go round in a circle: {' -> '.join(names)}",
            self.equations[path[0]].place,
            "a recurrence reads earlier values along one index, as in h[t] from h[t-1]",
        )
