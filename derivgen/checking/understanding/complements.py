"""``a_2 = 1 - a_1`` beside ``a_1 = e^{s_1} / (e^{s_1} + e^{s_2})``: the other share, and nothing that depends on a_1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derivgen.checking.maths import tree as t


def shares(definitions: Mapping[str, t.Node]) -> dict[str, t.Node]:
    """The definitions of what is left of 1, as shares of the same whole."""
    found: dict[str, t.Node] = {}
    for key, node in definitions.items():
        made = _rest(node, definitions)
        if made is not None:
            found[key] = made
    return found


def _rest(node: t.Node, definitions: Mapping[str, t.Node]) -> t.Node | None:
    """What is left of a whole when the shares are taken away that stand behind ``1 -``."""
    if not isinstance(node, t.Sum) or len(node.terms) < 2:
        return None
    (negative, one), *others = node.terms
    is_one = isinstance(one, t.Number) and one.value == 1 and not negative
    if not is_one or not all(minus for minus, _ in others):
        return None
    names = [body for _, body in others if isinstance(body, t.Name) and not body.mark]
    quotients = [definitions.get(name.key) for name in names]
    first = quotients[0] if quotients else None
    if len(names) != len(others) or not isinstance(first, t.Quotient):
        return None
    whole = first.bottom
    parts = definitions.get(whole.key) if isinstance(whole, t.Name) else whole
    if not isinstance(parts, t.Sum) or any(minus for minus, _ in parts.terms):
        return None
    left = [body for _, body in parts.terms]
    for quotient in quotients:
        same = isinstance(quotient, t.Quotient) and quotient.bottom == whole
        if not same or not isinstance(quotient, t.Quotient) or quotient.top not in left:
            return None
        left.remove(quotient.top)
    if not left or any(isinstance(body, t.Number) for body in left):
        return None  # 1 - 1/(1 + e^-z) depends on the output of a sigmoid
    top = left[0] if len(left) == 1 else t.Sum(tuple((False, body) for body in left))
    return replace(first, top=top)
