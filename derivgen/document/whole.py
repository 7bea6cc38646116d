"""Forward equations of whole arrays: ``z = W x + b``, with the numbers as vectors and matrices.

A part of an array that is computed in turns (a step of a recurrent network) is a vector with its
turn as subscript: ``h_2``, and ``h_t`` while the turn is a letter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from derivgen.derivation.instances import stage_entries
from derivgen.document.equations import affine_node, index_bases
from derivgen.document.formulas import Formulas
from derivgen.document.grids import grid_node
from derivgen.document.matrix_form import ONES, Operand, operands, product
from derivgen.document.worked import MOST_EXTRA_DIGITS
from derivgen.formula.build import (
    add,
    call,
    map_children,
    matrix,
    multiply,
    negate,
    number,
    transpose,
    vector,
)
from derivgen.formula.from_sympy import share
from derivgen.formula.tree import Chain, Node, RelationSign, Symbol
from derivgen.network.model import Affine, Equation, Index, Ref, Softmax, Stage, Term, Terms
from derivgen.notation import Entry, updated

#: numbers are put in where no array of the equation has more rows or columns
MOST_SIDE = 5

#: what stands for a reading: a name, or its numbers
Reading = Callable[[Ref], Node]


@dataclass(frozen=True)
class _Slice:
    """A reading with its turns taken out: the indices that are left, and their sizes."""

    indices: tuple[str, ...]
    sizes: tuple[int, ...]


def whole_rule(formulas: Formulas, stage: Stage) -> Chain | None:
    """A stage's equation in matrix form, its turns as letters; None where it has no such form."""
    equation = formulas.derivation.network.equations[stage.equation]
    right = _right(formulas, stage, lambda ref: _name(formulas, equation, stage, ref, False))
    if right is None:
        return None
    return Chain(_name(formulas, equation, stage, equation.target, False), (("=", right),))


def whole_evaluation(formulas: Formulas, stage: Stage) -> Chain | None:
    """A stage's equation in matrix form, with its numbers where they are few, and what it gives."""
    network = formulas.derivation.network
    equation = network.equations[stage.equation]
    right = _right(formulas, stage, lambda ref: _name(formulas, equation, stage, ref, True))
    if right is None:
        return None
    chain = Chain(_name(formulas, equation, stage, equation.target, True), (("=", right),))
    entries = list(stage_entries(network, stage))
    if formulas.passed.symbolic:
        return chain
    if len(equation.refs) > 1 and _is_small(formulas, stage):
        extra = _extra_digits(formulas, entries)
        put_in = _right(
            formulas, stage, lambda ref: _numbers(formulas, equation, stage, ref, extra)
        )
        if put_in is not None:
            links = (*chain.links, ("=", _with_ones(put_in, formulas, stage)))
            chain = Chain(chain.left, links)
    sign: RelationSign = "=" if all(formulas.is_exact(e) for e in entries) else "approx"
    result = _numbers(formulas, equation, stage, equation.target, 0)
    return Chain(chain.left, (*chain.links, (sign, result)))


# --- the right side -------------------------------------------------------------------------


def _right(formulas: Formulas, stage: Stage, reading: Reading) -> Node | None:
    equation = formulas.derivation.network.equations[stage.equation]
    target = _slice(formulas, equation, stage, equation.target)
    if target is None or len(target.indices) > 2:
        return None
    match equation.body:
        case Terms(terms):
            found = [_term(formulas, equation, stage, term, target, reading) for term in terms]
            if any(node is None for node in found):
                return None
            return add(*(node for node in found if node is not None))
        case Softmax(ref=ref, log=log):
            source = equation.refs[ref]
            own = _slice(formulas, equation, stage, source)
            if own is None or len(own.indices) != 1 or len(target.indices) != 1:
                return None
            body = call(Symbol("softmax"), reading(source))
            return call(Symbol("ln"), body) if log else body
    return None


def _term(
    formulas: Formulas,
    equation: Equation,
    stage: Stage,
    term: Term,
    target: _Slice,
    reading: Reading,
) -> Node | None:
    readings: dict[object, tuple[Ref, Node, tuple[int, ...]]] = {}
    for symbol, ref in equation.refs.items():
        if symbol not in term.expression.free_symbols:
            continue
        part = _slice(formulas, equation, stage, ref)
        if part is None or len(part.indices) > 2:
            return None
        plain = Ref(ref.array, tuple(Affine.of(name) for name in part.indices))
        readings[symbol] = (plain, reading(ref), part.sizes)
    found = operands(term.expression, readings, formulas.functions)
    if found is None:
        return None
    coefficient, factors = found
    arrays = [f for f in factors if f.indices]
    if not _is_readable(arrays, term.bound):
        return None
    if prod(target.sizes) == 1 and not arrays:  # one unit: no ones to spread a scalar over
        body: Node | None = multiply([f.node for f in factors], "none")
    else:
        body = product(factors, target.indices, target.sizes, shapes=False)
    if body is None:
        return None
    coefficient *= term.coefficient
    size = abs(coefficient)
    scaled = body if size == 1 else multiply([share(size), body], "none")
    return negate(scaled) if coefficient < 0 else scaled


