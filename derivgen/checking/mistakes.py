"""Typical mistakes: what each makes of a right step, and what to tell the author.

Each entry of :data:`MISTAKES` tries itself on a wrong claim; the first that reproduces what the author
wrote is named.  A candidate is a function from a point to a value: a printed number is compared at the
stated values, a formula at random points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import mpmath

from derivgen.checking import values as v
from derivgen.checking.ancestry import Ancestry
from derivgen.checking.drafts import Draft, Ledger
from derivgen.checking.equality import Equality, close
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.model import Changed, Model
from derivgen.checking.printed import Fit, Printed, is_numeric
from derivgen.checking.resolving import UPDATE_MARKS, Unknown, resolved
from derivgen.checking.values import Dual, NoValue, Real, Value
from derivgen.checking.world import World

Candidate = Callable[[World], Value]
#: how many quantities between the two ends of a derivative are looked at
MOST_BETWEEN = 40
#: how many candidates are tried for one claim
MOST_CANDIDATES = 400


@dataclass(frozen=True)
class Case:
    """A wrong claim with what is known about it.

    ``right`` is what the claim should equal: the subject, or (for a wrong operand) the name that a number
    was put in for.  ``formula`` is the right formula behind it, where one is known.
    """

    model: Model
    draft: Draft
    right: t.Node
    formula: t.Node | None
    number: Printed | None
    ledger: Ledger
    ancestry: Ancestry

    @property
    def derivative(self) -> t.Derivative | None:
        return self.right if isinstance(self.right, t.Derivative) else None

    @property
    def updated(self) -> str | None:
        """The parameter of which the claim gives the new value."""
        if isinstance(self.right, t.Name) and self.right.mark in UPDATE_MARKS:
            try:
                key, state = resolved(self.model, self.right)
            except Unknown:
                return None
            return key if state == "after" and self.model.is_parameter(key) else None
        return None


@dataclass(frozen=True, slots=True)
class Mistake:
    """One typical mistake: its key, what to say, and what it would have produced."""

    key: str
    message: str
    candidates: Callable[[Case], Iterable[Candidate]]


def diagnose(case: Case, equality: Equality, actual: World) -> Mistake | None:
    """The first mistake of the table that gives what the author wrote; None where none does."""
    body = case.draft.segment.body
    tried = 0
    for mistake in MISTAKES:
        for candidate in mistake.candidates(case):
            tried += 1
            if tried > MOST_CANDIDATES:
                return None
            if _reproduces(candidate, case, body, equality, actual):
                return mistake
    return None


def _reproduces(
    candidate: Candidate, case: Case, body: t.Node, equality: Equality, actual: World
) -> bool:
    if case.number is not None:
        try:
            found = v.simplest(candidate(actual))
        except NoValue:
            return False
        return isinstance(found, Dual) and _fits(case.number, found.value)
    agreed = 0
    for world in equality.points:
        try:
            if not close(candidate(world), world.evaluate(body)):
                return False
        except NoValue:
            continue
        agreed += 1
        if agreed == 2:
            return True
    return False


def _fits(number: Printed, value: Real) -> bool:
    if number.decimals <= 0 and value != number.value:
        return False
    return number.fit(value) is not Fit.OFF


# --- numbers: slips of the pen --------------------------------------------------------------------


def _digits(case: Case) -> Iterator[tuple[str, str]]:
    """The digits that are printed and those that should be."""
    number = case.number
    if number is not None and case.draft.value is not None:
        wanted = number.as_printed(case.draft.value)
        yield number.text.lstrip("-"), wanted.lstrip("-")


def _swapped(case: Case) -> Iterator[Candidate]:
    for printed, wanted in _digits(case):
        for at in range(len(wanted) - 1):
            turned = wanted[:at] + wanted[at + 1] + wanted[at] + wanted[at + 2 :]
            if turned == printed and turned != wanted:
                yield _printed(case)
        # across the decimal point, digits alone
        left, right = printed.replace(".", ""), wanted.replace(".", "")
        off = [i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
        if len(left) == len(right) and len(off) == 2:
            one, two = off
            if (left[one], left[two]) == (right[two], right[one]):
                yield _printed(case)


def _moved_point(case: Case) -> Iterator[Candidate]:
    number = case.number
    if number is not None and case.draft.value:
        for power in (-3, -2, -1, 1, 2, 3):
            moved = case.draft.value * mpmath.mpf(10) ** power
            unit = number.unit * max(mpmath.mpf(1), mpmath.mpf(10) ** power)
            if abs(moved - number.value) <= unit / 2:
                yield _printed(case)


def _one_digit(case: Case) -> Iterator[Candidate]:
    for printed, wanted in _digits(case):
        off = [i for i, (a, b) in enumerate(zip(printed, wanted, strict=False)) if a != b]
        if len(printed) == len(wanted) and len(off) == 1:
            yield _printed(case)


def _printed(case: Case) -> Candidate:
    number = case.number
    assert number is not None
    return lambda _: v.constant(number.value)


def _stale(case: Case) -> Iterator[Candidate]:
    """The number was printed before, as the value of something else."""
    if case.number is not None and case.number.decimals > 1:
        before = [
            e
            for e in case.ledger.like(case.number)
            if e.subject is not None and e.subject != case.right and (e.draft or 0) < case.draft.id
        ]
        if before:
            yield _printed(case)


def _value_of(node: t.Node) -> Candidate:
    return lambda world: world.evaluate(node)


def _holding(of: t.Node, by: t.Node, held: frozenset[str]) -> Candidate:
    return lambda world: world.derivative(of, by, held=held)


# --- values: what a mistake makes of the right one ---------------------------------------------------


def _right(case: Case, world: World) -> Value:
    return world.evaluate(case.right)


def _scaled(case: Case, factor: Real) -> Candidate:
    return lambda world: v.combined(v.multiply, v.constant(factor), _right(case, world))


def _sign(case: Case) -> Iterator[Candidate]:
    key = case.updated
    if key is not None:
        yield from _update(case, lambda w, g, eta: w + eta * g)
        return
    yield _scaled(case, mpmath.mpf(-1))


def _factor_two(case: Case) -> Iterator[Candidate]:
    if case.updated is not None:
        yield from _update(case, lambda w, g, eta: w - 2 * eta * g)
        yield from _update(case, lambda w, g, eta: w - eta * g / 2)
        return
    yield _scaled(case, mpmath.mpf(2))
    yield _scaled(case, mpmath.mpf("0.5"))


def _mean_for_sum(case: Case) -> Iterator[Candidate]:
    for samples in range(2, 11):
        yield _scaled(case, mpmath.mpf(1) / samples)
        yield _scaled(case, mpmath.mpf(samples))


def _update(case: Case, rule: Callable[[Real, Real, Real], Real]) -> Iterator[Candidate]:
    key, model = case.updated, case.model
    if key is None or model.loss is None or model.rate is None:
        return
    loss, rate = t.Name(model.loss), model.rate

    def candidate(world: World) -> Value:
        eta = world.value(rate)
        assert isinstance(eta, Dual)
        slope = world.derivative(loss, t.Name(key))
        return v.combined(
            lambda w, g: Dual(rule(w.value, g.value, eta.value)), world.value(key), slope
        )

    yield candidate


def _no_rate(case: Case) -> Iterator[Candidate]:
    yield from _update(case, lambda w, g, _: w - g)


def _rate_twice(case: Case) -> Iterator[Candidate]:
    yield from _update(case, lambda w, g, eta: w - eta * eta * g)


def _only_step(case: Case) -> Iterator[Candidate]:
    yield from _update(case, lambda _, g, eta: eta * g)
    yield from _update(case, lambda _, g, eta: -eta * g)


def _not_updated(case: Case) -> Iterator[Candidate]:
    yield from _update(case, lambda w, _, __: w)


# --- derivatives ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Activation:
    """``a = f(z)`` somewhere between the two ends of a derivative."""

    key: str
    function: str
    argument: t.Node


def _between(case: Case) -> list[str]:
    """The computed quantities between the two ends of a derivative token."""
    token = case.derivative
    if token is None or not isinstance(token.of, t.Name) or not isinstance(token.by, t.Name):
        return []
    try:
        top, _ = resolved(case.model, token.of)
        bottom, _ = resolved(case.model, token.by)
    except Unknown:
        return []
    return case.ancestry.between(top, bottom)[:MOST_BETWEEN]


def _activations(case: Case) -> list[_Activation]:
    token = case.derivative
    keys = _between(case)
    if token is not None and isinstance(token.of, t.Name):
        keys = [token.of.key, *keys]
    made = []
    for key in keys:
        node = case.model.definition(key)
        if isinstance(node, t.Call) and len(node.arguments) == 1 and not node.primes:
            made.append(_Activation(key, node.function, node.arguments[0]))
    return made


def _slope_at(a: _Activation, world: World, at: str) -> Real:
    node = a.argument if at == "argument" else t.Name(a.key)
    found = v.simplest(world.evaluate(t.Call(a.function, (node,), primes=1)))
    if not isinstance(found, Dual) or not found.value:
        raise NoValue("no single slope")
    return found.value


def _over_slopes(case: Case, change: Callable[[Real, Real], Real]) -> Iterator[Candidate]:
    """The right value with the slope of one activation, or of all, changed: from what to what."""
    found = _activations(case)
    groups = [[a] for a in found] + ([found] if len(found) > 1 else [])
    for group in groups:

        def candidate(world: World, group: list[_Activation] = group) -> Value:
            value = _right(case, world)
            for a in group:
                slope = _slope_at(a, world, "argument")
                other = _slope_at(a, world, "value")
                value = v.combined(v.multiply, value, v.constant(change(slope, other)))
            return value

        yield candidate


def _no_slope(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, _: 1 / slope)


def _slope_twice(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, _: slope)


def _slope_at_activation(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, other: other / slope)


def _missing_path(case: Case) -> Iterator[Candidate]:
    token = case.derivative
    if token is None or token.of is None:
        return
    of, by = token.of, token.by
    for key in _between(case):
        yield _holding(of, by, frozenset({key}))


def _doubled_path(case: Case) -> Iterator[Candidate]:
    token = case.derivative
    if token is None or token.of is None:
        return
    of, by = token.of, token.by
    for key in _between(case):
        held = frozenset({key})

        def candidate(world: World, held: frozenset[str] = held) -> Value:
            whole = world.derivative(of, by)
            rest = world.derivative(of, by, held=held)
            return v.combined(lambda a, b: v.subtract(v.add(a, a), b), whole, rest)

        yield candidate


def _bias_for_one(case: Case) -> Iterator[Candidate]:
    """The bias in place of its constant input 1."""
    token = case.derivative
    if token is not None and isinstance(token.by, t.Name):
        by = token.by
        yield lambda world: v.combined(v.multiply, _right(case, world), world.evaluate(by))


def _alive(case: Case) -> Iterator[Candidate]:
    """A dead unit treated as alive: every rectifier's slope taken as 1."""
    token = case.derivative
    if (
        token is None
        or token.of is None
        or not any(a.function in ("relu", "leaky_relu") for a in _activations(case))
    ):
        return
    of, by = token.of, token.by
    alive = _Alive(case.model)
    yield lambda world: replace(world, model=alive).derivative(of, by)


