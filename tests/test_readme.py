"""Every command, spec and program shown in README.md and the pages of docs/ is run.

The blocks of a page run in their order in one folder, which holds ``network.yaml`` as ``derivgen
new`` writes it.  A spec is built; one without a loss or a network gets those of a small one.  A
comment before a block changes what is done with it; a block of a language that can run is never
left out silently:

* ``<!-- not run: REASON -->``: it is not run, for this reason;
* ``<!-- ci: NAME -->``: ``.ci/run`` runs it, since it makes a virtual environment;
* ``<!-- into: EXAMPLE -->``: some keys of a spec, which replace those of the example;
* ``<!-- file: NAME -->``: a file that later blocks use;
* ``<!-- output -->``: what the bash block before it prints.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from derivgen.cli import main
from derivgen.network.spec import starter

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += [path for path in [ROOT / "ARCHITECTURE.md"] if path.exists()]

SPECS = ("yaml", "toml", "json")
SHELLS = ("bash", "sh")
RUN = (*SPECS, *SHELLS, "python")
#: Languages that only show something.
SHOWN = ("text", "latex", "markdown", "html", "jinja", "math", "mermaid")
MARKS = ("not run", "ci", "into", "file", "output")

#: What completes a part of a spec.
BASE = {
    "data": "data: {inputs: [0.5, 1], targets: [1]}\n",
    "layers": "layers: [{dense: 2, activation: sigmoid}, {dense: 1, activation: sigmoid}]\n",
    "loss": "loss: half_squared_error\n",
}

FENCE = re.compile(r"^(`{3,})(.*)$")
MARK = re.compile(r"^<!-- ([a-z ]+?)(?:: (.+?))? -->$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text, line, and the mark before it."""

    language: str
    text: str
    line: int
    mark: str
    value: str


def blocks(text: str) -> Iterator[Block]:
    mark = value = ""
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        fence = FENCE.match(line)
        found = MARK.match(line)
        if fence:
            body = []
            for _, inner in lines:
                if inner.rstrip() == fence[1]:
                    break
                body.append(inner)
            else:
                raise ValueError(f"line {number}: the block is not closed")
            yield Block(fence[2].strip(), "\n".join(body) + "\n", number, mark, value)
        if line.strip():
            mark, value = (found[1], found[2] or "") if found else ("", "")


def test_the_reader_of_blocks() -> None:
    text = "a\n<!-- not run: why -->\n```bash\nls\n```\n\n```text\n# x\n```\n\n<!-- output -->\n\n````json\n```\n````\n"
    assert list(blocks(text)) == [
        Block("bash", "ls\n", 3, "not run", "why"),
        Block("text", "# x\n", 7, "", ""),
        Block("json", "```\n", 13, "output", ""),
    ]
    with pytest.raises(ValueError, match="not closed"):
        list(blocks("```bash\nls\n"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for block in blocks(page.read_text(encoding="utf-8")):
        where = f"{name_of(page)}:{block.line}"
        assert block.language in (*RUN, *SHOWN), f"{where}: unknown language {block.language!r}"
        assert block.mark in ("", *MARKS), f"{where}: unknown mark {block.mark!r}"
        if block.mark in ("not run", "into", "file"):
            assert block.value, f"{where}: {block.mark} what?"
        if block.mark == "ci":
            assert f"command_of {block.value}" in ci, f"{where}: .ci/run does not run it"
        if block.mark == "into":
            assert (ROOT / "examples" / f"{block.value}.yaml").exists(), where


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    broken = [
        link for link in links if "://" not in link and not (page.parent / link).resolve().exists()
    ]
    assert not broken


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment in which ``derivgen`` and ``python`` are those of this checkout."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    python = shlex.quote(sys.executable)
    for name, command in {"derivgen": f"{python} -m derivgen", "python": python}.items():
        script = bin_folder / name
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
    paths = {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **paths}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_shows_works(
    page: Path,
    tmp_path: Path,
    shell: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "network.yaml").write_text(starter(), encoding="utf-8")
    monkeypatch.chdir(folder)
    names: dict[str, object] = {"__name__": "__main__"}
    printed = ""
    for block in blocks(page.read_text(encoding="utf-8")):
        where = f"{name_of(page)}:{block.line}"
        if block.mark in ("not run", "ci"):
            continue
        if block.mark == "file":
            Path(block.value).parent.mkdir(parents=True, exist_ok=True)
            Path(block.value).write_text(block.text, encoding="utf-8")
        elif block.mark == "output":
            assert block.text == printed, where
        elif block.language in SHELLS:
            printed = run_bash(block.text, shell, where)
        elif block.language == "python":
            exec(compile("\n" * block.line + block.text, name_of(page), "exec"), names)
        elif block.language in SPECS:
            spec = folder / f"snippet_{block.line}.{block.language}"
            spec.write_text(whole_spec(block), encoding="utf-8")
            code = main(["build", str(spec), "--to", "md,tex", "-o", str(tmp_path / "built")])
            assert code == 0, f"{where}: {capsys.readouterr().err}"


def run_bash(text: str, environment: dict[str, str], where: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{where}: {done.stderr}"
    assert not done.stderr, f"{where}: {done.stderr}"
    return done.stdout


def whole_spec(block: Block) -> str:
    """The spec of a block; one that holds some keys only is put into its example or a base."""
    if block.mark == "into":
        yaml = YAML()
        spec = yaml.load((ROOT / "examples" / f"{block.value}.yaml").read_text(encoding="utf-8"))
        spec.update(yaml.load(block.text))
        out = io.StringIO()
        yaml.dump(spec, out)
        return out.getvalue()
    if block.language != "yaml":
        return block.text
    keys = set(YAML(typ="safe").load(block.text))
    whole = "loss" in keys and keys & {"layers", "equations"}
    return block.text + "".join("" if whole or key in keys else part for key, part in BASE.items())
