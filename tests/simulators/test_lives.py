"""What a world published is folded into its hours the same however it is handed over."""

from __future__ import annotations

import numpy as np

from core.batch import Columns, Ints
from core.clock import DAY_MS, HOUR_MS
from simulators.lives import Life, note
from simulators.worlds import of_buildings
from tests.simulators.parts import SITE, START

SMALL = of_buildings(SITE, ["a"])
DAYS = 3
LATE = 2 * HOUR_MS


def readings() -> tuple[Columns, Ints]:
    """From an hour before the first day to one after the last, some empty, half of them late."""
    rng = np.random.default_rng(11)
    at = np.sort(rng.integers(START - HOUR_MS, START + DAYS * DAY_MS + HOUR_MS, 4000))
    value = np.where(rng.random(4000) < 0.1, np.nan, rng.standard_normal(4000))
    rows = Columns.of(rng.integers(0, len(SMALL.points), 4000).astype(np.int32), at, value)
    return rows, at + np.where(rng.random(4000) < 0.5, LATE, 0)


def lived(parts: int) -> Life:
    life, (rows, due) = Life.unborn(len(SMALL.points), DAYS), readings()
    for which in np.array_split(np.arange(len(rows)), parts):
        note(SMALL, life, rows.keep(which), due[which], START)
    return life


def test_a_life_handed_over_in_parts_is_the_one_handed_over_whole() -> None:
    whole, parted = lived(1), lived(50)
    assert (parted.count == whole.count).all()
    assert (parted.heard == whole.heard).all()
    np.testing.assert_allclose(parted.mean, whole.mean, rtol=1e-9, equal_nan=True)


def test_readings_stand_in_their_own_hours_and_are_heard_when_they_come() -> None:
    life, (rows, due) = lived(1), readings()
    end, said = START + DAYS * DAY_MS, ~np.isnan(rows.value)
    assert life.count.sum() == (said & (rows.at > START) & (rows.at <= end)).sum()
    assert life.heard.sum() == (said & (due > START) & (due <= end)).sum()
    assert (life.heard != life.count).any()
    empty = Life.unborn(len(SMALL.points), DAYS)
    note(SMALL, empty, Columns.of([], [], []), np.zeros(0, np.int64), START)
    assert not empty.count.any()
