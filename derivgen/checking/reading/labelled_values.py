"""Values behind a label that ends with a name: ``Hidden weights ($W$): $[0.3, -0.1]$`` gives W a value.

Only what is called by a word for what is given is read so: behind "gradient for $w$" and a colon stands no weight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derivgen.checking.reading.prose_sight import Found

#: words for what is given, in several languages
_GIVEN = re.compile(
    r"\b(?:inputs?|features?|targets?|labels?|true|desired|expected|weights?|bias(?:es)?|rate|step\s+size|thresholds?|momentum"
    r"|Eingaben?|Eingabevektor|Ziel\w*|Gewichte?|Lernrate|Schrittweite|entrées?|cibles?|poids|biais|taux|pas"
    r"|entradas?|objetivos?|pesos?|sesgos?|tasa|vi[eé]s(?:es)?|taxa|ingress[io]|tasso|pesi)\b"
    r"|输入|目标|标签|权重|偏置|学习率|入力|重み|バイアス|学習率",
    re.IGNORECASE,
)
#: words for what is computed
_COMPUTED = re.compile(
    r"gradient|deriv|ableit|dériv|\bnew\b|updat|change|delta|error|\bafter\b|\bneu|nouv|nuev|novo|nova|nuov"
    r"|aktualis|mis à jour|actualiz|atualiz|corrected|adjust|\bsum\b|\btotal|\bmean\b|average|product|norm\b|梯度|导数|更新|新|勾配|\d\s*[*/+]",
    re.IGNORECASE,
)
#: so far before its name a label is looked for: a run of spaces may be long
_FARTHEST = 100
#: where a label begins
_BEGIN = re.compile(r"(?:\A|\n|[.;:,])\s*(?P<label>[^\n.;:,$]{2,60}?)\s*[(（]?\s*\Z")
_BETWEEN = re.compile(r"\s*[)）]?\s*(?::|=|：)\s*")
_NAME = re.compile(
    r"\s*(?:\\(?:mathbf|boldsymbol|vec|bm)\s*\{?\s*)?(?:\\[A-Za-z]+|[A-Za-z])\}?"
    r"(?:[_^](?:[A-Za-z0-9]|\{[^{}=]{1,20}\}))*\s*"
)
_NUMBER = r"\s*[-−+]?\s*\d+(?:[.,]\d+)?\s*"
# a comma may part two numbers or stand in one: what is between brackets is read once, and told apart later
_VALUE = re.compile(
    rf"{_NUMBER}|\s*(?:\\left)?[\[(][-−+\d.,;\s]+(?:\\right)?[\])]\s*(?:\^\{{?(?:T|\\top)\}}?\s*)?"
    rf"|\s*\\begin\{{[bp]matrix\}}[-+\d.,\s&\\]*\\end\{{[bp]matrix\}}\s*"
)


def labelled(text: str, formulas: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """The values in a run of text whose labels end with a name; ``formulas`` say where formulas stand in it."""
    for at, (start, end) in enumerate(formulas[:-1]):
        begin, last = formulas[at + 1]
        before = formulas[at - 1][1] if at else 0
        if _BETWEEN.fullmatch(text, end, begin) is None:
            continue
        label = _BEGIN.search(text[max(before, start - _FARTHEST) : start])
        if label is None or not _GIVEN.search(label["label"]) or _COMPUTED.search(label["label"]):
            continue
        if _NAME.fullmatch(text, start, end) and _VALUE.fullmatch(text, begin, last):
            yield Found(start, last, ((end, begin, " = "),))
