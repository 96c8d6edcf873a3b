"""The statistics of a site's readings, by unit: buildings, air handlers, rooms, meters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from core.batch import Bools
from core.clock import MINUTE_MS
from core.site import Equipment, EquipmentClass, MeterRole, Site
from core.words import Carrier
from scoring.realism import air, electricity, gas, heat, rooms, transport, water, weather
from scoring.realism import measures as m
from scoring.realism.readings import Readings

_QUARTER_MS = 15 * MINUTE_MS
_LITRES = 1000.0
_HOURS_A_YEAR = 8766.0
_HEATS_UNTIL = (3, 25)
"""From New Year: real plant was measured to this day; later it stands in mild hours and has another
mode. [month, day]"""
_AIR_POINTS = {
    "supply": "sat", "setpoint": "sat_sp", "mixed": "mat", "returned": "rat", "outdoor": "oat",
    "cooling": "cool_valve", "heating": "heat_valve", "damper": "oa_damper", "speed": "fan_speed",
}  # fmt: skip

Found = dict[str, dict[str, float]]
"""By statistic and unit."""

_Row = tuple[str, Mapping[str, float]]


def measure(readings: Readings, latitude: float) -> Found:
    """Every statistic of every unit of a site.

    Args:
        readings: Of whole local days.
        latitude: Of the site, for the clear sky. [°]
    """
    found: Found = {}
    for part in (_power, _air, _heat, _gas, _rooms, _water):
        _put(found, part(readings))
    _put(found, _weather(readings, latitude))
    return found


def _put(found: Found, rows: Iterator[_Row]) -> None:
    for unit, values in rows:
        for key, value in values.items():
            found.setdefault(key, {})[unit] = value


def mains(readings: Readings, carrier: Carrier) -> list[Equipment]:
    """Meters of whole buildings, by id."""
    return [
        e for _, e in sorted(readings.site.equipment.items())
        if e.meter is not None and e.meter.carrier is carrier
        and e.meter.role is MeterRole.BUILDING
    ]  # fmt: skip


def _panels(site: Site, building: str) -> list[str]:
    return [id_ for id_, e in site.equipment.items()
            if e.building == building and "pv_kwp" in e.parameters]  # fmt: skip


def _known(readings: Readings, main: Equipment) -> bool:
    """Whether a building's use is: of one with panels not by its main alone."""
    panels = _panels(readings.site, main.building)
    return readings.has(f"{main.id}.energy") and all(readings.has(f"{p}.power") for p in panels)


def building_of(readings: Readings, main: Equipment) -> electricity.Building:
    """Hourly electricity that a building uses: bought, less what it sells, and of its panels.

    The real buildings that it is held against have none, so that their meters show all they use.
    """
    use, site = readings.hourly_use(f"{main.id}.energy"), readings.site
    if readings.has(f"{main.id}.export_energy"):
        use = use - readings.hourly_use(f"{main.id}.export_energy")
    for panels in _panels(site, main.building):
        use = use + readings.hourly_mean(f"{panels}.power")
    return electricity.Building(use, readings.workday, readings.month)


def _power(readings: Readings) -> Iterator[_Row]:
    used = [e for e in mains(readings, Carrier.ELECTRICITY) if _known(readings, e)]
    stock = {e.building: building_of(readings, e) for e in used}
    for meter in used:
        yield meter.building, electricity.electricity(stock[meter.building])
        yield meter.building, transport.arrivals(readings.hours_present(f"{meter.id}.energy"))
    for (one, a), (other, b) in combinations(stock.items(), 2):
        yield f"{one}, {other}", electricity.between(a, b)


def air_days(readings: Readings, ahu: str) -> list[air.AirHandlerDay]:
    """Each day of an air handler, a value a minute."""
    columns = {name: readings.minutes(f"{ahu}.{point}") for name, point in _AIR_POINTS.items()}
    running, occupied = (readings.minutes(f"{ahu}.{p}") > 0.0 for p in ("fan_status", "occupied"))
    return [
        air.AirHandlerDay(
            **{name: values[d] for name, values in columns.items()},
            running=running[d],
            occupied=occupied[d],
        )
        for d in range(len(running))
    ]


