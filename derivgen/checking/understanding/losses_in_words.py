"""Losses that stand in no formula: "the error $E$ is half the squared difference between $t$ and $o$"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import full_key
from derivgen.checking.understanding.open_losses import OpenLosses
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.tables import Cell

_SENTENCE = re.compile(r"(?:(?<=[.;!?])\s+|\n\s*\n|[。；])")
_HALF = re.compile(
    r"\bhalf (?:of )?(?:the )?(?:sum of (?:the )?)?squared? (?:of )?(?:the )?"
    r"(?:error|difference|deviation|residual|distance)|\bhalber? quadratischer? (?:fehler|abweichung)"
    r"|\bhälfte des quadr\w+ fehlers|\bmoitié (?:de l['’]erreur quadratique|du carré de)|平方误差的一半",
    re.IGNORECASE,
)
_SQUARE = re.compile(
    r"\bsquared (?:error|difference)\b|\bsquare of the (?:error|difference)\b|\bquadratische[rn]? fehler"
    r"|\berreur quadratique\b|\berror cuadrático\b",
    re.IGNORECASE,
)
_MEAN = re.compile(r"\b(?:root[- ])?mean\b|\bmittler|\bmoyenne|\bmedio\b|\bsum of\b", re.IGNORECASE)
_CROSS = re.compile(
    r"\bbinary cross[- ]entropy|\bbinäre[rn]? kreuzentropie|\bentropie croisée binaire|\bentropía cruzada binaria"
    r"|二元交叉熵",
    re.IGNORECASE,
)
#: sentences that are looked at
_MOST_SENTENCES = 2_000


def losses_in_words(
    statements: Sequence[Statement], cells: Sequence[Cell], text: str
) -> dict[str, t.Node]:
    """The formulas of such losses, by the names that these have in the document's formulas; ``cells`` are those of
    its tables."""
    if not (_HALF.search(text) or _SQUARE.search(text) or _CROSS.search(text)):
        return {}
    document = OpenLosses(statements, cells)
    open_losses = document.open_losses()
    found: dict[str, t.Node] = {}
    for start, sentence in _sentences(text):
        kind = _kind(sentence)
        if not kind:
            continue
        here = [s for s in statements if start <= s.source(s.chain.span[0]) < start + len(sentence)]
        said = dict.fromkeys(full_key(s.left) for s in here if isinstance(s.left, t.Name))
        losses = [key for key in said if key in open_losses] or sorted(open_losses)
        sides = document.sides([key for key in said if key not in open_losses])
        if len(losses) != 1 or sides is None or losses[0] in found:
            continue
        made = document.formula(kind, losses[0], *sides)
        if made is not None:
            found[losses[0]] = made
    return found


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text with where they begin."""
    at = 0
    for number, end in enumerate((*_SENTENCE.finditer(text), None)):
        if number > _MOST_SENTENCES:
            return
        yield at, text[at : end.start() if end else len(text)]
        at = end.end() if end else len(text)


def _kind(sentence: str) -> str:
    """Which loss a sentence speaks of; nothing where of several, or of a mean."""
    if _CROSS.search(sentence):
        return "" if _SQUARE.search(sentence) else "cross"
    if _MEAN.search(sentence):
        return ""
    return "half" if _HALF.search(sentence) else "square" if _SQUARE.search(sentence) else ""
