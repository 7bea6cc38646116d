"""The values of an array: written in the spec, from CSV or NPZ, or seeded random ones.

Decimals keep the text of their author (``0.40``, ``1/3``) beside their value.
"""

from __future__ import annotations

import csv
import io
import math
import random
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.schema import RandomValues, Values
from derivgen.network.source import Address, Source, WrittenFloat, decode, read_bytes

Shape = tuple[int, ...]

_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_FRACTION = re.compile(r"[+-]?\d+/0*[1-9]\d*")
_LONGEST_NUMBER = 60
MAX_ARRAY = 20_000_000
SOURCES = ("values", "csv", "npz", "random", "symbolic", "classes")


@dataclass(frozen=True)
class Loaded:
    """An array as it was read: ``values`` None where it is symbolic, ``shape`` None where unknown.

    ``place`` is where its values stand; ``written`` says in words what gives its shape.
    """

    values: np.ndarray | None
    exact: np.ndarray | None
    shape: Shape | None
    place: Place


@dataclass(frozen=True)
class Reader:
    """Reads arrays of one spec; files are relative to ``folder``."""

    source: Source
    folder: Path

    def load(self, spec: Values, address: Address, name: str, expected: Shape | None) -> Loaded:
        """The array that stands at an address.

        ``expected`` is the shape that it must have, where that is known: it sizes random values.
        Raises E108 (files), E205 (no numbers), E206 (empty, ragged), E209 (two sources at once).
        """
        place = self.source.value_place(address)
        # 0 is a value, and equal to False
        said = ((key, getattr(spec, key, None)) for key in SOURCES)
        given = [key for key, value in said if value is not None and value is not False]
        if len(given) > 1:
            both = " and ".join(f"'{key}'" for key in given[:2])
            raise DerivgenError(
                "E209", f"{both} both say what the values are", place, "keep one of them"
            )
        if spec.key is not None and spec.npz is None:
            here = self.source.key_place((*address, "key"))
            raise DerivgenError("E209", "`key` goes with `npz`", here)
        declared = tuple(spec.shape) if spec.shape is not None else None
        if declared is not None and any(size < 1 for size in declared):
            raise DerivgenError(
                "E206",
                f"the shape {shown(declared)} leaves the array empty",
                self.key(address, "shape"),
                "sizes are 1 and more",
            )
        if declared is not None and math.prod(declared) > MAX_ARRAY:
            raise DerivgenError(
                "E415",
                f"an array of the shape {shown(declared)} is too large",
                self.key(address, "shape"),
                f"arrays have at most {MAX_ARRAY} elements",
            )
        expected = expected if declared is None else declared
        kind = given[0] if given else "symbolic"
        if kind == "values" and isinstance(spec.values, str) and spec.values.strip() == "symbolic":
            kind = "symbolic"
        if kind == "symbolic":
            return Loaded(None, None, expected, place)
        if kind == "values":
            values, exact = self.inline(spec.values, address)
        elif kind == "csv":
            values, exact = read_csv(self.folder, str(spec.csv), self.key(address, "csv"))
            values, exact = _drop_axis(values, expected), _drop_axis(exact, expected)
        elif kind == "npz":
            values, exact = (
                read_npz(self.folder, str(spec.npz), spec.key, self.key(address, "npz")),
                None,
            )
        elif kind == "random":
            assert spec.random is not None
            if expected is None:
                raise DerivgenError("E222", "random values need a shape", place, "add `shape`")
            values, exact = nice_random(spec.random, name, expected, self.key(address, "random"))
        else:
            raise DerivgenError("E209", f"'{kind}' is for targets with layers only", place)
        if declared is not None and values.shape != declared:
            raise DerivgenError(
                "E207",
                f"the values of '{name}' have the shape {shown(values.shape)}, but `shape` says {shown(declared)}",
                place,
            )
        return Loaded(values, exact, values.shape, place)

    def key(self, address: Address, key: str) -> Place:
        return self.source.value_place((*address, key))

    def inline(self, raw: Any, address: Address) -> tuple[np.ndarray, np.ndarray]:
        """Nested lists of numbers as an array and as an array of their texts."""
        base = (*address, "values") if (*address, "values") in self.source.values else address
        shape = self._shape(raw, base)
        texts = np.empty(shape, dtype=object)
        values = np.empty(shape)
        flat_texts, flat_values = texts.reshape(-1), values.reshape(-1)
        for at, (item, where) in enumerate(_leaves(raw, base)):
            text, value = number(item, lambda where=where: self.source.value_place(where))
            flat_texts[at], flat_values[at] = text, value
        if shape == ():
            texts[()], values[()] = flat_texts[0], flat_values[0]
        return values, texts

    def _shape(self, raw: Any, address: Address) -> Shape:
        """The shape of nested lists.  Raises E206 where they are empty or ragged."""
        if not isinstance(raw, list):
            return ()
        if not raw:
            raise DerivgenError("E206", "an array is empty", self.source.value_place(address))
        shapes = [self._shape(item, (*address, at)) for at, item in enumerate(raw)]
        for at, shape in enumerate(shapes):
            if shape != shapes[0]:
                raise DerivgenError(
                    "E206",
                    f"the array is ragged: item {at + 1} is {described(shape)}, "
                    f"but item 1 is {described(shapes[0])}",
                    self.source.value_place((*address, at)),
                )
        return (len(raw), *shapes[0])


