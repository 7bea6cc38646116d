"""Equations in index letters, ``z_j = \\sum_i w_ji x_i + b_j``, where a document has no cell with a number: they are
meant for every unit, so they are looked at in a network with a few of them.

It is all or nothing: where anything is not understood, no cells are made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric, is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.extents import has_arrays
from derivgen.checking.understanding.layers import LAYERS
from derivgen.checking.understanding.statements import Statement

#: how many units such a network has for each letter
UNITS = 3
#: more cells are not made up
MOST_CELLS = 400
#: a letter below or above (no number) in the names of one letter
_Slot = tuple[str, int]


def with_units(
    statements: Sequence[Statement], layer: str, tabled: Iterable[str] = ()
) -> tuple[Sequence[Statement], set[str], set[str]]:
    """The statements with their sums written out for such a network, the names of its cells, and those of what
    counts these (the n of a sum to n); ``layer`` is the letter of the layers, where there are any; ``tabled``
    are the keys in tables.  The statements as they are, and no names, where a document numbers cells or gives
    their values, or where its letters do not run under sums."""
    names = dict.fromkeys(key for s in statements for key in _names(s))
    lettered = [key for key in names if _letters(key, layer)]
    nothing: set[str] = set()
    families = {ix.family(key) for key in lettered}
    valued = not families.isdisjoint(map(ix.family, tabled)) or _has_values(statements, families)
    sums = [part for node in _bodies(statements) for part in t.walk(node) if _indices(part)]
    if (
        not lettered
        or valued
        or _are_cells(statements, families)
        or not all(isinstance(s, t.BigSum) and _is_open(s) for s in sums)
    ):
        return statements, nothing, nothing
    counts = {s.upper.key for s in sums if isinstance(s, t.BigSum) and isinstance(s.upper, t.Name)}
    said = (s.left for s in statements if len(s.chain.segments) > 1)
    if any(isinstance(left, t.Name) and left.key in counts for left in said):
        return statements, nothing, nothing  # how many there are is said
    ranged = _under_sums(statements, layer)
    slots = {slot for key in lettered for slot in _slots(key, layer)}
    plain = all(not _is_moved(key) for key in lettered)
    if not plain or not slots <= ranged or _recurs(statements, layer):
        return statements, nothing, nothing
    found: set[str] = set()
    for key in lettered:
        found |= set(_cells(key, layer))
        if len(found) > MOST_CELLS:
            return statements, nothing, nothing
    return [statement.mapped(_written_out) for statement in statements], found, counts


def _are_cells(statements: Sequence[Statement], families: set[str]) -> bool:
    """True where arrays are computed as wholes, and the letters are those of their cells: ``P = \\sigma(S)`` beside
    ``\\sum_n \\sum_k (P_nk - T_nk)^2``."""
    wholes = {
        s.left.key for s in statements if isinstance(s.left, t.Name) and s.left.key[:1].isupper()
    }
    return has_arrays(statements) and not wholes.isdisjoint(families)


def _written_out(node: t.Node) -> t.Node:
    """A formula with a term for each unit in place of its sums over units."""
    inner = rebuilt(node, _written_out)
    if not isinstance(inner, t.BigSum) or inner.sign != "sum":
        return inner
    body = inner.body
    for letter in _indices(inner):
        terms = ((False, ix.at(body, {letter: i})) for i in range(1, UNITS + 1))
        body = t.Sum(tuple(terms))
    return body if _indices(inner) else inner


def _bodies(statements: Sequence[Statement]) -> Iterator[t.Node]:
    return (segment.body for s in statements for segment in s.chain.segments)


def _is_open(node: t.BigSum) -> bool:
    """True for a sum over all units, however many there are: from 1, to a name or to nothing."""
    begins = node.lower is None or (isinstance(node.lower, t.Number) and node.lower.value == 1)
    return begins and (node.upper is None or isinstance(node.upper, t.Name))


def _is_moved(key: str) -> bool:
    """True for ``h_{t-1}``."""
    return any(ix.is_moved(piece) for piece in ix.split(ix.without_above(key))[1])


def _letters(key: str, layer: str) -> list[str]:
    """The index letters of a key but for that of its layer."""
    found = ix.letters_of(key)
    return found[1:] if layer and ix.above(key)[:1] in (layer, "L") else found


def _slots(key: str, layer: str) -> Iterator[_Slot]:
    for at, _ in enumerate(_letters(key, layer)):
        yield ix.family(key), at


def _names(statement: Statement) -> Iterator[str]:
    for segment in statement.chain.segments:
        yield from (name.key for name in t.names_of(segment.body))


def _under_sums(statements: Sequence[Statement], layer: str) -> set[_Slot]:
    """The places of letters that run under a sum somewhere, or that share a letter with such a place."""
    together: dict[_Slot, set[_Slot]] = {}
    found: list[_Slot] = []
    for statement in statements:
        by_letter: dict[str, set[_Slot]] = {}
        for key in _names(statement):
            for at, letter in enumerate(_letters(key, layer)):
                by_letter.setdefault(letter, set()).add((ix.family(key), at))
        for part in (part for body in _bodies([statement]) for part in t.walk(body)):
            for letter in _indices(part):
                found += by_letter.get(letter, ())
        for slots in by_letter.values():
            for slot in slots:
                together.setdefault(slot, set()).update(slots)
    ranged: set[_Slot] = set()
    while found:
        slot = found.pop()
        if slot not in ranged:
            ranged.add(slot)
            found += together.get(slot, ())
    return ranged


def _indices(node: t.Node) -> list[str]:
    return node.index.split(",") if isinstance(node, t.BigSum) and node.index else []


def _has_values(statements: Sequence[Statement], families: set[str]) -> bool:
    """True where one of the families, a cell of it or a sum over cells has a number or an array of numbers."""
    for statement in statements:
        members = [segment.body for segment in statement.chain.segments]
        summed = any(_indices(part) for member in members for part in t.walk(member))
        if summed and any(map(is_numeric, members)):
            return True
        left = statement.left
        if isinstance(left, t.Name) and ix.family(left.key) in families:
            digits = any(piece.isdigit() for piece in ix.split(ix.without_above(left.key))[1])
            if digits or any(map(is_printed, members)):
                return True
    return any(
        ix.family(key) in families
        and any(piece.isdigit() for piece in ix.split(ix.without_above(key))[1])
        for statement in statements
        for key in _names(statement)
    )


def _recurs(statements: Sequence[Statement], layer: str) -> bool:
    """True where units are computed from units of the same name: ``o_j = \\sigma(\\sum_i w_ij o_i)``."""
    reads: dict[str, set[str]] = {}
    for statement in statements:
        left, segments = statement.left, statement.chain.segments
        if not isinstance(left, t.Name) or len(segments) < 2:
            continue
        if layer and ix.above(left.key)[:1] == layer:
            continue
        for segment in segments[1:]:
            if not t.has_derivative(segment.body):
                names = {ix.family(key) for key in t.names_in(segment.body)}
                reads.setdefault(ix.family(left.key), set()).update(names)
    return any(family in all_read_by(family, reads) for family in reads)


def all_read_by(family: str, reads: Mapping[str, set[str]]) -> set[str]:
    """What something is computed from, in some steps; ``reads`` has what each is computed from in one."""
    found: set[str] = set()
    waiting = [family]
    while waiting:
        new = reads.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _cells(key: str, layer: str) -> Iterator[str]:
    """The names of all cells that a key in letters stands for."""
    letters = list(dict.fromkeys(_letters(key, layer)))
    above = ix.above(key)
    layers: list[int | None] = [None]
    if layer and above[:1] in (layer, "L"):
        layers = list(range(0 if above.endswith("-1") else 1, LAYERS + 1))
    for number in layers:
        placed = key if number is None else ix.with_above(key, str(number))
        for numbers in product(range(1, UNITS + 1), repeat=len(letters)):
            yield ix.put_in(placed, dict(zip(letters, numbers, strict=True)))
