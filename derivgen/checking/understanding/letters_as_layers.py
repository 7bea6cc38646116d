"""Index letters that stand for layers: units i feed units j, and these feed units k.

``a_j = \\sum_i w_ji z_i``, ``z_j = h(a_j)`` and ``E = \\sum_k (z_k - t_k)^2`` speak of three layers, one for each
letter.  The names get the number of their layer (``a^2_j``, ``w^2_ji``, ``z^1_i``), and what is said of the units of
one letter only, and read of those of another one, is said of these too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement, keys_in
from derivgen.checking.understanding.units import all_read_by

#: longer chains of letters are not followed
MOST_LAYERS = 5


def with_numbered_layers(statements: Sequence[Statement]) -> list[list[Statement]]:
    """The statements with the numbers of layers for their letters; as they are where letters are no layers.

    None at all where they seem to be, and make no chain; twice where one letter is of the outputs, and of the units
    before them as well: each may be meant, where a statement does not speak of the units behind."""
    families = _recurring(statements)
    layers = _layers(statements, families) if families else _apart(statements)
    if not layers:
        return [] if families else [list(statements)]
    last = max(layers.values())
    top = {id(s): _top(s, layers) for s in statements}
    ends = {id(s) for s in statements if families and _ends_below(s, layers, top[id(s)])}
    if not ends:
        return [_numbered_by(statements, layers, set())]
    ends |= _of_outputs(statements, top, last)
    before = {id(s) for s in statements if 0 < top[id(s)] < last}
    outputs = [s for s in statements if top[id(s)] < last]
    return [_numbered_by(statements, layers, ends), _numbered_by(outputs, layers, before)]


def _numbered_by(
    statements: Sequence[Statement], layers: Mapping[str, int], ends: Container[int]
) -> list[Statement]:
    """The statements with the numbers of their layers, those at the ``ends`` with the highest one."""
    last = max(layers.values())
    made = []
    for statement in statements:
        up = last - _top(statement, layers) if id(statement) in ends else 0
        shifted = {letter: number + up for letter, number in layers.items()}
        made.append(statement.mapped(partial(_with_numbers, shifted)))
    return [*made, *_said_of_others(made, range(min(layers.values()), last + 1))]


def _with_numbers(layers: Mapping[str, int], node: t.Node) -> t.Node:
    if isinstance(node, t.Name):
        return t.Name(_numbered(node.key, layers), node.mark, node.written, node.span)
    return rebuilt(node, partial(_with_numbers, layers))


def _top(statement: Statement, layers: Mapping[str, int]) -> int:
    """The highest layer that a statement speaks of; 0 where it speaks of none."""
    letters = (p for m in statement.members for n in t.names_of(m) for p in ix.split(n.key)[1])
    return max((layers.get(letter, 0) for letter in letters), default=0)


def _ends_below(statement: Statement, layers: Mapping[str, int], top: int) -> bool:
    """True for ``E = \\sum_j (t_j - o_j)^2`` where units j feed units k."""
    left = statement.left
    if top == max(layers.values()) or not isinstance(left, t.Name) or ix.letters_of(left.key):
        return False
    return any(
        ix.split(name.key)[1] == [big.index]
        for member in statement.members[1:]
        for big in t.walk(member)
        if isinstance(big, t.BigSum) and layers.get(big.index or "", 0) == top
        for name in t.names_of(big.body)
    )


def _of_outputs(statements: Sequence[Statement], top: Mapping[int, int], last: int) -> set[int]:
    """What computes something that is computed from the units behind elsewhere: ``\\delta_j = (o_j - t_j) o_j'`` beside
    ``\\delta_j = \\sum_k w_jk \\delta_k o_j'``."""
    computing = [s for s in statements if isinstance(s.left, t.Name) and _is_definition(s)]
    behind = {s.left for s in computing if top[id(s)] == last}
    return {id(s) for s in computing if 0 < top[id(s)] < last and s.left in behind}


def _apart(statements: Sequence[Statement]) -> dict[str, int]:
    """Numbers for all letters where some name stands for different things with different letters: ``\\delta_j`` of
    the hidden units beside ``\\delta_k`` of the outputs."""
    heads: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        left = statement.left
        if isinstance(left, t.Name) and not left.mark and not ix.above(left.key):
            base, pieces = ix.split(left.key)
            if len(pieces) == 1 and pieces[0] in ix.LETTERS:
                heads[base].add(pieces[0])
    if all(len(letters) == 1 for letters in heads.values()):
        return {}
    return {letter: n for n, letter in enumerate(sorted(set().union(*heads.values())), 2)}


