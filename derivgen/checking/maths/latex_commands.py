"""Commands and escapes of LaTeX as tokens."""

from __future__ import annotations

import re
from typing import Final

from derivgen.checking.maths.signs import (
    ACCENTS,
    COMMANDS,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FACES,
    GREEK_COMMANDS,
    OVERLAYS,
    RELATION_WORDS,
    SIGNS,
    TEXTS,
    TRANSPARENT,
    UPRIGHT,
)
from derivgen.checking.maths.tape import Tape
from derivgen.checking.maths.typed_signs import put_sign

_OVERLAY: Final = re.compile(r"\s*<[^<>\n]{0,30}>")
_ONES: Final = re.compile(r"\s*\{\s*1\s*\}")
_SIMPLE_FACE: Final = re.compile(r"\s*\{\s*(?:\\([A-Za-z]+)|([A-Za-z]+))\s*\}")
_WORD_FACE: Final = re.compile(r"\s*\{\s*([A-Za-z][A-Za-z0-9]*(?:(?:\\_|-|\s)[A-Za-z0-9]+)*)\s*\}")
_ENVIRONMENT: Final = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}")
_COLUMNS: Final = re.compile(r"\s*\{[^{}]*\}")
_OPTION: Final = re.compile(r"\s*\[[a-z]?\]")
_LENGTH: Final = re.compile(r"\*?\s*\[\s*-?[0-9.]+\s*[a-z]{2,4}\s*\]")
_SHAPES: Final[dict[str, str]] = {
    **dict.fromkeys(("lbrack", "rbrack", "]"), "["),
    **dict.fromkeys(("lbrace", "rbrace", "{", "}"), "set"),
    **dict.fromkeys(("vert", "lvert", "rvert"), "|"),
    **dict.fromkeys(("Vert", "lVert", "rVert"), "||"),
    **dict.fromkeys(("langle", "rangle", ">"), "<"),
    ")": "(",
}
_ENVIRONMENTS_WITH_COLUMNS: Final = frozenset({"array", "alignat", "alignedat", "subarray"})


def put_command(tape: Tape, found: str, start: int) -> None:
    name, end = found[1:].rstrip("*"), start + len(found)
    if found.endswith("*") and name not in ("tag", "operatorname", "hspace", "text"):
        end -= 1  # "\alpha*x": the star is a sign of its own
    if name in GREEK_COMMANDS:
        tape.put("greek", GREEK_COMMANDS[name], start, end)
    elif name in RELATION_WORDS:
        tape.put("relation", RELATION_WORDS[name], start, end)
    elif name in COMMANDS:
        tape.put(*COMMANDS[name], start, end)
    elif name in ACCENTS:
        tape.put("accent", ACCENTS[name], start, end)
    elif name in TEXTS:
        _text(tape, start, end)
    elif name in UPRIGHT or name in FACES:
        _face(tape, name, start, end)
    elif name in TRANSPARENT:
        tape.at = end
    elif name in OVERLAYS:
        overlay = _OVERLAY.match(tape.text, end)
        tape.at = end if overlay is None else overlay.end()
    elif name in ("left", "bigl", "Bigl", "biggl", "Biggl", "lvert", "lVert"):
        _delimiter(tape, "open", name, start, end)
    elif name in ("right", "bigr", "Bigr", "biggr", "Biggr", "rvert", "rVert"):
        _delimiter(tape, "close", name, start, end)
    elif name in DROPPED:
        tape.at = end
        tape.glued = False
    elif name in DROPPED_WITH_ARGUMENT:
        tape.at = _after_group(tape, end)
        tape.glued = False
    elif name in ("begin", "end"):
        _environment(tape, name, start, end)
    elif name == "tag":
        after = _after_group(tape, end)
        tape.put("tag", tape.text[end:after].strip("* {}()"), start, after)
    elif name in ("stackrel", "overset", "underset"):
        _stacked(tape, start, end)
    else:
        tape.put("command", name, start, end)


def _after_group(tape: Tape, at: int) -> int:
    """The place after the braces that open at ``at`` (spaces skipped); ``at`` when there are none."""
    text, end = tape.text, len(tape.text)
    here = at
    while here < end and text[here].isspace():
        here += 1
    if here >= end or text[here] != "{":
        return at
    depth = 0
    while here < end:
        char = text[here]
        if char == "\\":
            here += 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return here + 1
        here += 1
    return end


