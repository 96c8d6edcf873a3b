"""What the pictures show: the same week of each discipline, simulated and real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from core.batch import Floats
from core.errors import Fatal
from core.site import EquipmentClass
from core.words import Carrier
from scoring.realism import campus, real
from scoring.realism.pictures import Panel
from scoring.realism.readings import Readings

WEEK = 7
_AIR_DATES = ("2009-05-03", "2009-05-04", "2009-05-05", "2009-05-06")
"""The longest run of healthy days that the laboratory published; Sunday to Wednesday."""
_POWER, _GAS = "b78", "b31"
_LIKE = "a university building"
_TERM, _WINTER = "2018-04-23", "2019-01-14"
_HEAT_FROM_DAY = 14
_HOMES_FROM_DAY, _HOMES = 70, 16

Rows = dict[str, list[Panel]]
"""Panels one below the other, by picture."""


def simulated(spring: Readings, winter: Readings, day: int, cold_day: int) -> Rows:
    """Of a campus' first building that has it.

    Args:
        spring: Eight weeks with mild days,
        winter: and cold ones.
        day: Which day of spring the week begins with, a Monday,
        cold_day: and of winter.
    """
    power = campus.mains(spring, Carrier.ELECTRICITY)[0]
    ahu = spring.site.of_class(EquipmentClass.AHU)[0]
    boiler = winter.site.of_class(EquipmentClass.BOILER)[0]
    gas = campus.mains(winter, Carrier.GAS)[0]
    water = campus.mains(spring, Carrier.WATER)[0]
    zone = spring.site.of_class(EquipmentClass.ZONE)[1]
    station = spring.site.of_class(EquipmentClass.WEATHER_STATION)[0]
    mild, cold = slice(day, day + WEEK), slice(cold_day, cold_day + WEEK)
    series = campus.heating_of(winter, boiler)
    if series is None:
        raise Fatal(f"'{boiler.id}' has no heat meter in its building")
    quarters = slice(cold_day * 96, (cold_day + WEEK) * 96)

    def minutes(point: str, days: slice) -> Floats:
        return spring.minutes(point)[days].ravel()

    four = slice(day, day + len(_AIR_DATES))
    return {
        "electricity": [
            Panel(f"Campus: building {power.building}", "kWh an hour",
                  [("use", spring.hourly_use(f"{power.id}.energy")[mild].ravel())], WEEK),
        ],
        "air": [
            Panel(f"Campus: {ahu.id}", "°C",
                  [("supply", minutes(f"{ahu.id}.sat", four)),
                   ("setpoint", minutes(f"{ahu.id}.sat_sp", four)),
                   ("mixed", minutes(f"{ahu.id}.mat", four))], len(_AIR_DATES)),
            Panel("its commands", "%",
                  [("cooling", minutes(f"{ahu.id}.cool_valve", four)),
                   ("heating", minutes(f"{ahu.id}.heat_valve", four)),
                   ("damper", minutes(f"{ahu.id}.oa_damper", four))], len(_AIR_DATES)),
        ],
        "heat": [
            Panel(f"Campus: {boiler.id}", "°C",
                  [("supply", series.supply[quarters]), ("reference", series.reference[quarters]),
                   ("return", series.back[quarters])], WEEK),
            Panel("its heat", "kW", [("power", series.power[quarters])], WEEK),
        ],
        "gas": [
            Panel(f"Campus: building {gas.building}", "m³ an hour",
                  [("use", winter.hourly_use(f"{gas.id}.gas_volume")[cold].ravel())], WEEK),
        ],
        "water": [
            Panel(f"Campus: building {water.building}", "L an hour",
                  [("use", 1000.0 * spring.hourly_use(f"{water.id}.volume")[mild].ravel())], WEEK),
        ],
        "office": [
            Panel(f"Campus: {zone.id}", "ppm",
                  [("CO₂", minutes(f"{zone.id}.zone_co2", mild))], WEEK),
        ],
        "weather": [
            Panel("Campus", "°C",
                  [("outdoor air", spring.hourly_mean(f"{station.id}.oat")[mild].ravel())], WEEK),
            Panel("its sun", "W/m²",
                  [("sun", spring.hourly_mean(f"{station.id}.irradiance")[mild].ravel())], WEEK),
        ],
    }  # fmt: skip


def measured(folder: Path) -> Rows:
    """The same of the real data, in the same order."""
    days = [day for _, day in real.air_days(folder, set(_AIR_DATES))]
    litres = np.stack([litres for litres, _, _ in real.water_meters(folder).values()])
    homes = np.nansum(litres[:_HOMES, _HOMES_FROM_DAY : _HOMES_FROM_DAY + WEEK], axis=0)
    series = next(real.substation(folder, "L4"))
    quarters = slice(_HEAT_FROM_DAY * 96, (_HEAT_FROM_DAY + WEEK) * 96)
    ppm = real.room(min((folder / "office_keti").glob("*.csv.gz")))[0]

    def air(name: str) -> Floats:
        return np.concatenate([getattr(day, name) for day in days])

    def hourly(path: str, column: str | int, start: str) -> Floats:
        table = pd.read_csv(folder / path, index_col=0, parse_dates=True)
        some = table[column] if isinstance(column, str) else table.iloc[:, column]
        first = pd.Timestamp(start)
        week = some[(table.index >= first) & (table.index < first + pd.Timedelta(days=WEEK))]
        return week.to_numpy(np.float64)

    panel: Callable[..., Panel] = Panel
    return {
        "electricity": [panel(f"Real: {_LIKE}, Cambridge", "kWh an hour",
                              [("use", hourly(real.ELECTRICITY, _POWER, _TERM))], WEEK)],
        "air": [
            panel("Real: MZVAV-2-1, Iowa", "°C",
                  [("supply", air("supply")), ("setpoint", air("setpoint")),
                   ("mixed", air("mixed"))], len(days)),
            panel("its commands", "%",
                  [("cooling", air("cooling")), ("heating", air("heating")),
                   ("damper", air("damper"))], len(days)),
        ],
        "heat": [
            panel("Real: substation L4", "°C",
                  [("supply", series.supply[quarters]), ("reference", series.reference[quarters]),
                   ("return", series.back[quarters])], WEEK),
            panel("its heat", "kW", [("power", series.power[quarters])], WEEK),
        ],
        "gas": [panel(f"Real: {_LIKE}, Cambridge", "kWh an hour",
                      [("use", hourly(real.GAS, _GAS, _WINTER))], WEEK)],
        "water": [panel(f"Real: {_HOMES} homes summed", "L an hour",
                        [("use", homes.ravel())], WEEK)],
        "office": [panel("Real: one office, Berkeley", "ppm",
                         [("CO₂", ppm[:WEEK].ravel())], WEEK)],
        "weather": [
            panel("Real: Bedford", "°C", [("outdoor air", hourly(real.WEATHER, 0, _TERM))], WEEK),
            panel("its sun", "W/m²", [("sun", hourly(real.WEATHER, 2, _TERM))], WEEK),
        ],
    }  # fmt: skip
