"""The command line from outside: exit codes, what is printed where, and what is left alone."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from derivgen import __version__
from derivgen.checking.codes import CHECK_CODES
from derivgen.cli import main
from derivgen.commands.arguments import BAD_INPUT, INTERNAL, OK, REFUSED
from derivgen.commands.catalogue import LISTS
from derivgen.commands.table import COMMANDS, parsers
from derivgen.commands.terminal import Progress, one_line, report
from derivgen.error_codes import CODES
from derivgen.errors import DerivgenError, Place
from derivgen.settings import VIEW_SUMMARIES, VIEWS

ROOT = Path(__file__).resolve().parent.parent

Printed = pytest.CaptureFixture[str]

SPEC = """\
title: A neuron
data: {inputs: [0.5, -1.0], targets: [1.0]}
layers:
  - {dense: 1, activation: sigmoid, weights: [[0.4, -0.2]], bias: [0.1]}
loss: half_squared_error
training: {learning_rate: 0.5}
document: {figure: false}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder with one spec, net.yaml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "derivgen", *arguments]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, env=environment, capture_output=True, text=True, check=False, **settings
    )


# ---- usage --------------------------------------------------------------------------------------


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


# ---- errors -------------------------------------------------------------------------------------


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


# ---- what the commands print --------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_build_prints_the_paths_that_it_wrote(capsys: Printed) -> None:
    assert main(["build", "net.yaml", "--to", "tex,md", "--to", "pdf", "-o", "out"]) == OK
    out, err = capsys.readouterr()
    written = [Path(line) for line in out.splitlines()]
    assert written == [Path("out", f"net.{ending}") for ending in ("tex", "md", "pdf")]
    assert all(path.stat().st_size for path in written)
    assert err == ""


def test_quiet_prints_nothing(folder: Path, capsys: Printed) -> None:
    assert main(["build", "net.yaml", "--to", "md", "--quiet"]) == OK
    assert capsys.readouterr() == ("", "")
    assert (folder / "output" / "net.md").exists()


def test_build_reads_standard_input(folder: Path) -> None:
    done = run("build", "-", "--to", "md", input=SPEC, cwd=folder)
    assert (done.returncode, done.stderr) == (OK, "")
    from_input = Path(folder, done.stdout.strip()).read_text(encoding="utf-8")
    assert main(["build", "net.yaml", "--to", "md"]) == OK
    assert from_input == (folder / "output" / "net.md").read_text(encoding="utf-8")


def test_options_of_build_reach_the_document(folder: Path) -> None:
    def built(*options: str) -> str:
        assert main(["build", "net.yaml", "--to", "md", "--quiet", *options]) == OK
        return (folder / "output" / "net.md").read_text(encoding="utf-8")

    plain = built()
    variants = {
        "style": built("--style", "handout"),
        "view": built("--view", "matrix"),
        "set": built("--set", "training.learning_rate=0.25"),
        "dialect": built("--dialect", "hugo"),
    }
    assert len({plain, *variants.values()}) == 1 + len(variants)
    assert "0.25" in variants["set"]
    assert built() == plain


@pytest.mark.parametrize(
    ("option", "word", "meant"),
    [
        ("--to", "pfd", "pdf"),
        ("--style", "handuot", "handout"),
        ("--view", "matrx", "matrix"),
        ("--dialect", "githbu", "github"),
    ],
)
def test_an_unknown_choice_of_build_suggests_the_right_one(
    option: str, word: str, meant: str, folder: Path, capsys: Printed
) -> None:
    assert main(["build", "net.yaml", option, word]) == BAD_INPUT
    err = capsys.readouterr().err
    assert word in err
    assert re.search(rf"did you mean '[^']*\b{meant}\b[^']*'\?", err)
    assert not (folder / "output").exists()


