"""What holds for every document, however broken: a report that is well formed, or one error.

``python tests/checking/fuzzing.py FIRST COUNT`` checks the documents of so many seeds and prints those that fail.
"""

from __future__ import annotations

import json
import random
import sys
import traceback
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from broken_documents import ROOT, document

from derivgen.checking import pipeline
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.reading import read_manuscript
from derivgen.checking.writing.annotated import annotated_text
from derivgen.checking.writing.json import json_text
from derivgen.checking.writing.sarif import sarif_text
from derivgen.checking.writing.terminal import Look, terminal_text
from derivgen.errors import DerivgenError
from derivgen.network.spec import read_task

DATA = ROOT / "tests" / "data"
SCHEMA = jsonschema.Draft202012Validator(
    json.loads((DATA / "check_report.schema.json").read_text(encoding="utf-8"))
)
#: limits that many documents reach; a single step may go over them by what one large array costs
CLAIM, DOCUMENT, OVER = 4_000, 40_000, 100_000
NETWORKS = ("two_outputs_2_2_2", "relu_sigmoid_3_2_1", "softmax_deep", "batch_matrix_2_3_1")


class Counted(Budget):
    """A budget with low limits, which can be asked when all is done."""

    made: list[Counted]

    def __init__(self) -> None:
        super().__init__(claim=CLAIM, document=DOCUMENT)
        Counted.made.append(self)


@cache
def network(name: str) -> Any:
    """The task of an example."""
    return read_task(str(ROOT / "examples" / f"{name}.yaml"))


def hold(seed: int) -> int:
    """Checks the document of a seed; the number of its claims.

    Raises AssertionError where the report is not well formed, and whatever the checker raises by mistake."""
    name, broken = document(seed)
    chance = random.Random(seed)
    language = "pdf-text" if name == "pdf.txt" else None
    Counted.made = []
    usual, pipeline.Budget = pipeline.Budget, Counted  # type: ignore[misc, assignment]  # one that counts
    try:
        manuscript = read_manuscript(broken, name, language)
        task = network(chance.choice(NETWORKS)) if chance.random() < 0.2 else None
        report = pipeline.check_manuscript(manuscript, task)
    except DerivgenError as error:
        if error.diagnostic.code not in ("E102", "E103", "E110"):
            raise
        return 0
    finally:
        pipeline.Budget = usual  # type: ignore[misc]  # the usual one again
    (budget,) = Counted.made
    assert budget.spent <= DOCUMENT + OVER, budget.spent
    assert budget.level == 0
    size = len(manuscript.text)
    for claim in report.claims:
        assert 0 <= claim.start <= claim.end <= size, claim
        assert (claim.place.line or 1) >= 1, claim
    for unread in report.unread:
        assert unread.reason, unread
    found = json.loads(json_text([(report, manuscript)]), parse_constant=refuse)
    SCHEMA.validate(found)
    assert len(found["claims"]) == len(report.claims)
    json.loads(sarif_text([(report, manuscript)]), parse_constant=refuse)
    annotated_text(report, manuscript)
    look = Look(colour=False, everything=True, brief=False, width=100, named=False)
    shown = terminal_text(report, manuscript, look)
    assert not any(ord(c) < 32 and c != "\n" for c in shown), "a control character is printed"
    return len(report.claims)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def main(first: int, count: int) -> int:
    failed = claims = 0
    for seed in range(first, first + count):
        try:
            claims += hold(seed)
        except Exception as error:
            failed += 1
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno} {last.name}"
            print(f"seed {seed}: {type(error).__name__}: {str(error)[:150]} ({place})", flush=True)
    print(f"{count} documents, {claims} claims, {failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
