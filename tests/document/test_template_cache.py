"""Compiled templates are kept, and never used for anything but what they were compiled from."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from derivgen.document import templates
from derivgen.document.sandbox import Sandbox
from derivgen.document.templates import environment, template_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of derivgen's own templates, one that can be written to."""
    made = tmp_path / "own"
    made.mkdir()
    (made / "greeting.j2").write_text("Hello << name >>", encoding="utf-8")
    monkeypatch.setattr(templates, "template_folder", lambda: made)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return made


def kept(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.j2c"))


def greeting(user_folder: Path | None = None, kind: type[Sandbox] = Sandbox) -> str:
    return environment(user_folder, kind).get_template("greeting.j2").render(name="you")


def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The names of the templates that Jinja compiles from now on."""
    found: list[str | None] = []
    compiled = Sandbox.compile

    def noted(self: Sandbox, source: object, name: str | None = None, *rest: object) -> object:
        found.append(name)
        return compiled(self, source, name, *rest)  # type: ignore[call-overload]  # passed on as it is

    monkeypatch.setattr(Sandbox, "compile", noted)
    return found


def test_a_template_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = compilations(monkeypatch)
    assert [greeting(), greeting()] == ["Hello you"] * 2
    assert compiled == ["greeting.j2"]
    assert [path.parent.name for path in kept(folder)] == ["__pycache__"]


def test_a_template_that_was_changed_is_compiled_anew(folder: Path) -> None:
    assert greeting() == "Hello you"
    (folder / "greeting.j2").write_text("Goodbye << name >>", encoding="utf-8")
    assert greeting() == "Goodbye you"


def test_other_environments_have_compiled_templates_of_their_own(folder: Path) -> None:
    class Braces(Sandbox):
        def __init__(self, **options: object) -> None:
            super().__init__(
                **{**options, "variable_start_string": "Hel", "variable_end_string": "<< "}
            )

    assert greeting() == "Hello you"
    (folder / "greeting.j2").write_text("Helname<< ", encoding="utf-8")
    assert greeting(kind=Braces) == "you"
    assert len(kept(folder)) == 2


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"j2\x80\x02K\x05."])
def test_a_damaged_file_is_replaced(folder: Path, damage: bytes) -> None:
    greeting()
    [file] = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(damage)
    assert greeting() == "Hello you"
    assert file.read_bytes() == whole


def test_a_users_template_is_not_kept(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "users"
    own.mkdir()
    (own / "greeting.j2").write_text("Ahoy << name >>", encoding="utf-8")
    assert greeting(own) == "Ahoy you"
    assert not kept(folder)
    assert not kept(own)
    assert greeting() == "Hello you"


def test_a_folder_that_moved_is_compiled_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiled template says where its errors are."""
    greeting()
    moved = tmp_path / "moved"
    shutil.move(folder, moved)
    monkeypatch.setattr(templates, "template_folder", lambda: moved)
    compiled = compilations(monkeypatch)
    greeting()
    assert compiled == ["greeting.j2"]


def test_nothing_is_kept_where_python_keeps_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert greeting() == "Hello you"
    assert not kept(folder)


def test_a_folder_that_cannot_be_written_to_is_no_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr("os.makedirs", refuse)
    assert greeting() == "Hello you"
    assert not kept(folder)


def test_compiled_templates_are_no_templates() -> None:
    assert not any(name.endswith("c") for name in templates.template_names())
    assert template_folder().is_dir()
