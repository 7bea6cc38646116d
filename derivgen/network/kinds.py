"""Kinds of values that a spec may hold: what each takes, what it makes of it, and its JSON Schema.

A kind never raises for what a spec says: it notes each problem with its address and goes on, so that the first in
reading order can be told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from derivgen.errors import did_you_mean
from derivgen.network.source import Address
from derivgen.records import dataclass, field

Json = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one value or one key, by its code in the table of errors."""

    code: str
    address: Address
    #: what stands there
    given: Any = None
    #: what should stand there, in words
    expected: str = ""
    hint: str = ""
    #: whether it is about the key rather than its value
    at_key: bool = False


Problems = list[Problem]
Change = Callable[[Any], Any]


def _as_it_is(value: Any) -> Any:
    return value


class Kind(Protocol):
    """One kind of value."""

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        """The value as the program uses it; of no meaning where problems were added."""

    def schema(self, models: dict[str, Json]) -> Json:
        """Its JSON Schema; the mappings that it refers to are put into ``models``."""


@dataclass(frozen=True)
class Anything:
    """What is looked at elsewhere."""

    form: Json

    def check(self, value: Any, address: Address, problems: Problems) -> Any:  # noqa: ARG002
        return value

    def schema(self, models: dict[str, Json]) -> Json:  # noqa: ARG002
        return self.form


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        if not isinstance(value, bool):
            problems.append(Problem("E203", address, value, "true or false"))
        return value

    def schema(self, models: dict[str, Json]) -> Json:  # noqa: ARG002
        return {"type": "boolean"}


def _out_of_range(
    value: float, least: float | None, most: float | None, above: float | None
) -> str:
    """In words, the bound that a number does not keep."""
    if above is not None and not value > above:
        return f"a number above {above:g}"
    if least is not None and value < least:
        return f"a number of at least {least:g}"
    return f"a number of at most {most:g}" if most is not None and value > most else ""


def _bounds(least: float | None, most: float | None, above: float | None) -> Json:
    bounds = {"minimum": least, "maximum": most, "exclusiveMinimum": above}
    return {keyword: bound for keyword, bound in bounds.items() if bound is not None}


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int | None = None
    most: int | None = None

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            problems.append(Problem("E203", address, value, "a whole number"))
        elif expected := _out_of_range(value, self.least, self.most, None):
            problems.append(Problem("E203", address, value, expected))
        return value

    def schema(self, models: dict[str, Json]) -> Json:  # noqa: ARG002
        return {"type": "integer", **_bounds(self.least, self.most, None)}


@dataclass(frozen=True)
class Real:
    """A finite number; ``change`` may make one of what is written in another way, which has ``form``."""

    least: float | None = None
    above: float | None = None
    change: Change = _as_it_is
    form: Json | None = None

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        number = self.change(value)
        expected = ""
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            expected = "a number"
        else:
            try:
                number = number if number is not value else float(number)
            except OverflowError:
                number = math.inf
            if not math.isfinite(number):
                expected = "a finite number"
            else:
                expected = _out_of_range(number, self.least, None, self.above)
        if expected:
            problems.append(Problem("E203", address, value, expected))
        return number

    def schema(self, models: dict[str, Json]) -> Json:  # noqa: ARG002
        number = {"type": "number", **_bounds(self.least, None, self.above)}
        return number if self.form is None else {"anyOf": [number, self.form]}


@dataclass(frozen=True)
class Text:
    """A text; ``change`` may make one of another value, which has one of the ``forms``."""

    pattern: str = ""
    #: what the pattern says, in words
    words: str = "another name"
    longest: int | None = None
    change: Change = _as_it_is
    forms: tuple[str, ...] = ()

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        text = self.change(value)
        expected = ""
        if not isinstance(text, str):
            expected = "a text"
        elif self.longest is not None and len(text) > self.longest:
            expected = f"a text of at most {self.longest} characters"
        elif self.pattern and not re.fullmatch(self.pattern, text):
            expected = self.words
        if expected:
            problems.append(Problem("E203", address, text, expected))
        return text

    def schema(self, models: dict[str, Json]) -> Json:  # noqa: ARG002
        text: Json = {"type": "string"}
        if self.longest is not None:
            text["maxLength"] = self.longest
        if self.pattern:
            text["pattern"] = f"^{self.pattern}$"
        return any_of(text, *({"type": form} for form in self.forms))


