"""The further buildings are healthy, and look as if they were not: no rule may raise an order."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from adapters.sites import load_people
from core.clock import DAY_MS
from core.words import Trade
from simulators.accused import accused
from simulators.campus import Campus
from simulators.physics.faults import FaultKind
from simulators.physics.weather.climate import DEFAULT_CLIMATE
from tests.simulators.further import SITE, SUMMER, WINTER, XISHAN, ill
from tests.simulators.judged import found
from tests.simulators.parts import SEED, Readings
from tests.simulators.test_accused import midnight

DAMP = midnight(datetime(2026, 5, 25))  # noqa: DTZ001 - a Monday, local to the site
LOOKS_WRONG = {
    "heat_at_zero", "reheat", "demand_ventilation", "solar_export", "data_room",
    "all_outdoor_air", "tank_refills",
}  # fmt: skip


def test_what_looks_wrong_is_told() -> None:
    told = {d.kind for d in accused(SITE, DAMP, 28, DEFAULT_CLIMATE)}
    assert told == LOOKS_WRONG


def test_somebody_is_on_call_for_every_trade() -> None:
    people, shifts = load_people(XISHAN)
    assert {s.trade for s in shifts} == {t for p in people for t in p.trades} == set(Trade)


def test_it_does_what_is_told() -> None:
    """Dries and heats at once, breathes with its readers, sells at noon, fills its tank."""
    campus = Campus(SITE, SEED, DAMP)
    said = Readings(campus.read("gw-f", DAMP + 2 * DAY_MS), SITE)
    when = (DAMP, DAMP + 2 * DAY_MS)
    cool, heat = (said.between(f"f.ahu1.{v}_valve", *when) for v in ("cool", "heat"))
    assert ((cool > 5.0) & (heat > 5.0)).sum() > 300
    damper = said.between("f.ahu2.oa_damper", *when)
    assert damper[damper > 0.0].min() < 20.0
    assert np.diff(said.of("f.m-main.export_energy")[1]).max() > 1.0
    assert said.between("f.m-main.power", *when).min() < -5.0
    level = said.between("f.roof-tank.tank_level", *when)
    assert np.ptp(level) > 30.0


@pytest.mark.slow
@pytest.mark.parametrize("start", [WINTER, DAMP, SUMMER])
def test_no_rule_minds_for_weeks(start: int) -> None:
    assert found(SITE, SEED, (start, 14), nights=30, behind=7) == []


def test_rules_that_can_see_two_of_their_faults_find_them_at_their_place() -> None:
    """Beside two that nothing here judges: a valve and a riser."""
    faults = (
        ill(FaultKind.FAN_COIL_LEFT_ON, "e.fcu-north1", SUMMER),
        ill(FaultKind.FAN_COIL_VALVE_PASSES, "e.fcu-south2", SUMMER, 0.5),
        ill(FaultKind.TANK_SWITCH_STICKS, "f.roof-tank", SUMMER, 1.5),
        ill(FaultKind.RISER_VALVE_PASSES, "f.transfer", SUMMER, 0.1),
    )
    named = found(SITE, SEED, (SUMMER, 1), nights=1, behind=1, faults=faults)
    # What runs back through the riser fills the tank below it to the brim: a symptom of the fourth.
    symptom = ("WAT-07", "f.tank")
    assert set(named) == {("AC-02", "e.fcu-north1"), ("WAT-07", "f.roof-tank"), symptom}
