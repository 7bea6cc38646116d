"""What a document does where authors differ: its conventions, and where it changes them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import (
    is_printed,
    printed_matrix,
    printed_number,
)
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import full_key
from derivgen.checking.report import Remark
from derivgen.checking.understanding.align import factors
from derivgen.checking.understanding.samples import is_numbered
from derivgen.checking.understanding.shapes import Shape, shape_of
from derivgen.checking.understanding.statements import Learned, Statement
from derivgen.errors import Place

#: where in the file a statement stands
PlaceOf = Callable[[Statement], Place | None]
#: names for the number of samples
COUNTS = frozenset(("n", "m", "N", "M", "n_samples", "batch"))
#: how a document's two ways of doing one thing are told apart in a remark
CHANGES = {
    "loss": "the loss has {first} at first, and {then} here",
    "update": "the update has {first} at first, and {then} here",
    "delta": "a delta is {first} at first, and {then} here",
    "weights": "a weight matrix has {first} at first, and {then} here",
}


def conventions(
    learned: Learned, model: Model, place: PlaceOf = lambda _: None
) -> tuple[dict[str, str], tuple[Remark, ...]]:
    """Conventions by name, and remarks on those that change within the document.

    ``model`` is what the document is judged by, under the author's own names."""
    found: dict[str, str] = {}
    remarks: list[Remark] = []
    for name, rows in (
        ("loss", list(_loss(learned, model))),
        ("samples", list(_samples(learned, model))),
        ("weights", list(_weights(learned, model))),
        ("delta", list(_deltas(learned, model))),
        ("update", list(_updates(learned))),
    ):
        if not rows:
            continue
        first = rows[0][0]
        found[name] = Counter(row for row, _ in rows).most_common(1)[0][0]
        for text, statement in rows:
            if text != first and name in CHANGES:
                message = CHANGES[name].format(first=first, then=text)
                remarks.append(Remark("convention", message, place(statement)))
                break
    more = {"bias": _bias(learned, model), "decimals": _decimals(learned)}
    found |= {name: said for name, said in more.items() if said is not None}
    return found, tuple(remarks)


# --- the loss --------------------------------------------------------------------------------


def _loss(learned: Learned, model: Model) -> Iterator[tuple[str, Statement]]:
    """What stands before the squares, in each statement that defines the loss."""
    count = _number_of_samples(learned, model)
    for statement in learned.statements:
        if not isinstance(statement.left, t.Name) or _end(statement.left, model) != model.loss:
            continue
        for segment in statement.chain.segments:
            text = factor_of(segment.body, count)
            if text is not None:
                yield text, statement


def _end(name: t.Name, model: Model) -> str:
    """The key of what a name stands for: ``loss = E``."""
    key = full_key(name)
    for _ in range(5):
        node = model.definition(key)
        if not isinstance(node, t.Name):
            break
        key = full_key(node)
    return key


def factor_of(node: t.Node, samples: int | None = None) -> str | None:
    """The factor before a sum of squares, of which a mean over ``samples`` is no part; None for a
    formula without names in a square."""
    shape = shape_of(node)
    numbers = set(_square_factors(shape, Fraction(1)))
    if len(numbers) != 1:
        return None
    ((number, counted),) = numbers
    mean = counted or any(isinstance(p, t.BigSum) and p.sign == "mean" for p in t.walk(node))
    half = number == Fraction(1, 2)  # it may be the mean of two, but is the usual factor
    if not mean and not half and samples and number * samples in (1, Fraction(1, 2)):
        mean, number = True, number * samples
    if mean:
        return (
            "the mean of the squares"
            if number == 1
            else f"the factor {number} and the mean of the squares"
        )
    return "no factor" if number == 1 else f"the factor {number}"


def _square_factors(shape: Shape, factor: Fraction) -> Iterator[tuple[Fraction, bool]]:
    """The numbers before squares, and whether those are divided by a count of samples."""
    if shape.kind == "sum":
        for part in shape.parts:
            yield from _square_factors(part, factor)
    elif shape.kind == "product":
        counted = any(_is_over_count(part) for part in shape.parts)
        for part in shape.parts:
            if part.kind == "number":
                factor *= Fraction(part.label)
        for part in shape.parts:
            if part.kind != "number":
                for number, inside in _square_factors(part, factor):
                    yield number, inside or counted
    elif shape.kind == "power":
        base, exponent = shape.parts
        if exponent.kind == "number" and exponent.label == 2 and any(base.names()):
            yield factor, False


