"""What follows from printed numbers that are right: however far their rounding comes, it is no slip."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath

from derivgen.checking.drafts import Entry
from derivgen.checking.evaluating.equality import close
from derivgen.checking.evaluating.values import NoValue, Real, Value, scalar
from derivgen.checking.judging.carried import Trial, trials
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t

#: relative difference of two calculations of one value
SAME = mpmath.mpf("1e-9")


def follows_from_sound_prints(
    here: Standing, subject: t.Node, exact: Value, fits: Callable[[Real], bool]
) -> bool:
    """Whether a right formula and right numbers give what ``fits``; ``exact`` is the subject's value by the model."""
    for trial in trials(here, subject, ()):
        at = scalar(trial.value)
        if at is not None and fits(at) and is_sound(here, trial, exact):
            return True
    return False


def is_sound(here: Standing, trial: Trial, exact: Value) -> bool:
    """Whether a value comes out of a right formula and of numbers that were judged, and are right or right but for
    their rounding."""
    if not are_sound(trial.entries):
        return False
    if trial.formula is None:
        return True
    try:
        return close(here.actual.evaluate(trial.formula), exact, SAME)
    except NoValue:
        return False


def are_sound(entries: Sequence[Entry]) -> bool:
    """Whether there are numbers, and each was given or judged, and is not wrong."""
    return bool(entries) and all(
        entry.sound and (entry.draft is None or entry.unrounded is not None) for entry in entries
    )
