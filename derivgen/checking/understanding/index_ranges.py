"""``for $j = 1, 2$`` and ``$l = 1, ..., L$`` say over which numbers an index letter runs, and give nothing a value."""

from __future__ import annotations

from collections.abc import Sequence

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement


def without_ranges(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements but for the ranges of letters that are indices elsewhere."""
    ranges = [statement for statement in statements if _letter(statement) is not None]
    if not ranges:
        return tuple(statements)
    indices: set[str] = set()
    for statement in statements:
        for segment in statement.chain.segments:
            for part in t.walk(segment.body):
                if isinstance(part, t.Name):
                    indices.update(ix.letters_of(part.key))
                elif isinstance(part, t.BigSum):
                    indices.add(str(part.index))
    return tuple(s for s in statements if (letter := _letter(s)) is None or letter not in indices)


def _letter(statement: Statement) -> str | None:
    """The letter of ``j = 1, 2, 3``."""
    left, segments = statement.left, statement.chain.segments
    if not isinstance(left, t.Name) or left.mark or left.key not in ix.LETTERS:
        return None
    if statement.chain.continued or len(segments) != 2:
        return None
    body = segments[1].body
    if _is_counted_down(body):
        return left.key
    if not isinstance(body, t.Matrix) or not body.is_list or len(body.rows) != 1:
        return None
    row = list(body.rows[0])
    if len(row) > 2 and isinstance(row[-2], t.Dots) and isinstance(row[-1], t.Name | t.Number):
        row = row[:-2]  # l = 1, ..., L
    numbers = [printed_number(cell) for cell in row]
    whole = [int(n.value) for n in numbers if n is not None and n.decimals <= 0]
    counted = len(whole) == len(numbers) and whole[:1] in ([0], [1])
    return left.key if counted and whole == list(range(whole[0], whole[0] + len(whole))) else None


def _is_counted_down(body: t.Node) -> bool:
    """True for the beginning of ``l = L - 1, L - 2, ..., 2``."""
    if not isinstance(body, t.Sum) or len(body.terms) != 2:
        return False
    (first, last), (second, one) = body.terms
    whole = isinstance(one, t.Number) and one.decimals == 0
    return not first and second and whole and isinstance(last, t.Name) and not last.mark
