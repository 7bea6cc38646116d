"""Blocks that are composed once and written in several formats, as far as memory allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from derivgen.document.blocks import Block, Family

#: a document of more blocks, each copy of a family counted, is composed anew for every format
MOST_KEPT = 4000


@dataclass
class Composed:
    """The blocks that ``compose`` makes.  Those of a short document are kept when they have been
    walked to the end; those of a long one never are, so that writing it takes memory for a block."""

    compose: Callable[[], Iterable[Block]]
    most: int = MOST_KEPT
    _kept: tuple[Block, ...] | None = field(default=None, init=False)

    def __call__(self) -> Iterator[Block]:
        if self._kept is not None:
            yield from self._kept
            return
        found: list[Block] = []
        weight = 0
        for block in self.compose():
            weight += block.count if isinstance(block, Family) else 1
            if weight <= self.most:
                found.append(block)
            else:
                found.clear()
            yield block
        if weight <= self.most:
            self._kept = tuple(found)
