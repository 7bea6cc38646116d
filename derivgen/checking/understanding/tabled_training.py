"""What tables of gradients and new values say of the training: which loss they descend, and by which rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, Printed, printed_number
from derivgen.checking.evaluating.values import Real
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.tables import Cell, Kind
from derivgen.checking.understanding.training import LOSS_WORDS
from derivgen.checking.understanding.update_rules import unknown_step

#: what tables have for each name
_Rows = Mapping[str, Mapping[Kind, t.Node]]


def as_tabled(model: DocumentModel, steps: Mapping[int, Sequence[Cell]]) -> DocumentModel:
    """The model with the loss that a column of gradients is of, where nothing else names one, and with no known
    rule of updates where most rows of the tables of a step do not follow ``new = old - rate gradient``: momentum
    is like gradient descent in its first step.  ``steps`` are the cells of the tables by the step of training."""
    cells = tuple(steps.get(0, ()))
    if not any(cell.kind == "gradient" for cell in cells):
        return model
    rows = _rows(cells)
    if model.loss is None:
        loss = _loss(cells, rows, model)
        # nothing says how it is computed, so nothing says what it is after a step; nor what a part of it is
        losses = {loss, *(key for key in _with_slope_one(rows) if key in LOSS_WORDS)}
        model = replace(
            model,
            loss=loss,
            parameters=model.parameters - losses,
            opaque=model.opaque | (losses - model.definitions.keys()),
        )
    tables = (rows, *(_rows(steps[step]) for step in sorted(steps) if step))
    descents = (_is_descent(table, model, later=at > 0) for at, table in enumerate(tables))
    if model.step is None and not all(descents):
        model = replace(model, step=unknown_step)
    return model


def _rows(cells: Iterable[Cell]) -> _Rows:
    rows: dict[str, dict[Kind, t.Node]] = defaultdict(dict)
    for cell in cells:
        if cell.name is not None:
            rows[cell.name.key].setdefault(cell.kind, cell.chain.segments[0].body)
    return rows


def _loss(cells: Sequence[Cell], rows: _Rows, model: DocumentModel) -> str:
    """What the gradients are of: what is written in their labels; what has the gradient 1 itself, the last that
    has; what goes by a name of a loss; else a name that is free."""
    labels = [cell.left for cell in cells if isinstance(cell.left, t.Derivative)]
    written = [label.of.key for label in labels if isinstance(label.of, t.Name)]
    ones = _with_slope_one(rows)
    named = [word for word in LOSS_WORDS if word in rows or model.known(word)]
    certain = [*written, *(key for key in reversed(ones) if key in LOSS_WORDS), *named]
    if certain:
        return certain[0]
    if len(ones) == 1:
        return ones[0]
    return next((word for word in LOSS_WORDS if not model.known(word)), LOSS_WORDS[0])


def _with_slope_one(rows: _Rows) -> list[str]:
    """What has the gradient 1, and no new value: the loss, or a part of it."""
    return [key for key, row in rows.items() if "new" not in row and _is_one(row.get("gradient"))]


def _is_one(node: t.Node | None) -> bool:
    number = None if node is None else printed_number(node)
    return number is not None and number.value == 1


def _is_descent(rows: _Rows, model: DocumentModel, later: bool) -> bool:
    """Whether most rows with an old value, a gradient and a new value are a step of gradient descent, rounded; or
    nearly all of them, cut: a step of one unit towards 0, by whatever rule, looks like that.  ``later`` says that
    the old values are rounded themselves."""
    rate = _value(model.given(model.rate)) if model.rate is not None else None
    rounded, cut, count = 0, 0, 0
    for row in rows.values():
        old, slope, new = (_number(row.get(kind)) for kind in ("value", "gradient", "new"))
        if rate is None or old is None or slope is None or not slope.value or new is None:
            continue  # with a gradient of 0 every rule leaves the parameter where it is
        then = old.value - rate * slope.value
        slack = abs(rate) * slope.unit / 2 + (old.unit / 2 if later else 0)
        fits = {new.fit(then + slack), new.fit(then), new.fit(then - slack)}
        rounded += Fit.ROUNDED in fits
        cut += bool(fits - {Fit.OFF})
        count += 1
    return 2 * rounded >= count or 5 * cut >= 4 * count


def _number(node: t.Node | None) -> Printed | None:
    return None if node is None else printed_number(node)


def _value(node: t.Node | None) -> Real | None:
    number = _number(node)
    return None if number is None else number.value
