"""Names with index letters (``w_ij``): they stand for a whole array, element by element."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import product

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.spelling import LABELS

_LETTERS = frozenset("ijklmnpqrstuvd")
_NUMBER = re.compile(r"\d+")
#: subscripts with more letters than this are not looked into
_MOST_LETTERS = 5


def parted(key: str) -> tuple[str, str]:
    """A key's letter (with its label) and its subscript."""
    base, underscore, subscript = key.rpartition("_")
    while base.count("_") and underscore:
        head, _, more = base.rpartition("_")
        base, subscript = head, f"{more}_{subscript}"
    return (base, subscript) if underscore else (key, "")


def template(key: str) -> str:
    """A key with ``#`` for each digit of its subscript: ``w_#``, ``z_h#``, ``w^(1)_##``; without marks."""
    base, subscript = parted(key.rstrip("'*+"))
    subscript = _NUMBER.sub(lambda match: "#" * len(match.group()), subscript)
    return f"{base}_{subscript.replace(',', '')}" if subscript else base


def templates(keys: Iterable[str]) -> frozenset[str]:
    """The templates of the keys that have digits in their subscripts."""
    return frozenset(found for key in keys if "#" in (found := template(key)))


def generic_template(key: str, known: frozenset[str]) -> str | None:
    """The template that a key with index letters stands for; None where it has none.

    ``known`` are the templates of names with numbers.  A subscript that is a calculation is generic
    by itself."""
    base, subscript = parted(key.rstrip("'*+"))
    if not any(c.isalpha() for c in subscript) or subscript in LABELS:
        return None
    if any(sign in subscript for sign in "+-*/"):
        return f"{base}_?"
    plain = subscript.replace(",", "")
    places = [at for at, c in enumerate(plain) if c in _LETTERS]
    if not places or len(places) > _MOST_LETTERS:
        return None
    for chosen in product((True, False), repeat=len(places)):
        letters = list(plain)
        for at, replaced in zip(places, chosen, strict=True):
            if replaced:
                letters[at] = "#"
        found = f"{base}_{_NUMBER.sub(lambda m: '#' * len(m.group()), ''.join(letters))}"
        if any(chosen) and found in known:
            return found
    return None


def generic_above(key: str, keys: Collection[str]) -> str | None:
    """The template of a name with an index letter above, the sample of ``x^(i)`` or the layer of ``w^(l)_ij``,
    where there are names with numbers in its places."""
    letter = ix.above(key)
    if not letter or letter.isdigit():
        return None
    numbers = {number for number in map(ix.above, keys) if number.isdigit()}
    for number in sorted(numbers, key=int):
        made = ix.with_above(key, number)
        if made in keys or generic_template(made, templates(keys)) is not None:
            return ix.with_above(key, "#")
    return None


def index_letters(nodes: Iterable[t.Node]) -> frozenset[str]:
    """The letters that sums run over, and those that stand beside them in subscripts."""
    found: set[str] = set()
    for node in nodes:
        for part in t.walk(node):
            if not isinstance(part, t.BigSum) or part.index is None:
                continue
            found.add(part.index)
            for name in t.walk(part.body):
                if isinstance(name, t.Name):
                    subscript = parted(name.key)[1].replace(",", "")
                    if part.index in subscript and subscript not in LABELS:
                        found |= {c for c in subscript if c in _LETTERS}
    return frozenset(found)


def by_indices(key: str, letters: frozenset[str]) -> str | None:
    """The template of a name whose subscript ends in letters that count."""
    base, subscript = parted(key.rstrip("'*+"))
    plain = subscript.replace(",", "")
    stem = plain.rstrip("".join(_LETTERS))
    tail = plain[len(stem) :]
    if not letters.intersection(tail) or subscript in LABELS or len(stem) > 1:
        return None
    return f"{base}_{stem}{'#' * len(tail)}"