class _Alive(Changed):
    """A model whose rectifiers let everything through."""

    def definition(self, key: str) -> t.Node | None:
        node = self.model.definition(key)
        if isinstance(node, t.Call) and node.function in ("relu", "leaky_relu"):
            return node.arguments[0]
        return node


# --- formulas -----------------------------------------------------------------------------------------


def _of_trees(
    changed: Callable[[t.Node, Model], Iterable[t.Node]],
) -> Callable[[Case], Iterator[Candidate]]:
    """Candidates from single changes of the right formula."""

    def candidates(case: Case) -> Iterator[Candidate]:
        if case.formula is None:
            return
        for node in _everywhere(case.formula, lambda part: changed(part, case.model)):
            yield _value_of(node)

    return candidates


def _everywhere(node: t.Node, changed: Callable[[t.Node], Iterable[t.Node]]) -> Iterator[t.Node]:
    """The formula with one of its parts changed, for every part and every change of it."""
    yield from changed(node)
    for at, child in enumerate(t.children(node)):
        for other in _everywhere(child, changed):
            yield _with_child(node, at, other)


def _with_child(node: t.Node, at: int, other: t.Node) -> t.Node:
    count = iter(range(10**6))
    return rebuilt(node, lambda child: other if next(count) == at else child)


def siblings(name: t.Name, model: Model) -> Iterator[t.Name]:
    """Other quantities of the same letter: the neighbours of a weight."""
    base = name.key.rstrip("0123456789,[]")
    if base == name.key:
        return
    for key in sorted(model.names()):
        if key != name.key and key.rstrip("0123456789,[]") == base:
            yield replace(name, key=key)


