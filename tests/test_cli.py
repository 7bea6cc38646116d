"""The command line from outside: usage, errors, terminals and signals."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import ROOT, SPEC, Printed, run

from derivgen import __version__
from derivgen.cli import main
from derivgen.commands.arguments import BAD_INPUT, INTERNAL, OK, REFUSED
from derivgen.commands.table import COMMANDS, parsers
from derivgen.commands.terminal import Progress, one_line, report
from derivgen.errors import DerivgenError, Place


def test_version(capsys: Printed) -> None:
    assert main(["--version"]) == OK
    assert capsys.readouterr().out == f"derivgen {__version__}\n"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_has_examples_that_parse(command: str, capsys: Printed) -> None:
    assert main([command, "--help"] if command else ["--help"]) == OK
    text = capsys.readouterr().out
    assert all(len(line) <= 88 for line in text.splitlines())
    examples = re.findall(r"^  derivgen ([^<>\n]*?)(?:  .*| [<>] .*)?$", text, re.MULTILINE)
    assert examples
    parser, _ = parsers()
    for example in examples:
        parser.parse_args(example.split())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["biuld", "net.yaml"], "E701", "did you mean 'build'?"),
        (["xyzzy"], "E701", "see 'derivgen --help'"),
        (["--verison"], "E702", "did you mean '--version'?"),
        (["build", "net.yaml", "--stlye", "handout"], "E702", "did you mean '--style'?"),
        (["build", "net.yaml", "--qui"], "E702", "did you mean '--quiet'?"),
        (["build", "net.yaml", "-x"], "E702", "'-x'"),
        ([], "E703", "COMMAND"),
        (["build"], "E703", "SPEC"),
        (["build", "net.yaml", "--engine", "typts"], "E703", "did you mean 'typst'?"),
        (["build", "net.yaml", "--to", "md,,pdf"], "E703", "empty name"),
        (["values", "net.yaml", "extra"], "E703", "extra"),
        (["values", "net.yaml", "--set", "steps"], "E703", "key=value"),
        (["list", "actvations"], "E703", "did you mean 'activations'?"),
        (["completion", "fish"], "E703", "bash, zsh, tcsh"),
        (["explain", "E9999"], "E705", "E9999"),
        (["build", "net.yaml", "--to", "tex", "--dialect", "hugo"], "E703", "add md to --to"),
        (["build", "net.yaml", "--to", "md", "--engine", "latex"], "E703", "add pdf to --to"),
        (["build", "a/net.yaml", "b/net.toml"], "E707", "'net'"),
        (["build", "-", "-"], "E707", "'-'"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(
    arguments: list[str], code: str, said: str, capsys: Printed
) -> None:
    assert main(arguments) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"derivgen: {code}: ")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.usefixtures("folder")
def test_an_option_after_two_dashes_is_a_file_name(capsys: Printed) -> None:
    assert main(["values", "--", "--json.yaml"]) == BAD_INPUT
    assert "--json.yaml: E101: " in capsys.readouterr().err


def test_the_page_of_the_command_line_names_every_command_and_option() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    _, commands = parsers()
    for name, parser in commands.items():
        assert re.search(rf"^## .*\b{name}\b", page, re.MULTILINE), name
        for action in parser.arguments:
            strings = action.option_strings
            if "--help" not in strings:
                assert not strings or any(f"{option}" in page for option in strings), strings


def test_a_refusal_is_told_from_bad_input(capsys: Printed) -> None:
    assert report(DerivgenError("E501", "dL/dw is off")) == REFUSED
    assert report(DerivgenError("E502", "z is infinite", Place("a.yaml", 3, 7))) == BAD_INPUT
    assert capsys.readouterr().err.splitlines() == [
        "derivgen: E501: dL/dw is off",
        "a.yaml:3:7: E502: z is infinite",
    ]


def test_a_fault_of_ours_shows_a_traceback_and_has_its_own_code(capsys: Printed) -> None:
    assert report(KeyError("w")) == INTERNAL
    err = capsys.readouterr().err
    assert "KeyError: 'w'" in err
    assert err.splitlines()[-1].startswith("derivgen: E709: ")


def test_a_diagnostic_cannot_speak_to_the_terminal(capsys: Printed) -> None:
    report(DerivgenError("E101", "no file\x1b[2J\nE000: forged", Place("a\r\udcff.yaml")))
    err = capsys.readouterr().err
    assert err == "a\\r\\udcff.yaml: E101: no file\\x1b[2J\\nE000: forged\n"


def test_ordinary_text_of_a_diagnostic_stays_as_it_is() -> None:
    assert one_line("naïve η̂ ≈ 0.5 – 'x'") == "naïve η̂ ≈ 0.5 – 'x'"


@pytest.mark.parametrize("command", ["build", "values"])
def test_a_missing_file_is_a_diagnostic(command: str, folder: Path, capsys: Printed) -> None:
    assert main([command, "nte.yaml"]) == BAD_INPUT
    err = capsys.readouterr().err
    assert err.startswith("nte.yaml: E101: ")
    assert err.count("\n") == 1
    assert not (folder / "output").exists()


def test_a_spec_that_fails_does_not_stop_the_others(folder: Path, capsys: Printed) -> None:
    (folder / "bad.yaml").write_text(SPEC.replace("sigmoid", "sigmiod"), encoding="utf-8")
    assert main(["build", "bad.yaml", "net.yaml", "--to", "md"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out.splitlines() == [str(Path("output", "net.md"))]
    assert err.startswith("bad.yaml:4:28: ")
    assert "did you mean 'sigmoid'?" in err
    assert [path.name for path in (folder / "output").iterdir()] == ["net.md"]


def test_a_name_inside_a_spec_cannot_replace_the_files_of_another(
    folder: Path, capsys: Printed
) -> None:
    (folder / "other.yaml").write_text(f"name: net\n{SPEC}", encoding="utf-8")
    (folder / "third.yaml").write_text(SPEC, encoding="utf-8")
    assert main(["build", "net.yaml", "other.yaml", "third.yaml", "--to", "md"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out.splitlines() == [str(Path("output", name)) for name in ("net.md", "third.md")]
    assert err.startswith("derivgen: E707: 'net.yaml' and 'other.yaml'")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", [["values"], ["build", "--to", "md"]])
def test_numbers_that_leave_their_range_are_one_line_with_a_place(command: list[str]) -> None:
    wild = ["--set", "training.learning_rate=1e200", "--set", "training.steps=5"]
    rate = [*wild, "--set", "layers.0.activation=identity"]
    done = run(command[0], "net.yaml", *command[1:], *rate)
    assert done.returncode == BAD_INPUT
    assert re.fullmatch(r"net\.yaml:\d+:\d+: E502: \w+ became .*\n", done.stderr), done.stderr
    root = "arrays: {x: 0}\nequations: L = sqrt(x)\nloss: L\n"
    Path("root.yaml").write_text(root, encoding="utf-8")
    done = run(command[0], "root.yaml", *command[1:])
    assert done.stderr.startswith("root.yaml:1:13: E502: the derivative of L with respect to x"), (
        done
    )


def test_a_folder_that_cannot_be_made_is_a_diagnostic(folder: Path, capsys: Printed) -> None:
    (folder / "taken").write_text("a file", encoding="utf-8")
    assert main(["build", "net.yaml", "--to", "md", "-o", "taken"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert "taken" in err
    assert err.count("\n") == 1
    assert (folder / "taken").read_text(encoding="utf-8") == "a file"


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_commands_and_options(shell: str, capsys: Printed) -> None:
    pytest.importorskip("shtab")
    assert main(["completion", shell]) == OK
    script = capsys.readouterr().out
    for word in ("build", "templates", "engine", "copy-to", "activations"):
        assert word in script


def test_completion_without_its_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == BAD_INPUT
    err = capsys.readouterr().err
    assert err.startswith("derivgen: E706: ")
    assert "pip install 'derivgen[completion]'" in err


def test_progress_waits_a_second_and_needs_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def drawn(terminal: bool, quiet: bool) -> list[str]:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
        now[0] = 0.0
        progress = Progress(quiet)
        progress("early")
        now[0] = 1.5
        progress("late\x07")
        progress.clear()
        progress.clear()
        return capsys.readouterr().err.split("\r\x1b[K")

    assert drawn(terminal=True, quiet=False) == ["", "late\\x07", ""]
    assert drawn(terminal=True, quiet=True) == [""]
    assert drawn(terminal=False, quiet=False) == [""]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("arguments", [["--help"], ["list", "codes"]])
def test_a_reader_that_leaves_is_no_error(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "derivgen", *arguments]
    done = subprocess.run(
        command, env=environment, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert done.stderr == ""
    # argparse lets a broken pipe pass where the stream is not buffered
    assert done.returncode in ((0, 141) if "--help" in arguments else (141,))


@pytest.mark.usefixtures("folder")
def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("derivgen.api.build", interrupted)
    assert main(["build", "net.yaml"]) == 130
    assert capsys.readouterr() == ("", "")


def test_the_end_of_the_process_leaves_nothing_undone() -> None:
    code = (
        "import atexit, sys\nfrom derivgen.cli import process\n"
        "sys.argv = ['derivgen', 'explain', 'E201']\ncode = process()\n"
        "atexit.register(lambda: print('at the end'))\nsys.exit(code)\n"
    )
    for trace in ("", "sys.settrace(lambda *_: None)\n"):
        command = [sys.executable, "-c", code.replace("code =", f"{trace}code =")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("E201")
        assert done.stdout.endswith("at the end\n")
    refused = [sys.executable, "-m", "derivgen", "explain", "E999"]
    done = subprocess.run(refused, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr
