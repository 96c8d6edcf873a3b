"""Travel, turns and scatter of hand-made readings."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.grid import Grid
from analytics.moves import Moves, moves
from core.batch import Columns, Floats, Ints
from core.clock import HOUR_MS, MINUTE_MS
from core.quality import Quality
from tests.analytics.plant import MONDAY, SITE

VALVE, SUPPLY = SITE.index["a.ahu1.cool_valve"], SITE.index["a.ahu1.sat"]
MINUTES = MONDAY + MINUTE_MS * np.arange(1, 121, dtype=np.int64)


def of(values: Floats, at: Ints = MINUTES, *, most: float | None = None) -> Moves:
    """Of two hours of the valve, beside a supply temperature that stands still."""
    points = sorted((VALVE, SUPPLY))
    both = {VALVE: values, SUPPLY: np.full(len(at), 18.0)}
    rows = Columns.joined([Columns.of(np.full(len(at), p, np.int32), at, both[p]) for p in points])
    grid = Grid(start=MONDAY, step=HOUR_MS, count=2)
    cap = None if most is None else np.full(2, most)
    found, row = moves(rows, points, grid, SITE, cap), points.index(VALVE)
    assert found.travel[1 - row].tolist() == [0.0, 0.0]
    return Moves(
        travel=found.travel[row], turns=found.turns[row], scatter=found.scatter[row],
        pairs=found.pairs[row],
    )  # fmt: skip


def test_a_swing_travels_and_turns() -> None:
    swing = np.tile([10.0, 40.0, 70.0, 40.0], 30)
    found = of(swing)
    assert found.travel.tolist() == [59 * 30.0, 60 * 30.0]
    # At 70 and at 10, of which the first reading is no turn.
    assert found.turns.tolist() == [29.0, 30.0]


def test_rest_within_the_dead_band_is_no_travel_and_hides_no_turn() -> None:
    found = of(np.repeat([20.0, 50.0, 50.8, 50.1, 20.0, 20.9], 5), MINUTES[:30])
    assert found.travel.tolist() == [pytest.approx(60.1), 0.0]
    assert found.turns.tolist() == [1.0, 0.0]


def test_scatter_is_the_variance_of_jitter_and_nothing_of_what_moves_on() -> None:
    jitter = np.random.default_rng(4).normal(18.0, 0.5, 120)
    ramp = np.linspace(0.0, 100.0, 120)
    swing = 20.0 * np.sin(2 * np.pi * np.arange(120) / 6.0)
    spread = np.sqrt(of(jitter).scatter.sum() / of(jitter).pairs.sum())
    assert spread == pytest.approx(0.5, rel=0.25)
    assert (of(ramp).scatter < 0).all()
    assert (of(swing).scatter < 0).all()
    assert of(jitter + ramp / 10).scatter.sum() == pytest.approx(of(jitter).scatter.sum(), rel=0.1)


def test_a_move_back_after_a_long_rest_is_no_turn() -> None:
    quick, slow = np.repeat([10.0, 50.0, 10.0], 40), np.repeat([10.0, 50.0, 10.0], [20, 25, 75])
    assert of(quick).turns.sum() == 0.0
    assert of(slow).turns.tolist() == [1.0, 0.0]


def test_a_move_counts_up_to_a_limit() -> None:
    """One reading ten kelvins off is no jitter of an hour."""
    spike = np.where(np.arange(120) == 30, 28.0, 18.0)
    assert of(spike).scatter[0] == 100.0
    assert of(spike, most=1.2).scatter[0] == pytest.approx(1.44)


def test_nothing_is_known_across_a_gap_or_of_a_bad_reading() -> None:
    late = np.r_[MINUTES[:60], MINUTES[60:] + 5 * MINUTE_MS]
    step = np.r_[np.full(60, 10.0), np.full(60, 90.0)]
    assert of(step, late).travel.sum() == 0.0
    assert of(step).travel.sum() == 80.0
    nothing = np.where(np.arange(120) == 60, np.nan, step)
    assert of(nothing).travel.sum() == 0.0


def test_a_bad_reading_is_left_out() -> None:
    rows = Columns.of(
        np.full(3, SUPPLY, np.int32), MINUTES[:3], np.array([18.0, 80.0, 18.0]),
        np.array([0, int(Quality.SUSPECT), 0], np.int8),
    )  # fmt: skip
    found = moves(rows, [SUPPLY], Grid(start=MONDAY, step=HOUR_MS, count=1), SITE)
    assert found.travel.sum() == 0.0
    assert found.pairs.sum() == 0.0


def test_no_reading_is_no_move() -> None:
    found = moves(Columns.of([], [], []), [SUPPLY], Grid(start=MONDAY, step=HOUR_MS, count=2), SITE)
    assert found.travel.shape == (1, 2)
    assert found.pairs.sum() == 0.0