def _neighbours(part: t.Node, model: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Name):
        yield from siblings(part, model)


def _signs(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Sum):
        for at, (negative, body) in enumerate(part.terms):
            yield replace(
                part, terms=(*part.terms[:at], (not negative, body), *part.terms[at + 1 :])
            )


def _lost_terms(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Sum) and len(part.terms) > 1:
        for at in range(len(part.terms)):
            yield replace(part, terms=part.terms[:at] + part.terms[at + 1 :])


def _lost_factors(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Product):
        for at in range(len(part.factors)):
            rest = part.factors[:at] + part.factors[at + 1 :]
            yield rest[0] if len(rest) == 1 else replace(part, factors=rest)


def _doubled_factors(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Product):
        for factor in part.factors:
            if not is_numeric(factor):
                yield replace(part, factors=(*part.factors, factor))


def _product_for_sum(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Sum) and len(part.terms) > 1:
        yield t.Product(tuple(body for _, body in part.terms))
    if isinstance(part, t.Product):
        yield t.Sum(tuple((False, body) for body in part.factors))


def _turned(part: t.Node, model: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Transposed):
        yield part.body
    elif isinstance(part, t.Name) and isinstance(model.definition(part.key), t.Matrix):
        yield t.Transposed(part)


def _log_ten(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Call) and part.function == "log":
        yield replace(part, function="log10")


