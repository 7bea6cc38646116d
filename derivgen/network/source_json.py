"""A JSON reader that keeps the place of each key and value and the digits of each number."""

from __future__ import annotations

import json
import re
from typing import Any

from derivgen.errors import DerivgenError, Place
from derivgen.network.source import (
    MAX_DEPTH,
    Address,
    Places,
    duplicate_key,
    too_deep,
    written_number,
)
from derivgen.network.source_walk import Walk

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}


class _Reader(Walk):
    """Reads one value after the other."""

    def __init__(self, text: str, places: Places) -> None:
        super().__init__(text, places, _SPACE)

    def fail(self, expected: str) -> DerivgenError:
        shown = repr(self.text[self.at]) if self.at < len(self.text) else "the end of the file"
        return DerivgenError(
            "E104", f"not valid JSON: expected {expected}, found {shown}", self.place()
        )

    def string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise self.fail("a text in double quotes")
        try:
            read = json.loads(found.group())
        except ValueError:
            raise self.fail("a text with valid escapes") from None
        self.at = found.end()
        return str(read)

    def value(self, address: Address) -> Any:
        first = self.skip()
        place = self.place()
        text_starts = Place(place.file, place.line, (place.column or 0) + 1)
        self.places.values[address] = text_starts if first == '"' else place
        if len(address) > MAX_DEPTH:
            raise too_deep(place)
        if first == "{":
            return self.mapping(address)
        if first == "[":
            return self.sequence(address)
        if first == '"':
            return self.string()
        for word, meaning in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            raise self.fail("a value")
        self.at = found.end()
        return written_number(found.group())

    def mapping(self, address: Address) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.at += 1
        if self.skip() == "}":
            self.at += 1
            return found
        while True:
            self.skip()
            place = self.place()
            key = self.string()
            here = (*address, key)
            if key in found:
                raise duplicate_key(key, place, self.places.keys.get(here))
            self.places.keys[here] = place
            if self.skip() != ":":
                raise self.fail("':'")
            self.at += 1
            found[key] = self.value(here)
            if self.separator("}"):
                return found

    def sequence(self, address: Address) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        if self.skip() == "]":
            self.at += 1
            return found
        while True:
            found.append(self.value((*address, len(found))))
            if self.separator("]"):
                return found

    def separator(self, closing: str) -> bool:
        """Passes a comma (False) or the closing bracket (True)."""
        sign = self.skip()
        if sign not in (",", closing) or not sign:
            raise self.fail(f"',' or '{closing}'")
        self.at += 1
        return sign == closing


def parse(text: str, places: Places) -> Any:
    """The data of a JSON document (RFC 8259).  Raises E104 (syntax), E105 (duplicate key), E103."""
    reader = _Reader(text, places)
    data = reader.value(())
    if reader.skip():
        raise reader.fail("the end of the file")
    return data
