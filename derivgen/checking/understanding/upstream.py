"""A gradient that arrives from above: "suppose that dL/dY = [[1, -1], [0.5, 2]]", and nothing is said of L."""

from __future__ import annotations

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_printed, printed_matrix
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.decided import Decided

#: gradients that arrive, at most
MOST_GIVEN = 50


def give_upstream(decided: Decided) -> None:
    """Defines what is differentiated, where it stands nowhere but in derivatives, by the gradients that are given
    for it: any L with these has the same gradients by everything else."""
    tops = {of for of, _ in decided.notes.derivatives}
    # g = dL/dA makes L a name of which nothing is known
    given = (key for key, node in decided.values.items() if node is not None)
    known = (*decided.definitions, *given, *decided.elements, *decided.notes.sides)
    for top in tops.difference(known, decided.notes.printed):
        if not _stands_alone(decided, top):
            terms = _given(decided, top)
            if terms:
                decided.values.pop(top, None)
                decided.definitions[top] = t.Sum(tuple((False, term) for term in terms))


def _stands_alone(decided: Decided, top: str) -> bool:
    """True where something is said of a name itself, and not just of derivatives of it."""
    return decided.notes.used[top] > sum(
        count for (of, _), count in decided.notes.derivatives.items() if of == top
    )


def _given(decided: Decided, top: str) -> list[t.Node]:
    """What arrives at each quantity times that quantity; nothing where it is not plain what is given."""
    given: dict[str, tuple[t.Name, t.Node]] = {}
    others: set[str] = set()
    for statement in decided.statements:
        token = statement.left
        if not isinstance(token, t.Derivative) or not _is_of(token, top):
            continue
        by, segments = token.by, statement.chain.segments
        if not isinstance(by, t.Name) or by.mark:
            return []
        alone = not statement.chain.continued and len(segments) == 2 and by.key not in others
        if alone and is_printed(segments[1].body) and by.key in decided.definitions:
            given.setdefault(by.key, (by, segments[1].body))
        elif by.key not in given:
            others.add(by.key)
    ancestry = Ancestry(DocumentModel(decided.definitions, decided.values, decided.elements))
    leads = ancestry.leads
    last = {key for key in given if not any(leads(other, key) for other in given if other != key)}
    below = (others | given.keys()) - last
    if not last or len(last) > MOST_GIVEN:
        return []

    def is_above(key: str) -> bool:
        """Whether what arrives goes on to a quantity, or to a cell of it."""
        made = decided.definitions.get(key)
        cells = t.names_in(made) if isinstance(made, t.Matrix) else ()
        return any(leads(end, one) for end in last for one in (key, *cells))

    if not all(is_above(key) for key in below if not ix.letters_of(key)):
        return []
    return [_weighed(name, node) for key, (name, node) in given.items() if key in last]


def _is_of(token: t.Derivative, top: str) -> bool:
    return isinstance(token.of, t.Name) and token.of.key == top and not token.of.mark


def _weighed(name: t.Name, gradient: t.Node) -> t.Node:
    """The sum of a quantity's cells, each times what arrives there."""
    if printed_matrix(gradient) is None:
        return t.Product((gradient, name))
    return t.Call("#total", (t.Product((gradient, name), "o"),))
