"""Single changes of a formula: of the right one, or of the one that the author wrote to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.mistakes.case import Candidate, Case
from derivgen.checking.mistakes.derivatives import Activation, activation
from derivgen.checking.mistakes.paths import between
from derivgen.checking.mistakes.relatives import Relatives
from derivgen.checking.mistakes.updates import value_of
from derivgen.checking.understanding.align import factors

#: how many names are tried for a factor or a term that was left out
MOST_NAMES = 60

ONE, TWO = Fraction(1), Fraction(2)
#: the signs of two terms
SIGNS = ((False, False), (False, True), (True, False))

#: the forms that one part of a formula may be changed to
Change = Callable[[t.Node, Model], Iterable[t.Node]]


def of_trees(
    changed: Callable[[t.Node, Model], Iterable[t.Node]],
) -> Callable[[Case], Iterator[Candidate]]:
    """Candidates from single changes of the right formula."""

    def candidates(case: Case) -> Iterator[Candidate]:
        for formula in case.formulas:
            for node in everywhere(formula, lambda part: changed(part, case.model)):
                yield value_of(node)

    return candidates


def everywhere(node: t.Node, changed: Callable[[t.Node], Iterable[t.Node]]) -> Iterator[t.Node]:
    """The formula with one of its parts changed, for every part and every change of it; the bounds of a sum
    stay as they are."""
    yield from changed(node)
    if isinstance(node, t.BigSum):
        yield from (replace(node, body=other) for other in everywhere(node.body, changed))
        return
    for at, child in enumerate(t.children(node)):
        for other in everywhere(child, changed):
            yield _with_child(node, at, other)


def _with_child(node: t.Node, at: int, other: t.Node) -> t.Node:
    count = iter(range(10**6))
    return rebuilt(node, lambda child: other if next(count) == at else child)


def neighbours(
    part: t.Node, relatives: Relatives, among: Callable[[str], bool] | None = None
) -> Iterator[t.Name]:
    """Other quantities of the same letter: the neighbours of a weight; all of them, or those among some."""
    if isinstance(part, t.Name):
        yield from (replace(part, key=key) for key in filter(among, relatives.like(part.key)))


def of_neighbours(case: Case) -> Iterator[Candidate]:
    """The right formula with a neighbour's name in it; one that stands in the author's, where that is known."""
    among = case.can_stand_for(case.body) if case.is_formula else case.surroundings
    for formula in case.formulas:
        for node in everywhere(formula, lambda part: neighbours(part, case.relatives, among)):
            yield value_of(node)


def signs(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Sum):
        for at, (negative, body) in enumerate(part.terms):
            yield replace(
                part, terms=(*part.terms[:at], (not negative, body), *part.terms[at + 1 :])
            )


def powers(part: t.Node, _: Model) -> Iterator[t.Node]:
    """``e^u`` as ``e^{-u}``, and the other way round."""
    if isinstance(part, t.Call) and part.function == "exp" and len(part.arguments) == 1:
        (argument,) = part.arguments
        other = argument.body if isinstance(argument, t.Negated) else t.Negated(argument)
        yield replace(part, arguments=(other,))


def lost_terms(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Sum) and len(part.terms) > 1:
        for at in range(len(part.terms)):
            yield replace(part, terms=part.terms[:at] + part.terms[at + 1 :])


def lost_factors(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Product):
        for at in range(len(part.factors)):
            rest = part.factors[:at] + part.factors[at + 1 :]
            yield rest[0] if len(rest) == 1 else replace(part, factors=rest)


def doubled_factors(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Product):
        for factor in part.factors:
            if not is_numeric(factor):
                yield replace(part, factors=(*part.factors, factor))


def product_for_sum(part: t.Node, _: Model) -> Iterator[t.Node]:
    # times 1 is no product that anybody writes: p - 1 with the wrong target would be p * 1
    plain = isinstance(part, t.Sum) and any(
        isinstance(body, t.Number) and body.value in (0, 1) for _, body in part.terms
    )
    if isinstance(part, t.Sum) and len(part.terms) > 1 and not plain:
        yield t.Product(tuple(body for _, body in part.terms))
    if isinstance(part, t.Product):
        parts = factors(part)
        for at in range(1, len(parts)):
            sides = (tuple(parts[:at]), tuple(parts[at:]))
            left, right = (s[0] if len(s) == 1 else replace(part, factors=s) for s in sides)
            yield t.Sum(((False, left), (False, right)))
    if isinstance(part, t.BigSum) and part.sign == "sum":
        yield from _taken_out(part)


def _taken_out(part: t.BigSum) -> Iterator[t.Node]:
    """A sum with its last factors as a term of their own: ``sum w x . b`` as ``sum w x + b``."""
    parts = factors(part.body)
    for at in range(1, len(parts)):
        sides = (tuple(parts[:at]), tuple(parts[at:]))
        inside, outside = (s[0] if len(s) == 1 else t.Product(s) for s in sides)
        yield t.Sum(((False, replace(part, body=inside)), (False, outside)))


def turned(part: t.Node, model: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Transposed):
        yield part.body
    elif (isinstance(part, t.Name) and _may_be_array(part, model)) or (
        isinstance(part, t.Derivative)
        and isinstance(part.by, t.Name)
        and _may_be_array(part.by, model)
    ):
        yield t.Transposed(part)


def with_turned(case: Case) -> Iterator[t.Node]:
    """What the author wrote with one array in it transposed, or all of it."""
    yield from mending(turned)(case)
    if case.is_formula:
        yield t.Transposed(case.body)


def _may_be_array(name: t.Name, model: Model) -> bool:
    given = model.given(name.key)
    return (
        bool(model.definition(name.key)) or isinstance(given, t.Matrix) or name.key in model.extents
    )


def of_logs_to_ten(case: Case) -> Iterator[Candidate]:
    """The right formula with a logarithm to base 10, or all of them."""
    yield from of_trees(_log_ten)(case)
    yield from (value_of(_all_to_ten(formula)) for formula in case.formulas)


def _log_ten(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Call) and part.function == "log":
        yield replace(part, function="log10")


def _all_to_ten(node: t.Node) -> t.Node:
    made = rebuilt(node, _all_to_ten)
    if isinstance(made, t.Call) and made.function == "log":
        return replace(made, function="log10")
    return made


def natural_log(part: t.Node, _: Model) -> Iterator[t.Node]:
    if isinstance(part, t.Call) and part.function in ("log10", "log2"):
        yield replace(part, function="log")


def of_operand(case: Case) -> Iterator[Candidate]:
    """The value of a neighbour where a name's own value belongs, also in a formula that a number was put in for."""
    if case.is_copied:
        among = case.surroundings
        for other in everywhere(case.right, lambda part: neighbours(part, case.relatives, among)):
            yield value_of(other)


