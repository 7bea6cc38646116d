"""Documents of the generator put to the checker: what is said against them, and how much is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import random_specs

import derivgen
from derivgen.checking.manuscript import Language
from derivgen.checking.report import Report, Verdict
from derivgen.derived import Derived
from derivgen.network.spec import task_from_mapping
from derivgen.network.task import Task

ROOT = Path(__file__).resolve().parent.parent.parent
#: how the formats are read
LANGUAGES: dict[str, Language] = {
    "md": "markdown",
    "tex": "latex",
    "tex-fragment": "latex",
    "ipynb": "notebook",
}


@dataclass(frozen=True)
class Outcome:
    """What the checker thinks of one document, by itself (``own``) or by its network."""

    name: str
    own: bool
    verdicts: Counter[Verdict]
    #: why claims were not decided, by code
    open: Counter[str]
    #: what is wrongly said against it
    alarms: tuple[str, ...]
    unread: int
    #: the options of the document, by which outcomes are put together
    kinds: tuple[str, ...] = field(default=())

    @property
    def claims(self) -> int:
        return sum(self.verdicts.values())

    @property
    def clean(self) -> bool:
        return not self.alarms and not self.unread


def of_number(number: int) -> Iterator[Outcome]:
    """The document of a random spec, by itself and with its spec as the network."""
    spec = random_specs.spec_of(number)
    task = task_from_mapping(spec)
    format, dialect = random_specs.target_of(number)
    text = written(derivgen.derive(task), format, dialect)
    document = spec["document"]
    kinds = (document["style"], *document["views"], format, spec["numbers"].get("carry", "exact"))
    if isinstance(spec.get("notation"), str):
        kinds = (*kinds, spec["notation"])
    cuts = spec["numbers"].get("rounding") == "truncate"
    for network in (None, task):
        report = derivgen.check(text, network=network, language=LANGUAGES[format])
        yield judged(str(number), report, network is None, cuts, kinds)


def written(derived: Derived, format: str, dialect: str | None = None) -> str:
    """A document as the text of a format."""
    if format == "md":
        return derived.to_markdown(dialect)
    if format == "ipynb":
        return derived.to_notebook()
    return derived.to_latex(fragment=format == "tex-fragment")


def judged(
    name: str, report: Report, own: bool, cuts: bool, kinds: tuple[str, ...] = ()
) -> Outcome:
    """A report as an outcome; ``cuts`` is True for a document that cuts digits on purpose."""
    fine = {Verdict.CORRECT, Verdict.UNDECIDED}
    fine |= {Verdict.TRUNCATION} if cuts else set()
    alarms = tuple(
        f"{name}:{claim.place.line} {claim.verdict}: {claim.message}"
        for claim in report.claims
        if claim.verdict not in fine
    )
    verdicts = Counter(claim.verdict for claim in report.claims)
    undecided = (c.code or "?" for c in report.claims if c.verdict is Verdict.UNDECIDED)
    return Outcome(name, own, verdicts, Counter(undecided), alarms, len(report.unread), kinds)


def samples() -> Iterator[tuple[str, Path, Task]]:
    """The committed samples that the checker reads, each with its task."""
    for example in sorted((ROOT / "examples").glob("*.yaml")):
        task = derivgen.load(example)
        for suffix in (".md", ".tex"):
            yield f"{example.stem}{suffix}", ROOT / "output" / f"{example.stem}{suffix}", task
