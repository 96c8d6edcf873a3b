"""A healthy campus adds up, from what its meters published."""

from __future__ import annotations

import numpy as np
import pytest

from core.clock import DAY_MS
from core.site import Equipment, EquipmentClass, MeterRole
from core.words import Carrier
from tests.simulators.parts import SITE, START, Readings, at, run

DAYS = 7
WEEK = (START, START + DAYS * DAY_MS)


@pytest.fixture(scope="module")
def week() -> Readings:
    return run(DAYS)[1]


def meters(building: str, role: MeterRole, carrier: Carrier) -> list[Equipment]:
    return [
        e for e in SITE.equipment.values()
        if e.meter and (e.building, e.meter.role, e.meter.carrier) == (building, role, carrier)
    ]  # fmt: skip


@pytest.mark.parametrize("building", ["a", "c"])
@pytest.mark.parametrize(
    ("carrier", "register", "least", "most"),
    [
        # Cables and what no branch counts: 1–4 %; taps outside the toilets: up to a tenth.
        (Carrier.ELECTRICITY, "energy", 0.01, 0.04),
        (Carrier.WATER, "volume", 0.0, 0.10),
    ],
)
def test_the_main_counts_its_branches_and_a_small_loss(
    week: Readings, building: str, carrier: Carrier, register: str, least: float, most: float
) -> None:
    main = meters(building, MeterRole.BUILDING, carrier)[0]
    total = week.use(f"{main.id}.{register}", *WEEK)
    branches = sum(
        week.use(f"{b.id}.{register}", *WEEK) for b in meters(building, MeterRole.BRANCH, carrier)
    )
    assert least <= (total - branches) / total <= most


def test_power_is_the_mean_of_what_the_register_counts(week: Readings) -> None:
    times, dial = week.of("a.m-main.energy")
    _, power = week.of("a.m-main.power")
    assert np.abs(np.diff(dial) * 4 - power[1:]).max() < 0.1
    assert len(times) == DAYS * 96


def test_gas_burnt_covers_the_heat_and_the_boilers_loss(week: Readings) -> None:
    def yield_of(building: str) -> float:
        gas = week.use(f"{building}.g-main.gas_volume", *WEEK) * 9.86
        return week.use(f"{building}.h-main.heat", *WEEK) / gas

    # In a mild week little is asked, and a boiler that is kept warm loses a tenth to its room.
    assert 0.7 < yield_of("c") < 0.90
    # One that is warmed up each morning and cools each night loses that too.
    assert 0.4 < yield_of("a") < 0.90


def test_working_days_are_busy_and_weekends_and_nights_are_not(week: Readings) -> None:
    def level(point: str, day: int, hours: tuple[float, float]) -> float:
        return float(np.median(week.between(point, at(day, hours[0]), at(day, hours[1]))))

    for main in ("a.m-main.power", "c.m-main.power"):
        work, night, off = level(main, 3, (9, 17)), level(main, 3, (0, 5)), level(main, 6, (9, 17))
        assert 0.19 < night / work < 0.70
        assert 0.19 < off / work < 0.70
    assert level("a.z-south.zone_co2", 3, (9, 17)) > level("a.z-south.zone_co2", 7, (9, 17)) + 100
    assert level("a.ahu1.fan_status", 6, (0, 24)) == 0.0


def test_comfort_is_kept_while_people_are_there(week: Readings) -> None:
    for zone in SITE.of_class(EquipmentClass.ZONE):
        occupied = week.between(f"{zone.id}.zone_temp", at(3, 10.0), at(3, 17.0))
        assert occupied.min() > 19.0, zone.id
        assert occupied.max() < 25.5, zone.id


def test_mixed_air_lies_between_return_and_outdoors_within_the_sensors(week: Readings) -> None:
    for ahu in SITE.of_class(EquipmentClass.AHU):
        when = (at(3, 9.0), at(3, 18.0))
        mat, rat, oat = (week.between(f"{ahu.id}.{role}", *when) for role in ("mat", "rat", "oat"))
        assert (mat > np.minimum(rat, oat) - 1.5).all(), ahu.id
        assert (mat < np.maximum(rat, oat) + 1.5).all(), ahu.id


def test_supply_holds_its_setpoint_as_a_real_unit_does(week: Readings) -> None:
    """A real unit: 0.19–0.48 K sd about a two-hour trend, lag-1 0.92–0.96."""
    for ahu in ("a.ahu1", "c.ahu1"):
        when = (at(4, 13.0), at(4, 17.0))
        error = week.between(f"{ahu}.sat", *when) - week.between(f"{ahu}.sat_sp", *when)
        rest = error - np.convolve(np.pad(error, 60, mode="edge"), np.ones(121) / 121, "valid")
        assert 0.1 < rest.std() < 0.6, ahu
        assert np.corrcoef(rest[:-1], rest[1:])[0, 1] > 0.85, ahu
