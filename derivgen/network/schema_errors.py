"""From pydantic's list of errors to one diagnostic with a place and a likely fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.schema import Spec
from derivgen.network.schema_parts import ARRAY_NAME, FILE_NAME, SEPARATOR
from derivgen.network.source import Address, Source

Details = Mapping[str, Any]


def translated(error: ValidationError, source: Source) -> DerivgenError:
    """The first error of a document, in reading order, as one diagnostic."""
    found = [_one(about, source) for about in _told(error.errors(include_url=False))]
    # what is missing has the place of what surrounds it, so it comes after what is there and wrong
    return min(
        found, key=lambda one: (one.diagnostic.code == "E202", _position(one.diagnostic.place))
    )


def _told(errors: Sequence[Details]) -> Iterator[list[Details]]:
    """The errors about one value each.  Where a value may be of several kinds, that it is not of one kind
    says nothing beside an error inside of it as another."""
    grouped: dict[Address, list[Details]] = {}
    for details in errors:
        grouped.setdefault(_walk(details["loc"])[0], []).append(details)
    for address, about in grouped.items():
        if not any(len(a) > len(address) and a[: len(address)] == address for a in grouped):
            yield about


def _position(place: Place | None) -> tuple[int, int]:
    if place is None or place.line is None:
        return (-1, 0) if place is not None and place.file.startswith("--set") else (10**9, 0)
    return (place.line, place.column or 0)


def _one(about: Sequence[Details], source: Source) -> DerivgenError:
    details = about[0]
    address, model = _walk(details["loc"])
    key = str(address[-1]) if address else "the spec"
    kind = str(details["type"])
    if kind == "extra_forbidden":
        hint = (
            did_you_mean(key, model.model_fields)
            or f"the keys here are {', '.join(model.model_fields)}"
        )
        return DerivgenError("E201", f"unknown key '{key}'", source.key_place(address), hint)
    if kind == "missing":
        whole = ".".join(map(str, address[:-1]))
        where = f" in '{whole}'" if whole else ""
        place = source.value_place(address[:-1])
        field = model.model_fields.get(key)
        hint = _added(key, field.description) if field is not None and field.description else ""
        return DerivgenError("E202", f"the key '{key}' is missing{where}", place, hint)
    given = _shown(details.get("input"))
    every = [_expected(str(one["type"]), one) for one in about]
    expected = " or ".join(dict.fromkeys(words for words, _ in every))
    hint = next((words for _, words in every if words), "")
    about_key = "[key]" in details["loc"]
    place = source.key_place(address) if about_key else source.value_place(address)
    return DerivgenError(
        "E203", f"{_path(address)}: {given} was given, but {expected} is expected", place, hint
    )


def _added(key: str, description: str) -> str:
    """What to do about a missing key, with what the key means in the middle of the sentence."""
    words = description.rstrip(".")
    if not words[1:2].isupper():  # an acronym stays as it is
        words = words[:1].lower() + words[1:]
    return f"add `{key}`: {words}"


def _path(address: Address) -> str:
    return ".".join(map(str, address)) or "the spec"


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


def _one_of(details: Details) -> tuple[str, str]:
    expected = str(details["ctx"]["expected"])
    words = [word.strip(" '") for part in expected.split(",") for word in part.split(" or ")]
    return f"one of {', '.join(words)}", did_you_mean(str(details.get("input")), words)


#: pattern of a name -> the same in words
_NAMES: Mapping[str, str] = {
    ARRAY_NAME: "a name of letters, digits and _ that begins with a letter",
    FILE_NAME: "a file's name without folders: letters, digits, '.', '-' and _",
    SEPARATOR: "one of , ; : . | / - or a space",
}

#: kind of pydantic error -> what was expected, in words
_EXPECTED: Mapping[str, Callable[[Details], tuple[str, str]]] = {
    "literal_error": _one_of,
    "int_type": lambda _: ("a whole number", ""),
    "int_from_float": lambda _: ("a whole number", ""),
    "float_type": lambda _: ("a number", ""),
    "finite_number": lambda _: ("a finite number", ""),
    "bool_type": lambda _: ("true or false", ""),
    "string_type": lambda _: ("a text", ""),
    "list_type": lambda _: ("a list", ""),
    "dict_type": lambda _: ("a mapping", ""),
    "model_type": lambda _: ("a mapping of keys", ""),
    "greater_than": lambda d: (f"a number above {d['ctx']['gt']:g}", ""),
    "greater_than_equal": lambda d: (f"a number of at least {d['ctx']['ge']:g}", ""),
    "less_than_equal": lambda d: (f"a number of at most {d['ctx']['le']:g}", ""),
    "string_too_long": lambda d: (f"a text of at most {d['ctx']['max_length']} characters", ""),
    "too_short": lambda d: (f"a list of at least {d['ctx']['min_length']}", ""),
    "string_pattern_mismatch": lambda d: (_NAMES.get(str(d["ctx"]["pattern"]), "another name"), ""),
}


def _expected(kind: str, details: Details) -> tuple[str, str]:
    if kind in _EXPECTED:
        return _EXPECTED[kind](details)
    return str(details["msg"]).lower(), ""


def _walk(location: tuple[str | int, ...]) -> tuple[Address, type[BaseModel]]:
    """The address of an error in the document, without the names that pydantic gives to unions, and
    the model whose key it is about."""
    owner: type[BaseModel] = Spec
    inside: Any = Spec
    address: Address = ()
    for part in location:
        if part == "[key]":
            break
        inside = _bare(inside)
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            owner = inside
            field = inside.model_fields.get(str(part))
            address = (*address, part)
            inside = field.annotation if field is not None else None
        elif get_origin(inside) is dict:
            address = (*address, part)
            inside = get_args(inside)[1]
        elif get_origin(inside) is list:
            address = (*address, part)
            inside = get_args(inside)[0]
        elif get_origin(inside) in (Union, UnionType):
            # pydantic names the kind that it tried, as in "dict[str,...]"
            kinds = [k for k in get_args(inside) if str(part).startswith(f"{_kind(k)}[")]
            if not kinds:
                break
            inside = kinds[0]
        else:
            break
    return address, owner


def _kind(annotation: Any) -> str:
    origin = get_origin(_bare(annotation))
    return origin.__name__ if isinstance(origin, type) else ""


def _bare(annotation: Any) -> Any:
    """An annotation without Annotated and Optional around it."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            others = [part for part in get_args(annotation) if part is not type(None)]
            if len(others) != 1:
                return annotation
            annotation = others[0]
        else:
            return annotation
