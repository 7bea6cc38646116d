"""Reading YAML, TOML and JSON into plain data that remembers where each key and value stood.

The three formats give the same: dictionaries, lists, texts, booleans, None, integers, and floats
that keep the digits of their author (:class:`WrittenFloat`).  No tag ever constructs an object.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from derivgen.errors import DerivgenError, Place, did_you_mean

#: an address inside a document: ("layers", 0, "dense")
Address = tuple[str | int, ...]

MAX_BYTES = 32 * 2**20
#: values in one document, aliases counted as often as they stand; more belongs in a CSV or NPZ file
MAX_NODES = 2_000_000
#: a document of aliases may hold at most so many times what is written out
MAX_ALIAS_GROWTH = 20
MAX_DEPTH = 60

FORMATS = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}


class WrittenFloat(float):
    """A float that remembers how it was written: ``0.40``."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> WrittenFloat:
        plain = text.replace("_", "")
        made = super().__new__(cls, plain)
        made.text = plain
        return made


class WrittenFraction(WrittenFloat):
    """The nearest float of a fraction that remembers how it was written: ``1/3``."""

    __slots__ = ()

    def __new__(cls, text: str) -> WrittenFraction:
        made = float.__new__(cls, Fraction(text))
        made.text = text
        return made


@dataclass
class Places:
    """Where keys and values stand while a document is read."""

    file: str
    keys: dict[Address, Place] = field(default_factory=dict)
    values: dict[Address, Place] = field(default_factory=dict)

    def at(self, line: int, column: int) -> Place:
        return Place(self.file, line, column)


@dataclass(frozen=True)
class Source:
    """A document that was read: its data and the place of everything in it."""

    name: str
    data: Any
    keys: Mapping[Address, Place]
    values: Mapping[Address, Place]

    def key_place(self, address: Address) -> Place:
        """Where the key at an address stands, or the nearest thing around it that is written."""
        for length in range(len(address), 0, -1):
            part = address[:length]
            found = self.keys.get(part) or self.values.get(part)
            if found is not None:
                return found
        return self._without_lines(address)

    def value_place(self, address: Address) -> Place:
        """Where the value at an address begins, or the nearest thing around it that is written."""
        for length in range(len(address), 0, -1):
            found = self.values.get(address[:length])
            if found is not None:
                return found
        return self._without_lines(address)

    def said(self, address: Address) -> str:
        """Where a reason stands, for the end of a sentence: `` (data.inputs, line 3)``."""
        line = self.value_place(address).line
        key = ".".join(map(str, address))
        return f" ({key}, line {line})" if line is not None else f" ({key})"

    def _without_lines(self, address: Address) -> Place:
        return self.values.get(()) or Place(self.name, key=".".join(map(str, address)))


