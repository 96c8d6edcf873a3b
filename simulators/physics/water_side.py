"""Heating and chilled-water plant of all buildings of all worlds, five minutes a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.conditions import Conditions
from simulators.physics.cooling import cooling_faults
from simulators.physics.cooling.cooling import Cooling, CoolingDay
from simulators.physics.cooling.cooling_faults import CoolingFaults
from simulators.physics.heating import heating_faults
from simulators.physics.heating.heating import Heating
from simulators.physics.heating.heating_faults import HeatingFaults
from simulators.physics.heating.heating_parts import HeatingDay
from simulators.physics.plan import Plan
from simulators.physics.trace import BUILDING_ROW, BUILDING_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDay:
    """What drives the plants through a stretch. (minutes, buildings)

    Attributes:
        oat: As their controllers read it. [°C]
        hours: Whether heat may be wanted.
        boost: Whether the morning boost is meant to run.
        warm: Whether rooms should be warm by now.
        hot_draw: Heat drawn from the tank. [kW]
        latent: Cooling a coil does for each unit it does on the thermometer.
        sent: Supply of the district network. [°C]
        outdoors: Dry bulb and wet bulb. [°C]
        expected: What will enter the condensers at full load. [°C]
    """

    oat: Floats
    hours: Bools
    boost: Bools
    warm: Bools
    hot_draw: Floats
    latent: Floats
    sent: Floats
    outdoors: tuple[Floats, Floats]
    expected: Floats


class Asked(NamedTuple):
    """What the air handlers of each building did in the mean of the last five minutes.

    Attributes:
        heat: Taken from hot water. [kW]
        cold: Taken from chilled water. [kW]
        heat_valves: Sum of the heating valves' positions.
        wants_heat: Whether any of them is open.
        wants_cold: Whether any cooling valve is.
        fans: Whether any fan ran.
    """

    heat: Floats
    cold: Floats
    heat_valves: Floats
    wants_heat: Bools
    wants_cold: Bools
    fans: Bools

    def and_units(self, units: Floats, latent: Floats) -> Asked:
        """With what fan coils did.

        Args:
            units: Hot and chilled water's work [kW], drying told as it was, and how many valves of
                each were open. (4, buildings)
            latent: What the plant reckons for drying on top of the rest, by building.
        """
        hot, cold, heats, cools = units
        return self._replace(
            heat=self.heat + hot, cold=self.cold + cold / latent,
            heat_valves=self.heat_valves + heats, wants_heat=self.wants_heat | (heats > 0.0),
            wants_cold=self.wants_cold | (cools > 0.0),
        )  # fmt: skip


class PlantFaults(NamedTuple):
    """Parameters of plants that faults change, by building or zone of all worlds."""

    heating: HeatingFaults
    cooling: CoolingFaults


def plant_faults_of(worlds: Sequence[Conditions]) -> PlantFaults:
    """The parameters while these conditions last, world after world."""
    return PlantFaults(
        heating_faults.joined([now.heating for now in worlds]),
        cooling_faults.joined([now.cooling for now in worlds]),
    )


class Plants:
    """All plant of every building of every world; any may be missing.

    Attributes:
        state: What plants remember. (numbers, buildings)
        radiators: Water in the radiators of each zone. (1, zones) [°C]
    """

    def __init__(self, plan: Plan) -> None:
        self._heating, self._cooling = Heating(plan), Cooling(plan)
        hot, cold = self._heating.state, self._cooling.state
        self.state = np.concatenate([hot, cold])
        self._heating.state, self._cooling.state = self.state[: len(hot)], self.state[len(hot) :]
        self.radiators = self._heating.water[None, :]
        self._rows: tuple[Floats, ...] = ()
        self._written = np.zeros((len(BUILDING_ROWS), len(plan.buildings)))
        self._flat = np.zeros(len(_STEPPED) * len(plan.buildings))
        self._day: tuple[PlantDay, PlantFaults, HeatingDay, CoolingDay] | None = None

    def lead(self, water: Floats) -> None:
        """Brings what the coils get now.

        Args:
            water: Hot [°C], whether it flows, cold [°C], whether it flows; written. (4, buildings)
        """
        hot, cold = self._heating, self._cooling
        water[0], water[1], water[2], water[3] = hot.supply, hot.flows, cold.supply, cold.flows

    def emitted(self, zone_air: Floats) -> Floats:
        """Heat that radiators give to each room until the next step. (zones,) [kW]"""
        return self._heating.emitted(zone_air)

    def expected(self, outdoors: tuple[Floats, Floats], faults: PlantFaults) -> Floats:
        """What will enter the condensers at full load. (minutes, buildings) [°C]"""
        return self._cooling.expected(*outdoors, faults.cooling)

    def step(self, day: PlantDay, k: int, asked: Asked, faults: PlantFaults, minutes: int) -> None:
        """Some minutes after the air handlers' last ones.

        Args:
            day: What drives it.
            k: First minute of the stretch.
            asked: What the air handlers took.
            faults: Parameters.
            minutes: How many.
        """
        warm, cool = self._prepared(day, faults)
        heat = self._heating.step(warm, k, (asked.heat, asked.wants_heat), faults.heating, minutes)
        cold = self._cooling.step(cool, k, (asked.cold, asked.wants_cold, asked.fans), minutes)
        self._rows = heat + cold

    def _prepared(self, day: PlantDay, faults: PlantFaults) -> tuple[HeatingDay, CoolingDay]:
        """What of a stretch takes no answer from the plant, made once."""
        if self._day is None or self._day[0] is not day or self._day[1] is not faults:
            hours, now = (day.hours, day.boost, day.warm), faults.heating
            warm = self._heating.day(day.oat, day.sent, hours, day.hot_draw, now)
            cool = self._cooling.day(day.oat, day.expected, day.latent, faults.cooling)
            self._day = (day, faults, warm, cool)
        return self._day[2], self._day[3]

    def written(self) -> Floats:
        """What the last step was like. (:data:`simulators.physics.trace.BUILDING_ROWS`, buildings)

        Temperatures as at its end, the rest as in its mean; what :meth:`complete` finds is nothing
        yet.
        """
        rows = self._written
        rows[_STEPPED] = np.concatenate(self._rows, out=self._flat).reshape(len(_STEPPED), -1)
        return rows

    def complete(self, building: Floats, day: PlantDay, faults: PlantFaults) -> None:
        """Writes what takes no answer from the steps: electricity, condensers, make-up.

        Args:
            building: Of a stretch, filled in. (names, minutes, buildings)
            day: What drove it.
            faults: Parameters.
        """
        for name, values in self._heating.turned(
            building[BUILDING_ROW["pump_speed"]], building[BUILDING_ROW["heating"]]
        ).items():
            building[BUILDING_ROW[name]] = values
        cold = tuple(building[BUILDING_ROW[name]] for name in Cooling.ROWS)
        for name, values in self._cooling.electricity(cold, day.outdoors, faults.cooling).items():
            building[BUILDING_ROW[name]] = values


_STEPPED = np.array([BUILDING_ROW[name] for name in Heating.ROWS + Cooling.ROWS], np.int64)
