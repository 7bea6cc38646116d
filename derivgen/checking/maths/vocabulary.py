"""What is known about the names of a document before its formulas are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from derivgen.checking.maths.signs import GREEK_WORDS
from derivgen.checking.maths.spelling import GLUED_LABELS, LABELS, MARKS

#: Words that are names although nobody defines them.
_COMMON: Final = frozenset(
    {"lr", "net", "out", "Loss", "loss", "Error", "error", "MSE", "Cost", "cost"}
)
_LAYER: Final = re.compile(r"[A-Za-z](?:[+-][0-9]+)?")
#: Longer runs are not taken apart.
_LONGEST_RUN: Final = 40


@dataclass(frozen=True)
class Vocabulary:
    """Names and functions that a document uses.

    ``words`` are base letters or words of names (``w``, ``net``, ``Loss``); ``keys`` whole names with their
    index; ``functions`` the document's own functions; ``labels`` pairs of a base and a superscript that is a
    label, not an exponent (``("W", "i")``); ``scripts`` runs of letters that are one subscript (``pre``).
    ``decimal_comma``: the document writes 0,5.  ``star_marks``: ∗ close to a letter is a mark (``w∗5``).
    """

    words: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    labels: frozenset[tuple[str, str]] = frozenset()
    scripts: frozenset[str] = frozenset()
    decimal_comma: bool = False
    star_marks: bool = False

    @cached_property
    def _known(self) -> frozenset[str]:
        return self.words | _COMMON

    @cached_property
    def plain_keys(self) -> frozenset[str]:
        """All names without lines, as in the middle of a program's ``dE_dw5``."""
        return frozenset(name.replace("_", "") for name in self.keys | self._known)

    def knows(self, word: str) -> bool:
        """Whether a word (or letter) is the base of a name."""
        return word in self._known

    def is_label(self, run: str) -> bool:
        """Whether a run of letters after ``_`` or ``^`` is one label: ``out``, ``hat``, ``new``."""
        return run in LABELS or run.lower() in MARKS or run in self.scripts or run in GREEK_WORDS

    def is_layer(self, base: str, superscript: str) -> bool:
        """Whether a superscript without brackets is a label: ``W^i`` or ``W^1`` where the document defines such
        names, ``\\delta^{l+1}`` where l is a label of any name."""
        if (base, superscript) in self.labels:
            return True
        if superscript in ("0", "1") and base in self._in_layers:
            return True  # nobody writes such a power
        letter = superscript[:1]
        return letter in self._layers and _LAYER.fullmatch(superscript) is not None

    @cached_property
    def _layers(self) -> frozenset[str]:
        """The letters that count layers in superscripts: the usual ones, and the m of ``\\delta^m`` beside
        ``\\delta^k``."""
        usual = frozenset(pair for pair in self.labels if pair[1] in ("l", "L", "k", "n"))
        bases = {base for base, _ in usual}
        return frozenset(
            label
            for base, label in self.labels
            if (base, label) in usual or (base in bases and len(label) == 1 and label.islower())
        )

    @cached_property
    def _in_layers(self) -> frozenset[str]:
        """What stands with a letter of layers above it somewhere."""
        return frozenset(base for base, label in self.labels if label[:1] in self._layers)

    @property
    def euler(self) -> bool:
        """Whether the letter e can be Euler's number alone: no quantity is called e."""
        return "e" not in self.words

    def split(self, run: str, typed: bool) -> list[str]:
        """A run of letters as the names that it is made of, in order.

        A known word is one name.  Otherwise the run is a product where all its parts are known (``xw`` with x
        and w), or, in LaTeX, for two letters of which nothing is known; else it is one word."""
        if len(run) == 1 or self.knows(run) or len(run) > _LONGEST_RUN or run in GREEK_WORDS:
            return [run]
        if run[1:] in GLUED_LABELS or run in MARKS:
            return [run]
        if len(run) == 2 and run[0] == "d" and "d" not in self.words:
            return [run]  # a gradient's short name, "dw"
        parts = self._parts(run)
        if parts is not None:
            return parts
        return list(run) if len(run) == 2 and (not typed or self._half_known(run)) else [run]

    def has_index(self, run: str) -> bool:
        """Whether a typed run is a known letter with its index: ``yi`` where y is known."""
        return len(run) == 2 and run[1] in "ijk" and run[0] in self.words and not self.knows(run)

    def _half_known(self, run: str) -> bool:
        return run[0] != "d" and any(letter in self.words for letter in run)

    def _parts(self, run: str) -> list[str] | None:
        """The fewest known words that make up the run, or None."""
        best: list[list[str] | None] = [None] * (len(run) + 1)
        best[0] = []
        for end in range(1, len(run) + 1):
            for start in range(max(end - 16, 0), end):
                before = best[start]
                if before is None or not self._is_part(run[start:end]):
                    continue
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = [*before, run[start:end]]
        return best[len(run)]

    def _is_part(self, word: str) -> bool:
        if word in self.words or (word == "e" and self.euler):
            return True
        return len(word) > 3 and word[1:] in GLUED_LABELS and word[0] in self.words
