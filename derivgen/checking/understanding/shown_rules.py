"""The rule of an optimiser that a document writes down for one parameter: "the rule is the same for all, here for w_1".

``s <- rho s + (1 - rho) (dL/dw_1)^2`` and ``w_1^+ = w_1 - eta dL/dw_1 / (sqrt(s) + epsilon)`` say what a step makes of
any number, from its gradient and from what was kept for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import Dual, NoValue, Real, Value, constant
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.writing import APART
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.states import (
    COUNT,
    counted_power,
    first_formulas,
    is_assigned,
)

#: keys of what a rule is applied to, and of the rate; a new value of a state has its key and this sign
_WEIGHT, _SLOPE, _RATE, _NEW = "weight~", "slope~", "rate~", "~n"
#: formulas that one rule may be made of
_MOST = 12


@dataclass(frozen=True)
class ShownRule:
    """What a step makes of one number: its formulas in their order, each with the key of what it gives, the new
    number last; ``states`` are kept from one step to the next, and start at 0."""

    formulas: tuple[tuple[str, t.Node], ...]
    states: tuple[str, ...]
    constants: Mapping[str, Value]
    #: the formulas as they stand in the document, and the parameter that they are written for
    written: tuple[t.Node, ...]
    parameter: str
    budget: Budget

    def __call__(
        self, weight: Real, slope: Real, rate: Real, states: tuple[Real, ...], count: int
    ) -> tuple[Real, tuple[Real, ...]]:
        """See :class:`~derivgen.checking.evaluating.model.StepRule`.  Raises NoValue."""
        before = states or (constant(0).value,) * len(self.states)
        stated: dict[str, Value] = {
            **self.constants,
            **{key: constant(value) for key, value in zip(self.states, before, strict=True)},
            _WEIGHT: constant(weight),
            _SLOPE: constant(slope),
            _RATE: constant(rate),
            COUNT: constant(count),
        }
        known = DocumentModel(values=dict.fromkeys(stated), definitions=dict(self.formulas))
        world = World(known, stated=stated, budget=self.budget)
        new, *left = (_number(world.value(key + _NEW)) for key in (_WEIGHT, *self.states))
        return new, tuple(left)

    def says(self, formula: t.Node, parameter: str) -> bool:
        """True for one of the formulas, or the same one for another parameter."""
        own = {_open(node, self.parameter) for node in self.written}
        return not is_numeric(formula) and _open(formula, parameter) in own


def shown_rule(
    statements: Sequence[Statement], model: DocumentModel, budget: Budget
) -> ShownRule | None:
    """The first rule that is written in full, over nothing but the rate, the gradient, given constants, and states
    with rules of their own; None where there is none with a state."""
    written = list(first_formulas(statements))
    for at, (_, parameter, body) in enumerate(written):
        if parameter.mark not in UPDATE_MARKS or APART in parameter.key:
            continue
        if parameter.key not in _bases(body):
            continue
        reader = _Reader(written[:at], parameter.key, model, budget)
        rule = reader.rule(body)
        if rule is not None:
            return rule
    return None


_Written = tuple[Statement, t.Name, t.Node]


class _NotARule(Exception):
    """It reads something that no rule of training does."""


@dataclass
class _Reader:
    """Puts the rule of one parameter together from the formulas that stand before its new value."""

    written: Sequence[_Written]
    parameter: str
    model: DocumentModel
    budget: Budget

    def rule(self, body: t.Node) -> ShownRule | None:
        """The rule that ends with a formula for the new value; None where it keeps nothing, or reads anything else."""
        needed = self._needed(body)
        if len(needed) > _MOST:
            return None
        kept = {base: entry for base, entry in needed.items() if base in _bases(entry[2])}
        if not kept:
            return None
        passed: set[str] = set()
        formulas: list[tuple[str, t.Node]] = []
        constants: dict[str, Value] = {}
        try:
            for base, (where, _, side) in sorted(
                needed.items(), key=lambda item: self.written.index(item[1])
            ):
                node = self._node(side, needed, kept, passed, constants)
                formulas.append((base + (_NEW if base in kept else ""), node))
                if base in kept and is_assigned(where):
                    passed.add(base)
            node = self._node(body, needed, kept, passed, constants)
        except _NotARule:
            return None
        formulas.append((_WEIGHT + _NEW, node))
        written = (*(side for _, _, side in needed.values()), body)
        return ShownRule(
            tuple(formulas), tuple(kept), constants, written, self.parameter, self.budget
        )

    def _needed(self, body: t.Node) -> dict[str, _Written]:
        """The last formula before the new value of each name that leads to it, over however many."""
        last = {_base(left.key): entry for entry in self.written for left in (entry[1],)}
        found: dict[str, _Written] = {}
        waiting = [body]
        while waiting:
            for base in _bases(waiting.pop()) - found.keys() - {self.parameter}:
                if base in last and base != self.model.rate and self._is_of_the_rule(base):
                    found[base] = last[base]
                    waiting.append(last[base][2])
        return found

    def _is_of_the_rule(self, base: str) -> bool:
        """False for given numbers, and for what the loss is computed from."""
        given = self.model.given(base)
        return given is None or self.model.definition(base) is not None or not is_numeric(given)

    def _node(
        self,
        node: t.Node,
        needed: Mapping[str, _Written],
        kept: Mapping[str, _Written],
        passed: set[str],
        constants: dict[str, Value],
    ) -> t.Node:
        if isinstance(node, t.Derivative):
            if isinstance(node.by, t.Name) and node.by.key == self.parameter:
                return t.Name(_SLOPE)
            raise _NotARule
        if not isinstance(node, t.Name):
            return rebuilt(node, lambda part: self._node(part, needed, kept, passed, constants))
        base = _base(node.key)
        if base == self.parameter and not node.mark:
            return t.Name(_WEIGHT)
        if base in kept:
            later = node.mark in UPDATE_MARKS or _is_later(node.key) or base in passed
            return t.Name(base + (_NEW if later else ""))
        if base in needed:
            return t.Name(base)
        if node.key == self.model.rate:
            return t.Name(_RATE)
        if node.key in ("t", COUNT) and not node.mark:
            return t.Name(COUNT)
        if (power := counted_power(node)) is not None:
            body = self._node(power.base, needed, kept, passed, constants)
            return replace(power, base=body)
        made = self.model.definition(node.key)
        given = made if made is not None and is_numeric(made) else self.model.given(node.key)
        if node.mark or given is None or self.model.is_parameter(node.key):
            raise _NotARule
        try:
            constants[node.key] = World(DocumentModel(), budget=self.budget).evaluate(given)
        except NoValue:
            raise _NotARule from None
        return t.Name(node.key)


def _number(value: Value) -> Real:
    if not isinstance(value, Dual):
        raise NoValue("a rule of training that gives an array")
    return value.value


def _base(key: str) -> str:
    """The letter of a state that has a key of its own for each parameter."""
    return key.partition(APART)[0]


def _open(node: t.Node, parameter: str) -> t.Node:
    """A formula of a rule with its parameter, and what is kept for that, left open."""
    if isinstance(node, t.Name):
        if node.key == parameter:
            return t.Name(_WEIGHT, node.mark)
        return t.Name(_base(node.key) + (_NEW if _is_later(node.key) else ""), node.mark)
    return rebuilt(node, lambda part: _open(part, parameter))


def _is_later(key: str) -> bool:
    return APART in key and key.endswith("n")


def _bases(node: t.Node) -> set[str]:
    """The letters in a formula, but for those of derivative tokens and for the number of the step."""
    if isinstance(node, t.Name):
        return set() if node.key.startswith(COUNT) else {_base(node.key)}
    if isinstance(node, t.Derivative):
        return set()
    return set[str]().union(*map(_bases, t.children(node)))
