"""What offices use a year by climate, from a workday and a day off of each season."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from core.clock import DAY_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.worlds import one_building
from tests.simulators.parts import SITE

BUILDING, SEED = "c", 1
# Fridays, each with the Saturday after it: mid-winter, spring, the heat of July, autumn.
FRIDAYS = ((2026, 1, 16), (2026, 4, 17), (2026, 7, 17), (2026, 10, 23))
WORKDAYS, DAYS_OFF = 248, 117
# Offices with central air, without heating: guide and constraint of GB/T 51161 [kWh/m²·a], as the
# project's sheet of the field tells them.
STANDARD = {
    "cold": (50.0, 70.0),
    "hot_summer_cold_winter": (65.0, 90.0),
    "hot_summer_warm_winter": (60.0, 80.0),
}
# Eight days of one building say a year within a fifth.
WITHIN = 0.2


@cache
def yearly(climate: str) -> float:
    """Electricity of a year. [kWh/m²]"""
    site, zone = one_building(SITE, BUILDING), ZoneInfo(SITE.timezone)
    total = 0.0
    for day in FRIDAYS:
        start = int(datetime(*day, tzinfo=zone).timestamp() * 1000)
        campus = Campus(site, SEED, start, climate=climate)
        dials = []
        for days in range(3):
            campus.advance(start + days * DAY_MS)
            if days == 0:
                campus.advance(start + 60_000)  # it settles before its first minute
            dials.append(campus.consumed()[BUILDING, Carrier.ELECTRICITY])
        total += (WORKDAYS * (dials[1] - dials[0]) + DAYS_OFF * (dials[2] - dials[1])) / 4.0
    return total / site.buildings[BUILDING].area_m2


@pytest.mark.parametrize("climate", STANDARD)
def test_an_office_uses_a_year_what_the_standard_expects(climate: str) -> None:
    low, high = STANDARD[climate]
    assert (1.0 - WITHIN) * low < yearly(climate) < (1.0 + WITHIN) * high


def test_hot_summers_cost_more_than_mild_ones() -> None:
    assert yearly("hot_summer_warm_winter") > 1.05 * yearly("mild")
