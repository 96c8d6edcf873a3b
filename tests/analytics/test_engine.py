"""The engine over a real store: from readings to findings."""

from __future__ import annotations

import pytest

from analytics.rules import heat_against_cool
from core.finding import FindingChange, FindingState
from core.words import Carrier
from tests.analytics.plant import DAY_MS, HOUR_MS, MINUTE_MS, MONDAY, Plant, daily

AC04 = [heat_against_cool.RULE]


def fighting(plant: Plant, days: int) -> None:
    """AHU-2 opens both valves while its fan runs; 20 % of 75 kW, 30 % of 120 kW."""
    plant.fill(
        MONDAY, MONDAY + days * DAY_MS, a__ahu2__fan_status=daily(1, 0),
        a__ahu2__heat_valve=daily(20, 0), a__ahu2__cool_valve=daily(30, 0),
    )  # fmt: skip


def test_a_fight_of_valves_becomes_a_finding() -> None:
    plant = Plant()
    fighting(plant, 2)
    told = plant.run(plant.engine(AC04), MONDAY, MONDAY + 2 * DAY_MS, HOUR_MS)
    opened = [e for e in told if e.change is FindingChange.OPENED]
    assert [e.finding.target for e in opened] == ["a.ahu2"]
    finding = opened[0].finding
    assert finding.onset == MONDAY + 7 * HOUR_MS
    assert finding.opened == MONDAY + 7 * HOUR_MS + 15 * MINUTE_MS
    assert "heats and cools at the same time" in str(finding.title)
    final = plant.findings.open()[0]
    assert final.state is FindingState.OPEN
    # 11.5 h a day × min(20 % of 75 kW, 30 % of 120 kW) = 172.5 kWh of heat.
    waste = {w.carrier: w for w in final.waste}
    assert waste[Carrier.HEAT].amount == pytest.approx(172.5, rel=0.01)
    assert waste[Carrier.ELECTRICITY].amount == pytest.approx(172.5 / 3.5, rel=0.01)
    assert waste[Carrier.HEAT].money == pytest.approx(172.5 * 0.36, rel=0.01)
    assert waste[Carrier.HEAT].kg_co2 == pytest.approx(172.5 * 0.396, rel=0.01)
