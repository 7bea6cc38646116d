"""A report on a terminal: golden texts, and carets that stand where they should."""

from __future__ import annotations

import re

import pytest
from made_reports import POST, claim, manuscript, one_neuron

from derivgen.checking.report import Remark, Report
from derivgen.checking.writing.cells import safe, shortened, shown
from derivgen.checking.writing.findings import findings, spot, summary
from derivgen.checking.writing.terminal import Look, terminal_text

GOLDEN = """\
post.md:6:1: C101 wrong: 0.4 · 0.5 + 0.1 is 0.3; one digit is wrong
  |
6 | z = 0.4 \\cdot 0.5 + 0.1 = 0.35
  | ~~~~~~~~~~~~~~~~~~~~~~~~~~^^^^
  = printed 0.35, expected 0.30
  follows from line 6:
    post.md:9:6: C102 wrong: a is 0.5744
    post.md:11:17: C102 wrong: y - a is 0.4256
post.md:12:23: C111 rounding: the exact value rounds to 0.0855
   |
12 | - Its half square is $0.0854$, and $q = 3$.
   |                       ^^^^^^
   = printed 0.0854, expected 0.0855 (more exactly 0.0854504)
post.md:12:37: C401 undecided: q is defined nowhere
post.md: C501 note: b is never updated
post.md:18:2: note: the loss has no name
conventions:
  bias: one a unit
names:
  w: W1[0,0]
post.md:18:2: not read: a brace is never closed: \\frac{
8 claims: 3 correct, 1 rounding, 3 wrong (1 root cause), 1 undecided; 1 formula not read
"""


def test_the_whole_text() -> None:
    assert terminal_text(*one_neuron()) == GOLDEN


def test_all_lists_correct_claims_in_their_place() -> None:
    lines = terminal_text(*one_neuron(), Look(everything=True)).splitlines()
    assert lines[:3] == [
        "post.md:3:12: correct: x = 0.5",
        "post.md:3:23: correct: w = 0.4",
        "post.md:3:37: correct: b = 0.1",
    ]
    undecided = lines.index("post.md:12:37: C401 undecided: q is defined nowhere")
    rest = [line for line in lines[3:] if line != lines[undecided]]
    assert rest == [line for line in GOLDEN.splitlines() if line != lines[undecided]]


def test_brief_has_what_is_wrong_and_nothing_else() -> None:
    assert terminal_text(*one_neuron(), Look(brief=True)) == "".join(
        f"{line}\n" for line in GOLDEN.splitlines()[:8]
    )
    document = manuscript("x = 1\n")
    right = Report("post.md", (claim(document, "x = 1", "correct"),))
    assert terminal_text(right, document, Look(brief=True)) == ""


def test_colours_are_only_added() -> None:
    painted = terminal_text(*one_neuron(), Look(colour=True))
    assert "\x1b[1;31m" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == GOLDEN


def test_windows_line_breaks_and_a_missing_last_one_change_nothing() -> None:
    assert terminal_text(*one_neuron(POST.replace("\n", "\r\n"))) == GOLDEN
    assert terminal_text(*one_neuron(POST.rstrip("\n"))) == GOLDEN


@pytest.mark.parametrize(
    ("line", "part", "shown_line", "carets"),
    [
        ("a\tb = 2", "b", "a   b = 2", "    ^"),
        ("\t\tb", "b", "        b", "        ^"),
        ("重み w = 2", "w", "重み w = 2", "     ^"),
        ("e\u0301 x", "x", "e\u0301 x", "  ^"),
        ("\u1112\u1161\u11ab x", "x", "\u1112\u1161\u11ab x", "   ^"),
        ("x\u0302 = 1", "x\u0302 = 1", "x\u0302 = 1", "^^^^^"),
        ("f\u2061x y", "y", "fx y", "   ^"),
        ("a\u202eb c", "c", "a\ufffdb c", "    ^"),
        ("a\x1b[2J c", "c", "a\ufffd[2J c", "      ^"),
        ("\u3000x", "x", "  x", "  ^"),
        ("a\u00a0重", "重", "a 重", "  ^^"),
    ],
)
def test_carets_stand_under_what_they_mean(
    line: str, part: str, shown_line: str, carets: str
) -> None:
    document = manuscript(f"{line}\n")
    report = Report("post.md", (claim(document, part, "wrong", "C201", "no"),))
    _, _, text, marks, *_ = terminal_text(report, document).splitlines()
    assert text == f"1 | {shown_line}"
    assert marks == f"  | {carets}"


