"""Circuits that follow people, hours and weather."""

from __future__ import annotations

import numpy as np
import pytest

from core.batch import Floats
from simulators.physics.power.profiles import (
    Circuit,
    Rhythm,
    kitchen,
    lifts,
    sockets,
    split_units,
    water_boilers,
)
from simulators.physics.weather.weather import DAY_MIN

HOURS = (480, 1140)
THERE: Floats = np.where((np.arange(DAY_MIN) >= 490) & (np.arange(DAY_MIN) < 1130), 0.7, 0.0)
USUAL = Rhythm(hours=np.ones(DAY_MIN), base=1.0, tenancy=1.0, lumps=np.zeros(DAY_MIN))


def circuit(
    seed: int = 1, *, oat: float = 18.0, hours: tuple[int, int] | None = HOURS, night: float = 0.4
) -> Circuit:
    return Circuit(
        people=THERE if hours else np.zeros(DAY_MIN), oat=np.full(DAY_MIN, oat), hours=hours,
        night=night, rng=np.random.default_rng(seed), rhythm=USUAL,
    )  # fmt: skip


def test_sockets_keep_their_share_at_night_and_follow_people_by_day() -> None:
    load = sockets(circuit())
    assert load[:400] == pytest.approx(0.4)
    assert load[600:1000] == pytest.approx(0.4 + 0.6 * 0.7)


def test_boiled_water_is_warmed_before_opening_drawn_by_day_and_off_at_night() -> None:
    load = np.mean([water_boilers(circuit(seed)) for seed in range(20)], axis=0)
    # Each for three quarters of an hour, when somebody of its floor has come: never all at once.
    assert load[:370].max() == 0.0
    assert load[370:480].sum() == pytest.approx(45.0 + 32.0 / 12.0, rel=0.05)
    assert 0.4 < load[390:470].max() < 0.75
    # Standing loss and what people draw, in whole pulses.
    assert load[500:1130].mean() == pytest.approx(1.0 / 12.0 + 0.2 * 0.7, rel=0.1)
    assert load[1160:].max() == 0.0
    one = water_boilers(circuit()) * 6.0
    assert np.abs(one - np.round(one)).max() < 1e-9
    assert water_boilers(circuit(hours=None)).max() == 0.0


@pytest.mark.parametrize(("oat", "share"), [(18.0, 0.0), (30.0, 0.35), (40.0, 0.7), (4.0, 0.35)])
def test_split_units_run_for_those_who_are_there_when_it_is_hot_or_cold(
    oat: float, share: float
) -> None:
    load = split_units(circuit(oat=oat))
    assert load[600] == pytest.approx(share)
    assert load[100] == 0.0


def test_no_two_days_of_a_kitchen_peak_alike_and_it_rests_on_days_off() -> None:
    days = np.array([kitchen(circuit(seed)) for seed in range(30)])
    peaks = days.reshape(30, 24, 60).mean(axis=2).argmax(axis=1)
    assert ((peaks >= 9) & (peaks <= 14)).mean() > 0.9
    shares = np.bincount(peaks) / 30.0
    # Hours at which real buildings peak have an entropy of 2.0–2.9–3.7 bits.
    assert -(shares[shares > 0.0] * np.log2(shares[shares > 0.0])).sum() > 1.6
    assert 4.0 < days.mean() * 24.0 < 8.0  # hours at its level
    assert kitchen(circuit(hours=None)).max() == 0.0


def test_lifts_stand_by_at_night_and_carry_when_people_come() -> None:
    load = lifts(circuit())
    assert load[:400] == pytest.approx(0.12, abs=0.001)
    assert load[485:495].max() > 2.0 * load[600:700].mean()