@pytest.mark.usefixtures("folder")
def test_values_of_one_neuron(capsys: Printed) -> None:
    """Against the same neuron worked out here by hand."""
    assert main(["values", "net.yaml", "--json"]) == OK
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    a = 1 / (1 + math.exp(-(0.4 * 0.5 + -0.2 * -1.0 + 0.1)))
    delta = (a - 1) * a * (1 - a)
    assert step["step"] == 0
    assert step["loss"] == pytest.approx((1 - a) ** 2 / 2, rel=1e-12)
    (weights,) = (value for value in step["gradients"].values() if np.shape(value) == (1, 2))
    assert weights[0] == pytest.approx([delta * 0.5, delta * -1.0], rel=1e-12)
    assert step["gradients"]["x"] == pytest.approx([delta * 0.4, delta * -0.2], rel=1e-12)
    assert step["quantities"]["x"] == [0.5, -1.0]


@pytest.mark.usefixtures("folder")
def test_values_without_json_shows_the_same(capsys: Printed) -> None:
    main(["values", "net.yaml", "--json"])
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    assert main(["values", "net.yaml"]) == OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"step 0: loss {step['loss']!r}"
    named = dict(line.split(" = ") for line in lines if " = " in line)
    assert json.loads(named.pop("    x")) in (step["quantities"]["x"], step["gradients"]["x"])


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_has_entries_with_a_line_each(kind: str, capsys: Printed) -> None:
    assert main(["list", kind]) == OK
    lines = capsys.readouterr().out.splitlines()
    assert lines
    for line in lines:
        name, _, summary = line.partition("  ")
        assert name
        assert len(summary.strip()) > 3, f"{kind}: {name} has no summary"


def test_list_alone_has_all_kinds(capsys: Printed) -> None:
    assert main(["list"]) == OK
    out = capsys.readouterr().out
    assert [line[:-1] for line in out.splitlines() if not line.startswith(" ")] == list(LISTS)
    for word in (
        "sigmoid",
        "softmax",
        "log_softmax",
        "half_squared_error",
        "adam",
        "tutorial",
        "closed-form",
        "E501",
    ):
        assert f"\n  {word} " in out


def test_every_view_has_a_summary() -> None:
    assert tuple(VIEW_SUMMARIES) == VIEWS


@pytest.mark.parametrize("code", sorted(CODES))
def test_explain_knows_every_code(code: str, capsys: Printed) -> None:
    assert re.fullmatch(r"E[1-7]\d\d", code)
    assert main(["explain", code.lower()]) == OK
    out = capsys.readouterr().out
    assert out.startswith(f"{code}: {CODES[code].title}\n\n{CODES[code].why}\n")
    assert not CODES[code].fix or CODES[code].fix in out


@pytest.mark.parametrize("code", sorted(CHECK_CODES))
def test_explain_knows_every_code_of_the_checker(code: str, capsys: Printed) -> None:
    entry = CHECK_CODES[code]
    assert re.fullmatch(r"C[1-5]\d\d", code)
    assert all((entry.title, entry.why, entry.example, entry.fix))
    assert main(["explain", code.lower()]) == OK
    out = capsys.readouterr().out
    assert (
        out
        == f"{code}: {entry.title}\n\n{entry.why}\n\nexample: {entry.example}\n\nfix: {entry.fix}\n"
    )
    assert main(["list", "codes"]) == OK
    assert f"{code}  {entry.title}\n" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_schema_is_a_json_schema_that_takes_the_spec(capsys: Printed) -> None:
    import jsonschema
    from ruamel.yaml import YAML

    assert main(["schema"]) == OK
    schema = json.loads(capsys.readouterr().out)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    spec = YAML(typ="safe").load(SPEC)
    validator(schema).validate(spec)
    with pytest.raises(jsonschema.ValidationError):
        validator(schema).validate({**spec, "lyaers": []})
    layer = spec["layers"][0]
    for wrong in (
        {"layers": [{**layer, "weights": [["a word", 1]]}]},
        {"layers": [{**layer, "weights": [[True, 1]]}]},
        {"layers": [{**layer, "bias": "units"}]},
        {"training": {"optimiser": "sdg"}},
        {"notation": {"preset": "nets_out"}},
    ):
        assert not validator(schema).is_valid({**spec, **wrong}), wrong
    for right in (
        {"layers": [{**layer, "weights": [["1/3", 1]]}]},
        {"layers": [{**layer, "weights": "symbolic", "bias": False}]},
        {"training": {"optimiser": "sgd"}},
    ):
        assert validator(schema).is_valid({**spec, **right}), right


