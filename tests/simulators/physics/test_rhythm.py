"""What moves a building's electricity beside its people."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np

from simulators.physics.power.rhythm import base_factor, hours_factor, lumps, tenancy_factor

FIRST = 739_000


def test_hours_remember_and_jump_more_than_chance_would() -> None:
    """AR 0.8 an hour, sd 0.05, t₃ innovations."""
    days = [hours_factor(3, "a", FIRST + d) for d in range(600)]
    hours = np.log(np.concatenate([day[::60] for day in days]))
    assert 0.04 < hours.std() < 0.06
    assert abs(np.corrcoef(hours[:-1], hours[1:])[0, 1] - 0.8) < 0.03
    steps = np.abs(hours[1:] - 0.8 * hours[:-1])
    # Of a normal law P99/P50 is 3.8; of t with three degrees 7.6.
    assert 5.5 < np.quantile(steps, 0.99) / np.median(steps) < 10.0
    joints = [abs(a[-1] - b[0]) for a, b in pairwise(days)]
    assert max(joints) < 0.01


def test_the_base_drifts_over_weeks() -> None:
    base = np.log([base_factor(3, "a", FIRST + d) for d in range(3000)])
    assert 0.035 < base.std() < 0.065
    assert abs(np.corrcoef(base[:-1], base[1:])[0, 1] - 0.97) < 0.015
    assert np.corrcoef(base[:-7], base[7:])[0, 1] > 0.65


def test_a_level_holds_for_months_then_steps() -> None:
    years = 20
    level = np.array([tenancy_factor(3, "a", FIRST + d) for d in range(365 * years)])
    moved = np.flatnonzero(np.diff(level) != 0.0)
    assert 1.5 < len(moved) / years < 3.5
    assert 0.05 < np.log(level[moved + 1]).std() < 0.11
    # Big steps come about once in some years, never as often as four times in one.
    big = np.abs(np.diff(np.log(level))) > 0.15
    assert 0 < big.sum() / years < 2.0


def test_six_lumps_a_week() -> None:
    weeks = 1200
    days = [lumps(3, "a", date.fromordinal(FIRST + d)) for d in range(7 * weeks)]
    began = sum(int((np.diff(day, prepend=0.0) > 0.0).sum()) for day in days)
    assert abs(began / weeks - 6.0) < 0.5
    assert max(day.max() for day in days) < 0.46
    assert sum((day == 0.0).all() for day in days) > 2000
    # A run of one Tuesday is there on the next, at another minute.
    level = np.array([day.mean() for day in days])
    assert 0.3 < np.corrcoef(level[:-7], level[7:])[0, 1] < 0.6
    assert abs(np.corrcoef(level[:-6], level[6:])[0, 1]) < 0.1


def test_buildings_and_seeds_have_their_own() -> None:
    one = hours_factor(3, "a", FIRST)
    assert np.array_equal(one, hours_factor(3, "a", FIRST))
    assert not np.array_equal(one, hours_factor(3, "c", FIRST))
    assert not np.array_equal(one, hours_factor(4, "a", FIRST))
