"""The functions that one spec can name: the table, its variants by options, and the user's own."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import sympy

from derivgen.elementary import scalar_expression
from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.functions import (
    ALONG,
    FUNCTIONS,
    ScalarFunction,
    user_function,
    with_kink,
    with_parameters,
)
from derivgen.network.kinks import KINK_RULES, KinkRule
from derivgen.network.lazy import LazyTable
from derivgen.network.losses import LOSSES, Loss
from derivgen.network.scalar import Z, kinks_of
from derivgen.network.schema import Function, Spec
from derivgen.network.source import Source

_LOSS_OPERAND = re.compile(r"(?<![A-Za-z0-9_])[ya](?![A-Za-z0-9_(])")


@dataclass
class Functions:
    """Scalar functions beside the table (or in place of its entries), and losses of the user's own.

    ``rules`` are the user's conventions at kinks, by the name of the function.
    """

    source: Source
    table: dict[str, ScalarFunction] = field(default_factory=dict)
    losses: dict[str, Loss] = field(default_factory=dict)
    rules: Mapping[str, str | float] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: Spec, source: Source) -> Functions:
        """The functions of a spec.  Raises E203, E204, E220 and what expressions raise."""
        found = cls(source, rules=spec.conventions.kink)
        for name, function in spec.functions.items():
            found._define(name, function)
        for name in found.rules:
            place = source.key_place(("conventions", "kink", name))
            if name not in found.everything():
                raise DerivgenError(
                    "E204",
                    f"there is no function '{name}'",
                    place,
                    did_you_mean(name, found.everything()),
                )
            found.add([found.everything()[name]])
        return found

    def everything(self) -> Mapping[str, ScalarFunction]:
        """All functions by name, those of the spec before those of the table."""
        return ChainMap(dict(self.table), cast("dict[str, ScalarFunction]", FUNCTIONS))

    def _define(self, name: str, function: Function) -> None:
        address = ("functions", name)
        place = self.source.key_place(address)
        if name in FUNCTIONS or name in ALONG:
            raise DerivgenError(
                "E220", f"there is a function '{name}' already", place, "choose another name"
            )
        if (function.expression is None) == (function.loss is None):
            raise DerivgenError(
                "E203",
                f"'{name}' needs either `expression` (over z) or `loss` (over y and a)",
                place,
            )
        functions = self.everything()
        known = LazyTable(functions, lambda other: functions[other].expression)
        if function.expression is not None:
            at = self.source.value_place((*address, "expression"))
            expression = scalar_expression(function.expression, {"z": Z}, at, known, Z)
            made = user_function(name, expression, function.latex, place=at)
            self.table[name] = replace(made, summary=function.summary or made.summary)
            return
        if name in LOSSES or function.latex is not None:
            why = f"there is a loss '{name}' already" if name in LOSSES else "a loss has no `latex`"
            raise DerivgenError("E220" if name in LOSSES else "E209", why, place)
        at = self.source.value_place((*address, "loss"))
        text = function.loss or ""
        target, output = sympy.symbols("Y A", real=True)
        scalar_expression(text, {"y": target, "a": output}, at, known, Z)
        term = _LOSS_OPERAND.sub(lambda match: {"y": "Y", "a": "A"}[match.group()], text)
        self.losses[name] = Loss(
            name, function.summary or "a loss of the author's own", f"({term})"
        )

    def activation(
        self, name: str | None, options: Mapping[str, float], place: Place
    ) -> str | None:
        """The name by which equations know an activation; a variant with options is added.

        Raises E204 for an unknown name, and E452, E453 for its options.
        """
        if name is None or name in ALONG:
            if options:
                raise DerivgenError("E203", f"{name or 'no activation'} takes no options", place)
            return name
        if name not in self.everything() or not self.everything()[name].activation:
            known = [entry.name for entry in self.everything().values() if entry.activation]
            raise DerivgenError(
                "E204",
                f"there is no activation '{name}'",
                place,
                did_you_mean(name, [*known, *ALONG]) or f"one of {', '.join([*known, *ALONG])}",
            )
        if name in self.table or not options:
            if options and name in self.table and name not in FUNCTIONS:
                raise DerivgenError("E203", f"{name} takes no options", place)
            if not options:
                return self.everything()[name].name
        made = with_parameters(name, place, **options)
        self.add([made], rule_of=name)
        return made.name

    def add(self, functions: Iterable[ScalarFunction], rule_of: str = "") -> None:
        """Takes functions in, each with the user's convention at its kinks."""
        for function in functions:
            rule = self.rules.get(function.name, self.rules.get(rule_of))
            if rule is None:
                if function.name not in FUNCTIONS:
                    self.table[function.name] = function
                continue
            place = self.source.value_place(("conventions", "kink", rule_of or function.name))
            self.table[function.name] = with_kink(function, kink_rule(function, rule, place))


def kink_rule(function: ScalarFunction, wanted: str | float, place: Place) -> KinkRule:
    """The rule by its name, or the one that takes the wanted value at every kink.

    Raises E203 for a function without kinks and for a value that no rule gives.
    """
    if not function.kinks:
        raise DerivgenError("E203", f"{function.name} has no kink", place)
    found: list[KinkRule] = [rule for rule in KINK_RULES if rule == wanted]
    if not found and isinstance(wanted, (int, float)):
        for rule in KINK_RULES:
            taken = [float(kink.taken) for kink in kinks_of(with_kink(function, rule))]
            if all(abs(value - wanted) < 1e-12 for value in taken):
                found.append(rule)
    if not found:
        sides = "; ".join(
            f"{float(kink.left):.6g} and {float(kink.right):.6g} at {float(kink.at):.6g}"
            for kink in kinks_of(function)
        )
        raise DerivgenError(
            "E203",
            f"the derivative of {function.name} at its kink cannot be {wanted}: its sides are {sides}",
            place,
            f"one of {', '.join(KINK_RULES)}, or a value that one of them gives",
        )
    return found[0]
