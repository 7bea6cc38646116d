"""Rules for markdown-it: displayed formulas as blocks, formulas inside a paragraph."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from derivgen.checking.reading.delimiters import DISPLAYS, Delimiters

_OPENER = re.compile(r"\$\$|\\{1,2}\[|\\begin\{([A-Za-z]+\*?)\}")
#: what may follow a closing delimiter on its line: a full stop, an equation number or label
_REST = re.compile(r"[ \t.,;:\\]*(?:\([\w.:* -]{1,20}\)|\{#?[\w:. -]{1,40}\})?[ \t.,;:\\]*")
MAX_LINES = 20_000


def lines_of(text: str) -> list[tuple[int, int]]:
    """Where each line begins and ends, without its line feed."""
    lines = []
    at = 0
    for line in text.split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    return lines


def display_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block that is one displayed formula; it may interrupt a paragraph, as authors expect."""
    if state.is_code_block(start):
        return False
    first = state.bMarks[start] + state.tShift[start]
    opener = _OPENER.match(state.src, first, state.eMarks[start])
    if opener is None:
        return False
    name = opener[1]
    if name is not None and name not in DISPLAYS:
        return False
    closing = {"$": "$$", "[": opener[0][:-1] + "]"}.get(opener[0][-1], f"\\end{{{name}}}")
    line = start
    at = opener.end()
    # one that stands left of the list item before it ends the list
    indent = min(state.blkIndent, state.sCount[start])
    while True:
        close = _find(state.src, closing, at, state.eMarks[line])
        if close is not None:
            break
        line += 1
        if line >= min(end, start + MAX_LINES) or state.isEmpty(line):
            return False
        if state.sCount[line] < indent:
            return False
        at = state.bMarks[line] + state.tShift[line]
        if state.src.startswith(opener[0], at) and opener[0] != "$$":
            return False
    if _REST.fullmatch(state.src, close + len(closing), state.eMarks[line]) is None:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.map = [start, line + 1]
        token.meta = {"spans": _spans(state, start, line, first, close + len(closing))}
        state.line = line + 1
    return True


def _find(text: str, closing: str, start: int, end: int) -> int | None:
    close = text.find(closing, start, end)
    while close > 0 and text[close - 1] == "\\" and (len(closing) == 2):
        close = text.find(closing, close + 1, end)
    return close if close >= 0 else None


def _spans(state: StateBlock, start: int, last: int, first: int, end: int) -> list[tuple[int, int]]:
    """The parts of the file that make up the formula without its delimiters, line by line."""
    spans: list[tuple[int, int]] = []
    for line in range(start, last + 1):
        begin = first if line == start else state.bMarks[line]
        stop = end if line == last else min(state.eMarks[line] + 1, len(state.src))
        spans.append((begin, max(begin, stop)))
    text = "".join(state.src[begin:stop] for begin, stop in spans)
    found = Delimiters(text).at(0)
    if found is None:
        return spans
    return list(_clipped(spans, found.inner_start, found.inner_end))


def _clipped(spans: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    made: list[tuple[int, int]] = []
    at = 0
    for begin, stop in spans:
        low, high = max(start - at, 0), min(end - at, stop - begin)
        if low < high:
            made.append((begin + low, begin + high))
        at += stop - begin
    return made or [(spans[0][0], spans[0][0])]


def formula_rule(state: StateInline, silent: bool) -> bool:
    """A formula inside a paragraph."""
    if state.src[state.pos] not in "$\\":
        return False
    delimiters = state.env.get("delimiters")
    if delimiters is None or delimiters.text is not state.src:
        delimiters = state.env["delimiters"] = Delimiters(state.src)
    found = delimiters.at(state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.meta = {
            "start": found.inner_start,
            "end": found.inner_end,
            "kind": found.kind,
            "doubled": found.doubled,
        }
    state.pos = found.end
    return True
