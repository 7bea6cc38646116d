"""The ``matrix`` view: gradients of whole arrays, with the shape under every factor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from derivgen.derivation.grid import stage_grid
from derivgen.derivation.partials import PEER, SAME, WINNER, Link
from derivgen.derivation.sweep import link_values, unchanged
from derivgen.derivation.training import Update
from derivgen.document.blocks import Display
from derivgen.document.grids import MOST_COLUMNS, MOST_ROWS, grid_node
from derivgen.document.matrix_form import Operand, operands, product
from derivgen.document.situation import Situation
from derivgen.document.updates import setting_digits, symbol_names
from derivgen.document.views.common import (
    gradient_of,
    gradient_values,
    leading_arrays,
    reader_arrays,
    title_of,
)
from derivgen.document.views.index_rules import IndexRule, index_rules
from derivgen.document.views.matrix_numbers import put_in
from derivgen.document.worked import as_float, is_same
from derivgen.formula.build import add, multiply, negate, number, under
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.tree import (
    Chain,
    Node,
    RelationSign,
)
from derivgen.network.model import Role
from derivgen.network.optimisers import OPTIMISERS, G, W
from derivgen.notation import updated

#: samples whose contributions to a gradient are printed one by one
MOST_SAMPLES = 6
#: elements of an array that are looked at for whether anything was rounded
MOST_COMPARED = 64


@dataclass(frozen=True)
class Section:
    """One array: its gradient in matrix form (or index notation), its numbers, its samples.

    ``limits`` tell what a rule in index notation does not hold for; ``contributions`` are each sample's share of a
    gradient that is summed over a batch.
    """

    name: Node
    title: str
    parameter: bool
    matrix_form: bool
    rule: Display
    limits: tuple[IndexRule, ...]
    numbers: Display | None
    contributions: tuple[Display, ...]
    update: Display | None


def sections(situation: Situation) -> Iterator[Section]:
    """The arrays from the loss backwards, those that are given last among their readers'."""
    network = situation.derivation.network
    wanted = _wanted_arrays(situation)
    leading = leading_arrays(situation)
    for array in backwards(situation):
        quantity = network.quantities[array]
        if array == network.loss or array not in wanted:
            continue
        links = [
            link
            for row in situation.passed.links
            for link in row
            if link.source.array == array and link.target.array in leading
        ]
        if not links:
            continue  # a collapsed derivative goes past it
        matrix = _in_matrices(situation, array, links)
        by_index = () if matrix is not None else tuple(index_rules(situation, links))
        yield Section(
            name=situation.formulas.names.whole(array),
            title=title_of(quantity.prose),
            parameter=quantity.role is Role.PARAMETER,
            matrix_form=matrix is not None,
            rule=Display((matrix,) if matrix is not None else tuple(r.chain for r in by_index)),
            limits=tuple(rule for rule in by_index if rule.left_out or rule.beyond),
            numbers=_numbers(situation, array, links if matrix is not None else []),
            contributions=tuple(_contributions(situation, array)),
            update=_update(situation, array),
        )


def _numbers(situation: Situation, array: str, links: list[Link]) -> Display | None:
    """What a gradient comes to, with the numbers of its matrices before it where these are small."""
    values = gradient_values(situation, array)
    found = put_in(situation, array, links) if values is not None else None
    if values is None or found is None:
        return values
    [chain] = values.chains
    [(_, result)] = chain.links
    if any(member == result for _, member in found.members):
        return values
    return Display((Chain(chain.left, (*found.members, (found.sign, result))),))


def _wanted_arrays(situation: Situation) -> set[str]:
    """The arrays of what is to be worked out, and all that lies between them and the loss."""
    found = set(situation.derivation.chosen)
    waiting = list(found)
    while waiting:
        array = waiting.pop()
        for links in situation.passed.links:
            for link in links:
                if link.source.array == array and link.target.array not in found:
                    found.add(link.target.array)
                    waiting.append(link.target.array)
    return found


def _in_matrices(situation: Situation, array: str, links: list[Link]) -> Chain | None:
    """d loss / d array as matrix products; None where there are none."""
    terms = [_matrix_term(situation, link) for link in links]
    products = [term for term in terms if term is not None]
    if len(products) < len(terms):
        return None
    left = gradient_of(situation, array)
    shape = situation.derivation.network.quantities[array].shape
    if prod(shape) > 1:
        left = under(left, "×".join(str(s) for s in (shape if len(shape) > 1 else (*shape, 1))))
    return Chain(left, (("=", add(*products)),))


def _out_indices(link: Link) -> tuple[str, ...] | None:
    names = [i.plain for i in link.source.indices]
    if any(n is None for n in names) or len(set(names)) != len(names):
        return None
    return tuple(n for n in names if n is not None)


def _matrix_term(situation: Situation, link: Link) -> Node | None:
    """One link's share of a gradient: arriving gradient times local partial, summed as needed."""
    network = situation.derivation.network
    out = _out_indices(link)
    special = link.partial.free_symbols & {SAME, WINNER, PEER}
    if out is None or special:
        return None
    names = situation.formulas.names
    quantities = network.quantities
    readings = {
        s: (ref, names.whole(ref.array), quantities[ref.array].shape)
        for s, ref in link.refs.items()
        if s in link.partial.free_symbols
    }
    found = operands(link.partial, readings, situation.formulas.functions)
    if found is None:
        return None
    coefficient, factors = found
    arriving = _arriving(situation, link)
    if arriving is None:
        return None
    indices = {i.name for i in (*network.equations[link.equation].free, *link.bound)}
    covered = {i for f in (*factors, *arriving) for i in f.indices}
    if not indices - set(out) <= covered and link.target.indices:
        return None
    shape = quantities[link.source.array].shape
    node = product([*arriving, *factors], out, shape, shapes=True)
    if node is None:
        return None
    size = abs(coefficient)
    scaled = node if size == 1 else multiply([from_sympy(size, {}), node], "none")
    return negate(scaled) if coefficient < 0 else scaled


