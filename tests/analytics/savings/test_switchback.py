"""Switchbacks: schedules that are balanced, and intervals held to series of known truth."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from analytics.savings.switchback import Spell, by_draw, estimate, schedule

FIRST = date(2026, 3, 11)
DAYS = [FIRST + timedelta(days=n) for n in range(150)]
WORKING = {day: day.weekday() < 5 for day in DAYS}


def drawn(seed: int = 1, pairs: int = 8, spell: int = 1, settling: int = 0) -> tuple[Spell, ...]:
    return schedule(FIRST, WORKING, seed=seed, pairs=pairs, spell=spell, settling=settling)


def lived(
    spells: tuple[Spell, ...], seed: int, *, saving: tuple[float, float] = (60.0, 25.0),
    rho: float = 0.5, trend: float = 0.0, after: float = 0.0,
) -> dict[date, float]:  # fmt: skip
    """Use of each day: day types, noise that remembers, a trend, and off days that cost more.

    ``after`` is what is left of a day's state on the next: the building remembers. [1]
    """
    rng = np.random.default_rng([7, seed])
    off = {day for s in spells if not s.on for day in s.days}
    use, noise, state = {}, 0.0, 0.0
    for n, day in enumerate(DAYS):
        noise = rho * noise + rng.normal(0, 15.0)
        wasted = saving[0] if WORKING[day] else saving[1]
        state = after * state + (1 - after) * (wasted if day in off else 0.0)
        use[day] = 400.0 + 150.0 * WORKING[day] + trend * n + noise + state
    return use


@pytest.mark.parametrize(("spell", "settling"), [(1, 0), (2, 1), (3, 0), (7, 1)])
def test_both_sides_of_every_pair_count_days_of_the_same_types(spell: int, settling: int) -> None:
    spells = drawn(pairs=4, spell=spell, settling=settling)
    assert len(spells) == 8
    days = [day for s in spells for day in s.days]
    assert days == sorted(set(days)), "one after the other, none twice"
    for pair in range(4):
        on, off = ([WORKING[d] for d in s.counted] for s in sorted(
            (s for s in spells if s.pair == pair), key=lambda s: not s.on))  # fmt: skip
        assert Counter(on) == Counter(off)
    assert sum(s.on for s in spells[::2]) == 2, "half of the pairs begin with either"


def test_a_seed_draws_the_same_and_another_one_otherwise() -> None:
    assert drawn(3) == drawn(3)
    assert len({tuple(s.on for s in drawn(seed)) for seed in range(12)}) > 6


def test_numbers_that_no_schedule_can_have() -> None:
    for wrong in (
        {"pairs": 3},
        {"pairs": 2},
        {"pairs": 16},
        {"spell": 8},
        {"spell": 1, "settling": 1},
    ):
        with pytest.raises(ValueError, match=r"\d"):
            drawn(**wrong)
    assert schedule(FIRST, dict.fromkeys(DAYS[:5], True), seed=1) == ()


@pytest.mark.parametrize(("rho", "trend"), [(0.0, 0.0), (0.7, 0.0), (0.3, 3.0)])
def test_nine_intervals_of_ten_hold_the_truth(rho: float, trend: float) -> None:
    held, errors, tries = Counter[bool](), [], 300
    for seed in range(tries):
        spells = drawn(seed)
        for effect in estimate(spells, lived(spells, seed, rho=rho, trend=trend), WORKING):
            truth = 60.0 if effect.working else 25.0
            held[effect.working] += abs(effect.per_day - truth) <= effect.u
            errors.append(effect.per_day - truth)
    assert abs(np.mean(errors)) < 1.5
    for kind in (True, False):
        assert 0.85 <= held[kind] / tries <= 0.95


def test_settling_days_free_it_of_what_the_building_remembers() -> None:
    errors: dict[int, list[float]] = {0: [], 1: []}
    for settling, of in errors.items():
        for seed in range(100):
            spells = drawn(seed, pairs=8, spell=3, settling=settling)
            use = lived(spells, seed, saving=(60.0, 60.0), after=0.3)
            of += [e.per_day - 60.0 for e in estimate(spells, use, WORKING)]
    assert np.mean(errors[0]) < -8.0
    assert abs(np.mean(errors[1])) < abs(np.mean(errors[0])) / 2


def test_a_pair_that_was_not_measured_is_left_out_and_three_say_nothing() -> None:
    spells = drawn(pairs=4, spell=7)
    use = lived(spells, 1)
    assert len(estimate(spells, use, WORKING)) == 2
    del use[spells[0].days[3]]
    assert [e.pairs for e in estimate(spells, use, WORKING)] == [3, 3]
    days = drawn(pairs=4)
    of = lived(days, 1)
    of[days[0].days[0]] = float("nan")
    assert estimate(days, of, WORKING) == ()
    assert by_draw(days, of, WORKING) is None


def test_chance_shows_as_much_as_often_as_it_says() -> None:
    nothing = [by_draw(s := drawn(seed), lived(s, seed, saving=(0.0, 0.0)), WORKING)
               for seed in range(300)]  # fmt: skip
    assert 0.05 <= np.mean([p <= 0.1 for p in nothing if p is not None]) <= 0.15
    spells = drawn(1)
    told = by_draw(spells, lived(spells, 1, saving=(200.0, 200.0)), WORKING)
    assert told is not None
    assert told <= 2 / 70 + 1e-9, "of the 70 draws its own and its opposite alone"
