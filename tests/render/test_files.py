"""Files are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from derivgen.errors import DerivgenError
from derivgen.render.files import Outputs, write_atomically


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.md"
    write_atomically(path, b"one")
    path.chmod(0o640)
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(path.parent) == ["a.md"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interruption_leaves_everything_as_it_was(
    tmp_path: Path, error: type[BaseException]
) -> None:
    (tmp_path / "a.md").write_text("old")

    def pieces() -> Iterator[str]:
        yield "half"
        raise error

    def build() -> None:
        with Outputs() as outputs:
            outputs.add(tmp_path / "b.md", ["new"])
            outputs.add(tmp_path / "a.md", pieces())

    with pytest.raises(error):
        build()
    assert os.listdir(tmp_path) == ["a.md"]
    assert (tmp_path / "a.md").read_text() == "old"


def test_all_files_of_a_build_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old a")
    replace, calls = os.replace, []

    def second_fails(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr("derivgen.render.files.os.replace", second_fails)

    def build() -> None:
        with Outputs() as outputs:
            outputs.add_all({tmp_path / name: f"new {name}" for name in ("a", "b", "c")})

    with pytest.raises(DerivgenError, match=r"c: E632.*No space"):
        build()
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "old a"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DerivgenError, match="E632"):
        write_atomically(tmp_path / "file" / "a.md", b"")
    with pytest.raises(DerivgenError, match="E632"):
        write_atomically(tmp_path, b"")
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_folders_made_for_files_that_never_came_go_with_them(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()

    def pieces(beside: Path | None) -> Iterator[str]:
        yield "half"
        if beside is not None:
            beside.write_text("of somebody else")
        raise ValueError("half way")

    def build(beside: Path | None) -> None:
        with Outputs() as outputs:
            outputs.add(tmp_path / "mine" / "a.md", ["whole"])
            outputs.add(tmp_path / "new" / "deep" / "a.md", pieces(beside))

    for beside in (None, tmp_path / "new" / "other.txt"):
        with pytest.raises(ValueError, match="half way"):
            build(beside)
        assert (tmp_path / "new").exists() == (beside is not None)
        assert not (tmp_path / "new" / "deep").exists()
        assert os.listdir(tmp_path / "mine") == []
