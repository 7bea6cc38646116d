"""Other names for what has a name already."""

from __future__ import annotations

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import has_derivative, names_in
from derivgen.checking.understanding.arrays import has_dots
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.training import LOSS_WORDS


def find_aliases(decided: Decided) -> None:
    """A name that is differentiated and never computed is another name of something computed."""
    for key in sorted(decided.numerators):
        if key in decided.definitions or key == "":
            continue
        cut = next(filter(has_dots, decided.notes.sides.get(key, ())), None)
        if cut is not None and not decided.definitions.lead_to(cut, key):
            decided.definitions[key] = cut  # a formula of its own, of which a part is left out
            continue
        other = _same_value(decided, key) or _same_role(decided, key)
        if other is not None and not decided.definitions.lead_to(t.Name(other), key):
            decided.definitions[key] = t.Name(other, written=other)


def without_parameters(decided: Decided) -> None:
    """L is ``L_\\delta`` where only that has a formula, one with delta in it."""
    for key in sorted(decided.numerators - decided.definitions.keys()):
        full = [
            other
            for other, node in decided.definitions.items()
            if other.startswith(f"{key}_") and other.removeprefix(f"{key}_") in names_in(node)
        ]
        if len(full) == 1 and not decided.definitions.lead_to(t.Name(full[0]), key):
            decided.definitions[key] = t.Name(full[0], written=full[0])


def forget_models_of_data(decided: Decided) -> None:
    """Of two names with one formula, one may be what it ought to give: in ``y = w x`` of a title, and ``p = w x = 1.5``
    beside a given ``y = 2``, y is a target."""
    first: dict[t.Node, str] = {}
    for key, node in dict(decided.definitions).items():
        other = first.setdefault(node, key)
        if other == key or isinstance(node, t.Name):
            continue
        world = World(DocumentModel(decided.definitions, decided.values, decided.elements))
        right = [_is_printed_so(decided, world, one) for one in (key, other)]
        if sorted(right, key=str) == [False, True]:
            wrong = key if right[0] is False else other
            if wrong not in decided.notes.calculations:
                del decided.definitions[wrong]


def _is_printed_so(decided: Decided, world: World, key: str) -> bool | None:
    """Whether the number that was printed first for a quantity is what its formula gives; None where nothing tells."""
    number = next(filter(None, map(printed_number, decided.notes.printed.get(key, ()))), None)
    try:
        value = scalar(world.evaluate(decided.definitions[key]))
    except NoValue:
        return None
    if number is None or value is None:
        return None
    # a whole number that is given is no rounded one
    return number.fit(value) is not Fit.OFF if number.decimals else value == number.value


def find_doubles(decided: Decided) -> None:
    """Of two names with one definition the one that nothing reads is meant where it is differentiated by."""
    read = {
        name
        for node in decided.definitions.values()
        if not has_derivative(node)
        for name in names_in(node)
    }
    first: dict[t.Node, str] = {}
    for key, node in dict(decided.definitions).items():
        if isinstance(node, t.Name | t.Number):
            continue
        other = first.setdefault(node, key)
        for idle, used in ((key, other), (other, key)) if other != key else ():
            wanted = idle in decided.denominators and idle not in read and used in read
            if wanted and not decided.definitions.lead_to(t.Name(idle), used):
                decided.definitions[used] = t.Name(idle, written=idle)
                break


def _are_siblings(one: str, two: str) -> bool:
    """True for names of one letter with numbers: those of two layers."""
    return all(any(map(str.isdigit, key)) for key in (one, two))


def _same_value(decided: Decided, key: str) -> str | None:
    node = decided.values.get(key)
    wanted = None if node is None else printed_number(node)
    if wanted is None or wanted.decimals <= 0:
        return None  # many things are 0 or 1
    same = set(decided.printed_values.get(wanted.value, ())) - {key}
    return next((other for other in decided.definitions if other in same), None) if same else None


def _same_role(decided: Decided, key: str) -> str | None:
    if key not in LOSS_WORDS:
        return None
    words = (word for word in decided.terminal() if word in LOSS_WORDS)
    return next((word for word in words if word not in decided.arrays), None)


def first_activations(decided: Decided) -> None:
    """``a^(1)_2`` is ``x_2`` where a document computes a^(2) and says nothing of a^(1): its layer 1 are the inputs."""
    known = {*decided.definitions, *decided.values, *decided.elements}
    layers: dict[str, set[int]] = {}
    for key in filter(None, decided.definitions):
        number = ix.above(key)
        if number.isdigit():
            layers.setdefault(ix.family(key), set()).add(int(number))
    for key in [key for key in decided.notes.used if key not in known]:
        number, (base, pieces) = ix.above(key), ix.split(ix.without_above(key))
        source = ix.joined("x", pieces)
        is_first = number.isdigit() and int(number) + 1 == min(layers.get(base, {0}))
        if is_first and pieces and source in decided.values and source not in decided.definitions:
            decided.definitions[key] = t.Name(source, written=source)


def left_over(decided: Decided) -> None:
    """A matrix that is used and given nowhere is the one that is given and used nowhere, if there
    is just one of the same letter: ``W_hid`` in the equations, ``W_0`` where it is given."""
    read = {name for node in decided.definitions.values() for name in names_in(node)}
    known = {*decided.definitions, *decided.values, *decided.elements}
    unused = [key for key in decided.arrays if key in known and key not in read]
    missing = [key for key in sorted(read - known) if not ix.letters_of(key)]
    for key in missing:
        same = [other for other in unused if other[:1] == key[:1] and not _are_siblings(key, other)]
        rivals = [other for other in missing if other[:1] == key[:1]]
        if len(same) == 1 and len(rivals) == 1:
            decided.definitions[key] = t.Name(same[0], written=same[0])
