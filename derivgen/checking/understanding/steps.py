"""The steps of training that a document goes through: "Training step 2", "Second iteration".

From such a heading on, the names of the parameters mean what they are after the steps before.  The part ends
with the next heading of the same rank or a higher one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from derivgen.checking.manuscript import Manuscript

#: "first" to "ninth" as documents in several languages write them before the word for a step
_ORDINALS: Sequence[str] = (
    r"first|1st|erster?|primer|primer[ao]|prim[ao]|premi[eè]re?|primeir[ao]|eerste|перв(?:ый|ая)|第\s*[一1]",
    r"second|2nd|zweiter?|segund[ao]|second[ao]|deuxi[eè]me|seconde|tweede|втор(?:ой|ая)|第\s*[二2]",
    r"third|3rd|dritter?|tercer|tercera|terz[ao]|troisi[eè]me|terceir[ao]|derde|трет(?:ий|ья)|第\s*[三3]",
    r"fourth|4th|vierter?|cuart[ao]|quart[ao]|quatri[eè]me|vierde|четв[её]рт(?:ый|ая)|第\s*[四4]",
    r"fifth|5th|fünfter?|quint[ao]|cinqui[eè]me|vijfde|пят(?:ый|ая)|第\s*[五5]",
    r"sixth|6th|sechster?|sext[ao]|sest[ao]|sixi[eè]me|zesde|шест(?:ой|ая)|第\s*[六6]",
    r"seventh|7th|siebter?|s[eé]ptim[ao]|settim[ao]|septi[eè]me|zevende|седьм(?:ой|ая)|第\s*[七7]",
    r"eighth|8th|achter?|octav[ao]|ottav[ao]|huiti[eè]me|oitav[ao]|achtste|восьм(?:ой|ая)|第\s*[八8]",
    r"ninth|9th|neunter?|noven[ao]|non[ao]|neuvi[eè]me|negende|девят(?:ый|ая)|第\s*[九9]",
)
_WORD = (
    r"(?:training|update|optimi[sz]ation|gradient descent)\s+step|(?:training\s+)?(?:iteration|epoch)"
    r"|Trainingsschritt|Epoche|iteraci[oó]n|[eé]poca|it[eé]ration|[eé]poque|itera[cç][aã]o|iterazione|iteratie"
    r"|итерация|эпоха|(?:次|回)?(?:迭代|训练|更新)|轮(?:迭代|训练|更新)?"
)
_HEADING = re.compile(
    # no longer line is a heading; what may begin in many ways must not be long
    r"^[ \t]*+(?=\S[^\n]{0,300}$)(?:(?P<marks>\#{1,6})[ \t]+|\\(?P<command>(?:sub)*section|chapter|paragraph)\*?\{|[*_]{2}"
    r"|[-=~+]{2,}[ \t]*)?"
    r"(?:\d{1,2}(?:\.\d{1,2})*\.?[ \t]+)?(?P<text>[^\n{}$]{1,80}?)[ \t]*[}*_:.,=~+-]*[ \t]*"
    r"(?(marks)(?:\$[^\n]*)?)$",
    re.MULTILINE,
)
_STEP = re.compile(
    # a sign that decorates a heading may come first
    rf"(?:[^\w\s]+\s*)?(?:the\s+)?(?:(?:{_WORD})\s*(?:(?:no|nr|n|number|[#№])\.?\s*[°º]?\s*)?(?P<number>\d{{1,6}})"
    r"(?:\s*(?:/|of|von|de|sur|di)\s*\d{1,6})?"
    rf"|(?P<ordinal>{'|'.join(_ORDINALS)})\s*(?:{_WORD}))(?!\w)(?:\s*[:.(–—:（-].*)?",
    re.IGNORECASE,
)
#: a heading that may count steps of training, or steps of a calculation
_PLAIN = re.compile(
    r"(?:step|schritt|paso|[eé]tape|passo|stap|шаг|步骤)\s+(?P<number>\d{1,3})", re.IGNORECASE
)
#: a heading that counts samples, which are steps where each of them changes the parameters
_SAMPLE = re.compile(
    r"(?:(?:training\s+)?(?:sample|example|pattern|observation)|beispiel|exemple|ejemplo|esempio"
    r"|exemplo|muestra|amostra|[eé]chantillon|campione|пример|样本)\s+(?P<number>\d{1,3})",
    re.IGNORECASE,
)
#: a name that is assigned a new value from its old one
_ASSIGNED = re.compile(
    r"(?P<name>[^\s&$=,]{1,30})\s*&?\s*(?:\\leftarrow|\\gets|←|:=|<-)\s*&?\s*(?P=name)(?!\w)"
)
#: what stands left of a relation, in a formula or behind a row of a display
_LEFT = re.compile(
    r"(?:^|\\\\|\$|,|\\quad|\\qquad)\s*(?:&\s*)?([^\s=&$,][^=&$,]{0,59}?)\s*(?:&\s*)?(?:=|\\approx)"
)
_RANKS = {"chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
#: later steps than this are not followed
MOST_STEPS = 20


@dataclass(frozen=True)
class Steps:
    """Where each part of a document begins, and how many steps were made before it."""

    starts: Sequence[int] = ()
    counts: Sequence[int] = ()

    def at(self, source: int) -> int:
        """The number of steps before an offset of the document."""
        part = bisect_right(self.starts, source) - 1
        return self.counts[part] if part >= 0 else 0


def steps_of(manuscript: Manuscript) -> Steps:
    """The steps of a document; all of it is one step where there is only one."""
    starts: list[int] = []
    counts: list[int] = []
    first: int | None = None
    rank = 0
    plain = _counted(manuscript.text)
    for found in _HEADING.finditer(manuscript.text):
        here = _rank(found)
        step = _STEP.fullmatch(found["text"].strip())
        if step is None and plain is not None:
            step = plain.fullmatch(found["text"].strip())
        if step is None:
            if counts and counts[-1] and 0 < here <= rank:
                starts.append(found.start())
                counts.append(0)
            continue
        number = int(step["number"] or _ordinal(step["ordinal"]))
        first = number if first is None else first
        if 0 <= number - first <= MOST_STEPS:
            starts.append(found.start())
            counts.append(number - first)
            rank = here
    return Steps(tuple(starts), tuple(counts))


def _counted(text: str) -> re.Pattern[str] | None:
    """What counts steps of training, "Step 1" and "Step 2" or "Sample 1" and "Sample 2" with nothing else: what is
    computed in one is computed again in the next, and after a sample the parameters are other ones."""
    for pattern in (_PLAIN, _SAMPLE):
        headings = [h for h in _HEADING.finditer(text) if pattern.fullmatch(h["text"].strip())]
        parts = [
            text[one.end() : two.start() if two else len(text)]
            for one, two in zip_longest(headings, headings[1:])
        ]
        pairs = list(pairwise([set(_LEFT.findall(part)) for part in parts]))
        again = all(4 * len(a & b) >= 3 * len(b) and len(b) > 2 for a, b in pairs)
        trained = pattern is _PLAIN or all(map(_ASSIGNED.search, parts[:-1]))
        if pairs and again and trained:
            return pattern
    return None


def _rank(found: re.Match[str]) -> int:
    """How high a heading stands: 1 is the highest, 0 for a line that does not say."""
    if found["marks"]:
        return len(found["marks"])
    return _RANKS.get(found["command"] or "", 0)


def _ordinal(word: str) -> int:
    return next(
        n for n, forms in enumerate(_ORDINALS, 1) if re.fullmatch(forms, word, re.IGNORECASE)
    )