def _air(readings: Readings) -> Iterator[_Row]:
    """An air handler's median over its days."""
    for ahu in readings.site.of_class(EquipmentClass.AHU):
        if not readings.has(f"{ahu.id}.sat"):
            continue
        days = [air.air_handler_day(d) for d in air_days(readings, ahu.id) if d.steady.any()]
        if days:
            yield ahu.id, {k: m.median(np.array([d[k] for d in days])) for k in days[0]}


def heating_of(readings: Readings, plant: Equipment) -> heat.HeatSeries | None:
    """Secondary side of a boiler or station every 15 minutes, with its building's heat meter."""
    meters = [e for e in mains(readings, Carrier.HEAT) if e.building == plant.building]
    points = [f"{plant.id}.{p}" for p in ("hw_leaving", "hw_sp", "hw_entering")]
    if not meters or not all(readings.has(p) for p in points):
        return None
    supply, reference, back = (readings.last(p, _QUARTER_MS) for p in points)
    hour = np.arange(len(supply)) % 96 / 4.0
    power = readings.last(f"{meters[0].id}.heat_power", _QUARTER_MS)
    primary = f"{plant.id}.primary_entering"
    return heat.HeatSeries(
        hour=hour, supply=supply, reference=reference, back=back, power=power,
        primary_back=readings.last(primary, _QUARTER_MS) if readings.has(primary) else None,
    )  # fmt: skip


def _heats(readings: Readings) -> Bools:
    """Days of the weeks from which the real substations' statistics are."""
    return np.array([(d.month, d.day) <= _HEATS_UNTIL for d in readings.dates])


def _heat(readings: Readings) -> Iterator[_Row]:
    for plant in readings.site.of_class(EquipmentClass.BOILER, EquipmentClass.SUBSTATION):
        series = heating_of(readings, plant)
        if series is not None:
            yield plant.building, heat.heat(series.of(np.repeat(_heats(readings), 96)))
    for meter in mains(readings, Carrier.HEAT):
        if readings.has(f"{meter.id}.heat"):
            ids = [f"{meter.id}.{p}" for p in ("heat", "heat_power", "hw_flow")]
            rows = np.stack([readings.last(p, _QUARTER_MS) for p in ids], axis=1)
            episodes = transport.zero_episodes(rows, len(rows) / 4.0)
            yield meter.building, {"zero_episodes": episodes}


def _gas(readings: Readings) -> Iterator[_Row]:
    for meter in mains(readings, Carrier.GAS):
        if readings.has(f"{meter.id}.gas_volume"):
            hours = readings.hourly_use(f"{meter.id}.gas_volume")
            yield meter.building, gas.gas(hours, readings.workday, readings.month)


def _rooms(readings: Readings) -> Iterator[_Row]:
    zones = [z.id for z in readings.site.of_class(EquipmentClass.ZONE)]
    air_of = {z: readings.minutes(f"{z}.zone_co2") for z in zones if readings.has(f"{z}.zone_co2")}
    for zone, ppm in air_of.items():
        yield zone, rooms.co2(ppm)
    # The real rooms are of one building: late evenings are its own, and show in the night.
    for (one, a), (other, b) in combinations(air_of.items(), 2):
        if readings.site.equipment[one].building == readings.site.equipment[other].building:
            yield f"{one}, {other}", rooms.together(a, b)


def _weather(readings: Readings, latitude: float) -> Iterator[_Row]:
    for station in readings.site.of_class(EquipmentClass.WEATHER_STATION):
        if readings.has(f"{station.id}.oat"):
            oat = readings.hourly_mean(f"{station.id}.oat")
            yield station.id, weather.temperature(oat, readings.month)
        if readings.has(f"{station.id}.irradiance"):
            light = readings.hourly_mean(f"{station.id}.irradiance")
            yield station.id, weather.sun(light, readings.yearday, latitude)


def _water(readings: Readings) -> Iterator[_Row]:
    """Of workdays: homes use water on all days alike, offices do not."""
    for meter in mains(readings, Carrier.WATER):
        point = f"{meter.id}.volume"
        if not readings.has(point):
            continue
        litres = _LITRES * readings.hourly_use(point)
        yield meter.building, water.water(litres[readings.workday])
        present = readings.hours_present(point)
        there = transport.arrivals(present)
        yield meter.building, {f"water_{k}": v for k, v in there.items()}
        back = transport.backward(readings.rows(point)[1]) * _HOURS_A_YEAR / len(present)
        yield meter.building, {"water_backward": back}
