"""``E = E_1 + E_2`` beside ``E = (t_1 - o_1)^2 + (t_2 - o_2)^2``, where only E_1 has a formula: E_2 is the other square."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derivgen.checking.maths import tree as t


def left_over_terms(sides: Mapping[str, Sequence[t.Node]]) -> dict[str, t.Node]:
    """The formulas of names that have none, each of which is all that one sum has and another one of the same
    quantity has not; ``sides`` are the formulas of all names."""
    found: dict[str, t.Node] = {}
    for own in sides.values():
        sums = [side for side in own if isinstance(side, t.Sum)]
        for named in sums:
            names = [body for minus, body in named.terms if isinstance(body, t.Name) and not minus]
            left = [name for name in names if not sides.get(name.key)]
            if len(names) != len(named.terms) or len(left) != 1 or left[0].mark:
                continue
            for other in sums:
                term = _left(other, [sides[n.key] for n in names if n is not left[0]])
                if term is not None:
                    found.setdefault(left[0].key, term)
    return found


def _left(whole: t.Sum, known: Sequence[Sequence[t.Node]]) -> t.Node | None:
    """The one term of a sum that is not a formula of what is known."""
    if len(whole.terms) != len(known) + 1 or any(minus for minus, _ in whole.terms):
        return None
    terms = [body for _, body in whole.terms]
    for formulas in known:
        same = next((term for term in terms if term in formulas), None)
        if same is None:
            return None
        terms.remove(same)
    return None if isinstance(terms[0], t.Name) else terms[0]
