"""Preformatted text: whether it is a program, and its lines where it is mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivgen.checking.reading.traced import Traced
from derivgen.checking.reading.wordlist import words_of

#: Words behind a fence
MATHS_LANGUAGES = frozenset(("math", "katex", "mathjax"))
LATEX_LANGUAGES = frozenset(("latex", "tex"))
PROGRAM_LANGUAGES = words_of(
    "python py python3 ipython pycon r julia matlab octave c cpp c++ java js javascript ts typescript go "
    "rust bash sh shell console json yaml toml html css xml sql diff mermaid dot graphviz"
)

#: What mathematics never has: statements of programming languages, calls on objects, texts in quotes
_PROGRAM = re.compile(
    r"""^[ \t]*(?:import|from[ ]\S+[ ]import|def|class|return|print|for[ ].*[:{]|while[ (].*|
          if[ (].*[:{]|else\b.*[:{]|elif[ ].*|with[ ].*:|try:|except\b|assert|lambda|function|
          let[ ]\w+[ ]=|const|var|void|int|float|double|public|private|\#include|using[ ]|
          >>>|In[ ]\[|\$[ ]|@\w+$|!?pip[ ]|sudo)(?:\b|$|(?<=\W))
      | \b[A-Za-z_]\w*\.[A-Za-z_]\w*
      | [A-Za-z_)\]]\s*(?:\+=|-=|\*=|/=|==|!=)
      | =\s*["'\[{]?\s*["']
      | ^\s*\w+\s*=\s*\[
      | \blambda\b | ;[ \t]*$ | \w\[[^\]\n]{0,40}:[^\]\n]{0,40}\]
    """,
    re.MULTILINE | re.VERBOSE,
)
_COMMENT = re.compile(r"(?:^|(?<=\s))(?:#|//)(?!\w*\{)")
_CONTINUES = re.compile(r"\s*(?:[=≈≃≤≥+*/·×⋅−]|:=|<=|>=|-(?=\s)|\\(?:approx|cdot|times|leq|geq)\b)")
_OPEN_END = re.compile(r"(?:[=≈+*/·×⋅−(,]|-|\\(?:approx|cdot|times))\s*$")
_MATRIX = re.compile(r"^\s*\w+\s*=\s*\[[\d\s.,;\[\]−+-]*\]?\s*$")


def is_program(text: str) -> bool:
    """Whether preformatted text is program code rather than mathematics."""
    head = text[:20_000]
    found = _PROGRAM.search(head)
    while found is not None and _is_array(head, found.start()):
        found = _PROGRAM.search(head, found.end())
    return found is not None


def _is_array(text: str, at: int) -> bool:
    """``x = [0.05, 0.10]`` is a vector in mathematics as well."""
    start = at
    while start < len(text) and text[start] == "\n":
        start += 1
    end = text.find("\n", start)
    return _MATRIX.match(text[start : end if end >= 0 else len(text)]) is not None


def logical_lines(body: Traced) -> Iterator[Traced]:
    """The lines without comments; a line that begins or ends with a sign belongs to its neighbour."""
    start: int | None = None
    end = 0
    at = 0
    for line in body.text.split("\n"):
        comment = _COMMENT.search(line)
        bare = line if comment is None else line[: comment.start()]
        line_end = at + len(bare.rstrip())
        if not bare.strip():
            if start is not None:
                yield body.cut(start, end)
            start = None
        elif (
            start is not None
            and end == at - 1
            and (_CONTINUES.match(bare) or _OPEN_END.search(body.text[max(start, end - 40) : end]))
        ):
            end = line_end
        else:
            if start is not None:
                yield body.cut(start, end)
            start, end = at, line_end
        if start is not None and (comment is not None or line != line.rstrip()):
            end = at + len(line) if comment is None else line_end
        at += len(line) + 1
    if start is not None:
        yield body.cut(start, end)
