"""Ways to pair an author's names with a network's, apart from equations: loss, rate, family, name, value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import islice

from derivgen.checking.evaluating.printed import Fit, is_numeric, printed_number
from derivgen.checking.matching.equations import Equations
from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.families import families, members, plain
from derivgen.checking.matching.network_model import rate_name
from derivgen.checking.matching.network_view import WHOLE
from derivgen.checking.matching.renaming import OWN as OWN
from derivgen.checking.matching.spelling import spelling
from derivgen.checking.matching.unifying import Unifier
from derivgen.checking.maths.keys import as_spelled
from derivgen.checking.maths.parser import learn

#: so many derivatives are taken of a loss that has no formula
FEWEST_DERIVATIVES = 3
#: what is differentiated all through is the loss, also where another factor stands before it
_LEAST_LOSS = -1.0


def by_loss(evidence: Evidence, equations: Equations, unifier: Unifier) -> None:
    own, loss = evidence.learned.model.loss or _differentiated(evidence), evidence.model.loss
    if own is None or loss is None or own in unifier.bound:
        return
    elements = unifier.similar(own, loss) if loss in evidence.network.element_keys else -99.0
    arrays = unifier.similar(own, WHOLE + loss)
    if max(elements, arrays) > _LEAST_LOSS or own not in equations.sides:
        unifier.bind(own, loss if elements >= arrays else WHOLE + loss)


def _differentiated(evidence: Evidence) -> str | None:
    """What most derivatives of a document are of, where it has no formula for its loss."""
    counts = Counter(of for of, _ in evidence.learned.derivatives)
    if not counts:
        return None
    own, count = counts.most_common(1)[0]
    formula = evidence.learned.model.definitions.get(own)
    alone = (formula is None or is_numeric(formula)) and own in evidence.author.keys
    return own if alone and count >= FEWEST_DERIVATIVES else None


def by_rate(evidence: Evidence, unifier: Unifier) -> None:
    """The learning rate: what is printed like it and has its value, what updates use, what is
    printed like it."""
    rate, keys = evidence.model.rate, evidence.author.keys
    if rate is None or rate in unifier.bound.values():
        return
    texts = [evidence.model.task.training.learning_rate_name, rate_name(evidence.model.task)]
    alike = [spelling(text, learn((), texts)) for text in texts]
    candidates: list[str | None] = [k for k in alike if k in keys and _has_rate(evidence, k)]
    candidates += [evidence.learned.model.rate, *alike]
    own = next((k for k in candidates if k in keys and k and evidence.author.is_given(k)), None)
    if own is not None and own not in unifier.bound:
        unifier.bind(own, rate)


def _has_rate(evidence: Evidence, key: str | None) -> bool:
    rate = evidence.model.task.training.learning_rate
    numbers = [printed_number(node) for node in evidence.author.printed(key or "")]
    return rate is not None and any(n is not None and n.fit(rate) is Fit.ROUNDED for n in numbers)


def by_family(evidence: Evidence, unifier: Unifier, said: Collection[str]) -> dict[str, str]:
    """Elements and wholes of arrays of which other elements are matched; returns the names of all
    elements of those arrays, whether they stand in the document or not."""
    generic, model = evidence.author.generic, evidence.model
    entries = {
        name: entry
        for name, key in unifier.bound.items()
        if name not in generic and key != model.rate and (entry := model.entry(key)) is not None
    }
    general = {
        name: key.lstrip(WHOLE).partition("[")[0]
        for name, key in unifier.bound.items()
        if name in generic
    }
    shapes = {name: q.shape for name, q in model.network.quantities.items()}
    small = {e[0] for e in evidence.network.elements}
    found = [
        family
        for family in families(entries, general, evidence.author.keys, shapes, evidence.prior)
        if family.array in small
    ]
    implied = {key: e for family in found for key, e in members(family, shapes[family.array])}
    for family in found:
        for name in entries:
            (array, at), index = entries[name], family.index(name)
            if array == family.array and index not in (None, at) and name not in said:
                unifier.release(name)  # a slip in one equation is no other way to count
    wholes = {
        family.whole: family.array for family in found if family.array in evidence.network.arrays
    }
    for name in evidence.author.keys:
        if name in unifier.bound or name in generic:
            continue
        if name in implied:
            unifier.bind(name, implied[name])
        elif plain(name) in wholes and evidence.prior(name, WHOLE + wholes[plain(name)]) > -1.5:
            unifier.bind(name, WHOLE + wholes[plain(name)])
    return implied


def by_name(evidence: Evidence, unifier: Unifier) -> None:
    """Names that are printed just so, where nothing speaks against it."""
    taken = unifier.taken
    same = _follows_print(evidence, unifier)
    for name in evidence.author.keys:
        if name in unifier.bound:
            continue
        candidates = [key for key in evidence.network.by_spelling.get(name, ()) if key not in taken]
        ranked = sorted(candidates, key=lambda key: -evidence.prior(name, key))
        if ranked and evidence.prior(name, ranked[0]) > (0.0 if same else 2.4):
            unifier.bind(name, ranked[0])
            taken.add(ranked[0])


def _follows_print(evidence: Evidence, unifier: Unifier) -> bool:
    """True unless the names that are matched by their equations are other than the printed ones:
    then a name that is printed for something may well mean something else."""
    spelled, generic = evidence.network.spelled, evidence.author.generic
    pairs = [(a, b) for a, b in unifier.bound.items() if b in spelled and a not in generic]
    alike = sum(spelled[b] == as_spelled(a) for a, b in pairs)
    return len(pairs) < 4 or 2 * alike >= len(pairs)


def by_value(evidence: Evidence, unifier: Unifier) -> set[str]:
    """Names whose value only one quantity has that is still free; returns those whose value several have."""
    taken = unifier.taken
    rows = []
    unsure: set[str] = set()
    for name in evidence.author.keys:
        if name in unifier.bound or not evidence.author.is_given(name):
            continue
        nodes = evidence.author.printed(name)
        number = printed_number(nodes[0]) if nodes else None
        if number is None:
            candidates = [WHOLE + a for a in evidence.network.arrays] if nodes else []
        else:
            candidates = list(islice(evidence.network.with_value(number), 50))
        scores = sorted(
            ((evidence.prior(name, key), key) for key in candidates if key not in taken),
            key=lambda row: (-row[0], row[1]),
        )
        if scores and scores[0][0] >= 1.5:
            margin = scores[0][0] - scores[1][0] if len(scores) > 1 else 9.0
            rows.append((margin, scores[0], name))
    for margin, (_, key), name in sorted(rows, key=lambda row: (-row[0], -row[1][0])):
        if key in taken:
            continue
        if margin < 0.2:
            unsure.add(name)
            continue
        unifier.bind(name, key)
        taken.add(key)
    return unsure
