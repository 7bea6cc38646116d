"""Equations in general terms, ``\\delta_j = h'(a_j) \\sum_k w_kj \\delta_k``, as those of a small network.

Each index letter takes a few numbers, sums over letters are written out, and the equations that result are those of
a network with few units and few layers: what is true in general is true there, and what is false in general is
false there at almost all values.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.printed import is_printed
from derivgen.checking.maths import functions
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.deltas_in_letters import deltas_apart, deltas_by_custom
from derivgen.checking.understanding.letters_as_layers import with_numbered_layers
from derivgen.checking.understanding.running_letters import (
    Instance,
    Ranges,
    free_letters_of,
    sums_in,
)
from derivgen.checking.understanding.statements import Statement, keys_in

#: more equations are not made of a document, or of one of its statements
MOST, MOST_OF_ONE = 900, 60
#: how many instances of a claim are looked at
MOST_TRIED = 4
#: what is read as a call and is no function of its argument
_NO_FUNCTIONS = frozenset({"grad", "ones", "norm", "softmax"})
_IN_A_SET = re.compile(r"(?:(?P<sign>\\ell|ℓ)|(?P<letter>[a-z]))\s*(?:\\in|∈)")
_RELATIONS = frozenset({None, "=", "define", "assign"})


@dataclass(frozen=True)
class GeneralCase:
    """The equations of the small network, and those of them that stand for the claims of a document.

    ``free`` are the functions of one number that a document names and nowhere says what they are."""

    equations: tuple[Statement, ...]
    claims: tuple[Instance, ...]
    free: frozenset[str]


def general_cases(
    statements: Sequence[Statement], known: Container[str] = (), *, by_custom: bool = False
) -> list[GeneralCase]:
    """The small network of what a document says in general terms; none where it says nothing so, two where its letters
    may be meant in two ways.

    ``known`` are the functions that it defines; ``by_custom`` makes its deltas what they are by custom, none where
    that is nothing new."""
    counting = _counting(statements)
    said = [_over_all(s) for s in statements if _is_equation(s, counting)]
    free = free_functions(said, known)
    said = [s for s in said if not (_is_slope(s) and free & {c.function for c in _calls(s)})]
    labels = _labels(said)
    deltas = deltas_by_custom(said) if by_custom else []
    if by_custom and not deltas:
        return []
    said = deltas_apart(said)
    readings = with_numbered_layers([*_implied(said), *deltas, *said, *_of_units(said)])
    numbers = any(map(_has_number, statements))
    cases = (_case_of(reading, labels, free, numbers) for reading in readings)
    return [case for case in cases if case is not None]


def _case_of(
    said: Sequence[Statement], labels: frozenset[str], free: frozenset[str], numbers: bool
) -> GeneralCase | None:
    """The small network of some statements; ``numbers`` says that the document has values."""
    ranges = Ranges.of(said, labels)
    said = [s for s in said if not ranges.is_bound_and_free(s)]
    of_units = [s for s in said if ranges.are_units_in(s)]
    lettered = [s for s in said if free_letters_of(s) - labels and not ranges.are_units_in(s)]
    if not of_units and not lettered and not free:
        return None
    # what is said of units goes before what is said of a chain of single ones
    defined = {s.left for s in of_units}
    rest = (s for s in said if s.left not in defined and not ranges.are_units_in(s))
    # a free function may stand behind anything; and where nothing has a value, any claim may be in general terms
    whole = bool(free) or not numbers
    general = {id(s) for s in (said if whole else (*of_units, *lettered))}
    equations: list[Statement] = []
    claims: list[Instance] = []
    for statement in (*of_units, *rest):
        made = list(ranges.instances(statement))
        if len(made) > MOST_OF_ONE or len(equations) > MOST:
            return None
        equations += [instance.statement for instance in made]
        if id(statement) in general:
            claims += sorted(made, key=partial(_telling, ranges.layers))[:MOST_TRIED]
    units = {ix.without_above(key) for key in families_with_units(said, ranges.layers | labels)}
    cells = _of_cells(equations, ranges, units)
    return GeneralCase((*cells, *equations), tuple(claims), free)


def _of_cells(
    equations: Sequence[Statement], ranges: Ranges, units: Container[str]
) -> Iterator[Statement]:
    """``\\delta^2 = (\\delta^2_1, \\delta^2_2)`` for what stands as a whole and in its cells."""
    names = keys_in(equations)
    made = {s.left.key for s in equations if isinstance(s.left, t.Name)}
    numbers = [str(n) for n in ranges.values("")]
    for key in sorted(name for name in names if ix.without_above(name) in units):
        column = [ix.joined(key, [i]) for i in numbers]
        rows = [[ix.joined(key, [i, j]) for j in numbers] for i in numbers]
        for cells in ([[cell] for cell in column], rows):
            own = {cell for row in cells for cell in row}
            # one that is computed as a whole alone has its cells from that
            if own <= names and (key not in made or own <= made):
                matrix = t.Matrix(tuple(tuple(map(t.Name, row)) for row in cells))
                chain = t.Chain((t.Segment(None, t.Name(key)), t.Segment("=", matrix)))
                yield replace(equations[0], chain=chain, left=t.Name(key), earlier=())
                break


def families_with_units(
    statements: Sequence[Statement], others: frozenset[str] = frozenset()
) -> frozenset[str]:
    """The names that stand with index letters of units somewhere: ``\\delta^l`` of ``\\delta^l_j``; ``others`` are
    letters of something else."""
    letters = ix.LETTERS - others
    names = keys_in(statements)
    split = [(key, *ix.split(key)) for key in names]
    return frozenset(base for _, base, pieces in split if pieces and set(pieces) <= letters)


def free_functions(statements: Sequence[Statement], known: Container[str]) -> frozenset[str]:
    """The functions of one number of which a document does not say what they are."""
    found: set[str] = set()
    said: set[str] = set()
    for statement in statements:
        for call in _calls(statement):
            usual = v.is_function(call.function) or functions.canonical(call.function) is not None
            if len(call.arguments) == 1 and not usual and call.function not in known:
                found.add(call.function)
            else:
                said.add(call.function)
        left = statement.left
        left = left.of if isinstance(left, t.Derivative) else left
        if isinstance(left, t.Call) and not _is_slope(statement):
            said.add(left.function)
    return frozenset(found - said - _NO_FUNCTIONS)


def _is_slope(statement: Statement) -> bool:
    """True for ``f'(z) = f(z) (1 - f(z))``: what holds for any f is said before it, and this of one."""
    left = statement.left
    return isinstance(left, t.Call) and bool(left.primes)


