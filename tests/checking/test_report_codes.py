"""The codes of the checker: every one that is written somewhere has its entry in the table."""

from __future__ import annotations

import re
from pathlib import Path

import derivgen
from derivgen.checking.codes import CHECK_CODES
from derivgen.error_codes import CODES

PACKAGE = Path(derivgen.__file__).parent


def test_no_code_of_the_checker_is_one_of_an_error() -> None:
    assert not set(CODES) & set(CHECK_CODES)


def test_every_code_that_the_checker_writes_is_in_the_table() -> None:
    files = [p for p in (PACKAGE / "checking").rglob("*.py") if p.name != "codes.py"]
    found = {
        code
        for path in files
        for code in re.findall(r"[\"'](C[1-5]\d\d)[\"']", path.read_text(encoding="utf-8"))
    }
    assert found <= set(CHECK_CODES)
