"""An author's formulas in the names of the network, and the author's own quantities beside the network's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.model import Changed, DocumentModel, Element, Function, Model
from derivgen.checking.evaluating.resolving import index_range, indexed
from derivgen.checking.evaluating.values import Dual, NoValue
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

#: before the key of a name that is the author's own: no network's key begins with it
OWN = "?"
#: sums of more terms than this are left as they stand
LONGEST = 200


def translated(
    node: t.Node, mapping: Mapping[str, str], bound: frozenset[str] = frozenset()
) -> t.Node:
    """A formula with its names as the network has them; ``written`` and ``span`` stay as they are.

    ``mapping`` goes from the author's keys (with their marks, for marked names that are quantities of
    their own) to the network's.  A mark that is not part of the mapped name stays: it says "after the
    update".  A name that is not in the mapping becomes the author's own (``?delta_1``), so that it can
    never be taken for a quantity of the network that is called the same; of one with an index letter,
    :meth:`Joined.plain` tells what it is at a number."""
    if isinstance(node, t.Name):
        return _name(node, mapping, bound)
    if isinstance(node, t.Cases):
        lines = tuple(
            (
                translated(value, mapping, bound),
                None if test is None else _chain(test, mapping, bound),
            )
            for value, test in node.lines
        )
        return replace(node, lines=lines)
    return rebuilt(node, lambda child: translated(child, mapping, bound))


def _chain(chain: t.Chain, mapping: Mapping[str, str], bound: frozenset[str]) -> t.Chain:
    segments = tuple(replace(s, body=translated(s.body, mapping, bound)) for s in chain.segments)
    return replace(chain, segments=segments)


def _name(node: t.Name, mapping: Mapping[str, str], bound: frozenset[str]) -> t.Name:
    if node.key in bound:
        return node
    written = node.written or t.full_key(node)
    if node.mark and t.full_key(node) in mapping:
        return replace(node, key=mapping[t.full_key(node)], mark="", written=written)
    return replace(node, key=mapping.get(node.key, OWN + node.key), written=written)


def written_out(node: t.BigSum, mapping: Mapping[str, str]) -> t.Node:
    """A sum sign over an index that runs through mapped names, as a sum; else the node itself."""
    model = _Keys(mapping)
    if node.index is None or node.sign not in ("sum", "mean"):
        return node
    try:
        if node.lower is not None and node.upper is not None:
            low, high = literal(node.lower), literal(node.upper)
            if not (isinstance(low, Dual) and isinstance(high, Dual)):
                return node
            values = list(range(int(low.value), min(int(high.value), int(low.value) + LONGEST) + 1))
        else:
            values = index_range(model, node, {})
    except NoValue:
        values = index_range(model, node, {})
    if not values or len(values) > LONGEST:
        return node
    terms = [_at(node.body, str(node.index), value, model) for value in values]
    if any(term is None for term in terms):
        return node
    written: t.Node = t.Sum(tuple((False, term) for term in terms if term is not None), node.span)
    if node.sign == "mean":
        number = t.Number(str(len(terms)), Fraction(len(terms)))
        written = t.Quotient(written, number, node.span)
    return written


def _at(node: t.Node, index: str, value: int, model: Model) -> t.Node | None:
    """A formula at one value of an index; None where a name with the index means nothing there."""
    failed = False

    def at(part: t.Node) -> t.Node:
        nonlocal failed
        if isinstance(part, t.Name):
            base, _, subscript = part.key.rpartition("_")
            if ix.above(part.key)[:1] == index:
                made = indexed(model, part.key, {index: value})
                failed = failed or made is None
                return part if made is None else replace(part, key=made)
            if not base or index not in subscript or model.known(part.key):
                return part
            key = indexed(model, part.key, {index: value})
            if key is None:
                rest = subscript.replace(index, str(value))
                key = f"{base}_{rest}"
                failed = failed or not any(c.isalpha() for c in rest)
            return replace(part, key=key, written=part.written)
        return rebuilt(part, at)

    found = at(node)
    return None if failed else found


@dataclass(frozen=True)
class _Keys(DocumentModel):
    """Names that mean something, and nothing else about them."""

    keys: Mapping[str, str] = field(default_factory=dict)

    def __init__(self, keys: Mapping[str, str]) -> None:
        super().__init__()
        object.__setattr__(self, "keys", keys)

    def known(self, key: str) -> bool:
        return key in self.keys


@dataclass(frozen=True)
class Joined(Changed):
    """A network together with what its author defines beside it, under keys that begin with ``?``.

    Formulas for it come from :func:`translated`.  ``tied`` are quantities of the network that its author has
    one name for, with the one that they are taken for: one bias for all units of a layer."""

    own: DocumentModel
    mapping: Mapping[str, str]
    tied: Mapping[str, str] = field(default_factory=dict)
    _definitions: dict[str, t.Node | None] = field(default_factory=dict, init=False, repr=False)

    @property
    def opaque(self) -> frozenset[str]:
        """What the author does not say how to compute, and the network does not have."""
        return frozenset(OWN + key for key in self.own.opaque if key not in self.mapping)

    @property
    def renewed(self) -> Mapping[str, str]:
        """What the author carries on from step to step beside the network: the states of an optimiser."""
        own = self.own.renewed.items()
        return {
            OWN + key: OWN + new
            for key, new in own
            if key not in self.mapping and new not in self.mapping
        }

    @property
    def worked_out(self) -> Mapping[str, frozenset[Fraction]]:
        """What the author only gives a calculation for, and the network does not have."""
        own = self.own.worked_out
        return {OWN + key: own[key] for key in own if key not in self.mapping}

    def known(self, key: str) -> bool:
        if not key.startswith(OWN):
            return self.model.known(key)
        return key[1:] in self.mapping or self.own.known(key[1:])

    def plain(self, key: str) -> str:
        """The network's key for a name of the author's that an index letter has led to."""
        return self.mapping.get(key[1:], key) if key.startswith(OWN) else key

    def other_names(self) -> Iterable[str]:
        return (OWN + key for key in self.mapping)

    def names(self) -> Iterable[str]:
        yield from self.model.names()
        yield from (OWN + key for key in self.own.names() if key not in self.mapping)

    def definition(self, key: str) -> t.Node | None:
        if key in self.tied:
            return t.Name(self.tied[key])
        if not key.startswith(OWN):
            return self.model.definition(key)
        if key not in self._definitions:
            node = self.own.definition(key[1:])
            self._definitions[key] = None if node is None else translated(node, self.mapping)
        return self._definitions[key]

    def given(self, key: str) -> t.Node | None:
        if key in self.tied:
            return None
        return self.own.given(key[1:]) if key.startswith(OWN) else self.model.given(key)

    def element(self, key: str) -> Element | None:
        if key in self.tied or key in self.tied.values():
            return None  # the array has as many cells as units; what stands for all of them is none
        if not key.startswith(OWN):
            return self.model.element(key)
        found = self.own.element(key[1:])
        if found is None:
            return None
        array = self.mapping.get(found.array, OWN + found.array)
        return replace(found, array=array)

    def function(self, key: str) -> Function | None:
        """The network's function of that name, or else the author's."""
        found = self.model.function(key)
        if found is not None:
            return found
        own = self.own.function(key)
        if own is None:
            return None
        return Function(
            own.parameters, translated(own.body, self.mapping, frozenset(own.parameters))
        )

    def is_parameter(self, key: str) -> bool:
        return not key.startswith(OWN) and key not in self.tied and self.model.is_parameter(key)


def called(node: t.Node, authors: Mapping[str, str]) -> t.Node:
    """A translated formula in the author's names again, for messages; ``authors`` goes from the
    network's keys to the author's."""
    if isinstance(node, t.Name):
        return replace(node, key=authors.get(node.key, node.key.removeprefix(OWN)))
    return rebuilt(node, lambda child: called(child, authors))
