"""What a document trains: its loss, its parameters, its learning rate."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric, is_printed
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import has_derivative, names_in
from derivgen.checking.understanding import align
from derivgen.checking.understanding.arrays import has_dots
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.noting import begins_with_value
from derivgen.checking.understanding.update_rules import RATE_WORDS, is_descent, rate_names

#: names by which inputs go
INPUT_WORDS = frozenset({"x", "in", "inp", "input"})

#: words that say that parameters are updated by a rule that keeps numbers of its own
_OTHER_STEP = re.compile(
    r"updat\w*[^.;\n]{0,40}\b(?:by|with|using)\b[^.;\n]{0,40}"
    r"\b(?:momentum|nesterov|n?adam\w*|rms-?prop|ada-?grad|ada-?delta)\b",
    re.IGNORECASE,
)
_OTHER_STEP_NAMED = re.compile(
    r"\b(?:momentum|nesterov|n?adam[wx]?|rms-?prop|ada-?grad|ada-?delta)\b", re.IGNORECASE
)
#: words that say that something is made larger
_UPHILL = re.compile(
    r"\bascent|\buphill|\bclimb(?:s|ing)?\b|\bas (?:large|high) as possible|\bmaximi[sz]|\brewards?\b|\bpolicy gradient|"
    r"\bbelohnung|\brécompense|\brecompensa",
    re.IGNORECASE,
)
#: what goes up by its name, where it is not called a loss
_LIKELIHOOD = re.compile(
    r"\b(?<!negative )(?<!negative log[- ])(?:log[- ])?likelihood", re.IGNORECASE
)
_RATE_WORDED = (
    r"\b(?:learning[- ]rate|step[- ]size|lernrate|schrittweite|taux d['’]apprentissage|"
    r"tasa de aprendizaje|tasso di apprendimento)"
)
#: "a learning rate of 0.1", also in some other languages
_RATE_SAID = re.compile(
    _RATE_WORDED + r"\s+(?:(?:of|is|von|ist|de|est|es|di|è)\s+)?"
    r"(?P<number>\d{1,4}(?:[.,]\d{1,9})?)(?![\d.,]*\d)",
    re.IGNORECASE,
)
#: what stands right before the name of the rate
_RATE_BEFORE = re.compile(
    _RATE_WORDED + r"\s*(?:is|of|:|=|von|ist|de|est|es|di|è)?\s*\Z",
    re.IGNORECASE,
)
_RATE = re.compile(r"\blearning[- ]rate|\bstep[- ]size|\blernrate|\bschrittweite", re.IGNORECASE)
#: names by which a loss goes, where nothing else tells
LOSS_WORDS = ("L", "E", "J", "C", "Loss", "loss", "Error", "error", "cost", "Cost", "E_total")


def loss_of(decided: Decided) -> str | None:
    """What is differentiated by the most quantities, and depends on them; nothing defines it where its own
    formula was not understood."""
    by_loss: dict[str, set[str]] = defaultdict(set)
    for of, by in decided.notes.derivatives:
        by_loss[decided.alias_end(of)].add(by)
    by_open = {
        by for of in by_loss.keys() - decided.definitions.keys() for by in by_loss[of] - {of}
    }
    terminal = decided.terminal()
    scored = [
        (len(by), key in LOSS_WORDS, key)
        for key, by in by_loss.items()
        if key in decided.definitions
    ]
    if scored:
        best = max(scored, key=lambda row: (row[0], row[2] in terminal, row[1]))[2]
        best = _whole_of(decided, best, by_loss)
        if best not in by_open:
            return best
        return max(
            (of for of in by_loss.keys() - decided.definitions.keys() if best in by_loss[of]),
            key=lambda of: (len(by_loss[of]), of),
        )
    named = [word for word in LOSS_WORDS if word in decided.definitions]
    # an error to which a penalty is added is no loss yet
    named.sort(key=lambda word: word not in terminal)
    return next((word for word in named if not _is_difference(decided.definitions[word])), None)


def _is_difference(node: t.Node) -> bool:
    """True for ``t - y``: an error with a sign, which nobody makes small."""
    if not isinstance(node, t.Sum) or len(node.terms) != 2:
        return False
    (one, first), (two, second) = node.terms
    return one != two and isinstance(first, t.Name) and isinstance(second, t.Name)


def _whole_of(decided: Decided, loss: str, by_loss: Mapping[str, set[str]]) -> str:
    """What a loss is a part of, where that is differentiated by given quantities as well: the errors of the
    outputs may have more derivatives than their sum."""
    for key, by in by_loss.items():
        whole = decided.definitions.get(key)
        added_up = whole is not None and key != loss and loss in names_in(whole)
        if added_up and by - decided.definitions.keys():
            return key
    return loss


def parameters_of(decided: Decided, loss: str | None) -> frozenset[str]:
    """Given quantities that are updated, or by which the loss is differentiated."""
    primed = {key for key, mark in decided.apart}
    updated = {key for key, _ in decided.notes.updates if key not in primed} | decided.notes.trained
    updated |= {key for key, mark in decided.notes.marked - decided.apart if mark in UPDATE_MARKS}
    by = {b for of, b in decided.notes.derivatives if decided.alias_end(of) == loss}
    if updated:
        # a derivative by an input is what a layer below would need: the input stays what it is
        by -= {key for key in by if ix.split(key)[0].lower() in INPUT_WORDS}
    found: set[str] = set()
    for key in updated | by:
        node = decided.definitions.get(key)
        element = decided.elements.get(key)
        if isinstance(node, t.Matrix):
            found |= {name for name in names_in(node) if name not in decided.definitions}
        elif element is not None and element.array not in decided.definitions:
            found.add(element.array)
        elif node is None and key in decided.values:
            found.add(key)
    return frozenset(found - opaque(decided))


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
    for word in RATE_WORDS:
        # the alpha that a loss is computed from is another one
        read = word in parameters or _is_of_the_network(decided, word, loss)
        read = read or word in _memories(decided)
        if word in decided.values and not read:
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


def opaque(decided: Decided) -> frozenset[str]:
    """Quantities that something computes, and the document does not say what."""
    found = set()
    for key in (*decided.notes.results, *decided.numerators):
        element = decided.elements.get(key)
        end = key if element is None else element.array
        if end not in decided.definitions and end in decided.values:
            found.add(end)
    for array in decided.arrays.values():
        # the rule for its cells is written in letters, and none was found for them all
        ruled = any(_is_any_cell(key, array.base, array.mark) for key in decided.ruled)
        if ruled and array.key not in decided.definitions and array.key in decided.values:
            found.add(array.key)
    # rules in letters that were not understood: of one step of a recurrence, of a cell
    sides = decided.notes.sides.items()
    rules = [key for key, rule in sides if ix.letters_of(key) and not any(map(is_descent, rule))]
    for key in decided.values.keys() - decided.definitions.keys():
        # a formula with parts left out, or a sum over something unknown: the rows X_n* of a matrix
        unread = any(
            (has_dots(side) and not _lists_cells(key, side)) or _has_sum(side)
            for side in decided.notes.sides.get(key, ())
        )
        if unread or any(ix.is_instance(key, rule) for rule in rules):
            found.add(key)
    return frozenset(found)


def _lists_cells(key: str, side: t.Node) -> bool:
    """True for ``x = (x_1, ..., x_d)``, which computes nothing."""
    matrix = side.body if isinstance(side, t.Transposed) else side
    cells = {ix.split(name)[0].lower() for name in names_in(matrix)}
    return isinstance(matrix, t.Matrix) and cells == {key.lower()}


def _has_sum(node: t.Node) -> bool:
    return any(isinstance(part, t.BigSum) for part in t.walk(node))


def _is_any_cell(key: str, base: str, mark: str) -> bool:
    """True for ``h_t`` or ``o_in`` where the base is h or o, and no mark belongs to it."""
    named = key.startswith(base) and key.endswith(mark)
    index = key.removesuffix(mark).removeprefix(base).lstrip("_") if named else ""
    letters = set(index) - set("0123456789+-,")
    return bool(letters) and letters <= ix.LETTERS


def descends(decided: Decided) -> bool:
    """False where the document updates its parameters by another rule than w - eta dL/dw, or says so of updates
    for which it has no formula.  With a plus before the gradient it is this rule with a slip."""
    ruled = _rules(decided)
    if not ruled:
        # where no step is worked out with numbers either, a word is enough
        said = _OTHER_STEP if decided.notes.updates else _OTHER_STEP_NAMED
        return said.search(decided.words) is None
    return any(is_descent(side) or is_descent(side, up=True) for side in ruled)


def ascends(decided: Decided, loss: str | None) -> bool:
    """True where the document says that it goes up, or goes up with what is no loss by its name."""
    ruled = [side for side in _rules(decided) if has_derivative(side)]
    meant = loss not in LOSS_WORDS or says_uphill(decided.words)
    return bool(ruled and meant) and all(is_descent(side, up=True) for side in ruled)


def says_uphill(words: str, loss: str | None = None) -> bool:
    """True where sentences say that something is to become large, as a likelihood is that goes by no loss's name."""
    likelihood = loss is not None and loss not in LOSS_WORDS and _LIKELIHOOD.search(words)
    return bool(_UPHILL.search(words) or likelihood)


def _rules(decided: Decided) -> list[t.Node]:
    """The updates that are written with names."""
    rules = [side for _, side in decided.notes.updates if not is_numeric(side)]
    return [side for side in rules if any(True for _ in names_in(side))]


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
