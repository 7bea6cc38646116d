"""Index letters: ``w_ij`` at i = 1, j = 2 is ``w_12``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

#: letters that stand for a running number where nothing else has that name
LETTERS = frozenset("dijklmnpqrstuv")
COMMON = LETTERS - set("duv")


#: a running index moved by others: ``i+u-1``
_MOVED = re.compile(r"[0-9]*[a-z]?([+-]([0-9]+|[a-z]))+")


#: an index above: the layer of ``w^l_jk``, the sample of ``y^(i)``, the layer before of ``a^l-1_k``
_ABOVE = re.compile(r"\^\(?(?P<index>[ijklmnstL](?:[+-][0-9]+)?|[0-9]+)\)?(?=_|\Z)")
#: letters that stand for a running number above; L is the last one
ABOVE = frozenset("ijklmnstL")


def above(key: str) -> str:
    """The index above: ``l`` of ``w^l_jk``; nothing where there is none."""
    found = _ABOVE.search(key)
    return found["index"] if found else ""


def without_above(key: str) -> str:
    """The key without its index above."""
    return _ABOVE.sub("", key, count=1)


def with_above(key: str, index: str) -> str:
    """The key with another index above."""
    found = _ABOVE.search(key)
    if found is None:
        return key
    begin, end = found.span("index")
    return key[:begin] + index + key[end:]


def of_sample(key: str, number: int | str) -> str:
    """The key of one sample's: ``h^(2)_1`` of h_1."""
    base, underscore, rest = key.partition("_")
    return f"{base}^({number}){underscore}{rest}"


def split(key: str) -> tuple[str, list[str]]:
    """A key as its base and the pieces of its subscript: ``w_h1,2`` is ``w`` and h, 1, 2."""
    base, underscore, subscript = key.rpartition("_")
    if not underscore:
        return key, []
    if "," in subscript:
        return base, subscript.split(",")
    if _MOVED.fullmatch(subscript) or is_word(subscript):
        return base, [subscript]
    return base, list(subscript) if len(subscript) <= 4 else [subscript]


def split_as(key: str, count: int, known: Container[str]) -> tuple[str, list[str]]:
    """:func:`split` where so many indices are expected: ``z_12`` is the twelfth z where one is, and there is a
    ninth among what is known."""
    base, pieces = split(key)
    one = count == 1 and len(pieces) > 1 and "," not in key and pieces[0] != "0"
    if one and all(piece.isdigit() for piece in pieces) and f"{base}_9" in known:
        return base, ["".join(pieces)]
    return base, pieces


def family(key: str) -> str:
    """A key without its index, above or below: ``w`` of ``w^l_jk``."""
    return split(without_above(key))[0]


def is_word(subscript: str) -> bool:
    """True for a subscript that is a word (``hid``, ``out``, ``in``) and no row of index letters."""
    if not subscript.isalpha() or len(subscript) < 2:
        return False
    if subscript in ("in", "true", "pred"):
        return True
    inner = subscript[1:] if subscript[0] in "ho" else subscript  # a_hni: hidden unit i of sample n
    return len(subscript) > 2 and not set(inner) <= COMMON | (
        LETTERS if inner == subscript else set()
    )


def joined(base: str, pieces: Iterable[str]) -> str:
    """The key of a base and the pieces of a subscript; commas where a piece has several digits or is a sum."""
    parts = list(pieces)
    if not parts:
        return base
    long = any((len(part) > 1 and part.isdigit()) or is_moved(part) for part in parts)
    return f"{base}_{','.join(parts) if long and len(parts) > 1 else ''.join(parts)}"


def letters_of(key: str) -> list[str]:
    """The index letters of a key, in order."""
    found = [c for c in above(key)[:1] if c in ABOVE]
    for piece in split(key)[1]:
        if piece in LETTERS:
            found.append(piece)
        elif is_moved(piece):
            found.extend(c for c in piece if c in LETTERS)
    return found


def put_in(key: str, indices: Mapping[str, int]) -> str:
    """The key with its index letters replaced by numbers."""
    high = above(key)
    if high[:1] in indices:
        key = with_above(key, str(indices[high[0]] + int(high[1:] or 0)))
    base, pieces = split(key)
    made = [_put_in_piece(piece, indices) for piece in pieces]
    return key if made == pieces else joined(base, made)


