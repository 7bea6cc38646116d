"""Names that look like another one and are quantities of their own: a bold **b** beside its cells, y' beside y.

Fonts and primes are no part of a key: most authors mean the same by **W** and W, and w' is often w after
the update.  Where a document itself tells two such names apart, the one gets a key of its own here: letters
in bold for a bold name (``𝐛_1`` beside ``b_1``), a prime before the index for a primed one (``y'_1`` beside
``y_1``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric, is_printed, printed_matrix
from derivgen.checking.manuscript import Passage
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.keys import PRIMES, bold, primed
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.tables import Cell

#: what stands before a letter in a bold face
_BOLD = re.compile(
    r"\\(?:mathbf|boldsymbol|bm|bold|pmb|mathbfit|bf|vec)\s*(?:\{\s*(?:\\[A-Za-z]+\s*)?)*$"
)
_BOLD_WRITTEN = re.compile(r"\\(?:mathbf|boldsymbol|bm|bold|pmb|mathbfit|vec)\b")
#: so far before a name its face is looked for
_NEAR = 40

_Primed = tuple[str, str]


@dataclass(frozen=True)
class Apart:
    """Which keys of bold names, and which bases of primed ones, stand for something else than without."""

    bold: frozenset[str] = frozenset()
    primed: frozenset[_Primed] = frozenset()

    def statement(self, statement: Statement) -> Statement:
        """The statement with such names under keys of their own."""
        if not self.bold and not self.primed:
            return statement
        passage = statement.passage
        # a left side that is carried on may stand in another passage: its own text tells its face
        left = None if statement.left is None else self.node(statement.left, passage)
        earlier = tuple(self.node(node, passage) for node in statement.earlier)
        chain = self.chain(statement.chain, passage)
        return replace(statement, chain=chain, left=left, earlier=earlier)

    def cell(self, cell: Cell) -> Cell:
        """The same for a cell of a table; its label stands in another cell, without a face of its own."""
        if not self.primed:
            return cell
        return replace(cell, left=self.node(cell.left, None))

    def chain(self, chain: t.Chain, passage: Passage | None) -> t.Chain:
        segments = tuple(replace(s, body=self.node(s.body, passage)) for s in chain.segments)
        return replace(chain, segments=segments)

    def node(self, node: t.Node, passage: Passage | None) -> t.Node:
        """The same for a formula that stands in a passage."""
        if isinstance(node, t.Name):
            return self._name(node, passage)
        if isinstance(node, t.Cases):
            lines = tuple(
                (self.node(value, passage), None if test is None else self.chain(test, passage))
                for value, test in node.lines
            )
            return replace(node, lines=lines)
        return rebuilt(node, lambda child: self.node(child, passage))

    def _name(self, name: t.Name, passage: Passage | None) -> t.Name:
        base, prime, later = _parted(name)
        if (base, prime) in self.primed:
            key = name.key.removesuffix(prime) if later else name.key
            return replace(name, key=primed(key, prime), mark=later)
        if name.key in self.bold and is_bold(name, passage):
            return replace(name, key=bold(name.key))
        return name


def told_apart(statements: Sequence[Statement], cells: Iterable[Cell]) -> Apart:
    """What the statements and tables of a document tell apart."""
    return Apart(_bold_arrays(statements), _own_primes(statements, tuple(cells)))


# --- bold ---------------------------------------------------------------------------------------


def is_bold(name: t.Name, passage: Passage | None) -> bool:
    """True for a name in a bold face."""
    if _BOLD_WRITTEN.match(name.written):
        return True
    begin = name.span[0]
    if passage is None or begin <= 0:
        return False
    return _BOLD.search(passage.text[max(begin - _NEAR, 0) : begin]) is not None


def _bold_arrays(statements: Sequence[Statement]) -> frozenset[str]:
    """Keys that are arrays where they are bold, and numbers or cells of arrays where they are not."""
    arrays: set[str] = set()
    numbers: set[str] = set()
    for statement in statements:
        passage = statement.passage
        members = statement.members
        for member in members:
            if isinstance(member, t.Matrix):
                numbers |= {
                    cell.key
                    for row in member.rows
                    for cell in row
                    if isinstance(cell, t.Name) and not is_bold(cell, passage)
                }
            others = [other for other in members if other is not member]
            by = member.by if isinstance(member, t.Derivative) else None
            if isinstance(by, t.Name) and is_bold(by, passage) and any(map(_is_array, others)):
                arrays.add(by.key)
            if not isinstance(member, t.Name):
                continue
            if is_bold(member, passage):
                if any(_is_array(other) for other in others):
                    arrays.add(member.key)
            elif any(map(_is_number, others)):
                numbers.add(member.key)
    return frozenset(arrays & numbers)


def _is_number(node: t.Node) -> bool:
    """True for a printed number, or a calculation of one: 4793/630."""
    if is_printed(node):
        return printed_matrix(node) is None
    return is_numeric(node) and not any(isinstance(part, t.Matrix) for part in t.walk(node))


def _is_array(node: t.Node) -> bool:
    return isinstance(node, t.Matrix) and (len(node.rows) > 1 or len(node.rows[0]) > 1)


# --- primes -------------------------------------------------------------------------------------


def _parted(name: t.Name) -> tuple[str, str, str]:
    """The base of a name, its prime, and the mark of an update beside that: ``y'^+`` is y, ', +."""
    if name.key[-1:] in PRIMES:
        return ix.split(name.key[:-1])[0], name.key[-1], name.mark
    if name.mark in PRIMES:
        return ix.split(name.key)[0], name.mark, ""
    return ix.split(name.key)[0], "", name.mark


def _own_primes(statements: Sequence[Statement], cells: Sequence[Cell]) -> frozenset[_Primed]:
    """Primed names that are no later value of what goes without a prime.

    They have a formula of their own, which leads back to no earlier value of theirs; or something is
    differentiated by them; or a table has the values of both side by side; or something is computed from them,
    and nothing goes without the prime."""
    reads: dict[_Primed, set[_Primed]] = defaultdict(set)
    shown: set[_Primed] = set()
    computed: set[_Primed] = set()
    #: what something without a prime is computed from
    read_now: set[_Primed] = set()
    bare: set[str] = set()
    for statement in statements:
        members = statement.members
        for part in _names(members):
            if not _parted(part)[1]:
                bare.add(_parted(part)[0])
        for token in (p for m in members for p in t.walk(m) if isinstance(p, t.Derivative)):
            ends = [end for end in (token.of, token.by) if isinstance(end, t.Name)]
            shown |= {_parted(end)[:2] for end in ends if _parted(end)[1]}
        first = members[0] if members else None
        if not isinstance(first, t.Name) or (first.mark and not _parted(first)[1]):
            continue
        if not statement.says_equal:
            continue
        base, prime, _ = _parted(first)
        for side in members[1:]:
            if not is_numeric(side) and not is_printed(side):
                reads[base, prime] |= {_parted(part)[:2] for part in _names([side])}
                if prime:
                    computed.add((base, prime))
                elif not first.mark:
                    read_now |= {_parted(part)[:2] for part in _names([side]) if _parted(part)[1]}
    bare |= {_parted(c.name)[0] for c in cells if c.name is not None and not _parted(c.name)[1]}
    shown |= _side_by_side(cells)
    found = {
        (base, prime)
        for base, prime in computed | shown | {own for own in read_now if own[0] not in bare}
        # where nothing goes without the prime, it is the later value of nothing
        if (base in bare or (base, prime) in computed | read_now)
        and (base, "") not in _upstream((base, prime), reads)
    }
    # what is computed from later values is a later value itself
    while True:
        later = {
            own
            for own in found - shown
            if any(prime and (base, prime) not in found for base, prime in reads[own])
        }
        if not later:
            return frozenset(found)
        found -= later


def _upstream(start: _Primed, reads: Mapping[_Primed, set[_Primed]]) -> set[_Primed]:
    found: set[_Primed] = set()
    waiting = [start]
    while waiting:
        for other in reads.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _side_by_side(cells: Sequence[Cell]) -> set[_Primed]:
    """Primed names in columns of values that hold the same names without a prime as well."""
    names = [cell.name for cell in cells if cell.kind == "value" and cell.name is not None]
    plain = {name.key for name in names if not name.mark}
    return {_parted(name)[:2] for name in names if name.mark in PRIMES and name.key in plain}


def _names(nodes: Iterable[t.Node]) -> Iterator[t.Name]:
    for node in nodes:
        for part in t.walk(node):
            if isinstance(part, t.Name):
                yield part
