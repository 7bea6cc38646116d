"""Values from numbers as they were printed: rounding that is carried on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import TypeGuard

import mpmath

from derivgen.checking.drafts import Draft, Entry, Ledger
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.equality import DIGITS, close
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import Printed, is_calculation
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import NoValue, Real, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.readers import through_readers, with_readers
from derivgen.checking.judging.remembered import gradients, last_printed, remembered_step
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.report import Verdict

#: how many printed quantities may be a gradient
MOST_SLOPES = 20
#: units of the last place by which a number can be off after roundings that were carried on
MOST_CARRIED = 12


def as_printed(here: Standing, node: t.Node) -> Value | None:
    """A formula's value with every quantity in it at the value that was printed for it last."""
    printed = _tokens_as_printed(here, here.actual.written_out(node))
    # a number that is put in for a name has no slope
    inside = {
        name for part in t.walk(printed) if isinstance(part, t.Derivative) for name in t.walk(part)
    }
    stated: dict[str, Value] = {}
    parts = [p for part in t.walk(printed) for p in (part, *_instances(here, part))]
    for part in parts:
        if isinstance(part, t.Name) and part not in inside:
            entries = here.printed_for(part)
            matrix = here.ledger.matrices.get(here.ledger.plain(part))
            made = here.actual.model.definition(part.key) if not part.mark else None
            if matrix is None and not entries and isinstance(made, t.Derivative):
                # g = dL/dQ: what was printed for the one is the other's
                entries = here.printed_for(made)
                matrix = here.ledger.matrices.get(here.ledger.plain(made))
            if matrix is not None:
                stated[t.full_key(part)] = matrix[0]
            elif entries:
                stated[t.full_key(part)] = v.constant(entries[-1].printed.value)
            elif (cell := here.printed_cell(part)) is not None:
                stated[t.full_key(part)] = v.constant(cell.value)
    try:
        world = here.actual.with_data(stated)
        return world.evaluate(printed)
    except NoValue:
        return None


def _instances(here: Standing, part: t.Node) -> Iterator[t.Name]:
    """What was printed of the terms of a sum: delta_11, delta_12 of its ``delta_ij``."""
    if isinstance(part, t.Name) and not part.mark and ix.letters_of(part.key):
        for subject in here.ledger.by_subject:
            if isinstance(subject, t.Name) and ix.is_instance(subject.key, part.key):
                yield subject


def _tokens_as_printed(here: Standing, node: t.Node) -> t.Node:
    """A formula with each derivative token and each new value that was printed at its printed value; a derivative that
    was not is what it is."""
    if isinstance(node, t.Derivative) or (isinstance(node, t.Name) and node.mark in UPDATE_MARKS):
        matrix = here.ledger.matrices.get(here.ledger.plain(node))
        if matrix is not None:
            return matrix[2]
        entries = here.printed_for(node)
        if entries:
            return literal_of(entries[-1].printed.value)
        cell = here.printed_cell(node)
        if cell is not None:
            return literal_of(cell.value)
        value = here.known_value(node) if isinstance(node, t.Derivative) else None
        return node if value is None else literal_of(value)
    return rebuilt(node, partial(_tokens_as_printed, here))


def literal_of(value: Real) -> t.Number:
    """A value in full precision as a number in a formula."""
    return t.Number("", Fraction(mpmath.nstr(value, DIGITS)))


@dataclass(frozen=True)
class Trial:
    """One way to compute a result from what was printed: the value, the prints that it takes, and the formula that
    they are put into, if that is not the model's own."""

    value: Value | None
    entries: tuple[Entry, ...]
    formula: t.Node | None = None


def trials(here: Standing, subject: t.Node, before: Sequence[t.Node]) -> Iterator[Trial]:
    """What a result could be computed from: the printed gradient, the formulas before it (in its chain, or else
    those that were last written for it) with what was printed put in, printed quantities on the way."""
    formulas = [m for m in before if not is_calculation(m)]
    formulas = formulas or here.said.get(here.ledger.plain(subject), [])[-2:]
    formulas = formulas or list(here.said_of_all(subject))[-2:]
    # another derivative that is the same one says nothing of where it comes from
    if isinstance(subject, t.Derivative) and all(isinstance(f, t.Derivative) for f in formulas):
        formulas = [*formulas, *through_readers(here, subject)]
    if isinstance(subject, t.Name):
        formulas.append(here.actual.model.definition(subject.key) or subject)
    for value, formula in [
        printed_step(here, subject),
        *((as_printed(here, f), f) for f in formulas),
    ]:
        if formula is not None:
            entries = tuple(entries_in(here, here.actual.written_out(formula)))
            yield Trial(value, entries, formula)
    ways = [remembered_step(here, subject), carried_on(here, subject)]
    if isinstance(subject, t.Name) and subject.mark in UPDATE_MARKS:
        ways.append(after_as_printed(here, subject))
    for value, prints in ways:
        yield Trial(value, tuple(prints))
    for formula in formulas:
        by_readers = with_readers(here, formula)
        if by_readers != formula:
            entries = tuple(entries_in(here, by_readers))
            yield Trial(as_printed(here, by_readers), entries, by_readers)


