"""derivgen finds its templates and examples from a wheel, an editable installation, a checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from derivgen import __version__

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints; it must succeed.  Nothing of this process's Python path reaches it."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a checkout holds, so that building leaves nothing in the real one."""
    copy = tmp_path_factory.mktemp("source") / "derivgen-checkout"
    copy.mkdir()
    for name in ("derivgen", "templates", "examples"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", folder, source, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def new_environment(folder: Path) -> Path:
    """The folder of the programs of an environment that sees this one's packages, derivgen aside."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(programs / "python", "-c", script, cwd=folder).strip())
    ours = {os.path.realpath(entry) for entry in sys.path if entry.endswith("-packages")}
    # a .pth file adds the folders behind the environment's own, so what is installed there wins
    (packages / "borrowed.pth").write_text("".join(f"{entry}\n" for entry in sorted(ours)))
    return programs


def install(programs: Path, *what: str | Path) -> None:
    """Install into an environment with the pip of this one, without dependencies."""
    pip = [sys.executable, "-m", "pip", "--python", programs / "python"]
    options = ["install", "-q", "--no-deps", "--ignore-installed"]
    run(*pip, *options, *what, cwd=programs)


def try_out(derivgen: list[str | Path], folder: Path, **environment: str) -> None:
    """List, write and build from an empty folder, in a process that knows no checkout."""
    folder.mkdir()
    listed = run(*derivgen, "list", "styles", cwd=folder, **environment)
    assert {line.split()[0] for line in listed.splitlines()} >= {"tutorial", "handout", "summary"}
    run(*derivgen, "new", "--example", "relu_sigmoid_3_2_1", cwd=folder, **environment)
    run(*derivgen, "build", "relu_sigmoid_3_2_1.yaml", cwd=folder, **environment)
    written = {path.name: path.stat().st_size for path in (folder / "output").iterdir()}
    endings = (".tex", ".md", ".pdf", "-figure-1.svg")
    assert set(written) == {f"relu_sigmoid_3_2_1{ending}" for ending in endings}
    assert min(written.values()) > 1000


def location(programs: Path, cwd: Path) -> Path:
    script = "import derivgen; print(derivgen.__file__)"
    return Path(run(programs / "python", "-c", script, cwd=cwd).strip()).parent


def test_the_wheel_holds_what_it_should_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "derivgen").rglob("*.py")}
    templates = {
        f"derivgen/_templates/{path.relative_to(ROOT / 'templates').as_posix()}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    examples = {
        f"derivgen/_examples/{path.relative_to(ROOT / 'examples').as_posix()}"
        for path in (ROOT / "examples").rglob("*")
        if path.is_file()
    }
    data = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "derivgen").rglob("*")
        if path.is_file() and path.suffix != ".py" and path.parent.name != "__pycache__"
    }
    about = f"derivgen-{__version__}.dist-info"
    metadata = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert templates
    assert examples
    assert "derivgen/py.typed" in data
    expected = code | data | templates | examples | {f"{about}/{name}" for name in metadata}
    assert names == expected


def test_the_metadata_is_complete(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    about = f"derivgen-{__version__}.dist-info"
    metadata = Parser().parsestr(archive.read(f"{about}/METADATA").decode())
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    for field in ("Summary", "Keywords", "Classifier", "Requires-Dist", "Provides-Extra"):
        assert metadata[field], field
    assert str(metadata.get_payload()).startswith("# derivgen")
    assert "derivgen = derivgen.cli:process" in archive.read(f"{about}/entry_points.txt").decode()


def test_from_a_wheel(wheel: Path, tmp_path: Path) -> None:
    programs = new_environment(tmp_path / "env")
    install(programs, wheel)
    assert (tmp_path / "env") in location(programs, tmp_path).parents
    try_out([programs / "derivgen"], tmp_path / "empty")


def test_from_an_editable_installation(source: Path, tmp_path: Path) -> None:
    programs = new_environment(tmp_path / "env")
    install(programs, "-e", source)
    assert location(programs, tmp_path) == source / "derivgen"
    try_out([programs / "derivgen"], tmp_path / "empty")


def test_from_a_plain_checkout(source: Path, tmp_path: Path) -> None:
    try_out([sys.executable, "-m", "derivgen"], tmp_path / "empty", PYTHONPATH=str(source))
