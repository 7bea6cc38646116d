"""Data that stand in sentences: "the points (1, 2), (2, 3) and (3, 5)", "inputs 0.05 and 0.10".

They are the values of names for which a document has no other ones: of ``x_i`` and ``y_i``, of ``x_1`` and ``x_2``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.maths import tree as t

_NUMBER = r"[-−+]?\d+(?:\.\d+)?(?![\d.]*\d)"
_ONE = re.compile(rf"\s*\$?({_NUMBER})\$?")
_PAIR = re.compile(rf"\(\s*({_NUMBER})\s*[,;]\s*({_NUMBER})\s*\)")
#: what may stand between two pairs or numbers
_BETWEEN = re.compile(
    r"(?:[\s$,;~&]|\\[,;:! ()]|\\(?:quad|qquad|ldots|text\{\s*\w+\s*\}|(?:left|right)?\\?[{}]|linebreak)"
    r"|\band\b|\bund\b|\bet\b|\by\b|\be\b|和|、|，)*"
)
#: what data are called
_POINTS = re.compile(
    r"\b(?:points?|samples?|examples?|pairs?|data|data\s?set|training\s+set|observations?|measurements?"
    r"|Punkte?n?|Daten\w*|Beispiele?n?|Paare?n?|puntos?|datos|ejemplos?|points|données|exemples?|couples?"
    r"|dati|punti|dados|pontos)\b|样本|数据|点",
    re.IGNORECASE,
)
#: what single numbers are called, and the letters of the names that they are the values of
_LISTS = (
    (
        re.compile(rf"\binputs?\b(?P<between>[^.\n$\d()=]{{0,30}})\$?(?=\s*{_NUMBER})", re.I),
        ("x", "i"),
    ),
    (
        re.compile(
            rf"\b(?:targets?|labels?)\b(?P<between>[^.\n$\d()=]{{0,30}})\$?(?=\s*{_NUMBER})", re.I
        ),
        ("t", "y", "d", "target"),
    ),
)
#: what the second of a pair is called
_TARGETS = ("y", "t", "d", "Y", "T")
#: points are announced so far before them, at most
_NEAR = 120


def data_in_prose(text: str, model: DocumentModel) -> Mapping[str, t.Node]:
    """Values that sentences give to names of the model that have none."""
    found: dict[str, t.Node] = {}
    names = _pair_of_names(model)
    points = list(_points(text)) if names is not None else []
    if names is not None and len(points) == 1:
        for number, pair in enumerate(points[0], start=1):
            for (key, letter), value in zip(names, pair, strict=True):
                found[ix.put_in(key, {letter: number})] = _number(value)
    open_names = {key for key, value in model.values.items() if value is None}
    if names is None:
        found |= _of_numbered(_points(text), open_names, model)
    for pattern, letters in _LISTS:
        keys = _numbered(open_names, letters)
        lists = {tuple(numbers) for numbers in _numbers(text, pattern)}
        if len(lists) == 1 and keys and len(keys) == len(next(iter(lists))):
            found |= {key: _number(n) for key, n in zip(keys, lists.pop(), strict=True)}
    return {key: node for key, node in found.items() if model.given(key) is None}


def _of_numbered(
    points: Iterator[list[tuple[str, str]]], open_names: set[str], model: DocumentModel
) -> dict[str, t.Node]:
    """The values of ``x_1, y_1, x_2, ...``, where there are as many points as these."""
    lettered = {
        base
        for node in model.definitions.values()
        for base, pieces in map(ix.split, t.names_in(node))
        if len(pieces) == 1 and pieces[0] in ix.LETTERS and base not in model.definitions
    }
    counted = {base for base, pieces in map(ix.split, open_names) if len(pieces) == 1}
    columns: dict[str, int] = {}
    for base in counted | lettered:
        known = any(model.known(f"{base}_{n}") for n in (1, 2))
        columns[base] = len(_numbered(open_names, (base,))) if known else 0
    targets = [base for base in columns if base in _TARGETS]
    others = [base for base in columns if base not in _TARGETS]
    if len(targets) != 1 or len(others) != 1:
        return {}
    pair = (*others, *targets)
    runs = [run for run in points if all(columns[base] in (0, len(run)) for base in pair)]
    if len(runs) != 1 or not any(columns.values()):
        return {}
    return {
        f"{base}_{n}": _number(value)
        for base, values in zip(pair, zip(*runs[0], strict=True), strict=True)
        for n, value in enumerate(values, start=1)
    }


def _points(text: str) -> Iterator[list[tuple[str, str]]]:
    """Runs of two or more pairs of numbers that are called points or stand in braces."""
    at = 0
    while (first := _PAIR.search(text, at)) is not None:
        run, at = [(first[1], first[2])], first.end()
        while True:
            gap = _BETWEEN.match(text, at)
            following = None if gap is None else _PAIR.match(text, gap.end())
            if following is None:
                break
            run.append((following[1], following[2]))
            at = following.end()
        before = text[max(first.start() - _NEAR, 0) : first.start()]
        before = before.rpartition("\n\n")[2]
        told = _POINTS.search(before) is not None or before.rstrip().endswith("{")
        if len(run) > 1 and told and not before.rstrip(" $").endswith("="):
            yield run


def _numbers(text: str, pattern: re.Pattern[str]) -> Iterator[list[str]]:
    """Runs of two or more numbers behind a word."""
    for head in pattern.finditer(text):
        run: list[str] = []
        at = head.end()
        while (number := _ONE.match(text, at)) is not None:
            run.append(number[1])
            gap = _BETWEEN.match(text, number.end())
            at = number.end() if gap is None else gap.end()
        if len(run) > 1:
            yield run


def _pair_of_names(model: DocumentModel) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """The two names with one index letter that definitions read and nothing defines: ``x_i`` and ``y_i``, with the
    letter of each; the target behind what it is the target of."""
    read: dict[str, set[str]] = defaultdict(set)
    for node in model.definitions.values():
        for key in t.names_in(node):
            letters = {*ix.letters_of(key)}
            computed = any(key == made or ix.is_instance(made, key) for made in model.definitions)
            if len(letters) == 1 and not computed and not model.is_parameter(key):
                read[letters.pop()].add(key)
    found = [(letter, keys) for letter, keys in read.items() if len(keys) == 2]
    if len(found) != 1:
        return None
    ((letter, keys),) = found
    targets = [key for key in keys if ix.family(key) in _TARGETS]
    if len(targets) != 1:
        return None
    (other,) = keys - set(targets)
    return (other, letter), (targets[0], letter)


def _numbered(names: set[str], letters: tuple[str, ...]) -> list[str]:
    """The names by one of some letters that are numbered from 1 on, in their order."""
    for letter in letters:
        keys: list[str] = []
        while (key := f"{letter}_{len(keys) + 1}") in names:
            keys.append(key)
        same = [name for name in names if name != letter and ix.split(name)[0] == letter]
        if len(keys) > 1 and len(same) == len(keys):
            return keys
    return []


def _number(text: str) -> t.Node:
    bare = text.lstrip("+-−")
    number = t.Number(bare, Fraction(bare), len(bare.partition(".")[2]))
    return t.Negated(number) if text[0] in "-−" else number
