"""Statements loose in prose: where in a run of words mathematics begins, and where it ends.

A statement is a chain with a relation sign: ``w5 = 0.40``, ``dL/dw5 ≈ 0.7414 * 0.1868``, bare LaTeX
glued to a sentence.  Formulas between delimiters may be parts of it (``$w_1$ = 0.15``).  Where a
statement could end in two places and both would mean something, it is not guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from unicodedata import normalize

from derivgen.checking.reading.prose_sides import COLUMN_GAP, Sides
from derivgen.checking.reading.prose_sight import (
    BARE,
    CALLED,
    STOPWORDS,
    SUMMING,
    Found,
    ratio,
)
from derivgen.checking.reading.prose_tokens import Lexer, Spans, Token

#: an opening bracket -> its partner
PARTNERS = {"(": ")", "[": "]", "{": "}", "|": "|", "||": "||", "‖": "‖"}
#: letters that join two statements in Spanish, Catalan, Polish, Italian or Portuguese sentences
CONJUNCTIONS = frozenset("yiueo")
#: words before a relation sign that together name one thing, at most
MAX_LEFT_WORDS = 3
#: ends of what a learning rate is called, before its letter
RATE_WORDS = frozenset({"rate", "size", "lernrate", "schrittweite", "aprendizaje", "apprentissage"})
RATES = frozenset({"eta", "alpha", "lr", "mu", "gamma", "epsilon"})
MAX_DEPTH = 200


@dataclass(slots=True)
class _State:
    """One attempt to read a statement: what was seen of it so far."""

    at: int
    depth: list[str] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    relations: int = 0
    operand: bool = False
    #: index behind the last token up to which everything is complete, and the relations until there
    good: int = 0
    good_relations: int = 0
    good_weight: int = 0
    weight: int = 0
    signs: int = 0
    gaps: int = 0
    doubt: str = ""


def statements(text: str, formulas: Spans = (), *, code: bool = False) -> list[Found]:
    """The statements of a paragraph, in order.

    ``formulas`` are the spans of what was delimited.  ``code`` says that the text is one line of
    preformatted text, where factors may stand side by side (``0.05 0.15``)."""
    tokens = Lexer(text, formulas).run()
    return list(_Finder(tokens, code).run())


class _Finder(Sides):
    def __init__(self, tokens: Sequence[Token], code: bool) -> None:
        super().__init__(tokens)
        self.code = code
        self.lefts: set[str] = set()

    def run(self) -> list[Found]:
        found: list[Found] = []
        at = 0
        while at < len(self.tokens):
            given = self.given(at)
            if given is not None:
                found.append(given[1])
                at = given[0]
                continue
            if self.is_line_number(at):
                at += 3
                continue
            if not self._may_start(at):
                at += 1
                continue
            state = self._attempt(at)
            if state.good_relations and state.good_weight:
                statement = self._made(at, state)
                if statement is not None:
                    found.append(statement)
                at = max(state.good, at + 1)
            elif state.opened and not state.good_relations:
                at = max(state.opened[-1] + 1, at + 1)
            else:
                at = max(state.at, at + 1)
        return found

    def _may_start(self, at: int) -> bool:
        token = self.tokens[at]
        if self._is_conjunction(at):
            return False
        if token.kind in ("num", "atom", "prefix", "open"):
            return True
        if token.kind == "math":
            return True
        if token.kind == "op":
            following = self.token(at + 1)
            return token.text in "-−+" and following is not None and following.gap == ""
        if token.kind == "word":
            return self.is_bare_call(at) or self._word_fits(at, starting=True)
        return token.kind == "rel" and self.code

    def _is_conjunction(self, at: int) -> bool:
        """Whether a letter is the "and" or "or" of a language between two statements: ``a = 1 y b = 2``."""
        token, following = self.tokens[at], self.token(at + 1)
        if self.code or at == 0 or token.text not in CONJUNCTIONS or token.gap == "":
            return False
        if following is None or following.gap == "" or self.left_side(at + 1) is None:
            return False
        return self.tokens[at - 1].kind in ("word", "num", "math", "comma", "break")

    def _word_fits(self, at: int, *, starting: bool) -> bool:
        """Whether a plain word can be an operand: it stands between signs, not between words."""
        token = self.tokens[at]
        if token.text.lower() in STOPWORDS:
            following = self.token(at + 1)
            if token.text in ("a", "A", "I") and not starting:
                return self.is_article_a_name(at)
            return (
                token.text in ("a", "A")
                and following is not None
                and following.kind in ("rel", "op")
                and following.text not in "-−–<>"
            )
        following = self.token(at + 1)
        if following is None:
            return not starting
        if following.kind in ("rel", "op"):
            return (
                not starting
                or following.text not in ("<", ">", "-", "–", "−", "@", "·", "*", "/")
                or (following.gap == "" or following.text in "*/·")
            )
        if following.kind == "math":
            return following.relations.startswith("<")
        if following.kind == "atom" and ratio(following.text) and following.gap == " ":
            return not starting  # "w - eta dL/dw"
        if following.kind == "open":
            return following.gap == "" or not starting
        return not starting and following.kind in ("close", "comma", "break")

    def _attempt(self, start: int) -> _State:
        """Reads on from a token as long as it is one statement."""
        state = _State(at=start)
        if self.tokens[start].kind == "rel":
            state.relations = 1
            state.at += 1
        while state.at < len(self.tokens) and len(state.depth) < MAX_DEPTH:
            step = self._after_operand if state.operand else self._operand
            if not step(state, self.tokens[state.at], start):
                break
            if state.operand and not state.depth:
                state.good = state.at
                state.good_relations = state.relations
                state.good_weight = state.weight
        if state.opened and state.good_relations and self.goes_on(state.opened[0]):
            state.doubt = state.doubt or "what stands in brackets is not understood"
        if state.good_relations and self.is_joined_on(state.good):
            state.doubt = state.doubt or "what stands behind a sign is not understood"
        return state

    def _operand(self, state: _State, token: Token, start: int) -> bool:
        """An operand, or what may stand before one."""
        inner = bool(state.depth)
        match token.kind:
            case "num" | "atom":
                state.operand = True
            case "word" if self.is_bare_call(state.at):
                state.at += 1
                return True
            case "word":
                if not self._word_fits(state.at, starting=state.at == start):
                    return False
                state.operand = True
                state.at += 1
                return True
            case "math":
                if "=" in token.relations and state.at != start:
                    return False
                if inner and token.relations:
                    return False
                state.relations += len(token.relations.replace(">", ""))
                state.operand = ">" not in token.relations
                state.relations += not state.operand
            case "op":
                if token.text not in ("-", "−", "–", "+", "±"):
                    return False
                state.at += 1
                return True
            case "prefix":
                state.at += 1
                return True
            case "open":
                state.depth.append(PARTNERS[token.text])
                state.opened.append(state.at)
                state.at += 1
                return True
            case _:
                return False
        state.at += 1
        state.weight += state.relations > 0
        return True

    def _after_operand(self, state: _State, token: Token, start: int) -> bool:
        """What may follow a complete operand."""
        match token.kind:
            case "op":
                before = self.tokens[state.at - 1]
                if before.kind == "math" and "=" in before.relations:
                    return False
                if token.text == "**" and not self.power(state.at):
                    return False
                if token.gap == "\n" and self.is_bullet(state.at):
                    return False
                state.operand = False
                state.signs += token.text in "*·×⋅∙" or token.text.startswith("\\")
                state.weight += state.relations > 0
                state.at += 1
                return True
            case "rel":
                if state.depth:
                    return False
                if token.text in "<>" and self.tokens[state.at - 1].kind == "word":
                    return False
                state.operand = False
                state.relations += 1
                state.at += 1
                return True
            case "close":
                if not state.depth or not token.text.startswith(state.depth[-1]):
                    return False
                state.depth.pop()
                state.opened.pop()
                state.at += 1
                return True
            case "comma":
                if not state.depth:
                    return False
                state.operand = False
                state.at += 1
                return True
            case "math":
                return self._formula_follows(state, token)
            case "num" | "atom" | "open" | "prefix":
                return self._side_by_side(state, token, start)
            case "word" if (
                token.gap != "\n"
                and self.is_bare_call(state.at)
                and not self._new_left_side(state, start)
            ):
                state.operand = False
                state.at += 1
                return True
            case "word":
                following = self.token(state.at + 1)
                if (
                    token.text in CALLED
                    and token.gap != "\n"
                    and following is not None
                    and following.kind == "open"
                    and following.gap == ""
                    and not self._new_left_side(state, start)
                ):
                    state.operand = False
                    state.at += 1
                    state.operand = True
                    return True
                value = state.relations and not state.depth and self.is_last_factor(state.at, start)
                if value or self.is_multiplied(state.at):
                    state.at += 1
                    return True
        return False

    def _formula_follows(self, state: _State, token: Token) -> bool:
        """``w5 $= 0.4$``, ``w5 $\\approx$ ...``: a formula that carries on what stands before it."""
        if not token.relations.startswith("<") or state.depth:
            return False
        state.relations += 1
        state.weight += 1
        state.operand = ">" not in token.relations
        state.at += 1
        return True

    def _new_left_side(self, state: _State, start: int) -> bool:
        """Whether what follows a complete operand is the left side of the next equation."""
        if not state.relations or state.depth or self.tokens[state.at].gap == "":
            glued = state.relations and not state.depth and state.at > 0
            if not glued or self.tokens[state.at - 1].kind != "num":
                return False
        end = self.left_side(state.at)
        if end is None:
            return False
        token, before = self.tokens[state.at], self.tokens[state.at - 1]
        if token.text in SUMMING and token.blanks == 1:
            return False  # "1/2 sum((t - y)^2) = 0.3"
        if self.is_step(state.at, end, start) or self.is_chained(state.at, end):
            return False
        if self.is_next_factor(state.at, start) or self.is_coefficient(state.at - 1, start):
            return False
        if token.text in BARE and before.kind != "num":
            return False  # "- y ln(p) = 0.3"
        spelled, own = self.spelled(state.at, end), self.first_left(start)
        product = spelled != own and before.kind != "num" and self.is_line_of_its_own(start, end)
        if spelled == own or (spelled in self.lefts and not product):
            return True
        if product and (token.blanks == 1 or self.stands_before(state.at, end, start)):
            return False
        if before.kind == "num":
            return True
        derivative = (
            "partial" in token.text
            or "mathrm{d}" in token.text
            or token.kind == "prefix"
            or ratio(token.text) is not None
        )
        if derivative and "partial" not in before.text:
            return True
        return state.signs > 0 or (
            not state.gaps and not self.code and not product and self._is_plain(state, start)
        )

    def _is_plain(self, state: _State, start: int) -> bool:
        """Whether the side before has one operand only: ``a = b c = 2`` is two equations."""
        return self.tokens[state.at - 2].kind == "rel" and state.at - 2 > start

    def _side_by_side(self, state: _State, token: Token, start: int) -> bool:
        """An operand behind an operand: a product, the next statement, or neither."""
        before = self.tokens[state.at - 1]
        if not state.depth and self._is_conjunction(state.at):
            return False
        apart = token.gap == "\n" or (before.kind == "math" and token.gap)
        if not state.depth and (apart or token.blanks >= COLUMN_GAP):
            return False
        if self._new_left_side(state, start):
            return False
        following = self.token(state.at + 1)
        if token.kind == "open":
            if token.gap == " " and not state.depth and self.is_remark(state.at, before):
                return False
            state.operand = False
            state.depth.append(PARTNERS[token.text])
            state.opened.append(state.at)
            state.at += 1
            return True
        if token.kind == "num" and before.kind == "num" and not self.code:
            carried_on = following is not None and following.kind in ("op", "rel", "num")
            if not carried_on:
                state.doubt = "two numbers side by side"
                return False
        elif token.kind == "atom" and token.gap == " " and not self.code and not state.depth:
            ends = following is None or following.kind in (
                "op",
                "rel",
                "atom",
                "open",
                "comma",
                "num",
            )
            ends = ends or (
                following is not None
                and (
                    (following.kind == "break" and following.text in ".;:") or following.gap == "\n"
                )
            )
            if not ends:
                if state.relations and token.text not in ("i", "I"):
                    state.doubt = "words follow a product without a sign"
                return False
        state.gaps += token.gap == " "
        state.operand = token.kind != "prefix"
        state.weight += state.relations > 0
        state.at += 1
        return True

    def _made(self, start: int, state: _State) -> Found | None:
        first, last = self.tokens[start], self.tokens[state.good - 1]
        around = self.names_and_values(start, state.good)
        if around is not None and not state.doubt:
            return Found(self.tokens[around[0]].start, self.tokens[around[1] - 1].end)
        inside = self.tokens[start : state.good]
        if len(inside) == 1 and first.kind == "math":
            return None  # nothing of the prose belongs to it
        doubt = state.doubt or self.several_at_once(start, state.good)
        following = self.token(state.good)
        if following is not None and following.text == "%" and following.gap == "":
            doubt = "a percentage"
        if following is not None and following.gap == "" and following.text.startswith("=="):
            return None
        joins: list[tuple[int, int, str]] = []
        begin = start
        following = self.token(start + 1)
        # "anchor a = 2" is about a, "learning rate eta = 2" about eta, and "learning rate = 2" about both words
        before = self.token(start - 1) if start else None
        rate = before is not None and before.text.lower() in RATE_WORDS and first.text in RATES
        # the index of aₜ makes it a name
        indexed = normalize("NFKC", first.text) != first.text
        named = first.kind == "word" and len(first.text) > 1 and not (rate or indexed)
        if named and following is not None and following.kind == "rel":
            while len(joins) < MAX_LEFT_WORDS - 1 and self.is_name_word(begin - 1, begin):
                joins.insert(0, (self.tokens[begin - 1].end, self.tokens[begin].start, "_"))
                begin -= 1
        self.lefts.add(self.first_left(start))
        return Found(self.tokens[begin].start, last.end, tuple(joins), doubt)
