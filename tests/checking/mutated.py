"""Correct documents, and the places in them where a mistake can be put.

A *site* is a member of a chain with its text in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import slips

import derivgen
from derivgen.checking.manuscript import Manuscript, Passage
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import learn, read
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.reading import read_manuscript
from derivgen.checking.report import Report

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "tests" / "data" / "checking"
HAND_WRITTEN = tuple(sorted(path.stem for path in FOLDER.glob("*.md")))

#: examples with options: every notation, style and view with numbers of which none is a rounding slip
BUILT: Mapping[str, tuple[str, Sequence[str]]] = {
    "relu": ("relu_sigmoid_3_2_1", ("numbers.decimals=5",)),
    "relu reuse": (
        "relu_sigmoid_3_2_1",
        ("numbers.decimals=6", "document.views=[reuse]", "notation=net_out"),
    ),
    "shared": ("shared_bias_2_2_1", ("numbers.decimals=5", "notation=standard")),
    "shared handout": (
        "shared_bias_2_2_1",
        ("numbers.decimals=4", "document.style=handout", "document.views=[reuse]"),
    ),
    "shared matrix": (
        "shared_bias_2_2_1",
        ("numbers.decimals=5", "document.style=tutorial", "document.views=[matrix]"),
    ),
    "two outputs": ("two_outputs_2_2_2", ("numbers.decimals=6", "numbers.rounding=half_up")),
    "two outputs reuse": (
        "two_outputs_2_2_2",
        (
            "numbers.decimals=4",
            "numbers.rounding=half_even",
            "document.views=[reuse]",
            "notation=z_a",
        ),
    ),
    "momentum": ("shared_bias_2_2_1", ("numbers.decimals=5", "training.optimiser=momentum")),
    "adam": ("shared_bias_2_2_1", ("numbers.decimals=6", "training.optimiser=adam")),
    "circuit": ("scalar_circuit", ()),
    "one unit": ("scalar_symbolic_1_1_1", ()),
    "one unit z_a": ("scalar_symbolic_1_1_1", ("notation=z_a",)),
}


@cache
def document(name: str) -> str:
    """A correct document by its name: one of the folder, or one that is built."""
    if name in HAND_WRITTEN:
        return (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    example, options = BUILT[name]
    carried = ("numbers.carry=full",) if any("decimals" in option for option in options) else ()
    task = derivgen.load(ROOT / "examples" / f"{example}.yaml", (*options, *carried))
    return derivgen.derive(task).to_markdown()


@dataclass(frozen=True, slots=True)
class Site:
    """One member of a chain.  ``members`` are all of its statement's, this one at ``at``."""

    passage: Passage
    members: tuple[t.Segment, ...]
    at: int
    #: the numbers that were printed before
    earlier: tuple[str, ...]
    #: names of the document, by base
    names: Mapping[str, tuple[t.Name, ...]]
    #: what is computed by a function of one name: ``a`` -> the text of ``z``
    arguments: Mapping[str, str]
    claim: bool
    #: slopes that the document says to be 0 or 1: ``da/dz = 1`` of a rectifier
    slopes: Mapping[t.Node, float] = field(default_factory=dict)
    #: what the document prints as the value of what, where it prints one value only
    numbers: Mapping[t.Node, float] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    @property
    def body(self) -> t.Node:
        return self.members[self.at].body

    @property
    def subject(self) -> t.Node:
        return self.members[0].body

    def text(self, span: t.Span) -> str:
        return self.passage.text[span[0] : span[1]]

    @property
    def is_last(self) -> bool:
        return self.at == len(self.members) - 1


#: edits of one passage: (from, to, new text)
Edits = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What an operator does: its kind and the edits of the passage."""

    kind: str
    edits: Edits


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one mistake."""

    document: str
    kind: str
    line: int
    text: str = field(repr=False)
    old: str = ""
    new: str = ""
    #: diagnoses that are true of it, beside those of its kind
    also: frozenset[str] = frozenset()


# --- sites ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sites:
    """All sites of one document, and how a change of one becomes a text."""

    name: str
    manuscript: Manuscript
    sites: tuple[Site, ...]

    def mutant(self, site: Site, change: Change) -> Mutant | None:
        """The document with a change, None where its pieces lie apart in the file."""
        text = self.manuscript.text
        first = min(edit[0] for edit in change.edits)
        old, new = [], []
        for start, end, put in sorted(change.edits, reverse=True):
            low = site.passage.source_of(start)
            high = low if end == start else site.passage.source_of(end - 1) + 1
            if text[low:high] != site.passage.text[start:end]:
                return None
            old.insert(0, text[low:high])
            new.insert(0, put)
            text = text[:low] + put + text[high:]
        line = self.manuscript.place(site.passage.source_of(first)).line or 0
        also = frozenset()
        if len(old) == 1:
            also = slips.described(old[0], new[0])
            if new[0] in site.earlier and decimals(new[0]) > 1:
                also |= {"stale_number", "neighbour"}
        if text == self.manuscript.text or self._breaks(site, change):
            return None
        both = " | ".join(old), " | ".join(new)
        return Mutant(self.name, change.kind, line, text, *both, also)

    def _breaks(self, site: Site, change: Change) -> bool:
        """True where less of the passage can be read than before: that is no mistake in mathematics."""
        passage = site.passage
        text = passage.text
        before = read(text, passage.notation, site.vocabulary)
        for start, end, put in sorted(change.edits, reverse=True):
            text = text[:start] + put + text[end:]
        after = read(text, passage.notation, site.vocabulary)
        return len(after.failures) > len(before.failures)


