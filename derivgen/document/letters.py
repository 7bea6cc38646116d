"""The letters of an optimiser: those of its table, or others where the network has them already.

A velocity ``v`` beside a quantity ``v``, or a momentum ``\\mu`` beside a learning rate ``\\mu``, would give
one letter two meanings on one page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy

from derivgen.document.formulas import Formulas
from derivgen.formula.build import map_children
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Accent, Node, Row, Script, Styled, Symbol
from derivgen.network.optimisers import OPTIMISERS

#: what is taken in place of a letter, in this order
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "mu": ("gamma", "alpha", "kappa"),
    "rho": ("gamma", "kappa", "alpha"),
    "beta": ("gamma", "kappa", "alpha"),
    "lambda": ("kappa", "omega", "gamma"),
    "varepsilon": ("delta", "kappa"),
    "m": ("p", "q", "r"),
    "v": ("u", "q", "r"),
    "s": ("r", "q", "u"),
    "d": ("g", "h", "q"),
}

#: what is taken where all of these are taken, for a Greek letter and for another one
_GREEK = ("kappa", "gamma", "omega", "theta", "xi", "zeta", "nu", "tau", "phi", "psi", "chi")
_LATIN = (
    "g",
    "h",
    "s",
    "n",
    "k",
    "c",
    "f",
    "t",
    "z",
    "e",
    "o",
    "j",
    "i",
    "l",
    "a",
    "b",
    "w",
    "x",
    "y",
)

#: elements with names of their own that are looked at in each array
_MOST_ELEMENTS = 64


def optimiser_names(formulas: Formulas) -> dict[sympy.Symbol, Node]:
    """The names of the optimiser's options and variables, by their symbols."""
    training = formulas.derivation.task.training
    optimiser = OPTIMISERS[training.optimiser]
    named = {optimiser.option_symbol(o.name): parse_name(o.latex) for o in optimiser.options}
    named |= {variable.symbol: parse_name(variable.latex) for variable in optimiser.variables}
    rate = set(_letters(parse_name(training.learning_rate_name)))
    taken = _with_variants(rate | _network_letters(formulas))
    own = {letter for name in named.values() for letter in _letters(name)}
    chosen: dict[str, str] = {}
    for letter in sorted(own & taken):
        unfit = taken | _with_variants(own | set(chosen.values()))
        others = (*_OTHERS.get(letter, ()), *(_GREEK if len(letter) > 1 else _LATIN))
        free = (other for other in others if other not in unfit)
        chosen[letter] = next(free, letter)
    return {symbol: _renamed(name, chosen) for symbol, name in named.items()}


def _with_variants(letters: set[str]) -> set[str]:
    """Letters with the other forms of them: nobody tells epsilon from varepsilon."""
    plain = {letter.removeprefix("var") for letter in letters if len(letter) > 1}
    return letters | plain | {f"var{letter}" for letter in plain}


def _network_letters(formulas: Formulas) -> set[str]:
    found: set[str] = set()
    for quantity in formulas.derivation.network.quantities.values():
        naming = quantity.naming
        if naming.elements is None:
            found.update(_letters(naming.base))
        else:
            for name in naming.elements.ravel()[:_MOST_ELEMENTS]:
                found.update(_letters(name))
    return found


def _letters(name: Node) -> Iterator[str]:
    """The letters of a name, its scripts and marks left out."""
    match name:
        case Symbol(letter):
            yield letter
        case Script(base, _, _) | Accent(_, base) | Styled(_, base):
            yield from _letters(base)
        case Row(items):
            for item in items:
                yield from _letters(item)


def _renamed(name: Node, chosen: Mapping[str, str]) -> Node:
    match name:
        case Symbol(letter):
            return Symbol(chosen.get(letter, letter))
        case Script(base, sub, sup):
            return Script(_renamed(base, chosen), sub, sup)
    return map_children(name, lambda child: _renamed(child, chosen))
