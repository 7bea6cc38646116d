"""What a document trains: its loss, its parameters, and which way it goes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import has_derivative, names_in
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.opaque_arrays import opaque
from derivgen.checking.understanding.update_rules import is_descent

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
    r"\bascent|\buphill|(?:in the direction of|along) the gradient|\bclimb(?:s|ing)?\b|\bas (?:large|high) as possible|\bmaximi[sz]|\brewards?\b|\bpolicy gradient|"
    r"\bbelohnung|\brécompense|\brecompensa",
    re.IGNORECASE,
)
#: what goes up by its name, where it is not called a loss
_LIKELIHOOD = re.compile(
    r"\b(?<!negative )(?<!negative log[- ])(?:log[- ])?likelihood", re.IGNORECASE
)
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
    for key in _of_all_layers(updated, decided) | by:
        node = decided.definitions.get(key)
        element = decided.elements.get(key)
        if isinstance(node, t.Matrix):
            found |= {name for name in names_in(node) if name not in decided.definitions}
        elif element is not None and element.array not in decided.definitions:
            found.add(element.array)
        elif node is None and key in decided.values:
            found.add(key)
    return frozenset(found - opaque(decided))


def _of_all_layers(keys: set[str], decided: Decided) -> set[str]:
    """Keys with those of the layers of which they speak in general: ``W^1`` and ``W^2`` for ``W^l``."""
    general = {ix.without_above(key) for key in keys if ix.above(key) in ix.ABOVE}
    layers = (key for key in decided.values if ix.above(key).isdigit())
    return keys.union(key for key in layers if ix.without_above(key) in general)


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
    meant = loss not in LOSS_WORDS or says_uphill(decided.words) or _is_return(decided, loss)
    return bool(ruled and meant) and all(is_descent(side, up=True) for side in ruled)


def _is_return(decided: Decided, loss: str | None) -> bool:
    """True for ``J = A log pi_3``: J may be a cost or a return, and the logarithm of a probability is no cost."""
    node = decided.definitions.get(loss) if loss == "J" else None
    parts = node.factors if isinstance(node, t.Product) else (node,)
    return any(
        isinstance(part, t.Call)
        and part.function == "log"
        and isinstance(part.arguments[0], t.Name)
        for part in parts
    )


def says_uphill(words: str, loss: str | None = None) -> bool:
    """True where sentences say that something is to become large, as a likelihood is that goes by no loss's name."""
    likelihood = loss is not None and loss not in LOSS_WORDS and _LIKELIHOOD.search(words)
    return bool(_UPHILL.search(words) or likelihood)


def _rules(decided: Decided) -> list[t.Node]:
    """The updates that are written with names."""
    rules = [side for _, side in decided.notes.updates if not is_numeric(side)]
    return [side for side in rules if any(True for _ in names_in(side))]