# --- mending what the author wrote --------------------------------------------------------------------


def mending(changed: Change) -> Callable[[Case], Iterator[t.Node]]:
    """What the author wrote with one part changed, for a formula."""

    def mended(case: Case) -> Iterator[t.Node]:
        if case.number is None and not case.is_copied:
            yield from everywhere(case.body, lambda part: changed(part, case.model))

    return mended


def other_neighbours(case: Case) -> Iterator[t.Node]:
    """What the author wrote with a name's neighbour, one that the right value can depend on."""
    if case.number is None and not case.is_copied:
        among = case.can_stand_for(case.right)
        yield from everywhere(case.body, lambda part: neighbours(part, case.relatives, among))


def without_repeated(part: t.Node, _: Model) -> Iterator[t.Node]:
    """A product without one, or all, of the factors that stand in it twice; a square as its base."""
    if isinstance(part, t.Product):
        parts = factors(part)
        again = [at for at, factor in enumerate(parts) if factor in parts[:at]]
        for left_out in [{at} for at in again] + ([set(again)] if len(again) > 1 else []):
            rest = tuple(factor for at, factor in enumerate(parts) if at not in left_out)
            yield rest[0] if len(rest) == 1 else replace(part, factors=rest)
    if isinstance(part, t.Power) and part.exponent == t.Number("2", TWO):
        yield part.base