def _calls(statement: Statement) -> Iterator[t.Call]:
    for member in statement.members:
        for part in t.walk(member):
            if isinstance(part, t.Call):
                yield part


def _implied(statements: Sequence[Statement]) -> list[Statement]:
    """What stands in one formula of a quantity for a name in another one: ``\\hat y = g(a)`` of
    ``E = (\\hat y - y)^2 = (g(a) - y)^2``."""
    known = {s.left.key for s in statements if isinstance(s.left, t.Name)}
    found: dict[str, Statement] = {}
    for statement in statements:
        members = statement.members[1:] if isinstance(statement.left, t.Name) else []
        for one, two in pairwise(members):
            pairs = set(_apart(one, two))
            name, formula = next(iter(pairs)) if len(pairs) == 1 else (None, None)
            if not isinstance(name, t.Name) or name.mark or name.key in known:
                continue
            # a letter for another one would be a slip
            if formula is not None and t.children(formula) and name.key not in t.names_in(formula):
                chain = t.Chain((t.Segment(None, name), t.Segment("=", formula)))
                made = replace(statement, chain=chain, left=name, earlier=())
                found.setdefault(name.key, made)
    return list(found.values())


def _of_units(statements: Sequence[Statement]) -> list[Statement]:
    """``a^L = \\sigma(z^L)`` said of a_j^L and z_j^L too, where these have letters and nothing else is said of them."""
    names = keys_in(statements)
    known = {s.left.key for s in statements if isinstance(s.left, t.Name)}
    units: dict[str, list[str]] = defaultdict(list)
    for key in sorted(names):
        base, pieces = ix.split(key)
        if len(pieces) == 1 and pieces[0] in ix.LETTERS:
            units[base].append(pieces[0])
            units[ix.with_above(base, "0")].append(pieces[0])  # a^0 = x of a_j^l and x_i
    found: list[Statement] = []
    for statement in statements:
        left = statement.left
        if not isinstance(left, t.Name) or ix.split(left.key)[1] or statement.chain.continued:
            continue
        inside = {key for member in statement.members[1:] for key in t.names_in(member)}
        for letter in units.get(left.key, ())[:1]:
            other = ix.joined(left.key, [letter])
            if other not in known and inside and all(key in units for key in inside):
                found.append(statement.mapped(partial(_with_letter, letter)))
    return found


