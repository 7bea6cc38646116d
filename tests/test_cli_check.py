"""``derivgen check`` from outside: exit codes, what is printed where, and options that clash."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import derivgen
from derivgen.checking.manuscript import Manuscript
from derivgen.checking.report import Report
from derivgen.checking.writing.annotated import annotated_text
from derivgen.checking.writing.json import json_text
from derivgen.checking.writing.sarif import sarif_text
from derivgen.checking.writing.terminal import Look, terminal_text
from derivgen.cli import main
from derivgen.commands.arguments import BAD_INPUT, INTERNAL, OK
from derivgen.commands.check import LANGUAGES, UNDECIDED, WRONG

Printed = pytest.CaptureFixture[str]

RIGHT = "With $x = 0.5$ and $w = 0.4$, $z = w x = 0.4 \\cdot 0.5 = 0.2$.\n"
SLIP = "With $x = 0.5$ and $w = 0.4$, $z = w x = 0.4 \\cdot 0.5 = 0.3$.\n"
GENERAL = "A line is $y = m x + q$ in general.\n"
WORDS = "No mathematics here.\n"

NETWORK = """\
data: {inputs: [0.5], targets: [1]}
layers: [{dense: 1, activation: identity, weights: [[0.4]], bias: none}]
loss: half_squared_error
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with documents whose names say what they are."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"right": RIGHT, "slip": SLIP, "general": GENERAL, "words": WORDS}.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    (tmp_path / "net.yaml").write_text(NETWORK, encoding="utf-8")
    return tmp_path


def of(document: str) -> tuple[Report, Manuscript]:
    from derivgen.api import checked

    return checked(Path(document))


# ---- exit codes ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("documents", "code"),
    [
        (["right.md"], OK),
        (["slip.md"], WRONG),
        (["general.md"], UNDECIDED),
        (["words.md"], UNDECIDED),
        (["nothing.md"], BAD_INPUT),
        (["right.md", "general.md"], UNDECIDED),
        (["slip.md", "general.md"], WRONG),
        (["slip.md", "nothing.md", "right.md"], BAD_INPUT),
    ],
)
def test_exit_codes(documents: list[str], code: int, capsys: Printed) -> None:
    assert main(["check", *documents]) == code
    out, err = capsys.readouterr()
    assert err.count("\n") == documents.count("nothing.md")
    for document in documents:
        assert (document in err) if document == "nothing.md" else out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("format", ["text", "json", "sarif", "markdown"])
def test_the_exit_code_is_the_same_in_every_format(format: str) -> None:
    assert main(["check", "slip.md", "--format", format]) == WRONG
    assert main(["check", "right.md", "--format", format]) == OK


