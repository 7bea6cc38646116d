"""The learning rate of a document: its name in the updates, what it is called in the sentences, a number alone."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from derivgen.checking.evaluating.printed import is_numeric, is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding import align
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.following import begins_with_value
from derivgen.checking.understanding.update_rules import RATE_WORDS, is_descent, rate_names

_RATE_WORDED = (
    r"(?:\b(?:learning[- ]rate|step[- ]size|lernrate|schrittweite|(?:taux|pas) d['’]apprentissage|"
    r"tasa de aprendizaje|taxa de aprendizado|taxa de aprendizagem|tasso di apprendimento)|学习率|学習率|步长)"
)
#: "a learning rate of 0.1", also in some other languages
_RATE_SAID = re.compile(
    _RATE_WORDED + r"(?:\s+(?:(?:of|is|von|ist|de|est|es|di|è|é)\s+)?|\s*(?:为|是|取|设为|は)\s*)"
    r"(?P<number>\d{1,4}(?:[.,]\d{1,9})?)(?![\d.,]*\d)",
    re.IGNORECASE,
)
#: what stands right before the name of the rate
_RATE_BEFORE = re.compile(
    _RATE_WORDED + r"\s*(?:is|of|:|=|von|ist|de|est|es|di|è|é|为|是|取|设为|は)?\s*\Z",
    re.IGNORECASE,
)
_RATE = re.compile(r"\blearning[- ]rate|\bstep[- ]size|\blernrate|\bschrittweite", re.IGNORECASE)


def rate_of(decided: Decided, parameters: frozenset[str], loss: str | None) -> str | None:
    """The learning rate by its name in the updates, by a usual name, or as a number alone."""
    names = list(
        dict.fromkeys(n for key, side in decided.notes.updates for n in rate_names(side, key))
    )
    called = _rate_as_called(decided)
    if names:
        rate = next(
            (name for name in (called, *names) if name in names and decided.values.get(name)),
            names[0],
        )
        _rate_value(decided, rate)
        for other in names:
            if other != rate and other not in decided.definitions:  # alpha A: A is said elsewhere
                decided.values.pop(other, None)
                decided.definitions[other] = t.Name(rate, written=rate)
        return rate
    if called is not None and called not in parameters:
        return called
    memories = _memories(decided)
    for word in RATE_WORDS:
        # the alpha that a loss is computed from is another one
        read = word in parameters or _is_of_the_network(decided, word, loss)
        if word in decided.values and not read and word not in memories:
            return word
    value = _rate_in_numbers(decided, parameters) or _rate_in_words(decided.words)
    if value is None:
        named = _rate_by_name(decided, parameters, loss)
        if named is not None:
            decided.values[named] = None
        return named
    decided.values["learning rate"] = value
    return "learning rate"


def _memories(decided: Decided) -> set[str]:
    """What a state is multiplied by in its own rule: the mu of ``v <- mu v + g``."""
    return {
        part.key
        for statement in decided.statements
        if isinstance(statement.left, t.Name) and len(statement.chain.segments) > 1
        for body in (statement.chain.segments[1].body,)
        for _, term in (body.terms if isinstance(body, t.Sum) else ())
        for parts in (align.factors(term),)
        if any(isinstance(p, t.Name) and p.key == statement.left.key for p in parts)
        for part in parts
        if isinstance(part, t.Name) and part.key != statement.left.key
    }


def _rate_as_called(decided: Decided) -> str | None:
    """The n of "the learning rate is n = 1", where that is said of one name alone."""
    found = {
        statement.left.key
        for statement in decided.statements
        if isinstance(statement.left, t.Name)
        and not statement.left.mark
        and not statement.left.span[0]
        and statement.passage is not None
        and _RATE_BEFORE.search(statement.passage.before)
    }
    return found.pop() if len(found) == 1 and found <= decided.values.keys() else None


def _rate_by_name(decided: Decided, parameters: frozenset[str], loss: str | None) -> str | None:
    """The alpha that stands alone in a document that speaks of a learning rate."""
    if _RATE.search(decided.words) is None:
        return None
    alone = (
        body.key
        for statement in decided.statements
        for body in (statement.chain.segments[0].body,)
        if len(statement.chain.segments) == 1 and isinstance(body, t.Name) and not body.mark
    )
    unused = (key for key in alone if key in RATE_WORDS and key not in parameters)
    return next((key for key in unused if not _is_of_the_network(decided, key, loss)), None)


def _is_of_the_network(decided: Decided, name: str, loss: str | None) -> bool:
    """True for what is computed, and for what something other than an update is computed from: the epsilon of
    ``sqrt(v + epsilon)``, the mu of a velocity.  A rule for new values may read the rate."""
    if name in decided.definitions or decided.definitions.lead_to(t.Name(loss or ""), name):
        return True
    if any(name in names_in(side) for _, side in decided.notes.updates):
        return False
    made = decided.definitions.values()
    return any(name in names_in(node) and not is_descent(node) for node in made)


def _rate_value(decided: Decided, name: str) -> None:
    if decided.values.get(name) is None:
        value = next((decided.values[w] for w in RATE_WORDS if decided.values.get(w)), None)
        decided.values[name] = value or _rate_in_numbers(decided, frozenset(decided.values))


def _rate_in_numbers(decided: Decided, parameters: frozenset[str]) -> t.Node | None:
    """The 0.5 of ``0.40 - 0.5 * 0.0822`` where 0.40 is the parameter, or of ``w - 0.5 * dE/dw``."""
    votes: Counter[t.Node] = Counter()
    calculated = (
        (key, side)
        for key in sorted(parameters)
        for side in decided.notes.calculations.get(key, ())
        if begins_with_value(side, decided.values.get(key))
    )
    for key, side in (*decided.notes.updates, *calculated):
        if key not in parameters or not isinstance(side, t.Sum):
            continue
        last = side.terms[-1][1]
        parts = align.factors(last)
        if not is_numeric(side) and not isinstance(parts[-1], t.Derivative):
            continue
        if len(side.terms) == 2 and len(parts) == 2 and is_printed(parts[0]):
            votes[parts[0]] += 1
    return votes.most_common(1)[0][0] if votes else None


def _rate_in_words(words: str) -> t.Node | None:
    """The 0.1 of "with a learning rate of 0.1", where no other number is said to be one."""
    said = {match["number"].replace(",", ".") for match in _RATE_SAID.finditer(words)}
    if len(said) != 1:
        return None
    (number,) = said
    return t.Number(number, Fraction(number), len(number.partition(".")[2]))
