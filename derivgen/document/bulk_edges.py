"""Who reads the elements of one array: for each link, its edges sorted by what they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from derivgen.derivation.graph import carrying
from derivgen.derivation.grid import Grid, stage_grid
from derivgen.derivation.partials import Link
from derivgen.derivation.sweep import link_values, unchanged
from derivgen.document.columns import Copies
from derivgen.document.situation import Situation
from derivgen.network.model import Stage

Made = TypeVar("Made")


@dataclass(frozen=True)
class Reading:
    """All edges of one link in one stage, sorted by source: where each element's readers are.

    ``where`` are the edges' positions in the grid, ``targets`` and ``partials`` what is at them.
    """

    number: int
    link: Link
    grid: Grid
    where: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    targets: np.ndarray
    partials: np.ndarray


def reading_of(situation: Situation, stage: Stage, link: Link, number: int) -> Reading:
    passed = situation.passed
    network = situation.derivation.network
    grid = stage_grid(network, stage, link.bound)
    settle = passed.rounder.array if passed.carried else unchanged
    found = link_values(network, stage, link, passed.values, passed.arithmetic, settle)
    size = int(np.prod(network.quantities[link.source.array].shape, dtype=int))
    # positions in the grid of the pairs that lie inside the source, and of those that count
    _, inside = grid.positions(link.source, network.quantities[link.source.array].shape)
    everywhere = np.arange(int(np.prod(grid.shape, dtype=int)))
    if inside is not None:
        everywhere = everywhere[np.broadcast_to(inside, grid.shape).ravel()]
    order = np.argsort(found.sources, kind="stable")
    kept = carrying(network, grid, link)
    if kept is not None:
        order = order[kept.ravel()[everywhere[order]]]
    counts = np.bincount(found.sources[order], minlength=size)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return Reading(
        number,
        link,
        grid,
        everywhere[order],
        starts,
        counts,
        found.targets[order],
        found.partials[order],
    )


class Edges:
    """The nth edge of every element in a reading."""

    def __init__(self, reading: Reading, nth: int) -> None:
        self.reading = reading
        self.key = (reading.number, nth)
        self.target = reading.link.target.array
        #: for some elements, the numbers of their edges in the reading
        self.numbers = Latest(lambda copies: reading.starts[copies] + nth)
        #: ... the flat positions of those that read them
        self.targets = Latest(lambda copies: reading.targets[self.numbers(copies)])
        #: ... the values of the link's index variables
        self.indices = Latest(self._indices)

    def _indices(self, copies: Copies) -> Mapping[str, np.ndarray]:
        grid = self.reading.grid
        where = self.reading.where[self.numbers(copies)]
        offsets = np.unravel_index(where, grid.shape) if grid.shape else ()
        return {
            name: np.asarray(grid.at[name]).ravel()[offset]
            for name, offset in zip(grid.axes, offsets, strict=True)
        }


class Latest(Generic[Made]):
    """What was made of the latest copies: several columns ask for the same."""

    def __init__(self, make: Callable[[Copies], Made]) -> None:
        self._make = make
        self._latest: tuple[Copies, Made] | None = None

    def __call__(self, copies: Copies) -> Made:
        if self._latest is None or copies is not self._latest[0]:
            self._latest = copies, self._make(copies)
        return self._latest[1]
