"""``W_1 = W_0 + V_1`` where slopes are taken by W: a number below that counts the steps of training, where no cell has it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement


def with_iterates_below(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements in which such iterates are the parameters, and their new values."""
    slopes = {
        part.by.key
        for statement in statements
        for member in statement.members
        for part in t.walk(member)
        if isinstance(part, t.Derivative) and isinstance(part.by, t.Name) and not part.by.mark
    }
    recurrent = _recurrent(statements)
    trained = {base for base in recurrent if base in slopes and not _is_cell_moved(base, slopes)}
    if not trained:
        return tuple(statements)
    dated = list(statements)
    if not any(statement.step for statement in statements):
        last = max(recurrent[base] for base in trained)
        dated = _dated(statements, trained) if last > 1 else dated
    if _counts_all(dated, recurrent.keys()):
        return tuple(statements)
    if any(statement.step for statement in dated):
        # what is kept from one step to the next is counted with them
        trained |= {base for base, last in recurrent.items() if last > 1}
    return tuple(_plain(statement, trained) for statement in dated)


def _dated(statements: Sequence[Statement], trained: set[str]) -> list[Statement]:
    """The statements with the step at which they stand: a step is made when each parameter has its next number."""
    made = dict.fromkeys(trained, 0)
    found: list[Statement] = []
    for statement in statements:
        base, number = _parted(statement.left)
        if base in made:
            made[base] = max(made[base], number)
        now = number - 1 if base in made and number else min(made.values())
        found.append(replace(statement, step=now))
    return found


def _recurrent(statements: Sequence[Statement]) -> dict[str, int]:
    """The letters of ``W_1 = W_0 + ...``, with the largest number on the left."""
    found: dict[str, int] = {}
    for statement in statements:
        left = statement.left
        base, number = _parted(left)
        if number and any(
            _parted(part) == (base, number - 1)
            for member in statement.members[1:]
            for part in t.walk(member)
        ):
            found[base] = max(found.get(base, 0), number)
    return found


def _counts_all(dated: Sequence[Statement], recurrent: Collection[str]) -> bool:
    """Whether everything that is computed anew in a later step has its number, ``g_2`` and ``m_2``: these are quantities
    of their own, and so is each iterate."""
    first = {statement.left for statement in dated if not statement.step}
    return any(
        _parted(statement.left)[1] > 0
        and _parted(statement.left)[0] not in recurrent
        and statement.left not in first
        for statement in dated
        if statement.step
    )


def _is_cell_moved(base: str, slopes: set[str]) -> bool:
    """Whether slopes are taken by ``w_1`` as well: it is a cell then."""
    return any(ix.split(key)[0] == base and ix.split(key)[1] for key in slopes)


def _parted(node: t.Node | None) -> tuple[str, int]:
    """The letter and the number of a name with just one number below; -1 for what is none."""
    if not isinstance(node, t.Name) or node.mark or ix.above(node.key):
        return "", -1
    base, pieces = ix.split(node.key)
    return (base, int(pieces[0])) if len(pieces) == 1 and pieces[0].isdigit() else ("", -1)


def _plain(statement: Statement, trained: set[str]) -> Statement:
    """The statement with the parameters for their iterates at its step, and new values for later ones."""

    def named(node: t.Node) -> t.Node:
        letter, count = _parted(node)
        if isinstance(node, t.Name) and letter in trained:
            mark = "new" if count > statement.step else ""
            return replace(node, key=letter, mark=mark, written="")
        return rebuilt(node, named)

    return statement.mapped(named)
