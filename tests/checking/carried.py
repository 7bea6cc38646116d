"""Mistakes that reach further than their line: a slip carried on correctly, and a value given wrongly.

A slip is carried on as an author does who does not see it: the wrong number is put in wherever the right one
was, and every calculation with it is worked out again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import floats
import slips
from mutated import Mutant, Site, Sites, sites_of
from number_mistakes import put_in

from derivgen.checking.evaluating.printed import is_numeric, is_printed
from derivgen.checking.maths import tree as t

#: digits that a number needs before it is taken for the same one elsewhere
LONG = 4
RESULT = re.compile(r"-?\d+\.\d+")


def carried(name: str, rng: random.Random, count: int) -> Iterator[Mutant]:
    """Documents with one wrong result that is carried on."""
    sites = sites_of(name)
    places = [site for site in sites.sites if _is_result(site) and _before(site)]
    for site in rng.sample(places, min(len(places), count)):
        mutant = _carried(sites, site, rng)
        if mutant is not None:
            yield mutant


def _is_result(site: Site) -> bool:
    text = site.text(site.members[site.at].span).strip(" .,;")
    return site.claim and bool(RESULT.fullmatch(text)) and len(text.lstrip("-0.")) >= LONG


def _before(site: Site) -> t.Node | None:
    """The calculation that a result stands behind."""
    node = site.members[site.at - 1].body if site.at else None
    return node if node is not None and is_numeric(node) and not is_printed(node) else None


def _carried(sites: Sites, site: Site, rng: random.Random) -> Mutant | None:
    old = RESULT.search(site.text(site.members[site.at].span))
    assert old is not None
    new = _slip(old.group(), rng)
    if new is None or _is_printed_again(sites, site, old.group()):
        return None
    changes: dict[str, str] = {old.group(): new}
    edits: list[tuple[int, int, str]] = []
    for other in sites.sites[sites.sites.index(site) :]:
        span = other.members[other.at].span
        for start, end, digits in _changed(other, changes, first=other is site):
            low = other.passage.source_of(start)
            high = other.passage.source_of(end - 1) + 1
            if sites.manuscript.text[low:high] != other.passage.text[start:end]:
                return None
            edits.append((low, high, digits))
        calculation = _before(other)
        if other is not site and calculation is not None and _is_result(other):
            again = _worked_out(calculation, changes)
            printed = RESULT.search(other.text(span))
            if again is not None and printed is not None:
                text = floats.printed(again, len(printed.group().partition(".")[2]))
                if text.startswith("-") != printed.group().startswith("-"):
                    return None  # what is added would have to be subtracted from here on
                if text != printed.group() and _uses(calculation, changes):
                    changes.setdefault(printed.group(), text)
                    edits = [edit for edit in edits if edit[0] < other.passage.source_of(span[0])]
                    start = span[0] + printed.start()
                    low = other.passage.source_of(start)
                    edits.append((low, low + len(printed.group()), text))
    if any(_is_longer(number, changes) for other in sites.sites for number in _numbers(other)):
        return None  # a line that has it with more digits would not go on with the slip
    text = sites.manuscript.text
    for low, high, put in sorted(set(edits), reverse=True):
        text = text[:low] + put + text[high:]
    start = site.members[site.at].span[0]
    line = sites.manuscript.place(site.passage.source_of(start)).line or 0
    also = slips.described(old.group(), new)
    return Mutant(sites.name, "slip carried on", line, text, old.group(), new, also)


def _is_printed_again(sites: Sites, site: Site, number: str) -> bool:
    """True where the same digits are worked out as something else: which of them is meant is not plain."""
    return any(
        other is not site
        and other.at > 0
        and _before(other) is not None
        and other.text(other.members[other.at].span).strip(" .,;").lstrip("-") == number.lstrip("-")
        for other in sites.sites
    )


def _slip(old: str, rng: random.Random) -> str | None:
    """One digit that is not the last wrong."""
    places = [at for at, char in enumerate(old) if char.isdigit()][1:-1]
    if not places:
        return None
    at = rng.choice(places)
    return old[:at] + rng.choice([d for d in "0123456789" if d != old[at]]) + old[at + 1 :]


def _numbers(site: Site) -> Iterator[t.Number]:
    for part in t.walk(site.body):
        if isinstance(part, t.Number) and part.span != (0, 0):
            yield part


def _changed(site: Site, changes: dict[str, str], first: bool) -> Iterator[tuple[int, int, str]]:
    for number in _numbers(site):
        text = site.text(number.span)
        for old, new in changes.items():
            if text == old.lstrip("-") and (first or len(text.lstrip("0.")) >= LONG):
                yield (*number.span, new.lstrip("-"))


def _is_longer(number: t.Number, changes: dict[str, str]) -> bool:
    """True for a changed number with more digits, as stands where a calculation needs them."""
    for old in map(str.lstrip, changes, "-" * len(changes)):
        decimals = len(old.partition(".")[2])
        if number.decimals > decimals and f"{float(number.value):.{decimals}f}" == old:
            return True
    return False


def _uses(node: t.Node, changes: dict[str, str]) -> bool:
    olds = {old.lstrip("-") for old in changes}
    return any(isinstance(part, t.Number) and part.text in olds for part in t.walk(node))


def _worked_out(node: t.Node, changes: dict[str, str]) -> float | None:
    for old, new in changes.items():
        for part in [p for p in t.walk(node) if isinstance(p, t.Number)]:
            if part.text == old.lstrip("-"):
                node = put_in(node, part, new.lstrip("-"))
    return floats.value_of(node)


def given(name: str, rng: random.Random, count: int) -> Iterator[Mutant]:
    """Documents in which one value is given wrongly and used rightly, twice at least."""
    sites = sites_of(name)
    used: dict[str, int] = {}
    for site in sites.sites:
        if site.at and is_numeric(site.body) and not is_printed(site.body):
            for number in {site.text(n.span) for n in _numbers(site)}:
                used[number] = used.get(number, 0) + 1
    places = [site for site in sites.sites if _is_given(site, used)]
    for site in rng.sample(places, min(len(places), count)):
        span = site.members[site.at].span
        found = re.search(r"\d+\.\d+", site.text(span))
        assert found is not None
        at = rng.choice([i for i, char in enumerate(found.group()) if char.isdigit()])
        digit = rng.choice([d for d in "0123456789" if d != found.group()[at]])
        new = found.group()[:at] + digit + found.group()[at + 1 :]
        start = span[0] + found.start()
        low = sites.manuscript.text.index(found.group(), site.passage.source_of(start))
        text = sites.manuscript.text
        text = text[:low] + new + text[low + len(new) :]
        line = sites.manuscript.text.count("\n", 0, low) + 1
        also = slips.described(found.group(), new)
        printed = {other.text(n.span) for other in sites.sites for n in _numbers(other)}
        also |= {"stale_number"} if new in printed else set()
        yield Mutant(name, "given value", line, text, found.group(), new, also)


def _is_given(site: Site, used: dict[str, int]) -> bool:
    if site.claim or site.at != 1 or len(site.members) != 2 or not isinstance(site.subject, t.Name):
        return False
    text = site.text(site.members[1].span).strip(" .,;")
    return bool(re.fullmatch(r"-?\d+\.\d+", text)) and used.get(text.lstrip("-"), 0) >= 2


def reaching(name: str, count: int, seed: int) -> list[Mutant]:
    """``count`` of each kind, as far as a document has them."""
    rng = random.Random(f"{name}:{seed}:reaching")
    return [*carried(name, rng, count), *given(name, rng, count)]