def _letter_of(key: str, layers: Mapping[str, int]) -> str:
    """The letter of a key that lies in the highest layer."""
    letters = [piece for piece in ix.split(key)[1] if piece in layers]
    return max(letters, key=layers.__getitem__, default="")


def _numbered(key: str, layers: Mapping[str, int]) -> str:
    letter = _letter_of(key, layers)
    if not letter or ix.above(key):
        return key
    base, underscore, rest = key.rpartition("_")
    return f"{base}^{layers[letter]}{underscore}{rest}"


def _family(key: str) -> str:
    return ix.split(key)[0]


def _definitions(statements: Sequence[Statement]) -> Iterator[tuple[t.Name, t.Node]]:
    for statement in statements:
        left = statement.left
        if isinstance(left, t.Name) and not left.mark and not statement.chain.continued:
            for member in statement.members[1:]:
                if not t.has_derivative(member):
                    yield left, member


def _recurring(statements: Sequence[Statement]) -> frozenset[str]:
    """The families of units that are computed, in some steps, from units of the same name before them."""
    reads: dict[str, set[str]] = defaultdict(set)
    backwards = _backwards(statements)
    for left, body in _definitions(statements):
        if ix.above(left.key) or len(ix.split(left.key)[1]) != 1 or _family(left.key) in backwards:
            continue
        # h_t-1 is another one than h_t already
        there = (n.key for n in t.names_of(body) if not any(map(ix.is_moved, ix.split(n.key)[1])))
        reads[_family(left.key)] |= set(map(_family, there))
    return frozenset(family for family in reads if family in all_read_by(family, reads))


def _backwards(statements: Sequence[Statement]) -> frozenset[str]:
    """The families of what is computed from the units behind: they stand for derivatives, or slopes are in them."""
    found: set[str] = set()
    for statement in statements:
        left = statement.left
        if isinstance(left, t.Name) and (
            left.key.startswith("delta") or any(map(has_slope, statement.members))
        ):
            found.add(_family(left.key))
    return frozenset(found)


def has_slope(node: t.Node) -> bool:
    """True for a formula with derivatives, or slopes of functions, in it."""
    return any(
        isinstance(part, t.Derivative) or (isinstance(part, t.Call) and part.primes > 0)
        for part in t.walk(node)
    )


def _layers(statements: Sequence[Statement], families: frozenset[str]) -> dict[str, int]:
    """The number of each letter's layer, from 1; nothing where the letters make no chain."""
    feeds: Counter[tuple[str, str]] = Counter()
    #: which of the two letters of a weight is the one that it leads to
    ends: dict[str, set[int]] = defaultdict(set)
    for left, body in _definitions(statements):
        pieces = ix.split(left.key)[1]
        if _family(left.key) not in families or len(pieces) != 1:
            continue
        for big in (part for part in t.walk(body) if isinstance(part, t.BigSum)):
            letter = big.index or ""
            if not any(_family(n.key) in families for n in t.names_of(big.body)):
                continue
            feeds[letter, pieces[0]] += (
                MOST_LAYERS  # this says it, a weight's letters may be a slip
            )
            for name in t.names_of(big.body):
                own = ix.split(name.key)[1]
                if sorted(own) == sorted([letter, pieces[0]]) and letter != pieces[0]:
                    ends[_family(name.key)].add(own.index(pieces[0]))
    for token in (p for s in statements for m in s.members for p in t.walk(m)):
        if isinstance(token, t.Derivative):
            feeds.update(_along(token, families))
    for statement in statements:
        feeds.update(_from_behind(statement, families))
    for key in (n.key for s in statements for m in s.members for n in t.names_of(m)):
        own, end = ix.split(key)[1], ends.get(_family(key), set())
        if len(own) == 2 and len(end) == 1 and not ix.above(key):
            to = next(iter(end))
            feeds[own[1 - to], own[to]] += 2
    layers = _chain(
        {
            (a, b)
            for a, b in feeds
            if a in ix.LETTERS and b in ix.LETTERS and feeds[a, b] > feeds[b, a]
        }
    )
    names = keys_in(statements)
    units = [key for key in names if _family(key) in families and not ix.above(key)]
    known = all(p in layers for key in units for p in ix.split(key)[1] if p in ix.LETTERS)
    return layers if known else {}