def shown(shape: Shape) -> str:
    """A shape in words: ``2 x 3``; ``one number`` for a scalar."""
    return " x ".join(map(str, shape)) if shape else "one number"


def counted(number: int, what: str) -> str:
    """``1 unit``, ``2 units``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def described(shape: Shape) -> str:
    """A shape as a thing: ``a list of 3``, ``one number``, ``an array of 2 x 3``."""
    if not shape:
        return "one number"
    return f"a list of {shape[0]}" if len(shape) == 1 else f"an array of {shown(shape)}"


def _leaves(raw: Any, address: Address) -> Iterator[tuple[Any, Address]]:
    if isinstance(raw, list):
        for at, item in enumerate(raw):
            yield from _leaves(item, (*address, at))
    else:
        yield raw, address


def number(item: Any, place: Any) -> tuple[str, float]:
    """The text and the value of one number; ``place()`` says where it stands.  Raises E205."""
    if isinstance(item, WrittenFloat):
        text = item.text
    elif isinstance(item, (int, float, Fraction, Decimal)) and not isinstance(item, bool):
        text = str(item)
    elif isinstance(item, str):
        text = item.strip()
    else:
        what = "nothing" if item is None else f"'{str(item)[:40]}'"
        inside = [key for key in SOURCES if isinstance(item, Mapping) and key in item]
        hint = f"`{inside[0]}` stands in place of `values`, not inside it" if inside else ""
        raise DerivgenError("E205", f"{what} stands where a number belongs", place(), hint)
    text = text.replace(" ", "").replace("\N{MINUS SIGN}", "-").removeprefix("+")
    plain = _DECIMAL.fullmatch(text) or _FRACTION.fullmatch(text)
    if plain is None or len(text) > _LONGEST_NUMBER:
        hint = "" if len(text) <= _LONGEST_NUMBER else f"at most {_LONGEST_NUMBER} characters"
        if _DECIMAL.fullmatch(text.replace(",", ".")):
            hint = "write a decimal point"
        raise DerivgenError("E205", f"'{text[:40]}' is no finite number", place(), hint)
    try:
        value = float(Fraction(text)) if "/" in text else float(text)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise DerivgenError("E205", f"'{text[:40]}' is no finite number", place())
    return text, value


# --- files ----------------------------------------------------------------------------------------


def _open(folder: Path, name: str, place: Place) -> bytes:
    path = folder / name
    if not path.is_file():
        near = did_you_mean(path.name, _siblings(path))
        raise DerivgenError("E101", f"there is no file '{name}' beside the spec", place, near)
    return read_bytes(path, name)


def _siblings(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return []


def read_csv(folder: Path, name: str, place: Place) -> tuple[np.ndarray, np.ndarray]:
    """A matrix from a CSV file of numbers (comma, semicolon or tab; ``#`` begins a comment line).

    Raises E101, E102, E108; errors inside the file name the file's own line.
    """
    text = decode(_open(folder, name, place), name)
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    delimiter = next((sign for sign in ";\t" if sign in first), ",")
    rows: list[list[str]] = []
    values: list[list[float]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if not row or row[0].lstrip().startswith("#") or not any(cell.strip() for cell in row):
                continue
            here = Place(name, reader.line_num)
            if rows and len(row) != len(rows[0]):
                raise DerivgenError(
                    "E206",
                    f"this line has {len(row)} numbers, but the first has {len(rows[0])}",
                    here,
                )
            try:
                pairs = [
                    number(cell, lambda row=row, at=at, here=here: _cell(here, row, at))
                    for at, cell in enumerate(row)
                ]
            except DerivgenError as error:
                if rows:
                    raise
                found = error.diagnostic
                raise DerivgenError(
                    found.code, found.message, found.place, "put # before a header line"
                ) from None
            rows.append([text for text, _ in pairs])
            values.append([value for _, value in pairs])
    except csv.Error as error:
        raise DerivgenError(
            "E108", f"not valid CSV: {error}", Place(name, reader.line_num)
        ) from None
    if not rows:
        raise DerivgenError("E206", f"the file '{name}' holds no numbers", place)
    texts = np.empty((len(rows), len(rows[0])), dtype=object)
    texts[:] = rows
    return np.array(values), texts


def _cell(line: Place, row: Sequence[str], at: int) -> Place:
    """Where a cell of numbers begins on its line, which has a separator of one sign after each."""
    before = sum(len(cell) + 1 for cell in row[:at])
    return Place(line.file, line.line, before + len(row[at]) - len(row[at].lstrip()) + 1)


def _drop_axis(array: np.ndarray, expected: Shape | None) -> np.ndarray:
    """A CSV file is always a matrix: one row or column of it is what fills a vector or a scalar."""
    if expected is not None and len(expected) < 2 and math.prod(expected) == array.size:
        return array.reshape(expected)
    if expected is None and 1 in array.shape:
        return array.reshape(-1)
    return array


def read_npz(folder: Path, name: str, key: str | None, place: Place) -> np.ndarray:
    """An array from an NPZ file (by its key) or an NPY file.  Raises E101, E108, E205, E206.

    Objects are never unpickled, and an archive that unpacks to more than 20 million numbers is refused.
    """
    raw = _open(folder, name, place)
    try:
        if zipfile.is_zipfile(io.BytesIO(raw)):
            raw = _member(raw, name, key, place)
        elif key is not None:
            raise DerivgenError("E108", f"'{name}' is no NPZ file, so it has no '{key}'", place)
        array = np.load(io.BytesIO(raw), allow_pickle=False)
    except (ValueError, EOFError, OSError, zipfile.BadZipFile, KeyError, MemoryError) as error:
        pickled = raw.startswith(b"\x93NUMPY") and "pickle" in str(error)
        why = "it holds pickled objects" if pickled else "it is no NPY or NPZ file"
        raise DerivgenError("E108", f"'{name}' cannot be used: {why}", place) from None
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        kind = getattr(array, "dtype", type(array).__name__)
        raise DerivgenError(
            "E108", f"'{name}' holds values of the kind {kind}, not real numbers", place
        )
    if array.size == 0:
        raise DerivgenError("E206", f"the array in '{name}' is empty", place)
    found = array.astype(np.float64)
    if not np.isfinite(found).all():
        at = [int(i) for i in np.argwhere(~np.isfinite(found))[0]]
        raise DerivgenError("E205", f"'{name}' holds {found[tuple(at)]} at {at}", place)
    return found


def _member(raw: bytes, name: str, key: str | None, place: Place) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        if key is None and len(members) == 1:
            key = next(iter(members))
        if key is None or key not in members:
            there = ", ".join(f"'{member}'" for member in list(members)[:10])
            what = "needs a `key`" if key is None else f"holds no '{key}'"
            raise DerivgenError(
                "E108",
                f"'{name}' {what}; it holds {there}",
                place,
                did_you_mean(key or "", members),
            )
        if members[key].file_size > 8 * MAX_ARRAY:
            raise DerivgenError("E108", f"'{key}' in '{name}' is too large", place)
        return archive.read(members[key])


# --- random ---------------------------------------------------------------------------------------


def nice_random(
    spec: RandomValues, name: str, shape: Sequence[int], place: Place
) -> tuple[np.ndarray, np.ndarray]:
    """Values with one or two decimals from low to high, without zeros, as values and as texts.

    Each array draws its own numbers from the seed, the same on every machine and version: only
    ``random.Random.random`` is used, whose sequence Python promises to keep.  Raises E209.
    """
    scale = int(10**spec.decimals)
    low, high = (Fraction(repr(float(end))) * scale for end in (spec.low, spec.high))
    if not abs(low) < 10**9 or not abs(high) < 10**9 or high - low > 10**6:
        raise DerivgenError("E209", f"the range from {spec.low} to {spec.high} is too wide", place)
    choices = [step for step in range(math.ceil(low), math.floor(high) + 1) if step]
    if not choices:
        raise DerivgenError(
            "E209",
            f"there is no value with {spec.decimals} decimals from {spec.low} to {spec.high}",
            place,
        )
    draw = random.Random(f"{spec.seed} {name}").random
    drawn = np.array([draw() for _ in range(math.prod(shape))])
    index = (drawn * len(choices)).astype(np.intp)
    written = np.empty(len(choices), dtype=object)
    for at in np.flatnonzero(np.bincount(index, minlength=len(choices))).tolist():
        written[at] = str(Decimal(choices[at]).scaleb(-spec.decimals))
    steps, texts = np.array(choices)[index], written[index]
    return (steps / scale).reshape(tuple(shape)), texts.reshape(tuple(shape))