def _swapped_names(part: t.Node, _: Model) -> Iterator[t.Node]:
    """``o (1 - o)`` written as ``z (1 - z)``: the argument where its activation belongs."""
    if isinstance(part, t.Sum) and len(part.terms) == 2:
        yield t.Sum((part.terms[1], part.terms[0]))


def _of_operand(case: Case) -> Iterator[Candidate]:
    """The value of a neighbour where a name's own value belongs."""
    if isinstance(case.right, t.Name):
        for other in siblings(case.right, case.model):
            yield _value_of(other)


def _after_update(case: Case) -> Iterator[Candidate]:
    """The updated value of a weight where its old one belongs."""
    name = case.right
    if isinstance(name, t.Name) and not name.mark and case.model.is_parameter(name.key):
        new = replace(name, mark="+")
        yield _value_of(new)
    token = case.derivative
    if token is not None and isinstance(token.of, t.Name):
        node = case.model.definition(token.of.key)
        for part in () if node is None else t.walk(node):
            if isinstance(part, t.Name) and case.model.is_parameter(part.key):
                new = replace(part, mark="+")
                yield _value_of(new)


def _before_update(case: Case) -> Iterator[Candidate]:
    name = case.right
    if isinstance(name, t.Name) and name.mark in UPDATE_MARKS:
        old = replace(name, mark="")
        yield _value_of(old)


MISTAKES: Sequence[Mistake] = (
    Mistake("sign", "the sign is wrong", _sign),
    Mistake("no_learning_rate", "the learning rate was left out", _no_rate),
    Mistake("learning_rate_twice", "the learning rate was applied twice", _rate_twice),
    Mistake("only_the_step", "this is the step alone, not the new value", _only_step),
    Mistake("not_updated", "this is the old value: nothing was subtracted", _not_updated),
    Mistake("dead_unit", "a dead unit was treated as alive: its slope is 0", _alive),
    Mistake("neighbour", "the value of a neighbour was taken", _of_operand),
    Mistake(
        "updated_weight",
        "the updated weight was taken; the gradient belongs to the old one",
        _after_update,
    ),
    Mistake("old_value", "the value from before the update was taken", _before_update),
    Mistake("missing_path", "one path is missing from the sum over paths", _missing_path),
    Mistake("double_path", "one path is counted twice", _doubled_path),
    Mistake("no_activation_slope", "the derivative of an activation was left out", _no_slope),
    Mistake("activation_slope_twice", "the derivative of an activation stands twice", _slope_twice),
    Mistake(
        "slope_at_activation",
        "the derivative was taken at the activation instead of the pre-activation",
        _slope_at_activation,
    ),
    Mistake("bias_for_one", "the bias itself was taken for its input, which is 1", _bias_for_one),
    Mistake("factor_two", "a factor 2 or 1/2 is lost or too many", _factor_two),
    Mistake("digits_swapped", "two digits are swapped", _swapped),
    Mistake("decimal_point", "the decimal point is in the wrong place", _moved_point),
    Mistake("stale_number", "the number belongs to an earlier line", _stale),
    Mistake("term_sign", "one term has the wrong sign", _of_trees(_signs)),
    Mistake("neighbour", "a neighbour's name stands here", _of_trees(_neighbours)),
    Mistake("transposed", "a matrix is transposed, or ought to be", _of_trees(_turned)),
    Mistake("log_base", "the logarithm is to base 10; it is the natural one", _of_trees(_log_ten)),
    Mistake("lost_factor", "a factor was left out", _of_trees(_lost_factors)),
    Mistake("double_factor", "a factor stands twice", _of_trees(_doubled_factors)),
    Mistake("lost_term", "a term was left out", _of_trees(_lost_terms)),
    Mistake(
        "product_for_sum",
        "a product stands for a sum, or a sum for a product",
        _of_trees(_product_for_sum),
    ),
    Mistake("mean_for_sum", "a sum over samples and a mean were mixed up", _mean_for_sum),
    Mistake("one_digit", "one digit is wrong", _one_digit),
)
