"""Characters that the built-in fonts do not have are named, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivgen.cli import main
from derivgen.render.pdf import unprintable


def test_covered_scripts_are_not_named() -> None:
    assert unprintable("Plain, ăßł ạế αβ жщ אב اب कख აბ աբ → ∑ ≤ ² “quoted” – €") == ""


def test_missing_characters_are_named_once_in_order() -> None:
    assert unprintable("中文中 한 かな ไ 😀") == "中文한かなไ😀"


def test_a_build_says_which_characters_print_as_boxes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "title: 神经 network\narrays: {x: 2}\nequations: 'f = x**2'\nloss: f\n", "utf-8"
    )
    assert main(["build", str(spec), "--to", "pdf", "-o", str(tmp_path)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "神 经" in lines[0]
    assert main(["build", str(spec), "--to", "md", "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().err == ""
