"""What each command prints, and the files that it writes for a person to edit."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from command_line import ROOT, SPEC, Printed, run

from derivgen.checking.codes import CHECK_CODES
from derivgen.cli import main
from derivgen.commands.arguments import BAD_INPUT, OK
from derivgen.commands.catalogue import LISTS
from derivgen.error_codes import CODES
from derivgen.settings import VIEW_SUMMARIES, VIEWS


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
