"""A short document is composed once, a long one anew each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from derivgen.document.blocks import Block, Family, Paragraph, Words
from derivgen.document.once import Composed


class Source:
    """Counts how often its blocks are made."""

    def __init__(self, *blocks: Block) -> None:
        self.blocks = blocks
        self.times = 0

    def __call__(self) -> Iterator[Block]:
        self.times += 1
        yield from self.blocks


def paragraph(text: str) -> Paragraph:
    return Paragraph((Words(text),))


@pytest.mark.parametrize(("most", "times"), [(3, 1), (2, 3)])
def test_what_is_kept(most: int, times: int) -> None:
    source = Source(*map(paragraph, "abc"))
    blocks = Composed(source, most)
    assert [tuple(blocks()) for _ in range(3)] == [source.blocks] * 3
    assert source.times == times


@pytest.mark.parametrize(("count", "times"), [(2, 1), (4, 2)])
def test_copies_of_a_family_count(count: int, times: int) -> None:
    source = Source(paragraph("a"), Family((paragraph("b"),), (), count))
    blocks = Composed(source, 3)
    assert [tuple(blocks()) for _ in range(2)] == [source.blocks] * 2
    assert source.times == times


def test_a_walk_that_stops_keeps_nothing() -> None:
    source = Source(*map(paragraph, "abc"))
    blocks = Composed(source)
    assert next(blocks()) == source.blocks[0]
    assert tuple(blocks()) == source.blocks
    assert source.times == 2
