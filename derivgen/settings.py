"""What a user can ask for beside the network: training, numbers, and the document.

Plain frozen records with their defaults; :mod:`derivgen.network.spec` fills them from a file and
:mod:`derivgen.api` from Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from derivgen.errors import Place

Mode = Literal["half_up", "half_even", "truncate"]
View = Literal["paths", "reuse", "matrix", "symbolic", "closed-form"]
VIEWS: tuple[View, ...] = ("paths", "reuse", "matrix", "symbolic", "closed-form")
#: what each view shows, in one line
VIEW_SUMMARIES: dict[View, str] = {
    "paths": "the full chain of each weight, over every path from the loss",
    "reuse": "deltas computed once and referred back to by number",
    "matrix": "the vectorised form with a shape under every factor",
    "symbolic": "no numbers: the chain rule and its local partials as formulas",
    "closed-form": "one weight's gradient expanded down to parameters and data",
}


@dataclass(frozen=True)
class Numbers:
    """How numbers are printed, and whether the printed ones are carried on.

    Either ``decimals`` (digits after the point) or ``significant`` (digits that count) is set; with
    ``decimals``, ``least_significant`` digits are shown at the least, so that 0.00067 is not printed as
    0.0007.  ``carry`` "full" computes in double precision and rounds what is printed;
    "rounded" rounds every intermediate as printed and goes on with that, as with a pocket
    calculator.  ``exact`` prints fractions.
    """

    decimals: int | None = 4
    significant: int | None = None
    least_significant: int = 0
    mode: Mode = "half_up"
    carry: Literal["full", "rounded"] = "full"
    exact: bool = False


@dataclass(frozen=True)
class Training:
    """The optimiser, its learning rate (None: left as a symbol) and its settings, how many steps it
    takes, and how many of them are worked out in full (``shown``)."""

    optimiser: str = "gradient_descent"
    learning_rate: float | Fraction | None = None
    options: dict[str, float | Fraction] = field(default_factory=dict)
    steps: int = 1
    shown: int = 1
    #: LaTeX name of the learning rate
    learning_rate_name: str = r"\eta"


@dataclass(frozen=True)
class DocumentOptions:
    """What the document says and in what manner.

    ``show`` selects the parameters to work out: "all", "first" (one of each array, the rest in a
    table), or names (``W1``, ``w_5``, ``W1[0,1]``); None takes all where a network has at most
    ``full_limit`` parameters, and of each array the first with a gradient that is not 0 where it has more.
    """

    title: str = ""
    author: str = ""
    date: str = ""
    description: str = ""
    style: str = "tutorial"
    views: tuple[View, ...] = ("paths",)
    show: tuple[str, ...] | None = None
    full_limit: int = 24
    #: of a sum of more terms than this, the first three and the last are written; those of a filter of
    #: 3 x 3 cells still have room on a page
    long_sum: int = 9
    #: factors from the loss to the parameter ("forward") or from the parameter to the loss
    factor_order: Literal["loss-first", "parameter-first"] = "loss-first"
    #: gradient of each output's error by itself, then their sum
    per_output: bool = False
    #: take the collapsed form (p - y) for softmax with cross-entropy
    collapse: bool = True
    verification: bool = True
    figure: bool = True
    product: Literal["dot", "cross", "none"] = "dot"
    paper: Literal["a4", "letter"] = "a4"
    #: keys of Markdown's front matter beside title, author, date, description; None: no front matter
    front_matter: Mapping[str, str | tuple[str, ...]] | None = None
    #: where the spec names the style and the elements of ``show``
    style_place: Place | None = field(default=None, compare=False)
    show_places: tuple[Place, ...] = field(default=(), compare=False)

    def place_of(self, word: str) -> Place | None:
        """Where the spec names an element in ``show``."""
        if self.show is None or word not in self.show:
            return None
        at = self.show.index(word)
        return self.show_places[at] if at < len(self.show_places) else None
