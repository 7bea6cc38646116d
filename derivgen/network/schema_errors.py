"""From the problems of a spec to one diagnostic with a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derivgen.errors import DerivgenError, Place
from derivgen.network.kinds import Problem
from derivgen.network.source import Source


def first_of(problems: Sequence[Problem], source: Source) -> DerivgenError:
    """The first problem of a document, in reading order."""
    found = [_told(problem, source) for problem in problems]
    # what is missing has the place of what surrounds it, so it comes after what is there and wrong
    return min(
        found, key=lambda one: (one.diagnostic.code == "E202", _position(one.diagnostic.place))
    )


def _position(place: Place | None) -> tuple[int, int]:
    if place is None or place.line is None:
        return (-1, 0) if place is not None and place.file.startswith("--set") else (10**9, 0)
    return (place.line, place.column or 0)


def _told(problem: Problem, source: Source) -> DerivgenError:
    address = problem.address
    key = str(address[-1]) if address else "the spec"
    place = source.key_place(address) if problem.at_key else source.value_place(address)
    match problem.code:
        case "E201":
            message = f"unknown key '{key}'"
        case "E202":
            whole = ".".join(map(str, address[:-1]))
            message = f"the key '{key}' is missing" + (f" in '{whole}'" if whole else "")
            place = source.value_place(address[:-1])
        case _:
            path = ".".join(map(str, address)) or "the spec"
            message = (
                f"{path}: {_shown(problem.given)} was given, but {problem.expected} is expected"
            )
    return DerivgenError(problem.code, message, place, problem.hint)


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
