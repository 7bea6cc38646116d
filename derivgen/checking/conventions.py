"""What a document does where authors differ: its conventions, and where it changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise

from derivgen.checking.align import factors
from derivgen.checking.maths import tree as t
from derivgen.checking.model import Model
from derivgen.checking.noting import full_key
from derivgen.checking.printed import is_numeric, is_printed
from derivgen.checking.report import Remark
from derivgen.checking.resolving import UPDATE_MARKS
from derivgen.checking.shapes import Shape, shape_of
from derivgen.checking.statements import Learned, Statement
from derivgen.errors import Place

#: where in the file a statement stands
PlaceOf = Callable[[Statement], Place | None]


def conventions(
    learned: Learned, model: Model, place: PlaceOf = lambda _: None
) -> tuple[dict[str, str], tuple[Remark, ...]]:
    """Conventions by name, and remarks on those that change within the document.

    ``model`` is what the document is judged by, under the author's own names."""
    found: dict[str, str] = {}
    remarks: list[Remark] = []
    for name, rows in (
        ("loss", list(_loss(learned, model))),
        ("update", list(_updates(learned))),
    ):
        if not rows:
            continue
        first = rows[0][0]
        found[name] = Counter(row for row, _ in rows).most_common(1)[0][0]
        for text, statement in rows:
            if text != first:
                message = f"the {name} has {first} at first, and {text} here"
                remarks.append(Remark("convention", message, place(statement)))
                break
    more = {"bias": _bias(learned, model), "decimals": _decimals(learned)}
    found |= {name: said for name, said in more.items() if said is not None}
    return found, tuple(remarks)


# --- the loss --------------------------------------------------------------------------------


def _loss(learned: Learned, model: Model) -> Iterator[tuple[str, Statement]]:
    """What stands before the squares, in each statement that defines the loss."""
    for statement in learned.statements:
        left = statement.left
        if not isinstance(left, t.Name) or full_key(left) != model.loss:
            continue
        for segment in statement.chain.segments:
            text = factor_of(segment.body)
            if text is not None:
                yield text, statement


def factor_of(node: t.Node) -> str | None:
    """The factor before a sum of squares; None for a formula without names in a square."""
    shape = shape_of(node)
    numbers = set(_square_factors(shape, Fraction(1)))
    if len(numbers) != 1:
        return None
    (number,) = numbers
    over = any(isinstance(part, t.BigSum) and part.sign == "mean" for part in t.walk(node))
    if over:
        return "the mean of the squares"
    return "no factor" if number == 1 else f"the factor {number}"


def _square_factors(shape: Shape, factor: Fraction) -> Iterator[Fraction]:
    if shape.kind == "sum":
        for part in shape.parts:
            yield from _square_factors(part, factor)
    elif shape.kind == "product":
        for part in shape.parts:
            if part.kind == "number":
                factor *= Fraction(part.label)
        for part in shape.parts:
            if part.kind != "number":
                yield from _square_factors(part, factor)
    elif shape.kind == "power":
        base, exponent = shape.parts
        if exponent.kind == "number" and exponent.label == 2 and any(base.names()):
            yield factor


# --- updates ---------------------------------------------------------------------------------


def _updates(learned: Learned) -> Iterator[tuple[str, Statement]]:
    """Whether parameters go against the gradient: ``w - eta g``, or ``w + eta g``."""
    for statement in learned.statements:
        left = statement.left
        if not isinstance(left, t.Name):
            continue
        for segment in statement.chain.segments:
            body = segment.body
            marked = left.mark in UPDATE_MARKS or segment.relation == "assign"
            if not marked or not isinstance(body, t.Sum) or len(body.terms) != 2:
                continue
            (_, first), (negative, step) = body.terms
            if not isinstance(first, t.Name) or first.key != left.key:
                continue
            if any(isinstance(part, t.Derivative) for part in factors(step)):
                yield ("minus the gradient" if negative else "plus the gradient"), statement


# --- biases ----------------------------------------------------------------------------------


def _bias(learned: Learned, model: Model) -> str | None:
    """How many units share a bias, and whether any bias is updated."""
    readers: Counter[str] = Counter()
    weighted = False
    for definition in learned.model.definitions.values():
        if not isinstance(definition, t.Sum):
            continue
        products = [b for _, b in definition.terms if isinstance(b, t.Product)]
        if not products or any(negative for negative, _ in definition.terms):
            continue
        weighted = True
        for body in (_without_ones(body) for _, body in definition.terms):
            if isinstance(body, t.Name) and model.definition(full_key(body)) is None:
                readers[full_key(body)] += 1
    if not weighted:
        return None
    if not readers:
        return "none"
    shared = "shared" if max(readers.values()) > 1 else "one per unit"
    updated = {
        statement.left.key
        for statement in learned.statements
        if isinstance(statement.left, t.Name) and statement.left.mark in UPDATE_MARKS
    }
    if updated and not updated & readers.keys():
        return f"{shared}, not updated"
    return shared


def _without_ones(node: t.Node) -> t.Node:
    """``b_1 * 1`` as ``b_1``: the bias as the weight of an input that is 1."""
    if not isinstance(node, t.Product):
        return node
    rest = [part for part in node.factors if not (isinstance(part, t.Number) and part.value == 1)]
    return rest[0] if len(rest) == 1 else node


# --- decimals --------------------------------------------------------------------------------


def _decimals(learned: Learned) -> str | None:
    """The most common number of decimals of what was worked out."""
    counts: Counter[int] = Counter()
    for statement in learned.statements:
        members = (*statement.earlier, *(s.body for s in statement.chain.segments))
        for before, result in pairwise(members):
            if is_numeric(before) and not is_printed(before) and is_printed(result):
                counts.update(
                    p.decimals for p in t.walk(result) if isinstance(p, t.Number) and p.decimals
                )
    if not counts:
        for key, nodes in learned.printed.items():
            if key in learned.model.definitions:
                numbers = (p for node in nodes for p in t.walk(node) if isinstance(p, t.Number))
                counts.update(p.decimals for p in numbers if p.decimals > 0)
    return str(counts.most_common(1)[0][0]) if counts else None