def _text(tape: Tape, start: int, end: int) -> None:
    after = _after_group(tape, end)
    inside = tape.text[end:after].strip()
    if after == end:
        tape.put("command", "text", start, end)
        return
    tape.put("text", inside[1:-1].replace(r"\_", "_").replace("$", ""), start, after)


def _face(tape: Tape, name: str, start: int, end: int) -> None:
    if name in ("mathbb", "mathbbm", "mathds") and re.compile(r"\s*\{?\s*1").match(tape.text, end):
        after = _after_group(tape, end)
        tape.put("command", "indicator", start, after if after > end else end + 1)
        return
    ones = _ONES.match(tape.text, end) if name in FACES else None
    if ones is not None:
        tape.put("ones", "1", start, ones.end())
        return
    word = _WORD_FACE.match(tape.text, end) if name in UPRIGHT else None
    if word is not None:
        plain = re.sub(r"\\_|-|\s+", "_", word.group(1))
        greek = GREEK_COMMANDS.get(plain)
        tape.put("greek" if greek else "word", greek or plain, start, word.end())
        return
    simple = _SIMPLE_FACE.match(tape.text, end)
    if simple is not None and simple.group(2):
        tape.put("letters", simple.group(2), start, simple.end())
    elif simple is not None and simple.group(1) in GREEK_COMMANDS:
        tape.put("greek", GREEK_COMMANDS[simple.group(1)], start, simple.end())
    else:
        tape.at = end  # the group that follows stands for itself
        tape.glued = False


def _delimiter(tape: Tape, side: str, name: str, start: int, end: int) -> None:
    if name.endswith("vert"):
        tape.put(side, "|", start, end)
        return
    if name.endswith("Vert"):
        tape.put(side, "||", start, end)
        return
    tape.at = end
    found = re.compile(
        r"\s*(\\(?:[lr](?:brack|brace|vert|Vert|angle)|vert|Vert|[{}|])|[][().|/<>])"
    ).match(tape.text, end)
    if found is None:
        return
    shape = found.group(1).lstrip("\\")
    shape = "||" if found.group(1) == r"\|" else _SHAPES.get(shape, shape)
    tape.put(side, "." + shape, start, found.end())


def _environment(tape: Tape, name: str, start: int, end: int) -> None:
    found = _ENVIRONMENT.match(tape.text, end)
    if found is None:
        tape.put("unknown", name, start, end)
        return
    environment, after = found.group(1).rstrip("*"), found.end()
    if name == "begin":
        option = _OPTION.match(tape.text, after)
        after = option.end() if option and environment != "bmatrix" else after
        if environment in _ENVIRONMENTS_WITH_COLUMNS:
            columns = _COLUMNS.match(tape.text, after)
            after = columns.end() if columns else after
    tape.put(name, environment, start, after)
    tape.glued = False


def _stacked(tape: Tape, start: int, end: int) -> None:
    """``\\stackrel{def}{=}``: the lower part counts, where it is a relation."""
    first = _after_group(tape, end)
    second = _after_group(tape, first)
    inside = tape.text[first:second].strip().strip("{}").strip()
    above = tape.text[end:first].lower()
    relation = RELATION_WORDS.get(inside.lstrip("\\")) or SIGNS.get(inside, ("", ""))[1]
    if inside and (inside in SIGNS or inside.lstrip("\\") in RELATION_WORDS):
        defines = "def" in above or "triangle" in above
        tape.put("relation", "define" if defines else relation, start, second)
    else:
        tape.at = first if first > end else end


def put_escape(tape: Tape, found: str, start: int) -> None:
    end = start + len(found)
    char = found[1:]
    if char == "\\":
        length = _LENGTH.match(tape.text, end)
        tape.put("row", "\\\\", start, length.end() if length else end)
    elif char == "_":
        tape.put("joint", "_", start, end)
    elif char in "{}":
        tape.put("open" if char == "{" else "close", "set", start, end)
    elif char == "|":
        tape.put("bar", "||", start, end)
    elif char == "%":
        tape.put("percent", "%", start, end)
    elif char in "*+-=.()[]#<>/^'" and tape.typed:
        tape.at = start + 1  # an escape of Markdown
        put_sign(tape, char, start + 1)
    elif char in ",;:!> \n/-" or not char:
        tape.at = end
        tape.glued = False
    elif char in "()[]":
        tape.at = end  # delimiters of the whole formula
    else:
        tape.put("unknown", found, start, end)
