"""Sensors read all at once say what each says alone, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from core.batch import Floats
from core.clock import DAY_MS, MINUTE_MS
from simulators.physics.readings.background import PERFECT, REAL, Background
from simulators.physics.readings.due import Due
from simulators.physics.readings.outlets import LOOPED
from simulators.physics.readings.sensing import Sensors, Stretch
from simulators.physics.readings.sensor_faults import SensorFaults
from tests.simulators.parts import SEED, SITE, at

DAY = at(1) // DAY_MS
POINTS = [i for i, p in enumerate(SITE.points) if p.register is None]
BIASED = frozenset(i for i in POINTS if SITE.points[i].role.id in LOOPED)


def truth(minutes: int) -> Floats:
    """Of all points: also below nought and above what a transmitter can say."""
    return np.random.default_rng(7).standard_normal((len(POINTS), minutes)) * 60.0 + 30.0


def when(first: int, day: int = DAY) -> Stretch:
    return Stretch(day, first, np.zeros(1440))


@pytest.mark.parametrize("background", [PERFECT, REAL], ids=["perfect", "real"])
def test_all_at_once_is_one_by_one_to_the_bit(background: Background) -> None:
    alone, together = Sensors(SITE, SEED, background), Sensors(SITE, SEED, background)
    seen = truth(90)
    said = together.read_sound(POINTS, seen.copy(), when(600), BIASED)
    for i, point in enumerate(POINTS):
        one = alone.read(point, seen[i], when(600), None, biased=point in BIASED)
        assert said[i].tobytes() == one.tobytes(), SITE.points[point].id
    assert together.last.tobytes() == alone.last.tobytes()


def test_what_is_ill_among_sound_ones_is_read_by_itself() -> None:
    one, other = Sensors(SITE, SEED), Sensors(SITE, SEED)
    seen = dict(zip(POINTS, truth(30), strict=True))
    ill = {POINTS[3]: SensorFaults(bias=5.0), POINTS[8]: SensorFaults(stuck=True)}
    due = Due((np.arange(30) + 1) * MINUTE_MS)
    said = one.read_all(seen, when(0), {p: [(slice(0, 30), ill[p])] for p in ill}, due)
    assert said.keys() == seen.keys()
    for point, (times, values) in said.items():
        alone = other.read(point, seen[point], when(0), ill.get(point))
        expected = due.of(SITE.points[point].period_s, alone)
        assert times.tobytes() == expected[0].tobytes()
        assert values.tobytes() == expected[1].tobytes()
    assert one.last.tobytes() == other.last.tobytes(), "the last minute is read, due or not"


def test_noise_that_is_shared_is_the_same_and_goes_with_its_day() -> None:
    first, second = Sensors(SITE, SEED), Sensors(SITE, SEED)
    second.share(first)
    seen = truth(60)
    said = first.read_sound(POINTS, seen.copy(), when(0), BIASED)
    assert second.read_sound(POINTS, seen.copy(), when(0), BIASED).tobytes() == said.tobytes()
    assert first.noise is second.noise
    first.forget(DAY + 1)  # the other still reads the day before
    assert {day for _, day in second.noise} == {DAY}
    first.forget(DAY + 2)
    assert not second.noise
    second.share(None)
    assert first.noise is not second.noise