def entries_in(here: Standing, formula: t.Node) -> Iterator[Entry]:
    """What was printed last for the parts of a formula."""
    for part in (p for own in t.walk(formula) for p in (own, *_instances(here, own))):
        entries = here.printed_for(part)
        cell = None if entries else here.cell_entry(part)
        yield from entries[-1:] if cell is None else (cell,)


def after_as_printed(here: Standing, subject: t.Name) -> tuple[Value | None, list[Entry]]:
    """The new value of something computed, from the new parameters as they were printed, and these prints;
    no value where nothing was printed."""
    if here.actual.model.is_parameter(subject.key):
        return None, []
    found = list(_new_parameters(here))
    data = {key: value for key, value, _ in found}
    try:
        world = here.actual.after.with_data(data)
        return world.evaluate(replace(subject, mark="")), [entry for _, _, entry in found]
    except NoValue:
        return None, []


def onward_as_printed(here: Standing, drafts: Iterable[Draft]) -> World:
    """The point after a step of training, with the new parameters as they were printed where a document goes on with
    these, or nobody can tell what becomes of them; but for those of claims that are wrong."""
    wrong = {draft.id for draft in drafts if draft.verdict is Verdict.WRONG}
    onward = here.actual.onward
    found = [
        (key, value) for key, value, entry in _new_parameters(here) if entry.draft not in wrong
    ]
    model = here.actual.model
    # where an optimiser's own states are followed, what is not may be theirs as well
    ancestry, loss = here.actual.ancestry, model.loss
    plain = loss is not None and all(ancestry.leads(loss, key) for key in model.renewed)
    open_ones = frozenset(
        key
        for key, _ in found
        # an array of such cells would still be the old one
        if plain and not _is_cell(model, key) and not _has_value(onward, key)
    )
    data = {key: value for key, value in found if here.carries or key in open_ones}
    data = {**(_at_rest(here, onward) if open_ones else {}), **data}
    onward = onward.with_data(data) if data else onward
    return replace(onward, as_printed=onward.as_printed | open_ones) if open_ones else onward


def _is_cell(model: Model, key: str) -> bool:
    """Whether a name is one of an array that has a name as well: w_1 beside w."""
    base, pieces = ix.split(key)
    return bool(pieces) and model.known(base)


def _at_rest(here: Standing, onward: World) -> dict[str, Value]:
    """The parameters with a slope of 0, which no rule moves that has not moved them before."""
    found: dict[str, Value] = {}
    model, loss = here.actual.model, here.actual.model.loss
    keys = [key for key in model.names() if loss is not None and model.is_parameter(key)]
    for key in (key for key in keys if not _has_value(onward, key)):
        with suppress(NoValue, OutOfWork):
            slope = here.actual.derivative(t.Name(loss or ""), t.Name(key))
            if v.is_nothing(slope):
                found[key] = here.actual.value(key)
    return found


def _has_value(world: World, key: str) -> bool:
    try:
        world.value(key)
    except (NoValue, OutOfWork):
        return False
    return True


def _new_parameters(here: Standing) -> Iterator[tuple[str, Value, Entry]]:
    """The parameters, and the states of an optimiser, with the new values that were printed for them last."""
    for key, new in here.actual.model.renewed.items():
        printed = last_printed(here.ledger, t.Name(new))
        if printed is not None:
            yield key, *printed
    for node in dict.fromkeys((*here.ledger.matrices, *here.ledger.by_subject)):
        if _is_new_parameter(node, here):
            printed = last_printed(here.ledger, node)
            if printed is not None:
                yield node.key, *printed


def _is_new_parameter(node: t.Node, here: Standing) -> TypeGuard[t.Name]:
    if not isinstance(node, t.Name) or node.mark not in UPDATE_MARKS:
        return False
    return here.actual.model.is_parameter(node.key)


def carried_on(here: Standing, subject: t.Node) -> tuple[Value | None, list[Entry]]:
    """The value with every quantity on the way rounded as it was printed last, and these prints."""
    last = _LastPrinted(here.ledger, subject)
    renewed = here.actual.model.renewed
    above = {
        key
        for named in t.walk(subject)
        if isinstance(named, t.Name)
        for part in (named, *_instances(here, named))
        for own in (part.key, renewed.get(part.key, part.key) if part.mark else part.key)
        for key in here.actual.ancestry.upstream(own)
    }
    try:
        value = rounded_as_printed(here, here.actual, subject).evaluate(subject)
    except NoValue:
        return None, []
    entries = filter(None, map(last.entry, above))
    return value, sorted(entries, key=lambda entry: (entry.draft or 0, str(entry.subject)))


def rounded_as_printed(here: Standing, world: World, but: t.Node) -> World:
    """A point with every quantity that was printed, but for one, rounded as it was printed last."""
    whole: dict[str, Value] = {}
    for node, matrix in here.ledger.matrices.items():
        if isinstance(node, t.Name) and not node.mark and node != but:
            whole[node.key] = v.simplest(matrix[0])
            whole |= _cells_as_printed(here, node.key, matrix[0])
    return replace(world, rounded=_LastPrinted(here.ledger, but, whole))