def _is_over_count(shape: Shape) -> bool:
    if shape.kind != "power":
        return False
    base, exponent = shape.parts
    return base.kind == "name" and base.label in COUNTS and exponent.label == -1


# --- matrices --------------------------------------------------------------------------------


def _layers(learned: Learned, model: Model) -> Iterator[tuple[t.Node, t.Node, Statement]]:
    """The two factors of products that define something: ``W x`` or ``X W``, where one is a matrix that
    training changes."""
    for statement in learned.statements:
        left = statement.left
        made = model.definition(full_key(left)) if isinstance(left, t.Name) else None
        if made is None or isinstance(made, t.Derivative):
            continue  # a gradient comes back through the transposed of the matrix
        for segment in statement.chain.segments:
            terms = (
                segment.body.terms if isinstance(segment.body, t.Sum) else ((False, segment.body),)
            )
            for _, term in terms:
                parts = factors(term)
                if len(parts) == 2 and sum(_is_weight(part, model) for part in parts) == 1:
                    yield parts[0], parts[1], statement


def _is_weight(node: t.Node, model: Model) -> bool:
    name = node.body if isinstance(node, t.Transposed) else node
    if not isinstance(name, t.Name) or not model.is_parameter(name.key):
        return False
    return _size(name.key, model) is not None


def _size(key: str, model: Model) -> tuple[int, int] | None:
    """The rows and columns of what is given as a matrix."""
    node = model.given(key)
    matrix = None if node is None else printed_matrix(node)
    return (len(matrix), len(matrix[0])) if matrix else None


def _weights(learned: Learned, model: Model) -> Iterator[tuple[str, Statement]]:
    """Whether a unit's weights are a row of their matrix or a column."""
    for one, other, statement in _layers(learned, model):
        first = _is_weight(one, model)
        turned = isinstance(one if first else other, t.Transposed)
        text = "a row for each unit" if first != turned else "a column for each unit"
        mark = "^T" if turned else ""
        yield f"{text} ({f'W{mark} x' if first else f'x W{mark}'})", statement


def _samples(learned: Learned, model: Model) -> Iterator[tuple[str, Statement]]:
    """Whether samples are rows or columns, where there is more than one."""
    for one, other, statement in _layers(learned, model):
        first = _is_weight(one, model)
        data = other if first else one
        size = _size(data.key, model) if isinstance(data, t.Name) else None
        if size is None or model.definition(getattr(data, "key", "")) is not None:
            continue
        if size[1 if first else 0] > 1:
            yield ("one in each column" if first else "one in each row"), statement


def _number_of_samples(learned: Learned, model: Model) -> int | None:
    for one, other, _ in _layers(learned, model):
        first = _is_weight(one, model)
        data = other if first else one
        size = _size(data.key, model) if isinstance(data, t.Name) else None
        if size is not None and size[1 if first else 0] > 1:
            return size[1 if first else 0]
    return None


# --- deltas ----------------------------------------------------------------------------------


def _deltas(learned: Learned, model: Model) -> Iterator[tuple[str, Statement]]:
    """Which way round the error stands in a delta: ``(a - y)`` or ``(y - a)``."""
    for statement in learned.statements:
        left = statement.left
        if not isinstance(left, t.Name) or not left.key.lower().startswith("delta"):
            continue
        for segment in statement.chain.segments:
            for negative, difference in _differences(segment.body):
                (_, one), (_, other) = difference.terms
                computed = [_is_computed(part, model) for part in (one, other)]
                if computed[0] == computed[1]:
                    continue
                output_first = computed[0] != negative
                yield ("output minus target" if output_first else "target minus output"), statement


def _differences(node: t.Node, negative: bool = False) -> Iterator[tuple[bool, t.Sum]]:
    """Differences of two names among the factors, with the sign of the product."""
    if isinstance(node, t.Negated):
        yield from _differences(node.body, not negative)
    elif isinstance(node, t.Product):
        parts = node.factors
        signs = sum(isinstance(part, t.Negated) for part in parts)
        for part in parts:
            inner = part.body if isinstance(part, t.Negated) else part
            if isinstance(inner, t.Sum):
                yield from _differences(inner, negative != bool(signs % 2))
    elif isinstance(node, t.Sum) and len(node.terms) == 1:
        ((sign, body),) = node.terms
        yield from _differences(body, negative != sign)
    elif isinstance(node, t.Sum) and _is_difference(node):
        yield negative, node


