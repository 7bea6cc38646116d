"""The update of one parameter as formulas: the optimiser's rule with the numbers put in."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from derivgen.derivation.rounding import Rounder
from derivgen.derivation.training import Update
from derivgen.document.formulas import Formulas
from derivgen.document.letters import optimiser_names
from derivgen.document.worked import as_float, extended, setting_text
from derivgen.formula.build import number
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Chain, Node, Partial, RelationSign, Symbol
from derivgen.network.optimisers import ETA, OPTIMISERS, G, T, W, optimiser_options
from derivgen.notation import Entry, updated

#: a new value that is this small beside the old one is what two numbers leave that nearly cancel
CANCELLED = 1e-5


def rule_chains(formulas: Formulas, name: Node) -> tuple[Chain, ...]:
    """The optimiser's steps in symbols, for what is called ``name``: ``w+ = w - eta dL/dw``."""
    names = symbol_names(formulas, name)
    return tuple(
        Chain(
            step_name(symbol, names),
            ((step_sign(symbol, expression), from_sympy(expression, names)),),
        )
        for symbol, expression in _steps(formulas)
    )


def update_chains(formulas: Formulas, change: Update, entry: Entry) -> tuple[Chain, ...]:
    """The optimiser's steps for one element, in symbols and with the numbers put in."""
    array, index = entry
    names = symbol_names(formulas, formulas.name(entry))
    optimiser = OPTIMISERS[formulas.derivation.task.training.optimiser]
    texts = setting_digits(formulas, change)
    exact: dict[sympy.Symbol, float] = {
        W: change.before[array][index],
        G: change.gradients[array][index],
    }
    for variable in optimiser.states:
        before = change.states_before.get(array, {})
        known = variable.symbol.name in before
        exact[variable.symbol] = before[variable.symbol.name][index] if known else 0.0
    chains = []
    for symbol, expression in optimiser.steps:
        result = change.intermediates[array][symbol.name][index]
        sign = step_sign(symbol, expression)
        chain = Chain(step_name(symbol, names), ((sign, from_sympy(expression, names)),))
        chains.append(_worked(formulas, symbol, chain, expression, texts, exact, entry, result))
        if symbol != W:
            exact[symbol] = result
    return tuple(chains)


def cancels(formulas: Formulas, change: Update, entry: Entry) -> bool:
    """Whether an old value and its step are so nearly the same that what is left of them needs many more
    digits of both than are printed elsewhere."""
    array, index = entry
    before, after = float(change.before[array][index]), float(change.after[array][index])
    printed_as_it_is = formulas.passed.carried or formulas.derivation.task.numbers.exact
    return not printed_as_it_is and 0 < abs(after) < CANCELLED * abs(before)


def setting_digits(formulas: Formulas, change: Update) -> dict[sympy.Symbol, str]:
    """The digits of what is the same for every parameter: the learning rate, the number of the step,
    the optimiser's options."""
    training = formulas.derivation.task.training
    assert training.learning_rate is not None
    optimiser = OPTIMISERS[training.optimiser]
    given = formulas.rounder.given
    digits = {ETA: given(training.learning_rate), T: str(change.step)}
    for name, value in optimiser_options(optimiser, training.options).items():
        digits[optimiser.option_symbol(name)] = setting_text(formulas.rounder, value)
    return digits


def _worked(
    formulas: Formulas,
    left: sympy.Symbol,
    chain: Chain,
    expression: sympy.Expr,
    texts: Mapping[sympy.Symbol, str],
    exact: Mapping[sympy.Symbol, float],
    entry: Entry,
    result: float,
) -> Chain:
    """A step with its numbers; those that were computed may need more digits than the policy's."""

    def text(symbol: sympy.Symbol, extra: int) -> str:
        if symbol in texts:
            return texts[symbol]
        if symbol == W:
            return formulas.text(entry, extra)
        return state_rounder(formulas, symbol).text(exact[symbol], extra)

    names = symbol_names(formulas, formulas.name(entry))
    used = tuple(s for s in names if s in expression.free_symbols)

    def substituted(extra: int) -> Node:
        return from_sympy(expression, {s: number(text(s, extra)) for s in used}, {}, "dot")

    def value(extra: int) -> float:
        values = {s: as_float(text(s, extra)) for s in used}
        return formulas.passed.float_arithmetic.scalar(expression, values)

    rounder = state_rounder(formulas, left)
    printed = rounder.text(result)
    if result == exact[W] and left is W:
        printed = formulas.text(entry)  # nothing moved: the same digits as before
    return extended(chain, formulas.worked(substituted, value, printed, rounder=rounder))


def state_rounder(formulas: Formulas, symbol: sympy.Symbol) -> Rounder:
    """How a quantity of the update is printed: what the optimiser keeps may be a divisor."""
    return formulas.rounder if symbol in (W, G) else formulas.rounder.fine


def _steps(formulas: Formulas) -> tuple[tuple[sympy.Symbol, sympy.Expr], ...]:
    return OPTIMISERS[formulas.derivation.task.training.optimiser].steps


def step_sign(symbol: sympy.Symbol, expression: sympy.Expr) -> RelationSign:
    """An arrow where a quantity is computed from its own old value, which has the same name."""
    return "assign" if symbol != W and symbol in expression.free_symbols else "="


def step_name(symbol: sympy.Symbol, names: Mapping[sympy.Symbol, Node]) -> Node:
    """The left side of a step: ``w+`` for the parameter itself."""
    return updated(names[symbol]) if symbol == W else names[symbol]


def symbol_names(formulas: Formulas, name: Node) -> dict[sympy.Symbol, Node]:
    """Names of the optimiser's symbols for a parameter of that name, in the order in which they
    are printed."""
    training = formulas.derivation.task.training
    optimiser = OPTIMISERS[training.optimiser]
    names: dict[sympy.Symbol, Node] = {}
    letters = optimiser_names(formulas)
    options = {
        symbol: letters[symbol]
        for symbol in map(optimiser.option_symbol, (o.name for o in optimiser.options))
    }
    small = optimiser.option_symbol("epsilon")
    decay = optimiser.option_symbol("weight_decay")
    names |= {s: name for s, name in options.items() if s not in (small, decay)}
    names[ETA] = parse_name(training.learning_rate_name)
    if decay in options:  # within what the learning rate multiplies
        names[decay] = options[decay]
    names[W] = name
    for variable in optimiser.variables:
        names[variable.symbol] = letters[variable.symbol]
    if small in options:  # it is added to a root, and stands behind it
        names[small] = options[small]
    names[G] = Partial(formulas.loss_name(), name)
    names[T] = Symbol("t")
    return names
