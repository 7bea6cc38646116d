"""What several parts of a spec are made of: names, numbers in nested lists, short forms."""

from __future__ import annotations

from typing import Any

from derivgen.network.kinds import Anything, Json, Kind, Maybe, Real, Short, Text, Whole

#: text, where a number is as good as its text
WORDS = Text(of_numbers=True)
#: a text that may be left out, a number that may be
TEXT = Maybe(Text())
NUMBER = Real()
#: where an index can begin to count
COUNT = Whole(0, 9)

#: what may stand between two indices
SEPARATOR = Maybe(Text(r"^[,;:.|/ -]?$", "one of , ; : . | / - or a space"))
ARRAY_NAME = Text(
    r"^[A-Za-z][A-Za-z0-9_]*$", "a name of letters, digits and _ that begins with a letter", most=40
)
FILE_NAME = Text(
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
    "a file's name without folders: letters, digits, '.', '-' and _",
    most=100,
)

_NUMBERS: tuple[Json, ...] = (
    {"type": "number"},
    {"type": "string", "pattern": r"^\s*[-+]?[0-9.]+(e[-+]?[0-9]+)?(/[0-9]+)?\s*$"},
)
#: axes of an array that the JSON Schema looks into
_SCHEMA_AXES = 4


def _nested(axes: int) -> tuple[Json, ...]:
    inner: Json = {"items": {"anyOf": list(_nested(axes - 1))}} if axes else {}
    return (*_NUMBERS, {"type": "array", **inner})


#: what stands for an array: numbers in nested lists, or the word for letters
NESTED_FORMS: tuple[Json, ...] = (*_nested(_SCHEMA_AXES), {"const": "symbolic"})
NESTED: Kind = Anything({"anyOf": list(NESTED_FORMS)})


def shortened(key: str, *forms: Json) -> Short:
    """A mapping can be given by the value of its most important key alone: ``loss: mse``."""

    def expand(value: Any) -> Any:
        return value if isinstance(value, dict) else {key: value}

    return Short(expand, forms)


def named(key: str) -> Short:
    """A text for ``key`` of a mapping, or a list that names the elements."""
    keys: dict[type, str] = {str: key, list: "elements"}

    def expand(value: Any) -> Any:
        found = next((keys[kind] for kind in keys if isinstance(value, kind)), None)
        return value if found is None else {found: value}

    return Short(expand, ({"type": "string"}, {"type": "array", "items": {}}))


#: values alone stand for a mapping of where values come from
VALUES_SHORT = shortened("values", *NESTED_FORMS)
