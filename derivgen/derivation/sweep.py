"""Numbers through the network: one sweep forward over the schedule, one sweep back.

The cost of a gradient is that of reading each equation once more.  ``settle`` is applied to every
quantity as soon as it is complete: the identity, or the rounding of ``carry: rounded``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import sympy

from derivgen.derivation.arithmetic import Arithmetic
from derivgen.derivation.dust import without_dust
from derivgen.derivation.grid import Grid, stage_grid
from derivgen.derivation.partials import SAME, WINNER, Link
from derivgen.errors import DerivgenError, Place
from derivgen.network.losses import check_predictions
from derivgen.network.model import (
    Affine,
    Equation,
    Largest,
    Network,
    Ref,
    Role,
    Softmax,
    Stage,
    Terms,
)

Arrays = dict[str, np.ndarray]
Settle = Callable[[np.ndarray], np.ndarray]


def unchanged(values: np.ndarray) -> np.ndarray:
    """The policy of ``carry: full``: nothing is rounded on the way."""
    return values


def given_values(network: Network, arithmetic: Arithmetic) -> Arrays:
    """The values of inputs, targets, parameters and constants, as copies."""
    computed = (Role.COMPUTED, Role.LOSS)
    return {
        name: arithmetic.given(q)
        for name, q in network.quantities.items()
        if q.role not in computed
    }


def forward(
    network: Network, given: Mapping[str, np.ndarray], arithmetic: Arithmetic, settle: Settle
) -> Arrays:
    """Every quantity's values.

    Raises E502 when one of them is not a finite number, and E450 for a prediction outside the domain
    of the loss.
    """
    with np.errstate(all="ignore"):  # what overflows is refused below, once and by name
        return _forward(network, given, arithmetic, settle)


def _forward(
    network: Network, given: Mapping[str, np.ndarray], arithmetic: Arithmetic, settle: Settle
) -> Arrays:
    values: Arrays = dict(given)
    for name, quantity in network.quantities.items():
        if name not in values:
            values[name] = arithmetic.zeros(quantity.shape)
    last = {network.equations[stage.equation].target.array: stage for stage in network.schedule}
    for stage in network.schedule:
        equation = network.equations[stage.equation]
        # a scalar's sum of objects is a bare object, no array
        result = settle(np.asarray(_stage_values(network, stage, values, arithmetic)))
        target = equation.target.array
        if not _is_finite(result):
            why = _bad_logarithm(equation, values, arithmetic)
            raise _not_finite(result, target, equation.place, why)
        positions, _ = stage_grid(network, stage).positions(
            equation.target, network.quantities[target].shape
        )
        flat = values[target].reshape(-1)
        flat[np.broadcast_to(positions, result.shape).ravel()] = result.ravel()
        values[target] = flat.reshape(network.quantities[target].shape)
        if network.predictions is not None and last.get(network.predictions[0]) is stage:
            check_predictions(network.predictions[1], values[target], equation.place, target)
    return values


def _is_finite(values: np.ndarray) -> bool:
    return values.dtype == object or bool(np.all(np.isfinite(values)))


def _not_finite(values: np.ndarray, what: str, place: Place | None, why: str = "") -> DerivgenError:
    bad = values[~np.isfinite(values)].ravel()[0]
    hint = why or "choose smaller values or a smaller learning rate"
    return DerivgenError("E502", f"{what} became {bad}", place, hint)


def _bad_logarithm(equation: Equation, values: Arrays, arithmetic: Arithmetic) -> str:
    """Which logarithm of an equation has no value, where that is what is wrong."""
    terms = equation.body.terms if isinstance(equation.body, Terms) else ()
    logarithms = {log for term in terms for log in term.expression.atoms(sympy.log)}
    for argument in sorted((log.args[0] for log in logarithms), key=sympy.default_sort_key):
        symbols = argument.free_symbols
        if len(symbols) != 1:
            continue
        (symbol,) = symbols
        array = equation.refs[symbol].array
        found = np.asarray(arithmetic.evaluate(argument, {symbol: values[array]}))
        if not np.all(found > 0):
            formula = argument.subs(symbol, sympy.Symbol(array))
            return (
                f"it takes the logarithm of {formula}, which is {found.min():g}; choose smaller values, or a "
                "loss that takes the output before its activation (..._logits)"
            )
    return ""


def read(network: Network, values: Mapping[str, np.ndarray], ref: Ref, at: Grid) -> np.ndarray:
    """The values of one reading over a grid, with ``outside`` where it leaves the array."""
    quantity = network.quantities[ref.array]
    positions, inside = at.positions(ref, quantity.shape)
    found: np.ndarray = values[ref.array].reshape(-1)[positions]
    if inside is None:
        return found
    outside = 0.0 if quantity.outside is None else quantity.outside
    padded: np.ndarray = np.where(inside, found, outside)
    return padded


def _stage_values(
    network: Network, stage: Stage, values: Arrays, arithmetic: Arithmetic
) -> np.ndarray:
    equation = network.equations[stage.equation]
    free = stage_grid(network, stage)
    match equation.body:
        case Softmax() as body:
            return _softmax(network, stage, values, body)
        case Largest() as body:
            at = stage_grid(network, stage, body.bound)
            window = np.broadcast_to(read(network, values, equation.refs[body.ref], at), at.shape)
            largest: np.ndarray = window.max(axis=_bound_axes(free, at))
            return largest
        case body:
            total = arithmetic.zeros(free.shape)
            size, count = np.zeros(free.shape), 0
            for term in body.terms:
                at = stage_grid(network, stage, term.bound)
                part = _on_grid(network, values, equation, term.expression, at, arithmetic)
                axes = _bound_axes(free, at)
                share = np.asarray(part.sum(axis=axes))
                total = total + _scaled(share, term.coefficient)
                if part.dtype != object:
                    size = size + np.abs(part).sum(axis=axes) * abs(float(term.coefficient))
                    count += prod(at.shape[axis] for axis in axes)
            return without_dust(total, size, count) if count > 1 else total


def _bound_axes(free: Grid, at: Grid) -> tuple[int, ...]:
    return tuple(range(len(free.shape), len(at.shape)))


def _scaled(values: np.ndarray, coefficient: sympy.Rational) -> np.ndarray:
    if coefficient == 1:
        return values
    # divide last: (y - a)^2 / 2 and not (y - a)^2 * 0.5, the same bits as a reader's calculator
    exact = values.dtype == object
    scaled: np.ndarray = (
        values * coefficient if exact else values * int(coefficient.p) / int(coefficient.q)
    )
    return scaled


def _on_grid(
    network: Network,
    values: Arrays,
    equation: Equation,
    expression: sympy.Expr,
    at: Grid,
    arithmetic: Arithmetic,
) -> np.ndarray:
    used = expression.free_symbols
    arguments = {s: read(network, values, r, at) for s, r in equation.refs.items() if s in used}
    return np.broadcast_to(arithmetic.evaluate(expression, arguments), at.shape)


def _softmax(network: Network, stage: Stage, values: Arrays, body: Softmax) -> np.ndarray:
    equation = network.equations[stage.equation]
    free = stage_grid(network, stage)
    if values[equation.refs[body.ref].array].dtype == object:
        raise DerivgenError("E503", "softmax has no exact fractions", hint="ask for decimals")
    at = stage_grid(network, stage, (body.over,))
    scores = np.broadcast_to(read(network, values, equation.refs[body.ref], at), at.shape)
    top = scores.max(axis=-1, keepdims=True)
    log_total = (top + np.log(np.exp(scores - top).sum(axis=-1, keepdims=True)))[..., 0]
    own_ref = _at_own_index(equation.refs[body.ref], body)
    own = np.broadcast_to(read(network, values, own_ref, free), free.shape)
    logarithm: np.ndarray = own - log_total
    return logarithm if body.log else np.exp(logarithm)


def _at_own_index(ref: Ref, body: Softmax) -> Ref:
    """The argument's reading at the target's own index."""
    renamed = tuple(Affine.of(body.along) if i.plain == body.over.name else i for i in ref.indices)
    return Ref(ref.array, renamed)


# --- backwards ------------------------------------------------------------------------------


@dataclass(frozen=True)
class LinkValues:
    """The numbers of one link in one stage, flat and aligned: d target / d source of each pair
    of elements, with readings outside the source left out."""

    link: Link
    targets: np.ndarray
    sources: np.ndarray
    partials: np.ndarray


def link_values(
    network: Network,
    stage: Stage,
    link: Link,
    values: Arrays,
    arithmetic: Arithmetic,
    settle: Settle,
) -> LinkValues:
    """Local partials of one link, for all its pairs of elements."""
    at = stage_grid(network, stage, link.bound)
    quantities = network.quantities
    targets, _ = at.positions(link.target, quantities[link.target.array].shape)
    sources, inside = at.positions(link.source, quantities[link.source.array].shape)
    arguments = {s: read(network, values, r, at) for s, r in link.refs.items()}
    special = link.partial.free_symbols & {SAME, WINNER}
    body = network.equations[link.equation].body
    if SAME in special and isinstance(body, Softmax):
        same = np.equal(at.at[body.over.name], at.at[body.along])
        arguments[SAME] = same.astype(float)
    if WINNER in special and isinstance(body, Largest):
        arguments[WINNER] = _winners(network, stage, body, values)
    partials = np.asarray(arithmetic.evaluate(link.partial, arguments))
    if (
        not link.partial.is_Symbol
    ):  # a value itself is printed as it is: a given one with all its digits
        partials = settle(partials)
    everything = [np.broadcast_to(a, at.shape).ravel() for a in (targets, sources, partials)]
    if inside is not None:
        kept = np.broadcast_to(inside, at.shape).ravel()
        everything = [a[kept] for a in everything]
    return LinkValues(link, *everything)


def _winners(network: Network, stage: Stage, body: Largest, values: Arrays) -> np.ndarray:
    """Each element's share of its window's maximum, by the stated convention for ties."""
    at = stage_grid(network, stage, body.bound)
    free_rank = len(at.shape) - len(body.bound)
    ref = network.equations[stage.equation].refs[body.ref]
    window = np.broadcast_to(read(network, values, ref, at), at.shape)
    flat = window.reshape((*at.shape[:free_rank], -1))
    largest = flat == flat.max(axis=-1, keepdims=True)
    if body.ties == "first":
        largest = largest & (np.cumsum(largest, axis=-1) == 1)
    share: np.ndarray = largest.astype(float)
    if body.ties == "split":
        share = share / share.sum(axis=-1, keepdims=True)
    return share.reshape(at.shape)


def backward(
    network: Network,
    links: tuple[tuple[Link, ...], ...],
    values: Arrays,
    arithmetic: Arithmetic,
    settle: Settle,
) -> Arrays:
    """d loss / d every quantity, by one reverse sweep over the schedule.

    Raises E502 when one of them is not a finite number.
    """
    with np.errstate(all="ignore"):  # what overflows is refused below, once and by name
        found = _backward(network, links, values, arithmetic, settle)
    for name, gradient in found.items():
        what = f"the derivative of {network.loss} with respect to {name}"
        if not _is_finite(gradient):
            raise _not_finite(gradient, what, network.quantities[name].place)
    return found


def _backward(
    network: Network,
    links: tuple[tuple[Link, ...], ...],
    values: Arrays,
    arithmetic: Arithmetic,
    settle: Settle,
) -> Arrays:
    gradients: Arrays = {n: arithmetic.zeros(q.shape) for n, q in network.quantities.items()}
    gradients[network.loss][...] += 1
    #: the terms that have been added up at the elements of each array, with their positions
    added: defaultdict[str, list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
    for stage in reversed(network.schedule):
        equation = network.equations[stage.equation]
        target = equation.target.array
        at = stage_grid(network, stage)
        positions = np.broadcast_to(
            at.positions(equation.target, network.quantities[target].shape)[0], at.shape
        ).ravel()
        arriving = gradients[target].reshape(-1)
        if arriving.dtype != object:
            _dust(arriving, added.pop(target, ()))
        arriving[positions] = settle(arriving[positions])
        for found in _stage_links(
            network, stage, links[stage.equation], values, arithmetic, settle
        ):
            source = found.link.source.array
            received = gradients[source].reshape(-1)
            terms = arriving[found.targets] * found.partials
            np.add.at(received, found.sources, terms)
            added[source].append((found.sources, terms))
    for name, parts in added.items():
        if gradients[name].dtype != object:
            _dust(gradients[name].reshape(-1), parts)
    computed = {e.target.array for e in network.equations}
    return {n: g if n in computed else settle(g) for n, g in gradients.items()}


def _stage_links(
    network: Network,
    stage: Stage,
    links: Sequence[Link],
    values: Arrays,
    arithmetic: Arithmetic,
    settle: Settle,
) -> Iterator[LinkValues]:
    """The numbers of all links of a stage.  Where several meet in one pair of elements, what is settled, as it is
    printed, is their sum."""
    if settle is unchanged:
        for link in links:
            yield link_values(network, stage, link, values, arithmetic, settle)
        return
    by_source: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_source[link.source.array].append(link)
    for group in by_source.values():
        apart = [link_values(network, stage, k, values, arithmetic, unchanged) for k in group]
        targets, sources, partials = (
            np.concatenate([getattr(found, name) for found in apart])
            for name in ("targets", "sources", "partials")
        )
        pairs, places, counts = np.unique(
            np.stack((targets, sources)), axis=1, return_inverse=True, return_counts=True
        )
        if counts.max(initial=1) == 1:
            for link in group:
                yield link_values(network, stage, link, values, arithmetic, settle)
            continue
        sums = np.zeros(counts.shape, dtype=partials.dtype)
        np.add.at(sums, places.reshape(-1), partials)
        # a value itself stays as it is
        plain = np.concatenate(
            [np.full(found.targets.shape, found.link.partial.is_Symbol) for found in apart]
        )
        own = np.zeros(counts.shape, dtype=bool)
        own[places.reshape(-1)[plain]] = True
        settled = np.where(own & (counts == 1), sums, settle(sums))
        yield LinkValues(group[0], pairs[0], pairs[1], settled)


def _dust(totals: np.ndarray, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
    """Sets totals to 0 of which rounding alone has left something: what was added up has cancelled."""
    most = sum(int(np.bincount(at).max(initial=0)) for at, _ in parts)
    if most < 2:
        return
    sizes = np.zeros(totals.shape)
    for at, terms in parts:
        np.add.at(sizes, at, np.abs(terms))
    totals[:] = without_dust(totals, sizes, most)