@dataclass(frozen=True)
class _LastPrinted(Mapping[str, Value]):
    """The value that was printed last for each quantity, but for one; looked up when it is asked for."""

    ledger: Ledger
    but: t.Node
    #: of matrices and their cells
    whole: Mapping[str, Value] = field(default_factory=dict)

    def entry(self, key: str) -> Entry | None:
        """The last print of a quantity."""
        name = t.Name(key)
        entries = self.ledger.by_subject.get(name)
        # the last print of a parameter whose new value is in question may be that new value
        own = isinstance(self.but, t.Name) and self.but.key == key
        return entries[-1] if entries and not own else None

    def __getitem__(self, key: str) -> Value:
        if key in self.whole:
            return self.whole[key]
        entry = self.entry(key)
        if entry is None:
            raise KeyError(key)
        return v.constant(entry.printed.value)

    def __iter__(self) -> Iterator[str]:
        names = (node.key for node in self.ledger.by_subject if isinstance(node, t.Name))
        return iter({*self.whole, *(key for key in names if self.entry(key) is not None)})

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _cells_as_printed(here: Standing, key: str, value: Value) -> dict[str, Value]:
    """The printed numbers of an array that is made of named quantities, by their names."""
    made = here.actual.model.definition(key)
    array = v.simplest(value)
    if not isinstance(made, t.Matrix) or not isinstance(array, v.Array):
        return {}
    return {
        cell.key: number
        for names, numbers in zip(made.rows, array.rows, strict=False)
        for cell, number in zip(names, numbers, strict=False)
        if isinstance(cell, t.Name)
    }


def printed_step(here: Standing, subject: t.Node) -> tuple[Value | None, t.Node | None]:
    """The new value of a parameter from its gradient as printed, and the rule that gives it."""
    model = here.actual.model
    if not _is_descended(subject, here) or model.rate is None:
        return None, None
    old = t.Name(subject.key)
    tokens = gradients(model, here.ledger, subject)
    slope = tokens[0] if tokens else _printed_slope(here, old)
    if slope is None:
        return None, None
    rule = _descended(old, t.Name(model.rate), slope)
    return as_printed(here, rule), rule


def step_of_prints(here: Standing, subject: t.Node | None) -> t.Node | None:
    """``0.2 - 0.5 * 0.1991`` for the new value of a parameter whose old value and gradient were printed."""
    model = here.actual.model
    if not _is_descended(subject, here) or not model.is_parameter(subject.key):
        return None
    rate = None if model.rate is None else model.given(model.rate)
    tokens = gradients(model, here.ledger, subject)
    old = last_number(here, t.Name(subject.key))
    slope = last_number(here, tokens[0]) if tokens else None
    if rate is None or old is None or slope is None:
        return None
    return _descended(old, rate, slope)


def _is_descended(subject: t.Node | None, here: Standing) -> TypeGuard[t.Name]:
    """Whether this is a new value by gradient descent on a loss that is known, and not by a rule that keeps numbers
    of its own."""
    if not isinstance(subject, t.Name) or subject.mark not in UPDATE_MARKS:
        return False
    model = here.actual.model
    return model.step is None and model.own_losses.get(subject.key) != ""


def _descended(old: t.Node, rate: t.Node, slope: t.Node) -> t.Node:
    return t.Sum(((False, old), (True, t.Product((rate, slope)))))


def last_number(here: Standing, part: t.Node) -> t.Node | None:
    """What was printed last as the value of a part."""
    entries = here.printed_for(part)
    if not entries:
        return None
    printed = entries[-1].printed
    text = printed.text.lstrip("-")
    value = Fraction(mpmath.nstr(abs(printed.value), DIGITS))
    number = t.Number(text, value, printed.decimals)
    return t.Negated(number) if printed.value < 0 else number


def put_in(here: Standing, node: t.Node) -> t.Node:
    """A formula with each name and derivative that was printed as the number, or the matrix, that stands there."""
    if not isinstance(node, t.Name | t.Derivative):
        return rebuilt(node, partial(put_in, here))
    matrix = here.ledger.matrices.get(here.ledger.plain(node))
    return last_number(here, node) or node if matrix is None else matrix[2]


def _printed_slope(here: Standing, parameter: t.Name) -> t.Name | None:
    """The printed quantity that is the gradient by a parameter: a bias has the delta of its layer."""
    loss = here.actual.model.loss
    printed = [n for n in here.ledger.matrices if isinstance(n, t.Name) and not n.mark]
    if loss is None:
        return None
    with suppress(NoValue):
        slope = here.actual.derivative(t.Name(loss), parameter)
        for name in reversed(printed[-MOST_SLOPES:]):
            with suppress(NoValue):
                if close(here.actual.evaluate(name), slope):
                    return name
    return None


def was_carried(here: Standing, number: Printed, value: Real) -> bool:
    """Whether a number was printed before, and roundings on the way explain that it is off."""
    known = here.ledger.like(number) or here.ledger.like(replace(number, value=-number.value))
    return bool(known) and bool(abs(value - number.value) <= MOST_CARRIED * number.unit)
