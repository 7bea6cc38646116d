"""Paths of a derivative: left out, counted twice, cut short, or taken with weights of another step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.equality import close
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import Unknown, resolved
from derivgen.checking.evaluating.values import Dual, NoValue, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.mistakes.case import Candidate, Case

#: how many quantities between the two ends of a derivative are looked at
MOST_BETWEEN = 40
#: how many cells an array has whose paths are looked at one by one
MOST_CELLS = 12


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a derivative: as they are written, and their keys."""

    of: t.Node
    by: t.Node
    top: str
    bottom: str


def ends(case: Case) -> Ends | None:
    """The ends of the derivative that a claim is about; an array for one of its cells."""
    token = case.derivative
    if token is None or not isinstance(token.of, t.Name) or not isinstance(token.by, t.Name):
        return None
    try:
        top, _ = resolved(case.model, token.of)
        bottom, state = resolved(case.model, token.by)
    except Unknown:
        return None
    if state == "after":
        return None
    element = case.model.element(bottom)
    return Ends(token.of, token.by, top, bottom if element is None else element.array)


def between(case: Case) -> list[str]:
    """The computed quantities between the two ends of a derivative token."""
    found = ends(case)
    if found is None:
        return []
    made = case.model.definition(found.bottom)
    # of an array that is made of its cells, these are what is read
    cells = t.names_in(made) if isinstance(made, t.Matrix) else ()
    ways = (case.ancestry.between(found.top, bottom) for bottom in (found.bottom, *cells))
    return list(dict.fromkeys(chain.from_iterable(ways)))[:MOST_BETWEEN]


def _together(keys: Sequence[str]) -> Iterator[frozenset[str]]:
    """Quantities by themselves, and the cells of one array of a network, or of a row of it: ``h[2,0]``, ``h[2,1]``."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        array, bracket, index = key.partition("[")
        if bracket:
            groups[array].append(key)
            if "," in index:
                groups[key.rpartition(",")[0]].append(key)
    yield from (frozenset({key}) for key in keys)
    yield from (frozenset(group) for group in groups.values() if len(group) > 1)


def missing_path(case: Case) -> Iterator[Candidate]:
    """The paths through one quantity are missing, or all but those."""
    found = ends(case)
    for held in _together(between(case)):
        assert found is not None
        if len(held) == 1:
            yield from _split(found, held)
        else:
            yield _without(found, held)
    if found is not None:
        for array in between(case):
            for cell in _cells(case.model, array):
                yield from _split_at_cell(found, cell)


def _cells(model: Model, array: str) -> list[t.Name]:
    """The cells of a document's array by their names, one name for each; none where there are many or one."""
    places: dict[tuple[int, int], str] = {}
    for key in model.names():
        element = model.element(key)
        if element is not None and element.array == array:
            places.setdefault((element.row, element.column), key)
    return [t.Name(key) for key in places.values()] if 1 < len(places) <= MOST_CELLS else []


def _split_at_cell(found: Ends, cell: t.Name) -> Iterator[Candidate]:
    """The paths through one cell of an array, and all others."""

    def parts(world: World) -> tuple[Value, Value]:
        above = v.simplest(world.derivative(found.of, cell))
        whole = world.derivative(found.of, found.by)
        these = v.combined(v.multiply, world.derivative(cell, found.by), above)
        if v.is_nothing(these) or close(these, whole):
            raise NoValue("all paths lead through it, or none")
        return these, v.combined(v.subtract, whole, these)

    yield lambda world: parts(world)[1]
    yield lambda world: parts(world)[0]


def _without(found: Ends, held: frozenset[str]) -> Candidate:
    return lambda world: _some(world, found, held)[1]


def _split(found: Ends, held: frozenset[str]) -> Iterator[Candidate]:
    def these(world: World) -> Value:
        whole, rest = _some(world, found, held)
        return v.combined(v.subtract, whole, rest)

    yield _without(found, held)
    yield these


def _some(world: World, found: Ends, held: frozenset[str]) -> tuple[Value, Value]:
    """A derivative, and what is left of it where some quantities are held.

    Raises NoValue where the held ones take all of it or nothing away."""
    whole = world.derivative(found.of, found.by)
    rest = world.derivative(found.of, found.by, held=held)
    if v.is_nothing(rest):
        raise NoValue("all paths lead through it")
    if v.is_nothing(v.combined(v.subtract, whole, rest)):
        raise NoValue("no path leads through it")
    return whole, rest


def doubled_path(case: Case) -> Iterator[Candidate]:
    found = ends(case)
    for key in between(case):

        def candidate(world: World, key: str = key) -> Value:
            assert found is not None
            whole, rest = _some(world, found, frozenset({key}))
            return v.combined(lambda a, b: v.subtract(v.add(a, a), b), whole, rest)

        yield candidate


def cut_in_time(case: Case) -> Iterator[Candidate]:
    """What is used in every step counts in one of them alone."""
    found = ends(case)
    if found is None:
        return
    readers = [key for key in between(case) if found.bottom in case.ancestry.reads(key)]
    leads = case.ancestry.leads
    for key in readers:
        # steps are quantities of one letter, of which one leads to the next
        steps = [other for other in readers if _is_step(case.model, other, found.bottom)]
        same = [other for other in steps if _letter(other) == _letter(key)]
        if any(leads(a, b) for a in same for b in same if a != b):
            yield _without(found, frozenset(readers) - {key})


