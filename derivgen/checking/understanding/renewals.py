"""New values: names with a mark, and names that are assigned again."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.maths.writing import APART
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.running_values import assigned_for_each, running
from derivgen.checking.understanding.training import descends


def fold_updates(decided: Decided) -> None:
    """``h*`` beside ``h`` is h after the update; ``y'`` beside a given y is a name of its own."""
    marked = [(key, mark) for key, mark in decided.notes.marked if mark in UPDATE_MARKS]
    own = {pair for pair in marked if _has_a_side_of_its_own(decided, *pair)}
    derived = {(ix.split(key)[0], mark) for key, mark in own if decided.is_derived(key + mark)}
    states = _next_states(decided, marked)
    for key, mark in marked:
        full = key + mark
        if full in states or _is_of_another_pass(decided, full, mark):
            decided.apart.add((key, mark))
            continue
        # y_41' is what y_11' is, by which something is differentiated
        like = (ix.split(key)[0], mark) in derived and key not in {
            name for side in decided.notes.sides.get(full, ()) for name in names_in(side)
        }
        if (key, mark) in own and (like or decided.is_derived(full)):
            decided.apart.add((key, mark))
            continue
        decided.renewals[full] = (
            key,
            [*decided.notes.sides.get(full, []), *_with_states(decided, full, key)],
        )
        for table in (decided.notes.sides, decided.notes.printed, decided.notes.calculations):
            table.pop(full, None)
        decided.filled.pop(full, None)


def _next_states(decided: Decided, marked: list[tuple[str, str]]) -> set[str]:
    """The marked names that something without a mark is computed from, by way of no update: in ``y = r + gamma V'``,
    ``V' = w phi'`` belongs to the next state, and phi' as well."""
    notes = decided.notes
    plain = {key + mark: key for key, mark in marked}
    updated = {name for name, _ in notes.updates} | decided.denominators
    sides = notes.sides.items()
    waiting = [
        n for k, of in sides if k not in plain for s in of for n in names_in(s) if n in plain
    ]
    found: set[str] = set()
    while waiting:
        full = waiting.pop()
        if full in found:
            continue
        found.add(full)
        own = [name for side in notes.sides.get(full, ()) for name in names_in(side)]
        stands = full in notes.sides or full in notes.stated
        if not stands or plain[full] in (*own, *updated) or notes.rules.get(full):
            return set()
        waiting += [name for name in own if name in plain]
    return found


def _is_of_another_pass(decided: Decided, full: str, mark: str) -> bool:
    """True for an ``E^*`` that is computed from ``o^*``, where the star belongs to the name, as in ``o^*_{pre}``: what is
    computed from quantities of their own is one as well."""
    marked = {key + mark for key, mark in decided.notes.marked}
    read = {name for side in decided.notes.sides.get(full, ()) for name in names_in(side)}
    bases = {base for name in read - marked if (base := ix.split(name)[0]).endswith(mark)}
    return any(base in decided.notes.sides for base in bases - marked)


def _has_a_side_of_its_own(decided: Decided, key: str, mark: str) -> bool:
    """True where a marked name is computed, and the name without the mark is not."""
    notes = decided.notes
    return key not in notes.sides and key not in notes.calculations and key + mark in notes.sides


def _with_states(decided: Decided, full: str, key: str) -> list[t.Node]:
    """Rules with a derivative, and the state of an optimiser, in them: ``w - eta g / sqrt(s)``; and those of a state,
    ``mu v - eta dL/dw``, which nothing is differentiated by."""
    rules = decided.notes.rules.get(full, ())
    state = key not in decided.denominators
    return [
        rule
        for rule in rules
        if any(APART in name or (state and name == key) for name in names_in(rule))
    ]


