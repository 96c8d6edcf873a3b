"""Weather, people and noise: keyed, continuous, plausible."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from core.site import Schedule
from simulators.physics.people import presence
from simulators.physics.streams import stream, wander
from simulators.physics.weather import weather_of

YEAR = [date(2025, 7, 1) + timedelta(days=d) for d in range(365)]
HOURS = Schedule(workday=(450, 1110))


def test_a_stream_belongs_to_its_words_alone() -> None:
    first = stream(1, "a.ahu1", "noise", 5).standard_normal(4)
    assert np.array_equal(first, stream(1, "a.ahu1", "noise", 5).standard_normal(4))
    for other in ((2, "a.ahu1", "noise", 5), (1, "a.ahu2", "noise", 5), (1, "a.ahu1", "x", 5),
                  (1, "a.ahu1", "noise", 6)):  # fmt: skip
        assert not np.array_equal(first, stream(*other).standard_normal(4))


def test_a_walk_keeps_its_spread_and_its_memory() -> None:
    walk = wander(stream(3, "walk"), 20_000 // 14, 12.5, 0.4)
    many = np.concatenate([wander(stream(i, "walk"), 1440, 12.5, 0.4) for i in range(30)])
    assert len(walk) == 1428
    assert abs(many.std() - 0.4) < 0.03
    assert abs(np.corrcoef(many[:-1], many[1:])[0, 1] - np.exp(-1 / 12.5)) < 0.02


def test_days_meet_at_midnight() -> None:
    for day in YEAR[:60]:
        a, b = weather_of(7, day), weather_of(7, day + timedelta(days=1))
        assert abs(a.oat[-1] - b.oat[0]) < 0.25
        assert abs(a.humidity[-1] - b.humidity[0]) < 1.5


def test_the_year_has_its_seasons_and_its_fronts() -> None:
    mean = np.array([weather_of(7, day).oat.mean() for day in YEAR])
    month = np.array([day.month for day in YEAR])
    assert 26.0 < mean[month == 7].mean() < 31.5
    assert 1.5 < mean[month == 1].mean() < 8.5
    season = 16.8 + 11.8 * np.cos(
        2 * np.pi * (np.array([d.timetuple().tm_yday for d in YEAR]) - 205) / 365.25
    )
    rest = mean - season
    assert 0.55 < np.corrcoef(rest[:-1], rest[1:])[0, 1] < 0.85


def test_the_sun_shines_by_day() -> None:
    sun = weather_of(7, date(2026, 4, 15)).sun
    assert sun[:240].max() == sun[1260:].max() == 0.0
    assert 150.0 < sun.max() < 1150.0
    assert weather_of(7, date(2026, 4, 15)).humidity.min() >= 20.0


def test_people_come_lunch_and_leave_and_stay_away_on_weekends() -> None:
    at_work = presence(1, "a", date(2026, 4, 13), HOURS, workday=True)
    assert at_work[:360].max() == 0.0
    assert at_work[600:700].mean() > 0.6
    assert at_work[745] < 0.8 * at_work[640]
    assert at_work[1200:].max() < 0.05
    assert presence(1, "a", date(2026, 4, 18), HOURS, workday=False).max() < 0.08
