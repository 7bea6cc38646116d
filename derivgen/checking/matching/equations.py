"""The author's equations and the network's, as shapes that can be laid over each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import sympy

from derivgen.checking.matching import from_expression as made
from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.network_model import key_of
from derivgen.checking.matching.network_view import WHOLE
from derivgen.checking.matching.renaming import OWN as OWN
from derivgen.checking.matching.renaming import written_out
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.shapes import Shape, renamed, shape_of
from derivgen.network.model import Equation, Largest, Softmax


@dataclass(frozen=True)
class Equations:
    """Both systems of equations as shapes, which can be laid over each other."""

    evidence: Evidence
    _shapes: dict[str, Shape | None] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def sides(self) -> dict[str, tuple[Shape, ...]]:
        """What the author's names are equal to."""
        found: dict[str, tuple[Shape, ...]] = {}
        keys = dict.fromkeys(self.evidence.author.keys)
        spelled = {key: key for key in keys}
        for key in keys:
            definition = self.evidence.learned.model.definitions.get(key)
            nodes = [] if definition is None else [definition]
            sides = self.evidence.learned.sides.get(key, ())
            if not self.evidence.author.is_given(key):
                nodes += [side for side in sides if side != definition]
            shapes = [shape_of(node, lambda s: written_out(s, spelled)) for node in nodes]
            shapes += [shape_of(node) for node in nodes]
            shapes = [s for s in shapes if s.kind not in ("other", "number") and any(s.names())]
            if shapes:
                one = self._one_name.get(key, key)
                shapes = [*found.get(one, ()), *(renamed(s, self._one_name) for s in shapes)]
                found[one] = tuple(dict.fromkeys(shapes))
        return found

    @cached_property
    def _one_name(self) -> dict[str, str]:
        """``x_j`` and ``x_k`` are one name for the elements of x."""
        first: dict[str, str] = {}
        return {
            name: first.setdefault(pattern, name)
            for name, pattern in self.evidence.author.generic.items()
        }

    def definition(self, key: str) -> Shape | None:
        """What one of the network's quantities is computed from."""
        if key not in self._shapes:
            self._shapes[key] = self._network_shape(key)
        return self._shapes[key]

    def _network_shape(self, key: str) -> Shape | None:
        if key.startswith(WHOLE):
            return self._whole_shape(key[1:])
        entry = None if key == self.evidence.model.rate else self.evidence.model.entry(key)
        if entry is None or entry[0] not in self._computed_arrays:
            return None
        node = self.evidence.model.definition(key)
        return None if node is None else shape_of(node)

    @cached_property
    def _computed_arrays(self) -> frozenset[str]:
        return frozenset(e.target.array for e in self.evidence.model.network.equations)

    def _whole_shape(self, array: str) -> Shape | None:
        """An equation without its indices: ``z = W x + b``."""
        equations = [e for e in self.evidence.model.network.equations if e.target.array == array]
        if not equations:
            return None
        return shape_of(_without_indices(equations[-1]))

    def computed(self) -> list[str]:
        """The network's quantities that have an equation."""
        found = [key_of(e) for e in self.evidence.network.elements if e[0] in self._computed_arrays]
        return found + [
            WHOLE + a for a in self.evidence.network.arrays if a in self._computed_arrays
        ]


def _without_indices(equation: Equation) -> t.Node:
    """An equation's right side over whole arrays."""
    names: dict[sympy.Symbol, t.Node] = {
        symbol: t.Name(WHOLE + ref.array) for symbol, ref in equation.refs.items()
    }
    match equation.body:
        case Softmax(ref=ref, log=log):
            return t.Call("log_softmax" if log else "softmax", (names[ref],))
        case Largest(ref=ref):
            return t.Call("max", (names[ref],))
        case body:
            terms = []
            for term in body.terms:
                expression = term.coefficient * term.expression
                terms.append((False, made.node_of(expression, names)))
            return made.sum_of(terms)
