"""Facts of a derivation as formulas: names, equations, local partials, numbers put in.

Everything that a view prints comes from here.  Nothing here decides what is said or in which order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.graph import LocalPartial
from derivgen.derivation.instances import Instance, TermInstance, counted, instance, telling
from derivgen.derivation.partials import WINNER
from derivgen.derivation.passes import Pass
from derivgen.derivation.rounding import Rounder
from derivgen.document.direct import DirectParts
from derivgen.document.function_names import (
    SLOPE,
    called,
    decided_cases,
    slope_called,
    slope_name,
    slope_of_cases,
    written,
)
from derivgen.document.right_sides import right_side
from derivgen.document.worked import (
    MOST_EXTRA_DIGITS,
    SubstitutedForm,
    SubstitutedValue,
    Worked,
    as_float,
    extended,
    gives,
    is_same,
)
from derivgen.formula.build import indicator, number
from derivgen.formula.exact import exact_value
from derivgen.formula.from_sympy import Written, from_sympy
from derivgen.formula.tree import Chain, Delimited, Node, Partial, RelationSign, Symbol
from derivgen.network.functions import ScalarFunction, Z, in_names
from derivgen.network.lazy import LazyTable
from derivgen.network.model import Largest, Softmax, Terms
from derivgen.notation import Entry, Names, updated

#: a slope that is given with so many signs is no rounded one
_FEW_DIGITS = 7
#: a derivative is looked for in the equation of an element among so many terms
MOST_TERMS_LOOKED_AT = 400


@dataclass(frozen=True)
class Formulas:
    """Formulas about one pass of a derivation.

    ``after`` marks the quantities that an update has changed with a plus: the pass after it.
    """

    derivation: Derivation
    passed: Pass
    after: bool = False

    @property
    def names(self) -> Names:
        return self.derivation.names

    @property
    def rounder(self) -> Rounder:
        return self.derivation.rounder

    @cached_property
    def functions(self) -> Mapping[str, Node | Written]:
        """How the functions of the network's table are written."""
        known = self.derivation.network.functions
        return LazyTable(known, lambda name: written(known[name]))

    def name(self, entry: Entry) -> Node:
        name = self.names.entry(*entry)
        return updated(name) if self.is_changed(entry[0]) else name

    def general_name(self, array: str, labels: tuple[Node, ...]) -> Node:
        """The name of an element whose indices are letters."""
        name = self.names.general(array, labels)
        return updated(name) if self.is_changed(array) else name

    def whole_name(self, array: str) -> Node:
        """The name of a whole array: a vector or a matrix."""
        name = self.names.whole(array)
        return updated(name) if self.is_changed(array) else name

    def is_changed(self, array: str) -> bool:
        """True where this pass follows an update, and the array is not the same as before."""
        return self.after and array in self._changed

    @cached_property
    def _changed(self) -> frozenset[str]:
        """Trained parameters, and all that is computed from one of them."""
        network = self.derivation.network
        changed = {q.name for q in network.parameters() if q.trained}
        size = -1
        while size != len(changed):  # a recurrence reads what is computed later
            size = len(changed)
            for equation in network.equations:
                if any(ref.array in changed for ref in equation.refs.values()):
                    changed.add(equation.target.array)
        return frozenset(changed)

    def loss_name(self) -> Node:
        return self.name((self.derivation.network.loss, ()))

    def text(self, entry: Entry, extra: int = 0) -> str:
        """The printed digits of an element: as given where it was given, else rounded."""
        quantity = self.derivation.network.quantities[entry[0]]
        if quantity.values is not None and self.as_given(entry[0]):
            if quantity.exact is not None:
                return str(quantity.exact[entry[1]])
            return self.rounder.given(quantity.values[entry[1]])
        return self.rounder.text(self.passed.value(entry), extra)

    def as_given(self, array: str) -> bool:
        """True for what is given and was not changed by a training step: it is printed as its
        author wrote it."""
        if self.derivation.network.quantities[array].values is None:
            return False
        first, now = self.derivation.first.given, self.passed.given
        return first is None or now is None or now[array] is first[array]

    def number(self, entry: Entry, extra: int = 0) -> Node:
        return number(self.text(entry, extra))

    def printed(self, value: float) -> Node:
        """A computed number as printed."""
        return number(self.rounder.text(value))

    def rounding_sign(self, values: np.ndarray) -> RelationSign:
        """``=`` where every printed element of a small array is its value, else ``approx``."""
        if self.passed.carried or self.derivation.task.numbers.exact:
            return "="
        shown = values.ravel()[:64].tolist()
        return "=" if all(self.rounder.is_exact(v) for v in shown) else "approx"

    def gradient_token(self, entry: Entry) -> Node:
        """d loss / d element, as a symbol."""
        return Partial(self.loss_name(), self.name(entry))

    def token(self, target: Entry, source: Entry) -> Node:
        """d target / d source, as a symbol; of the loss's terms that read the source, where the loss
        depends on it in other ways too: its derivative by that is the gradient itself."""
        part = self.direct_part(target, source)
        of = self.name(target) if part is None else Delimited(part)
        return Partial(of, self.name(source))

    def direct_part(self, target: Entry, source: Entry) -> Node | None:
        """The loss's terms that read the source, where the loss depends on it in other ways too."""
        loss = target[0] == self.derivation.network.loss
        own = self._direct.of(target, source) if loss else None
        return None if own is None else self.right_side(own, numbers=False)

    @cached_property
    def _direct(self) -> DirectParts:
        return DirectParts(self.derivation, self.passed.graph)

    def symbolic(self, expression: sympy.Expr, entries: Mapping[sympy.Symbol, Entry]) -> Node:
        """An expression over elements, in their names."""
        names = {symbol: self.name(entry) for symbol, entry in entries.items()}
        return from_sympy(expression, names, self.functions, "none")

    def local(self, partial: LocalPartial) -> Node:
        """A local partial in names; of a maximum, without numbers, 1 for the element that it is."""
        names = {symbol: self.name(entry) for symbol, entry in partial.entries.items()}
        names[WINNER] = indicator(self.name(partial.source), self.name(partial.target))
        return from_sympy(partial.expression, names, self.functions, "none")

    def factor(self, partial: LocalPartial) -> Node:
        """A local partial in names, as a factor: one that depends on which element is largest is
        called by its name."""
        if WINNER in partial.expression.free_symbols:
            return self.token(partial.target, partial.source)
        return self.local(partial)

    def named_factor(self, partial: LocalPartial) -> Node:
        """As :meth:`factor`; of a function in cases, its derivative by its name: ``ReLU'(z)``, where it is taken
        of the source alone and not of a difference."""
        function = self.derivation.network.functions.get(partial.function)
        cases = partial.expression.has(sympy.Piecewise, sympy.Heaviside, sympy.sign)
        symbols = partial.expression.free_symbols
        read = {entry for symbol, entry in partial.entries.items() if symbol in symbols}
        alone = read <= {partial.source, partial.target}
        if function is not None and function.written is None and cases and alone:
            return slope_called(function, self.name(partial.source))
        return self.factor(partial)

    def numeric(
        self, expression: sympy.Expr, entries: Mapping[sympy.Symbol, Entry], extra: int = 0
    ) -> Node:
        """An expression over elements, with their printed numbers in place of them."""
        numbers = {symbol: self.number(entry, extra) for symbol, entry in entries.items()}
        return from_sympy(expression, numbers, self.functions, "dot")

    def right_side(self, own: Instance, numbers: bool, extra: int = 0) -> Node:
        """The right side of an element's equation, sums written out and elided where long."""
        if numbers:
            return right_side(own, lambda e, entries: self.numeric(e, entries, extra), "dot")
        return right_side(own, self.symbolic, "none")

    def definition(self, entry: Entry) -> Chain:
        """``z = w x + b`` for one element, in names."""
        own = self._instance(entry)
        return Chain(self.name(entry), (("=", self.right_side(own, numbers=False)),))

    def evaluation(self, entry: Entry) -> Chain:
        """``z = w x + b = 0.1 * 0.5 + 0.2 = 0.25`` for one element."""
        own = self._instance(entry)
        chain = self.definition(entry)
        if self.passed.symbolic:
            return chain
        result = self.text(entry)
        worked = self.worked(
            lambda extra: self.right_side(own, numbers=True, extra=extra),
            lambda extra: self._instance_value(own, extra),
            result,
            check=not own.elided,
        )
        return extended(chain, worked)

    def gives(self, entry: Entry, extra: int) -> bool:
        """Whether an element's printed operands, with extra digits, give the element as printed."""
        own = instance(self.derivation.network, entry)
        assert own is not None
        return self._agrees(self._instance_value(own, extra), self.text(entry))

    def is_exact(self, entry: Entry) -> bool:
        """Whether an element as printed is what its printed operands give, with nothing rounded."""
        if not self.passed.carried:
            return self.rounder.is_exact(self.passed.value(entry))
        own = instance(self.derivation.network, entry)
        assert own is not None
        return is_same(self._instance_value(own, 0), as_float(self.text(entry)))

    def _instance(self, entry: Entry) -> Instance:
        own = instance(self.derivation.network, entry, self.derivation.task.options.long_sum)
        if own is None:
            raise ValueError(f"{entry} is given and has no equation")
        own = counted(self.derivation.network, own, self.names.in_order)
        if self.passed.symbolic:
            return own

        def value(one: TermInstance) -> float:
            return self._value_of(one.expression, one.entries, 0)

        return telling(self.derivation.network, own, value)

    def _instance_value(self, own: Instance, extra: int) -> float:
        """The value of an element's equation with the operands as they are printed."""
        values = [self._value_of(p.expression, p.entries, extra) for p in own.summands]
        match own.equation.body:
            case Terms():
                return float(
                    sum(float(p.coefficient) * v for p, v in zip(own.summands, values, strict=True))
                )
            case Largest():
                return max(values)
            case Softmax(log=log):
                assert own.own is not None
                top = max(values)
                mine = self._value_of(own.own.expression, own.own.entries, extra)
                total = float(np.log(sum(np.exp(v - top) for v in values)))
                logarithm = mine - top - total
                return logarithm if log else float(np.exp(logarithm))

    def _value_of(
        self, expression: sympy.Expr, entries: Mapping[sympy.Symbol, Entry], extra: int
    ) -> float:
        values = {s: as_float(self.text(entry, extra)) for s, entry in entries.items()}
        return self.passed.float_arithmetic.scalar(expression, values)

    def worked(
        self,
        substituted: SubstitutedForm,
        value: SubstitutedValue,
        result: str,
        check: bool = True,
        rounder: Rounder | None = None,
    ) -> Worked:
        """Numbers put in, with as many digits as it takes for the printed operands to give the
        printed result; ``=`` is put where they give it exactly.

        ``substituted`` and ``value`` give the formula and its value for a number of extra digits.
        ``check`` is False for elided sums, which nobody can add up from the page; ``rounder`` is that of
        the result, where it is not the document's.
        """
        if self.derivation.task.numbers.exact:
            return Worked(substituted(0), "=", number(result))
        if not check:
            return Worked(substituted(0), "approx", number(result))
        extra = 0
        if not self.passed.carried:
            extra = next(
                (n for n in range(MOST_EXTRA_DIGITS) if self._agrees(value(n), result, rounder)),
                MOST_EXTRA_DIGITS,
            )
        shown, printed = substituted(extra), number(result)
        exact = exact_value(shown)
        same = gives(value(extra), result) if exact is None else exact == exact_value(printed)
        sign: RelationSign = "=" if same else "approx"
        return Worked(shown, sign, printed)

    def _agrees(self, value: float, result: str, rounder: Rounder | None = None) -> bool:
        printed = as_float(result)
        # printed numbers that cancel leave dust, too
        return as_float((rounder or self.rounder).text(value)) == printed or gives(value, result)

    def partial_chain(self, partial: LocalPartial, again: bool = False) -> Chain:
        """``da/dz = a (1 - a) = 0.6 (1 - 0.6) = 0.24``; cases that are shown ``again`` are those of ``f'``."""
        token = self.token(partial.target, partial.source)
        called_by_name = self._by_name(partial) if again else None
        chain = Chain(token, (("=", called_by_name or self.local(partial)),))
        if self.passed.symbolic or partial.expression.is_number:
            return chain
        result = self.rounder.text(self.passed.partial_value(partial))
        if partial.expression.is_Symbol:
            (entry,) = partial.entries.values()
            return Chain(token, (*chain.links, ("=", self.number(entry))))
        decided = decided_cases(
            partial.expression, self._numbers_of(partial), self.derivation.network
        )
        if decided is not None and decided.is_number:
            return Chain(token, (*chain.links, ("=", from_sympy(decided, {}))))
        # the numbers stand in the case that they decide
        expression = partial.expression if decided is None else decided
        worked = self.worked(
            lambda extra: self.numeric(expression, partial.entries, extra),
            lambda extra: self._value_of(expression, partial.entries, extra),
            result,
        )
        return extended(chain, worked)

    def _by_name(self, partial: LocalPartial) -> Node | None:
        """A local partial in cases with the function's derivative by its name: ``H'(y - t)``."""
        if not partial.expression.has(sympy.Piecewise):
            return None
        network = self.derivation.network
        found = slope_of_cases(
            instance(network, partial.target, MOST_TERMS_LOOKED_AT), partial.source, network
        )
        if found is None:
            return None
        expression, entries, function = found
        names = {symbol: self.name(entry) for symbol, entry in entries.items()}
        return from_sympy(
            expression, names, {**self.functions, SLOPE: slope_name(function)}, "none"
        )

    def _numbers_of(self, partial: LocalPartial) -> Mapping[sympy.Symbol, float]:
        return {s: float(self.passed.value(e)) for s, e in partial.entries.items()}

    def partial_text(self, partial: LocalPartial, extra: int = 0) -> str:
        """A local partial's printed digits."""
        if partial.expression.is_Symbol:
            (entry,) = partial.entries.values()
            return self.text(entry, extra)
        value = self.passed.partial_value(partial)
        if partial.expression.is_Integer or (float(value).is_integer() and abs(value) < 1e9):
            return str(int(value))
        if partial.expression.has(sympy.Piecewise) and not self.derivation.task.numbers.exact:
            numbers = self._numbers_of(partial)
            decided = decided_cases(partial.expression, numbers, self.derivation.network)
            given = self.rounder.given(float(value))
            if decided is not None and decided.is_number and len(given) < _FEW_DIGITS:
                return given  # a slope of 0.1 is not rounded
        return self.rounder.text(value, extra)

    def function_definition(self, function: ScalarFunction) -> Chain:
        """``sigma(z) = 1/(1 + e^(-z))``."""
        name = called(function, Symbol("z"))
        body = from_sympy(in_names(function.expression, function), {Z: Symbol("z")}, self.functions)
        return Chain(name, (("=", body),))
