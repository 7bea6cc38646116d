"""Where a document does not say what the network does, and what belongs to nothing of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.equality import Equality, Outcome
from derivgen.checking.evaluating.printed import Fit, printed_number
from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.network_view import WHOLE
from derivgen.checking.matching.renaming import OWN as OWN
from derivgen.checking.matching.renaming import Joined, translated
from derivgen.checking.matching.turning import MOST_COMPARED, TRANSPOSED, compared
from derivgen.checking.matching.unifying import Unifier
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.keys import as_spelled


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a document does not say what the network does: the author's key, the network's, what the
    document says, what the network says.

    ``kind`` is ``definition``, ``value`` or ``shared`` (one name for several quantities)."""

    key: str
    quantity: str
    kind: str
    author: t.Node | None
    network: t.Node | None


def told_apart(evidence: Evidence, name: str, other: str) -> bool:
    """True where a value or the printed name speaks for a pair that was guessed."""
    return evidence.network.spelled.get(other) == as_spelled(name)


def shared(
    evidence: Evidence, unifier: Unifier, mapping: Mapping[str, str], notes: list[str]
) -> Iterator[Difference]:
    """One letter for several quantities; ``notes`` gets a sentence about each."""
    others: dict[str, list[str]] = {}
    for name, other in unifier.conflicts:
        plain = other.lstrip(WHOLE)
        if name in evidence.author.generic or name not in mapping:
            continue
        if mapping[name].removesuffix(TRANSPOSED) == plain:
            continue
        one, two = (
            evidence.network.role(k.removesuffix(TRANSPOSED)) for k in (mapping[name], plain)
        )
        if one == two and plain not in mapping.values():
            others.setdefault(name, []).append(plain)
    for name, keys in others.items():
        listed = " and ".join([mapping[name], *dict.fromkeys(keys)])
        notes.append(f"{name} stands for {listed}")
        for key in dict.fromkeys(keys):
            yield Difference(name, key, "shared", None, evidence.model.given(key))


def tied(evidence: Evidence, unifier: Unifier, mapping: Mapping[str, str]) -> Mapping[str, str]:
    """Biases of one layer that have one value and one name in the document, with the one that it was matched
    with: the author has one bias for all units."""
    found = {}
    for name, other in unifier.conflicts:
        own = mapping.get(name)
        one, two = (evidence.model.entry(key) if key else None for key in (own, other))
        if own is None or one is None or two is None or other in mapping.values():
            continue
        if (
            one[0] != two[0]
            or evidence.network.role(own) != "bias"
            or name in evidence.author.generic
        ):
            continue
        values = [
            printed_number(n) if (n := evidence.model.given(k)) else None for k in (own, other)
        ]
        if values[0] is not None and values[1] is not None and values[0].value == values[1].value:
            found[other] = own
    return found


def other_values(evidence: Evidence, mapping: Mapping[str, str]) -> Iterator[Difference]:
    """Given values that are not the network's."""
    for name, key in mapping.items():
        if not evidence.author.is_given(name) or evidence.model.definition(key) is not None:
            continue
        mine, theirs = evidence.learned.model.values.get(name), evidence.model.given(key)
        if mine is None or theirs is None:
            continue
        one, two = printed_number(mine), printed_number(theirs)
        if one is not None and two is not None and one.fit(two.value) is Fit.OFF:
            yield Difference(name, key, "value", mine, theirs)


def other_definitions(
    evidence: Evidence, budget: Budget, mapping: Mapping[str, str], joined: Joined
) -> Iterator[Difference]:
    """Equations that do not say what the network's say."""
    equality = Equality(joined, budget)
    rows = [(k, n) for k, n in evidence.learned.model.definitions.items() if k in mapping]
    for name, node in rows[:MOST_COMPARED]:
        theirs = evidence.model.definition(mapping[name])
        if theirs is None or isinstance(node, t.Name):
            continue
        mine = translated(node, joined.mapping)
        outcome = compared(budget, equality, mine, t.Name(mapping[name]))
        if outcome in (Outcome.DIFFERENT, Outcome.MISFIT):
            yield Difference(name, mapping[name], "definition", node, theirs)


def unmatched(evidence: Evidence, mapping: Mapping[str, str]) -> Iterator[str]:
    """A sentence about given names that belong to nothing of the network."""
    learned = evidence.learned.model
    free = [
        key
        for key in learned.values
        if key not in mapping
        and key in evidence.author.keys
        and evidence.author.is_given(key)
        and learned.values[key] is not None
    ]
    if free:
        more = f" and {len(free) - 8} more" if len(free) > 8 else ""
        yield f"not matched: {', '.join(free[:8])}{more}"