def _put_in_piece(piece: str, indices: Mapping[str, int]) -> str:
    if piece in indices:
        return str(indices[piece])
    if not is_moved(piece):
        return piece
    terms = re.findall(r"[+-]?[0-9]*[a-z]?", piece)
    total, left = 0, ""
    for term in filter(None, terms):
        sign = -1 if term.startswith("-") else 1
        body = term.lstrip("+-")
        letter = body[-1:] if body[-1:].isalpha() else ""
        if letter and letter not in indices:
            left += f"{'-' if sign < 0 else '+' if left else ''}{body}"
            continue
        factor = int(body.removesuffix(letter) or 1)
        total += sign * factor * (indices[letter] if letter else 1)
    if not left:
        return str(total)
    return f"{left}{total:+d}" if total else left


def is_moved(piece: str) -> bool:
    """True for a piece of a subscript that is a sum: ``r+p``."""
    return _MOVED.fullmatch(piece) is not None


def chosen(node: t.Node, indices: Mapping[str, int]) -> t.Node:
    """A case distinction between indices with their numbers; any other formula as it is."""
    return _chosen(node, indices) if isinstance(node, t.Cases) else node


def at(node: t.Node, indices: Mapping[str, int]) -> t.Node:
    """A formula with the index letters of all its names replaced, but for those that a sum binds."""
    if isinstance(node, t.Name):
        return t.Name(put_in(node.key, indices), node.mark, node.written, node.span)
    if isinstance(node, t.BigSum) and node.index:
        bound = node.index.split(",")
        indices = {letter: i for letter, i in indices.items() if letter not in bound}
    if isinstance(node, t.Cases):
        node = _chosen(node, indices)
    return rebuilt(node, lambda child: at(child, indices))


def _chosen(cases: t.Cases, indices: Mapping[str, int]) -> t.Node:
    """Cases without the lines whose conditions on index letters do not hold: ``i \\neq j`` at i = j = 1."""
    lines: list[tuple[t.Node, t.Chain | None]] = []
    for value, condition in cases.lines:
        holds = None if condition is None else _holds(condition, indices)
        if holds is not False:
            lines.append((value, None if holds or condition is None else _put(condition, indices)))
        if holds:
            break
    if lines and lines[0][1] is None:
        return lines[0][0]
    return t.Cases(tuple(lines), cases.span) if lines else cases


def _put(condition: t.Chain, indices: Mapping[str, int]) -> t.Chain:
    """A condition with the numbers of its index letters."""
    segments = tuple(replace(s, body=_number(s.body, indices)) for s in condition.segments)
    return replace(condition, segments=segments)


def _number(node: t.Node, indices: Mapping[str, int]) -> t.Node:
    if not isinstance(node, t.Name) or node.key not in indices:
        return node
    return t.Number(str(indices[node.key]), Fraction(indices[node.key]), 0, node.span)


def _holds(condition: t.Chain, indices: Mapping[str, int]) -> bool | None:
    """Whether ``i = j``, ``i \\neq j`` or ``i \\neq 1`` holds; None where something else is said."""
    if len(condition.segments) != 2:
        return None
    left, right = (_number(segment.body, indices) for segment in condition.segments)
    relation = condition.segments[1].relation
    if not isinstance(left, t.Number) or not isinstance(right, t.Number):
        return None
    if relation not in ("=", "!="):
        return None
    return (left.value == right.value) == (relation == "=")


def free_letters(node: t.Node) -> frozenset[str]:
    """The index letters that no sum inside the formula binds."""
    if isinstance(node, t.Name):
        return frozenset(letters_of(node.key))
    found = frozenset[str]().union(*map(free_letters, t.children(node)))
    return (
        found - set(node.index.split(",")) if isinstance(node, t.BigSum) and node.index else found
    )


def is_instance(key: str, rule: str) -> bool:
    """True for ``z_h0`` where the rule is one of ``z_h,t-1``."""
    base, pieces = split(key)
    head, places = split(rule)
    return (
        base == head
        and len(pieces) == len(places)
        and all(
            piece == place or (piece.isdigit() and (place in LETTERS or is_moved(place)))
            for piece, place in zip(pieces, places, strict=True)
        )
    )
