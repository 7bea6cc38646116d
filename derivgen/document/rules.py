"""How everything is computed, in names alone: what a document of tables says of its network."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice

from derivgen.derivation.instances import stage_entries, stage_size
from derivgen.document.blocks import Display
from derivgen.document.equations import Window, general_equation, windows
from derivgen.document.formulas import Formulas

#: elements of one array whose equations are written, where no letter stands for all of them
MOST_EQUATIONS = 8


@dataclass(frozen=True)
class Rules:
    """The equations of a network; where they ``go_on``, only those of the first elements of an array."""

    equations: tuple[Display, ...]
    go_on: bool
    #: how far the letters of maxima go, for each equation that has some
    windows: tuple[tuple[Window, ...], ...]


def rules(formulas: Formulas) -> Rules:
    """One equation for all elements of an array, with letters, or one for each of its first elements."""
    network = formulas.derivation.network
    found: list[Display] = []
    ranges: list[tuple[Window, ...]] = []
    go_on = False
    for equation in dict.fromkeys(stage.equation for stage in network.schedule):
        stages = [stage for stage in network.schedule if stage.equation == equation]
        general = general_equation(formulas, stages[0])
        if general is not None:
            found.append(Display((general,)))
            ranges.append(windows(formulas, stages[0]))
            continue
        entries = chain.from_iterable(stage_entries(network, stage) for stage in stages)
        shown = islice(entries, MOST_EQUATIONS)
        found += [Display((formulas.definition(entry),)) for entry in shown]
        go_on = go_on or sum(stage_size(network, stage) for stage in stages) > MOST_EQUATIONS
    return Rules(tuple(found), go_on, tuple(filter(None, ranges)))