def _along(token: t.Derivative, families: frozenset[str]) -> Iterator[tuple[str, str]]:
    """``\\partial a_k / \\partial a_j`` says that units j feed units k."""
    of, by = token.of, token.by
    if not isinstance(of, t.Name) or not isinstance(by, t.Name) or ix.above(of.key + by.key):
        return
    after, before = ix.split(of.key)[1], ix.split(by.key)[1]
    units = {_family(of.key), _family(by.key)} <= families and len(after) == len(before) == 1
    if units and after != before:
        yield from [(before[0], after[0])] * 3


def _from_behind(statement: Statement, families: frozenset[str]) -> Iterator[tuple[str, str]]:
    """``\\partial E / \\partial o_j = \\sum_k \\delta_k w_jk`` says that units j feed units k."""
    left = statement.left
    by = left.by if isinstance(left, t.Derivative) else None
    if not isinstance(by, t.Name) or _family(by.key) not in families or ix.above(by.key):
        return
    pieces = ix.split(by.key)[1]
    for big in (p for member in statement.members[1:] for p in t.walk(member)):
        if isinstance(big, t.BigSum) and len(pieces) == 1 and big.index not in (None, *pieces):
            yield from [(pieces[0], big.index or "")] * 3


def _chain(feeds: set[tuple[str, str]]) -> dict[str, int]:
    letters = {letter for pair in feeds for letter in pair}
    found = dict.fromkeys(letters, 1)
    for _ in range(MOST_LAYERS):
        for before, after in sorted(feeds):
            found[after] = max(found[after], found[before] + 1)
    return found if all(found[b] == found[a] + 1 for a, b in feeds) else {}


def _said_of_others(statements: Sequence[Statement], layers_there: range) -> list[Statement]:
    """What is said of the units of one layer, of those of other layers that it was not said of: there are no deltas
    behind the last layer, which those before it would ask for, and so on for ever."""
    said: dict[str, dict[int, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    meant: dict[str, dict[int, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for statement in statements:
        left = statement.left
        plain = not statement.chain.continued and not statement.restrictions
        if isinstance(left, t.Name) and ix.above(left.key).isdigit() and plain:
            name, layer = _unnumbered(left.key), int(ix.above(left.key))
            if _is_definition(statement):
                said[name][layer].append(statement)
            elif isinstance(statement.members[1], t.Derivative):
                chain = replace(statement.chain, segments=statement.chain.segments[:2])
                meant[name][layer].append(replace(statement, chain=chain))
    said |= meant  # what a name stands for tells more than how it is computed in one layer
    used = keys_in(statements)
    made: list[Statement] = []
    waiting = sorted(used)
    seen = set(waiting)
    while waiting:
        key = waiting.pop()
        above = ix.above(key)
        layers = said.get(_unnumbered(key), {})
        known = not above.isdigit() or not layers or int(above) in layers
        if known or int(above) not in layers_there[1:]:
            continue
        origin = min(layers, key=lambda n: abs(n - int(above)))
        moved = [_moved(s, int(above) - origin) for s in layers[origin]]
        layers[int(above)] = moved
        made += moved
        new = {n.key for s in moved for m in s.members for n in t.names_of(m)} - seen
        seen |= new
        waiting += sorted(new)
    return made


def _is_definition(statement: Statement) -> bool:
    """True for what computes units from those before them."""
    return not any(t.has_derivative(member) for member in statement.members)


def _unnumbered(key: str) -> str:
    """A name without its layer and its letters: those of different layers are alike."""
    base, pieces = ix.split(ix.without_above(key))
    return f"{base}/{len(pieces)}"


def _moved(statement: Statement, by: int) -> Statement:
    def moved(node: t.Node) -> t.Node:
        if isinstance(node, t.Name):
            above = ix.above(node.key)
            key = ix.with_above(node.key, str(int(above) + by)) if above.isdigit() else node.key
            return t.Name(key, node.mark, node.written, node.span)
        return rebuilt(node, moved)

    return statement.mapped(moved)
