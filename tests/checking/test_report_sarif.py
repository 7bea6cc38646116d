"""A report as SARIF: against the schema that OASIS publishes (its descriptions left out), and
against what code hosts read of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from made_reports import POST, claim, manuscript, one_neuron

from derivgen.checking.codes import CHECK_CODES
from derivgen.checking.manuscript import Manuscript
from derivgen.checking.report import Remark, Report
from derivgen.checking.writing.sarif import file_uri, sarif_text

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "data" / "sarif-2.1.0.schema.json").read_text(encoding="utf-8")
)


def read(*documents: tuple[Report, Manuscript]) -> Any:
    data = json.loads(sarif_text(documents))
    jsonschema.Draft4Validator(SCHEMA).validate(data)
    (run,) = data["runs"]
    return run


def results(*documents: tuple[Report, Manuscript]) -> list[Any]:
    found: list[Any] = read(*documents)["results"]
    return found


def region(result: Any) -> Any:
    return result["locations"][0]["physicalLocation"]["region"]


def test_the_schema_refuses_what_is_no_sarif() -> None:
    data = json.loads(sarif_text([one_neuron()]))
    del data["runs"][0]["tool"]["driver"]["name"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(data)


def test_levels_and_rules() -> None:
    run = read(one_neuron())
    found = [(r["ruleId"], r["level"]) for r in run["results"]]
    assert found == [
        ("C101", "error"),
        ("C102", "note"),  # both follow from the first
        ("C102", "note"),
        ("C111", "warning"),
        ("C501", "warning"),
    ]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(CHECK_CODES)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in rules:  # GitHub shows these
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]


def test_a_cut_is_a_note_and_what_is_right_or_undecided_no_result() -> None:
    document = manuscript("a b c")
    claims = (
        claim(document, "a", "truncation", "C120", "cut"),
        claim(document, "b", "correct"),
        claim(document, "c", "undecided", "C401"),
    )
    (only,) = results((Report("p", claims), document))
    assert (only["level"], only["message"]["text"]) == ("note", "cut.")


def test_a_follower_leads_to_its_root() -> None:
    root, follower, *_ = results(one_neuron())
    assert "relatedLocations" not in root
    (related,) = follower["relatedLocations"]
    assert related["physicalLocation"] == root["locations"][0]["physicalLocation"]
    assert f"[line 6]({related['id']})" in follower["message"]["text"]


def test_messages_say_what_it_should_be_and_hold_no_links_of_the_author_s() -> None:
    root = results(one_neuron())[0]
    assert root["message"]["text"] == (
        "0.4 · 0.5 + 0.1 is 0.3; one digit is wrong. Printed: 0.35; expected: 0.30."
    )
    document = manuscript("x")
    evil = "W[1,2] is [here](https://example.org), \\frac{1}{2}\x1b"
    (found,) = results((Report("p", (claim(document, "x", "wrong", "C101", evil),)), document))
    assert found["message"]["text"] == (
        "W[1,2] is \\[here](https://example.org), \\frac{1}{2}\ufffd."
    )


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "line", ["x = 1", "so x = 1", "重 x = 1", "\U0001d465 and \U0001d466: x = 1", "\t\u0301x = 1"]
)
def test_regions_count_as_declared(line: str, newline: str) -> None:
    document = manuscript(f"\U0001d467{newline}{line} \U0001d468{newline}end")
    report = Report("p", (claim(document, "x = 1", "wrong", "C101", "no"),))
    run = read((report, document))
    assert run["columnKind"] == "utf16CodeUnits"
    before = units(line[: line.index("x = 1")])
    assert region(run["results"][0]) == {
        "startLine": 2,
        "startColumn": before + 1,
        "endLine": 2,
        "endColumn": before + 6,  # the column behind the last character
    }


def test_a_region_of_several_lines() -> None:
    document = manuscript("a = b\n  = \U0001d465c\n")
    report = Report("p", (claim(document, "b\n  = \U0001d465c", "wrong", "C201", "no"),))
    assert region(results((report, document))[0]) == {
        "startLine": 1,
        "startColumn": 5,
        "endLine": 2,
        "endColumn": 8,
    }


def test_fingerprints_stay_when_lines_move_and_differ_for_equal_claims() -> None:
    def prints(text: str) -> list[str]:
        return [
            r["partialFingerprints"]["primaryLocationLineHash"] for r in results(one_neuron(text))
        ]

    assert prints("New.\n\n" + POST) == prints(POST)
    assert len(set(prints(POST))) == len(prints(POST))
    document = manuscript("x = 1\nx = 1\n")
    first = claim(document, "x = 1", "wrong", "C101", id=1)
    again = claim(manuscript("......x = 1"), "x = 1", "wrong", "C101", id=2)
    one, two = results((Report("p", (first, again)), document))
    key = "primaryLocationLineHash"
    a, b = (r["partialFingerprints"][key].split(":") for r in (one, two))
    assert a[0] == b[0]
    assert (a[1], b[1]) == ("1", "2")


@pytest.mark.parametrize(
    "file",
    ["post.md", "docs/my post.md", "ä/重.md", "100%.md", "a#b?.md", "c:d.md", "../x.md", "-"],
)
def test_uris_are_relative_and_encoded(file: str) -> None:
    uri = file_uri(file)
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)
    assert unquote(uri) == file
    assert urlsplit(uri).scheme == ""


def test_a_path_from_the_root_is_a_file_uri(tmp_path: Path) -> None:
    uri = file_uri(str(tmp_path / "a b.md"))
    assert uri.startswith("file:///")
    assert uri.endswith("/a%20b.md")


def test_a_file_name_that_is_not_unicode() -> None:
    assert file_uri("a\udcff.md") == "a%FF.md"
    document = manuscript("x", "a\udcff.md")
    assert results((Report("a\udcff.md", (claim(document, "x", "wrong", "C101"),)), document))


def test_several_documents_are_one_run() -> None:
    run = read(one_neuron(), one_neuron(file="b.md"))
    uris = [
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]
    ]
    assert uris == ["post.md"] * 5 + ["b.md"] * 5


def test_a_notebook_has_no_lines_but_names_the_cell() -> None:
    document = manuscript("x = 1\n", "net.ipynb", parts=((0, "cell 1"),))
    (found,) = results(
        (Report("net.ipynb", (claim(document, "x = 1", "wrong", "C101", "no"),)), document)
    )
    assert "region" not in found["locations"][0]["physicalLocation"]
    assert found["message"]["text"] == "In cell 1: no."


def test_what_is_missing_stands_at_its_place() -> None:
    document = manuscript("a\nb\n")
    place = document.place(2)
    remarks = (Remark("missing", "no b", place, "C501"), Remark("style", "cut", None, "C120"))
    (found,) = results((Report("p", (), remarks=remarks), document))
    assert (region(found)["startLine"], found["ruleId"]) == (2, "C501")


def test_an_empty_report_is_a_run_without_results() -> None:
    assert results((Report("a.md", ()), manuscript(""))) == []
    assert read()["results"] == []
