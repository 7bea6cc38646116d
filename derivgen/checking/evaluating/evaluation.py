"""One evaluation of a formula at a point: what is moved, what is held, what is bound.

The rules for each kind of node are in :mod:`derivgen.checking.evaluating.rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.diagonals import of_each_cell
from derivgen.checking.evaluating.resolving import CONSTANTS, Open, Unknown, resolved
from derivgen.checking.evaluating.rules import RULES
from derivgen.checking.evaluating.rules import holds as holds
from derivgen.checking.evaluating.slopes import array_of, cell_of, derivative
from derivgen.checking.evaluating.values import Array, Below, Dual, NoValue, Shapes, Value
from derivgen.checking.maths import tree as t

if TYPE_CHECKING:
    from derivgen.checking.evaluating.world import World

#: what a derivative token means: along every way; of its own equation alone; of its own equation where
#: that reads the denominator, as in a sum over paths
Tokens = Literal["total", "own", "direct", "row", "turned", "cells"]
#: how the gradients lie where they do not lie as what they are by
LAYOUTS: tuple[Tokens, ...] = ("row", "turned")
#: the derivative of a vector cell by cell: ``da/dz = a (1 - a)``
CELLS: Tokens = "cells"


@dataclass(frozen=True)
class Frame:
    """Where a formula is evaluated: a world, the quantity that is moved, and what is bound."""

    world: World
    #: the quantity that is moved, and which of its cells
    moved: tuple[str, int, int] | None = None
    #: hold every other name at its value
    local: bool = False
    #: how derivative tokens are meant
    tokens: Tokens = "total"
    #: quantities that stay at their values, whatever is moved
    held: frozenset[str] = frozenset()
    indices: Mapping[str, int] = field(default_factory=dict)
    bound: Mapping[str, Value] = field(default_factory=dict)
    #: what is computed here has the values below it worked out already
    prepared: bool = False

    @property
    def has_rows(self) -> bool:
        """True where gradients do not lie as what they are by."""
        return self.tokens in LAYOUTS

    def quantity(self, key: str) -> Value:
        """The value of a quantity, with its slope by what is moved."""
        if self.moved is not None and not self._is_touched(key):
            if self.world.ancestry.is_open(key, self.moved[0]):
                raise Open(f"what computes {key} is not said")
            return Frame(self.world).quantity(key)
        memo = self._memo()
        if key not in memo:
            if not self.prepared:
                self._prepare(key, memo)
            self._work_out(key, memo)
        found = memo[key]
        if isinstance(found, Shapes):
            raise Below(f"{key} has no value: {found}")
        if isinstance(found, NoValue):
            raise found.with_traceback(None)
        return found

    def _prepare(self, key: str, memo: dict[str, Value | NoValue]) -> None:
        """Work out everything that a quantity is computed from, the lowest first: a chain of thousands
        of definitions is no recursion then."""
        world = self.world
        inner = replace(self, prepared=True)
        waiting, begun = [key], set()
        while waiting:
            here = waiting[-1]
            if here in memo or here in begun:
                waiting.pop()
                if here not in memo and here != key:
                    inner._work_out(here, memo)
                continue
            begun.add(here)
            if here not in world.stated:
                waiting.extend(
                    read
                    for read in world.ancestry.reads(here)
                    if read not in memo and read not in begun and self._is_part(read)
                )

    def _is_part(self, key: str) -> bool:
        """True for what has a value of its own here: all, or what follows what is moved."""
        return self.moved is None or self._is_touched(key)

    def _work_out(self, key: str, memo: dict[str, Value | NoValue]) -> None:
        """Put the value of a quantity, or the reason for none, where it is looked up."""
        memo[key] = NoValue("definitions lead into one another without an end")
        budget = self.world.budget
        try:
            budget.enter(3)
            if self.moved is not None and self.moved[0] == key and not self.local:
                # what computes it does not matter, and may hold a derivative: an updated weight
                computed = Frame(self.world).quantity(key)
            else:
                computed = replace(self, prepared=True)._computed(key)
            rounded = self.world.rounded.get(key)
            if rounded is not None and v.shown_shape(rounded) == v.shown_shape(computed):
                computed = v.combined(lambda c, r: Dual(r.value, c.slope), computed, rounded)
            computed = self.world.as_carried(key, computed)
            if key in self.held:
                computed = v.without_slopes(computed)
            memo[key] = self._moved(key, computed)
        except NoValue as error:
            memo[key] = error.with_traceback(None)
        except BaseException:
            del memo[key]
            raise
        finally:
            budget.leave(3)

    def _is_touched(self, key: str) -> bool:
        """True where moving what is moved changes a quantity."""
        assert self.moved is not None
        return key == self.moved[0] or self.world.ancestry.leads(key, self.moved[0])

    def _memo(self) -> dict[str, Value | NoValue]:
        if self.moved is None and self.has_rows:
            return self.world._seeded.setdefault((self.tokens,), {})
        if self.moved is None or self.local:
            return self.world._memo
        return self.world._seeded.setdefault((*self.moved, self.held), {})

    def _computed(self, key: str) -> Value:
        value = self._stated_or_defined(key)
        if isinstance(value, Array) and value.lies == "free" and key[:1].isupper():
            return replace(value, lies="row")
        return value

    def _stated_or_defined(self, key: str) -> Value:
        world = self.world
        element = world.model.element(key)
        # where cells of an array are moved, a new value of one of them has no slope of its own
        of_moved = element is not None and self.moved is not None and element.array == self.moved[0]
        if key in world.stated and not of_moved:
            return world.stated[key]
        definition = world.model.definition(key)
        if definition is not None:
            try:
                # a quantity is what it is, however the derivatives around its name are meant
                tokens: Tokens = self.tokens if self.has_rows else "total"
                here = replace(self, indices={}, bound={}, tokens=tokens)
                return here.evaluate(definition)
            except Open:
                if isinstance(definition, t.Matrix):
                    raise  # with dots in it: no number stands for an array
                return self._taken(key)
        if element is not None:
            return cell_of(self.quantity(element.array), element)
        if not world.model.known(key):
            raise Unknown(key)
        return world.drawn(key)

    def _taken(self, key: str) -> Value:
        """For a quantity that cannot be computed: what was printed for it, or any number.

        Raises the error at hand where what is moved could change it."""
        world = self.world
        moved = None if self.moved is None else self.moved[0]
        leads = world.ancestry.leads
        # in the letters of a recurrence each may lead to the other
        if moved not in (None, key) and (leads(key, str(moved)) or not leads(str(moved), key)):
            raise
        if world.later or (world.point == "actual" and world.model.given(key) is None):
            raise
        world.read_off.add(key)
        return world.drawn(key)

    def _moved(self, key: str, value: Value) -> Value:
        """The value with the slope 1 at the cell that is moved, if it is of this quantity."""
        if self.moved is None or self.moved[0] != key:
            return value
        _, *place = self.moved
        if isinstance(value, Dual):
            return Dual(value.value, mpmath.mpf(1))
        # a vector may be printed the other way
        row, column = v.place_in(value.shape, *place) or place
        return Array(
            tuple(
                tuple(
                    Dual(cell.value, mpmath.mpf(1)) if (i, j) == (row, column) else cell
                    for j, cell in enumerate(cells)
                )
                for i, cells in enumerate(value.rows)
            ),
            value.lies,
        )

    # --- nodes ------------------------------------------------------------------------------

    def evaluate(self, node: t.Node) -> Value:
        """The value of a formula, with its slope by what is moved.  Raises NoValue."""
        budget = self.world.budget
        try:
            budget.enter(2)
            found = RULES[type(node)](self, node)
            if isinstance(found, Array):
                budget.spend(found.size)
            return found
        finally:
            budget.leave(2)

    def name(self, node: t.Name) -> Value:
        """The value of what a name means here."""
        if node.key in self.bound:
            return self.bound[node.key]
        if node.key.lstrip("?") in CONSTANTS and not self.world.model.known(node.key):
            return Dual(+mpmath.pi)
        key, state = resolved(self.world.model, node, self.indices)
        if state == "after":
            if self.moved is not None:
                raise NoValue("a derivative of what comes after the update")
            model = self.world.model
            if key in model.worked_out and model.definition(key) is not None:
                raise Open(f"what {key} is computed from is not said")
            return self.world.after.value(key)
        if not self.local:
            return self.quantity(key)
        return self._held(key)

    def _held(self, key: str) -> Value:
        """The value of a quantity that only follows what is moved where it is that, or has it as a cell."""
        model = self.world.model
        element, made = model.element(key), model.definition(key)
        if element is not None:
            return cell_of(self._held(element.array), element)
        if isinstance(made, t.Matrix) and all(isinstance(c, t.Name) for r in made.rows for c in r):
            return self.evaluate(made)
        return self._moved(key, Frame(self.world).quantity(key))

    def derivative(self, node: t.Derivative) -> Value:
        """The value of a derivative token."""
        if self.moved is not None:
            raise NoValue("a derivative of a derivative")
        if node.of is None:
            raise NoValue("a derivative of nothing")
        if self.tokens == CELLS:
            return of_each_cell(derivative(self, node.of, node.by, False))
        if self.tokens in ("row", "turned"):
            return self._as_row(derivative(self, node.of, node.by, False), node)
        local = self.tokens == "own" or (self.tokens == "direct" and self._is_direct(node))
        if self.indices or self.bound or self.held:
            return derivative(self, node.of, node.by, local)
        known, key = self.world._derivatives, (node.of, node.by, local)
        if key not in known:
            try:
                known[key] = derivative(self, node.of, node.by, local)
            except NoValue as error:
                known[key] = error.with_traceback(None)
        found = known[key]
        if isinstance(found, NoValue):
            raise found.with_traceback(None)
        return found

    def _as_row(self, value: Value, node: t.Derivative) -> Value:
        """The derivative of a number by a column as a row: numerator layout; ``turned`` also that by a matrix."""
        by = node.by
        if not isinstance(value, Array) or isinstance(by, t.Transposed):
            return value
        if not value.is_vector and self.tokens != "turned":
            return value
        variable = self.evaluate(by)
        lies = isinstance(variable, Array) and variable.shape == value.shape
        return v.lying_otherwise(value) if lies else value

    def _is_direct(self, node: t.Derivative) -> bool:
        """True where the equation of the numerator reads the denominator itself."""
        if not isinstance(node.of, t.Name) or not isinstance(node.by, t.Name):
            return False
        model = self.world.model
        of = resolved(model, node.of, self.indices)[0]
        by = resolved(model, node.by, self.indices)[0]
        # a cell is computed with its array, from the arrays that this is computed from
        definition = model.definition(of) or model.definition(array_of(model, of))
        read = {by, array_of(model, by)}
        return definition is not None and any(
            isinstance(part, t.Name) and part.key in read for part in t.walk(definition)
        )

    def number(self, node: t.Node) -> Dual:
        found = v.simplest(self.evaluate(node))
        if isinstance(found, Array):
            raise Shapes(f"{v.shown_shape(found)} where a number is needed")
        return found
