"""Strict parsing of TeX formulas by KaTeX, which runs inside the test process."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path

import quickjs

_SOURCE = Path(__file__).parent / "data" / "katex.min.js"

_CHECK = """
function check(tex, display) {
    try {
        // the parser alone, which is what refuses; laying out would only take time
        katex.__parse(tex, {displayMode: display, strict: "error", throwOnError: true});
        return "";
    } catch (error) {
        return String(error.message);
    }
}
"""


@functools.cache
def _context() -> quickjs.Context:
    context = quickjs.Context()
    context.set_max_stack_size(16 * 1024 * 1024)
    context.eval(_SOURCE.read_text(encoding="utf-8"))
    context.eval(_CHECK)
    return context


def check(formulas: Iterable[tuple[str, bool]]) -> list[str]:
    """What KaTeX in strict mode says against each (formula, whether displayed); empty when all
    are good.  Formulas come without delimiters."""
    context = _context()
    complaints = []
    for tex, display in formulas:
        call = f"check({json.dumps(tex)}, {json.dumps(display)})"
        if message := context.eval(call):
            complaints.append(f"{message}: {tex}")
    return complaints
