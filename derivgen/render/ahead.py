"""Blocks in turn, with a look at those that come next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from derivgen.document.blocks import Block


class Ahead(Iterator[Block]):
    """Blocks in turn, and those that come next, which are made no earlier than somebody asks for them."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._making = iter(blocks)
        self._waiting: deque[Block] = deque()

    def __next__(self) -> Block:
        return self._waiting.popleft() if self._waiting else next(self._making)

    def coming(self, count: int) -> tuple[Block, ...]:
        """The next blocks, of which there may be fewer."""
        self._waiting.extend(islice(self._making, max(0, count - len(self._waiting))))
        return tuple(islice(self._waiting, count))