@pytest.mark.usefixtures("folder")
def test_a_fault_of_ours_is_worse_than_all(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise KeyError("w")

    monkeypatch.setattr("derivgen.api.checked", fault)
    assert main(["check", "slip.md"]) == INTERNAL
    assert "E709" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_network_that_cannot_be_read_is_bad_input(capsys: Printed) -> None:
    assert main(["check", "slip.md", "--network", "nte.yaml"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("nte.yaml: E101: ")


def test_bytes_that_are_no_text_are_one_line_of_error(folder: Path, capsys: Printed) -> None:
    for name, content in {
        "a.md": b"\xff\xfe$x$",
        "b.md": b"x\0y",
        "c.tex": bytes(range(256)),
    }.items():
        (folder / name).write_bytes(content)
        assert main(["check", name]) == BAD_INPUT
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert err.startswith(name)


# ---- what is printed ----------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_each_format_is_what_its_writer_makes(capsys: Printed) -> None:
    slip, right = of("slip.md"), of("right.md")
    for options, expected in [
        (["slip.md"], terminal_text(*slip)),
        (["slip.md", "--all"], terminal_text(*slip, Look(everything=True))),
        (["slip.md", "--quiet"], terminal_text(*slip, Look(brief=True))),
        (["right.md", "--quiet"], ""),
        (["slip.md", "--format", "json"], json_text([slip])),
        (["slip.md", "right.md", "--format", "json"], json_text([slip, right])),
        (["slip.md", "right.md", "--format", "sarif"], sarif_text([slip, right])),
        (["slip.md", "--format", "markdown"], annotated_text(*slip)),
    ]:
        main(["check", *options])
        assert capsys.readouterr() == (expected, ""), options


@pytest.mark.usefixtures("folder")
def test_several_documents_are_told_apart(capsys: Printed) -> None:
    main(["check", "slip.md", "right.md"])
    named = Look(named=True)
    expected = [terminal_text(*of(name), named) for name in ("slip.md", "right.md")]
    assert capsys.readouterr().out == "\n".join(expected)
    assert expected[1].splitlines()[-1].startswith("right.md: ")


@pytest.mark.usefixtures("folder")
def test_the_slip_is_found_where_it_is(capsys: Printed) -> None:
    main(["check", "slip.md", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    (wrong,) = (claim for claim in report["claims"] if claim["verdict"] == "wrong")
    assert wrong["line"] == 1
    assert wrong["printed"] == "0.3"
    assert float(wrong["expected"]) == pytest.approx(0.2)
    assert wrong["exact"] == pytest.approx(0.2)


def test_a_report_is_written_as_a_file(folder: Path, capsys: Printed) -> None:
    assert main(["check", "slip.md", "--format", "sarif", "-o", "out/check.sarif"]) == WRONG
    assert capsys.readouterr() == ("out/check.sarif\n", "")
    assert (folder / "out" / "check.sarif").read_text(encoding="utf-8") == sarif_text(
        [of("slip.md")]
    )
    assert main(["check", "right.md", "-o", "-"]) == OK
    assert capsys.readouterr().out == terminal_text(*of("right.md"))
    assert main(["check", "slip.md", "--quiet", "-o", "quiet.txt"]) == WRONG
    assert capsys.readouterr().out == ""


def test_an_annotated_windows_text_keeps_its_line_breaks(folder: Path, capsys: Printed) -> None:
    (folder / "dos.md").write_bytes(SLIP.replace("\n", "\r\n").encode())
    main(["check", "dos.md", "--format", "markdown", "-o", "noted.md"])
    capsys.readouterr()
    noted = (folder / "noted.md").read_bytes()
    assert noted.startswith(SLIP.rstrip("\n").encode() + b"\r\n\r\n> **derivgen")
    assert noted.count(b"\n") == noted.count(b"\r\n")


def test_nothing_is_written_where_nothing_was_read(folder: Path, capsys: Printed) -> None:
    assert main(["check", "nothing.md", "--format", "json", "-o", "out.json"]) == BAD_INPUT
    assert capsys.readouterr().out == ""
    assert not (folder / "out.json").exists()


@pytest.mark.usefixtures("folder")
def test_standard_input_is_markdown_or_what_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    def piped(text: str, *options: str) -> int:
        stream = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", stream)
        return main(["check", "-", *options])

    assert piped(SLIP) == WRONG
    assert piped("x = 0.5\n\ny = 2 x = 2 * 0.5 = 3\n", "--as", "text") == WRONG
    assert "= 3" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("when", "coloured"), [("always", True), ("never", False), ("auto", False)]
)
def test_colours_can_be_asked_for(when: str, coloured: bool, capsys: Printed) -> None:
    assert main(["check", "slip.md", "--color", when]) == WRONG
    assert ("\x1b[" in capsys.readouterr().out) == coloured


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals(
    variables: dict[str, str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
    folder: Path,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    main(["check", "slip.md"])
    assert "\x1b[" not in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    main(["check", "slip.md"])
    assert ("\x1b[" in capsys.readouterr().out) == coloured
    main(["check", "slip.md", "-o", "report.txt"])
    assert "\x1b[" not in (folder / "report.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_a_terminal_of_few_characters_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Path("greek.md").write_text("η = 0.5, so 2 η: $2 η = 2 \\cdot 0.5 = 3$\n", encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["check", "greek.md", "--format", "markdown"]) in (WRONG, OK, UNDECIDED)
    assert b"\\u03b7" in stream.buffer.getvalue()  # type: ignore[attr-defined]


# ---- options ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_options_reach_the_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def spy(document: Path, network: Any, **more: Any) -> tuple[Report, Manuscript]:
        seen.append((document, network, more))
        return Report(str(document), ()), Manuscript(str(document), "", ())

    monkeypatch.setattr("derivgen.api.checked", spy)
    options = ["--network", "net.yaml", "--map", "w=W1[0,0]", "--map", " b = b1 "]
    main(["check", "a.md", "b.md", *options, "--as", "latex"])
    assert [document for document, _, _ in seen] == [Path("a.md"), Path("b.md")]
    assert seen[0][1].network.parameters
    names = {"w": "W1[0,0]", "b": "b1"}
    assert seen[0][2] == {"names": names, "language": "latex", "shown": "a.md"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-", "-"], "once only"),
        (["-", "--network", "-"], "once only"),
        (["a.md", "--all", "--quiet"], "contradict"),
        (["a.md", "--all", "--format", "json"], "--all is for the format text"),
        (["a.md", "--quiet", "--format", "sarif"], "--quiet is for the format text"),
        (["a.md", "b.md", "--format", "markdown"], "one by one"),
        (["a.md", "--format", "srif"], "did you mean 'sarif'?"),
        (["a.md", "--as", "latx"], "did you mean 'latex'?"),
        (["a.md", "--map", "w"], "key=value"),
        (["a.md", "--map", "w=W1"], "give its spec with --network"),
        (["a.md", "--network", "net.yaml", "--map", "w="], "does not say what 'w' is"),
        (
            ["a.md", "--network", "net.yaml", "--map", "w=W1", "--map", "w=b1"],
            "'w' cannot be both 'W1' and 'b1'",
        ),
        ([], "DOCUMENT"),
    ],
)
def test_bad_usage_is_one_line(arguments: list[str], said: str, capsys: Printed) -> None:
    assert main(["check", *arguments]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("derivgen: E703: ")
    assert said in err
    assert err.count("\n") == 1


def test_the_languages_are_those_of_manuscripts() -> None:
    from typing import get_args

    from derivgen.checking.manuscript import Language

    assert get_args(Language) == LANGUAGES


# ---- in Python ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_check_takes_a_text_or_a_file() -> None:
    reports = [derivgen.check(SLIP), derivgen.check(Path("slip.md")), derivgen.check("slip.md")]
    assert len({report.count(derivgen.checking.report.Verdict.WRONG) for report in reports}) == 1
    assert [claim.text for claim in reports[0].claims] == [c.text for c in reports[1].claims]
    with pytest.raises(derivgen.DerivgenError, match="E101"):
        derivgen.check("nothing.md")
    with pytest.raises(derivgen.DerivgenError, match="E101"):
        derivgen.check(Path("nothing"))
    assert derivgen.check("$1 + 1 = 3$").roots == 1
    assert derivgen.check("").claims == ()
