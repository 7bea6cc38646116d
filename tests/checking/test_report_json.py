"""A report as JSON, against its schema and against the report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from made_reports import claim, manuscript, one_neuron

from derivgen.checking.report import Report
from derivgen.checking.writing.json import json_text

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "data" / "check_report.schema.json").read_text(encoding="utf-8")
)


def read(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    data = json.loads(text, parse_constant=refuse)
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    return data


def test_the_schema_is_one_and_refuses_what_is_no_report() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    data = read(json_text([one_neuron()]))
    for broken in (
        {},
        {**data, "more": 1},
        {**data, "claims": [{**data["claims"][0], "verdict": "right"}]},
        {**data, "claims": [{**data["claims"][0], "line": 0}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(SCHEMA).validate(broken)


def test_every_field_is_there() -> None:
    report, document = one_neuron()
    data = read(json_text([(report, document)]))
    assert [c["id"] for c in data["claims"]] == [c.id for c in report.claims]
    assert data["claims"][3] == {
        "id": 4,
        "line": 6,
        "column": 1,
        "text": "z = 0.4 \\cdot 0.5 + 0.1 = 0.35",
        "verdict": "wrong",
        "code": "C101",
        "printed": "0.35",
        "expected": "0.30",
        "exact": 0.4 * 0.5 + 0.1,
        "cause": None,
        "diagnosis": "one_digit",
        "message": "0.4 · 0.5 + 0.1 is 0.3; one digit is wrong",
    }
    assert data["claims"][4]["cause"] == 4
    assert data["unread"] == [
        {"line": 18, "column": 2, "text": "\\frac{", "reason": "a brace is never closed"}
    ]
    assert data["mapping"] == {"w": "W1[0,0]"}
    assert data["conventions"] == {"bias": "one a unit"}
    assert [(r["code"], r["line"]) for r in data["remarks"]] == [("C501", None), (None, 18)]
    assert data["summary"] == {
        "claims": 8,
        "correct": 3,
        "rounding": 1,
        "truncation": 0,
        "wrong": 3,
        "undecided": 1,
        "root_causes": 1,
        "unread": 1,
    }


def test_several_documents_are_an_array() -> None:
    one, other = one_neuron(), one_neuron(file="other.md")
    data = read(json_text([one, other]))
    assert [report["file"] for report in data] == ["post.md", "other.md"]
    assert data[0] == read(json_text([one]))


def test_an_empty_report() -> None:
    data = read(json_text([(Report("a.md", ()), manuscript("", "a.md"))]))
    assert data["claims"] == data["unread"] == data["remarks"] == []
    assert set(data["summary"].values()) == {0}


@pytest.mark.parametrize("exact", [float("inf"), float("-inf"), float("nan")])
def test_what_is_no_number_is_null(exact: float) -> None:
    document = manuscript("x = 1")
    report = Report("a", (claim(document, "x = 1", "wrong", "C101", exact=exact),))
    assert read(json_text([(report, document)]))["claims"][0]["exact"] is None


def test_any_characters_come_back_as_they_are() -> None:
    text = "η̂ = 重 \t \"'\\ \U0001d465 \x7f"
    document = manuscript(text, "a\udcff.md")
    report = Report("a\udcff.md", (claim(document, text, "wrong", "C101", text, printed=text),))
    written = json_text([(report, document)])
    assert written.encode("utf-8")
    data = read(written)
    assert data["file"] == "a\udcff.md"
    assert {data["claims"][0][key] for key in ("text", "printed", "message")} == {text}


def test_a_notebook_s_claims_name_their_cell() -> None:
    document = manuscript("x = 1\n\nz = 4\n", "net.ipynb", parts=((0, "cell 1"), (7, "cell 3")))
    one = claim(document, "z = 4", "wrong", "C101", "z is 3")
    found = read(json_text([(Report("net.ipynb", (one,)), document)]))["claims"][0]
    assert (found["cell"], found["line"], found["column"]) == ("cell 3", 1, 1)


def test_writing_changes_no_report() -> None:
    report, document = one_neuron()
    before = replace(report)
    assert json_text([(report, document)]) == json_text([(report, document)])
    assert report == before
