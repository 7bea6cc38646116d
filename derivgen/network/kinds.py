"""Kinds of values of a spec: each reads a value, says what is wrong with it, and has a JSON Schema.

A value is taken as it is written: a text is no number, true is no 1.  What is wrong is collected, so that
the first mistake in the document is told and not the first that was looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from math import isfinite
from typing import Any, Protocol

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.source import Address, Source
from derivgen.records import dataclass

Json = dict[str, Any]


@dataclass(frozen=True)
class Problems:
    """What is wrong in a document."""

    source: Source
    found: list[DerivgenError] = field(default_factory=list)

    def first(self) -> DerivgenError | None:
        """The first one, in reading order; what is missing has the place of what surrounds it, so it
        comes after what is there and wrong."""
        return min(
            self.found,
            key=lambda one: (one.diagnostic.code == "E202", _position(one.diagnostic.place)),
            default=None,
        )

    def expected(self, value: Any, address: Address, what: str, hint: str = "") -> None:
        """E203: a value of another kind was given."""
        self._expected(value, address, what, hint, self.source.value_place(address))

    def expected_key(self, key: Any, address: Address, what: str, hint: str = "") -> None:
        """E203 for a key of a mapping whose keys are up to the author."""
        self._expected(key, address, what, hint, self.source.key_place(address))

    def _expected(
        self, value: Any, address: Address, what: str, hint: str, place: Place | None
    ) -> None:
        where = ".".join(map(str, address)) or "the spec"
        message = f"{where}: {_shown(value)} was given, but {what} is expected"
        self.found.append(DerivgenError("E203", message, place, hint))

    def unknown(self, address: Address, keys: Sequence[str]) -> None:
        """E201: a key that there is not."""
        key = str(address[-1])
        hint = did_you_mean(key, keys) or f"the keys here are {', '.join(keys)}"
        place = self.source.key_place(address)
        self.found.append(DerivgenError("E201", f"unknown key '{key}'", place, hint))

    def missing(self, address: Address, description: str) -> None:
        """E202: a key that has to be there."""
        whole = ".".join(map(str, address[:-1]))
        where = f" in '{whole}'" if whole else ""
        place = self.source.value_place(address[:-1])
        message = f"the key '{address[-1]}' is missing{where}"
        self.found.append(DerivgenError("E202", message, place, description))


def _position(place: Place | None) -> tuple[int, int]:
    if place is None or place.line is None:
        return (-1, 0) if place is not None and place.file.startswith("--set") else (10**9, 0)
    return (place.line, place.column or 0)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, bool):
        return str(value).lower()
    text = getattr(value, "text", str(value))
    shown = text if len(text) <= 40 else text[:37] + "..."
    return f"'{shown}'"


class Kind(Protocol):
    """What can stand at a key."""

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        """The value as the program has it.  Where it is of another kind, ``problems`` has one more,
        and what is returned means nothing."""

    def fits(self, value: Any) -> bool:
        """Whether a value looks like one of this kind: a mapping, a list, a text, a number."""

    def schema(self, parts: dict[str, Json]) -> Json:
        """Its JSON Schema; that of each mapping with keys of its own is put into ``parts``."""


@dataclass(frozen=True)
class Text:
    """A text; ``pattern`` (in words: ``named``) is what it looks like as a whole.

    Where ``of_numbers``, a number is as good as its text: ``title: 2026``."""

    pattern: str = ""
    named: str = ""
    most: int = 0
    of_numbers: bool = False

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        if self.of_numbers and isinstance(value, (int, float)) and not isinstance(value, bool):
            return getattr(value, "text", str(value))
        wrong = self.wrong(value)
        if wrong:
            problems.expected(value, address, wrong)
        return value

    def wrong(self, value: Any) -> str:
        """What is expected, where a value is something else."""
        if not isinstance(value, str):
            return "a text"
        if self.most and len(value) > self.most:
            return f"a text of at most {self.most} characters"
        return self.named if self.pattern and not re.fullmatch(self.pattern, value) else ""

    def fits(self, value: Any) -> bool:
        return isinstance(value, str)

    def schema(self, parts: dict[str, Json]) -> Json:  # noqa: ARG002 (as all kinds have it)
        found: Json = {"type": "string"}
        if self.pattern:
            found["pattern"] = self.pattern
        if self.most:
            found["maxLength"] = self.most
        return {"anyOf": [found, {"type": "number"}]} if self.of_numbers else found


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    least: int | None = None
    most: int | None = None

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        if not self.fits(value):
            problems.expected(value, address, "a whole number")
        elif self.least is not None and value < self.least:
            problems.expected(value, address, f"a number of at least {self.least:g}")
        elif self.most is not None and value > self.most:
            problems.expected(value, address, f"a number of at most {self.most:g}")
        return value

    def fits(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def schema(self, parts: dict[str, Json]) -> Json:  # noqa: ARG002
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "integer", **{k: v for k, v in bounds.items() if v is not None}}


@dataclass(frozen=True)
class Real:
    """A finite number."""

    least: float | None = None
    above: float | None = None

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        if not self.fits(value):
            problems.expected(value, address, "a number")
            return value
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        if not isfinite(number):
            problems.expected(value, address, "a finite number")
        elif self.least is not None and number < self.least:
            problems.expected(value, address, f"a number of at least {self.least:g}")
        elif self.above is not None and number <= self.above:
            problems.expected(value, address, f"a number above {self.above:g}")
        return number

    def fits(self, value: Any) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool)

    def schema(self, parts: dict[str, Json]) -> Json:  # noqa: ARG002
        bounds = {"minimum": self.least, "exclusiveMinimum": self.above}
        return {"type": "number", **{k: v for k, v in bounds.items() if v is not None}}


@dataclass(frozen=True)
class Truth:
    """True or false."""

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        if not self.fits(value):
            problems.expected(value, address, "true or false")
        return value

    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)

    def schema(self, parts: dict[str, Json]) -> Json:  # noqa: ARG002
        return {"type": "boolean"}


@dataclass(frozen=True)
class OneOf:
    """One of some words, or of some whole numbers."""

    values: tuple[str, ...] | tuple[int, ...]

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        wrong, hint = self.wrong(value)
        if wrong:
            problems.expected(value, address, wrong, hint)
        return value

    def wrong(self, value: Any) -> tuple[str, str]:
        """What is expected and what was likely meant, where a value is something else."""
        if self.fits(value) and value in self.values:
            return "", ""
        words = [str(one) for one in self.values]
        return f"one of {', '.join(words)}", did_you_mean(str(value), words)

    def fits(self, value: Any) -> bool:
        kind = type(self.values[0])
        return isinstance(value, kind) and not isinstance(value, bool)

    def schema(self, parts: dict[str, Json]) -> Json:  # noqa: ARG002
        kind = "string" if isinstance(self.values[0], str) else "integer"
        return {"enum": list(self.values), "type": kind}


@dataclass(frozen=True)
class Anything:
    """What is looked at later; ``form`` is its JSON Schema."""

    form: Json

    def read(self, value: Any, address: Address, problems: Problems) -> Any:  # noqa: ARG002
        return value

    def fits(self, value: Any) -> bool:  # noqa: ARG002
        return True

    def schema(self, parts: dict[str, Json]) -> Json:  # noqa: ARG002
        return self.form


@dataclass(frozen=True)
class Maybe:
    """A kind, or nothing."""

    kind: Kind

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        return None if value is None else self.kind.read(value, address, problems)

    def fits(self, value: Any) -> bool:
        return value is None or self.kind.fits(value)

    def schema(self, parts: dict[str, Json]) -> Json:
        return _any_of(self.kind.schema(parts), {"type": "null"})


@dataclass(frozen=True)
class Either:
    """One of several kinds: the first that a value looks like."""

    kinds: tuple[Kind, ...]

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        kind = next((one for one in self.kinds if one.fits(value)), self.kinds[0])
        return kind.read(value, address, problems)

    def fits(self, value: Any) -> bool:
        return any(one.fits(value) for one in self.kinds)

    def schema(self, parts: dict[str, Json]) -> Json:
        return _any_of(*(one.schema(parts) for one in self.kinds))


@dataclass(frozen=True)
class ListOf:
    """A list; where ``single``, one value is as good as a list of it: ``views: paths``."""

    kind: Kind
    least: int = 0
    single: bool = False

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        if self.single and not isinstance(value, list):
            value = [value]
        if not isinstance(value, list):
            problems.expected(value, address, "a list")
            return value
        if len(value) < self.least:
            problems.expected(value, address, f"a list of at least {self.least}")
        return [self.kind.read(one, (*address, at), problems) for at, one in enumerate(value)]

    def fits(self, value: Any) -> bool:
        return isinstance(value, list) or (self.single and self.kind.fits(value))

    def schema(self, parts: dict[str, Json]) -> Json:
        item = self.kind.schema(parts)
        found: Json = {"type": "array", "items": item}
        if self.least:
            found["minItems"] = self.least
        return _any_of(item, found) if self.single else found


@dataclass(frozen=True)
class MappingOf:
    """A mapping whose keys are the author's."""

    keys: Text | OneOf
    kind: Kind

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        if not isinstance(value, dict):
            problems.expected(value, address, "a mapping")
            return value
        found = {}
        for key, one in value.items():
            wrong = self.keys.wrong(key)
            what, hint = wrong if isinstance(wrong, tuple) else (wrong, "")
            if what:
                problems.expected_key(key, (*address, key), what, hint)
            found[key] = self.kind.read(one, (*address, key), problems)
        return found

    def fits(self, value: Any) -> bool:
        return isinstance(value, dict)

    def schema(self, parts: dict[str, Json]) -> Json:
        inner = self.kind.schema(parts)
        if self.keys == Text():
            return {"type": "object", "additionalProperties": inner}
        if isinstance(self.keys, OneOf):
            names: Json = {"enum": list(self.keys.values)}
            return {"type": "object", "additionalProperties": inner, "propertyNames": names}
        names = {"maxLength": self.keys.most} if self.keys.most else {}
        return {
            "type": "object",
            "patternProperties": {self.keys.pattern: inner},
            "propertyNames": {**names, "pattern": self.keys.pattern},
        }


