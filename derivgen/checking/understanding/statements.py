"""The statements of a document, each with its place and with a left side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.manuscript import Passage
from derivgen.checking.maths.tree import Chain, Node, names_of

#: relations that say of two things that they are something else than the same: ``a -> b``
OTHER_RELATIONS = frozenset({"in", "to", "propto"})

#: whether a document says that it goes on with rounded numbers, and that it cuts digits
Policy = tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Restriction:
    """Two index letters that stand for the same number in an equation, or for different ones."""

    one: str
    two: str
    equal: bool

    def allows(self, numbers: Mapping[str, int]) -> bool:
        """True where an equation is about the cells with these numbers."""
        return (numbers.get(self.one) == numbers.get(self.two)) == self.equal


@dataclass(frozen=True, slots=True)
class Row:
    """Where a cell of a table of steps stands: in which table, after how many steps of it, and the data that each of
    its rows gives."""

    table: int
    step: int
    data: Sequence[Mapping[str, Node]]
    #: the steps after which it may stand instead
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One chain of a passage.  ``left`` is its left side: its own first segment, or that of the
    chain that it continues; None for a chain that continues nothing.  ``earlier`` are the members of the
    chains that it continues, without the left side.  ``step`` is the number of training steps that were made
    before.  ``restrictions`` say which cells an equation in index letters is about."""

    chain: Chain
    passage: Passage
    left: Node | None
    earlier: tuple[Node, ...] = ()
    step: int = 0
    restrictions: tuple[Restriction, ...] = ()
    #: for a cell of a table with a row for each step
    row: Row | None = None

    def source(self, offset: int) -> int:
        """Where in the file an offset of the passage's text comes from."""
        return self.passage.source_of(offset)

    @property
    def members(self) -> list[Node]:
        """What is said to be the same, from the left side on."""
        own = [segment.body for segment in self.chain.segments]
        if not self.chain.continued or self.left is None:
            return own
        return [self.left, *self.earlier, *own]

    @property
    def says_equal(self) -> bool:
        """False for a path ``a -> b -> c`` and for ``x in R^2``."""
        return not any(segment.relation in OTHER_RELATIONS for segment in self.chain.segments)

    def mapped(self, change: Callable[[Node], Node]) -> Statement:
        """The statement with each of its formulas changed."""
        segments = tuple(replace(s, body=change(s.body)) for s in self.chain.segments)
        return replace(
            self,
            chain=replace(self.chain, segments=segments),
            left=None if self.left is None else change(self.left),
            earlier=tuple(map(change, self.earlier)),
        )


def keys_in(statements: Iterable[Statement]) -> set[str]:
    """The keys of all names in statements."""
    return {name.key for s in statements for m in s.members for name in names_of(m)}


@dataclass(frozen=True, slots=True)
class Learned:
    """What a document says of its own quantities.

    ``model`` holds its definitions and given values.  ``sides`` has, for every key, all the symbolic
    right sides that stand for it, in their order (the first that can be computed is its definition),
    ``printed`` all the numbers that were printed as its value.  ``derivatives`` are the pairs of keys
    (of, by) of its derivative tokens.
    """

    model: DocumentModel
    statements: tuple[Statement, ...]
    sides: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    printed: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    derivatives: frozenset[tuple[str, str]] = frozenset()
    #: names that are given a new value again and again, so that they have none of their own
    scratch: frozenset[str] = frozenset()
    #: whether it says that it goes on with rounded numbers, and that it cuts digits
    policy: Policy = (False, False)
