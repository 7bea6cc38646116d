"""Which function a sign for an activation stands for: ``\\sigma`` is the sigmoid, unless the author says that it
is another one, or his numbers do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.printed import (
    Printed,
    is_numeric,
    printed_matrix,
    printed_number,
)
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.maths import functions
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: the functions that a sign may stand for
ACTIVATIONS = ("sigmoid", "relu", "tanh", "softplus", "arctan", "identity", "softsign")
#: how a sign is written, by the function that its calls are read as
_SIGNS: Mapping[str, str] = {
    "sigmoid": r"\\sigma(?![A-Za-z])|σ",
    **{letter: rf"(?<![\\A-Za-z_{{]){letter}(?![A-Za-z_(])" for letter in ("f", "g", "h")},
    "phi": r"\\(?:var)?phi(?![A-Za-z])|φ|ϕ",
    **{greek: rf"\\{greek}(?![A-Za-z])" for greek in ("psi", "rho")},
}
_WORD = re.compile(
    r"(?<![A-Za-z\\])\\?(?:ReLU|relu|RELU|tanh|leaky[ -]?relu|sigmoid|logistic|softplus|arctan|elu|softsign)(?![A-Za-z])"
    r"|(?<![A-Za-z\\])(?P<foreign>sigmoid(?:e|ea|al|funktion)|logisti(?:que|ca|sche[nrs]?)|logística)(?![a-zà-ÿ])",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n|[。；]")
#: texts are looked at as far as this
LONGEST = 400_000
#: how many printed pairs of argument and result are looked at
MOST_PAIRS = 200

#: an argument and what the function of it is printed as
_Pair = tuple[Printed, Printed]


def with_activations(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements with the functions that the signs for activations stand for."""
    used = {call.function for s in statements for call in _sign_calls(s)}
    meant: dict[str, str] = {}
    for function in sorted(used - set(_defined(statements))):
        said = _said(function, text[:LONGEST])
        numbers = list(_pairs(statements, function))[:MOST_PAIRS]
        if all(_is_threshold(result) for _, result in numbers):
            numbers = []  # 0 and 1 are near every sigmoid, and a unit that fires or not gives nothing else
        said = said or ("sigmoid" if function == "sigmoid" else "")
        if numbers and not _fits(said, numbers):
            others = [name for name in ACTIVATIONS if _fits(name, numbers)]
            said = others[0] if others else said
        if said and said != function:
            meant[function] = said
    if not meant:
        return tuple(statements)
    return tuple(_with_meaning(statement, meant) for statement in statements)


def _defined(statements: Sequence[Statement]) -> Iterator[str]:
    """The functions that a formula of the document itself defines: ``f(z) = max(0, z)``."""
    for statement in statements:
        left, segments = statement.left, statement.chain.segments
        if not isinstance(left, t.Call) or left.primes or len(segments) < 2:
            continue
        body = segments[1].body
        named = all(isinstance(argument, t.Name) for argument in left.arguments)
        if named and not is_numeric(body) and not isinstance(body, t.Name):
            yield left.function


def _sign_calls(statement: Statement) -> Iterator[t.Call]:
    """The calls of a function that is written as a sign, and not by its name."""
    bodies = (segment.body for segment in statement.chain.segments)
    for node in (part for body in bodies for part in t.walk(body)):
        if isinstance(node, t.Call) and _is_sign(statement, node):
            yield node


def _is_sign(statement: Statement, call: t.Call) -> bool:
    if call.function not in _SIGNS or len(call.arguments) != 1:
        return False
    written = statement.passage.text[call.span[0] : call.span[1]].lstrip("({ ")
    return re.match(_SIGNS[call.function].replace("_(", "_"), written) is not None


def _said(function: str, text: str) -> str:
    """What the words of a document say that a sign stands for; nothing where they do not say it."""
    sign = _SIGNS[function]
    named = named_functions(text)
    if len(named) == 1 and function == "sigmoid" and not re.search(r"max\s*(?:\(|\\left)", text):
        only = next(iter(named))
        # one that is called by its own name somewhere is not the one that has a sign
        return "" if re.search(rf"(?i){_spelled(only)}\}}?\s*(?:\\left)?[(\[]", text) else only
    for sentence in _SENTENCE.split(text) if named else ():
        words = named_functions(sentence)
        if len(words) == 1 and re.search(sign, sentence):
            found = next(iter(words))
            called = re.search(rf"(?i){_spelled(found)}\}}?\s*(?:\\left)?[(\[]", sentence)
            return "" if called else found
    return ""


def named_functions(text: str) -> set[str]:
    """The activations that a text speaks of."""
    found = (("sigmoid" if word["foreign"] else word[0]) for word in _WORD.finditer(text))
    return set(map(_canonical, found)) - {""}


def _canonical(word: str) -> str:
    found = functions.canonical(word.lstrip("\\")) or ""
    return found if v.is_function(found) else ""


def _spelled(function: str) -> str:
    return function.replace("_", "[ _-]?")


def _pairs(statements: Sequence[Statement], function: str) -> Iterator[_Pair]:
    """The printed arguments and results of ``a = \\sigma(z) = 0.62``, cell by cell."""
    printed: dict[t.Node, list[list[Printed]]] = defaultdict(list)
    for statement in statements:
        members = statement.members
        cells = [found for found in map(_cells, members) if found]
        if cells and isinstance(members[0], t.Name):
            printed[members[0]].append(cells[-1])
        for at, member in enumerate(members):
            if not (
                isinstance(member, t.Call)
                and member.function == function
                and not member.primes
                and _is_sign(statement, member)
            ):
                continue
            argument = member.arguments[0]
            last = printed.get(argument, [[]])[-1]
            before = _cells(argument) or last
            after = next(filter(None, map(_cells, members[at + 1 :])), [])
            if before and len(before) == len(after):
                yield from zip(before, after, strict=True)


def _cells(node: t.Node) -> list[Printed]:
    number = printed_number(node)
    if number is not None:
        return [number]
    return [cell for row in printed_matrix(node) or () for cell in row]


def _fits(function: str, pairs: Sequence[_Pair]) -> bool:
    """True where most results are what a function makes of the arguments."""
    right = sum(_fits_one(function, *pair) for pair in pairs) if function else 0
    return 2 * right > len(pairs)


def _is_threshold(result: Printed) -> bool:
    return not result.decimals and result.value in (0, 1)


def _fits_one(function: str, argument: Printed, result: Printed) -> bool:
    try:
        value = v.apply(function, v.constant(argument.value)).value
    except NoValue:
        return False
    return bool(abs(value - result.value) <= result.unit + argument.unit)


def _with_meaning(statement: Statement, meant: Mapping[str, str]) -> Statement:
    def named(node: t.Node) -> t.Node:
        if isinstance(node, t.Call) and node.function in meant and _is_sign(statement, node):
            node = replace(node, function=meant[node.function])
        return rebuilt(node, named)

    return statement.mapped(named)