def _is_difference(node: t.Sum) -> bool:
    signs = [sign for sign, _ in node.terms]
    return signs == [False, True] and all(isinstance(body, t.Name) for _, body in node.terms)


def _is_computed(node: t.Node, model: Model) -> bool:
    return isinstance(node, t.Name) and model.definition(full_key(node)) is not None


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
            sign = "minus" if negative else "plus"
            parts = factors(step)
            if any(isinstance(part, t.Derivative) for part in parts):
                yield f"{sign} the gradient", statement
            elif any(isinstance(p, t.Name) and p.key.lower().startswith("delta") for p in parts):
                yield f"{sign} the learning rate times delta", statement


# --- biases ----------------------------------------------------------------------------------


def _bias(learned: Learned, model: Model) -> str | None:
    """How many units share a bias, and whether any bias is updated."""
    readers: dict[str, set[frozenset[str]]] = defaultdict(set)
    weighted = False
    for definition in learned.model.definitions.values():
        if not isinstance(definition, t.Sum) or any(negative for negative, _ in definition.terms):
            continue
        terms = [_without_ones(body) for _, body in definition.terms]
        products = [parts for term in terms if len(parts := factors(term)) > 1]
        names = {name.key for parts in products for name in filter(None, map(_named, parts))}
        if not names:
            continue
        weighted = True
        # samples that go through one unit have its weights in common
        unit = frozenset(filter(learned.model.is_parameter, names))
        unit = unit or frozenset(ix.without_above(n) if is_numbered(n) else n for n in names)
        for (_, body), term in zip(definition.terms, terms, strict=True):
            for key in _given(term, model):
                readers[key].add(unit)
                if t.ONES in factors(body) and printed_number(model.given(key) or t.ONES):
                    readers[key].add(frozenset((key,)))  # one number for a column of units
    if not weighted:
        return None
    if not readers:
        return "none"
    shared = "shared" if max(map(len, readers.values())) > 1 else "one per unit"
    updated = {
        statement.left.key
        for statement in learned.statements
        if isinstance(statement.left, t.Name) and statement.left.mark in UPDATE_MARKS
    }
    if updated and not updated & readers.keys():
        return f"{shared}, not updated"
    return shared


def _given(term: t.Node, model: Model) -> list[str]:
    """The key of a given quantity, or those of the cells that it is made of."""
    if not isinstance(term, t.Name):
        return []
    node = model.definition(full_key(term))
    if node is None:
        return [full_key(term)]
    cells = [c for row in node.rows for c in row] if isinstance(node, t.Matrix) else [node]
    names = [c for c in cells if isinstance(c, t.Name) and model.definition(full_key(c)) is None]
    return [full_key(name) for name in names] if len(names) == len(cells) else []


def _without_ones(node: t.Node) -> t.Node:
    """``b * 1`` is b: the 1 is the input of the bias, or a column of ones."""
    parts = factors(node)
    rest = [p for p in parts if p != t.ONES and not (isinstance(p, t.Number) and p.value == 1)]
    return rest[0] if len(parts) > 1 and len(rest) == 1 else node


def _named(node: t.Node) -> t.Name | None:
    name = node.body if isinstance(node, t.Transposed) else node
    return name if isinstance(name, t.Name) else None


# --- decimals --------------------------------------------------------------------------------


def _decimals(learned: Learned) -> str | None:
    """The most common number of decimals of what was worked out."""
    found = [
        part.decimals
        for statement in learned.statements
        for before, result in pairwise(
            (*statement.earlier, *(s.body for s in statement.chain.segments))
        )
        # a number behind its own name may be a given one
        if not is_printed(before) and not isinstance(before, t.Name) and is_printed(result)
        for part in t.walk(result)
        if isinstance(part, t.Number)
    ] or [
        part.decimals
        for key, nodes in learned.printed.items()
        if key in learned.model.definitions
        for node in nodes
        for part in t.walk(node)
        if isinstance(part, t.Number)
    ]
    # short ones are mostly exact
    counts = Counter([d for d in found if d > 1] or [d for d in found if d])
    return str(counts.most_common(1)[0][0]) if counts else None