def _arriving(situation: Situation, link: Link) -> list[Operand] | None:
    """The gradient that arrives from the target; nothing for the loss itself."""
    network = situation.derivation.network
    if link.target.array == network.loss:
        return []
    names = [i.plain for i in link.target.indices]
    if any(n is None for n in names):
        return None
    shape = network.quantities[link.target.array].shape
    plain = tuple(n for n in names if n is not None)
    return [Operand(gradient_of(situation, link.target.array), plain, shape)]


# --- numbers --------------------------------------------------------------------------------


def backwards(situation: Situation) -> list[str]:
    """Arrays in the order in which their derivatives can be taken: readers before the read."""
    network = situation.derivation.network
    computed = [network.equations[s.equation].target.array for s in reversed(network.schedule)]
    order: list[str] = []
    given = [q.name for q in network.quantities.values() if q.name not in computed]
    for array in dict.fromkeys(computed):
        order.append(array)
        order.extend(
            name
            for name in given
            if name not in order and all(t in order for t in reader_arrays(situation, name))
        )
    order.extend(name for name in given if name not in order)
    return order


def _contributions(situation: Situation, array: str) -> Iterator[Display]:
    """Each sample's share of a parameter's gradient, where a batch is summed over."""
    network = situation.derivation.network
    sample = network.sample_index
    quantity = network.quantities[array]
    if sample is None or quantity.role is not Role.PARAMETER or situation.passed.symbolic:
        return
    if prod(quantity.shape) > MOST_ROWS * MOST_COLUMNS:
        return
    shares = sample_shares(situation, array)
    if shares is None or not 1 < len(shares) <= MOST_SAMPLES:
        return
    formulas = situation.formulas
    text = formulas.rounder.text

    def numbers(values: np.ndarray) -> Node:
        return grid_node(values.shape, lambda index: number(text(values[index])))

    for position, share in enumerate(shares, start=1):
        node = numbers(share)
        left = under(gradient_of(situation, array), f"sample {position}")
        exact = all(map(formulas.rounder.is_exact, share.ravel().tolist()))
        yield Display((Chain(left, (("=" if exact else "approx", node),)),))


def sample_shares(situation: Situation, array: str) -> list[np.ndarray] | None:
    """A gradient's share of every sample; they add up to the gradient.  None where the array is
    not read once per sample."""
    passed = situation.passed
    network = situation.derivation.network
    sample = network.sample_index
    shares: list[np.ndarray] | None = None
    for stage in network.schedule:
        for link in passed.links[stage.equation]:
            if link.source.array != array:
                continue
            at = stage_grid(network, stage, link.bound)
            if sample not in at.axes:
                return None
            axis = at.axes.index(sample)
            found = link_values(network, stage, link, passed.values, passed.arithmetic, unchanged)
            arriving = passed.gradients[link.target.array].reshape(-1)[found.targets]
            number_of = np.broadcast_to(np.asarray(at.at[sample]), at.shape).ravel()
            if number_of.size != found.targets.size:
                return None
            count = at.shape[axis]
            shares = shares or [
                passed.arithmetic.zeros(network.quantities[array].shape) for _ in range(count)
            ]
            for n in range(count):
                mine = number_of == n
                flat = shares[n].reshape(-1)
                np.add.at(flat, found.sources[mine], (arriving * found.partials)[mine])
    return shares


def _update(situation: Situation, array: str) -> Display | None:
    """``W+ = W - eta dL/dW``, and what it gives; the numbers alone for a rule of several steps."""
    change = situation.change
    if change is None or array not in change.after or situation.passed.symbolic:
        return None
    formulas = situation.formulas
    values = change.after[array]
    text = formulas.rounder.text
    node = grid_node(values.shape, lambda index: number(text(values[index])))
    chain = Chain(updated(formulas.names.whole(array)), ())
    steps = OPTIMISERS[situation.derivation.task.training.optimiser].steps
    if len(steps) == 1:
        names = symbol_names(formulas, formulas.names.whole(array))
        chain = Chain(chain.left, (("=", from_sympy(steps[0][1], names)),))
    sign: RelationSign = "=" if _is_exact_update(situation, change, array) else "approx"
    return Display((Chain(chain.left, (*chain.links, (sign, node))),))


def _is_exact_update(situation: Situation, change: Update, array: str) -> bool:
    """Whether the new values as printed are what the rule gives, with nothing rounded.  Where rounded
    numbers are carried on, the rule is put to the printed ones."""
    formulas = situation.formulas
    steps = OPTIMISERS[situation.derivation.task.training.optimiser].steps
    after = change.after[array].ravel()[:MOST_COMPARED].tolist()
    if not formulas.passed.carried or len(steps) > 1:
        return all(formulas.rounder.is_exact(v) for v in after)
    digits = {s: as_float(text) for s, text in setting_digits(formulas, change).items()}
    old = change.before[array].ravel()[:MOST_COMPARED].tolist()
    slopes = change.gradients[array].ravel()[:MOST_COMPARED].tolist()
    scalar = formulas.passed.float_arithmetic.scalar
    return all(
        is_same(scalar(steps[0][1], {**digits, W: one, G: slope}), new)
        for one, slope, new in zip(old, slopes, after, strict=True)
    )