def read_bytes(path: Path, shown: str) -> bytes:
    """The bytes of a file.  Raises E101 where it cannot be read, E103 where it is too large."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DerivgenError(
                "E103", f"the file is larger than {MAX_BYTES // 2**20} MiB", Place(shown)
            )
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = ""
        if isinstance(error, FileNotFoundError):
            hint = _where_else(path)
        raise DerivgenError("E101", f"cannot be read: {reason}", Place(shown), hint) from None
    except ValueError:  # a NUL inside the path
        raise DerivgenError(
            "E101", "cannot be read: not a valid path", Place(repr(shown))
        ) from None


def _where_else(path: Path) -> str:
    """What may help with a file that is not there: one with a name like it, or where it was looked for."""
    if not path.parent.is_dir():
        return f"there is no folder '{path.parent}'"
    return did_you_mean(path.name, _files_like(path)) or f"looked in {path.parent.resolve()}"


def _files_like(path: Path) -> list[str]:
    """The names beside a path that are like its own without their endings: every ``.yaml`` is like another one."""
    names: dict[str, list[str]] = {}
    for entry in path.parent.iterdir():
        names.setdefault(entry.stem, []).append(entry.name)
    return [name for stem in names if did_you_mean(path.stem, [stem]) for name in names[stem]]


def decode(raw: bytes, shown: str) -> str:
    """The text of a document in UTF-8, or in UTF-16 where it begins with the mark of that.

    Raises E102 with the place of the first bad byte, E103 if it is large."""
    if len(raw) > MAX_BYTES:
        raise DerivgenError(
            "E103", f"the document is larger than {MAX_BYTES // 2**20} MiB", Place(shown)
        )
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_utf16(raw, shown)
    nul = raw.find(b"\0")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = min(error.start, nul) if nul >= 0 else error.start
        before = raw[:bad].decode("utf-8", "replace")
        raise DerivgenError(
            "E102",
            f"byte {raw[bad]:#04x} is not valid UTF-8",
            place_of(before, len(before), shown),
            "save the file as UTF-8",
        ) from None
    check_characters(text, shown)
    return text


def _decode_utf16(raw: bytes, shown: str) -> str:
    try:
        text = raw.decode("utf-16")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-16", "replace")
        raise DerivgenError(
            "E102",
            f"byte {raw[error.start]:#04x} is not valid UTF-16",
            place_of(before, len(before), shown),
            "save the file as UTF-8",
        ) from None
    check_characters(text, shown)
    return text


def check_characters(text: str, shown: str) -> None:
    """Raises E102 where a text holds a NUL character, which no spec can mean."""
    nul = text.find("\0")
    if nul >= 0:
        raise DerivgenError(
            "E102", "a NUL character", place_of(text, nul, shown), "is this a text file?"
        )


def place_of(text: str, offset: int, file: str) -> Place:
    """The place of the character at an offset of a text."""
    line_start = text.rfind("\n", 0, offset) + 1
    return Place(file, text.count("\n", 0, offset) + 1, offset - line_start + 1)


def parse(text: str, format: str, name: str) -> Source:
    """Reads a document in one of the formats ``yaml``, ``toml``, ``json``.

    Raises E102 (characters), E103 (too large or too deep), E104 (syntax), E105 (duplicate key),
    E106 (a YAML tag), E107 (unknown format).
    """
    if format not in FORMATS.values():
        raise DerivgenError(
            "E107",
            f"'{format}' is not a format of specs",
            Place(name),
            did_you_mean(format, FORMATS.values()) or "one of yaml, toml, json",
        )
    check_characters(text, name)
    if len(text) > MAX_BYTES:
        raise DerivgenError(
            "E103", f"the document is larger than {MAX_BYTES // 2**20} MiB", Place(name)
        )
    places = Places(name)
    try:
        data = _reader(format)(text, places)
    except RecursionError:
        raise too_deep(Place(name)) from None
    return Source(name, data, places.keys, places.values)


def _reader(format: str) -> Callable[[str, Places], Any]:
    """What reads a format; the other two readers are not loaded for it."""
    if format == "json":
        from derivgen.network.source_json import parse
    elif format == "toml":
        from derivgen.network.source_toml import parse
    else:
        from derivgen.network.source_yaml import parse
    return parse


def too_deep(place: Place) -> DerivgenError:
    """The error for values nested in one another without end."""
    return DerivgenError("E103", f"values are nested deeper than {MAX_DEPTH} levels", place)


def duplicate_key(key: str, place: Place, first: Place | None) -> DerivgenError:
    """The error for a key that stands twice in one mapping."""
    where = f" (first in line {first.line})" if first is not None else ""
    return DerivgenError(
        "E105", f"the key '{key}' stands twice{where}", place, "remove one of them"
    )


def written_number(text: str) -> int | WrittenFloat:
    """A number as YAML 1.2, TOML or JSON write it.  Raises ValueError for anything else."""
    plain = text.replace("_", "").lower()
    body = plain.lstrip("+-")
    sign = -1 if plain.startswith("-") else 1
    for prefix, base in (("0x", 16), ("0o", 8), ("0b", 2)):
        if body.startswith(prefix):
            return sign * int(body[2:], base)
    if body in (".inf", "inf", ".nan", "nan"):
        return WrittenFloat(plain.replace(".", ""))
    if body.isdigit():
        # Python refuses to read integers of more than 4300 digits, and so do we
        return sign * int(body) if len(body) < 400 else WrittenFloat(plain)
    return WrittenFloat(plain)


# --- overrides ------------------------------------------------------------------------------------

#: what a single value at a key stands for, so that ``--set loss.reduction=sum`` meets ``loss: mse``
SHORT_FORMS = {"loss": "name", "notation": "preset"}


def apply_overrides(source: Source, overrides: Sequence[str]) -> Source:
    """The document with each ``key.sub=value`` put in; list items are addressed by number from 0.

    Raises E221 where an override is malformed or meets a value that has no keys.
    """
    if not overrides:
        return source
    data = source.data if source.data is not None else {}
    keys, values = dict(source.keys), dict(source.values)
    for text in overrides:
        place = Place(f"--set {text}")
        path, equals, value_text = text.partition("=")
        if not equals or not all(part.strip() for part in path.split(".")):
            raise DerivgenError("E221", f"'{text}' is no setting", place, "write key.sub=value")
        address: Address = tuple(part.strip() for part in path.split("."))
        value = parse(value_text, "yaml", place.file).data if value_text.strip() else ""
        address = _put(data, address, value, place)
        for table in (keys, values):
            for known in [k for k in table if k[: len(address)] == address]:
                del table[known]
        keys[address] = values[address] = place
    return Source(source.name, data, keys, values)


def _put(data: Any, address: Address, value: Any, place: Place) -> Address:
    """Sets the value at an address, making mappings on the way; returns the address as found."""
    here, found = data, list[str | int]()
    for depth, part in enumerate(address):
        last = depth == len(address) - 1
        if isinstance(here, list):
            if not (isinstance(part, str) and part.isdigit() and int(part) < len(here)):
                size = f"{len(here)} items, numbered from 0"
                raise DerivgenError("E221", f"'{part}' is no item of a list of {size}", place)
            part = int(part)
        elif not isinstance(here, dict):
            raise DerivgenError(
                "E221", f"nothing can be set below '{'.'.join(map(str, found))}'", place
            )
        found.append(part)
        if last:
            here[part] = value
            break
        following = here.get(part) if isinstance(here, dict) else here[int(part)]
        if not isinstance(following, (dict, list)):
            short = SHORT_FORMS.get(str(part)) if depth == 0 else None
            if following is not None and short is None:
                raise DerivgenError(
                    "E221", f"'{'.'.join(map(str, found))}' is a value and has no keys", place
                )
            following = {} if following is None else {str(short): following}
            here[part] = following
        here = following
    return tuple(found)


# --- files ----------------------------------------------------------------------------------------


def read(path: str | Path) -> Source:
    """Reads a spec from a file, or from standard input (as YAML, which holds JSON) where it is ``-``."""
    shown = str(path)
    if shown == "-":
        return parse(decode(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>"), "yaml", "<stdin>")
    suffix = Path(shown).suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise DerivgenError(
            "E107",
            f"the ending '{suffix}' is not one of {known}",
            Place(shown),
            did_you_mean(suffix, FORMATS),
        )
    return parse(decode(read_bytes(Path(path), shown), shown), FORMATS[suffix], shown)
