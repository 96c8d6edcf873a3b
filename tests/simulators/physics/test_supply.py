"""Transformer, star, capacitors, terminals, panels and supplies by themselves."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.physics.power.capacitors import Banks
from simulators.physics.power.sources import Panels, Ups
from simulators.physics.power.supply import NOMINAL_V, neutral_ohms, source_of, star, transformer
from simulators.physics.power.terminals import Terminals

UNIT = transformer(400.0)
LINE = np.array([UNIT.line])
SOUND = neutral_ohms(np.zeros(1))


def of_phases(a: float, b: float, c: float) -> np.ndarray:
    """One minute of one building, by phase. (3, 1, 1)"""
    return np.array([a, b, c]).reshape(3, 1, 1)


def test_a_transformer_loses_its_two_figures_at_its_rating() -> None:
    ones = np.ones((3, 1))
    whole = UNIT.loss(NOMINAL_V * ones, UNIT.rated_amps * ones)
    assert whole == pytest.approx([UNIT.no_load + UNIT.load])
    assert UNIT.loss(NOMINAL_V * ones, 0.0 * ones) == pytest.approx([UNIT.no_load])
    # The same current on one phase alone heats that phase threefold.
    crooked = UNIT.loss(NOMINAL_V * ones, UNIT.rated_amps * np.array([[3.0], [0.0], [0.0]]))
    assert crooked == pytest.approx([UNIT.no_load + 3.0 * UNIT.load])


@pytest.mark.parametrize(
    ("asked", "size"), [(1.0, 200.0), (400.0, 400.0), (401.0, 500.0), (9e3, 1600.0)]
)
def test_a_transformer_is_the_next_of_the_usual_sizes(asked: float, size: float) -> None:
    assert transformer(asked).kva == size


def test_voltage_falls_by_impedance_and_the_short_circuit_voltage_is_four_percent() -> None:
    source, none = of_phases(NOMINAL_V, NOMINAL_V, NOMINAL_V), of_phases(0.0, 0.0, 0.0)
    empty, back = star(source, none, none, LINE, SOUND)
    assert empty == pytest.approx(NOMINAL_V)
    assert back == pytest.approx(0.0)
    kvar = of_phases(*[UNIT.kva / 3.0] * 3)
    full, _ = star(source, none, kvar, LINE, SOUND)  # all reactive: along the reactance
    assert 1.0 - full.max() / NOMINAL_V == pytest.approx(0.04, abs=0.008)


def test_a_sound_neutral_carries_what_the_phases_leave_and_a_broken_one_moves_the_star() -> None:
    source, none = of_phases(NOMINAL_V, NOMINAL_V, NOMINAL_V), of_phases(0.0, 0.0, 0.0)
    power = of_phases(20.0, 10.0, 10.0)
    held, back = star(source, power, none, LINE, SOUND)
    assert np.ptp(held) < 2.0
    assert back == pytest.approx(10_000.0 / NOMINAL_V, rel=0.03)
    free, little = star(source, power, none, LINE, neutral_ohms(np.array([0.9999])))
    assert free[0] < 200.0
    assert free[1] > 240.0
    assert little < 0.1 * back


def test_the_grid_stays_within_what_it_may() -> None:
    days = np.stack([source_of(3, ordinal) for ordinal in range(737_000, 737_060)])
    assert 0.93 * NOMINAL_V < days.min() < days.max() < 1.07 * NOMINAL_V
    assert days.std() > 1.0


def test_capacitors_come_on_step_by_step_and_leave_the_power_factor_near_one() -> None:
    power, reactive = np.full((60, 1), 100.0), np.full((60, 1), 62.0)
    banks = Banks(np.array([100.0]))
    given = banks.run(power, reactive, np.zeros(1))
    assert given[0] == pytest.approx(12.5)
    assert np.diff(given[:, 0]).max() <= 12.5
    left = reactive[-1] - given[-1]
    assert 100.0 / np.hypot(100.0, left) > 0.95
    assert (given[10:] == given[-1]).all()  # and they rest
    alone = Banks(np.array([100.0])).run(power, reactive, np.ones(1))
    assert alone == pytest.approx(0.0)
    # A bank that has lost half puts on twice the steps.
    half = Banks(np.array([100.0]))
    half.run(power, reactive, np.array([0.5]))
    assert half.on[0] > banks.on[0]


def test_capacitors_go_off_with_the_load() -> None:
    banks = Banks(np.array([100.0]))
    banks.run(np.full((30, 1), 100.0), np.full((30, 1), 62.0), np.zeros(1))
    given = banks.run(np.full((30, 1), 5.0), np.full((30, 1), 2.0), np.zeros(1))
    assert given[-1] == pytest.approx(0.0)


def test_a_terminal_warms_with_the_square_of_its_current_and_with_a_bad_contact() -> None:
    terminals = Terminals(np.array([100.0, 100.0, 100.0]))
    current = np.tile([50.0, 100.0, 100.0], (300, 1))
    heat = np.tile([0.0, 0.0, 20.0], (300, 1))
    warm = terminals.run(current, heat, np.full(300, 12.0))
    assert warm[-1] == pytest.approx([21.0 + 35.0 / 4.0, 56.0, 76.0], abs=0.1)
    assert warm[25, 1] - 21.0 == pytest.approx(35.0 * (1.0 - np.exp(-26.0 / 25.0)), abs=0.1)


def test_panels_follow_the_sun_and_lose_with_heat() -> None:
    panels = Panels(id="pv", building=0, kwp=100.0)
    sun, cold, hot = np.array([0.0, 500.0, 800.0]), np.full(3, 0.0), np.full(3, 35.0)
    given = panels.power(sun, cold, 0.0)
    assert given[0] == 0.0
    assert 40.0 < given[1] < 50.0
    assert panels.power(sun, hot, 0.0)[2] == pytest.approx(given[2] * 0.86, rel=0.03)
    assert panels.power(sun, cold, 0.25)[1] == pytest.approx(0.75 * given[1])
    assert panels.power(np.array([1400.0]), np.zeros(1), 0.0) <= 83.0  # its inverter's


def test_a_supply_gives_what_its_losses_leave() -> None:
    ups, taken = Ups(id="ups", branch=0, kva=40.0), np.array([20.0])
    given = ups.gives(taken)
    assert given / taken == pytest.approx(0.937, abs=0.01)
    assert ups.takes(taken, 1.0) == taken
    assert ups.takes(taken, 3.0) - given == pytest.approx(3.0 * (taken - given))
