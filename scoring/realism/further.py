"""A week of what no real week at hand can stand beside: fan coils, a drying unit, a roof tank."""

from __future__ import annotations

from core.batch import Floats
from core.clock import HOUR_MS, MINUTE_MS
from scoring.realism.pictures import Panel
from scoring.realism.readings import Readings

DAYS, LEAD_DAYS = 7, 4
"""That are shown, and that they have behind them: rooms begin at 20 °C."""
_STEP_MS = 5 * MINUTE_MS


def further(week: Readings) -> list[tuple[Panel, Panel]]:
    """Rows of two panels, the building of fan coils left, the library right.

    Args:
        week: What both said in a warm week, and before it.
    """

    def shown(values: Floats) -> Floats:
        return values[len(values) * LEAD_DAYS // (LEAD_DAYS + DAYS) :]

    def said(*points: tuple[str, str]) -> list[tuple[str, Floats]]:
        return [(name, shown(week.last(point, _STEP_MS))) for name, point in points]

    def used(*registers: tuple[str, str]) -> list[tuple[str, Floats]]:
        return [(name, shown(week.hourly_use(register).ravel())) for name, register in registers]

    return [
        (
            Panel("E: rooms of fan coils", "°C",
                  said(("south 2", "e.z-south2.zone_temp"), ("north 4", "e.z-north4.zone_temp"),
                       ("outdoor air", "e.weather.oat")), DAYS),
            Panel("F: AHU-1 dries and heats again", "%",
                  said(("cooling", "f.ahu1.cool_valve"), ("heating", "f.ahu1.heat_valve"),
                       ("archive's humidity", "f.z-archive.zone_rh")), DAYS),
        ),
        (
            Panel("E: humidity of the same rooms", "%RH",
                  said(("south 2", "e.z-south2.zone_rh"), ("north 4", "e.z-north4.zone_rh")), DAYS),
            Panel("F: power of the main, with its panels", "kW",
                  [("bought less sold", shown(week.last("f.m-main.power", HOUR_MS // 4)))], DAYS),
        ),
        (
            Panel("E: fans of the second floor (stages) and the third (none)", "%",
                  said(("second", "e.fcu-south2.fan_speed"), ("third", "e.fcu-south3.fan_speed")),
                  DAYS),
            Panel("F: level of the roof tank and the break tank", "%",
                  said(("roof", "f.roof-tank.tank_level"), ("break", "f.tank.tank_level")), DAYS),
        ),
        (
            Panel("E: electricity of plant and terminals", "kWh an hour",
                  used(("plant", "e.m-plant.energy"), ("terminals", "e.m-terminals.energy")), DAYS),
            Panel("F: pressure below the roof tank and behind the booster", "kPa",
                  said(("ground floor", "f.w-low.pressure"), ("second", "f.w-mid.pressure"),
                       ("top, booster", "f.booster.pressure")), DAYS),
        ),
    ]  # fmt: skip
