"""What stands where in a document, before anything is decided: right sides, printed numbers, calculations,
derivative tokens, updates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from derivgen.checking.evaluating.model import Function
from derivgen.checking.evaluating.printed import (
    is_numeric,
    is_printed,
    printed_number,
)
from derivgen.checking.evaluating.resolving import CONSTANTS, UPDATE_MARKS
from derivgen.checking.maths import functions
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import full_key, names_in
from derivgen.checking.understanding.filling import Said
from derivgen.checking.understanding.following import begins_with_value, is_assignment
from derivgen.checking.understanding.statements import Statement

#: how many definitions are put into a function's
MOST_PUT_IN = 20


@dataclass
class Notes:
    """What stands where, before anything is decided."""

    sides: dict[str, list[t.Node]] = field(default_factory=lambda: defaultdict(list))
    printed: dict[str, list[t.Node]] = field(default_factory=lambda: defaultdict(list))
    calculations: dict[str, list[t.Node]] = field(default_factory=lambda: defaultdict(list))
    #: printed numbers that stand behind a calculation in their own line
    worked_out: dict[str, list[t.Node]] = field(default_factory=lambda: defaultdict(list))
    #: right sides with derivatives in them: deltas
    rules: dict[str, list[t.Node]] = field(default_factory=lambda: defaultdict(list))
    #: those that were said in index letters of all that are alike
    general: dict[str, list[t.Node]] = field(default_factory=lambda: defaultdict(list))
    functions: dict[str, Function] = field(default_factory=dict)
    #: what stands right of the first line that defines a function
    stated_for: dict[str, Sequence[t.Node]] = field(default_factory=dict)
    #: what a line makes of arguments with other names beside these: ``D(x) = sigmoid(w x + b)``
    headed: dict[str, Function] = field(default_factory=dict)
    #: the arguments with which each function is called
    called: dict[str, list[tuple[t.Node, ...]]] = field(default_factory=lambda: defaultdict(list))
    derivatives: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: left sides with a mark: (key, mark)
    marked: set[tuple[str, str]] = field(default_factory=set)
    #: keys of names with a mark, with it
    marked_keys: set[str] = field(default_factory=set)
    #: formulas with the calculation that follows them
    substitutions: list[tuple[t.Node, t.Node]] = field(default_factory=list)
    #: what stands for the new value of a parameter: (key, right side)
    updates: list[tuple[str, t.Node]] = field(default_factory=list)
    #: keys that tables give a new value
    trained: frozenset[str] = frozenset()
    used: Counter[str] = field(default_factory=Counter)
    #: what was printed so far
    said: Said = field(default_factory=Said)
    #: calculations that stand alone, with names for their numbers
    filled: dict[str, t.Node] = field(default_factory=dict)
    #: True where a sum begins at 0
    from_zero: bool = False
    #: names that are given a new value, and what it is each time (``m <- beta m + ...``)
    assigned: dict[str, list[t.Node]] = field(default_factory=lambda: defaultdict(list))
    #: keys that a line begins with that prints their values: ``x = 0.5``
    stated: set[str] = field(default_factory=set)
    #: keys that were printed as the result of something: with an approximate sign
    results: set[str] = field(default_factory=set)
    #: what a chain says of a name in it that it does not begin with: y_hat is a_2 in ``a_2 = \\sigma(z_2) = \\hat y``, and
    #: z is w x + b in ``a = \\sigma(z) = \\sigma(w x + b)``
    within: dict[str, t.Node] = field(default_factory=dict)
    #: formulas behind a sign for about the same: they define nothing that has another formula
    near: set[int] = field(default_factory=set)


def functions_of_more(notes: Notes) -> None:
    """``D(x) = sigmoid(w x + b)`` defines a function where D is called elsewhere too: ``D(x)``, ``D(G(z))``; and so
    does ``J(w_0) = |r|^2`` beside ``r = X w_0 - y``, where there is a ``J(w_1)``."""
    for name, function in notes.headed.items():
        calls = [a for a in notes.called[name] if len(a) == len(function.parameters)]
        body = _down_to(notes, function.body, frozenset(function.parameters))
        # the same argument each time is one quantity, and no function, where it is not even named
        often = len(calls if body == function.body else set(calls)) > 1
        if often and set(function.parameters) <= set(names_in(body)):
            notes.functions.setdefault(name, replace(function, body=body))


def _down_to(notes: Notes, node: t.Node, parameters: frozenset[str]) -> t.Node:
    """A formula with what computes its names from some parameters put in for them."""
    left = MOST_PUT_IN

    def put(node: t.Node, inside: frozenset[str]) -> t.Node:
        nonlocal left
        if not isinstance(node, t.Name):
            return rebuilt(node, lambda child: put(child, inside))
        key = full_key(node)
        side = next(iter(notes.sides.get(key, ())), None)
        if side is None or key in parameters or key in inside or not left:
            return node
        left -= 1
        made = put(side, inside | {key})
        return made if parameters & set(names_in(made)) else node

    made = put(node, frozenset())
    return made if left else node


def functions_that_are_quantities(notes: Notes) -> None:
    """``L(a, y) = -y log a - ...`` defines L as a quantity too, where L stands without arguments as well."""
    derived = {of for of, _ in notes.derivatives}
    for name, rest in notes.stated_for.items():
        if (name in derived or name in notes.used) and name not in notes.sides:
            _note_member(notes, t.Name(name, written=name), rest, first=True)


def names_within(notes: Notes) -> None:
    """``a_2 = \\sigma(z_2) = \\hat y`` says what y_hat is, where nothing else does."""
    tables = (notes.sides, notes.printed, notes.calculations, notes.rules)
    for key, node in notes.within.items():
        if key not in notes.marked_keys and not any(key in table for table in tables):
            notes.sides[key].append(node)


def _note_within(notes: Notes, members: Sequence[t.Node]) -> None:
    """Take in what a chain says of names that it does not begin with."""
    left = members[0] if members else None
    if not isinstance(left, t.Name) or left.mark:
        return
    last, formulas = members[-1], [m for m in members[1:-1] if not isinstance(m, t.Name)]
    if isinstance(last, t.Name) and not last.mark and not all(map(is_numeric, formulas)):
        notes.within.setdefault(last.key, left)
    for pair in pairwise(members[1:]):
        calls = [m for m in pair if isinstance(m, t.Call) and len(m.arguments) == 1]
        if len(calls) < 2 or calls[0].function != calls[1].function:
            continue
        (one,), (two,) = calls[0].arguments, calls[1].arguments
        for name, side in ((one, two), (two, one)):
            plain = isinstance(name, t.Name) and not name.mark and not isinstance(side, t.Name)
            if not isinstance(name, t.Name) or not plain or is_numeric(side):
                continue
            if name.key not in names_in(side):
                notes.within.setdefault(name.key, side)


def note(notes: Notes, statement: Statement) -> None:
    segments = statement.chain.segments
    bodies = [segment.body for segment in segments]
    for body in bodies:
        for part in t.walk(body):
            if isinstance(part, t.Derivative) and part.of is not None:
                for of in _derivative_names(part.of):
                    for by in _derivative_names(part.by):
                        notes.derivatives[(of, by)] += 1
            elif isinstance(part, t.Name):
                notes.used[part.key] += 1
            elif isinstance(part, t.Call):
                notes.called[part.function].append(part.arguments)
            elif isinstance(part, t.BigSum) and isinstance(part.lower, t.Number):
                notes.from_zero = notes.from_zero or part.lower.value == 0
            elif isinstance(part, t.Cases):
                notes.used.update(_tested(part))
    if any(segment.relation in ("<", ">", "<=", ">=", "!=", "in", "to") for segment in segments):
        return
    if len(segments) > 1 and isinstance(bodies[0], t.Name) and is_assignment(statement.chain):
        notes.assigned[bodies[0].key].append(bodies[1])
    if any(s.relation == "approx" for s in segments) and isinstance(statement.left, t.Name):
        if not _is_moved(notes, statement):
            notes.results.add(full_key(statement.left))
        notes.near |= {id(s.body) for s in segments if s.relation == "approx"}
    members = [statement.left, *bodies] if statement.chain.continued else bodies
    rest = [member for member in members if member is not None]
    square = bool(rest) and _is_square(rest[0])
    base = rest[0].base if square and isinstance(rest[0], t.Power) else rest[0] if rest else None
    if isinstance(base, t.Name) and all(map(is_numeric, rest[1:])):
        made = notes.said.filled(rest[1]) if len(rest) > 1 else None
        if made is not None:
            made = t.Call("sqrt", (made,)) if square else made
            notes.filled.setdefault(full_key(base), made)
    notes.said.take(rest)
    for at, member in enumerate(rest):
        if at and _is_old_value_of(member, rest[0]):
            continue  # in w <- w = ... the number is that of the new w
        _note_member(notes, member, rest[at + 1 :], first=at == 0)
    _note_within(notes, rest)
    for formula, calculation in pairwise(rest):
        if not is_numeric(formula) and is_numeric(calculation):
            notes.substitutions.append((formula, calculation))


def _tested(cases: t.Cases) -> Iterator[str]:
    """The keys in the conditions of a case distinction."""
    for _, test in cases.lines:
        for segment in () if test is None else test.segments:
            yield from (name.key for name in t.names_of(segment.body))


def _is_old_value_of(member: t.Node, first: t.Node) -> bool:
    if not isinstance(member, t.Name) or not isinstance(first, t.Name):
        return False
    return first.mark in UPDATE_MARKS and member == replace(first, mark="")


def _derivative_names(node: t.Node) -> tuple[str, ...]:
    return (full_key(node),) if isinstance(node, t.Name) else ()


def _is_moved(notes: Notes, statement: Statement) -> bool:
    """True for ``w = 0.8 - 0.1 * 0.333 ~ 0.767`` of a given w: what computes w is still not said."""
    left, members = statement.left, statement.members
    given = notes.printed.get(full_key(left)) if isinstance(left, t.Name) else None
    if not given or len(members) < 2:
        return False
    return begins_with_value(members[1], given[0])


def _note_member(notes: Notes, member: t.Node, rest: Sequence[t.Node], first: bool) -> None:
    if first and isinstance(member, t.Call) and member.function == "log" and not member.primes:
        # ln L = ... defines L
        powers = [t.Call("exp", (side,)) for side in rest if not is_numeric(side)]
        if len(member.arguments) == 1 and isinstance(member.arguments[0], t.Name) and powers:
            _note_member(notes, member.arguments[0], powers, first=False)
        return
    named = isinstance(member, t.Call) and (first or member.function in functions.LETTERS)
    if named and isinstance(member, t.Call) and _defines_function(member) and rest:
        parameters = tuple(a.key for a in member.arguments if isinstance(a, t.Name))
        # exp(z_1) = 1.5683 is a value, and defines nothing
        own = set(names_in(rest[0])) <= {*parameters, *CONSTANTS} and not is_numeric(rest[0])
        # |z| is read as abs(z): then "abs(z) = |z|" says nothing
        itself = any(
            isinstance(p, t.Call) and p.function == member.function for p in t.walk(rest[0])
        )
        if own and not itself and not member.primes:
            notes.functions.setdefault(member.function, Function(parameters, rest[0]))
            notes.stated_for[member.function] = rest
        elif not itself and not member.primes and not is_numeric(rest[0]):
            # J(theta) = ... of the names of a network: a quantity, where J stands alone elsewhere
            notes.headed.setdefault(member.function, Function(parameters, rest[0]))
            notes.stated_for.setdefault(member.function, rest)
        return
    if first and _is_square(member):
        # sigma^2 = ... defines sigma, which is positive
        assert isinstance(member, t.Power)
        roots = [t.Call("sqrt", (side,)) for side in rest if not is_numeric(side)]
        _note_member(notes, member.base, roots, first=False)
        return
    names = _cells(member)
    if not names:
        return
    if isinstance(member, t.Matrix):
        rest = [other for other in rest if not _is_of_blocks(member, other)]
    for name, later in ((name, _cell_of(rest, at)) for at, name in names):
        key = full_key(name)
        if name.mark:
            notes.marked.add((name.key, name.mark))
            notes.marked_keys.add(key)
        for before, side in pairwise([member, *later]):
            if is_printed(side):
                notes.printed[key].append(side)
                if is_numeric(before) and not is_printed(before):
                    notes.worked_out[key].append(side)
                if first:
                    notes.stated.add(key)
            elif is_numeric(side):
                if _goes_on(notes, key, side):
                    notes.assigned[name.key].append(side)
                notes.calculations[key].append(side)
            elif t.has_derivative(side):
                notes.rules[key].append(side)
            elif side != name:
                notes.sides[key].append(side)
            if name.mark in UPDATE_MARKS and (isinstance(side, t.Sum) or t.has_derivative(side)):
                notes.updates.append((name.key, side))


def _goes_on(notes: Notes, key: str, calculation: t.Node) -> bool:
    """Whether a quantity is computed from the value that it had before: a velocity in its second step,
    ``v = 0.9 * 0.1600 - 0.05 * g``, or in its first one, ``v = 0.9 * 0 + g`` where 0 is given."""
    printed, worked = notes.printed.get(key), notes.worked_out.get(key)
    if not printed or key in notes.sides or not isinstance(calculation, t.Sum):
        return False
    number = printed_number(printed[-1])
    if number is None:
        return False
    if not worked:
        products = (term for _, term in calculation.terms if isinstance(term, t.Product))
        factors = (printed_number(factor) for term in products for factor in term.factors)
        return any(one is not None and one.value == number.value for one in factors)
    if number.decimals < 2 or printed[0] is not worked[0]:
        return False
    numbers = (printed_number(part) for part in t.walk(calculation) if isinstance(part, t.Number))
    return any(one is not None and one.value == abs(number.value) for one in numbers)


def _is_square(node: t.Node) -> bool:
    return (
        isinstance(node, t.Power)
        and isinstance(node.base, t.Name)
        and isinstance(node.exponent, t.Number)
        and node.exponent.value == 2
    )


def _defines_function(call: t.Call) -> bool:
    return bool(call.arguments) and all(isinstance(a, t.Name) for a in call.arguments)


Position = tuple[int, int] | None


def _cells(member: t.Node) -> list[tuple[Position, t.Name]]:
    """The names that a member is: one, or those of a matrix of names with their positions."""
    if isinstance(member, t.Name):
        return [(None, member)]
    if isinstance(member, t.Matrix):
        cells = [(i, j, c) for i, row in enumerate(member.rows) for j, c in enumerate(row)]
        if all(isinstance(cell, t.Name) for _, _, cell in cells):
            return [((i, j), cell) for i, j, cell in cells if isinstance(cell, t.Name)]
    return []


def _is_of_blocks(member: t.Matrix, other: t.Node) -> bool:
    """True for ``[h; x] = [0.1; 0.2; 0.3]``: the names are those of arrays."""
    return isinstance(other, t.Matrix) and [*map(len, other.rows)] != [*map(len, member.rows)]


def _cell_of(members: Sequence[t.Node], at: Position) -> list[t.Node]:
    """The members themselves, or the cell at a position of those that are matrices."""
    if at is None:
        return list(members)
    found = []
    for member in members:
        if isinstance(member, t.Matrix) and at[0] < len(member.rows):
            row = member.rows[at[0]]
            if at[1] < len(row):
                found.append(row[at[1]])
    return found
