"""Fixtures of all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import SPEC
from hypothesis import settings

# no test is about a time: a machine in use by others fails none
settings.register_profile("derivgen", deadline=None)
settings.load_profile("derivgen")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with one spec, net.yaml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path
