"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from derivgen.errors import DerivgenError, Place


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file; on any error or interruption an older file of that name stays as it was.

    :raises DerivgenError: E632 where it cannot be written.
    """
    with Outputs() as outputs:
        outputs.add(path, (content,))


@dataclass
class Outputs:
    """The files of one build: they are put in place together when the ``with`` block ends, and
    none of them if it ends by an error."""

    _waiting: dict[Path, Path] = field(default_factory=dict)
    #: folders that were made for them, outer ones first
    _folders: list[Path] = field(default_factory=list)

    def __enter__(self) -> Outputs:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        whole = False
        try:
            if kind is None:
                self._put_in_place()
                whole = True
        finally:
            for temporary in self._waiting.values():
                with suppress(OSError):
                    temporary.unlink()
            self._waiting.clear()
            for folder in () if whole else reversed(self._folders):
                with suppress(OSError):  # somebody else may have put something into it
                    folder.rmdir()
            self._folders.clear()

    def add(self, path: Path, pieces: Iterable[bytes] | Iterable[str]) -> None:
        """Writes the pieces of a file, text as UTF-8, beside the place where it will stand.

        :raises DerivgenError: E632 where that is not possible.
        """
        with _writing(path):
            self._make(path.parent)
            # a link is followed, so that the file it leads to is replaced, not the link
            target = path.resolve()
            if target.is_dir():
                raise IsADirectoryError(f"{path} is a folder")
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            replaced = self._waiting.pop(target, None)
            self._waiting[target] = Path(name)
            if replaced is not None:
                replaced.unlink()
            with os.fdopen(handle, "wb") as stream:
                for piece in pieces:
                    stream.write(piece.encode() if isinstance(piece, str) else piece)
            os.chmod(name, _mode(target))

    def _make(self, folder: Path) -> None:
        """Makes a folder and those around it, and remembers which were not there."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            self._folders.append(one)
            one.mkdir(exist_ok=True)
        folder.mkdir(exist_ok=True)  # refuses a file of that name

    def add_all(self, files: Mapping[Path, str]) -> None:
        """Adds several files."""
        for path, text in files.items():
            self.add(path, (text,))

    def _put_in_place(self) -> None:
        """Replaces the files; where one cannot be replaced, those before it get their old content
        back."""
        done: list[tuple[Path, Path | None]] = []
        several = len(self._waiting) > 1
        try:
            for target, temporary in list(self._waiting.items()):
                with _writing(target):
                    done.append((target, _kept(target) if several and target.exists() else None))
                    os.replace(temporary, target)
                del self._waiting[target]
        except BaseException:
            for target, old in done:
                with suppress(OSError):
                    if old is not None:
                        os.replace(old, target)
                    elif target not in self._waiting:
                        target.unlink()
            raise
        finally:
            for _, old in done:
                if old is not None:
                    with suppress(OSError):
                        old.unlink()


def _kept(target: Path) -> Path:
    """A second name for a file beside it, or a copy where the file system has no such thing."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    kept = Path(name)
    try:
        kept.unlink()
        os.link(target, kept)
    except OSError:
        shutil.copy2(target, kept)
    return kept


def _mode(target: Path) -> int:
    """The permissions of the older file, else those of any new file."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise DerivgenError(
            "E632", f"the file cannot be written: {reason}", Place(str(path))
        ) from error
