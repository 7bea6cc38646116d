"""A network with the values and formulas that a document has in their place.

Where the two disagree, the place is a finding.  What the author goes on with is the document's own, so everything
else is judged by that: then a mistake does not hide among the consequences of another weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.model import Changed, Model
from derivgen.checking.evaluating.printed import Fit, printed_matrix, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.judging.judge import Judge
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.report import Verdict

#: of how many differences it is tried whether the document goes on with them, one by one
MOST_ALONE = 6
#: the numbers of a factor that is told from a printed loss alone
LARGEST_LOST = 12
#: points at which a formula is compared with the network's; how large a factor is that stands in one, and how far
#: a ratio may be off by rounding
MOST_POINTS, LARGEST, TINY = 4, 1000, Fraction(1, 10**15)


@dataclass(frozen=True)
class Restated(Changed):
    """A model with other given values and other formulas for some of its quantities."""

    values: Mapping[str, t.Node] = field(default_factory=dict)
    formulas: Mapping[str, t.Node] = field(default_factory=dict)

    def definition(self, key: str) -> t.Node | None:
        return self.formulas.get(key) or self.model.definition(key)

    def given(self, key: str) -> t.Node | None:
        own = self.values.get(key)
        if own is not None:
            return own
        node = self.model.given(key)
        return _with_cells(self.model, key, node, self.values) or node


def _with_cells(
    model: Model, key: str, node: t.Node | None, values: Mapping[str, t.Node]
) -> t.Node | None:
    """A given array with other values in some of its cells; None where it has none of them."""
    names = model.definition(key)
    if not isinstance(node, t.Matrix) or not isinstance(names, t.Matrix):
        return None
    if values.keys().isdisjoint(names_in(names)):
        return None
    rows = (
        tuple(
            values.get(name.key, cell) if isinstance(name, t.Name) else cell
            for name, cell in zip(own, row, strict=True)
        )
        for own, row in zip(names.rows, node.rows, strict=True)
    )
    return replace(node, rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class Other:
    """What a document says instead of the network, in one place."""

    draft: Draft
    values: Mapping[str, t.Node] = field(default_factory=dict)
    formulas: Mapping[str, t.Node] = field(default_factory=dict)


def others(model: Model, values: Sequence[Draft], formulas: Sequence[Draft]) -> list[Other]:
    """What differs in a way that can be put in the network's place: given values, and formulas of single
    quantities that do not lead back to themselves."""
    found = []
    for draft in values:
        if isinstance(draft.subject, t.Name):
            cells = dict(_cells(model, draft.subject.key, draft.segment.body))
            if cells:
                found.append(Other(draft, cells))
    for draft in formulas:
        subject, body = draft.subject, draft.segment.body
        if not isinstance(subject, t.Name) or subject.mark or draft.code != "C201":
            continue
        whole = isinstance(model.definition(subject.key), t.Matrix)
        if whole or model.definition(subject.key) is None or _leads_to(model, body, subject.key):
            continue
        found.append(Other(draft, formulas={subject.key: body}))
    return found


def other_loss(judge: Judge) -> Other | None:
    """Another factor of the loss where only its number is printed: half the sum for the mean.

    A simple fraction of what the network has; whether the document goes on with that tells it from a slip."""
    model = judge.basis.model
    definition = None if model.loss is None else model.definition(model.loss)
    about = [d for d in judge.drafts if d.subject == t.Name(model.loss or "")]
    wrong = [draft for draft in about if draft.verdict is Verdict.WRONG]
    printed = next((draft for draft in wrong if draft.number and draft.value), None)
    if definition is None or printed is None or len(wrong) < len(about):
        return None
    assert printed.number is not None
    assert printed.value is not None
    ratio = Fraction(mpmath.nstr(printed.number.value / printed.value, 15))
    factor = ratio.limit_denominator(LARGEST_LOST)
    near = printed.number.fit(printed.value * factor.numerator / factor.denominator)
    if near is Fit.OFF or not 0 < factor.numerator <= LARGEST_LOST:
        return None
    above, below = (t.Number(str(n), Fraction(n)) for n in (factor.numerator, factor.denominator))
    body = t.Product((t.Quotient(above, below), definition))
    return Other(wrong[0], formulas={str(model.loss): body})


def _leads_to(model: Model, node: t.Node, key: str) -> bool:
    """True where a quantity is computed from what a formula is computed from."""
    waiting, seen = set(names_in(node)), set[str]()
    while waiting:
        here = waiting.pop()
        if here == key:
            return True
        if here not in seen:
            seen.add(here)
            definition = model.definition(here)
            waiting |= set() if definition is None else set(names_in(definition))
    return False


def _cells(model: Model, key: str, body: t.Node) -> Iterator[tuple[str, t.Node]]:
    """The given quantities for which a printed number or matrix has other values."""
    names, rows = model.definition(key), _rows(body)
    if not isinstance(names, t.Matrix):
        if names is None and printed_number(body) is not None:
            yield key, body
        return
    own, shape = names.rows, (len(rows), len(rows[0]) if rows else 0)
    if shape == (len(own[0]), len(own)) and 1 in shape:
        own = tuple(zip(*own, strict=True))  # a vector may lie or stand
    if shape != (len(own), len(own[0])):
        return
    for name, cell in zip(chain(*own), chain(*rows), strict=True):
        theirs = model.given(name.key) if isinstance(name, t.Name) else None
        one, two = printed_number(cell), None if theirs is None else printed_number(theirs)
        if isinstance(name, t.Name) and one and two and one.fit(two.value) is Fit.OFF:
            yield name.key, cell


def _rows(node: t.Node) -> tuple[tuple[t.Node, ...], ...]:
    """The cells of a printed matrix; nothing for what is none."""
    if printed_matrix(node) is None:
        return ()
    if isinstance(node, t.Transposed):
        return tuple(zip(*_rows(node.body), strict=True))
    return node.rows if isinstance(node, t.Matrix) else ()


def multiple(judge: Judge, other: Other) -> Fraction | None:
    """How many times what the network has a formula is, where that is one number: another factor of a loss."""
    found: set[Fraction] = set()
    draft, (formula,) = other.draft, other.formulas.values()
    with mpmath.workdps(DIGITS):
        for world in judge.symbols.sides.equality.points[:MOST_POINTS]:
            judge.basis.budget.begin()
            with suppress(NoValue, OutOfWork):
                assert draft.subject is not None
                mine, theirs = map(scalar, map(world.evaluate, (formula, draft.subject)))
                if mine and theirs:
                    ratio = Fraction(str(mpmath.nstr(mine / theirs, 20)))
                    found.add(ratio.limit_denominator(LARGEST))
                    if abs(ratio - ratio.limit_denominator(LARGEST)) > TINY:
                        return None
    return found.pop() if len(found) == 1 else None


def judged_as_stated(judge: Judge, found: Sequence[Other]) -> tuple[Judge, list[Other]] | None:
    """The document judged with its own values and formulas, and those of ``found`` that it goes on with.

    None where it goes on with none of them: then they are slips in what is given, or in one line."""
    roots = {other.draft.id for other in found}
    before = _wrong(judge, roots)
    # values that were given anew may have been taken for those of a next sample
    went_on = any(draft.world is not judge.worlds[0] for draft in judge.drafts if draft.world)
    if not found or not (any(before) or went_on):
        return None
    best = _tried(judge, found)
    fewest, kept = _wrong(best, roots), list(found)
    if fewest > before or (fewest == before and not went_on):
        return None
    for other in list(found) if 1 < len(found) <= MOST_ALONE else ():
        fewer = [one for one in kept if one is not other]
        without = _tried(judge, fewer)
        if fewer and _wrong(without, roots) < fewest:
            fewest, kept, best = _wrong(without, roots), fewer, without
    return best, kept


def _wrong(judge: Judge, roots: set[int]) -> tuple[int, int]:
    """How many claims are wrong, and how many of the others are not quite right."""
    verdicts = [draft.verdict for draft in judge.drafts if draft.id not in roots]
    slips = sum(verdict in (Verdict.ROUNDING, Verdict.TRUNCATION) for verdict in verdicts)
    return verdicts.count(Verdict.WRONG), slips


def _tried(judge: Judge, found: Sequence[Other]) -> Judge:
    values, formulas = dict[str, t.Node](), dict[str, t.Node]()
    for other in found:
        values |= other.values
        formulas |= other.formulas
    return judge.anew(judge.basis.by(Restated(judge.basis.model, values, formulas)))
