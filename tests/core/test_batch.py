"""Columns are cut and joined row by row, and copied only where something changes."""

from __future__ import annotations

import numpy as np

from core.batch import Columns

ROWS = Columns.of([3, 1, 2], [10, 20, 30], [0.5, np.nan, 2.5], [0, 1, 2])


def test_rows_are_kept_by_flag_and_by_index() -> None:
    for which in (np.array([True, False, True]), np.array([0, 2])):
        kept = ROWS.keep(which)
        assert (kept.point.tolist(), kept.at.tolist()) == ([3, 2], [10, 30])
        assert (kept.value.tolist(), kept.quality.tolist()) == ([0.5, 2.5], [0, 2])
    assert ROWS.keep(np.array([2, 0])).at.tolist() == [30, 10]
    assert len(ROWS.keep(np.zeros(3, np.bool_))) == 0


def test_all_rows_are_no_copy() -> None:
    assert ROWS.keep(np.ones(3, np.bool_)) is ROWS
    assert Columns.joined([ROWS]) is ROWS


def test_parts_are_joined_in_their_order() -> None:
    both = Columns.joined([ROWS.keep(np.array([1])), ROWS])
    assert both.point.tolist() == [1, 3, 1, 2]
    assert both.quality.dtype == np.int8
    assert len(Columns.joined([])) == 0
