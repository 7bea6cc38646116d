"""TOML with places: ``tomllib`` reads the data, a scan of the tokens finds where they stand."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from derivgen.errors import DerivgenError, Place
from derivgen.network.source import Address, Places, WrittenFloat, place_of
from derivgen.network.source_walk import Walk

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\r\n]+")
_ERROR_PLACE = re.compile(r"^(.*?) \(at line (\d+), column (\d+)\)$")


def parse(text: str, places: Places) -> Any:
    """The data of a TOML document.  Raises E104 (syntax, duplicate keys)."""
    try:
        data = tomllib.loads(text, parse_float=WrittenFloat)
    except tomllib.TOMLDecodeError as error:
        found = _ERROR_PLACE.match(str(error))
        what, place = str(error).removesuffix(" (at end of document)"), Place(places.file)
        if found is not None:
            what, place = found[1], places.at(int(found[2]), int(found[3]))
        elif what != str(error):
            place = place_of(text, len(text), places.file)
        raise DerivgenError("E104", f"not valid TOML: {what}", place) from None
    _Scan(text, places).document()
    return _plain(data)


def _plain(data: Any) -> Any:
    """Dates become texts; all else stays."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return data if isinstance(data, (str, int, float)) else str(data)


class _Scan(Walk):
    """Walks over a text that is known to be valid and notes where keys and values stand."""

    def __init__(self, text: str, places: Places) -> None:
        super().__init__(text, places, _SPACE)
        self.items: dict[Address, int] = {}

    def document(self) -> None:
        table: Address = ()
        self.places.values[()] = self.places.at(1, 1)
        while sign := self.skip():
            if sign == "[":
                double = self.text.startswith("[[", self.at)
                self.at += 2 if double else 1
                table = self.header(double)
                self.at += 2 if double else 1
            else:
                self.pair(table)

    def header(self, double: bool) -> Address:
        self.skip()
        place = self.place()
        address = self.resolve((), self.dotted())
        self.places.keys.setdefault(address, place)
        if double:
            number = self.items.get(address, 0)
            self.items[address] = number + 1
            address = (*address, number)
        self.places.values.setdefault(address, place)
        return address

    def resolve(self, table: Address, keys: list[str]) -> Address:
        """An address where a key that names a list of tables means its last one so far."""
        for at, key in enumerate(keys):
            table = (*table, key)
            if at < len(keys) - 1 and table in self.items:
                table = (*table, self.items[table] - 1)
        return table

    def dotted(self) -> list[str]:
        keys = []
        while True:
            self.skip()
            found = _KEY.match(self.text, self.at)
            if found is None:
                raise AssertionError("tomllib accepted a key that this scan does not know")
            word = found.group()
            keys.append(next(iter(tomllib.loads(f"{word}=0"))))
            self.at = found.end()
            if self.skip() != ".":
                return keys
            self.at += 1

    def pair(self, table: Address) -> None:
        self.skip()
        place = self.place()
        address = self.resolve(table, self.dotted())
        for length in range(len(table) + 1, len(address) + 1):
            self.places.keys.setdefault(address[:length], place)
        self.skip()
        self.at += 1  # the equals sign
        self.value(address)

    def value(self, address: Address) -> None:
        sign = self.skip()
        place = self.place()
        line, column = place.line or 1, place.column or 1
        if sign in "\"'":
            # the place of a text is that of its first character
            triple = self.text.startswith(sign * 3, self.at)
            below = triple and self.text.startswith("\n", self.at + 3)
            place = self.places.at(line + below, 1 if below else column + (3 if triple else 1))
        self.places.values[address] = place
        if sign == "[":
            self.sequence(address)
        elif sign == "{":
            self.inline_table(address)
        else:
            found = (_TEXT if sign in "\"'" else _BARE).match(self.text, self.at)
            self.at = found.end() if found else len(self.text)

    def sequence(self, address: Address) -> None:
        self.at += 1
        count = 0
        while self.skip() != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.value((*address, count))
            count += 1
        self.at += 1

    def inline_table(self, address: Address) -> None:
        self.at += 1
        while self.skip() != "}":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.pair(address)
        self.at += 1
