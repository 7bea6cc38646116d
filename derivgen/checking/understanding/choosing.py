"""Which of the right sides of a name defines it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import printed_matrix, printed_number
from derivgen.checking.maths import functions
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import full_key, names_in
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.noting import Notes
from derivgen.checking.understanding.update_rules import is_descent

#: parts of a formula in which steps are put in
_MOST_EXPANDED = 500


def choose_definitions(decided: Decided) -> None:
    notes = decided.notes
    used = _users(notes)
    ranked = {
        key: _ranked(decided, key, sides, bool(used.get(key, set()) - {key}))
        for key, sides in notes.sides.items()
    }
    for key, sides in ranked.items():
        printed = notes.printed.keys() - {key}  # a letter may be all there is: i_t of one step
        if ix.letters_of(key) and any(ix.is_instance(other, key) for other in printed):
            continue  # a rule of m_0 and m_1 that could not be spelled out is of no m_r
        for side in sides:
            if not decided.definitions.lead_to(side, key):
                decided.definitions[key] = side
                break

    for key, rules in notes.rules.items():
        # delta is a derivative by definition: its other forms are claims then
        said = next((rule for rule in rules if _is_said_of_it(decided, key, rule)), None)
        if (
            said is not None
            and key in decided.definitions
            and not decided.definitions.lead_to(said, key)
        ):
            decided.definitions[key] = said

    for key, rules in notes.rules.items():
        delta = key not in decided.definitions and key not in notes.marked_keys
        counted = is_descent(rules[0]) and key not in names_in(rules[0])
        if (
            delta
            and (counted or key not in decided.denominators)
            and not decided.definitions.lead_to(rules[0], key)
        ):
            decided.definitions[key] = rules[0]


def _is_said_of_it(decided: Decided, key: str, rule: t.Node) -> bool:
    """True for a derivative, and for what is made of one where that is said of all that are alike:
    ``delta_t = dL/dh_t (1 - h_t^2)``."""
    if _is_derivative(decided, rule):
        return True
    parts = [part for part in t.walk(rule) if isinstance(part, t.Derivative)]
    return rule in decided.notes.general.get(key, ()) and all(
        _is_derivative(decided, part) for part in parts
    )


def _is_derivative(decided: Decided, rule: t.Node) -> bool:
    """True for the derivative, or less than that, of something computed by something else that is."""
    if isinstance(rule, t.Negated):
        rule = rule.body
    if not isinstance(rule, t.Derivative) or not isinstance(rule.of, t.Name):
        return False
    by = rule.by
    return (
        full_key(rule.of) in decided.definitions
        and isinstance(by, t.Name)
        and full_key(by) in decided.definitions
    )


def _ranked(decided: Decided, key: str, sides: Sequence[t.Node], used: bool) -> list[t.Node]:
    """Right sides, those with the fewest unsupported names first; generic ones left out.

    ``used`` says that the key stands in the right side of another one."""
    scored = []
    for at, side in enumerate(sides):
        if any(isinstance(part, t.Dots | t.Words) for part in t.walk(side)):
            continue
        own = set(_instances(side, {})) - {key}
        missing = sum(not _supported(decided, name) for name in own)
        missing += sum(_is_unknown(decided.notes, part) for part in t.walk(side))
        connected = used or decided.is_derived(key)
        if own and missing == len(own) and not connected:
            continue  # y = m x + b: an example that belongs to no quantity
        # a sum over letters without bounds does not say what its terms are, where another side does
        solved = missing == 0 and _is_solved_for(decided, key, own)
        last = id(side) in decided.notes.near or _is_open_sum(side)
        scored.append((last, missing, solved, isinstance(side, t.Name), at, side))
    if all(row[2] for row in scored):
        scored = [(*row[:2], False, *row[3:]) for row in scored]
    found = [row[-1] for row in sorted(scored, key=lambda row: row[:-1])]
    return _step_by_step(decided.notes, key, found)


def _is_solved_for(decided: Decided, key: str, own: Iterable[str]) -> bool:
    """True for a formula of what is itself computed from the quantity by every formula that it has, and that no line
    begins with the value of: ``l = log sigma^2 = c x + d`` where ``sigma = exp(l / 2)``."""
    notes = decided.notes
    return any(
        name in notes.sides
        and all(key in names_in(side) for side in notes.sides[name])
        and name not in notes.calculations
        for name in own
    )


def _is_unknown(notes: Notes, part: t.Node) -> bool:
    """True for ``f(z)`` where no line says what f is."""
    if not isinstance(part, t.Call) or part.function in notes.functions:
        return False
    return part.function in functions.LETTERS and part.function not in notes.sides


def _step_by_step(notes: Notes, key: str, sides: list[t.Node]) -> list[t.Node]:
    """In ``y = x + W_2 relu(W_1 x)``, and then ``z = W_1 x, h = relu(z), u = W_2 h, y = x + u``, the steps come first:
    derivatives are taken by what stands between."""
    if len(sides) < 2 or isinstance(sides[0], t.Name):
        return sides
    whole = _Expanded(notes)(sides[0], frozenset((key,)))
    for side in sides[1:]:
        more = {*names_in(side)} - {*names_in(sides[0])}
        if more & notes.sides.keys() and _Expanded(notes)(side, frozenset((key,))) == whole:
            return [side, *(other for other in sides if other is not side)]
    return sides


@dataclass
class _Expanded:
    """A formula with the first formula of each of its names put in for it, as far down as these go, up to a size."""

    notes: Notes
    left: int = _MOST_EXPANDED

    def __call__(self, node: t.Node, above: frozenset[str]) -> t.Node:
        self.left -= 1
        if isinstance(node, t.Name):
            sides = self.notes.sides.get(full_key(node), ())
            if not sides or node.key in above or self.left < 0:
                return node
            return self(sides[0], above | {node.key})
        return rebuilt(node, lambda part: self(part, above))


def _instances(side: t.Node, first: Mapping[str, int]) -> Iterator[str]:
    """The names in a right side; under a sum, those of its first term."""
    if isinstance(side, t.Name):
        name = replace(side, key=ix.put_in(side.key, first))
        yield full_key(name)
        return
    if isinstance(side, t.BigSum) and side.index:
        number = printed_number(side.lower) if side.lower is not None else None
        begin = 1 if number is None else int(number.value)
        first = {**first, **dict.fromkeys(side.index.split(","), begin)}
    for child in t.children(side):
        yield from _instances(child, first)


def _is_open_sum(side: t.Node) -> bool:
    sums = (part for part in t.walk(side) if isinstance(part, t.BigSum))
    return any(part.upper is None and any(map(ix.letters_of, names_in(part))) for part in sums)


def _supported(decided: Decided, key: str) -> bool:
    notes = decided.notes
    return bool(
        key in notes.printed
        or key in notes.sides
        or key in notes.rules
        or key in notes.calculations
        or key in decided.cells
        or decided.is_derived(key)
    )


def functions_of_printed_numbers(decided: Decided) -> None:
    """``a = sigmoid(0.3775)``: the function of the quantity that was printed as 0.3775."""
    for key, calculations in decided.notes.calculations.items():
        if key in decided.definitions:
            continue
        for node in calculations:
            if isinstance(node, t.Call) and len(node.arguments) == 1:
                source = _printed_as(decided, node.arguments[0], key)
                if source is not None:
                    argument = t.Name(source, written=source)
                    decided.definitions[key] = replace(node, arguments=(argument,))
                    break


def _printed_as(decided: Decided, number: t.Node, other_than: str) -> str | None:
    """The last quantity that was printed as a number, or as an array of numbers."""
    wanted = printed_number(number)
    found = None
    if wanted is None and printed_matrix(number) is None:
        return None
    same = decided.printed_arrays if wanted is None else decided.printed_values
    for key in same.get(number if wanted is None else wanted.value, ()):
        if key != other_than:
            found = key
    if found is not None and found in decided.definitions:
        return (
            None if decided.definitions.lead_to(decided.definitions[found], other_than) else found
        )
    return found


def calculations_with_names(decided: Decided) -> None:
    for key, node in decided.filled.items():
        if key not in decided.definitions and not decided.definitions.lead_to(node, key):
            decided.definitions[key] = node


def _users(notes: Notes) -> dict[str, set[str]]:
    """For each name, what it stands in the right sides of."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, sides in notes.sides.items():
        for side in sides:
            for name in names_in(side):
                found[name].add(key)
    return found
