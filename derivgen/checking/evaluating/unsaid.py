"""Slopes that are refused: that no way leads to a quantity is no slope of 0 where something is not said."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.resolving import LeftOut, Open, resolved
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.maths import tree as t

if TYPE_CHECKING:
    from derivgen.checking.evaluating.world import World

#: numbers that stand in calculations for themselves
_COMMON = frozenset({Fraction(0), Fraction(1)})


def refuse_unsaid(world: World, of: t.Node, by: str, indices: Mapping[str, int]) -> None:
    """That no way leads to a quantity is no slope of 0 where something is not said: what a number is that
    nothing but a calculation with numbers stands for, or what is computed from the other at all."""
    if not isinstance(of, t.Name):
        return
    key = resolved(world.model, of, indices)[0]
    known = world.ancestry.refused
    if (key, by) not in known:
        known[key, by] = None
        try:
            _refuse(world.model, world.ancestry, key, by)
        except NoValue as error:
            known[key, by] = (type(error), str(error))
    refused = known[key, by]
    if refused is not None:
        kind, reason = refused
        raise kind(reason)


def _refuse(model: Model, ancestry: Ancestry, key: str, by: str) -> None:
    """The same of two quantities, which says nothing of a point."""
    element = model.element(by)
    array = by if element is None else element.array
    made = model.definition(by)
    # a letter that is a number here and an array there has no numbers
    cells = tuple(t.names_in(made)) if isinstance(made, t.Matrix) else ()
    if model.given(by) is None and any(model.given(cell) is None for cell in cells):
        cells = ()
    moved = dict.fromkeys((by, array, *cells))
    if key in moved:
        return
    if any(ancestry.leads(key, one) for one in moved):
        _refuse_worked_out(model, ancestry, key, array)
        return
    if ancestry.is_cut_short(key):
        raise LeftOut(f"a part of what computes {key} is left out")
    if model.worked_out and not model.worked_out.keys().isdisjoint({key, *ancestry.upstream(key)}):
        raise Open(f"how {key} follows {by} is not said")
    if not model.put_in.isdisjoint({key, *ancestry.upstream(key)}):
        # a number that stands in other lines for something may have been computed from the other
        raise Open(f"how {key} follows {by} is not said")
    silent = next(filter(partial(_is_cell_unread, model), sorted(ancestry.upstream(key))), None)
    if silent is not None:
        raise Open(f"which cell {silent} is, is not said")
    above = ancestry.upstream(key)
    if any(_is_given(model, one) for one in (*moved, *above)):
        # a document with numbers that gives none for something may have computed that
        silent = next(filter(partial(_is_silent, model), sorted(above)), None)
        if silent is not None:
            raise Open(f"nothing says what {silent} is")
    if model.is_complete:
        return
    if not any(map(ancestry.is_read, moved)):
        raise Open(f"nothing says what is computed from {by}")
    if key == model.loss:
        # what is computed from it ends somewhere else: the way from there on is what is not said
        for end in (name for name in model.names() if not ancestry.is_read(name)):
            made = model.definition(end)
            slope = made is not None and t.has_derivative(made)
            if not slope and any(ancestry.leads(end, one) for one in moved):
                raise Open(f"nothing says what is computed from {end}")


def _refuse_worked_out(model: Model, ancestry: Ancestry, key: str, by: str) -> None:
    """Beside the ways that are said there may be others: through a mean that was calculated from all cells of an
    array."""
    given = model.given(by) if model.worked_out else None
    if not isinstance(given, t.Matrix):
        return
    numbers = {part.value for part in t.walk(given) if isinstance(part, t.Number)} - _COMMON
    for middle in sorted(model.worked_out.keys() & ancestry.upstream(key)):
        made = model.definition(middle)
        unsaid = (made is None or is_numeric(made)) and middle != by
        if unsaid and len(numbers) > 1 and numbers <= model.worked_out[middle]:
            raise Open(f"how {middle} follows {by} is not said")


def _is_given(model: Model, key: str) -> bool:
    """True for what has a stated value, as a whole or in its cells."""
    made = model.definition(key)
    cells = t.names_in(made) if isinstance(made, t.Matrix) else ()
    return any(model.given(one) is not None for one in (key, *cells))


def _is_cell_unread(model: Model, key: str) -> bool:
    """True for ``o_1`` beside an array o of which no shape is known: what computes that is not followed."""
    whole = key.rstrip("0123456789").rstrip("_")
    computed = whole != key and model.definition(whole) is not None
    return computed and _is_silent(model, key)


def _is_silent(model: Model, key: str) -> bool:
    """True for a quantity that has neither a definition nor a value."""
    return model.definition(key) is None and model.given(key) is None and model.element(key) is None


def refuse_opaque(model: Model, key: str, of: t.Node) -> None:
    """The cells of an array that nobody says how to compute may depend on one another."""
    own = isinstance(of, t.Name) and of.key == key
    if key in model.opaque and not own:
        raise Open(f"what computes the cells of {key} is not said")
