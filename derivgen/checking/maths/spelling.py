"""Names in one spelling: ``w5``, ``w_5``, ``w_{5}``, ``w₅`` have one key, and so have ``\\hat y`` and ``y_{hat}``.

A key is ``base^label_index``.  The index is a row of letters and digits: commas stay only where leaving
them out could be read in two ways (``w_1,10`` and ``w_11,0``; but ``w_12`` for ``w_{1,2}``), words are set off
by an underscore (``b_1_from_h1``), and so an accent, a glued digit and a subscript are all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import Final

#: What people write close behind a single letter and mean as its subscript: ``yhat``, ``Wout``.
GLUED_LABELS: Final = frozenset(
    {"hat", "true", "pred", "pre", "hid", "hidden", "out", "total", "tot", "bar", "tilde"}
)
#: Words that are labels after ``_`` even where they were never defined.
LABELS: Final = GLUED_LABELS | frozenset(
    {
        *("in", "new", "old", "net", "target", "act", "input", "output", "next", "prev", "init"),
        *("actual", "expected", "max", "min", "loss", "error", "err", "train", "test", "from"),
        *("updated", "avg", "mean", "sum", "ih", "ho", "hh", "xh", "hy", "log", "sq", "MSE", "CE"),
        *("left", "right", "post", "final", "start", "bias", "est", "ref", "obs", "label", "rec"),
    }
)
#: Words that make a name another state of the same quantity, in one spelling.
MARKS: Final[dict[str, str]] = {
    "new": "new",
    "updated": "new",
    **dict.fromkeys(
        ("neu", "nuevo", "nueva", "nouveau", "nouvelle", "novo", "nova", "nuovo"), "new"
    ),
    **dict.fromkeys(
        ("old", "alt", "viejo", "vieja", "ancien", "ancienne", "velho", "vecchio"), "old"
    ),
}
STEP: Final = re.compile(r"[tk]([+-][0-9]+)?")

_PIECES: Final = re.compile(r"[0-9]+|[^\W\d_]+|[+*/()-]|,")
_OPERATORS: Final = frozenset("+-*/()")


@dataclass(slots=True)
class Spelling:
    """A name as it is put together: ``base``, the pieces of its index, a superscript that is a label,
    and its mark.  ``upright`` is True for a word that was set as one."""

    base: str
    index: list[str] = field(default_factory=list)
    label: str = ""
    mark: str = ""
    element: str = ""

    @property
    def key(self) -> str:
        """The canonical spelling, without the mark."""
        base, index, _ = self._state()
        label = f"^{self.label}" if self.label else ""
        body = joined(index)
        return f"{base}{label}{'_' + body if body else ''}{self.element}"

    @property
    def whole_mark(self) -> str:
        """The mark, wherever it was written: at the side, before or behind."""
        _, _, found = self._state()
        return self.mark or found

    def _state(self) -> tuple[str, list[str], str]:
        """Base and index without a word such as ``new``, and that word."""
        base, index, found = self.base, list(self.index), ""
        base, *glued = glued_label(base)
        index = [*glued, *index]
        rest = _without_commas(index)
        if base.lower() in MARKS and rest and rest[0][:1].isalpha():
            found = MARKS[base.lower()]
            base, *glued = glued_label(rest[0])
            index = [*glued, *index[index.index(rest[0]) + 1 :]]
        while index and index[0] == ",":
            index = index[1:]
        words = [at for at, piece in enumerate(index) if piece.lower() in MARKS]
        if not found and words and words[-1] in (0, len(index) - 1):
            found = MARKS[index[words[-1]].lower()]
            del index[words[-1]]
        return base, _trimmed(index), found


def _without_commas(index: Sequence[str]) -> list[str]:
    return [piece for piece in index if piece != ","]


def _trimmed(index: list[str]) -> list[str]:
    while index and index[-1] == ",":
        index = index[:-1]
    while index and index[0] == ",":
        index = index[1:]
    return index


def glued_label(base: str) -> tuple[str, ...]:
    """``yhat`` as ``y`` and ``hat``; any other word as it is."""
    if len(base) > 3 and base[1:] in GLUED_LABELS and base[0].isalpha():
        return base[0], base[1:]
    return (base,)


def pieces(text: str) -> list[str]:
    """The pieces of a typed index: ``h1`` is ``h`` and ``1``; separators of all kinds are commas."""
    return _PIECES.findall(re.sub(r"[_\s]+", ",", text))


def joined(index: Sequence[str]) -> str:
    """The index as it stands in a key."""
    if any(piece in _OPERATORS for piece in index):
        # hat_k-1 as hat_k: the word is no number of its own
        words = list(takewhile(lambda piece: piece == "," or _is_word(piece), index))
        labels = _without_commas(words)
        return "_".join([*labels, "".join(_trimmed(list(index[len(words) :])))])
    entries = _without_commas(index)
    apart = [False] * (len(entries) + 1)  # a comma before the entry
    for first, last in _digit_runs(entries):
        if any(len(entry) > 1 for entry in entries[first:last]):
            apart[first + 1 : last] = [True] * (last - first - 1)
    text = entries[0] if entries else ""
    for at, (left, right) in enumerate(pairwise(entries), start=1):
        gap = "," if apart[at] else "_" if _is_word(left) or _is_word(right) else ""
        text += gap + right
    return text


def _digit_runs(entries: Sequence[str]) -> Iterable[tuple[int, int]]:
    first = 0
    while first < len(entries):
        last = first
        while last < len(entries) and entries[last].isdigit():
            last += 1
        if last > first:
            yield first, last
        first = max(last, first + 1)


def _is_word(piece: str) -> bool:
    return len(piece) > 2 and piece.isalpha()