def _is_readable(arrays: list[Operand], bound: tuple[Index, ...]) -> bool:
    """Sums over one array alone, and products of arrays of different shapes with no sum, would need
    vectors of ones: they are clearer with indices."""
    if bound:
        sides = {frozenset(f.indices) for f in arrays}
        inner = len(sides) == 1 and all(len(f.indices) == 1 for f in arrays)
        return len(arrays) == 2 and len(bound) == 1 and (len(sides) == 2 or inner)
    return len({frozenset(f.indices) for f in arrays}) <= 1


def _slice(formulas: Formulas, equation: Equation, stage: Stage, ref: Ref) -> _Slice | None:
    """What is left of a reading when its turns are fixed; None for one that is not over whole axes."""
    pinned = dict(stage.pinned)
    ranges = {i.name: i for i in (*equation.free, *_bound(equation))}
    shape = formulas.derivation.network.quantities[ref.array].shape
    names: list[str] = []
    sizes: list[int] = []
    for index, size in zip(ref.indices, shape, strict=True):
        if all(name in pinned for name, _ in index.factors):
            continue
        name = index.plain
        if name is None or (ranges[name].start, ranges[name].stop) != (0, size) or name in names:
            return None
        names.append(name)
        sizes.append(size)
    return _Slice(tuple(names), tuple(sizes))


def _bound(equation: Equation) -> tuple[Index, ...]:
    match equation.body:
        case Terms(terms):
            return tuple(i for term in terms for i in term.bound)
        case Softmax(over=over):
            return (over,)
    return ()


def _with_ones(node: Node, formulas: Formulas, stage: Stage) -> Node:
    """The numbers of a sum with vectors of ones written out, so that nobody has to ask what a bold 1
    is."""
    equation = formulas.derivation.network.equations[stage.equation]
    target = _slice(formulas, equation, stage, equation.target)
    assert target is not None
    if node == ONES:
        return vector([number("1")] * target.sizes[0])
    if node == transpose(ONES):
        return matrix([[number("1")] * target.sizes[-1]])
    return map_children(node, lambda child: _with_ones(child, formulas, stage))


# --- names and numbers ----------------------------------------------------------------------


def _name(formulas: Formulas, equation: Equation, stage: Stage, ref: Ref, at_turn: bool) -> Node:
    """``W``, ``h_2``, ``h_{t-1}``, ``x_1`` (an element, where only one is read)."""
    quantity = formulas.derivation.network.quantities[ref.array]
    pinned = dict(stage.pinned)
    turns = [all(name in pinned for name, _ in index.factors) for index in ref.indices]
    start = quantity.naming.start or (0,) * len(ref.indices)
    if prod(quantity.shape) == 1:
        return formulas.name((ref.array, (0,) * len(quantity.shape)))
    if not any(turns):
        name = formulas.names.whole(ref.array)
        return updated(name) if formulas.is_changed(ref.array) else name
    bases = index_bases(formulas.derivation.network, equation)
    labels: list[Node] = []
    for index, turn, first in zip(ref.indices, turns, start, strict=True):
        if turn:
            here = number(str(int(index.value(pinned)) + first))
            labels.append(here if at_turn else affine_node(index, first, bases))
    name = formulas.names.part(ref.array, tuple(labels))
    return updated(name) if formulas.is_changed(ref.array) else name


def _numbers(formulas: Formulas, equation: Equation, stage: Stage, ref: Ref, extra: int) -> Node:
    """A reading's numbers, at the turn of the stage."""
    shape = formulas.derivation.network.quantities[ref.array].shape
    if not shape:
        return formulas.number((ref.array, ()), extra)
    part = _slice(formulas, equation, stage, ref)
    assert part is not None
    pinned = dict(stage.pinned)

    def cell(at: tuple[int, ...]) -> Node:
        here = {**dict(zip(part.indices, at, strict=False)), **pinned}
        return formulas.number((ref.array, tuple(int(i.value(here)) for i in ref.indices)), extra)

    if prod(part.sizes) == 1:
        return cell((0,) * len(part.sizes))
    return grid_node(part.sizes, cell)


def _is_small(formulas: Formulas, stage: Stage) -> bool:
    equation = formulas.derivation.network.equations[stage.equation]
    parts = [_slice(formulas, equation, stage, ref) for ref in equation.refs.values()]
    return all(part is not None and max(part.sizes, default=1) <= MOST_SIDE for part in parts)


def _extra_digits(formulas: Formulas, entries: list[Entry]) -> int:
    """How many digits more the printed operands need to give every printed result."""
    if formulas.passed.carried or formulas.derivation.task.numbers.exact:
        return 0
    return next(
        (n for n in range(MOST_EXTRA_DIGITS) if all(formulas.gives(e, n) for e in entries)),
        MOST_EXTRA_DIGITS,
    )
