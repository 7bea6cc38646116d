"""derivgen's own ``dataclass`` against that of the standard library: each class is made by both."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from derivgen.records import dataclass

MAKERS = pytest.mark.parametrize("make", [dataclass, dataclasses.dataclass], ids=["own", "theirs"])
Make = Callable[..., Any]


@dataclass(frozen=True)
class Kept:
    """At the top of a module, where pickle finds it."""

    name: str
    sizes: tuple[int, ...] = ()


def shape(make: Make) -> Any:
    @make(frozen=True)
    class Shape:
        """With everything that a field can be."""

        kinds: ClassVar[int] = 3
        name: str
        sizes: tuple[int, ...] = (1, 2)
        places: list[int] = field(default_factory=list)
        note: str = field(default="", compare=False)
        known: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)
        fixed: int = field(default=7, init=False)

        @cached_property
        def total(self) -> int:
            return sum(self.sizes)

    return Shape


@MAKERS
def test_fields_have_their_defaults_and_their_order(make: Make) -> None:
    made = shape(make)("a", places=[3])
    assert (made.name, made.sizes, made.places, made.known, made.fixed) == ("a", (1, 2), [3], {}, 7)
    assert shape(make)("a").places is not shape(make)("a").places
    assert shape(make).__match_args__ == ("name", "sizes", "places", "note")
    assert repr(made).endswith("Shape(name='a', sizes=(1, 2), places=[3], note='', fixed=7)")


@MAKERS
def test_a_frozen_one_refuses_changes(make: Make) -> None:
    made = shape(make)("a")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        made.name = "b"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'sizes'"):
        del made.sizes
    assert made.total == 3
    assert made.total is made.__dict__["total"]


@MAKERS
def test_what_is_compared_makes_two_of_them_equal(make: Make) -> None:
    kind = shape(make)
    assert kind("a", note="x") == kind("a", note="y") != kind("b")
    assert kind("a") != ("a", (1, 2), [], 7)

    @make(frozen=True)
    class Point:
        """Can be hashed."""

        x: float

    @make(frozen=True)
    class Other(Point):
        """The same field, another class."""

    assert hash(Point(1.0)) == hash(Point(1))
    assert len({Point(1.0), Point(1), Point(2), Other(1)}) == 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(kind("a"))


@MAKERS
def test_one_that_can_change_has_no_hash(make: Make) -> None:
    @make
    class Counter:
        """Counts."""

        count: int = 0

    made = Counter()
    made.count += 1
    assert made == Counter(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(made)


@MAKERS
def test_own_methods_stay(make: Make) -> None:
    @make(frozen=True)
    class Name:
        """Compared without regard to case."""

        text: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Name) and self.text.lower() == other.text.lower()

        def __repr__(self) -> str:
            return self.text

    @make(frozen=True)
    class Same:
        """As good as any other."""

        text: str

        def __hash__(self) -> int:
            return 5

    assert Name("A") == Name("a")
    assert repr(Name("A")) == "A"
    assert hash(Name("A")) == hash(("A",))
    assert hash(Same("a")) == 5


@MAKERS
def test_a_subclass_has_the_fields_of_both(make: Make) -> None:
    @make(frozen=True)
    class Base:
        """First."""

        a: int
        b: int = 1

    @make(frozen=True)
    class Derived(Base):
        """Second, with another default."""

        b: int = 2
        c: int = 3

    assert (Derived(0).b, Derived(0, 5).b, Derived(0).c) == (2, 5, 3)
    assert Derived(0) != Base(0, 2)
    assert replace(Derived(0), c=4) == Derived(0, 2, 4)
    match Derived(1, 2, 3):
        case Base(a, b):
            assert (a, b) == (1, 2)


@MAKERS
def test_what_follows_the_fields_is_called(make: Make) -> None:
    @make
    class Budget:
        """Knows its end."""

        start: int
        end: int = field(init=False)

        def __post_init__(self) -> None:
            self.end = self.start + 10

    assert Budget(1).end == 11


@MAKERS
def test_wrong_calls_and_wrong_classes_are_refused(make: Make) -> None:
    kind = shape(make)
    for wrong in ((), ("a", (), [], "", 5)):
        with pytest.raises(TypeError, match="__init__"):
            kind(*wrong)
    with pytest.raises(TypeError, match="unexpected keyword argument 'fixed'"):
        kind("a", fixed=1)
    with pytest.raises(TypeError, match="non-default argument 'b' follows default argument"):

        @make
        class _Unordered:
            a: int = 0
            b: str

    with pytest.raises(ValueError, match="mutable default"):

        @make
        class _Shared:
            a: list[int] = []  # noqa: RUF012


def test_one_that_holds_itself_can_be_shown() -> None:
    @dataclass
    class Node:
        """Of a ring."""

        following: Any = None

    made = Node()
    made.following = made
    assert repr(made).endswith("Node(following=...)")


def test_copies_are_equal() -> None:
    made = Kept("a", (1,))
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made
