"""Streams, sun, damp and the four climates' weather."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import pytest

from core.batch import Floats
from core.errors import Misconfigured
from simulators.physics.streams import autoregression, remembered, stream, wander
from simulators.physics.weather.climate import CLIMATES, CLOUD_SD, season_of, share_through
from simulators.physics.weather.moist import dew_point, relative, saturation
from simulators.physics.weather.spells import Spell, SpellKind, spell_of
from simulators.physics.weather.sun import clear_sky, declination, equation_of_time, sine_of_height
from simulators.physics.weather.weather import DAY_MIN, SeededSky, seeded_sky, weather_of

YEARS = [date(2025, 1, 1) + timedelta(days=d) for d in range(730)]
MONTH = np.array([day.month for day in YEARS])
HOURS: Floats = (np.arange(DAY_MIN, dtype=np.float64) + 0.5) / 60.0
NAMES = sorted(CLIMATES)


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


def test_a_remembering_value_is_an_autoregression_of_unit_spread() -> None:
    weights = autoregression(0.7, length=20)
    values = np.array([remembered(weights, 3, "x", ordinal=k) for k in range(4000)])
    assert abs(values.std() - 1.0) < 0.08
    assert abs(lag(values, 1) - 0.7) < 0.04
    assert abs(lag(values, 3) - 0.343) < 0.06


def test_air_at_its_dew_point_is_saturated() -> None:
    # Steam tables: 23.39 hPa at 20 °C, 6.11 at 0, and air of 26 °C and 50 % drips at 14.8 °C.
    assert saturation(np.array([0.0, 20.0])) == pytest.approx([6.11, 23.39], rel=4e-3)
    dew = dew_point(np.array([26.0]), np.array([50.0]))
    assert dew == pytest.approx([14.8], abs=0.1)
    assert relative(np.array([26.0]), dew) == pytest.approx([50.0])
    assert relative(np.array([10.0]), dew) == pytest.approx([100.0])


def test_the_sun_stands_where_the_almanac_has_it() -> None:
    assert np.degrees(declination(date(2026, 6, 21))) == pytest.approx(23.44, abs=0.1)
    assert np.degrees(declination(date(2026, 12, 21))) == pytest.approx(-23.44, abs=0.1)
    assert equation_of_time(date(2026, 2, 11)) == pytest.approx(-14.2, abs=0.3)
    assert equation_of_time(date(2026, 11, 3)) == pytest.approx(16.4, abs=0.3)
    # Noon of Kunming on the longest day: nearly overhead, at 13:11 by Beijing's clock.
    height = sine_of_height(25.0, 69.0, date(2026, 6, 21), HOURS)
    assert height.argmax() == pytest.approx(13 * 60 + 11, abs=3)
    assert np.degrees(np.arcsin(height.max())) == pytest.approx(90.0 - 25.0 + 23.44, abs=0.2)


@pytest.mark.parametrize(
    ("zone", "january", "july"),
    # GB 50178: means of the coldest and the warmest month. [°C]
    [("I", (-31, -10), (0, 25)), ("III", (0, 10), (25, 30)), ("IV", (10, 20), (25, 29)),
     ("V", (0, 13), (18, 25))],
)  # fmt: skip
def test_each_climate_lies_within_its_zone(
    zone: str, january: tuple[float, float], july: tuple[float, float]
) -> None:
    climate = next(c for c in CLIMATES.values() if c.zone == zone)
    name = next(n for n, c in CLIMATES.items() if c is climate)
    temperature = year(name)["mean"]
    assert january[0] < temperature[MONTH == 1].mean() < january[1]
    assert july[0] < temperature[MONTH == 7].mean() < july[1]


@pytest.mark.parametrize("name", NAMES)
def test_months_keep_their_means(name: str) -> None:
    climate, season = CLIMATES[name], season_of(CLIMATES[name])
    month = MONTH[:365]
    for index in range(12):
        days = np.flatnonzero(month == index + 1)
        assert season.mean[days].mean() == pytest.approx(climate.mean[index], abs=0.6)
        assert season.humidity[days].mean() == pytest.approx(climate.humidity[index], abs=3.0)
        # FAO-56: a third under a shut sky, all of it under an open one.
        usual = (1.0 + 2.0 * climate.sunshine[index] / 100.0) / 3.0
        assert season.through[days].mean() == pytest.approx(usual, abs=0.03)
    seen = year(name)
    for values, months, error in (
        (seen["mean"], climate.mean, 1.0), (seen["span"], climate.span, 0.7),
        (seen["humidity"], climate.humidity, 4.0),
    ):  # fmt: skip
        # Fourteen months apiece: the fronts of two years leave their mark on a month, not on all.
        off = [values[k + 1 == MONTH].mean() - months[k] for k in range(12)]
        assert abs(np.mean(off)) < error


def test_clouds_have_the_mean_that_is_asked() -> None:
    season = season_of(CLIMATES["mild"])
    shocks = np.array([NormalDist().inv_cdf((k + 0.5) / 4000) for k in range(4000)])
    for day in (15, 196):
        share = share_through(season.cloud[day] + CLOUD_SD * shocks).mean()
        assert share == pytest.approx(season.through[day], abs=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_fronts_pass_as_a_station_sees_them(name: str) -> None:
    """Anomalies of a year of hours: lag 1, 24, 72 h 0.98, 0.60, 0.23; days 1, 3: 0.70, 0.22."""
    hours, days = anomalies(name)
    assert lag(hours, 1) == pytest.approx(0.98, abs=0.015)
    assert lag(hours, 24) == pytest.approx(0.60, abs=0.08)
    assert lag(hours, 72) == pytest.approx(0.23, abs=0.10)
    assert lag(days, 1) == pytest.approx(0.70, abs=0.08)
    assert lag(days, 3) == pytest.approx(0.22, abs=0.12)
    assert 1.0 < days.std() < 5.0


def test_days_are_dull_and_clear_as_a_stations_are() -> None:
    """Daily sun over clear sky: 0.18, 0.60, 0.97 (P5, median, P95), lag 1 0.44."""
    through = year("hot_summer_cold_winter")["through"]
    assert np.percentile(through, [5, 50, 95]) == pytest.approx([0.18, 0.60, 0.97], abs=0.06)
    assert lag(through, 1) == pytest.approx(0.44, abs=0.08)


@pytest.mark.parametrize("name", NAMES)
def test_weather_stays_physical(name: str) -> None:
    for day in YEARS[::11]:
        weather = weather_of(7, day, name)
        assert (weather.dew <= weather.oat + 1e-9).all()
        assert (weather.humidity > 5.0).all()
        assert (weather.humidity <= 100.0).all()
        place = CLIMATES[name]
        height = sine_of_height(place.latitude, place.behind_min, day, HOURS)
        assert (weather.sun[height <= 0.0] == 0.0).all()
        assert (weather.sun <= 1.05 * clear_sky(height) + 1e-9).all()
        assert np.abs(np.diff(weather.oat)).max() < 0.6


def test_dull_days_are_damp_and_swing_little() -> None:
    seen = year("mild")
    season = season_of(CLIMATES["mild"])
    at = np.array([d.timetuple().tm_yday - 1 for d in YEARS])
    clear = seen["through"] - season.through[at]
    assert np.corrcoef(clear, seen["span"] - season.span[at])[0, 1] > 0.4
    assert np.corrcoef(clear, seen["humidity"] - season.humidity[at])[0, 1] < -0.4


@pytest.mark.parametrize("name", NAMES)
def test_days_meet_at_midnight(name: str) -> None:
    for day in YEARS[:90]:
        a, b = weather_of(7, day, name), weather_of(7, day + timedelta(days=1), name)
        assert abs(a.oat[-1] - b.oat[0]) < 0.25
        assert abs(a.humidity[-1] - b.humidity[0]) < 2.5


def test_climates_and_seeds_differ_and_a_day_stands_alone() -> None:
    day = date(2026, 4, 15)
    first = weather_of(2, day, "mild").oat
    for other in (weather_of(3, day, "mild"), weather_of(2, day, "cold")):
        assert not np.array_equal(other.oat, first)
    weather_of.cache_clear()
    for before in (1, 40):
        weather_of(2, day - timedelta(days=before), "mild")
    assert np.array_equal(weather_of(2, day, "mild").oat, first)


def test_a_climate_that_is_not_there_is_named_with_its_nearest() -> None:
    with pytest.raises(Misconfigured, match="did you mean hot_summer_cold_winter"):
        seeded_sky(1, "hot_summer_cold_winters", ())


@pytest.mark.parametrize("name", NAMES)
def test_a_heat_wave_is_hot_and_a_cold_snap_falls(name: str) -> None:
    place = CLIMATES[name]
    for kind, sign, season in (
        (SpellKind.HEAT_WAVE, 1.0, {5, 6, 7, 8}), (SpellKind.COLD_SNAP, -1.0, {12, 1, 2}),
    ):  # fmt: skip
        spell = spell_of(2, place, kind, 2026)
        assert spell == spell_of(2, place, kind, 2026) != spell_of(3, place, kind, 2026)
        assert spell.start.month in season
        assert spell.name == f"{kind}@{spell.start.isoformat()}"
        plain, extreme = SeededSky(2, name), SeededSky(2, name, (spell,))
        for k in range(spell.days - 1):
            day = spell.start + timedelta(days=k)
            risen = extreme.of(day).oat[720] - plain.of(day).oat[720]
            assert sign * risen > abs(spell.kelvin) - 2.0
        if sign < 0:
            assert abs(spell.kelvin) > 8.0


def test_a_spell_changes_its_own_days_alone() -> None:
    spell = Spell(kind=SpellKind.HEAT_WAVE, start=date(2026, 7, 10), days=5, kelvin=5.0)
    plain, extreme = SeededSky(2), SeededSky(2, spells=(spell,))
    for k in range(-4, 10):
        day = spell.start + timedelta(days=k)
        a, b = plain.of(day), extreme.of(day)
        # The evening before already warms towards its first noon, and the morning after cools.
        near = spell.start - timedelta(days=1) <= day <= spell.end
        assert np.array_equal(a.oat, b.oat) != near
        assert np.array_equal(a.sun, b.sun) != (spell.start <= day < spell.end)
    assert extreme.of(spell.start + timedelta(days=2)).oat.max() > 33.0


@lru_cache(maxsize=4)
def year(name: str) -> dict[str, Floats]:
    """Two years by days: mean [°C], span [K], humidity [%], share of the clear sky's sun."""
    place = CLIMATES[name]
    rows = []
    for day in YEARS:
        weather = weather_of(7, day, name)
        clear = clear_sky(sine_of_height(place.latitude, place.behind_min, day, HOURS)).sum()
        rows.append((
            weather.oat.mean(), np.ptp(weather.oat), weather.humidity.mean(),
            weather.sun.sum() / clear,
        ))  # fmt: skip
    return dict(zip(("mean", "span", "humidity", "through"), np.array(rows).T, strict=True))


def anomalies(name: str) -> tuple[Floats, Floats]:
    """Of four years of hours less the month's hour, and of their days."""
    parts = []
    for seed in (7, 8):
        hours = np.array([weather_of(seed, day, name).oat.reshape(24, 60).mean(1) for day in YEARS])
        for month in range(1, 13):
            hours[month == MONTH] -= hours[month == MONTH].mean(axis=0)
        parts.append(hours)
    rest = np.concatenate(parts)
    return rest.ravel(), rest.mean(axis=1)


def lag(values: Floats, steps: int) -> float:
    return float(np.corrcoef(values[:-steps], values[steps:])[0, 1])
