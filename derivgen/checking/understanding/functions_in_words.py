"""Activations that stand in a sentence only: "a leaky ReLU follows, $a_1 = 1.3$ and $a_2 = -0.007$".

A value that no formula computes is that of such a function where each of its kind is what the function makes of a
computed quantity with the same index, which nothing else is computed from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.activations import LONGEST, named_functions

#: numbers printed for the names of one letter, by their indices
_Row = dict[tuple[str, ...], str]

_SLOPE = re.compile(
    r"leaky[^.;]{0,60}?(?:slope|factor|alpha|α|steigung|pente)\s*(?:of|=|von|de)?\s*\$?(0?\.\d{1,4})",
    re.I,
)
#: what a leaky rectifier is where nothing else is said
_USUAL_SLOPE = "0.01"
#: digits that a number has, from the first one that is not 0
_FEWEST_DIGITS = 2
#: names of one letter that are looked at
_MOST_CELLS = 60


def with_functions_in_words(
    model: DocumentModel, printed: Mapping[str, tuple[t.Node, ...]], words: str
) -> DocumentModel:
    """The model with such functions as definitions."""
    named = sorted(named_functions(words[:LONGEST]))
    given = [key for key in model.values if _is_open(model, key)] if named else []
    if not given:
        return model
    ancestry = Ancestry(model)
    idle = [key for key in model.definitions if _is_idle(model, ancestry, key)]
    results = _by_letter([key for key in given if _tells(printed, key)])
    sources = _by_letter(idle)
    made: dict[str, t.Node] = {}
    for letter, row in results.items():
        if len(row) > _MOST_CELLS:
            continue
        ways = [
            found
            for other, cells in sources.items()
            if other != letter
            and row.keys() == cells.keys()
            and not any(ancestry.leads(cells[index], key) for index, key in row.items())
            for function in named
            if (found := _made(model, printed, row, cells, function, words)) is not None
        ]
        if len(ways) == 1:
            made |= ways[0]
    return replace(
        model,
        definitions={**model.definitions, **made},
        parameters=model.parameters - made.keys(),
        opaque=model.opaque - made.keys(),
        put_in=model.put_in - made.keys(),
    )


def _is_open(model: DocumentModel, key: str) -> bool:
    """True for what has a number and no formula."""
    known = key in model.definitions or key in model.elements
    return not known and model.values[key] is not None


def _tells(printed: Mapping[str, tuple[t.Node, ...]], key: str) -> bool:
    """Whether the number of a name has so many digits that no other function gives it by chance."""
    numbers = [n for n in map(printed_number, printed.get(key, ())) if n is not None]
    return bool(numbers) and len(numbers[-1].text.lstrip("-0.").replace(".", "")) >= _FEWEST_DIGITS


def _is_idle(model: DocumentModel, ancestry: Ancestry, key: str) -> bool:
    """True for what is computed, and nothing from it."""
    node = model.definitions[key]
    computed = not isinstance(node, t.Matrix | t.Name) and not t.has_derivative(node)
    return computed and key != model.loss and not ancestry.is_read(key)


def _by_letter(keys: list[str]) -> dict[str, _Row]:
    found: dict[str, _Row] = defaultdict(dict)
    for key in keys:
        base, pieces = ix.split(key)
        found[base][tuple(pieces)] = key
    return found


def _made(
    model: DocumentModel,
    printed: Mapping[str, tuple[t.Node, ...]],
    row: _Row,
    sources: _Row,
    function: str,
    words: str,
) -> dict[str, t.Node] | None:
    """The definitions of some names, where all their numbers are what a function makes of others."""
    made = {
        key: _call(function, t.Name(sources[index], written=sources[index]), words)
        for index, key in row.items()
    }
    whole = replace(model, definitions={**model.definitions, **made})
    world = World(whole)
    for key in row.values():
        numbers = [n for n in map(printed_number, printed.get(key, ())) if n is not None]
        try:
            value = scalar(world.value(key))
        except NoValue:
            return None
        if value is None or key in world.read_off:
            return None
        if numbers[-1].fit(value) is Fit.OFF:
            return None
    return made


def _call(function: str, of: t.Node, words: str) -> t.Node:
    slope = _SLOPE.search(words)
    text = slope[1] if slope else _USUAL_SLOPE
    if function == "leaky_relu" and Fraction(text) != Fraction(_USUAL_SLOPE):
        number = t.Number(text, Fraction(text), len(text.partition(".")[2]))
        return t.Call("max", (of, t.Product((number, of))))
    return t.Call(function, (of,))