@cache
def baseline(name: str) -> Report:
    """What is thought of a correct document."""
    return derivgen.check(document(name), language="markdown")


@cache
def sites_of(name: str) -> Sites:
    """The sites of a document by its name."""
    manuscript = read_manuscript(document(name), name, "markdown")
    vocabulary = learn(manuscript.passages)
    judged = {(claim.start, claim.end) for claim in baseline(name).claims}
    chains = [
        (passage, chain)
        for passage in manuscript.passages
        for chain in read(passage.text, passage.notation, vocabulary).chains
    ]
    names: dict[str, list[t.Name]] = {}
    arguments: dict[str, str] = {}
    slopes: dict[t.Node, float] = {}
    numbers = _numbers([chain for _, chain in chains])
    for passage, chain in chains:
        for segment in chain.segments:
            for part in t.walk(segment.body):
                if isinstance(part, t.Name) and part.span != (0, 0) and not part.mark:
                    base = part.key.rstrip("0123456789,[]")
                    known = names.setdefault(base, [])
                    if part not in known and base != part.key:
                        written = passage.text[part.span[0] : part.span[1]]
                        known.append(replace(part, written=written))
        _note_arguments(passage, chain, arguments)
        _note_slopes(chain, slopes)
    earlier: list[str] = []
    found = []
    for passage, chain in chains:
        relations = {segment.relation for segment in chain.segments}
        if relations - {None, "=", "approx", "assign", "define"}:
            continue
        for at, segment in enumerate(chain.segments):
            low = passage.source_of(segment.span[0])
            high = passage.source_of(max(segment.span[1] - 1, segment.span[0])) + 1
            claim = any(low <= start < high or start <= low < end for start, end in judged)
            kinds = {base: tuple(all_) for base, all_ in names.items()}
            found.append(
                Site(
                    passage,
                    chain.segments,
                    at,
                    tuple(earlier),
                    kinds,
                    arguments,
                    claim,
                    slopes,
                    numbers,
                    vocabulary,
                )
            )
        last = passage.text[slice(*chain.segments[-1].span)].strip()
        if re.fullmatch(r"-?\d+\.\d{2,}", last):
            earlier.append(last)
    return Sites(name, manuscript, tuple(found))


def _note_slopes(chain: t.Chain, slopes: dict[t.Node, float]) -> None:
    """Derivatives, not those of a loss, that are the whole number 0 or 1: their squares are themselves."""
    first, *rest = (segment.body for segment in chain.segments)
    if isinstance(first, t.Derivative) and isinstance(first.of, t.Name):
        for body in rest:
            whole = isinstance(body, t.Number) and not body.decimals and body.value in (0, 1)
            if whole and first.of.key[0] not in "LEfJC":
                slopes[first] = float(body.value)  # type: ignore[union-attr]


def _numbers(chains: Sequence[t.Chain]) -> dict[t.Node, float]:
    """What is printed as the value of names and derivatives: as a result, or put in for them."""
    found: dict[t.Node, set[float]] = {}
    for chain in chains:
        bodies = [segment.body for segment in chain.segments]
        if isinstance(bodies[0], t.Name | t.Derivative) and len(bodies) > 1:
            _note_number(bodies[0], bodies[-1], found)
        for formula, calculation in pairwise(bodies):
            _laid_over(formula, calculation, found)
    return {node: values.pop() for node, values in found.items() if len(values) == 1}


def _laid_over(formula: t.Node, calculation: t.Node, found: dict[t.Node, set[float]]) -> None:
    """Note the numbers that stand where names or derivatives stand in a formula of the same shape."""
    if isinstance(formula, t.Name | t.Derivative):
        _note_number(formula, calculation, found)
        return
    parts, others = t.children(formula), t.children(calculation)
    if _signs(formula) != _signs(calculation):
        return  # a number's own sign stands before its term
    if type(formula) is type(calculation) and len(parts) == len(others):
        for part, other in zip(parts, others, strict=True):
            _laid_over(part, other, found)


def _signs(node: t.Node) -> list[bool]:
    return [negative for negative, _ in node.terms] if isinstance(node, t.Sum) else []


def _note_number(node: t.Node, printed: t.Node, found: dict[t.Node, set[float]]) -> None:
    negative = isinstance(printed, t.Negated)
    number = printed.body if isinstance(printed, t.Negated) else printed
    if isinstance(number, t.Number):
        value = float(number.value)
        found.setdefault(node, set()).add(-value if negative else value)


def _note_arguments(passage: Passage, chain: t.Chain, arguments: dict[str, str]) -> None:
    first, *rest = (segment.body for segment in chain.segments)
    for body in rest:
        if isinstance(first, t.Name) and isinstance(body, t.Call) and len(body.arguments) == 1:
            inner = body.arguments[0]
            if isinstance(inner, t.Name) and not body.primes:
                arguments.setdefault(first.key, passage.text[slice(*inner.span)])


# --- operators: numbers -----------------------------------------------------------------------------


def decimals(text: str) -> int:
    return len(text.partition(".")[2])
