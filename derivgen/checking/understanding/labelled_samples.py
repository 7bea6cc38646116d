"""Samples that are told apart by a label: ``sample 1: x = 1, y = 2`` and then ``sample 2: x = 3, y = 0``.

What is given or computed under several labels is each sample's own, ``x^(1)`` and ``x^(2)``; a sum without an index
over such quantities runs over the samples.  Where something is trained between the labels, one sample is seen after
the other, and that is for the steps of training to tell.  So it is with exercises, where the later ones give most of
what the first one gives other values; else they are parts of one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_printed
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.samples import MOST_SAMPLES
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.sums_of_samples import (
    Summed,
    SumsOfSamples,
    computed_from,
    named,
    reads_of,
)
from derivgen.checking.understanding.versions import Part, versions

_LABEL = re.compile(
    r"^[ \t>]*(?P<heading>#{1,6}[ \t]+)?(?:[-*+•][ \t]+|\d+[.)][ \t]+)?[*_]{0,2}"
    r"(?:data[ -]?point|sample|example|instance|observation|pattern|case|point|Beispiel|Datenpunkt|Muster|"
    r"exemple|échantillon|ejemplo|muestra|esempio|campione|"
    r"(?:(?:solution|answer|Lösung)[ \t]+(?:(?:to|of|for|zu|von)[ \t]+)?)?(?P<task>exercise|problem|question|task|"
    r"network|Aufgabe|Übung|Frage|Netz|exercice|réseau|ejercicio|problema|pregunta|esercizio|Q(?=\d)))"
    r"[ \t]*(?:#|no\.|Nr\.|\()?[ \t]*(?P<number>\d{1,3}|[A-H]\b)\)?[*_]{0,2}[ \t]*(?:[:.,–—-]|\([^)\n]*\)|$)",
    re.IGNORECASE | re.MULTILINE,
)
#: given quantities that have other values in the next exercise
LEAST_GIVEN = 2
_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class _Labelled:
    """What stands under a label."""

    part: Part
    #: an exercise, which may go on with what the one before it has found
    is_task: bool


def with_labelled_samples(statements: Sequence[Statement], text: str) -> Summed:
    """The statements in which what each labelled sample has of its own is named so."""
    ranges, tasks = _told_apart(statements, text)
    numbers = sorted({part.number for part in ranges})
    if not 1 < len(numbers) <= MOST_SAMPLES or numbers != list(range(1, len(numbers) + 1)):
        return Summed(tuple(statements))
    at = [_number_at(ranges, statement.source(statement.chain.span[0])) for statement in statements]
    own = _own(statements, at)
    if not own or (tasks and not _are_given_anew(statements, at)):
        return Summed(tuple(statements))
    sums = SumsOfSamples(computed_from(own, reads_of(statements)), len(numbers))
    inside = [
        statement.mapped(partial(named, names={key: ix.of_sample(key, number) for key in own}))
        if number
        else None
        for number, statement in zip(at, statements, strict=True)
    ]
    summed = sums.in_statements(
        [s for s, made in zip(statements, inside, strict=True) if made is None]
    )
    outside = iter(summed.statements)
    made = tuple(next(outside) if one is None else one for one in inside)
    return replace(summed, statements=made)


def _told_apart(statements: Sequence[Statement], text: str) -> tuple[list[Part], bool]:
    """The parts of which each has quantities of its own, by their labels or, where there are none, by what stands
    in them; and whether some are exercises."""
    labelled = list(_parts(text))
    if not labelled:
        return versions(statements, text), False
    return [found.part for found in labelled], any(found.is_task for found in labelled)


def _parts(text: str) -> Iterator[_Labelled]:
    """A paragraph with a label, or, where that has nothing else in it, all up to the next label or heading."""
    labels = list(_LABEL.finditer(text))
    headings = [found.start() for found in _HEADING.finditer(text)]
    for place, label in enumerate(labels):
        following = labels[place + 1].start() if place + 1 < len(labels) else len(text)
        heading = next((h for h in headings if h > label.start()), len(text))
        paragraph = _PARAGRAPH_END.search(text, label.end())
        end = len(text) if paragraph is None else paragraph.start()
        if label["heading"] or not text[label.end() : end].strip(" *_:.\n"):
            end = len(text)
        number = label["number"]
        part = Part(
            label.start(),
            min(end, following, heading),
            int(number) if number.isdigit() else "ABCDEFGH".index(number.upper()) + 1,
        )
        yield _Labelled(part, label["task"] is not None)


def _number_at(parts: Sequence[Part], place: int) -> int:
    """The sample whose part a place is in; 0 outside of all."""
    return next((part.number for part in parts if part.start <= place < part.end), 0)


def _are_given_anew(statements: Sequence[Statement], at: Sequence[int]) -> bool:
    """True where most of what the first label gives has other values under others: these are exercises of their own,
    and not parts of one."""
    given: dict[str, dict[int, t.Node]] = defaultdict(dict)
    computed: set[str] = set()
    for number, statement in zip(at, statements, strict=True):
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or left.mark or len(members) < 2:
            continue
        if len(members) == 2 and is_printed(members[1]):
            given[left.key].setdefault(number, members[1])
        else:
            computed.add(left.key)
    told = [nodes for key, nodes in given.items() if key not in computed]
    first = min((number for nodes in told for number in nodes if number), default=0)
    begins = [nodes for nodes in told if first in nodes]
    again = [nodes for nodes in begins if len({nodes[number] for number in nodes if number}) > 1]
    return len(again) >= LEAST_GIVEN and 2 * len(again) > len(begins)


def _own(statements: Sequence[Statement], at: Sequence[int]) -> set[str]:
    """The keys that stand left under several labels, and what is differentiated there; none where something
    is trained in between."""
    left: dict[str, set[int]] = defaultdict(set)
    before: set[str] = set()
    slopes: dict[t.Derivative, set[int]] = defaultdict(set)
    for number, statement in zip(at, statements, strict=True):
        side = statement.left
        if not number and not left and isinstance(side, t.Name):
            before |= {side.key} if any(map(is_printed, statement.members[1:])) else set()
        if not number or len(statement.members) < 2:
            continue
        if isinstance(side, t.Name):
            if side.mark in UPDATE_MARKS or side.key in before:
                return (
                    set()
                )  # it had a value before the first label: it is trained from sample to sample
            left[t.full_key(side)].add(number)
        elif isinstance(side, t.Derivative):
            slopes[side].add(number)
    tops = {
        slope.of.key
        for slope, numbers in slopes.items()
        if len(numbers) > 1 and isinstance(slope.of, t.Name) and not slope.of.mark
    }
    return {key for key, numbers in left.items() if len(numbers) > 1} | tops