def _is_step(model: Model, key: str, array: str) -> bool:
    """True for ``h_2`` and ``h^(2)`` that are no cells of the array by which is differentiated."""
    numbered = ix.above(key).isdigit() or any(piece.isdigit() for piece in ix.split(key)[1])
    element = model.element(key)
    return (numbered or "[" in key) and (element is None or element.array != array)


def _letter(key: str) -> str:
    return ix.split(ix.without_above(key.partition("[")[0]))[0]


def held_statistics(case: Case) -> Iterator[Candidate]:
    """All but one of the quantities that read the denominator taken for constants: a mean and a variance."""
    found = ends(case)
    if found is None:
        return
    readers = [key for key in between(case) if found.bottom in case.ancestry.reads(key)]
    if any(_multiplies(case.model.definition(key), found.bottom) for key in readers):
        return  # a weight has no statistics
    leads = case.ancestry.leads
    for main in readers:
        # what the others are for: the main one reads them
        others = frozenset(
            key
            for key in readers
            if key != main and leads(main, key) and _letter(key) != _letter(main)
        )
        if others:
            yield _without(found, others)


def _multiplies(definition: t.Node | None, key: str) -> bool:
    """True where a quantity is a factor beside another one: ``W x``, ``W^T h``."""
    products = (part for part in t.walk(definition or t.Words("")) if isinstance(part, t.Product))
    for product in products:
        bare = [f.body if isinstance(f, t.Transposed) else f for f in product.factors]
        names = {factor.key for factor in bare if isinstance(factor, t.Name)}
        if key in names and len(names) > 1:
            return True
    return False


def softmax_diagonal(case: Case) -> Iterator[Candidate]:
    """Only the share that belongs to the score, p_i (1 - p_i), and nothing through the others."""
    found = ends(case)
    token = case.derivative
    if found is None or token is None or not isinstance(token.by, t.Name):
        return
    shares = [key for key in (found.top, *between(case)) if _is_share(case.model, key)]
    if found.top in shares:

        def own(world: World) -> Value:
            share = world.evaluate(found.of)
            return v.mapped(lambda p: v.multiply(p, v.subtract(v.constant(1), p)), share)

        def none(_: World) -> Value:
            return v.constant(0)

        yield own
        yield none
    for key in shares:
        if key != found.top:
            yield list(_split(found, frozenset({key})))[1]
    yield from _diagonal_of_array(case, found)


def _diagonal_of_array(case: Case, found: Ends) -> Iterator[Candidate]:
    """As above for ``p = softmax(z)`` as a whole: for all of z, or for one cell of it and the same cell of p."""
    token = case.derivative
    assert token is not None
    assert isinstance(token.by, t.Name)
    for name in _same_of_softmax(case, token.by):

        def candidate(world: World, name: str = name) -> Value:
            share = world.evaluate(t.Name(name))
            slope = v.mapped(lambda p: v.multiply(p, v.subtract(v.constant(1), p)), share)
            return v.combined(v.multiply, world.derivative(found.of, t.Name(name)), slope)

        yield candidate


def softmax_without_sum(case: Case) -> Iterator[Candidate]:
    """For all scores at once, or one of them: its own probability times the derivative by that, and nothing of the
    sum over all probabilities."""
    found = ends(case)
    token = case.derivative
    if found is None or token is None or not isinstance(token.by, t.Name):
        return
    for name in _same_of_softmax(case, token.by):

        def candidate(world: World, name: str = name) -> Value:
            share = world.evaluate(t.Name(name))
            return v.combined(v.multiply, world.derivative(found.of, t.Name(name)), share)

        yield candidate


def _same_of_softmax(case: Case, score: t.Name) -> Iterator[str]:
    """The probabilities that are the softmax of some scores as a whole; of one score the one beside it."""
    cell = case.model.element(resolved(case.model, score)[0])
    for key in (k for k in between(case) if _is_softmax(case.model.definition(k))):
        if cell is None:
            yield key
        else:
            wanted = replace(cell, array=key)
            yield from (n for n in case.model.names() if case.model.element(n) == wanted)


def _is_softmax(node: t.Node | None) -> bool:
    return isinstance(node, t.Call) and node.function == "softmax"


def _is_share(model: Model, key: str) -> bool:
    """True for one of the shares of a softmax that is written out: a power over a sum of them."""
    node = model.definition(key)
    if not isinstance(node, t.Quotient):
        return False
    bottom = node.bottom
    if isinstance(bottom, t.Name):
        bottom = model.definition(bottom.key) or bottom
    return _powers(node.top) == 1 and (_powers(bottom) > 1 or isinstance(bottom, t.BigSum))


def _powers(node: t.Node) -> int:
    return sum(isinstance(part, t.Call) and part.function == "exp" for part in t.walk(node))


def updated_weights(case: Case) -> Iterator[Candidate]:
    """A derivative in which weights on the way have their new values, and everything else its old one."""
    found = ends(case)
    if found is None:
        return
    keys = [found.top, *between(case)]
    read = dict.fromkeys(name for key in keys for name in case.ancestry.reads(key))
    weights = [key for key in read if case.model.is_parameter(key) and key != found.bottom]
    groups = [(key,) for key in weights] + ([tuple(weights)] if len(weights) > 1 else [])
    for group in groups[:MOST_BETWEEN]:

        def candidate(world: World, group: tuple[str, ...] = group) -> Value:
            stated = {**world.stated, **{key: world.after.value(key) for key in group}}
            values = {key: world.value(key) for key in keys}
            held = {key: at for key, at in values.items() if isinstance(at, Dual)}
            return replace(world, stated=stated, rounded=held).derivative(found.of, found.by)

        yield candidate
