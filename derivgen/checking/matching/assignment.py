"""The best pairing of two lists: who goes with whom so that the scores add up to the most."""

from __future__ import annotations

from collections.abc import Sequence

#: beyond this size the best pairs are taken one after the other
EXACT = 24


def assignment(scores: Sequence[Sequence[float]], alone: float) -> list[tuple[int, int]]:
    """Pairs (row, column), each row and column at most once, with the greatest sum.

    A pair that scores less than ``alone`` is not made.  Up to ``EXACT`` rows and columns the answer is
    the best one (Kuhn and Munkres, shortest augmenting paths); beyond, pairs are taken greedily."""
    rows, columns = len(scores), len(scores[0]) if scores else 0
    if not rows or not columns:
        return []
    if max(rows, columns) > EXACT:
        pairs = _greedy(scores)
    elif rows <= columns:
        pairs = _best(scores)
    else:
        turned = [[scores[i][j] for i in range(rows)] for j in range(columns)]
        pairs = [(i, j) for j, i in _best(turned)]
    return sorted((i, j) for i, j in pairs if scores[i][j] >= alone)


def _greedy(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    ranked = sorted(
        ((-score, i, j) for i, row in enumerate(scores) for j, score in enumerate(row)),
    )
    rows: set[int] = set()
    columns: set[int] = set()
    found = []
    for _, i, j in ranked:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            found.append((i, j))
    return found


def _best(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The best assignment of all rows, of which there are no more than columns."""
    rows, columns = len(scores), len(scores[0])
    infinite = float("inf")
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner, way = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0] = row
        column = 0
        least = [infinite] * (columns + 1)
        used = [False] * (columns + 1)
        while True:
            used[column] = True
            here, step, following = owner[column], infinite, 0
            for j in range(1, columns + 1):
                if used[j]:
                    continue
                cost = -scores[here - 1][j - 1] - row_price[here] - column_price[j]
                if cost < least[j]:
                    least[j], way[j] = cost, column
                if least[j] < step:
                    step, following = least[j], j
            for j in range(columns + 1):
                if used[j]:
                    row_price[owner[j]] += step
                    column_price[j] -= step
                else:
                    least[j] -= step
            column = following
            if not owner[column]:
                break
        while column:
            owner[column] = owner[way[column]]
            column = way[column]
    return [(owner[j] - 1, j - 1) for j in range(1, columns + 1) if owner[j]]