# ---- files for a person to edit -----------------------------------------------------------------


def test_new_writes_a_spec_that_builds_and_never_replaces_one(
    folder: Path, capsys: Printed
) -> None:
    assert main(["new", "mine"]) == OK
    assert capsys.readouterr().out == "mine.yaml\n"
    assert main(["build", "mine.yaml", "--to", "md", "--quiet"]) == OK
    (folder / "mine.yaml").write_text("my work", encoding="utf-8")
    assert main(["new", "mine"]) == BAD_INPUT
    assert capsys.readouterr().err.startswith("mine.yaml: E704: ")
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == "my work"
    assert main(["new", "mine", "--force"]) == OK
    assert (folder / "mine.yaml").read_text(encoding="utf-8") != "my work"


def test_new_copies_an_example(folder: Path, capsys: Printed) -> None:
    example = (ROOT / "examples" / "relu_sigmoid_3_2_1.yaml").read_text(encoding="utf-8")
    assert main(["new", "--example", "relu_sigmoid_3_2_1"]) == OK
    assert (folder / "relu_sigmoid_3_2_1.yaml").read_text(encoding="utf-8") == example
    capsys.readouterr()
    assert main(["new", "--example", "relu_sigmoid_3_2_1", "-o", "-"]) == OK
    assert capsys.readouterr().out == example
    assert main(["new", "--example", "relu_sigmoid_321"]) == BAD_INPUT
    assert "did you mean 'relu_sigmoid_3_2_1'?" in capsys.readouterr().err


def test_templates_are_listed_printed_and_copied(folder: Path, capsys: Printed) -> None:
    assert main(["templates"]) == OK
    names = capsys.readouterr().out.splitlines()
    assert "styles/tutorial.j2" in names
    source = (ROOT / "templates" / "styles" / "tutorial.j2").read_text(encoding="utf-8")
    assert main(["templates", "styles/tutorial.j2"]) == OK
    assert capsys.readouterr().out == source
    assert main(["templates", "styles/tutorial.j2", "--copy-to", "mine"]) == OK
    assert (folder / "mine" / "styles" / "tutorial.j2").read_text(encoding="utf-8") == source
    assert main(["templates", "--copy-to", "mine"]) == BAD_INPUT  # one of them is there
    assert len(list((folder / "mine").rglob("*.j2"))) == 1
    assert main(["templates", "--copy-to", "all"]) == OK
    assert len(list((folder / "all").rglob("*.j2"))) == len(names)


def test_a_copied_template_overrides(folder: Path) -> None:
    assert main(["templates", "styles/tutorial.j2", "--copy-to", "mine"]) == OK
    copy = folder / "mine" / "styles" / "tutorial.j2"
    copy.write_text(copy.read_text(encoding="utf-8") + "\nA line of mine.\n", encoding="utf-8")
    assert main(["build", "net.yaml", "--to", "md", "--style", "tutorial"]) == OK
    plain = (folder / "output" / "net.md").read_text(encoding="utf-8")
    options = ["--style", "tutorial", "--templates", "mine"]
    assert main(["build", "net.yaml", "--to", "md", *options]) == OK
    mine = (folder / "output" / "net.md").read_text(encoding="utf-8")
    assert "A line of mine." in mine
    assert "A line of mine." not in plain


# ---- completion, terminals, signals -------------------------------------------------------------


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
