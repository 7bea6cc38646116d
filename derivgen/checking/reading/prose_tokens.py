"""The tokens of prose in which mathematics may stand: numbers, names, words, signs.

They are made to find where a statement begins and ends, not to say what it means: a name with its
subscripts, ``\\frac{..}{..}`` or a formula between dollars is one token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from derivgen.checking.reading.wordlist import words_of

Kind = Literal[
    "num", "atom", "word", "math", "op", "prefix", "rel", "open", "close", "comma", "break"
]


@dataclass(frozen=True, slots=True)
class Token:
    """``start`` and ``end`` count in the paragraph; ``gap`` is what stands before the token: nothing,
    a space, or a line break."""

    kind: Kind
    text: str
    start: int
    end: int
    gap: Literal["", " ", "\n"] = ""
    #: how many blanks stand before it
    blanks: int = 0
    #: for a formula: which relation signs it has: ``<`` at its beginning, ``>`` at its end, ``=`` inside
    relations: str = ""


#: Delimited formulas and code inside a paragraph: start, end.
Spans = Sequence[tuple[int, int]]

GREEK = words_of(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi "
    "rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi "
    "Psi Omega ell infty hbar"
)
ONE_ARGUMENT = words_of(
    "text textbf textit textrm textsf texttt textnormal mbox mathrm mathbf mathit mathsf mathtt mathcal "
    "mathbb boldsymbol bm hat widehat bar overline tilde widetilde vec dot ddot sqrt operatorname "
    "boxed underline color underbrace overbrace"
)
TWO_ARGUMENTS = words_of("frac dfrac tfrac cfrac overset underset stackrel textcolor")
#: letters that are typed as words: ``x + lambda w``
SPELLED = words_of("alpha beta gamma delta epsilon eta theta lambda mu rho sigma tau phi omega")
FUNCTIONS = words_of("exp log ln tanh sinh cosh sin cos tan max min sup arg det tr softmax")
SIGNS = words_of("cdot times ast circ odot div pm mp bullet otimes star cdotp")
PREFIXES = words_of("sum prod int partial nabla lim")
RELATIONS = words_of(
    "approx simeq cong leftarrow gets coloneqq equiv triangleq leq geq le ge doteq fallingdotseq"
)
SPACES = frozenset(
    ("quad", "qquad", ",", ";", ":", "!", " ", "thinspace", "left", "right", "displaystyle")
)
SPACES |= frozenset(
    ("big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "biggl", "biggr")
)

_MASTER = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<url>(?:https?|ftp|file)://[^\s)>\]]+|www\.[^\s)>\]]+)
    | (?P<command>\\(?:[A-Za-z]+\*?|.))
    | (?P<num>(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+−]?\d+(?![^\W_]))?)
    | (?P<bar>[|‖]+)
    | (?P<name>[^\W\d_][^\W_]*(?:[\u0300-\u036f][^\W_]*)*(?:(?:_|\\_)[^\W_]+)*)
    | (?P<rule>-{3,}(?!>))
    | (?P<arrow>=>|->|-->|→|⇒|==+|!=|≠|<->|↔|>>|<<(?!-)|\+=|-=|\*=|/=)
    | (?P<rel>:=|<=|>=|<-|~=|=~|[=≈≃≅≡≔←≤≥<>∝])
    | (?P<op>\*\*|[-+−–*/·×⋅∙÷∘⊙@±∗⊗]|(?<=[ ])\.(?=[ ]))
    | (?P<prefix>[∂∇∑∏∫√])
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<comma>,)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
#: ``w5For``: a name ends where a word with a capital begins
_GLUED = re.compile(r"(.*\d)(?=[A-Z][a-z’'])")
#: ``xᵢ``: one letter with letters below or above the line is a name and no word
_INDEXED = re.compile(r"[^\W\d_][\u1d62-\u1d6a\u2090-\u209c\u2c7cⁱⁿᵗᵏᵀᴴ]+")
#: what stands behind a capital sigma that is the sign of a sum
_SUMMAND = re.compile(r"[ ]?(?:[∂(\[\d]|[^\W\d_](?![^\W\d_]))")
#: ``|a - p|`` behind a sign, in one line and tight inside: what stands between two cells of a table is not
_BARS = re.compile(r"(?<=[=≈+\-−*/·×(,<>≤≥\d)])[ ]?(\|\|?|‖)(?=[^\s|‖])[^|‖\n]{0,80}[^\s|‖](\1)")
#: ``dL/dw``: one name of a derivative, up to its scripts
_TYPED = re.compile(r"d(?=[^\W\d_])[^\W_]+")
#: the sign of a partial derivative in the faces that a copy from Word has
_ROUND_D = str.maketrans("𝜕𝝏𝛛𝞉𝟃", "∂∂∂∂∂")
#: ``d/dx`` before what is differentiated
_BY = re.compile(r"d/d[^\W\d_][^\W_]*(?=[_ ])")
#: ``w5+ = 0.4``: a sign right behind a name and before a relation is a mark
_MARK = re.compile(r"[+*](?=[ ]+(?:=|≈|:=|←|<-))")
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᵗⁿⁱᵏᵃᵇᶜᵈᵉˡᵐᵒˣʸᶻᴸ′″"
_LETTERS = "_^"
#: ``e⁻¹·¹``: there is no small point
_SMALL_DECIMAL = re.compile("[⁰¹²³⁴-⁹]·[⁰¹²³⁴-⁹]")


def brace_partners(text: str) -> dict[int, int]:
    """Opening brace -> closing brace; escaped ones do not count.  Linear in the text."""
    partners: dict[int, int] = {}
    stack: list[int] = []
    at = 0
    for found in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        at = found.start()
        if found[0] == "{":
            stack.append(at)
        elif found[0] == "}" and stack:
            partners[stack.pop()] = at
    return partners


def relations_of(formula: str) -> str:
    """Where a formula has relation signs outside of braces: ``<`` at its beginning, ``>`` at its end,
    ``=`` inside."""
    found = ""
    depth = 0
    seen_operand = False
    pending = ""
    for match in re.finditer(
        r"\\[A-Za-z]+|\\.|:=|<-|[{}]|[=≈≃≅≡≔←≤≥<>∝]|[^\s\\{}&]", formula, re.DOTALL
    ):
        text = match[0]
        if text == "{":
            depth += 1
        elif text == "}":
            depth -= 1
        elif depth <= 0 and (text[1:] in RELATIONS if text[0] == "\\" else text in _SIGNS):
            pending = "=" if seen_operand else "<"
            if pending == "<":
                found += "<"
                pending = ""
            continue
        elif text[0] == "\\" and text[1:] in SPACES:
            continue
        if pending and pending not in found:
            found += pending
        pending = ""
        seen_operand = True
    return found + (">" if pending else "")


_SIGNS = frozenset((":=", "<-", *"=≈≃≅≡≔←≤≥<>∝"))


class Lexer:
    """Cuts one paragraph into tokens; linear in its length."""

    def __init__(self, text: str, formulas: Spans) -> None:
        self.text = text.translate(_ROUND_D)
        self.formulas = {start: end for start, end in formulas if end > start}
        self.braces = brace_partners(text)
        self.tokens: list[Token] = []
        bars = list(_BARS.finditer(text))
        self._opening = {bar.start(1) for bar in bars}
        self._closing = {bar.start(2) for bar in bars}

    def run(self) -> list[Token]:
        """The tokens from left to right."""
        at = 0
        gap: Literal["", " ", "\n"] = ""
        blanks = 0
        starts = sorted(self.formulas)
        following = 0
        while at < len(self.text):
            while following < len(starts) and starts[following] < at:
                following += 1
            if at in self.formulas:
                end = self.formulas[at]
                body = self.text[at:end]
                kind, relations = self._formula(body)
                self.tokens.append(Token(kind, body, at, end, gap, blanks, relations))
                at, gap, blanks = end, "", 0
                continue
            limit = starts[following] if following < len(starts) else len(self.text)
            match = _MASTER.match(self.text, at, limit)
            if match is None:  # pragma: no cover - the pattern takes every character
                at += 1
                continue
            if match.lastgroup == "space":
                gap = "\n" if "\n" in match[0] or gap == "\n" else " "
                blanks = len(match[0])
                at = match.end()
                continue
            end, token_kind = self._token(match, limit)
            if token_kind is None:
                gap, at = gap or " ", end
                continue
            self.tokens.append(Token(token_kind, self.text[at:end], at, end, gap, blanks))
            at, gap, blanks = end, "", 0
        return [self._assigned(at) for at in range(len(self.tokens))]

    def _assigned(self, at: int) -> Token:
        """A token; an arrow before a new value is a relation: ``w1 -> w1 - 0.1 * 0.05``, ``w1 -> 0.4 - 0.1 * 0.05``."""
        token = self.tokens[at]
        if token.text not in ("->", "-->", "→") or not 0 < at < len(self.tokens) - 2:
            return token
        name, behind = self.tokens[at - 1], self.tokens[at + 1 : at + 4]
        if behind[0].text in "-−–" and behind[0].kind == "op":
            behind = behind[1:]
        begins = behind[0].kind == "num" or behind[0].text == name.text
        steps = begins and len(behind) > 1 and behind[1].kind == "op" and behind[1].text in "+-−–"
        return replace(token, kind="rel") if name.kind == "atom" and steps else token

    def _formula(self, body: str) -> tuple[Kind, str]:
        bare = body.strip()
        if bare in _SIGNS or (bare[:1] == "\\" and bare[1:] in RELATIONS):
            return "rel", ""
        return "math", relations_of(body)

    def _token(self, match: re.Match[str], limit: int) -> tuple[int, Kind | None]:
        """Where a token ends and what it is; no kind for what only parts others."""
        end = match.end()
        text = match[0]
        match match.lastgroup:
            case "num":
                return self._scripts(end, limit), "num"
            case "bar" if match.start() in self._opening:
                return end, "open"
            case "bar" if match.start() in self._closing:
                return self._scripts(end, limit), "close"
            case "name" if (derivative := self._typed_derivative(match.start(), limit)) is not None:
                return derivative, "atom"
            case "name" if (by := _BY.match(self.text, match.start(), limit)) is not None:
                return self._scripts(by.end(), limit), "prefix"
            case "name":
                glued = _GLUED.match(text)
                if glued is not None:
                    return match.start() + glued.end(), "atom"
                scripts = self._scripts(end, limit)
                mark = _MARK.match(self.text, scripts, limit)
                scripts = scripts if mark is None else mark.end()
                indexed = _INDEXED.fullmatch(text) is not None
                sigma = text[0] == "Σ" and (len(text) == 1 or indexed or text[1] == "_")
                if sigma and _SUMMAND.match(self.text, scripts, limit):
                    return scripts, "prefix"
                certain = scripts > end or len(text) == 1 or not text.isalpha() or text in SPELLED
                certain = certain or indexed
                if text in ("a", "A", "I") and scripts == end:
                    certain = False
                return scripts, "atom" if certain else "word"
            case "command":
                return self._command(text, end, limit)
            case "close":
                return self._scripts(end, limit), "close"
            case "prefix":
                return self._scripts(end, limit), "prefix"
            case "rel":
                return end, "rel"
            case "op":
                return end, "op"
            case "open":
                return end, "open"
            case "comma":
                return end, "comma"
        if text == "^":
            return max(end, self._scripts(match.start(), limit)), "break"
        return end, "break"

    def _typed_derivative(self, at: int, limit: int) -> int | None:
        """The end of ``dL/dw_1`` that begins here."""
        of = _TYPED.match(self.text, at, limit)
        if of is None:
            return None
        slash = self._scripts(of.end(), limit)
        by = (
            _TYPED.match(self.text, slash + 1, limit)
            if self.text[slash : slash + 1] == "/"
            else None
        )
        return None if by is None else self._scripts(by.end(), limit)

    def _command(self, text: str, end: int, limit: int) -> tuple[int, Kind | None]:
        name = text[1:]
        if name in SPACES:
            return end, None
        if name == "_":
            return end, "break"
        if name in RELATIONS:
            return end, "rel"
        if name in SIGNS:
            return end, "op"
        if name in PREFIXES:
            return self._scripts(end, limit), "prefix"
        wanted = 2 if name in TWO_ARGUMENTS else 1 if name in ONE_ARGUMENT else 0
        for _ in range(wanted):
            group = self._group(self._skip_spaces(end, limit), limit)
            if group is None:
                return end, "break"
            end = group
        if wanted or name in GREEK or name in FUNCTIONS:
            return self._scripts(end, limit), "atom"
        if name in ("{", "("):
            return end, "break"
        return end, "break"

    def _skip_spaces(self, at: int, limit: int) -> int:
        while at < limit and self.text[at] == " ":
            at += 1
        return at

    def _group(self, at: int, limit: int) -> int | None:
        """The end of a brace group, of a single digit or of a command, as an argument."""
        if at >= limit:
            return None
        char = self.text[at]
        if char == "{":
            partner = self.braces.get(at)
            return None if partner is None or partner >= limit else partner + 1
        if char == "\\":
            found = re.compile(r"\\[A-Za-z]+").match(self.text, at, limit)
            return None if found is None else self._after_command(found.end(), found[0][1:], limit)
        return at + 1 if char.isalnum() else None

    def _after_command(self, end: int, name: str, limit: int) -> int:
        if name in ONE_ARGUMENT and end < limit and self.text[end] == "{":
            partner = self.braces.get(end)
            if partner is not None and partner < limit:
                return partner + 1
        return end

    def _scripts(self, at: int, limit: int) -> int:
        """The end of the subscripts, superscripts and primes that follow something."""
        text = self.text
        while at < limit:
            char = text[at]
            if (
                char in _SUPERSCRIPTS
                or "₀" <= char <= "ₜ"
                or (char in "'’" and not text[at + 1 : at + 2].isalpha())
                or (char == "·" and _SMALL_DECIMAL.match(text, at - 1))
            ):
                at += 1
            elif char in _LETTERS and at + 1 < limit:
                end = self._script(at + 1, limit)
                if end is None:
                    return at
                at = end
            else:
                return at
        return at

    def _script(self, at: int, limit: int) -> int | None:
        char = self.text[at]
        if char in "{\\":
            return self._group(at, limit)
        if char == "(":
            close = self.text.find(")", at, min(limit, at + 60))
            return None if close < 0 or "(" in self.text[at + 1 : close] else close + 1
        if char in "*+∗":
            return at + 1
        sign = 1 if char in "-−" else 0
        found = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+\d*").match(self.text, at + sign, limit)
        return None if found is None else found.end()
