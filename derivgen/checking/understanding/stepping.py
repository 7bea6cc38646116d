"""New values without a mark: ``w_1 = 0.6 - 0.25 * 0.0668 = 0.5833`` where 0.6 is what w_1 was before.

What is added may be a quantity of the author's own, a velocity: then the document has a rule of its own.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import (
    exact_value,
    exact_values,
    first_values,
    is_numeric,
    printed_matrix,
)
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import place_in
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.changes import changes_of
from derivgen.checking.understanding.new_values import new_values
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.update_rules import unknown_step

#: words before the new values of parameters
_MOVED = re.compile(
    r"\b(?:moves? to|becomes?|(?:new|updated) (?:values?|parameters?|weights?|bias(?:es)?)"
    r"|after (?:the|this|one) (?:update|step)|update (?:gives|yields)|are (?:then|now|updated to))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stepped:
    """The statements with the mark for a new value where they give one, and the model, whose rule is not known
    where that is not plain gradient descent."""

    statements: tuple[Statement, ...]
    model: DocumentModel


def stepped(statements: Sequence[Statement], model: DocumentModel, budget: Budget) -> Stepped:
    """See :class:`Stepped`."""
    by_value = new_values(statements, model, budget)
    #: what the loss is computed from is no velocity, whatever its value
    above = frozenset[str]() if model.loss is None else Ancestry(model).upstream(model.loss)
    changes = changes_of(model)
    now: dict[str, tuple[Fraction, ...]] = {}
    printed: dict[Fraction, t.Node] = {}
    found: list[Statement] = []
    #: what is added to parameters, and has another value in each step
    velocities: set[str] = set()
    trained: set[str] = set()
    #: letters of quantities of which a rule says how each of them is changed: ``w_i <- w_i - eta g_i``
    ruled: set[str] = set()
    #: what a derivative was taken by
    sloped: set[str] = set()
    for statement in statements:
        name, segments = statement.left, statement.chain.segments
        if isinstance(name, t.Name) and not name.mark and not statement.chain.continued:
            told = bool(_MOVED.search(statement.passage.before)) and name.key in sloped
            told = (told and model.is_parameter(name.key)) or id(statement) in by_value
            step = _step(name, segments, model, now, ruled, told=told)
            if step is not None:
                element = model.element(name.key)
                trained.add(name.key if element is None else element.array)
                marked = replace(name, mark="new")
                first = replace(segments[0], body=marked)
                chain = replace(statement.chain, segments=(first, *segments[1:]))
                statement = replace(statement, chain=chain, left=marked)
                sources = [printed.get(abs(change)) for change in step if change]
                names = [source for source in sources if isinstance(source, t.Name)]
                velocities |= {source.key for source in names if source.key not in above | changes}
                velocities |= {key for key in _put_in(segments, printed) if not model.known(key)}
                last = exact_values(segments[-1].body)
                if last:
                    now[name.key] = last
        left = statement.left
        if isinstance(left, t.Derivative) and isinstance(left.by, t.Name):
            sloped.add(left.by.key)
        if isinstance(left, t.Name) and left.mark in UPDATE_MARKS:
            if ix.letters_of(left.key):
                ruled.add(ix.family(left.key))
            elif new := exact_values(segments[-1].body):
                now[left.key] = new
        for segment in segments if left is not None and not is_numeric(left) else ():
            value = exact_value(segment.body)
            if value is not None and left is not None:
                printed[abs(value)] = left
        found.append(statement)
    model = replace(model, parameters=model.parameters | trained)
    if velocities:
        model = replace(model, step=unknown_step, opaque=model.opaque | velocities)
    return Stepped(tuple(found), model)


def _step(
    name: t.Name,
    segments: Sequence[t.Segment],
    model: DocumentModel,
    now: Mapping[str, tuple[Fraction, ...]],
    ruled: Container[str],
    *,
    told: bool,
) -> tuple[Fraction, ...] | None:
    """What is added to the present value of a given quantity, each of it, 0 where that is a product."""
    given = _given(name.key, model)
    if given is None or model.definition(name.key) is not None or len(segments) < 2:
        return None
    if len(segments) == 2:
        # "w <- 0.38" of a weight that is something else now
        new, before = exact_values(segments[1].body), now.get(name.key, exact_values(given))
        moved = bool(new) and bool(before) and new != before
        arrow = segments[1].relation == "assign" and model.is_parameter(name.key)
        by_rule = ix.family(name.key) in ruled and not ix.letters_of(name.key)
        if (arrow or by_rule or told) and printed_matrix(segments[1].body) is not None:
            return (Fraction(0),) if segments[1].body != given else None
        return (Fraction(0),) if moved and (arrow or by_rule or told) else None
    body = segments[1].body
    before = first_values(body)
    if not isinstance(body, t.Sum) or not before or not is_numeric(body):
        return None
    if before != now.get(name.key, exact_values(given)):
        return None
    return tuple(exact_value(change) or Fraction(0) for _, change in body.terms[1:])


def _put_in(segments: Sequence[t.Segment], printed: Mapping[Fraction, t.Node]) -> Iterator[str]:
    """The keys of what was printed last as a factor of a change: the velocity of ``0.5 - 0.1 * 0.8``."""
    body = segments[1].body
    for _, change in body.terms[1:] if isinstance(body, t.Sum) else ():
        for factor in change.factors if isinstance(change, t.Product) else ():
            source = printed.get(abs(exact_value(factor) or Fraction(0)))
            if isinstance(source, t.Name):
                yield source.key


def _given(key: str, model: DocumentModel) -> t.Node | None:
    """The number that is given for a quantity, by itself or in its array."""
    element = model.element(key)
    if element is None:
        return model.given(key)
    array = model.given(element.array)
    if not isinstance(array, t.Matrix) or model.definition(element.array) is not None:
        return None
    place = place_in((len(array.rows), len(array.rows[0])), element.row, element.column)
    return None if place is None else array.rows[place[0]][place[1]]
