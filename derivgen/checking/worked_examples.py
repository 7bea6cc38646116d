"""Documents with several worked examples, each with numbers and functions of its own: "Example 1" and "Example 2", or
sections that give ``x``, ``w`` and ``t`` anew.

Each is judged by itself, with what stands outside of all of them; in the text of one, the others are spaces, so that all
places stay what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from derivgen.checking.manuscript import Language, Manuscript
from derivgen.checking.pipeline import check_manuscript
from derivgen.checking.reading import read_manuscript
from derivgen.checking.report import Claim, Report, Verdict
from derivgen.checking.understanding.steps import steps_of

#: documents with more examples are collections of exercises, and are judged as they are
MOST_EXAMPLES = 12

_NUMBERED = re.compile(
    r"\b(?P<word>examples?|problems?|exercises?|questions?|cases?|scenarios?|beispiel|aufgabe|fall|exemple|exercice|cas"
    r"|ejemplo|ejercicio|caso|esempio|esercizio|exemplo|exerc[ií]cio|voorbeeld|przykład)\s*(?:no\.?|nr\.?|n[.°º]|№)?\s*"
    r"[#(]?(?P<number>\d{1,2}|[A-H]|one|two|three|four)\b"
    r"|(?P<other>例题?|示例|案例)\s*(?P<count>\d{1,2}|[一二三四五六])",
    re.IGNORECASE,
)
#: headings, by the language; what stands at the beginning says how deep they are
_HEADINGS: dict[Language, re.Pattern[str]] = {
    "markdown": re.compile(
        r"^[ \t]*(?P<sign>#{1,6}(?=[ \t])|\*\*(?=\w))[ \t]*(?P<title>[^\n]+)", re.MULTILINE
    ),
    "latex": re.compile(
        r"^[ \t]*\\(?P<sign>part|chapter|section|subsection|subsubsection|paragraph)\*?\{(?P<title>[^\n]*)",
        re.MULTILINE,
    ),
    "text": re.compile(
        r"^[ \t]*(?P<sign>)(?P<title>(?:worked[ ])?\w+[ ]#?\w{1,5}\b[ ]*(?:[:.—–-][^\n=]{0,80})?)$",
        re.MULTILINE | re.IGNORECASE,
    ),
}
#: ``x_1 = 0.5``, and nothing that is computed
_GIVEN = re.compile(
    r"(?<![\w\\^{)\]/*·-])([A-Za-z](?:_?\{?\w{1,2}\}?)?)[ ]*=[ ]*-?\d+(?:\.\d+)?(?=[ ]*(?:[,;$)\n]|\\[,;)\]]|and\b|und\b))"
)
#: so many names are given anew by another example
_FEWEST_GIVEN = 2
#: the depth of what is no heading by itself
_BELOW = 7
_SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
#: what is best to say of a claim that stands outside of all examples: it may be about one of them
_MERCY = (
    Verdict.CORRECT,
    Verdict.TRUNCATION,
    Verdict.ROUNDING,
    Verdict.UNDECIDED,
    Verdict.WRONG,
)


@dataclass(frozen=True, slots=True)
class _Heading:
    """Where a heading begins, how deep it is, and the number of its example."""

    start: int
    depth: int
    word: str
    number: str


def example_by_example(manuscript: Manuscript, whole: Report) -> Report:
    """The report of a document, made of one for each of its examples where that understands more of it; ``whole`` is
    that of the document as one."""
    if manuscript.language not in _HEADINGS or len(whole.claims) == whole.count(Verdict.CORRECT):
        return whole
    headings = _headings(manuscript.text, manuscript.language)
    spans = _numbered(manuscript.text, headings)
    if not spans and not any(steps_of(manuscript).counts):
        # else sections are steps of one training, and each goes on with the one before
        spans = _given_anew(manuscript.text, headings)
    if not 2 <= len(spans) <= MOST_EXAMPLES:
        return whole
    reports = [
        check_manuscript(
            read_manuscript(
                _without(manuscript.text, (other for other in spans if other != span)),
                manuscript.file,
                manuscript.language,
            )
        )
        for span in spans
    ]
    joined = _joined(reports)
    more = joined.count(Verdict.CORRECT) - whole.count(Verdict.CORRECT)
    fewer = _contradicting(whole) - _contradicting(joined)
    return joined if min(more, fewer) >= 0 < max(more, fewer) else whole


def _contradicting(report: Report) -> int:
    """How many claims are wrong, or would be."""
    return report.count(Verdict.WRONG) + sum(claim.code == "C410" for claim in report.claims)


def _headings(text: str, language: Language) -> list[_Heading]:
    found = map(_heading, _HEADINGS[language].finditer(text))
    # bold words, or a line of their own, are a heading where they number an example
    return [heading for heading in found if heading.number or heading.depth < _BELOW]


def _numbered(text: str, headings: Sequence[_Heading]) -> list[tuple[int, int]]:
    """From where to where each numbered example goes: to the next heading that is no deeper."""
    words = [heading.word for heading in headings if heading.number]
    usual = max(words, key=words.count, default="")
    spans: list[tuple[int, int]] = []
    numbers: list[str] = []
    for at, heading in enumerate(headings):
        if not heading.number or heading.word != usual:
            continue
        after = (other.start for other in headings[at + 1 :] if other.depth <= heading.depth)
        spans.append((heading.start, next(after, len(text))))
        numbers.append(heading.number)
    return spans if len(set(numbers)) == len(numbers) > 1 else []


def _given_anew(text: str, headings: Sequence[_Heading]) -> list[tuple[int, int]]:
    """From where to where sections go that give numbers to names which had some before; a section without belongs to the
    one before it."""
    for depth in sorted({heading.depth for heading in headings}):
        starts = [heading.start for heading in headings if heading.depth == depth]
        ends = [
            next((h.start for h in headings if h.start > start and h.depth <= depth), len(text))
            for start in starts
        ]
        seen: set[str] = set()
        begins: list[int] = []
        for start, end in zip(starts, ends, strict=True):
            given = {found[1] for found in _GIVEN.finditer(text, start, end)}
            if len(given) >= _FEWEST_GIVEN and (not seen or len(given & seen) >= _FEWEST_GIVEN):
                begins.append(start)
            seen |= given
        if len(begins) > 1:
            return list(pairwise([*begins, len(text)]))
    return []


def _heading(found: re.Match[str]) -> _Heading:
    sign, title = found["sign"], found["title"]
    sections = sign in _SECTIONS
    depth = _SECTIONS.index(sign) if sections else len(sign) if sign.startswith("#") else _BELOW
    numbered = _NUMBERED.search(title)
    if numbered is None:
        return _Heading(found.start(), depth, "", "")
    word = (numbered["word"] or numbered["other"]).lower().removesuffix("s")
    return _Heading(found.start(), depth, word, numbered["number"] or numbered["count"])


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text with spaces in some places."""
    for start, end in spans:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _joined(reports: Sequence[Report]) -> Report:
    """One report of several on parts of a document, each claim with what is best to say of it."""
    best: dict[tuple[int, int, str], tuple[int, Claim]] = {}
    for part, report in enumerate(reports):
        for claim in report.claims:
            known = best.get(_place(claim))
            if known is None or _MERCY.index(claim.verdict) < _MERCY.index(known[1].verdict):
                best[_place(claim)] = (part, claim)
    chosen = sorted(best.values(), key=lambda one: (one[1].start, one[1].end))
    ids = {(part, claim.id): new for new, (part, claim) in enumerate(chosen, start=1)}
    first = reports[0]
    return Report(
        first.file,
        tuple(
            replace(
                claim,
                id=ids[part, claim.id],
                cause=None if claim.cause is None else ids.get((part, claim.cause)),
            )
            for part, claim in chosen
        ),
        tuple(dict.fromkeys(unread for report in reports for unread in report.unread)),
        first.mapping,
        _conventions(reports),
        tuple(dict.fromkeys(remark for report in reports for remark in report.remarks)),
    )


def _place(claim: Claim) -> tuple[int, int, str]:
    return claim.start, claim.end, claim.printed


def _conventions(reports: Sequence[Report]) -> dict[str, str]:
    """What was found in any of the reports; where examples differ, one after the other."""
    found: dict[str, list[str]] = {}
    for report in reports:
        for name, said in report.conventions.items():
            known = found.setdefault(name, [])
            if said not in known:
                known.append(said)
    return {name: "; ".join(said) for name, said in found.items()}
