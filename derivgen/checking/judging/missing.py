"""What a document leaves out: a parameter that is never updated, a parameter without a gradient.

Remarks, never verdicts: what is not there cannot be wrong, and an author may leave a step to the reader.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import mpmath

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Remark
from derivgen.checking.understanding.statements import Learned

#: words by which an author says that more of the same was left out, or is held fixed
LEFT_OUT = re.compile(
    r"similar|same (way|manner|steps|for)|like(wise|\s+that)|analog|and so on|remaining|the rest\b"
    r"|other (weights|parameters|biases)|exercise|fixed|frozen|constant|not (be )?(updated|trained)"
    r"|ignore|leave|skip|\betc\b",
    re.I,
)
#: how many others have to have what one lacks
OTHERS = 2
#: how many names one remark lists
MOST_NAMED = 6


def missing(learned: Learned, words: str, budget: Budget) -> list[Remark]:
    """Remarks on parameters of which the document says less than of the others."""
    model = learned.model
    if model.loss is None or LEFT_OUT.search(words):
        return []
    differentiated, updated = _differentiated(learned), _updated(learned)
    parameters = [
        key
        for key in dict.fromkeys([*_given_parameters(model), *sorted(model.parameters)])
        if Ancestry(model).leads(model.loss, key)
    ]
    remarks = []
    if len(updated & set(parameters)) >= OTHERS:
        lacking = [
            key
            for key in parameters
            if key not in updated and not _stands_still(model, key, budget)
        ]
        if lacking and len(lacking) < len(parameters):
            remarks.append(_remark(lacking, "never updated", "C501"))
    known = differentiated | updated
    if len(known & set(parameters)) >= OTHERS:
        for _, group in sorted(_by_letter(parameters).items()):
            lacking = [key for key in group if key not in known]
            if lacking and len(group) - len(lacking) >= OTHERS:
                remarks.append(_remark(lacking, "left without a gradient", "C502"))
    return remarks


def _stands_still(model: DocumentModel, key: str, budget: Budget) -> bool:
    """True for a parameter whose gradient is 0: its update may go without saying."""
    budget.begin()
    try:
        with mpmath.workdps(DIGITS):
            world = World(model, budget=budget)
            found = world.derivative(t.Name(str(model.loss)), t.Name(key))
    except (NoValue, OutOfWork):
        return False
    return v.is_nothing(found)


def _remark(keys: list[str], what: str, code: str) -> Remark:
    named = keys[:MOST_NAMED]
    more = "" if len(keys) == len(named) else f" and {len(keys) - len(named)} more"
    verb = "is" if len(keys) == 1 else "are"
    return Remark("missing", f"{', '.join(named)}{more} {verb} {what}", code=code)


def _given_parameters(model: DocumentModel) -> Iterator[str]:
    """Given quantities that look like parameters: neighbours of one, and biases."""
    letters = {ix.split(key)[0] for key in model.parameters if ix.split(key)[1]}
    factors = {
        name.key
        for node in model.definitions.values()
        for part in t.walk(node)
        if isinstance(part, t.Product)
        for name in part.factors
        if isinstance(name, t.Name)
    }
    biases = _biases(model) - factors
    for key, value in model.values.items():
        if key == model.rate or model.definition(key) is not None:
            continue
        base, pieces = ix.split(key)
        alike = bool(pieces) and base in letters and not isinstance(value, t.Matrix)
        if alike or key in biases:
            yield key


def _biases(model: DocumentModel) -> set[str]:
    """Names that are added to products of parameters, and nowhere to anything else."""
    added: dict[bool, set[str]] = {True: set(), False: set()}
    for node in model.definitions.values():
        for part in t.walk(node):
            if isinstance(part, t.Sum):
                weighted = any(
                    isinstance(n, t.Name) and model.is_parameter(n.key)
                    for _, body in part.terms
                    if isinstance(body, t.Product)
                    for n in t.walk(body)
                )
                added[weighted].update(
                    body.key
                    for negative, body in part.terms
                    if isinstance(body, t.Name) and not negative and not body.mark
                )
    return added[True] - added[False]


def _differentiated(learned: Learned) -> set[str]:
    return set(_with_cells(learned.model, (by for _, by in learned.derivatives)))


def _updated(learned: Learned) -> set[str]:
    lefts = (
        part
        for statement in learned.statements
        if statement.left is not None
        for part in t.walk(statement.left)
    )
    marked = (n.key for n in lefts if isinstance(n, t.Name) and n.mark in UPDATE_MARKS)
    return set(_with_cells(learned.model, marked))


def _with_cells(model: DocumentModel, keys: Iterable[str]) -> Iterator[str]:
    """Keys; with an array the names of its cells, with a cell its array."""
    wanted = set(keys)
    yield from wanted
    for key in wanted:
        definition = model.definition(key)
        if isinstance(definition, t.Matrix | t.Name):
            yield from (part.key for part in t.names_of(definition))
    for name, element in model.elements.items():
        if element.array in wanted:
            yield name
        if name in wanted:
            yield element.array


def _by_letter(keys: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        base, pieces = ix.split(key)
        if pieces:
            found[base].append(key)
    return found
