"""What the mappings of a spec are made of: the base of all, their keys, short forms, and common kinds of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, ClassVar, Self

from derivgen.errors import did_you_mean
from derivgen.network.kinds import (
    Anything,
    Json,
    Kind,
    ListOf,
    OneOf,
    Problem,
    Problems,
    Real,
    Text,
    any_of,
)
from derivgen.network.source import Address, WrittenFraction
from derivgen.records import dataclass

#: stands for the default of a key that must be given
REQUIRED: Any = object()


@dataclass(frozen=True)
class Key:
    """A key of a mapping: what it takes, what it is where it is left out, and what it means."""

    kind: Kind
    description: str
    default: Any

    def schema(self, models: dict[str, Json]) -> Json:
        """Its JSON Schema, with its description and its default."""
        plain = self.default is None or isinstance(self.default, (str, int, float, list))
        default = {"default": self.default} if plain else {}
        return {**self.kind.schema(models), **default, "description": self.description}


def entry(default: Any, kind: Kind, description: str) -> Any:
    """Declares a key of a :class:`Part` (in its place stands the default, for whoever reads)."""
    return Key(kind, description, default)


class Part:
    """A mapping of a spec; a class of it declares its keys with :func:`entry`.

    An object holds the values of the keys that were given, and nothing of it changes; a key that was left
    out has the default of the class.
    """

    known: ClassVar[Mapping[str, Key]] = MappingProxyType({})

    def __init_subclass__(cls) -> None:
        own = {name: made for name, made in vars(cls).items() if isinstance(made, Key)}
        cls.known = MappingProxyType({**cls.known, **own})
        for name, made in own.items():
            if made.default is REQUIRED:
                delattr(cls, name)
            else:
                setattr(cls, name, made.default)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} of a {type(self).__name__} is as the spec says")

    @property
    def given(self) -> Mapping[str, Any]:
        """The keys that the spec gives, with their values."""
        return MappingProxyType(vars(self))

    @classmethod
    def checked(cls, values: Mapping[str, Any], address: Address, problems: Problems) -> Self:
        """A mapping as a part; what is wrong with it is put to the problems."""
        part = cls()
        for name, known in cls.known.items():
            if name in values:
                checked = known.kind.check(values[name], (*address, name), problems)
                vars(part)[name] = checked
            elif known.default is REQUIRED:
                hint = _added(name, known.description)
                problems.append(Problem("E202", (*address, name), hint=hint))
        for name in values:
            if name not in cls.known:
                hint = (
                    did_you_mean(str(name), cls.known)
                    or f"the keys here are {', '.join(cls.known)}"
                )
                problems.append(Problem("E201", (*address, name), hint=hint, at_key=True))
        return part

    @classmethod
    def schema(cls, models: dict[str, Json]) -> Json:
        """The JSON Schema of the mapping; those that it refers to are put into ``models``."""
        found: Json = {
            "additionalProperties": False,
            "description": " ".join((cls.__doc__ or "").split()),
            "properties": {name: known.schema(models) for name, known in cls.known.items()},
            "title": cls.__name__,
            "type": "object",
        }
        required = [name for name, known in cls.known.items() if known.default is REQUIRED]
        return {**found, "required": required} if required else found


def _added(name: str, description: str) -> str:
    """What to do about a missing key, with what the key means in the middle of the sentence."""
    words = description.rstrip(".")
    if not words[1:2].isupper():  # an acronym stays as it is
        words = words[:1].lower() + words[1:]
    return f"add `{name}`: {words}"


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Of:
    """A mapping with the keys of a part; ``expand`` makes one of its short forms, which have ``forms``."""

    part: type[Part]
    expand: Callable[[Any], Any] = _as_it_is
    forms: tuple[Json, ...] = ()

    def check(self, value: Any, address: Address, problems: Problems) -> Any:
        whole = self.expand(value)
        if not isinstance(whole, dict):
            problems.append(Problem("E203", address, whole, "a mapping of keys"))
            return value
        return self.part.checked(whole, address, problems)

    def schema(self, models: dict[str, Json]) -> Json:
        name = self.part.__name__
        if name not in models:
            models[name] = {}  # a part may hold parts of its own kind
            models[name] = self.part.schema(models)
        return any_of(*self.forms, {"$ref": f"#/$defs/{name}"})


def short(part: type[Part], name: str, form: Json) -> Of:
    """A mapping that can be given by the value of its most important key alone: ``loss: mse``."""
    return Of(part, lambda value: value if isinstance(value, dict) else {name: value}, (form,))


# --- common kinds ---------------------------------------------------------------------------------

NUMBER: Json = {
    "anyOf": [
        {"type": "number"},
        {"type": "string", "pattern": r"^\s*[-+]?[0-9.]+(e[-+]?[0-9]+)?(/[0-9]+)?\s*$"},
    ]
}
#: axes of an array that the JSON Schema looks into
_SCHEMA_AXES = 4


def _nested(axes: int) -> Json:
    inner: Json = {"items": _nested(axes - 1)} if axes else {}
    return {"anyOf": [*NUMBER["anyOf"], {"type": "array", **inner}]}


#: what stands for an array: numbers in nested lists, or the word for letters
NESTED: Json = {"anyOf": [*_nested(_SCHEMA_AXES)["anyOf"], {"const": "symbolic"}]}
#: a fraction of whole numbers, as a text
_FRACTION = r"\s*[-+]?[0-9]{1,40}\s*/\s*0*[1-9][0-9]{0,40}\s*"


def to_text(value: Any) -> Any:
    """Numbers are as good as texts where a text is wanted: ``title: 2026``."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return getattr(value, "text", str(value))


def to_yaml_text(value: Any) -> Any:
    """What stands in YAML for a truth value or a number, where a text is wanted: ``math: true``."""
    return str(value).lower() if isinstance(value, bool) else to_text(value)


def to_number(value: Any) -> Any:
    """A fraction is as good as a decimal where a number is wanted: ``learning_rate: 1/3``."""
    if isinstance(value, str) and re.fullmatch(_FRACTION, value, re.ASCII):
        return WrittenFraction("".join(value.split()).removeprefix("+"))
    if isinstance(value, Fraction):
        return float(value) if value.denominator == 1 else WrittenFraction(str(value))
    return value


def number(least: float | None = None, above: float | None = None) -> Real:
    """A number or a fraction."""
    return Real(least, above, to_number, {"type": "string", "pattern": f"^{_FRACTION}$"})


def one_of(*choices: Any) -> OneOf:
    """One of some words or numbers."""
    return OneOf(choices)


NUMBERS = number()
TEXT = Text()
WORDS = Text(change=to_text, forms=("number",))
YAML_WORDS = Text(change=to_yaml_text, forms=("number", "boolean"))
#: a text, or several in a list
TEXTS = ListOf(TEXT, alone=True)
VALUES = Anything(NESTED)
#: what may stand between two indices
SEPARATOR = Text(r"[,;:.|/ -]?", "one of , ; : . | / - or a space")
ARRAY_NAME = Text(
    r"[A-Za-z][A-Za-z0-9_]*", "a name of letters, digits and _ that begins with a letter", 40
)
FILE_NAME = Text(
    r"[A-Za-z0-9][A-Za-z0-9_.-]*",
    "a file's name without folders: letters, digits, '.', '-' and _",
    100,
)
