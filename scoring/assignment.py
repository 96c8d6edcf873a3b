"""The heaviest one-to-one assignment, exactly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.batch import Floats, Ints


def assigned(weights: Floats) -> list[tuple[int, int]]:
    """Pairs (row, column) of the heaviest one-to-one assignment; pairs of weight 0 are left out.

    The Hungarian method with potentials, shortest augmenting paths, O(n³): Kuhn, Naval Research
    Logistics Quarterly 2 (1955) 83; Munkres, J. SIAM 5 (1957) 32. No row nor column has to be
    assigned: a weight of 0 stands for leaving it alone.

    Args:
        weights: What each pair is worth, 0 where it is not allowed. (rows, columns), ≥ 0
    """
    rows, columns = weights.shape
    if rows > columns:
        return sorted((r, c) for c, r in assigned(weights.T))
    if not rows:
        return []
    cost = -weights
    row_price, column_price = np.zeros(rows), np.zeros(columns + 1)
    holder = np.full(columns + 1, -1, np.int64)  # the last column is where each search begins
    for row in range(rows):
        holder[columns] = row
        path = _search(cost, row_price, column_price, holder)
        _augment(path, holder)
    return sorted(
        (int(holder[c]), c) for c in range(columns) if holder[c] >= 0 and weights[holder[c], c] > 0
    )


def _search(cost: Floats, row_price: Floats, column_price: Floats, holder: Ints) -> list[int]:
    """The shortest way from the row in the last column to a free one; prices move with it."""
    columns = cost.shape[1]
    nearest, seen = np.full(columns, np.inf), np.zeros(columns + 1, np.bool_)
    before = np.full(columns, columns)
    at = columns
    while True:
        seen[at] = True
        row = int(holder[at])
        reduced = cost[row] - row_price[row] - column_price[:columns]
        better = ~seen[:columns] & (reduced < nearest)
        nearest[better], before[better] = reduced[better], at
        open_ = np.where(seen[:columns], np.inf, nearest)
        to = int(np.argmin(open_))
        step = open_[to]
        row_price[holder[seen]] += step
        column_price[seen] -= step
        nearest[~seen[:columns]] -= step
        at = to
        if holder[at] < 0:
            break
    path = [at]
    while path[-1] != columns:
        path.append(int(before[path[-1]]))
    return path


def _augment(path: list[int], holder: Ints) -> None:
    for to, of in pairwise(path):
        holder[to] = holder[of]
