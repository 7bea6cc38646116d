"""A slope of which the model cannot tell the value, worked out from what the document printed for the parts of its
formula: ``dL/dw = dL/dz x`` where a line says what dL/dz is, and none how L follows z."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.values import NoValue, Value
from derivgen.checking.judging.carried import last_number, literal_of
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt


def with_prints(
    here: Standing, subject: t.Node | None, before: Sequence[t.Node]
) -> tuple[t.Node, Value] | None:
    """The last formula before a result with numbers in it, and its value; None where one of its parts is unknown,
    or has had more than one value."""
    formula = next((member for member in reversed(before) if not is_numeric(member)), None)
    if not isinstance(subject, t.Derivative) or formula is None:
        return None
    put_in = _with_numbers(here, formula)
    if not is_numeric(put_in):
        return None
    try:
        return put_in, here.actual.evaluate(put_in)
    except NoValue:
        return None


def _with_numbers(here: Standing, node: t.Node) -> t.Node:
    if not isinstance(node, t.Derivative | t.Name):
        return rebuilt(node, partial(_with_numbers, here))
    values = {entry.printed.value for entry in here.printed_for(node)}
    if len(values) > 1:
        return node
    printed = last_number(here, node) if values else None
    if printed is not None:
        return printed
    value = here.known_value(node)
    return node if value is None else literal_of(value)