def forget_assigned(decided: Decided) -> None:
    """What is assigned again and again has no one value, nor has what is computed from it."""
    lost = {
        key
        for key in decided.notes.assigned
        if key not in decided.denominators
        and not _is_assigned_once(decided, key)
        and not (ix.letters_of(key) and ix.family(key) in decided.notes.printed)
    }
    lost |= {key for key in decided.notes.rules if _is_of_each_parameter(decided, key)}
    runs = running(decided.statements, decided.filled, decided.budget)
    runs = (runs | assigned_for_each(decided.notes.sides)) - decided.denominators
    for key in runs:
        decided.filled.pop(key, None)
    lost |= runs
    decided.lost |= lost
    tables = (
        decided.notes.sides,
        decided.notes.printed,
        decided.notes.calculations,
        decided.notes.rules,
    )
    while lost:
        for table in tables:
            for key in lost:
                table.pop(key, None)
        lost = {
            key
            for key, sides in chain(decided.notes.sides.items(), decided.notes.rules.items())
            for side in sides
            if any(name.rstrip("+") in decided.lost for name in names_in(side))
            and key not in decided.denominators
            and key not in decided.lost
        }
        decided.lost |= lost


def _is_assigned_once(decided: Decided, key: str) -> bool:
    """True for a given value that one step of training changes."""
    given = decided.notes.printed.get(key, ())
    return len(decided.notes.assigned[key]) == 1 and len(set(map(_digits, given))) == 1


def _is_of_each_parameter(decided: Decided, key: str) -> bool:
    """True for a name that stands for something else at each parameter that is updated: ``d = mu v + dL/dw_1``,
    and then ``d = mu v + dL/dw_2``."""
    updated = {name for name, _ in decided.notes.updates} & decided.denominators
    if key in decided.denominators or key in updated:
        return False
    found: dict[t.Node, set[str]] = {}
    for rule in decided.notes.rules[key]:
        here = {name for name in names_in(rule) if name in updated}
        if len(here) == 1:
            (one,) = here
            found.setdefault(_without(rule, one), set()).add(one)
    return any(len(names) > 1 for names in found.values())


def _without(node: t.Node, key: str) -> t.Node:
    """A formula with one of its names left open."""
    if isinstance(node, t.Name):
        return t.Name("") if node.key == key and not node.mark else node
    return rebuilt(node, lambda child: _without(child, key))


def computed_anew(decided: Decided) -> None:
    """``E^+ = (y - o^+)^2 / 2`` says what E is where no line before the update does."""
    for key, sides in decided.renewals.values():
        if key in decided.definitions or key not in decided.numerators:
            continue
        if ix.letters_of(key) and _has_cells(decided, key):
            continue
        for side in sides:
            plain = _unmarked(side)
            if key not in names_in(plain) and not decided.definitions.lead_to(plain, key):
                decided.definitions[key] = plain
                break


def _has_cells(decided: Decided, key: str) -> bool:
    """True where what ``d_k`` stands for is defined cell by cell."""
    cells = (key for key in decided.definitions if not ix.letters_of(key))
    return any(ix.family(cell) == ix.family(key) for cell in cells if "_" in cell)


def _unmarked(node: t.Node) -> t.Node:
    if isinstance(node, t.Name):
        return replace(node, mark="") if node.mark in UPDATE_MARKS else node
    return rebuilt(node, _unmarked)


def renewed_by(decided: Decided, parameters: frozenset[str], loss: str | None) -> dict[str, str]:
    """Given quantities with the names of their new values, where the author's own rule is all that
    is said of these: the delta rule has no loss to descend."""
    found = {}
    for full, (key, sides) in decided.renewals.items():
        ruled = loss is not None and key in parameters and descends(decided)
        given = key in decided.values and key not in decided.definitions
        if ruled or not given or not sides or ix.letters_of(key) or _is_result(decided, key):
            continue
        decided.definitions[full] = sides[0]
        decided.values.pop(full, None)
        found[key] = full
    return found


def _is_result(decided: Decided, key: str) -> bool:
    """True for a velocity whose first number is what the first of several steps has made of it, and not what that
    begins with."""
    printed, worked = decided.notes.printed.get(key, []), decided.notes.worked_out.get(key, [])
    later = any(statement.step for statement in decided.statements)
    return later and bool(printed) and bool(worked) and printed[0] is worked[0]


def _digits(node: t.Node) -> object:
    """What two printings of one number have in common."""
    number = printed_number(node)
    return None if number is None else number.value