def at_activations(case: Case) -> Iterator[t.Node]:
    """What the author wrote, ``z (1 - z)``, with the activation that is computed from z in its place."""
    if case.number is not None or case.is_copied:
        return
    among = filter(case.can_stand_for(case.right), sorted(case.model.names()))
    for made in filter(None, (activation(case.model, key) for key in among)):
        yield from everywhere(case.body, partial(_activated, by=made))


def _activated(part: t.Node, by: Activation) -> Iterator[t.Node]:
    if isinstance(part, t.Product | t.Sum) and by.argument in t.names_of(part):
        yield _renamed(part, by.argument, t.Name(by.key))


def unmarked(part: t.Node, model: Model) -> Iterator[t.Node]:
    """An updated value, as its old one."""
    if not isinstance(part, t.Name) or part.mark not in UPDATE_MARKS:
        return
    if not model.known(t.full_key(part)):  # a name of its own is no updated value
        yield replace(part, mark="")


def all_unmarked(case: Case) -> Iterator[t.Node]:
    """What the author wrote with one updated value, or all of them, as the old ones."""
    yield from mending(unmarked)(case)
    if case.is_formula:
        yield _without_marks(case.body, case.model)


def _without_marks(node: t.Node, model: Model) -> t.Node:
    for changed in unmarked(node, model):
        return changed
    return rebuilt(node, lambda child: _without_marks(child, model))


def _renamed(node: t.Node, old: t.Name, new: t.Name) -> t.Node:
    if node == old:
        return new
    if isinstance(node, t.Derivative | t.Call):
        return node  # d a / d z and f(z) are of z indeed
    return rebuilt(node, lambda child: _renamed(child, old, new))


def with_rest_of_one(case: Case) -> Iterator[t.Node]:
    """What the author wrote with something subtracted from a factor 1 in it: ``a (1)`` as ``a (1 - a)``."""
    if not case.is_formula:
        return
    here = dict.fromkeys(t.names_of(case.body))
    for base in (*here, *(part for part in _missing_parts(case) if isinstance(part, t.Name))):
        for other in (base, t.Power(base, t.Number("2", TWO))):
            yield from everywhere(case.body, partial(_rest_of_one, other=other))


def _rest_of_one(part: t.Node, other: t.Node) -> Iterator[t.Node]:
    if isinstance(part, t.Product):
        for at, factor in enumerate(part.factors):
            if isinstance(factor, t.Number) and factor.value == 1 and not factor.decimals:
                made = t.Sum(((False, factor), (True, other)))
                yield replace(part, factors=(*part.factors[:at], made, *part.factors[at + 1 :]))


def with_factor(case: Case) -> Iterator[t.Node]:
    """What the author wrote, or one term of it, times a quantity or a derivative of the document."""
    body = case.body
    if not case.is_formula or is_numeric(body):
        return
    parts = _missing_parts(case)
    here = set(t.names_of(body))
    rest_of_slope = [
        t.Sum(((False, t.Number("1", ONE)), (True, other)))
        for part in parts
        for other in ((part,) if part in here else ()) + _square_of(part, case)
    ]
    slopes = [
        t.Product((part, t.Sum(((False, t.Number("1", ONE)), (True, part)))))
        for part in parts
        if isinstance(part, t.Name)
    ]
    for other in (*parts, *rest_of_slope, *slopes):
        yield t.Product((body, other))
        if isinstance(other, t.Derivative):  # of arrays, which stand in their order
            yield t.Product((other, body))
        yield t.Product((body, other), "o")
        if isinstance(body, t.Sum):
            for at, (negative, term) in enumerate(body.terms):
                made = (negative, t.Product((term, other)))
                yield replace(body, terms=(*body.terms[:at], made, *body.terms[at + 1 :]))
    for name in here:  # 1 - h for 1 - h h
        yield from everywhere(body, partial(_squared, name=name))


def _square_of(part: t.Node, case: Case) -> tuple[t.Node, ...]:
    """The h^2 of the slope 1 - h^2 of a tangent, which one of several terms may have lost."""
    made = case.model.definition(part.key) if isinstance(part, t.Name) else None
    tangent = isinstance(made, t.Call) and made.function == "tanh"
    return (t.Power(part, t.Number("2", TWO)),) if tangent and isinstance(case.body, t.Sum) else ()


