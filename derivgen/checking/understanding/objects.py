"""Functions of things that are no numbers: the features ``\\phi(s)`` and the value ``V(s)`` of a state s, and of the next
state s'.

Where the arguments stand nowhere but in brackets, and what is printed is the value of such a call, each call is a
quantity of its own; a formula for one argument is that of the others too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric, is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import full_key
from derivgen.checking.understanding.function_letters import is_usual
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.sums_of_samples import Summed

_Arguments = tuple[str, ...]


def with_objects(statements: Sequence[Statement]) -> Summed:
    """The statements with a name for each such call; ``wholes`` are the formulas of those that have none themselves."""
    objects = _objects(statements)
    calls: dict[str, set[_Arguments]] = defaultdict(set)
    given: set[str] = set()
    others: set[str] = set()
    for statement in statements:
        for call in _calls(statement):
            arguments = _arguments(call)
            if call.primes or not arguments or not objects.issuperset(arguments):
                others.add(call.function)
            else:
                calls[call.function].add(arguments)
        left, members = statement.left, statement.members
        if isinstance(left, t.Call) and any(map(is_printed, members[1:])):
            given.add(left.function)
    found = {function for function in calls if not is_usual(function)} - others
    # what is of one thing all through is a quantity anyway
    told_apart = {key for f in found if len(calls[f]) > 1 for ways in calls[f] for key in ways}
    found = {f for f in found if all(told_apart.issuperset(ways) for ways in calls[f])}
    if found.isdisjoint(given):
        return Summed(tuple(statements))

    def named(node: t.Node) -> t.Node:
        if isinstance(node, t.Call) and node.function in found:
            key = _key(node.function, _arguments(node))
            return t.Name(key, written=key, span=node.span)
        return rebuilt(node, named)

    made = tuple(statement.mapped(named) for statement in statements)
    return Summed(made, {key: named(body) for key, body in _rest(statements, found, calls)})


def with_lengths(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with a name for ``\\|g\\|`` where a line says what it is, and nothing else stands of g."""
    lengths = {
        (statement.left.function, *_arguments(statement.left))
        for statement in statements
        if isinstance(statement.left, t.Call) and _is_length(statement.left)
    }
    if not lengths:
        return tuple(statements)
    outside: set[str] = set()
    waiting = [segment.body for s in statements for segment in s.chain.segments]
    while waiting:
        node = waiting.pop()
        if not (isinstance(node, t.Call) and _is_length(node)):
            outside.update((full_key(node),) if isinstance(node, t.Name) else ())
            waiting += t.children(node)

    def named(node: t.Node) -> t.Node:
        if isinstance(node, t.Call) and _is_length(node):
            whole = (node.function, *_arguments(node))
            if whole in lengths and outside.isdisjoint(whole[1:]):
                return t.Name(f"|{whole[1]}|", written=f"|{whole[1]}|", span=node.span)
        return rebuilt(node, named)

    return tuple(statement.mapped(named) for statement in statements)


def _is_length(call: t.Call) -> bool:
    return call.function == "norm" and len(_arguments(call)) == 1


def _rest(
    statements: Sequence[Statement], found: set[str], calls: dict[str, set[_Arguments]]
) -> Iterator[tuple[str, t.Node]]:
    """The formulas of calls that only one with other arguments has."""
    formulas: dict[str, dict[_Arguments, t.Node]] = defaultdict(dict)
    for statement in statements:
        left = statement.left
        if not isinstance(left, t.Call) or left.function not in found:
            continue
        for body in statement.members[1:]:
            if not is_numeric(body) and not t.has_derivative(body):
                formulas[left.function].setdefault(_arguments(left), body)
                break
    for function, ways in formulas.items():
        (arguments, body), *more = ways.items()
        for others in calls[function] - ways.keys() if not more else ():
            new = dict(zip(arguments, others, strict=False))
            if len(new) == len(arguments) == len(others):
                yield _key(function, others), _at(body, new)


def _at(body: t.Node, new: dict[str, str]) -> t.Node:
    """A formula about other things."""
    if isinstance(body, t.Name):
        key = new.get(full_key(body))
        return body if key is None else t.Name(key, written=key, span=body.span)
    return rebuilt(body, lambda part: _at(part, new))


def _objects(statements: Sequence[Statement]) -> set[str]:
    """The keys that stand between the brackets of calls alone."""
    inside: set[str] = set()
    outside: set[str] = set()
    waiting = [segment.body for s in statements for segment in s.chain.segments]
    while waiting:
        node = waiting.pop()
        if isinstance(node, t.Call) and not is_usual(node.function):
            names = {full_key(a) for a in node.arguments if isinstance(a, t.Name)}
            inside |= {key for key in names if not ix.split(key)[1] and not ix.above(key)}
            outside |= names - inside
            waiting += [a for a in node.arguments if not isinstance(a, t.Name)]
            continue
        if isinstance(node, t.Name):
            outside.add(full_key(node))
        elif isinstance(node, t.BigSum) and node.index:
            outside.update(node.index.split(","))
        waiting += t.children(node)
    return inside - outside


def _calls(statement: Statement) -> Iterator[t.Call]:
    for segment in statement.chain.segments:
        for part in t.walk(segment.body):
            if isinstance(part, t.Call):
                yield part


def _arguments(call: t.Call) -> _Arguments:
    """The keys of the arguments; none where one of them is no name."""
    keys = [full_key(argument) for argument in call.arguments if isinstance(argument, t.Name)]
    return tuple(keys) if len(keys) == len(call.arguments) else ()


def _key(function: str, arguments: _Arguments) -> str:
    """What nothing takes for an index: ``Vtheta(s)``."""
    return f"{function.replace('_', '')}({','.join(arguments)})"
