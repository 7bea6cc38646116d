"""Dataclasses that are made quickly are used as Python's own are."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from derivgen import records

PACKAGE = Path(__file__).resolve().parent.parent / "derivgen"


@records.dataclass(frozen=True)
class Point:
    """A frozen one, with a default and something that is not compared."""

    x: float
    y: float = 0.0
    note: str = records.field(default="", compare=False, repr=False)

    @cached_property
    def size(self) -> float:
        return abs(self.x) + abs(self.y)


@records.dataclass(frozen=True)
class Corner(Point):
    """One field more."""

    name: str = "A"


@records.dataclass
class Open:
    """One field, which can be changed."""

    values: object = None


@records.dataclass(frozen=True, slots=True)
class Empty:
    """Without a field."""


def test_equality_hash_and_text_are_those_of_dataclasses() -> None:
    assert Point(1, 2, "a") == Point(1, 2, "b") != Point(1, 3, "a")
    assert hash(Point(1, 2, "a")) == hash(Point(1.0, 2.0, "b"))
    assert Corner(1, 2) != Point(1, 2)
    assert Corner(1, 2, name="B") != Corner(1, 2, name="C")
    assert repr(Corner(1, 2, "a")) == "Corner(x=1, y=2, name='A')"
    assert Point(1, 2) != (1, 2)
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
    assert dataclasses.replace(Point(3), y=4).size == 7
    assert Point.__match_args__ == ("x", "y", "note")


def test_what_can_change_has_no_hash_and_arrays_are_equal_to_themselves() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Open())
    values = np.arange(3)
    assert Open(values) == Open(values)


def test_development_mode_holds_what_is_frozen() -> None:
    code = (
        "from derivgen.records import dataclass\n"
        "@dataclass(frozen=True)\nclass Point:\n    x: int\n"
        "try:\n    Point(1).x = 2\nexcept AttributeError as error:\n    print(error)\n"
    )
    command = [sys.executable, "-X", "dev", "-c", code]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    assert done.stdout == "cannot assign to field 'x'\n"


def test_a_build_makes_no_slow_classes() -> None:
    slow = "from dataclasses import dataclass"
    files = [f for f in PACKAGE.rglob("*.py") if "checking" not in f.parts]
    using = [str(f) for f in files if slow in f.read_text(encoding="utf-8")]
    assert using == [str(PACKAGE / "records.py")]