@pytest.mark.parametrize("at", [0, 40, 3000, 5990])
@pytest.mark.parametrize("wide", [False, True])
def test_a_line_that_is_too_long_is_cut_around_the_claim(at: int, wide: bool) -> None:
    filler = "重" if wide else "-"
    text = filler * at + "c = 1.25" + filler * (6000 - at)
    document = manuscript(text)
    report = Report("p", (claim(document, "c = 1.25", "wrong", "C101", printed="1.25"),))
    _, _, line, marks, *_ = terminal_text(report, document, Look(width=80)).splitlines()
    assert "c = 1.25" in line
    assert sum(size for _, size in shown(line)) <= 80
    before = line[: line.index("c = 1.25")]
    assert len(marks) - 8 == sum(size for _, size in shown(before))
    assert marks.endswith("~~~~^^^^")
    assert line.startswith("1 | …") == (at >= 40)


def test_what_was_judged_is_seen_in_a_claim_that_is_too_long() -> None:
    text = "z = " + " + ".join(["0.1"] * 200) + " = 77.7"
    document = manuscript(text)
    report = Report("p", (claim(document, text, "wrong", "C101", printed="77.7"),))
    _, _, line, marks, *_ = terminal_text(report, document, Look(width=80)).splitlines()
    assert line.endswith("= 77.7")
    assert marks.endswith("~~^^^^")
    assert len(marks) == len(line)


def test_a_claim_of_several_lines_has_carets_under_each_but_no_indent() -> None:
    text = "a = b\n   + c   \n\n   = d\n"
    document = manuscript(text)
    report = Report("p", (claim(document, text.strip(), "wrong", "C201", "no", printed="d"),))
    assert terminal_text(report, document).splitlines()[1:-1] == [
        "  |",
        "1 | a = b",
        "  | ~~~~~",
        "2 |    + c",
        "  |    ~~~",
        "3 |",
        "4 |    = d",
        "  |    ~~^",
    ]


def test_a_claim_of_many_lines_is_shown_by_its_ends_and_by_what_was_judged() -> None:
    text = "".join(f"line{n} {n}{n}{n}\n" for n in range(1, 10))
    document = manuscript(text)
    whole = Report("p", (claim(document, text.strip(), "wrong", "C201", "no"),))
    numbers = re.findall(r"^ *(\d+|(?= \| …)) \|", terminal_text(whole, document), re.MULTILINE)
    assert [n for n in numbers if n] == ["1", "2", "9"]
    part = Report("p", (claim(document, text.strip(), "wrong", "C201", "no", printed="555"),))
    lines = terminal_text(part, document).splitlines()
    assert "5 | line5 555" in lines
    assert lines[lines.index("5 | line5 555") + 1] == "  | ~~~~~~^^^"


def test_the_judged_part_is_singled_out_only_where_it_is_certain() -> None:
    document = manuscript("z = 0.5 + 10.5 = 0.51 \\eta and 2.")
    for printed, expected in [
        ("0.5", "0.5"),  # neither 10.5 nor 0.51
        ("0.51", "0.51"),
        ("2", "2"),  # the full stop ends a sentence
        ("=", document.text),  # twice
        ("eta", document.text),  # the name of a command is not its meaning
        ("7", document.text),
        ("", document.text),
    ]:
        one = claim(document, document.text, "wrong", "C101", printed=printed)
        start, end = spot(one, document)
        assert document.text[start:end] == expected


