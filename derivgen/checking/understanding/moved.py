"""Formulas at a point: ``L(w + eps)`` reads like a product until it is known what L and w are, and
``dL/dw|_{w = 0.4}`` is dL/dw where 0.4 is what is given for w."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.evaluating.resolving import moved_name
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement


def at_moved_points(statements: Iterable[Statement], model: Model) -> tuple[Statement, ...]:
    """The statements with the loss taken at the moved weight where they say so."""
    return tuple(_statement(statement, model) for statement in statements)


def _statement(statement: Statement, model: Model) -> Statement:
    if not any(_is_moved(n, model) or _is_here(n, model) for n in _nodes(statement)):
        return statement
    return statement.mapped(lambda node: _put(node, model))


def _nodes(statement: Statement) -> Iterator[t.Node]:
    bodies = (segment.body for segment in statement.chain.segments)
    left = () if statement.left is None else (statement.left,)
    for body in (*bodies, *statement.earlier, *left):
        yield from t.walk(body)


def _is_here(node: t.Node, model: Model) -> bool:
    """True for ``body|_{b = -0.1}`` where -0.1 is what is given for b."""
    if not isinstance(node, t.Call) or node.function != "at" or len(node.arguments) != 3:
        return False
    _, name, value = node.arguments
    given = model.given(name.key) if isinstance(name, t.Name) and not name.mark else None
    here, there = printed_number(value), None if given is None else printed_number(given)
    return here is not None and there is not None and here.value == there.value


def _is_moved(node: t.Node, model: Model) -> bool:
    if not isinstance(node, t.Product) or len(node.factors) != 2:
        return False
    loss, argument = node.factors
    name = moved_name(argument)
    if name is None or not isinstance(loss, t.Name) or loss.mark or loss.key != model.loss:
        return False
    return model.is_parameter(name.key) and model.definition(name.key) is None


def _put(node: t.Node, model: Model) -> t.Node:
    if _is_here(node, model):
        assert isinstance(node, t.Call)
        return _put(node.arguments[0], model)
    if _is_moved(node, model):
        assert isinstance(node, t.Product)
        loss, argument = node.factors
        assert isinstance(loss, t.Name)
        return t.Call(loss.key, (argument,), span=node.span)
    return rebuilt(node, lambda child: _put(child, model))
