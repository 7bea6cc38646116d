"""LaTeX without comments and verbatim text, and with the document's own macros expanded.

Only definitions in the document count; nothing is ever read from another file.  The number of
expansions, their depth and their size are bounded: a macro that calls itself is listed as not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from derivgen.checking.manuscript import Unread
from derivgen.checking.reading.package_macros import (
    IN_BRACKETS,
    PACKAGE_MACROS,
    closing_bracket,
)
from derivgen.checking.reading.prose_tokens import brace_partners
from derivgen.checking.reading.traced import Traced, join
from derivgen.checking.reading.wordlist import words_of

MAX_EXPANSIONS = 20_000
MAX_DEPTH = 40
#: characters that all expansions together may write
MAX_WRITTEN = 1_000_000

_HIDDEN = re.compile(
    r"""(?<!\\)(?:\\\\)*(?P<comment>%[^\n]*(?:\n[ \t]*(?=\S))?)
      | \\verb\*?(?P<mark>[^\w\s*])[^\n]*?(?P=mark)
      | \\begin\{(?P<name>verbatim\*?|Verbatim|lstlisting|minted|comment|tikzpicture|filecontents\*?)\}
      | \\iffalse\b
    """,
    re.VERBOSE,
)
_COMMAND = re.compile(r"\\(?:[A-Za-z@]+\*?|.)", re.DOTALL)
_DEFINES = words_of(
    "newcommand renewcommand providecommand def gdef edef let DeclareMathOperator "
    "newenvironment renewenvironment DeclareRobustCommand"
)
#: commands that say where text begins and ends; how a document prints them is no matter
_STRUCTURE = words_of(
    "begin end item par section subsection subsubsection paragraph chapter part title caption label "
    "ref eqref cite footnote maketitle frac sqrt partial text mathrm left right sum"
)
_NAME = re.compile(r"\s*\{?\s*\\([A-Za-z@]+|[^A-Za-z\s])\s*\}?")
_COUNT = re.compile(r"\s*\[(\d)\]")
_PARAMETERS = re.compile(r"((?:#\d)*)\s*(?=\{)")
_LET = re.compile(r"\s*\\([A-Za-z@]+)\s*=?\s*(\\[A-Za-z@]+|\S)")
#: TeX's own programming: what a macro with it does is layout, and only its arguments are text
_LAYOUT = re.compile(
    r"\\(?:setbox|advance|[hv]box|hsize|[xe]def|expandafter|csname|dimexpr|numexpr|newdimen|newbox|if(?:dim|num|x))"
    r"(?![A-Za-z@])|\\[A-Za-z]*@[A-Za-z@]*"
)
#: a formula in a box of its own, which a macro measures before it prints it
_BOXED = re.compile(
    r"\s*\\(?:sbox|savebox)\s*(?:\{\\[A-Za-z@]+\}|\\[A-Za-z@]+)\s*\{\$(?:\\displaystyle)?([^$]*)\$\}.*",
    re.DOTALL,
)
_SIMPLE_PART = re.compile(r"\s*(?:\\(?:begin|end)\{[A-Za-z*]+\}\s*)*")


@dataclass(frozen=True, slots=True)
class Macro:
    """What a macro stands for; ``default`` is its optional first argument."""

    body: str
    arguments: int = 0
    default: str | None = None
    #: a definition that cannot be followed: using it is refused
    refused: str = ""


_IN_BRACKETS = frozenset(PACKAGE_MACROS[name][2] for name in IN_BRACKETS)


class _TooMuch(Exception):
    """An expansion that has to stop; the reason."""


def without_hidden(text: str, shift: int = 0) -> Traced:
    """The text without comments and without what LaTeX prints as it stands."""
    parts: list[Traced] = []
    at = 0
    while (found := _HIDDEN.search(text, at)) is not None:
        start, end = found.span()
        if found["comment"] is not None:
            start = found.start("comment")
        elif found["name"] is not None:
            closing = f"\\end{{{found['name']}}}"
            close = text.find(closing, end)
            end = len(text) if close < 0 else close + len(closing)
        elif found["mark"] is None:
            close = text.find("\\fi", end)
            end = len(text) if close < 0 else close + 3
        if start > at:
            parts.append(Traced.of(text[at:start], at + shift))
        at = end
    parts.append(Traced.of(text[at:], at + shift))
    return join(parts)


class Expander:
    """Expands the macros that a document defines."""

    def __init__(self) -> None:
        self.macros: dict[str, Macro] = {
            name: Macro(body, arguments, default)
            for name, (arguments, default, body) in PACKAGE_MACROS.items()
        }
        self.environments: dict[str, tuple[str, str]] = {}
        self.unread: list[Unread] = []
        self.count = 0
        self.written = 0
        #: whether the bounds were reached
        self.spent = False
        self._reported: set[str] = set()

    def run(self, whole: Traced) -> Traced:
        """The text without its definitions and with its macros expanded."""
        return self._expand(whole, 0)

    def _expand(self, whole: Traced, depth: int) -> Traced:
        text = whole.text
        partners: dict[int, int] | None = None
        parts: list[Traced] = []
        at = 0
        pos = 0
        while (found := _COMMAND.search(text, pos)) is not None:
            name = found[0][1:]
            start, pos = found.span()
            bare = name.rstrip("*")
            if bare in _DEFINES:
                partners = brace_partners(text) if partners is None else partners
                end = self._define(text, pos, bare, partners)
                if end is not None:
                    parts.append(whole.cut(at, start))
                    at = pos = end
                continue
            if name in ("begin", "end"):
                made = self._environment(text, pos, name)
                if made is not None:
                    end, body = made
                    parts += [whole.cut(at, start), Traced.put_in(body, whole.source_of(start))]
                    at = pos = end
                continue
            macro = self.macros.get(name) or self.macros.get(bare)
            if macro is None:
                continue
            partners = brace_partners(text) if partners is None else partners
            result = self._call(whole, found, macro, partners, depth)
            if result is None:
                continue
            end, expansion = result
            parts += [whole.cut(at, start), expansion]
            at = pos = end
        if not parts:
            return whole
        return join([*parts, whole.cut(at, len(text))])

    def _call(
        self,
        whole: Traced,
        found: re.Match[str],
        macro: Macro,
        partners: dict[int, int],
        depth: int,
    ) -> tuple[int, Traced] | None:
        """Where a call ends and what it becomes; None where it is left as it stands."""
        source = whole.source_of(found.start())
        if self.spent and found[0] in self._reported:
            return None
        try:
            if macro.refused:
                raise _TooMuch(macro.refused)
            end, arguments = self._arguments(whole, found.end(), macro, partners)
            expansion = self._filled(macro, arguments, source)
            self.count += 1
            self.written += len(expansion.text) + 20 * len(expansion.pieces)
            if depth >= MAX_DEPTH:
                raise _TooMuch("the macro calls itself, or macros are nested too deep")
            if self.count > MAX_EXPANSIONS or self.written > MAX_WRITTEN:
                self.spent = True
                raise _TooMuch("macros expand to more than is read of one document")
            if "\\" in expansion.text:
                expansion = self._expand(expansion, depth + 1)
            # a command must not run into the letter that follows it
            following = whole.text[end : end + 1]
            if following.isalpha() and re.search(r"\\[A-Za-z]+$", expansion.text):
                expansion = join([expansion, Traced.put_in(" ", source)])
        except _TooMuch as stop:
            if depth:
                raise
            if found[0] not in self._reported:
                self._reported.add(found[0])
                self.unread.append(Unread(found[0], source, str(stop)))
            return None
        return end, expansion

    def _arguments(
        self, whole: Traced, at: int, macro: Macro, partners: dict[int, int]
    ) -> tuple[int, list[Traced]]:
        text = whole.text
        arguments: list[Traced] = []
        missing = macro.arguments
        brackets = macro.body in _IN_BRACKETS
        if macro.default is not None and missing:
            missing -= 1
            place = _past_spaces(text, at)
            close = text.find("]", place, place + 2_000) if text[place : place + 1] == "[" else -1
            if close > 0:
                arguments.append(whole.cut(place + 1, close))
                at = close + 1
            else:
                source = whole.source_of(min(at, max(len(text) - 1, 0)))
                arguments.append(Traced.put_in(macro.default, source))
        for _ in range(missing):
            at = _past_spaces(text, at)
            if at >= len(text):
                raise _TooMuch("an argument of the macro is missing")
            if text[at] == "(" and brackets and (closed := closing_bracket(text, at)):
                arguments.append(whole.cut(at + 1, closed))
                at = closed + 1
            elif text[at] == "{":
                close = partners.get(at, -1)
                if close < 0:
                    raise _TooMuch("an argument of the macro has no closing brace")
                arguments.append(whole.cut(at + 1, close))
                at = close + 1
            else:
                command = _COMMAND.match(text, at)
                end = command.end() if command is not None else at + 1
                arguments.append(whole.cut(at, end))
                at = end
        return at, arguments

    def _filled(self, macro: Macro, arguments: list[Traced], source: int) -> Traced:
        parts: list[Traced] = []
        written = 0
        for index, piece in enumerate(re.split(r"#(\d)", macro.body)):
            if index % 2 == 0:
                parts.append(Traced.put_in(piece, source))
            elif 0 < int(piece) <= len(arguments):
                parts.append(arguments[int(piece) - 1])
            # a piece costs as much as many characters
            written += len(parts[-1].text) + 20 * len(parts[-1].pieces) if parts else 0
            if self.written + written > MAX_WRITTEN:
                raise _TooMuch("macros expand to more than is read of one document")
        return join(parts)

    def _define(self, text: str, at: int, command: str, partners: dict[int, int]) -> int | None:
        """Takes in a definition; the place behind it, or None where it is none that is understood."""
        if command == "let":
            let = _LET.match(text, at)
            if let is None:
                return None
            self.macros[let[1]] = self.macros.get(let[2][1:], Macro(let[2]))
            return let.end()
        if command.endswith("environment"):
            return self._define_environment(text, at, partners)
        found = _NAME.match(text, at)
        if found is None:
            return None
        name, at = found[1], found.end()
        if command.endswith("def"):
            parameters = _PARAMETERS.match(text, at)
            if parameters is None:  # parameters with text between them
                opening = text.find("{", at, at + 200)
                close = partners.get(opening, -1)
                self.macros[name] = Macro("", refused="the macro's arguments are not in braces")
                return close + 1 if close >= 0 else None
            group = _group(text, parameters.end(), partners)
            if group is None:
                return None
            if name not in _STRUCTURE:
                arguments = len(parameters[1]) // 2
                body = _without_layout(text[group[0] : group[1]], arguments)
                self.macros[name] = Macro(body, arguments)
            return group[1] + 1
        count = _COUNT.match(text, at)
        arguments, default = 0, None
        if count is not None:
            arguments, at = int(count[1]), count.end()
            place = _past_spaces(text, at)
            if text[place : place + 1] == "[":
                close = text.find("]", place)
                if close < 0:
                    return None
                default, at = text[place + 1 : close], close + 1
        group = _group(text, at, partners)
        if group is None:
            return None
        body = _BOXED.sub(r"\1", text[group[0] : group[1]])
        body = _without_layout(body, arguments)
        if command == "DeclareMathOperator":
            body = f"\\operatorname{{{body}}}"
        own = self.macros.get(name)
        known = own is not None and own.body != PACKAGE_MACROS.get(name, (0, None, ""))[2]
        fresh = command != "providecommand" or not known
        if fresh and name not in _STRUCTURE:
            self.macros[name] = Macro(body, arguments, default)
        return group[1] + 1

    def _define_environment(self, text: str, at: int, partners: dict[int, int]) -> int | None:
        name = _group(text, at, partners)
        if name is None:
            return None
        at = name[1] + 1
        while (option := re.compile(r"\s*\[[^\]]*\]").match(text, at)) is not None:
            at = option.end()
        begin = _group(text, at, partners)
        if begin is None:
            return None
        end = _group(text, begin[1] + 1, partners)
        if end is None:
            return None
        parts = text[begin[0] : begin[1]], text[end[0] : end[1]]
        if all(_SIMPLE_PART.fullmatch(part) for part in parts):
            self.environments[text[name[0] : name[1]]] = parts
        return end[1] + 1

    def _environment(self, text: str, at: int, which: str) -> tuple[int, str] | None:
        found = re.compile(r"\{([^{}\n]{1,40})\}").match(text, at)
        if found is None or found[1] not in self.environments:
            return None
        return found.end(), self.environments[found[1]][0 if which == "begin" else 1].strip()


def _without_layout(body: str, arguments: int) -> str:
    """The body of a macro, or its arguments alone where it is a program for the layout."""
    if _LAYOUT.search(body) is None:
        return body
    used = [f"#{n}" for n in range(1, arguments + 1) if f"#{n}" in body]
    own_paragraph = "\\par" in body
    return "\\par ".join(["", *used, ""]) if own_paragraph else " ".join(used)


def _past_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _group(text: str, at: int, partners: dict[int, int]) -> tuple[int, int] | None:
    """The inside of the brace group that follows."""
    at = _past_spaces(text, at)
    close = partners.get(at, -1) if text[at : at + 1] == "{" else -1
    return None if close < 0 else (at + 1, close)