def _with_letter(letter: str, node: t.Node) -> t.Node:
    if isinstance(node, t.Name):
        return replace(node, key=ix.joined(node.key, [letter]))
    return rebuilt(node, partial(_with_letter, letter))


def _apart(one: t.Node, two: t.Node) -> Iterator[tuple[t.Node, t.Node | None]]:
    """The places at which two formulas differ."""
    if one == two:
        return
    mine, yours = t.children(one), t.children(two)
    hole = t.Dots()
    empty = [rebuilt(node, lambda _: hole) for node in (one, two)]
    if mine and len(mine) == len(yours) and empty[0] == empty[1]:
        for a, b in zip(mine, yours, strict=True):
            yield from _apart(a, b)
    else:
        yield one, two


def _over_all(statement: Statement) -> Statement:
    """``\\sum_{l \\in D}``: in a network in which all units are connected it runs over all of them."""

    def over_all(node: t.Node) -> t.Node:
        if isinstance(node, t.BigSum) and (found := _IN_A_SET.match(node.index or "")):
            node = replace(node, index="l" if found["sign"] else found["letter"])
        return rebuilt(node, over_all)

    return statement.mapped(over_all)


def _has_number(statement: Statement) -> bool:
    """True for a statement that gives a quantity a value."""
    return any(is_printed(member) for member in statement.members[1:])


def _counting(statements: Sequence[Statement]) -> frozenset[str]:
    """The letters that count something in a document: a variance may be called v where no index is."""
    below = {letter for key in keys_in(statements) for letter in ix.letters_of(key)}
    sums = (big.index or "" for s in statements for m in s.members for big in sums_in(m))
    return frozenset(below.union(*(index.split(",") for index in sums)) & ix.LETTERS)


def _is_equation(statement: Statement, counting: Container[str]) -> bool:
    """True for an equation between formulas without decimals, and of no letter that is ``counting``."""
    members, segments = statement.members, statement.chain.segments
    if statement.step or statement.row is not None or len(members) < 2:
        return False
    if any(segment.relation not in _RELATIONS for segment in segments):
        return False
    left = statement.left
    if left is None or (isinstance(left, t.Name) and left.key in counting):
        return False
    parts = [part for member in members for part in t.walk(member)]
    return not any(
        isinstance(part, t.Words | t.Dots) or (isinstance(part, t.Number) and part.decimals > 0)
        for part in parts
    )


def _labels(statements: Sequence[Statement]) -> frozenset[str]:
    """Letters that look like indices and are none: the i of ``i_t = \\sigma(W_i x_t)``, an input gate's."""
    found: set[str] = set()
    for statement in statements:
        left = statement.left
        if isinstance(left, t.Name):
            own = set(ix.letters_of(left.key))
            plain = (m for m in statement.members[1:] if not t.has_derivative(m))
            found |= frozenset[str]().union(*map(ix.free_letters, plain)) - own - {"L"}
    # what a sum runs over somewhere is an index, and elsewhere a slip
    sums = (big for s in statements for member in s.members for big in sums_in(member))
    return frozenset(found.difference(*((big.index or "").split(",") for big in sums)))


def _telling(layers: frozenset[str], instance: Instance) -> tuple[bool, bool]:
    """Instances with different numbers for different units say most, and those of a layer between the others."""
    units = [number for letter, number in instance.numbers.items() if letter not in layers]
    return len(set(units)) < len(units), 2 not in instance.numbers.values()
