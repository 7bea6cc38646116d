"""Text of a user in each format: whatever it holds, it prints as itself.

Each function takes one line or several and returns one line; white space runs become one space
and characters that cannot be printed become the replacement character.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from derivgen.formula.symbols import GREEK

_SPACES = re.compile("[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")
# planes 15 and 16 are where the holes of families live
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff]"
)


def clean(text: str) -> str:
    """One line without control characters; spaces at its ends stay, as one space."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _SPACES.sub(" ", text))


def escaper(table: Mapping[str, str]) -> Callable[[str], str]:
    """A function that cleans a text and puts the entries of a table in place; of several that fit,
    the longest wins."""
    longest_first = sorted(table, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))

    def escape(text: str) -> str:
        return pattern.sub(lambda match: table[match[0]], clean(text))

    return escape


# --- LaTeX ----------------------------------------------------------------------------------

_LATEX_ASCII = escaper(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "%": r"\%",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "`": r"\textasciigrave{}",
        '"': r"\string" + '"',  # an active character in some languages
        "[": "{[}",  # never an optional argument
        "]": "{]}",
        "*": "{*}",  # never the star of a command
        "--": "-{}-",  # no ligatures
        "---": "-{}-{}-",
        "''": "'{}'",
        ",,": ",{},",
    }
)

#: What pdfTeX knows by itself beyond ASCII: Latin-1, Latin Extended-A and common punctuation.
_LATEX_KNOWN = re.compile(
    "[\xa0-\xac\xae-\u0131\u0134-\u0137\u0139-\u0148\u014a-\u017e\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u20ac\u2122]"
)
_LATEX_GREEK: Final = {sign.char: sign.latex for sign in GREEK.values()}
_HOLES = re.compile("[\U000f0000-\U000fffff]")


def latex(text: str) -> str:
    """Text for LaTeX, whatever packages are loaded."""
    return latex_characters(_LATEX_ASCII(text))


def latex_characters(source: str) -> str:
    """LaTeX in which Greek letters are commands, and each other character that pdfTeX has no sign for
    is given by its number, as ``\\unicodechar{4E2D}``; holes stay."""
    if source.isascii():
        return source
    return "".join(map(_latex_character, unicodedata.normalize("NFC", source)))


def _latex_character(char: str) -> str:
    if char.isascii() or _LATEX_KNOWN.match(char) or _HOLES.match(char):
        return char
    if char in _LATEX_GREEK:
        return f"\\texorpdfstring{{\\ensuremath{{{_LATEX_GREEK[char]}}}}}{{{char}}}"
    return f"\\unicodechar{{{ord(char):04X}}}"


# --- Typst ----------------------------------------------------------------------------------

_TYPST = escaper(
    # a hyphen before any kind of digit, ¼ among them, would be a minus sign
    {char: f"\\{char}" for char in "\\#*_`$<>@[]~-"}
    | {"...": r"\...", "//": r"\/\/", "/*": r"\/\*"}
)
_TYPST_START = re.compile(r"\s*(?:\d+(?=[.)])|(?=[=+/-]))")


def typst(text: str) -> str:
    """Text for Typst's markup."""
    return _TYPST(text)


def typst_line(source: str) -> str:
    """Markup so that its beginning is not taken for a heading or a list."""
    return _escape_start(source, _TYPST_START)


def typst_string(text: str) -> str:
    """Text as a string of Typst's code, with its quotes."""
    return json.dumps(clean(text), ensure_ascii=False)


# --- HTML -----------------------------------------------------------------------------------


def html_text(text: str) -> str:
    """Text for HTML, in an element or in an attribute."""
    return html.escape(clean(text), quote=True)


# --- Markdown -------------------------------------------------------------------------------

#: Escapes that every dialect reads: punctuation with a meaning somewhere, and what Liquid and
#: Hugo look for before there is any Markdown.
MARKDOWN: Final[Mapping[str, str]] = {
    **{char: f"\\{char}" for char in "\\`*_[]#|$"},
    "<": "&lt;",  # kramdown looks for elements in tables before it looks for escapes
    "{": r"\{",
    "{%": "&#123;%",
    "{{%": "&#123;&#123;%",
    "~": "&#126;",
    "^": "&#94;",
    "@": "&#64;",
    "--": r"-\-",
    "---": r"-\--",
}

_ENTITY = re.compile(r"&(?=#?\w+;)")


def markdown(extra: Mapping[str, str]) -> Callable[[str], str]:
    """The escaper of a dialect, with escapes beside :data:`MARKDOWN` or other than there."""
    escape = escaper({**MARKDOWN, **extra})
    return lambda text: escape(_ENTITY.sub("&amp;", text))


#: a list's mark (Pandoc takes letters and Roman numerals too), or a sign with a meaning
_MARKDOWN_START = re.compile(
    r"\s*(?:\(?(?:\d+|[a-z]|[ivxlcdm]+)(?=[.)](?:\s|$))|(?=[=+\-:>]))", re.IGNORECASE
)


def markdown_line(source: str) -> str:
    """Markup so that its beginning is not taken for a list, a quotation, a comment."""
    if source.startswith("%"):
        return f"&#37;{source[1:]}"
    return _escape_start(source, _MARKDOWN_START)


def _escape_start(source: str, start: re.Pattern[str]) -> str:
    match = start.match(source)
    return source if match is None else f"{source[: match.end()]}\\{source[match.end() :]}"


def markdown_code(text: str, escape: Callable[[str], str]) -> str:
    """A code span; plain text where Liquid or Hugo would see a template of theirs in the code."""
    code = clean(text)
    if not code.strip() or "{{" in code or "{%" in code or "{#" in code or "|" in code:
        return escape(code)
    fence = "`"
    while fence in code:
        fence += "`"
    space = " " if code[0] in "` " or code[-1] in "` " else ""
    return f"{fence}{space}{code}{space}{fence}"


_PLAIN_YAML = re.compile(r"true|false|-?(?:0|[1-9]\d{0,14})|\d{4}-\d\d-\d\d")
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_YAML_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


def yaml_scalar(text: str) -> str:
    """A string as YAML: quoted, save for booleans, whole numbers and dates."""
    return text if _PLAIN_YAML.fullmatch(text) else json.dumps(clean(text), ensure_ascii=False)


def yaml_value(value: str | tuple[str, ...]) -> str:
    """A string, or a list of them on one line, as YAML."""
    if isinstance(value, str):
        return yaml_scalar(value)
    return f"[{', '.join(map(yaml_scalar, value))}]"


def yaml_key(text: str) -> str:
    """A key of a mapping as YAML."""
    plain = _PLAIN_KEY.fullmatch(text) and text.lower() not in _YAML_WORDS
    return text if plain else json.dumps(clean(text), ensure_ascii=False)
