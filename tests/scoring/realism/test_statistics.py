"""Each statistic of realism on a series whose answer is known."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from core.batch import Bools, Floats, Ints
from scoring.realism import measures as m
from scoring.realism.air import AirHandlerDay, air_handler_day
from scoring.realism.electricity import Building, between, electricity
from scoring.realism.gas import gas
from scoring.realism.heat import HeatSeries, heat
from scoring.realism.rooms import co2, presence, together
from scoring.realism.transport import arrivals, backward, zero_episodes
from scoring.realism.water import water
from scoring.realism.weather import above_the_air, sun, temperature

DAYS = 84


def ar1(keeps: float, size: int, seed: int = 1) -> Floats:
    """A first-order autoregression of unit shocks."""
    shocks = np.random.default_rng(seed).standard_normal(size)
    values = np.empty(size)
    held = 0.0
    for k, shock in enumerate(shocks):
        held = keeps * held + shock
        values[k] = held
    return values


def weeks(days: int = DAYS) -> Bools:
    """Which of some days, from a Monday, are worked."""
    return np.arange(days) % 7 < 5


def months(days: int = DAYS) -> Ints:
    return 1 + np.arange(days) // 28


def test_an_autoregression_has_its_lags() -> None:
    series = ar1(0.8, 20_000)
    assert m.autocorrelation(series, 1) == pytest.approx(0.8, abs=0.02)
    assert m.autocorrelation(series, 3) == pytest.approx(0.8**3, abs=0.03)


def test_a_wave_crosses_zero_at_a_quarter_of_its_period() -> None:
    wave = np.sin(2 * np.pi * np.arange(4000) / 40)
    lag, lowest = m.first_crossing(wave, 60)
    assert lag in {10, 11}
    assert lowest == pytest.approx(-1.0, abs=0.02)


def test_robust_scatter_is_the_sd_of_a_normal_and_forgives_outliers() -> None:
    values = np.random.default_rng(2).normal(5.0, 2.0, 50_000)
    values[:500] = 1e6
    assert m.robust_sd(values) == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("step", [0.01, 0.05, 0.1, 2.0, 10.0])
def test_a_quantum_is_found(step: float) -> None:
    values: Floats = step * np.random.default_rng(3).integers(0, 1000, 5000).astype(np.float64)
    assert m.quantum(values) == pytest.approx(step)


def test_what_is_continuous_has_no_quantum() -> None:
    assert m.quantum(np.random.default_rng(3).random(5000)) == 0.0


def test_turns_and_way_beyond_a_dead_band() -> None:
    saw = np.concatenate([np.arange(0.0, 10.0), np.arange(10.0, 0.0, -1.0)] * 3)
    assert m.reversals(saw, 1.5) == 5
    assert m.reversals(saw, 20.0) == 0
    assert m.travel(np.array([0.0, 0.5, 2.0, 2.4, 0.0]), 1.0) == pytest.approx(4.0)
    chatter = np.tile([0.0, 0.4], 100)
    assert m.reversals(chatter, 0.5) == 0


def test_a_constant_building_is_flat_and_never_scatters() -> None:
    said = electricity(Building(np.full((DAYS, 24), 5.0), weeks(), months()))
    assert [said[k] for k in ("night_day", "min_max", "mean_max", "weekend", "flat")] == [
        pytest.approx(1.0)
    ] * 5
    assert [said[k] for k in ("cv_03", "cv_12", "daily_sd", "shape", "peak")] == [
        pytest.approx(0.0, abs=1e-12)
    ] * 5
    assert isnan(said["residual_1"])


def test_a_building_of_known_shape() -> None:
    hours = np.full((DAYS, 24), 1.0)
    hours[weeks(), 9:17] = 4.0
    hours[weeks(), 17:22] = 1.0 + 0.1 * np.arange(5)  # seven evening hours would move the median
    said = electricity(Building(hours, weeks(), months()))
    assert said["night_day"] == pytest.approx(0.25)
    assert said["min_max"] == pytest.approx(0.25)
    assert said["mean_max"] == pytest.approx((16 + 32 + 1.0) / 24 / 4)
    assert said["weekend"] == pytest.approx(24 / 49)
    assert said["raw_168"] == pytest.approx(1.0)
    assert said["raw_24"] < 1.0


def test_the_residual_keeps_what_the_profile_does_not_explain() -> None:
    noise = ar1(0.7, DAYS * 24) * 0.02
    profile = np.tile(1.0 + np.arange(24) / 10.0, DAYS)
    building = Building((profile * np.exp(noise)).reshape(-1, 24), weeks(), months())
    said = electricity(building)
    assert said["residual_1"] == pytest.approx(0.7, abs=0.05)
    assert said["residual_168"] == pytest.approx(0.0, abs=0.12)
    white = Building(
        profile.reshape(-1, 24)
        * np.exp(0.03 * np.random.default_rng(5).standard_normal((DAYS, 24))),
        weeks(), months(),
    )  # fmt: skip
    toy = electricity(white)
    assert toy["residual_1"] == pytest.approx(0.0, abs=0.1)
    # 3.8 of a Gauss, as sizes of differences of two normals are half-normal.
    assert toy["step"] == pytest.approx(3.8, abs=0.3)
    assert toy["cv_12"] == pytest.approx(0.03, rel=0.3)


def test_a_missing_hour_is_no_use_of_zero() -> None:
    hours = np.full((DAYS, 24), 5.0)
    hours[3, 4] = np.nan
    hours[10, 0:6] = np.nan
    said = electricity(Building(hours, weeks(), months()))
    assert said["night_day"] == pytest.approx(1.0)
    assert said["daily_sd"] == pytest.approx(0.0, abs=1e-12)


def test_a_level_that_steps_twice_a_year() -> None:
    days = 13 * 28 + 1
    hours = np.full((days, 24), 10.0)
    hours[56:84] *= 1.3
    steady = Building(np.full((days, 24), 10.0), weeks(days), months(days))
    stepping = Building(hours, weeks(days), months(days))
    assert electricity(steady)["level_steps"] == 0.0
    assert electricity(stepping)["level_steps"] == pytest.approx(2 * 365.25 / 364)
    assert isnan(electricity(Building(hours[:100], weeks(100), months(100)))["level_steps"])


def test_buildings_that_share_weather_correlate() -> None:
    shared, own = ar1(0.5, DAYS * 24, 1), ar1(0.5, DAYS * 24, 2)
    one = Building(np.exp(0.05 * shared).reshape(-1, 24), weeks(), months())
    two = Building(np.exp(0.05 * (shared + own)).reshape(-1, 24), weeks(), months())
    three = Building(np.exp(0.05 * own).reshape(-1, 24), weeks(), months())
    assert between(one, two)["between_hours"] == pytest.approx(0.71, abs=0.1)
    assert between(one, three)["between_hours"] == pytest.approx(0.0, abs=0.1)


def air_day(**changes: Floats) -> AirHandlerDay:
    """Cooling from 06 to 18 h at the setpoint, damper wide open, fan rise 1 K."""
    minutes = np.arange(1440)
    running = (minutes >= 360) & (minutes < 1080)
    parts = {
        "supply": np.full(1440, 13.0), "setpoint": np.full(1440, 13.0),
        "mixed": np.full(1440, 20.0), "returned": np.full(1440, 24.0),
        "outdoor": np.full(1440, 19.0), "cooling": np.full(1440, 40.0),
        "heating": np.zeros(1440), "damper": np.full(1440, 100.0), "speed": np.full(1440, 80.0),
    } | changes  # fmt: skip
    return AirHandlerDay(**parts, running=running, occupied=running)


def test_a_loop_that_errs_with_a_period_of_40_minutes() -> None:
    wave = 0.3 * np.sin(2 * np.pi * np.arange(1440) / 40)
    said = air_handler_day(air_day(supply=13.0 + wave))
    assert said["error_sd"] == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    assert said["error_crossing"] in {10.0, 11.0}
    assert said["error_lag_1"] == pytest.approx(np.cos(2 * np.pi / 40), abs=0.02)


def test_the_first_hour_is_no_steady_running() -> None:
    since = np.arange(1440) - 360.0
    settling = 13.0 + np.where(since < 60.0, 8.0, 0.0)
    assert air_handler_day(air_day(supply=settling))["error_sd"] == pytest.approx(0.0, abs=1e-12)


def test_a_valve_that_swings_is_counted_by_the_hour() -> None:
    swing = 50.0 + 30.0 * np.sin(2 * np.pi * (np.arange(1440) + 0.5) / 20)
    said = air_handler_day(air_day(cooling=swing))
    assert said["valve_reversals"] == pytest.approx(6.0, abs=0.2)
    assert said["valve_travel"] == pytest.approx(360.0, rel=0.05)
    assert air_handler_day(air_day())["valve_travel"] == 0.0


def test_a_start_that_settles() -> None:
    since = np.arange(1440) - 360.0
    supply = 13.0 + 10.0 * np.exp(-np.maximum(since, 0.0) / 20.0)
    said = air_handler_day(air_day(supply=supply))
    assert said["settle_cool"] == pytest.approx(20.0 * np.log(10.0), abs=1.5)
    assert said["over_cool"] == pytest.approx(0.0)
    assert isnan(said["settle_heat"])


def test_a_mixture_with_four_fifths_of_outdoor_air() -> None:
    said = air_handler_day(air_day())
    assert said["outdoor_100"] == pytest.approx(0.8)
    assert said["unmixed"] == pytest.approx(1.0)
    assert isnan(said["outdoor_40"])
    assert isnan(said["fan_rise"])
    shut = air_handler_day(air_day(cooling=np.zeros(1440), supply=np.full(1440, 21.0)))
    assert shut["fan_rise"] == pytest.approx(1.0)


def test_a_sensor_of_a_sixteenth_kelvin() -> None:
    ramp = np.floor(np.arange(1440) / 3.0) / 16.0
    said = air_handler_day(air_day(supply=ramp))
    assert said["least_step"] == pytest.approx(1 / 16)
    assert said["equal"] == pytest.approx(100 * 2 / 3, abs=1.0)


def heating(**changes: Floats) -> HeatSeries:
    """Two weeks of 100 kW from 06 to 22 h at 5 K, the first hour half as much again."""
    hour = np.tile(np.arange(96) / 4.0, 14)
    on = (hour >= 6.0) & (hour < 22.0)
    power = np.where(on, np.where(hour < 7.0, 150.0, 100.0), 0.0)
    parts = {
        "hour": hour, "supply": np.full(hour.size, 50.0), "reference": np.full(hour.size, 50.0),
        "back": np.full(hour.size, 45.0), "power": power,
    } | changes  # fmt: skip
    return HeatSeries(**parts)


def test_a_heating_of_known_flow_and_boost() -> None:
    said = heat(heating())
    assert said["morning"] == pytest.approx(1.5)
    assert said["spread_low"] == said["spread_high"] == pytest.approx(5.0)
    assert said["flow_scatter"] == pytest.approx(0.0, abs=1e-9)
    assert said["supply_sd"] == said["supply_tail"] == said["power_reversals"] == 0.0
    assert isnan(said["crossed"])


def test_returns_that_cross_and_a_power_that_turns() -> None:
    size = 14 * 96
    said = heat(heating(primary_back=np.full(size, 44.5)))
    assert said["crossed"] == 100.0
    turning = heating().power * np.tile([1.0, 1.0, 0.5, 0.5], size // 4)
    # 14 hours turn 28 times, less what leads in and what leads out.
    assert heat(heating(power=turning))["power_reversals"] == pytest.approx(26 / 14)


def test_gas_of_a_boiler_that_stands_at_night_and_in_summer() -> None:
    month = np.repeat([1, 7], 28)
    hours = np.zeros((56, 24))
    hours[:28, 6:18] = 8.0
    hours[28:, 6:18] = 2.0
    said = gas(hours, weeks(56), month)
    assert said["gas_winter_zero"] == pytest.approx(50.0)
    assert said["gas_summer"] == pytest.approx(0.25)
    assert said["gas_daily_cv"] == 0.0
    assert isnan(gas(hours[28:], weeks(28), month[28:])["gas_winter_zero"])


def test_carbon_dioxide_of_rooms_that_drift_together() -> None:
    rng = np.random.default_rng(4)
    drift = np.linspace(0.0, 60.0, 12)[:, None]
    rooms = [420.0 + k * 10 + drift + rng.normal(0, 5.0, (12, 1440)) for k in range(3)]
    said = co2(rooms[0])
    assert said["co2_noise"] == pytest.approx(5.0, rel=0.1)
    assert said["co2_noise_1"] == pytest.approx(0.0, abs=0.1)
    assert said["co2_floor"] == pytest.approx(450.0 - 1.65 * 5.0, abs=2.0)
    assert together(rooms[0], rooms[1])["co2_together"] > 0.99
    alone = 420.0 + rng.normal(0.0, 20.0, (12, 1)) + np.zeros((12, 1440))
    assert abs(together(rooms[0], alone)["co2_together"]) < 0.8


def test_presence_in_two_spells() -> None:
    seen = np.zeros((7, 1440))
    seen[:, 9 * 60 : 11 * 60] = 1.0
    seen[:, 14 * 60 : 15 * 60] = 1.0
    said = presence(seen, weeks(7))
    assert said["spells"] == 2.0
    assert said["arrival"] == 9.0
    assert said["present"] == pytest.approx(3 / 8, abs=0.05)


def test_weather_remembers_its_anomaly() -> None:
    front = np.repeat(ar1(0.7, 2000, 6), 24).reshape(-1, 24)
    said = temperature(10.0 + front, np.ones(2000, np.int64))
    assert said["oat_day_1"] == pytest.approx(0.7, abs=0.04)
    assert said["oat_day_3"] == pytest.approx(0.7**3, abs=0.08)
    assert said["oat_1"] > 0.95


def test_sun_above_the_air_is_that_of_the_standard_and_half_of_it_is_half() -> None:
    # FAO-56, example 8: 3 September at 20° south, 32.2 MJ/m² a day.
    assert above_the_air(np.array([246]), -20.0)[0] == pytest.approx(32.2 / 3.6, rel=0.005)
    days = np.arange(1, 61)
    clear = 0.75 * above_the_air(days, 50.0)
    half = np.repeat(clear[:, None] * 1000.0 / 24.0 * 0.5, 24, axis=1)
    assert sun(half, days, 50.0)["sun_mid"] == pytest.approx(0.5)


def test_water_that_runs_in_one_hour_a_day() -> None:
    litres = np.zeros((40, 24))
    litres[:, 8] = np.tile([10.0, 30.0], 20)
    said = water(litres)
    assert said["zero"] == pytest.approx(100 * 23 / 24)
    assert said["zero_night"] == 100.0
    assert said["cv_08"] == pytest.approx(0.5)
    assert said["burst"] == pytest.approx(5.0)
    assert said["hour_lag"] == pytest.approx(0.0, abs=0.05)


def test_what_is_lost_and_what_runs_backwards() -> None:
    present = np.ones(8766, np.bool_)
    present[[5, 6, 100]] = False
    said = arrivals(present)
    assert said["gaps"] == pytest.approx(2.0)
    assert said["missing"] == pytest.approx(100 * 3 / 8766)
    assert backward(np.array([1.0, np.nan, 2.0, 2.0, 1.5, 3.0, 0.0])) == 2.0
    rows = np.ones((100, 2))
    rows[10:12] = rows[50] = 0.0
    rows[70, 0] = 0.0
    assert zero_episodes(rows, 8766.0) == pytest.approx(2.0)