@dataclass(frozen=True)
class OneOf:
    """One of some words or numbers."""

    choices: tuple[Any, ...]

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        for choice in self.choices:
            if value == choice and isinstance(value, bool) == isinstance(choice, bool):
                return choice
        known = [str(choice) for choice in self.choices]
        expected = f"one of {', '.join(known)}"
        near = did_you_mean(str(value), known)
        problems.append(Problem("E203", address, value, expected, near))
        return value

    def schema(self, models: dict[str, Json]) -> Json:  # noqa: ARG002
        words = all(isinstance(choice, str) for choice in self.choices)
        return {"enum": list(self.choices), "type": "string" if words else "integer"}


@dataclass(frozen=True)
class ListOf:
    """A list of one kind; with ``alone``, a value by itself is as good as a list of one: ``views: paths``."""

    kind: Kind
    alone: bool = False
    least: int = 0

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        if self.alone and not isinstance(value, list):
            value = [value]
        if not isinstance(value, list):
            problems.append(Problem("E203", address, value, "a list"))
            return value
        if len(value) < self.least:
            problems.append(Problem("E203", address, value, f"a list of at least {self.least}"))
        return [self.kind.check(v, (*address, at), problems) for at, v in enumerate(value)]

    def schema(self, models: dict[str, Json]) -> Json:
        item = self.kind.schema(models)
        several: Json = {"items": item, "type": "array"}
        if self.least:
            several["minItems"] = self.least
        return any_of(item, several) if self.alone else several


@dataclass(frozen=True)
class DictOf:
    """A mapping from texts of one kind to values of one kind."""

    kind: Kind
    keys: Kind = field(default_factory=Text)

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        if not isinstance(value, dict):
            problems.append(Problem("E203", address, value, "a mapping"))
            return value
        found = {}
        for key, item in value.items():
            there = (*address, key)
            wrong: Problems = []
            self.keys.check(key, there, wrong)
            problems += (
                Problem(p.code, there, key, p.expected, p.hint, at_key=True) for p in wrong
            )
            found[key] = self.kind.check(item, there, problems)
        return found

    def schema(self, models: dict[str, Json]) -> Json:
        found = {"additionalProperties": self.kind.schema(models), "type": "object"}
        keys = self.keys.schema(models)
        return found if keys == {"type": "string"} else {**found, "propertyNames": keys}


@dataclass(frozen=True)
class Either:
    """A value of the first of some kinds that takes it."""

    kinds: tuple[Kind, ...]

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        wrong: Problems = []
        for kind in self.kinds:
            found: Problems = []
            checked = kind.check(value, address, found)
            if not found:
                return checked
            wrong += found
        # that it is not of one kind says nothing beside a problem inside of it as another
        inside = [problem for problem in wrong if len(problem.address) > len(address)]
        problems += inside or [_joined(wrong)]
        return value

    def schema(self, models: dict[str, Json]) -> Json:
        return any_of(*(kind.schema(models) for kind in self.kinds))


@dataclass(frozen=True)
class OrNone:
    """A value of some kind, or nothing."""

    kind: Kind

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        return None if value is None else self.kind.check(value, address, problems)

    def schema(self, models: dict[str, Json]) -> Json:
        return any_of(self.kind.schema(models), {"type": "null"})


def _joined(problems: Sequence[Problem]) -> Problem:
    """Several problems of one value as one."""
    first = problems[0]
    expected = " or ".join(dict.fromkeys(problem.expected for problem in problems))
    hint = next((problem.hint for problem in problems if problem.hint), "")
    return Problem(first.code, first.address, first.given, expected, hint, first.at_key)


def any_of(*forms: Json) -> Json:
    """Forms of which one is enough; those that are alternatives themselves are put with the others."""
    flat = [
        one for form in forms for one in (form["anyOf"] if form.keys() == {"anyOf"} else [form])
    ]
    return flat[0] if len(flat) == 1 else {"anyOf": flat}