def test_a_notebook_s_places_are_those_of_its_cells() -> None:
    text = "x = 1\n\ny = 2\nz = 4\n"
    document = manuscript(text, "net.ipynb", parts=((0, "cell 1"), (7, "cell 3")))
    report = Report("net.ipynb", (claim(document, "z = 4", "wrong", "C101", "z is 3"),))
    lines = terminal_text(report, document).splitlines()
    assert lines[0] == "net.ipynb:cell 3:2:1: C101 wrong: z is 3"
    assert lines[2] == "2 | z = 4"


def test_nothing_of_a_document_speaks_to_the_terminal() -> None:
    evil = "x\x1b]0;title\x07 = \u202e1\n"
    document = manuscript(evil, "a\x1b[2J.md")
    one = claim(document, evil.strip(), "wrong", "C101", evil, printed=evil, expected=evil)
    text = terminal_text(Report("a\x1b[2J.md", (one,), (), {evil: evil}, {evil: evil}), document)
    assert not set("\x1b\x07\u202e\r") & set(text)


def test_an_empty_report_is_one_line() -> None:
    document = manuscript("")
    nothing = "no formulas were found in the text; there is nothing to check"
    assert terminal_text(Report("post.md", ()), document) == f"{nothing}\n"
    named = terminal_text(Report("post.md", ()), document, Look(named=True))
    assert named == f"post.md: {nothing}\n"


def test_the_summary_counts_and_agrees_in_number() -> None:
    document = manuscript("x")
    verdicts = ["correct"] * 2 + ["truncation", "wrong"]
    claims = tuple(claim(document, "x", verdict, id=n) for n, verdict in enumerate(verdicts))
    assert summary(Report("p", claims)) == "4 claims: 2 correct, 1 truncation, 1 wrong"
    assert summary(Report("p", claims[:1])) == "1 claim: 1 correct"


def test_a_remark_speaks_for_all_cuts_but_for_no_wrong_claim() -> None:
    document = manuscript("a b c")
    claims = (
        claim(document, "a", "truncation", "C120"),
        claim(document, "b", "rounding", "C110"),
        claim(document, "c", "wrong", "C120"),
    )
    policy = Report("p", claims, remarks=(Remark("style", "digits are cut", None, "C120"),))
    assert [found.claim.text for found in findings(policy)] == ["b", "c"]
    assert [found.claim.text for found in findings(Report("p", claims))] == ["a", "b", "c"]
    assert "p:" not in terminal_text(policy, document).split("digits are cut")[1]


@pytest.mark.parametrize(
    ("causes", "groups"),
    [
        ({2: 1, 3: 2}, {1: [2, 3]}),
        ({1: 3, 2: 3}, {3: [1, 2]}),
        ({1: 99}, {1: [], 2: [], 3: []}),  # the cause is not in the report
        ({2: 4, 3: 1}, {1: [3], 2: []}),  # 4 is correct, and not listed
        ({1: 1}, {1: [], 2: [], 3: []}),
    ],
)
def test_claims_stand_under_their_root(
    causes: dict[int, int], groups: dict[int, list[int]]
) -> None:
    document = manuscript("1 2 3 4")
    claims = tuple(
        claim(document, str(n), "correct" if n == 4 else "wrong", "C101", id=n, cause=causes.get(n))
        for n in (1, 2, 3, 4)
    )
    found = {f.claim.id: [c.id for c in f.followers] for f in findings(Report("p", claims))}
    assert found == groups


def test_causes_in_a_circle_lose_no_claim() -> None:
    document = manuscript("1 2 3")
    causes = {1: 2, 2: 3, 3: 1}
    claims = tuple(
        claim(document, str(n), "wrong", "C101", id=n, cause=causes[n]) for n in (1, 2, 3)
    )
    (group,) = findings(Report("p", claims))
    assert {group.claim.id, *(c.id for c in group.followers)} == {1, 2, 3}


def test_safe_and_shortened() -> None:
    assert safe("a\n\t b\x00") == "a b\ufffd"
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
    assert shortened("重重重", 5) == "重重…"
    assert shortened("重重", 4) == "重重"
