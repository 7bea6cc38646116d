"""The forward pass array by array, for documents that show vectors and matrices.

An equation that has a matrix form stands in it; any other stands with its indices.  What is computed in
turns (the steps of a recurrent network) has its rule and its first turn, and then the values of all
turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from derivgen.derivation.instances import stage_entries, stage_size
from derivgen.document.arrays import whole_value
from derivgen.document.blocks import Display
from derivgen.document.equations import Window, general_equation, windows
from derivgen.document.formulas import Formulas
from derivgen.document.remarks import Remark, forward_remarks
from derivgen.document.views.common import title_of
from derivgen.document.whole import whole_evaluation, whole_rule
from derivgen.formula.tree import Chain
from derivgen.network.model import Stage
from derivgen.notation import Entry

#: elements of one array whose evaluation is written out, where it has no matrix form
MOST_EVALUATIONS = 4

#: elements of a turn or of an array that are looked at for remarks
MOST_REMARKED = 64


@dataclass(frozen=True)
class WholeStage:
    """One array's part of the forward pass.

    ``general`` is the rule where it is not the beginning of the ``displays``.  ``turns`` is "first"
    where only the first turn is worked out and "values" where all turns follow as one array.
    """

    title: str
    key: str
    general: Display | None
    displays: tuple[Display, ...]
    turns: str
    remarks: tuple[Remark, ...]
    #: how far the letters of a maximum go, where the rule has them
    windows: tuple[Window, ...] = ()


def whole_stages(formulas: Formulas) -> Iterator[WholeStage]:
    """The forward pass in the order of the schedule."""
    schedule = formulas.derivation.network.schedule
    last = {_array(formulas, stage): number for number, stage in enumerate(schedule)}
    numbered = list(enumerate(schedule))
    for pinned, group in groupby(numbered, lambda pair: bool(pair[1].pinned)):
        if pinned:
            yield from _turns(formulas, [stage for _, stage in group])
            continue
        for number, stage in group:
            if formulas.after and not formulas.is_changed(_array(formulas, stage)):
                continue
            yield _stage(formulas, stage, number == last[_array(formulas, stage)])


def _array(formulas: Formulas, stage: Stage) -> str:
    return formulas.derivation.network.equations[stage.equation].target.array


def _title(formulas: Formulas, array: str) -> str:
    return title_of(formulas.derivation.network.quantities[array].prose)


def _stage(formulas: Formulas, stage: Stage, complete: bool) -> WholeStage:
    array = _array(formulas, stage)
    general, displays = _worked(formulas, stage)
    if general is not None and complete:
        value = whole_value(formulas, array)
        displays = displays if value is None else (value,)
    return WholeStage(
        title=_title(formulas, array),
        key=f"{array}/{stage.equation}",
        general=general,
        displays=displays,
        turns="",
        remarks=_remarks(formulas, [stage]),
        windows=windows(formulas, stage) if general and not formulas.after else (),
    )


def _turns(formulas: Formulas, stages: list[Stage]) -> Iterator[WholeStage]:
    """The stages of a recurrence: each equation at its first turn, then all the values."""
    seen: set[int] = set()
    arrays: dict[str, None] = {}
    for stage in stages:
        array = _array(formulas, stage)
        arrays[array] = None
        if stage.equation in seen:
            continue
        seen.add(stage.equation)
        rule = whole_rule(formulas, stage) or general_equation(formulas, stage)
        general, displays = _worked(formulas, stage)
        if rule is not None and general is None and len(displays) == 1:
            # the rule with its letter, and below it the first turn with numbers alone
            [first] = displays[0].chains
            links = first.links[1:] or first.links
            general, displays = None, (Display((rule, Chain(first.left, links))),)
        elif rule is not None:
            general = Display((rule,))
        yield WholeStage(_title(formulas, array), f"{array}/turn", general, displays, "first", ())
    values = [whole_value(formulas, array) for array in arrays]
    shown = tuple(v for v in values if v is not None)
    if shown:
        yield WholeStage("", "turns", None, shown, "values", _remarks(formulas, stages))


def _worked(formulas: Formulas, stage: Stage) -> tuple[Display | None, tuple[Display, ...]]:
    """A stage's rule where it needs one, and the rule with its numbers: as a whole, or of single
    elements."""
    network = formulas.derivation.network
    array = _array(formulas, stage)
    if array != network.loss:
        whole = whole_evaluation(formulas, stage)
        if whole is not None:
            return None, (Display((whole,)),)
    total = stage_size(network, stage)
    general = general_equation(formulas, stage)
    entries = list(islice(stage_entries(network, stage), MOST_EVALUATIONS))
    if total == 1:
        chain = formulas.evaluation(entries[0])
        if general is None or formulas.passed.symbolic or len(chain.links) < 3:
            return None, (Display((chain,)),)
        # the sum sign says what the elements one by one would
        return None, (Display((Chain(chain.left, (*general.links, *chain.links[1:])),)),)
    displays = tuple(Display((formulas.evaluation(e),)) for e in entries)
    return (None if general is None else Display((general,))), displays


def _remarks(formulas: Formulas, stages: list[Stage]) -> tuple[Remark, ...]:
    entries: list[Entry] = []
    for stage in stages:
        found = stage_entries(formulas.derivation.network, stage)
        entries.extend(islice(found, MOST_REMARKED - len(entries)))
    return tuple(forward_remarks(formulas, entries))
