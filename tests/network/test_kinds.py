"""Kinds of values in a spec: what they take, what they make of it, and what they say of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from derivgen.network.kinds import DictOf, Either, Flag, Kind, ListOf, OrNone, Problem, Whole
from derivgen.network.schema import Loss, Values
from derivgen.network.schema_parts import ARRAY_NAME, NUMBERS, WORDS, Of, number, one_of, short
from derivgen.network.source import WrittenFloat


def looked_at(kind: Kind, value: Any) -> tuple[Any, list[Problem]]:
    problems: list[Problem] = []
    return kind.check(value, (), problems), problems


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [
        (NUMBERS, 1, 1.0),
        (NUMBERS, WrittenFloat("0.50"), 0.5),
        (NUMBERS, " 1 / 4", 0.25),
        (WORDS, WrittenFloat("0.50"), "0.50"),
        (WORDS, 2026, "2026"),
        (ListOf(Whole(), alone=True), 3, [3]),
        (OrNone(Flag()), None, None),
        (Either((one_of("left"), NUMBERS)), 1, 1.0),
        (one_of(0, 1), 1, 1),
    ],
)
def test_what_is_taken(kind: Kind, value: Any, made: Any) -> None:
    found, problems = looked_at(kind, value)
    assert not problems
    assert found == made


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Whole(0, 9), True, "a whole number"),
        (Whole(0, 9), 1.0, "a whole number"),
        (Whole(0, 9), 10, "a number of at most 9"),
        (number(above=0), 0, "a number above 0"),
        (number(), float("nan"), "a finite number"),
        (number(), 10**400, "a finite number"),
        (number(), "1/0", "a number"),
        (one_of(0, 1), True, "one of 0, 1"),
        (ListOf(Whole(), least=1), [], "a list of at least 1"),
        (ARRAY_NAME, "W1\n", "a name of letters, digits and _ that begins with a letter"),
        (Either((Whole(), ListOf(Whole()))), "x", "a whole number or a list"),
        (Of(Values), 3, "a mapping of keys"),
    ],
)
def test_what_is_refused(kind: Kind, value: Any, expected: str) -> None:
    _, (problem,) = looked_at(kind, value)
    assert (problem.code, problem.address, problem.expected) == ("E203", (), expected)


def test_a_problem_inside_says_more_than_that_it_is_not_another_kind() -> None:
    _, (problem,) = looked_at(Either((Whole(), ListOf(Whole()))), [1, "x"])
    assert (problem.address, problem.expected) == ((1,), "a whole number")


def test_the_key_and_the_value_are_told_apart() -> None:
    _, problems = looked_at(DictOf(NUMBERS, ARRAY_NAME), {"a b": "x"})
    assert [(p.address, p.given, p.at_key) for p in problems] == [
        (("a b",), "a b", True),
        (("a b",), "x", False),
    ]


def test_a_part_knows_what_was_given_and_stays_as_it_is() -> None:
    made, problems = looked_at(short(Loss, "name", {"type": "string"}), "mse")
    assert not problems
    assert (made.name, made.reduction, dict(made.given)) == ("mse", "mean", {"name": "mse"})
    with pytest.raises(AttributeError, match="as the spec says"):
        made.reduction = "sum"
    _, (missing, unknown) = looked_at(Of(Loss), {"nmae": "mse"})
    assert (missing.code, unknown.code) == ("E202", "E201")
    assert missing.hint.startswith("add `name`: a loss of the table")
    assert unknown.hint == "did you mean 'name'?"