def _any_of(*forms: Json) -> Json:
    """Forms side by side; those of a choice that says nothing else stand among the others."""
    found: list[Json] = []
    for form in forms:
        found += form["anyOf"] if form.keys() == {"anyOf"} else [form]
    return {"anyOf": found}


@dataclass(frozen=True)
class Short:
    """What a mapping can be given by instead of itself: ``loss: mse``."""

    #: the mapping that such a value stands for; what is a mapping already comes back as it is
    expand: Callable[[Any], Any]
    forms: tuple[Json, ...]


@dataclass(frozen=True)
class PartOf:
    """A mapping with the keys of a part of the spec."""

    part: type[Part]
    short: Short | None = None

    def read(self, value: Any, address: Address, problems: Problems) -> Any:
        if self.short is not None:
            value = self.short.expand(value)
        if not isinstance(value, dict):
            problems.expected(value, address, "a mapping of keys")
            return value
        entries = self.part.entries
        found = {}
        for key, entry in entries.items():
            if key in value:
                found[key] = entry.kind.read(value[key], (*address, key), problems)
            elif entry.required:
                problems.missing((*address, key), entry.description)
        for key in value:
            if key not in entries:
                problems.unknown((*address, key), tuple(entries))
        return self.part(found)

    def fits(self, value: Any) -> bool:
        return self.short is not None or isinstance(value, dict)

    def schema(self, parts: dict[str, Json]) -> Json:
        self.part.describe(parts)
        own = {"$ref": f"#/$defs/{self.part.__name__}"}
        return _any_of(*self.short.forms, own) if self.short is not None else own


