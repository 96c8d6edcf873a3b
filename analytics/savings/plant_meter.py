"""What meters of the plant count: all of it, not a fault's part alone.

A chiller that runs in November for one valve costs its pumps and its poor part load, which no
declared COP knows; the plant's own meter does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analytics.savings.bought import bought, main_meter, registers
from core.batch import Floats, Ints
from core.clock import HOUR_MS
from core.ports import ReadingStore
from core.quality import IntervalState
from core.site import Site
from core.words import Carrier

_PLANT, _TERMINALS = "01B1", "01B2"
"""Item codes of chillers and boilers with their pumps, and of air handlers."""


def meters_of(site: Site, building: str) -> Mapping[Carrier, Sequence[int]]:
    """Registers that count what a fault of plant may cost, by bought carrier.

    Electricity of chillers, boilers and pumps, and of fans: where rooms get too warm or too cold
    they turn more. None where nothing counts it.
    """
    plant, fans = plant_of(site, building), fans_of(site, building)
    found: dict[Carrier, Sequence[int]] = {}
    if plant and fans:
        found[Carrier.ELECTRICITY] = [*plant, *fans]
    for carrier in (Carrier.GAS, Carrier.HEAT):
        points = registers(site, main_meter(site, building, carrier))
        if points and carrier in bought(site, building):
            found[carrier] = [*points]
    return found


def fans_of(site: Site, building: str) -> Sequence[int]:
    """Registers that count what the fans of air handlers use."""
    return _branches(site, building, _TERMINALS)


def plant_of(site: Site, building: str) -> Sequence[int]:
    """Registers that count what chillers and boilers use, with all pumps."""
    return _branches(site, building, _PLANT)


def heat_of(site: Site, building: str) -> Sequence[int]:
    """The register that counts all heat given to a building, whatever it was made of."""
    return registers(site, main_meter(site, building, Carrier.HEAT))


def _branches(site: Site, building: str, code: str) -> Sequence[int]:
    return [
        point
        for meter in site.equipment.values()
        if (of := meter.meter) is not None
        and meter.building == building
        and of.carrier is Carrier.ELECTRICITY
        and of.item.startswith(code)
        for point in registers(site, meter)
    ]


def counted(store: ReadingStore, points: Sequence[int], ends: Ints, step: int) -> Floats:
    """What some registers together counted in each interval; NaN where one said nothing.

    A meter counts by the quarter of an hour: an interval has its share of that. (n,) [kWh, m³]

    Args:
        store: Their use.
        points: Registers.
        ends: End of each interval, ascending. (n,) [ms]
        step: Length of each. [ms]
    """
    found: Floats = np.zeros(len(ends))
    if not len(points):
        return np.full(len(ends), np.nan)
    if not len(ends):
        return found
    use = store.read_intervals(points, int(ends[0]) - HOUR_MS, int(ends[-1]) + HOUR_MS)
    for point in points:
        mine = (use.point == point) & (use.state == IntervalState.MEASURED)
        at, value = use.at[mine], use.value[mine]
        if len(at) < 2:  # noqa: PLR2004 - between two there is a length
            return np.full(len(ends), np.nan)
        length = int(np.median(np.diff(at)))
        place = np.minimum(np.searchsorted(at, ends), len(at) - 1)
        inside = (ends <= at[place]) & (ends > at[place] - length)
        found += np.where(inside, value[place] * step / length, np.nan)
    return found
