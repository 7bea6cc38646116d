"""What a training of several steps did to the loss: a table and a curve."""

from __future__ import annotations

from dataclasses import dataclass

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.passes import Pass
from derivgen.document.blocks import Figure, Inlines, Math, Table, Words
from derivgen.document.formulas import Formulas

#: a table of more steps shows the first ones and then round numbers
MOST_ROWS = 20
_FIRST = 5
_ROUND = 10


@dataclass(frozen=True)
class History:
    """The loss over the steps; ``every`` is the distance of the rows after the first ones (1: all steps
    are there), ``figure`` None where there is no curve to see."""

    table: Table
    figure: Figure | None
    every: int


def history(derivation: Derivation) -> History:
    """The loss before each training step and after the last, from one run of the training."""
    network = derivation.network
    loss = (network.loss, ())
    steps = derivation.task.training.steps
    every = round_interval(steps)
    losses: list[float] = []
    rows: list[tuple[Inlines, ...]] = []

    def note(passed: Pass) -> None:
        taken = len(losses)
        losses.append(float(passed.value(loss)))
        if taken <= (_FIRST if every > 1 else steps) or taken % every == 0 or taken == steps:
            formulas = Formulas(derivation, passed)
            rows.append(((Words(str(taken)),), (Math(formulas.number(loss)),)))

    last: Pass | None = None
    for passed, change in derivation.training():
        note(passed)
        if change.step == steps:
            last = derivation.after(passed, change)
    if last is not None:
        note(last)
    header: tuple[Inlines, ...] = ((Words("Steps taken"),), (Words("Loss"),))
    return History(Table(header, rows, "rr"), _figure(derivation, losses), every)


def round_interval(steps: int) -> int:
    """The distance of rows, 1, 2 or 5 times a power of ten, so that a table of steps stays short."""
    if steps <= MOST_ROWS:
        return 1
    power = 1
    while steps > _ROUND * 5 * power:
        power *= 10
    return next(unit * power for unit in (1, 2, 5) if steps <= _ROUND * unit * power)


def _figure(derivation: Derivation, losses: list[float]) -> Figure | None:
    if not derivation.task.options.figure:
        return None
    # most documents train for one step and have no such picture
    from derivgen.document.figure_loss import loss_picture

    name = Formulas(derivation, derivation.first).loss_name()
    picture = loss_picture(losses, name)
    if picture is None:
        return None
    caption = (Words("The loss "), Math(name), Words(" over the steps of the training."))
    rounder = derivation.rounder
    first, end = rounder.text(losses[0]), rounder.text(losses[-1])
    return Figure(
        picture,
        caption,
        f"A curve of the loss, which is {first} before the first of {len(losses) - 1} steps and "
        f"{end} after the last.",
    )