#: the default of a key that has to be there
REQUIRED: Any = object()


@dataclass(frozen=True)
class Entry:
    """One key of a part."""

    kind: Kind
    #: what it has where it is left out, or what makes that
    default: Any
    description: str

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    def value(self) -> Any:
        """What the key has where it is left out."""
        return self.default() if callable(self.default) else self.default

    def schema(self, parts: dict[str, Json]) -> Json:
        found = {**self.kind.schema(parts), "description": self.description}
        plain = not self.required and not callable(self.default)
        return {**found, "default": self.default} if plain else found


def entry(kind: Kind, default: Any, description: str) -> Any:
    """One key of a part: what can stand there, what it is where it is left out (or what makes that;
    REQUIRED where it cannot be left out), and what it is for."""
    return Entry(kind, default, description)


class Part:
    """A mapping of a spec, with the keys that its class names; every other key is refused."""

    entries: Mapping[str, Entry] = {}
    #: the keys that stand in the spec
    given: frozenset[str]

    def __init_subclass__(cls) -> None:
        own = {name: one for name, one in cls.__dict__.items() if isinstance(one, Entry)}
        cls.entries = {**cls.entries, **own}

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        """``values`` are those that were read; the others are what they are where left out."""
        known = values or {}
        own = self.__dict__
        for name, one in self.entries.items():
            own[name] = known[name] if name in known else one.value()
        own["given"] = frozenset(known)

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"cannot assign to '{name}': a spec is not changed once it is read")

    @classmethod
    def describe(cls, parts: dict[str, Json]) -> None:
        """Put the JSON Schema of this part, and of those in it, into ``parts`` by name."""
        if cls.__name__ in parts:
            return
        parts[cls.__name__] = found = {
            "type": "object",
            "title": cls.__name__,
            "description": " ".join((cls.__doc__ or "").split()),
            "additionalProperties": False,
        }
        found["properties"] = {name: one.schema(parts) for name, one in cls.entries.items()}
        required = [name for name, one in cls.entries.items() if one.required]
        if required:
            found["required"] = required