def _squared(part: t.Node, name: t.Name) -> Iterator[t.Node]:
    if part == name:
        yield t.Product((name, name), "o")


def with_term(case: Case) -> Iterator[t.Node]:
    """What the author wrote, or one factor of it, with a quantity added or subtracted."""
    body, right = case.body, case.right
    if not case.is_formula or (is_numeric(body) and not isinstance(right, t.Call)):
        return
    here = [part for part in t.walk(body) if isinstance(part, t.Name | t.Call)]
    if isinstance(right, t.Call) and len(right.arguments) == 1:
        (argument,) = right.arguments  # a sigmoid has a power in it
        here += [t.Call("exp", (t.Negated(argument),)), t.Call("exp", (argument,))]
    others = dict.fromkeys([t.Number("1", ONE), *here, *_missing_parts(case), *_paths(case)])

    for other in others:
        yield from added(body, other)
        yield from everywhere(body, partial(_with_factor_added, other=other))


def added(part: t.Node, other: t.Node) -> Iterator[t.Node]:
    return (t.Sum(((left, part), (right, other))) for left, right in SIGNS)


def _with_factor_added(part: t.Node, other: t.Node) -> Iterator[t.Node]:
    """A product with something added to, or subtracted from, one of its factors; or a quotient, below."""
    if isinstance(part, t.Quotient):
        yield from (replace(part, bottom=made) for made in added(part.bottom, other))
    if isinstance(part, t.Product):
        for at, factor in enumerate(part.factors):
            for made in added(factor, other):
                yield replace(part, factors=(*part.factors[:at], made, *part.factors[at + 1 :]))


def _missing_parts(case: Case) -> list[t.Node]:
    """Names that the claim's subject is computed from, and derivatives along the way."""
    right = case.right
    keys, related = case.reach(right), case.can_stand_for(right)
    if isinstance(right, t.Name) and case.updated is not None and case.model.loss is not None:
        by = replace(right, mark="")
        rate = [] if case.model.rate is None else [t.Name(case.model.rate)]
        return [t.Derivative(t.Name(case.model.loss), by), *rate]
    names: list[t.Node] = [t.Name(key) for key in sorted(keys)[:MOST_NAMES]]
    local = [
        t.Derivative(t.Name(key), t.Name(read))
        for key in sorted(keys)[:MOST_NAMES]
        for read in case.ancestry.reads(key)
        if case.derivative is not None
    ]
    # where no derivative of the same thing stands there, that by an array on the way may be what is missing
    begun = any(isinstance(part, t.Derivative) for part in t.walk(case.body))
    arrays = (key for key in between(case) if isinstance(case.model.given(key), t.Matrix))
    middle = frozenset(() if begun else arrays)
    written = [
        token
        for token in case.tokens
        if not isinstance(token.of, t.Name) or related(token.of.key)
        if case.derivative is None
        or token.of != case.derivative.of
        or token.by == case.derivative.of
        or (isinstance(token.by, t.Name) and token.by.key in middle)
    ]
    return [*names, *dict.fromkeys([*_bridges(case), *local[:MOST_NAMES], *written])]


def _paths(case: Case) -> Iterator[t.Node]:
    """A derivative that the document writes and the one behind it, from one end of a claim's to the other."""
    whole = case.derivative
    if whole is None or not isinstance(whole.by, t.Name):
        return
    for one in case.tokens:
        if one.of == whole.of and isinstance(one.by, t.Name) and one.by != whole.by:
            yield t.Product((one, t.Derivative(one.by, whole.by)))


def _bridges(case: Case) -> Iterator[t.Node]:
    """Derivatives that would make a chain of those that stand there: from where one ends to the next."""
    if case.derivative is None:
        return
    there = [part for part in t.walk(case.body) if isinstance(part, t.Derivative)]
    ends = dict.fromkeys([case.derivative.by, *(token.of for token in there if token.of)])
    for token in dict.fromkeys(there):
        for end in ends:
            if isinstance(token.by, t.Name) and isinstance(end, t.Name) and token.by != end:
                yield t.Derivative(token.by, end)
