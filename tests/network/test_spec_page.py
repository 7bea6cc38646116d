"""Every snippet of the page on specs is read: whole specs as they stand, parts inside a base."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derivgen.network import spec
from derivgen.network.notations import PRESETS
from derivgen.network.schema import Spec
from derivgen.network.source import parse

PAGE = (Path(__file__).parents[2] / "docs" / "spec.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(yaml|toml)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)

BASE = {
    "data": "data: {inputs: [0.5, 1], targets: [1]}\n",
    "layers": "layers: [{dense: 2, activation: sigmoid}, {dense: 1, activation: sigmoid}]\n",
    "loss": "loss: half_squared_error\n",
}


@pytest.mark.parametrize(("format", "text"), BLOCKS)
def test_snippets(format: str, text: str) -> None:
    keys = set(parse(text, format, "snippet").data)
    if "loss" not in keys or not keys & {"layers", "equations"}:
        text += "".join(part for key, part in BASE.items() if key not in keys)
    assert spec.task_from_text(text, format, "snippet").network.equations


def test_there_are_snippets() -> None:
    assert len(BLOCKS) >= 14
    assert {format for format, _ in BLOCKS} == {"yaml", "toml"}


def test_the_same_spec_in_yaml_and_toml_gives_the_same() -> None:
    yaml, toml = (
        next(t for f, t in BLOCKS if f == "yaml"),
        next(t for f, t in BLOCKS if f == "toml"),
    )
    one, other = spec.task_from_text(yaml), spec.task_from_text(toml, "toml")
    assert [e.text for e in one.network.equations] == [e.text for e in other.network.equations]
    for name, quantity in one.network.quantities.items():
        twin = other.network.quantities[name]
        assert (quantity.shape, quantity.naming.base) == (twin.shape, twin.naming.base)
        if quantity.exact is not None:
            assert quantity.exact.tolist() == twin.exact.tolist()
    assert (one.training, one.numbers, one.options) == (
        other.training,
        other.numbers,
        other.options,
    )


def test_every_key_and_preset_is_on_the_page() -> None:
    for key in Spec.model_fields:
        assert f"`{key}" in PAGE or f"\n{key}:" in PAGE, key
    for preset in PRESETS:
        assert f"| `{preset}` |" in PAGE
