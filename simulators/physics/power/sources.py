"""Solar panels and uninterruptible supplies, where a site declares them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from core.site import Equipment, Site

# A module loses 0.4 % a kelvin above 25 °C and is 31 K above the air in full sun (NOCT 45 °C);
# dirt, cables and inverter leave 86 % (IEC 61724's performance ratio is 0.75–0.85 with the heat).
_FULL_SUN, _PER_K, _MODULE_C, _WARMS, _YIELD = 1000.0, 0.004, 25.0, 0.031, 0.86
_INVERTER = 0.83  # rated AC power of a peak power
# A double-conversion supply: what it loses empty, of its rating, and of what it gives.
_EMPTY, _GIVES = 0.015, 0.035


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """One photovoltaic plant.

    Attributes:
        id: Of the equipment.
        building: Index of its building.
        kwp: Peak power.
    """

    id: str
    building: int
    kwp: float

    def power(self, sun: Floats, oat: Floats, lost: float) -> Floats:
        """What its inverter gives. (minutes,) [kW]

        Args:
            sun: On the horizontal. [W/m²]
            oat: Outdoor air. [°C]
            lost: Share of its strings that gives nothing.
        """
        cell = oat + _WARMS * sun
        warm = 1.0 - _PER_K * (cell - _MODULE_C)
        given = self.kwp * (1.0 - lost) * sun / _FULL_SUN * warm * _YIELD
        return np.minimum(given, self.kwp * _INVERTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ups:
    """One uninterruptible supply between a circuit and what hangs on it.

    Attributes:
        id: Of the equipment.
        branch: Index of the circuit that feeds it.
        kva: Rating.
    """

    id: str
    branch: int
    kva: float

    def gives(self, taken: Floats) -> Floats:
        """What it passes on of what a healthy one takes. [kW]"""
        given: Floats = np.maximum(taken - _EMPTY * self.kva, 0.0) / (1.0 + _GIVES)
        return given

    def takes(self, taken: Floats, losses: float) -> Floats:
        """What it takes when its losses are so many times those of a healthy one. [kW]"""
        more: Floats = taken + (losses - 1.0) * (taken - self.gives(taken))
        return more


def panels_of(site: Site, buildings: tuple[str, ...]) -> tuple[Panels, ...]:
    """Plants with a declared peak power (``pv_kwp``)."""
    return tuple(
        Panels(id=e.id, building=buildings.index(e.building), kwp=e.number("pv_kwp", 0.0))
        for e in declaring(site, "pv_kwp")
        if e.building in buildings
    )


def supplies_of(site: Site, electric: tuple[Equipment, ...]) -> tuple[Ups, ...]:
    """Supplies with a declared rating (``ups_kva``), on the circuit that they are part of."""
    ids = [m.id for m in electric]
    return tuple(
        Ups(id=e.id, branch=ids.index(e.part_of), kva=e.number("ups_kva", 0.0))
        for e in declaring(site, "ups_kva")
        if e.part_of in ids
    )


def declaring(site: Site, parameter: str) -> tuple[Equipment, ...]:
    """Equipment with a parameter, by id."""
    return tuple(e for _, e in sorted(site.equipment.items()) if parameter in e.parameters)
