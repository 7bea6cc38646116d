"""The architecture, held: who imports whom, who prints, and what is never done with a text."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "derivgen"

#: From the top down: a file imports only from its own room and from those above it.
ROOMS = (
    "errors",
    "settings",
    "formula",
    "expressions",
    "network",
    "notation",
    "derivation",
    "document",
    "render",
    "derived",
    "checking",
    "api",
    "commands",
    "cli",
    "__main__",
)
#: The rooms of the checker, in the same order.
CHECKING_ROOMS = (
    "manuscript",
    "reading",
    "maths",
    "evaluating",
    "understanding",
    "matching",
    "codes",
    "report",
    "drafts",
    "mistakes",
    "judging",
    "writing",
    "pipeline",
    "worked_examples",
)
#: Files whose room is not their own name: parts of the room that they are named with.
PARTS = {
    "error_codes": "errors",
    "equation_tokens": "expressions",
    "elementary": "expressions",
    "syntax": "expressions",
}

HEAVY = ("sympy", "numpy", "jinja2", "pydantic", "typst", "ruamel", "tomlkit", "mpmath", "shtab")

FILES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = frozenset(map(module_name, FILES))


def room_of(module: str) -> str:
    """``derivgen.network.model`` is in the room ``network``; the package itself in none ('')."""
    parts = module.split(".")
    room = parts[1] if len(parts) > 1 else ""
    return PARTS.get(room, room)


def imported(node: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    """The modules that an import statement names, with relative ones resolved."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = module.split(".")
            keep = len(above) - node.level + (1 if is_package else 0)
            base = ".".join([*above[:keep], *([base] if base else [])])
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            yield inner if inner in MODULES else base


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> list[tuple[int, str]]:
    """Every import of a file, those inside functions too, with its line."""
    module = module_name(path)
    return [
        (node.lineno, name)
        for node in ast.walk(parsed(path))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in imported(node, module, path.name == "__init__.py")
    ]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    ("statement", "module", "is_package", "expected"),
    [
        ("import derivgen.errors", "derivgen.cli", False, ["derivgen.errors"]),
        (
            "from derivgen import errors, settings",
            "derivgen.cli",
            False,
            ["derivgen.errors", "derivgen.settings"],
        ),
        ("from .. import cli", "derivgen.network.model", False, ["derivgen.cli"]),
        ("from . import model", "derivgen.network", True, ["derivgen.network.model"]),
        ("from .model import Network", "derivgen.network.spec", False, ["derivgen.network.model"]),
    ],
)
def test_the_reader_of_imports_sees_every_form(
    statement: str, module: str, is_package: bool, expected: list[str]
) -> None:
    node = ast.parse(statement).body[0]
    assert list(imported(node, module, is_package)) == expected


def test_every_file_is_in_a_room() -> None:
    strays = {room_of(module) for module in MODULES} - {*ROOMS, ""}
    assert not strays, f"files outside the rooms of the architecture: {sorted(strays)}"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_imports_only_from_rooms_above_it(path: Path) -> None:
    room = room_of(module_name(path))
    if not room:
        return  # derivgen/__init__.py: the public names; held below
    allowed = {"", *ROOMS[: ROOMS.index(room) + 1]}
    wrong = [
        f"{relative(path)}:{line} imports {name}"
        for line, name in imports_of(path)
        if name.split(".")[0] == "derivgen" and room_of(name) not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def checking_room_of(module: str) -> str:
    """``derivgen.checking.maths.tree`` is in the room ``maths``; what is outside the checker in none."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["derivgen", "checking"] and len(parts) > 2 else ""


CHECKING = [path for path in FILES if checking_room_of(module_name(path))]


@pytest.mark.parametrize("path", CHECKING, ids=relative)
def test_the_rooms_of_the_checker_are_in_order(path: Path) -> None:
    """From reading to writing; only a report shows itself, in Jupyter, by what comes after it."""
    room = checking_room_of(module_name(path))
    allowed = {"", *CHECKING_ROOMS[: CHECKING_ROOMS.index(room) + 1]}
    wrong = [
        f"{relative(path)}:{line} imports {name}"
        for line, name in imports_of(path)
        if checking_room_of(name) not in allowed and path.name != "report.py"
    ]
    assert not wrong, "\n".join(wrong)


def test_the_package_itself_imports_the_api_and_nothing_else() -> None:
    allowed = {"", "api", "checking", "derived", "errors"}
    names = [name for _, name in imports_of(PACKAGE / "__init__.py")]
    assert {room_of(name) for name in names if name.startswith("derivgen")} <= allowed


def test_what_follows_the_equations_knows_no_layers() -> None:
    """Layers emit equations while a spec is read; the model and all rooms below it know no layer."""
    wrong = [
        f"{relative(path)}:{line} imports {name}"
        for path in FILES
        for line, name in imports_of(path)
        if name.startswith("derivgen.network.layers")
        and (room_of(module_name(path)) != "network" or path.name in ("model.py", "task.py"))
    ]
    assert not wrong, "\n".join(wrong)


def calls_of(path: Path) -> Iterator[tuple[int, str]]:
    """The calls of a file as dotted names: ``print``, ``sys.stdout.write``."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            yield node.lineno, ast.unparse(node.func)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_only_the_command_line_prints(path: Path) -> None:
    if room_of(module_name(path)) in ("commands", "cli"):
        return
    printing = ("print", "sys.stdout.write", "sys.stderr.write", "warnings.warn")
    wrong = [
        f"{relative(path)}:{line} calls {name}" for line, name in calls_of(path) if name in printing
    ]
    assert not wrong, "\n".join(wrong)


#: What turns a text into running code, or hands it to a shell.
FORBIDDEN = frozenset(
    {"eval", "exec", "__import__", "sympify", "parse_expr", "S", "os.system", "os.popen"}
)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_no_text_is_ever_run(path: Path) -> None:
    wrong = [
        f"{relative(path)}:{line} calls {name}"
        for line, name in calls_of(path)
        if name in FORBIDDEN
        or (name.startswith("sympy.") and name.split(".")[-1] in FORBIDDEN)
        or name.startswith("pickle.")
    ]
    wrong += [
        f"{relative(path)}:{node.value.lineno} asks for a shell"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle")
        if not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["build", "--help"], ["check", "--help"], ["biuld"]]
)
def test_the_command_line_starts_light(arguments: list[str]) -> None:
    """Held in a process of its own: what is imported, not how long it takes."""
    script = (
        "import sys\n"
        "from derivgen.cli import main\n"
        f"code = main({arguments!r})\n"
        "print('\\n' + ' '.join(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "argparse" in loaded, "the list of modules is not what it seems"
    assert not loaded & set(HEAVY)
    if arguments != ["biuld"]:  # a diagnostic is a dataclass
        assert not loaded & {"dataclasses", "pathlib", "typing", "inspect"}
