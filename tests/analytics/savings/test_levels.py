"""Levels before, days after: signed, unclipped, and silent outside what was seen."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.savings.levels import estimate, levels
from analytics.savings.meter_loss import changed_slots, circuit, leak
from core.words import Carrier
from tests.analytics.savings.made import nights, plant


def test_the_leak_of_the_worked_example() -> None:
    """10 nights of 0.412, 10 of 0.068, a pressure factor of 0.93: 7.68 m³ a day."""
    known = levels(nights(np.full(10, 0.412), factor=0.93))
    assert known is not None
    day = nights(np.array([0.068]), factor=0.93)
    assert estimate(known, day).saving(Carrier.WATER) == pytest.approx(7.68, abs=0.01)


def test_noise_around_nothing_books_nothing_in_the_mean() -> None:
    """Clipped at zero it would book 8 kWh a day of σ 20."""
    chance = np.random.default_rng(4)
    before = plant(chance.normal(50.0, 2.0, 4000), np.full(4000, 5.0))
    after = plant(chance.normal(50.0, 2.0, 4000), np.full(4000, 5.0), first=21_000)
    known = levels(before)
    assert known is not None
    days = [estimate(known, after.keep(after.day == d)) for d in np.unique(after.day)]
    saved = np.array([e.saving(Carrier.HEAT) for e in days])
    assert (saved < 0).mean() == pytest.approx(0.5, abs=0.1)
    assert abs(saved.mean()) < 1.0
    assert np.maximum(saved, 0).mean() > 2.0


def test_an_offset_of_a_sensor_cancels() -> None:
    oat = np.tile([4.0, 8.0], 50)
    before, after = plant(3.0 + 0.2 * oat, oat), plant(1.0 + 0.0 * oat, oat, first=20_100)
    shifted = [plant(u.amount[Carrier.HEAT] + 7.0, oat, first=int(u.day[0]))
               for u in (before, after)]  # fmt: skip
    found = []
    for early, late in ((before, after), shifted):
        known = levels(early)
        assert known is not None
        found.append(estimate(known, late).saving(Carrier.HEAT))
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx(sum(2.0 + 0.2 * oat))


def test_a_day_beyond_the_drivers_books_nothing_and_says_so() -> None:
    known = levels(plant(np.full(40, 5.0), np.linspace(0.0, 8.9, 40)))
    assert known is not None
    cold = estimate(known, plant(np.full(10, 1.0), np.full(10, -6.0)))
    assert (cold.why, cold.saving(Carrier.HEAT)) == ("drivers", 0.0)
    assert estimate(known, plant(np.full(10, 1.0), np.full(10, 9.5))).why == ""


def test_a_day_without_exposure_saves_nothing_but_is_known() -> None:
    known = levels(plant(np.full(40, 5.0), np.full(40, 5.0)))
    assert known is not None
    none = estimate(known, plant(np.zeros(0), np.zeros(0)))
    assert (none.why, none.exposure, none.saving(Carrier.HEAT)) == ("", 0.0, 0.0)


def test_lighting_of_the_worked_example() -> None:
    """12.4 kW for eight hours after the end, then 1.9: 84.0 kWh a day."""
    import datetime as dt  # noqa: PLC0415

    days = [dt.date(2026, 3, 2) + dt.timedelta(days=n) for n in range(5)]
    occupied = np.zeros(192, dtype=np.bool_)
    occupied[96 + 32 : 96 + 72] = True
    sound = np.full((5, 96), 1.9)
    sound[:, 32:72] = 20.0
    ill = sound.copy()
    ill[:, 72:] = 12.4
    ill[:, :8] = 12.4
    working = np.ones(5, dtype=np.bool_)
    ends = [d.toordinal() * 86_400_000 for d in days]
    healthy, before = (circuit(days, ends, rate, working) for rate in (sound, ill))
    kept = changed_slots(before, healthy, occupied)
    known = levels(before.keep(kept), shared=True)
    assert known is not None
    assert len(known.bins) == 32
    after = healthy.of_day(days[0])
    assert estimate(known, after, by_slot=True).saving(Carrier.ELECTRICITY) == pytest.approx(84.0)


def test_a_leak_follows_the_pressure_of_the_day() -> None:
    import datetime as dt  # noqa: PLC0415

    rate = np.full((1, 96), 0.4)
    pressure = np.full((1, 96), 200.0)
    pressure[:, 8:20] = 400.0
    [day] = [leak([dt.date(2026, 3, 2)], [0], rate, pressure, 1.0)]
    assert day.hours == pytest.approx(24 * (84 * 0.5 + 12) / 96)
