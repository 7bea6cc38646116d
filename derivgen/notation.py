"""The only place that decides what a quantity is called in a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod

from derivgen.formula.build import COMMA
from derivgen.formula.names import name_text
from derivgen.formula.tree import Hole, Node, Number, Row, Script, Styled, Symbol
from derivgen.network.model import Naming, Network

Entry = tuple[str, tuple[int, ...]]
"""One element of an array: its name and its 0-based indices (() for a scalar)."""

#: a name that ends with a number, in plain text
_LAST_NUMBER = re.compile(r"(.*?)(\d+)")
#: names of so many elements are kept: a document says the same few again and again
MOST_REMEMBERED = 4096


def with_subscript(base: Node, subscript: Node | None) -> Node:
    """The base with a subscript behind the one that it may have already."""
    if subscript is None:
        return base
    if isinstance(base, Script):
        joined = subscript if base.sub is None else Row((base.sub, subscript))
        return Script(base.base, joined, base.sup)
    return Script(base, sub=subscript)


def with_superscript(base: Node, superscript: Node | None) -> Node:
    """The base with a superscript behind the one that it may have already."""
    if superscript is None:
        return base
    if isinstance(base, Script):
        joined = superscript if base.sup is None else Row((base.sup, superscript))
        return Script(base.base, base.sub, joined)
    return Script(base, sup=superscript)


def updated(name: Node) -> Node:
    """What a quantity is called after a training step: its name with a raised plus."""
    return with_superscript(name, Symbol("plus"))


def subscript_of(naming: Naming, labels: tuple[Node, ...], comma: bool) -> Node | None:
    """A prefix and index labels as one subscript; ``comma`` parts the indices."""
    items: list[Node] = [] if naming.prefix is None else [naming.prefix]
    order = naming.order or tuple(range(len(labels)))
    # a number in front would run into the index behind it
    numbered = isinstance(naming.prefix, Number)
    for position, axis in enumerate(order):
        if items and (comma or (naming.separator and (position or numbered))):
            items.append(COMMA if comma or naming.separator == "," else Symbol(naming.separator))
        items.append(labels[axis])
    if not items:
        return None
    return items[0] if len(items) == 1 else Row(tuple(items))


def _is_compound(label: Node) -> bool:
    """True for ``t - 1``, which would run into what stands before it."""
    return not isinstance(label, Number | Symbol | Hole)


def _with_commas(labels: tuple[Node, ...]) -> Node:
    items: list[Node] = []
    for label in labels:
        items.extend([COMMA, label] if items else [label])
    return Row(tuple(items))


@dataclass(frozen=True)
class Names:
    """Names of the quantities of one network, and of their elements.

    ``letters`` renames index variables where an author's letter is not the one to print.
    """

    network: Network
    letters: Mapping[str, Node] = field(default_factory=dict)
    _entries: dict[Entry, Node] = field(default_factory=dict, init=False, repr=False, compare=False)

    def naming(self, array: str) -> Naming:
        return self.network.quantities[array].naming

    def entry(self, array: str, index: tuple[int, ...]) -> Node:
        """The name of one element, its indices 0-based: ``w^{(1)}_{12}``."""
        naming = self.naming(array)
        if naming.elements is not None:
            named: Node = naming.elements[index]
            return named
        known = self._entries.get((array, index))
        if known is not None:
            return known
        start = naming.start or (0,) * len(index)
        labels = tuple(Number(str(i + s)) for i, s in zip(index, start, strict=True))
        if len(self._entries) >= MOST_REMEMBERED:
            self._entries.clear()
        made = self._entries[array, index] = self._subscripted(array, labels)
        return made

    def general(self, array: str, labels: tuple[Node, ...]) -> Node:
        """The name of an element whose indices are letters or holes: ``w^{(1)}_{ij}``."""
        return self._subscripted(array, labels)

    def base(self, array: str) -> Node:
        """The letter alone, with its superscript and prefix: ``z^{(1)}``, ``z_h``."""
        naming = self.naming(array)
        return with_superscript(with_subscript(naming.base, naming.prefix), naming.superscript)

    def whole(self, array: str) -> Node:
        """The name of the whole array in matrix form: bold, as its author or preset says.

        An array of one element goes by the name of that: it is a number."""
        naming = self.naming(array)
        shape = self.network.quantities[array].shape
        if shape and prod(shape) == 1:
            return self.entry(array, (0,) * len(shape))
        if naming.whole is not None:
            return naming.whole
        if not shape:
            return self.base(array) if naming.elements is None else self.entry(array, ())
        letter = naming.base
        if len(shape) > 1 and isinstance(letter, Symbol) and len(letter.name) == 1:
            letter = Symbol(letter.name.upper())
        bold = Styled("bold", letter)
        return with_superscript(with_subscript(bold, naming.prefix), naming.superscript)

    def part(self, array: str, labels: tuple[Node, ...]) -> Node:
        """A vector out of a larger array, some of whose indices are held: ``h_2`` in bold."""
        naming = self.naming(array)
        subscript = labels[0] if len(labels) == 1 else _with_commas(labels)
        if naming.prefix is not None:
            parted = (COMMA,) if any(map(_is_compound, labels)) else ()
            subscript = Row((naming.prefix, *parted, subscript))
        name = with_subscript(Styled("bold", naming.base), subscript)
        return with_superscript(name, naming.superscript)

    def has_general_name(self, array: str) -> bool:
        """False where every element has a name of its own, so that ``w_{ij}`` means nothing."""
        return self.naming(array).elements is None

    def in_order(self, array: str, indices: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
        """Indices of an array in the order in which its elements are counted: ``w_1, w_2, w_3`` wherever these
        lie in it.  As they come where the elements have no names of their own that count."""
        found = list(indices)
        elements = self.naming(array).elements
        if elements is None:
            return found
        counted = [_LAST_NUMBER.fullmatch(name_text(elements[index])) for index in found]
        numbers = {index: int(at[2]) for index, at in zip(found, counted, strict=True) if at}
        same = len({at[1] for at in counted if at}) == 1
        return sorted(found, key=numbers.__getitem__) if same and all(counted) else found

    def _subscripted(self, array: str, labels: tuple[Node, ...]) -> Node:
        naming = self.naming(array)
        shape = self.network.quantities[array].shape
        start = naming.start or (0,) * len(shape)
        long = any(size + first > 10 for size, first in zip(shape, start, strict=True))
        compound = any(map(_is_compound, labels))
        alone = len(labels) == 1
        comma = (not alone and (long or compound)) or (compound and naming.prefix is not None)
        name = with_subscript(naming.base, subscript_of(naming, labels, comma))
        return with_superscript(name, naming.superscript)
