"""Lists of numbers in YAML, which are read from the text rather than by the composer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivgen.errors import DerivgenError
from derivgen.network.source import WrittenFloat, parse

_NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.decimals(-1000, 1000, allow_nan=False, places=3).map(str),
    st.sampled_from(["+4", "1e3", "-2.5E-7", "0.40", "0", "-0"]),
)
_SPACES = st.sampled_from(["", " ", "  ", "\n   ", " \n\n  "])


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


@given(st.lists(st.tuples(_SPACES, _NUMBERS, _SPACES), min_size=1, max_size=12), st.booleans())
def test_numbers_and_their_places(items: list[tuple[str, str, str]], nested: bool) -> None:
    text, offsets = "x: 1\nlist: [[" if nested else "x: 1\nlist: [", []
    for number, (before, item, after) in enumerate(items):
        text += ("," if number else "") + (before or " ")
        offsets.append(len(text))
        text += item + after
    text += "], [7]]\nlast: y" if nested else "]\nlast: y"
    source = parse(text, "yaml", "net.yaml")
    found = source.data["list"][0] if nested else source.data["list"]
    address = ("list", 0) if nested else ("list",)
    assert [float(value) for value in found] == [float(item) for _, item, _ in items]
    for number, ((_, item, _), offset) in enumerate(zip(items, offsets, strict=True)):
        value = found[number]
        assert isinstance(value, WrittenFloat) == any(c in item for c in ".eE")
        if isinstance(value, WrittenFloat):
            assert value.text == item.lower()
        place = source.value_place((*address, number))
        assert (place.line, place.column) == _place(text, offset)
    last = source.value_place(("last",))
    assert (source.data["last"], last.line) == ("y", text.count("\n") + 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: x [1, 2, 3, 4] y", {"a": "x [1, 2, 3, 4] y"}),
        ("a: 'x [1, 2, 3, 4]'", {"a": "x [1, 2, 3, 4]"}),
        ("a: |\n  [1, 2, 3, 4]\n", {"a": "[1, 2, 3, 4]\n"}),
        ("a: [1, 2, 3, 4] # [1, 2, 3, 4]\n", {"a": [1, 2, 3, 4]}),
        ("a: &n [1, 2, 3, 4]\nb: *n\n", {"a": [1, 2, 3, 4], "b": [1, 2, 3, 4]}),
        ("a: [1, 2,\n  # [5, 6, 7, 8]\n  3, 4]\n", {"a": [1, 2, 3, 4]}),
        ("a: [[1, 2, 3, 4], &n [5, 6, 7, 8], *n]", {"a": [[1, 2, 3, 4], *[[5, 6, 7, 8]] * 2]}),
        ("a: [1, 2, 3, x]", {"a": [1, 2, 3, "x"]}),
        ("a: [1, 2, 3, 4, ]", {"a": [1, 2, 3, 4]}),
    ],
)
def test_brackets_that_are_no_list_of_numbers(text: str, expected: object) -> None:
    assert parse(text, "yaml", "net.yaml").data == expected


@pytest.mark.parametrize("text", ["a: [1, 2, 3, 4]x", "a: [1, 2, 3, 4]: 5", "a: [1, 2, 3, 4"])
def test_errors_keep_their_code(text: str) -> None:
    with pytest.raises(DerivgenError) as caught:
        parse(text, "yaml", "net.yaml")
    assert caught.value.diagnostic.code == "E104"
    assert caught.value.diagnostic.place.line == 1
