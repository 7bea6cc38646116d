"""Documents of many hands, each right as it stands and wrong in known lines.

A case is a document in ``tests/data/cases`` and a TOML file beside it:

    about = 'what kind of document it is'
    rounding = [10]        lines with a slip in the last place
    undecided = [3]        lines that nobody could decide, or that are not decided yet

    [[mistake]]
    about = 'what was done'
    wrong = { 91 = 'missing_path' }     the lines to blame, with the diagnosis; '' where there is no word for it
    short = 'diagnosis'    where the checker falls short: what is 'missed', 'more' blamed, or another diagnosis
    [mistake.lines]        the lines as they are then; a mistake that is carried on changes several

Specs beside a case, ``<case>.<word>.yaml``, are the same network in other hands: other names, other ways to store
weights.  By each of them the right document is right and a mistake the same mistake, unless it is ``short_<word>``;
what names are is in ``[mapping.<word>]``.

In a notebook the lines to blame are counted in the text of its cells, those to replace in the file.

The numbers were worked out apart from this program.  What falls short is held as it is, so that mending it is
seen; the shares below are the measured ones.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import derivgen
from derivgen.checking.manuscript import Language
from derivgen.checking.report import Claim, Report, Verdict

CASES = Path(__file__).parent.parent / "data" / "cases"
LANGUAGES: dict[str, Language] = {
    ".md": "markdown",
    ".tex": "latex",
    ".txt": "text",
    ".ipynb": "notebook",
}
NAMES = sorted(path.stem for path in CASES.glob("*.toml"))
SPECS = sorted(path.stem for path in CASES.glob("*.yaml"))


@dataclass(frozen=True)
class Case:
    """A document with what is expected of it."""

    text: str
    language: Language
    expected: dict[str, Any]

    def check(self, lines: dict[str, str] | None = None, network: Path | None = None) -> Report:
        """The report on the document, with some of its lines replaced."""
        found = self.text.split("\n")
        for number, line in (lines or {}).items():
            assert found[int(number) - 1] != line
            found[int(number) - 1] = line
        return derivgen.check("\n".join(found), network, language=self.language)


@cache
def case(name: str) -> Case:
    text = (CASES / name).read_text(encoding="utf-8")
    language = LANGUAGES[Path(name).suffix]
    return Case(text, language, tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8")))


def lines_with(report: Report, *verdicts: Verdict) -> list[int]:
    return sorted({c.place.line or 0 for c in report.claims if c.verdict in verdicts})


def blamed(report: Report) -> dict[int, Claim]:
    """The wrong claims that follow from no other, the first of each line."""
    found: dict[int, Claim] = {}
    for claim in report.claims:
        if claim.verdict is Verdict.WRONG and claim.cause is None:
            found.setdefault(claim.place.line or 0, claim)
    return found


def shortfall(mistake: dict[str, Any], found: dict[int, Claim]) -> str:
    """In what way a report on a mistake is not what is expected; '' where it is."""
    wanted = {int(line): diagnosis for line, diagnosis in mistake["wrong"].items()}
    if wanted.keys() - found.keys():
        return "missed"
    if found.keys() - wanted.keys():
        return "more"
    told = all(not why or found[line].diagnosis == why for line, why in wanted.items())
    return "" if told else "diagnosis"


def test_there_are_cases_of_many_kinds() -> None:
    mistakes = [mistake for name in NAMES for mistake in case(name).expected["mistake"]]
    short = [mistake["short"] for mistake in mistakes if "short" in mistake]
    assert len(NAMES) >= 56
    assert len(mistakes) >= 165
    # what falls short is the exception
    assert short.count("missed") + short.count("more") <= 0.05 * len(mistakes)
    assert len(short) <= 0.17 * len(mistakes)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_document_is_right(name: str) -> None:
    expected = case(name).expected
    report = case(name).check()
    assert not lines_with(report, Verdict.WRONG)
    assert not report.unread
    slips = lines_with(report, Verdict.ROUNDING, Verdict.TRUNCATION)
    assert slips == expected.get("rounding", [])
    assert lines_with(report, Verdict.UNDECIDED) == expected.get("undecided", [])
    # what is left open says why
    assert all(c.code and c.message for c in report.claims if c.verdict is Verdict.UNDECIDED)


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_is_blamed_on_its_line_and_named(name: str) -> None:
    for mistake in case(name).expected["mistake"]:
        found = blamed(case(name).check(mistake["lines"]))
        said = {line: (claim.message, claim.diagnosis) for line, claim in found.items()}
        assert shortfall(mistake, found) == mistake.get("short", ""), (mistake["about"], said)


def spec(stem: str) -> tuple[Case, str, Path]:
    """A case with the word for one of its networks, and the spec of that."""
    name, _, word = stem.rpartition(".")
    return case(name), word, CASES / f"{stem}.yaml"


@pytest.mark.parametrize("stem", SPECS)
def test_a_right_document_is_right_by_a_network_with_other_names(stem: str) -> None:
    document, word, network = spec(stem)
    report = document.check(network=network)
    assert not lines_with(report, Verdict.WRONG)
    assert lines_with(report, Verdict.UNDECIDED) == document.expected.get(f"undecided_{word}", [])
    wanted = document.expected["mapping"][word]
    assert {name: report.mapping.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("stem", SPECS)
def test_a_mistake_is_the_same_by_a_network_with_other_names(stem: str) -> None:
    document, word, network = spec(stem)
    for mistake in document.expected["mistake"]:
        found = blamed(document.check(mistake["lines"], network))
        said = {line: (claim.message, claim.diagnosis) for line, claim in found.items()}
        expected = mistake.get(f"short_{word}", mistake.get("short", ""))
        assert shortfall(mistake, found) == expected, (mistake["about"], said)
