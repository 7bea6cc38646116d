"""``a_t`` for the argument of the tanh, ``z_i`` for what stands in the sigmoid: a name that words give to a part of a
formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import functions
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

_PART = (
    r"(?:what|whatever|that\s+which)\s+(?:stands|is)\s+in(?:side)?(?:\s+of)?"
    r"|the\s+(?:argument|input|inside|interior)\s+(?:of|to)|the\s+expression\s+in(?:side)?(?:\s+of)?"
    r"|(?:das\s+)?Argument\s+(?:des|der|von)|was\s+in\s+(?:dem|der)|l['’]argument\s+(?:de\s+la|du|de)"
    r"|el\s+argumento\s+(?:de\s+la|del|de)|l['’]argomento\s+(?:della|del|di)"
)
_FUNCTION = r"\s+(?:the\s+)?[$\\(]*(?P<function>[A-Za-z]+|σ)"
#: "writing a_t for the argument of the tanh", "where z is the input of the sigmoid"
_BEHIND = re.compile(
    rf"^[$\\)\s]*(?:for|denotes?|be|is|as|für|sei|ist|pour|para|per|désigne|es)\s+(?:{_PART}){_FUNCTION}",
    re.IGNORECASE,
)
#: "the argument of the tanh is called a_t", "let the input of the sigmoid be z"
_BEFORE = re.compile(
    rf"(?:{_PART}){_FUNCTION}\w*\)?[$\s]*(?:function\s+)?(?:is\s+(?:called|written(?:\s+as)?|denoted(?:\s+by)?)|be|by|as"
    r"|heißt|nennen\s+wir|sei)[$\\(\s]*$",
    re.IGNORECASE,
)
_NEAR = 90
#: words for functions that are no names of theirs
_CALLED = {"hyperbolic": "tanh", "logistic": "sigmoid", "exponential": "exp", "logarithm": "log"}


def with_named_arguments(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements, with ``a_t = W h_{t-1}`` where that is the argument which a name alone is given to."""
    return tuple(_said(s, statements, text) if _is_name(s) else s for s in statements)


def _is_name(statement: Statement) -> bool:
    segments = statement.chain.segments
    body = segments[0].body
    return len(segments) == 1 and isinstance(body, t.Name) and not body.mark


def _said(statement: Statement, statements: Sequence[Statement], text: str) -> Statement:
    (segment,) = statement.chain.segments
    name = segment.body
    assert isinstance(name, t.Name)
    begin, end = (statement.source(at) for at in statement.chain.span)
    found = _BEHIND.search(text[end : end + _NEAR]) or _BEFORE.search(
        text[max(0, begin - _NEAR) : begin]
    )
    if found is None:
        return statement
    word = found["function"].lower()
    function = _CALLED.get(word) or functions.canonical(word)
    arguments = {
        call.arguments[0]: None
        for s in statements
        if isinstance(s.left, t.Name) and ix.letters_of(s.left.key) == ix.letters_of(name.key)
        for member in s.members[1:]
        for call in t.walk(member)
        if isinstance(call, t.Call) and call.function == function and len(call.arguments) == 1
        if not isinstance(call.arguments[0], t.Name | t.Number)
    }
    known = any(s.left == name and len(s.members) > 1 and not _is_value(s) for s in statements)
    if len(arguments) != 1 or known:
        return statement
    (argument,) = arguments
    segments = (segment, t.Segment("=", argument, segment.span, segment.span))
    return replace(statement, chain=replace(statement.chain, segments=segments), left=name)


def _is_value(statement: Statement) -> bool:
    return isinstance(statement.members[-1], t.Number | t.Negated)
