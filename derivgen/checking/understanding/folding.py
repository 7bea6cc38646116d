"""Definitions that repeat another one in full: ``y_hat = sigmoid(w x + b)`` beside ``net = w x + b``.

Such a quantity is computed from the other, and its derivative by the other is meant by whoever writes one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.shapes import Shape, shape_of

#: sums of more terms are not looked for: their shape costs more than it tells
MOST_TERMS = 64
#: functions inside of functions that are followed
MOST_NESTED = 8


def folded(definitions: Mapping[str, t.Node], by: Collection[str] = ()) -> dict[str, t.Node]:
    """The definitions that change, with the names of others in place of what those say; ``by`` are the names that
    the document differentiates by."""
    # nothing is computed from dy = y - t, the derivative by y
    whole = _Named({k: d for k, d in definitions.items() if not _is_gradient(k, definitions)}, by)
    found: dict[str, t.Node] = {}
    for key, node in definitions.items() if whole.sums or whole.products or whole.parts else ():
        made = whole.arguments_folded(rebuilt(node, whole.sums_folded))
        # w_2 f(u) + b is w_2 v + b, where v = f(u), and that is s
        called = made
        for _ in range(MOST_NESTED):
            inner = rebuilt(called, whole.calls_folded)
            outer = rebuilt(inner, whole.sums_folded)
            if inner == called or outer == inner:
                break
            made = called = outer
        made = rebuilt(made, whole.parts_folded)
        if made != node:
            found[key] = made
    return found


class _Named:
    """What is the definition of a name: sums by how many terms they have, and calls of functions."""

    def __init__(self, definitions: Mapping[str, t.Node], by: Collection[str]) -> None:
        self.sums: dict[int, dict[Shape, str]] = {}
        self.calls: dict[t.Call, str] = {}
        self._factors = {key: _factors(node) for key, node in definitions.items()}
        #: products by the names that they are made of in the end
        self.products: dict[tuple[str, ...], str] = {}
        for key, factors in self._factors.items():
            if len(factors) > 1:
                self.products.setdefault(self._expanded(factors), key)
        for key, node in definitions.items():
            if isinstance(node, t.Sum) and 1 < len(node.terms) <= MOST_TERMS:
                shape = shape_of(node)
                if shape.kind == "sum" and len(set(shape.names())) > 1:
                    self.sums.setdefault(len(node.terms), {}).setdefault(shape, key)
            elif isinstance(node, t.Call) and all(isinstance(a, t.Name) for a in node.arguments):
                self.calls.setdefault(node, key)
        #: calls and inner products that are one name's, which something is differentiated by
        same = Counter(definitions.values())
        self.parts = {
            node: key
            for key, node in definitions.items()
            if key in by and isinstance(node, t.Call | t.BigSum) and same[node] == 1
        }

    def sums_folded(self, node: t.Node) -> t.Node:
        """A formula with names for the sums in it."""
        if isinstance(node, t.Sum) and len(node.terms) in self.sums:
            key = self.sums[len(node.terms)].get(shape_of(node))
            if key is not None:
                return t.Name(key, written=key, span=node.span)
        return rebuilt(node, self.sums_folded)

    def arguments_folded(self, node: t.Node) -> t.Node:
        """A formula with names for the products that functions are of: ``relu(A X W)`` beside ``Z = M W``, ``M = A X``."""
        made = rebuilt(node, self.arguments_folded)
        if not isinstance(made, t.Call) or len(made.arguments) != 1:
            return made
        factors = _factors(made.arguments[0])
        key = self.products.get(self._expanded(factors)) if len(factors) > 1 else None
        return made if key is None else replace(made, arguments=(t.Name(key, written=key),))

    def _expanded(self, factors: Sequence[str], depth: int = 0) -> tuple[str, ...]:
        """Factors with those of products put in for these, as far down as there are."""
        if depth > MOST_NESTED:
            return tuple(factors)
        parts = (self._factors.get(key, ()) for key in factors)
        pairs = zip(factors, parts, strict=True)
        return tuple(
            name
            for key, own in pairs
            for name in (self._expanded(own, depth + 1) if len(own) > 1 else (key,))
        )[:MOST_TERMS]

    def calls_folded(self, node: t.Node) -> t.Node:
        """A formula with names for the calls in it."""
        key = self.calls.get(node) if isinstance(node, t.Call) else None
        if key is not None:
            return t.Name(key, written=key, span=node.span)
        return rebuilt(node, self.calls_folded)

    def parts_folded(self, node: t.Node) -> t.Node:
        """A formula with names for what something is differentiated by: ``log f(u v)`` beside ``s = u v`` and ``dL/ds``."""
        key = self.parts.get(node) if isinstance(node, t.Call | t.BigSum) else None
        if key is not None:
            return t.Name(key, written=key, span=node.span)
        return rebuilt(node, self.parts_folded)


def _is_gradient(key: str, definitions: Mapping[str, t.Node]) -> bool:
    return key.startswith("d") and key[1:] in definitions


def _factors(node: t.Node) -> tuple[str, ...]:
    """The names that a product is made of, in their order; none where it is no product of names alone."""
    if not isinstance(node, t.Product) or node.sign == "o":
        return ()
    names = [
        factor.key for factor in node.factors if isinstance(factor, t.Name) and not factor.mark
    ]
    return tuple(names) if len(names) == len(node.factors) else ()
