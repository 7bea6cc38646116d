"""One letter for two things: a warm-up with ``f = q z``, and under the next heading a neuron with ``f = sigmoid(s)``.

The second f is a quantity of its own where nothing that it is computed from has to do with the first one, or where it
is computed, under its own heading, from quantities that are new there, and the first one from others that it does not
read: the loss of one model, and that of another one on the same data.  So is a list of scores z under its own heading
where z was a number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric, is_printed, printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import has_derivative, names_in
from derivgen.checking.maths.writing import again
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.tables import Cell

_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+\S|\\(?:(?:sub)*section|chapter|paragraph)\*?\{)", re.MULTILINE
)

#: what the definitions of one name read, by the part of the document that they stand in
_Parts = dict[int, set[str]]


@dataclass(frozen=True)
class Examples:
    """Where a document begins anew, and the names that are another thing from some of these parts on."""

    starts: Sequence[int] = ()
    others: Mapping[str, Sequence[int]] = field(default_factory=dict)
    #: the names of cells of what is a list from some part on
    cells: Mapping[str, str] = field(default_factory=dict)

    def statement(self, statement: Statement) -> Statement:
        """The statement with a key of its own for each second thing that a name is used for."""
        names = self._names(statement.source(statement.chain.span[0]))
        return statement.mapped(partial(_named, names)) if names else statement

    def cell(self, cell: Cell) -> Cell:
        """The same for a cell of a table."""
        names = self._names(cell.passage.source_of(0))
        if not names:
            return cell
        segments = (replace(s, body=_named(names, s.body)) for s in cell.chain.segments)
        chain = replace(cell.chain, segments=tuple(segments))
        return replace(cell, left=_named(names, cell.left), chain=chain)

    def _names(self, place: int) -> Mapping[str, str]:
        if not self.others:
            return {}
        part = bisect_right(self.starts, place)
        counts = {key: bisect_right(starts, part) for key, starts in self.others.items()}
        found = {key: again(key, count) for key, count in counts.items() if count}
        cells = ((cell, found[base]) for cell, base in self.cells.items() if base in found)
        return found | {cell: ix.joined(own, ix.split(cell)[1]) for cell, own in cells}


def examples_apart(statements: Sequence[Statement], text: str) -> Examples:
    """What stands for another thing than before, in which parts."""
    starts = [found.start() for found in _HEADING.finditer(text)]
    parts = [bisect_right(starts, s.source(s.chain.span[0])) for s in statements]
    defined: dict[str, _Parts] = defaultdict(dict)
    for part, statement in zip(parts, statements, strict=True):
        key, read = _definition(statement)
        if read:
            defined[key].setdefault(part, set()).update(read)
    new = _first_seen(statements, parts)
    others = {
        key: begun
        for key, found in defined.items()
        if len(found) > 1 and (begun := _others(key, found, defined, new))
    }
    lists = {
        key: [part]
        for key, part in _lists(statements, parts)
        if key not in others and new.get(key, part) < part
    }
    # a cell that stands there before is one of something else
    cells = {
        cell: base
        for cell, part in new.items()
        if (base := ix.split(cell)[0]) in lists and base != cell and part >= lists[base][0]
    }
    return Examples(starts, {**others, **lists}, cells)


def _lists(statements: Sequence[Statement], parts: Sequence[int]) -> Iterator[tuple[str, int]]:
    """What is given as a list of numbers in a part, and was a single number in one before."""
    numbers: dict[str, int] = {}
    arrays: set[str] = set()
    for part, statement in zip(parts, statements, strict=True):
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or left.mark or len(members) < 2:
            continue
        last = members[-1]
        if printed_number(last) is not None:
            numbers.setdefault(left.key, part)
        elif isinstance(last, t.Matrix):
            given = len(members) == 2 and is_printed(last) and left.key not in arrays
            if given and numbers.get(left.key, part) < part:
                yield left.key, part
            arrays.add(left.key)


def _first_seen(statements: Sequence[Statement], parts: Sequence[int]) -> dict[str, int]:
    """The part of the document in which a name stands first."""
    found: dict[str, int] = {}
    for part, statement in zip(parts, statements, strict=True):
        for segment in statement.chain.segments:
            for name in names_in(segment.body):
                found.setdefault(name, part)
    return found


def _definition(statement: Statement) -> tuple[str, set[str]]:
    """The name that a statement defines, and what it is computed from; nothing where it defines none."""
    segments = statement.chain.segments
    if (
        statement.chain.continued
        or len(segments) < 2
        or segments[1].relation not in ("=", "define")
    ):
        return "", set()
    left, right = segments[0].body, segments[1].body
    own: set[str] = set()
    if isinstance(left, t.Call) and not left.primes and left.arguments:
        if not all(isinstance(argument, t.Name) for argument in left.arguments):
            return "", set()
        key = left.function
    elif isinstance(left, t.Name) and not left.mark:
        key = left.key
    else:
        return "", set()
    if not is_numeric(right) and not has_derivative(right):
        own = set(names_in(right)) - {key}
    return key, own


def _others(
    key: str, found: _Parts, defined: Mapping[str, _Parts], new: Mapping[str, int]
) -> list[int]:
    """The parts from which on a name is another thing than before."""
    first, *later = sorted(found)
    before = _closure(found[first], key, defined)
    starts: list[int] = []
    for part in later:
        here = _closure(found[part], key, defined)
        enough = all(len(names) > 1 for names in (here, before))
        if _is_round(found[part], found[first]):
            continue
        if enough and (not _share(here, before) or _is_of_new(part, here, before, defined, new)):
            starts.append(part)
            before = here
        else:
            before |= here
    return starts


def _is_round(names: set[str], general: set[str]) -> bool:
    """Whether names are others with numbers for their letters: ``da_3 w`` is one round of ``da_t w``."""
    left = general - names
    return bool(left) and all(
        any(ix.is_instance(name, letters) for letters in left) for name in names - general
    )


def _is_of_new(
    part: int,
    here: set[str],
    before: set[str],
    defined: Mapping[str, _Parts],
    new: Mapping[str, int],
) -> bool:
    """True where a name is computed from given quantities that are new in this part, by steps that are new as well,
    and no longer from some that it was computed from before."""
    own = {name for name in here - before if new.get(name) == part}
    given = {name for name in own if name not in defined}
    return bool(given) and own != given and bool(before - here - defined.keys())


def _share(one: set[str], two: set[str]) -> bool:
    """True where two sets have a name in common; ``y_nk`` is every ``y_11``."""
    return bool(one & two) or any(
        {_base(key) for key in general if ix.letters_of(key)} & set(map(_base, others))
        for general, others in ((one, two), (two, one))
    )


def _base(key: str) -> str:
    return ix.family(key)


def _closure(names: set[str], without: str, defined: Mapping[str, _Parts]) -> set[str]:
    """Everything that some names are computed from, with themselves."""
    found = set(names)
    waiting = list(names)
    while waiting:
        here = waiting.pop()
        parts = defined.get(here) or (defined.get(_base(here)) if ix.letters_of(here) else None)
        for read in (parts or {}).values():
            new = read - found - {without}
            found |= new
            waiting += new
    return found


def _named(names: Mapping[str, str], node: t.Node) -> t.Node:
    if isinstance(node, t.Name) and node.key in names:
        return replace(node, key=names[node.key])
    if isinstance(node, t.Call) and node.function in names:
        node = replace(node, function=names[node.function])
    return rebuilt(node, partial(_named, names))
