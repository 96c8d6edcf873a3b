"""Counters: what passes each meter, its class error, its dial and its means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.batch import Floats, Ints
from core.site import Equipment, MeterRole
from core.words import Carrier
from simulators.physics.loads import Loads
from simulators.physics.meter_faults import SOUND, MeterFaults
from simulators.physics.plan import Plan
from simulators.physics.streams import fixed, stream
from simulators.physics.trace import BUILDING_ROW, Trace

# Class 1 meters for current, class 2 for water and gas: most sit well within.
_CLASS_ERROR = {Carrier.ELECTRICITY: 0.004, Carrier.WATER: 0.01, Carrier.GAS: 0.008}
_HEAT_ERROR = 0.015
# Lower heating value of natural gas, 35.5 MJ/m³. [kWh/m³]
_GAS_KWH_M3 = 9.86
_BAND = {"energy": 0, "volume": 0, "gas_volume": 0, "heat": 0, "hw_flow": 1}
_RATES = {"power", "heat_power", "hw_flow", "flow"}
_QUANTUM = 0.01
# Wh sent as kWh, W as kW, L as m³; of heat GJ as kWh.
_MILLI = 1000.0
_OTHER_UNIT = {"heat": 0.0036, "heat_power": 0.0036}
# A meter out of the box has run on its test bench. [kWh, m³]
_NEW_DIAL = (0.0, 200.0)
_DECIMALS = {"power": 1, "heat_power": 1, "hw_flow": 2, "flow": 2}


@dataclass(frozen=True, slots=True)
class Passed:
    """What ran in a stretch, by minute: electricity branches and mains, water, and the plant."""

    branches: Floats
    water: Floats
    mains_water: Floats
    trace: Trace


class Meters:
    """All meters of a site; two counters each, the second only for water through heat meters."""

    def __init__(self, plan: Plan, loads: Loads, seed: int) -> None:
        self._plan = plan
        self._loads = loads
        self._meters = [e for _, e in sorted(plan.site.equipment.items()) if e.meter is not None]
        self._error = 1.0 + np.array([self._class_error(m, seed) for m in self._meters])
        dial = np.array([fixed(seed, m.id, "dial", 2e3, 6e4) for m in self._meters])
        self.total = np.concatenate([dial, np.zeros(len(self._meters))])
        self.truly = np.zeros(2 * len(self._meters))
        self.marked = np.full(len(plan.site.points), np.nan)
        # What each dial shows less than was counted, and when it last jumped. [kWh, m³], [ms]
        self.shift = np.zeros(2 * len(self._meters))
        self.event = np.zeros(len(self._meters))
        self._seed = seed
        self.points: Ints = np.array(
            [i for m in self._meters for r, i in plan.site.points_of(m.id).items() if known(r)],
            dtype=np.int64,
        )

    def read(
        self, passed: Passed, at: Ints, faults: Mapping[str, MeterFaults] | None = None
    ) -> dict[int, tuple[Ints, Floats]]:
        """Times and values of every meter point that is due in a stretch.

        Args:
            passed: What ran.
            at: End of each of its minutes, UTC. [ms]
            faults: Of meters, by id.
        """
        ills = [(faults or {}).get(m.id, SOUND) for m in self._meters]
        for m, ill in enumerate(ills):
            self._jump(m, ill)
        true = self._amounts(passed) / 60.0
        self.truly += true.sum(axis=0)
        error = self._error * np.array([ill.counts for ill in ills])
        amounts = true * np.concatenate([error, error])
        totals = np.cumsum(np.vstack([self.total, amounts]), axis=0)
        said: dict[int, tuple[Ints, Floats]] = {}
        for m, meter in enumerate(self._meters):
            for role, point in self._plan.site.points_of(meter.id).items():
                if known(role):
                    counter = m + _BAND.get(role, 0) * len(self._meters)
                    when, values = self._say(point, role, counter, totals, at)
                    if ills[m].unit:
                        values = np.round(values * _OTHER_UNIT.get(role, _MILLI), 6)
                    said[point] = (when, values)
        self.total = totals[-1].copy()
        return said

    def consumed(self) -> dict[tuple[str, Carrier], float]:
        """What truly passed the buildings' main meters since the world began, errors aside.

        By building and carrier, in the carrier's unit [kWh, m³].
        """
        found: dict[tuple[str, Carrier], float] = {}
        for amount, meter in zip(self.truly, self._meters, strict=False):
            if meter.meter is not None and meter.meter.role is MeterRole.BUILDING:
                key = (meter.building, meter.meter.carrier)
                found[key] = found.get(key, 0.0) + float(amount)
        return found

    def _jump(self, m: int, ill: MeterFaults) -> None:
        """Sets a dial back to nothing, or to the dial of the meter that hangs there now."""
        if ill.event == 0 or self.event[m] == ill.event:
            return
        self.event[m] = ill.event
        words = (self._meters[m].id, "swapped", ill.event)
        dial = stream(self._seed, *words).uniform(*_NEW_DIAL) if ill.swapped else 0.0
        both = [m, m + len(self._meters)]
        self.shift[both] = self.total[both] - dial

    def _say(
        self, point: int, role: str, counter: int, totals: Floats, at: Ints
    ) -> tuple[Ints, Floats]:
        total = totals[:, counter]
        model = self._plan.site.points[point]
        due = np.flatnonzero(at % (model.period_s * 1000) == 0)
        if np.isnan(self.marked[point]):
            self.marked[point] = total[0]
        values = (
            self._means(point, role, total, due)
            if role in _RATES
            else self._dial(point, total - self.shift[counter], due)
        )
        if len(due):
            self.marked[point] = total[due[-1] + 1]
        return at[due], values

    def _means(self, point: int, role: str, total: Floats, due: Ints) -> Floats:
        """Mean rate of each interval that ends; the first counts from where the run began."""
        edges = np.concatenate([[self.marked[point]], total[due + 1]])
        per_hour = 3600.0 / self._plan.site.points[point].period_s
        return np.round(np.diff(edges) * per_hour, _DECIMALS[role]).astype(np.float64)

    def _dial(self, point: int, total: Floats, due: Ints) -> Floats:
        """What the register shows at the end of each interval."""
        register = self._plan.site.points[point].register
        quantum = (register.quantum if register is not None else 0.0) or _QUANTUM
        modulus = register.modulus if register is not None else np.inf
        # A sum of floats may stand a hair below the step that it has reached.
        steps = np.floor(total[due + 1] / quantum + 1e-6)
        return np.round(np.mod(steps * quantum, modulus), 6).astype(np.float64)

    def _amounts(self, passed: Passed) -> Floats:
        """Rate of each counter by minute. [kW, m³/h]"""
        minutes = len(passed.branches)
        rates = np.zeros((minutes, 2 * len(self._meters)))
        mains = self._loads.mains(passed.branches)
        electric = [m.id for m in self._plan.electric]
        water = [m.id for m in self._plan.water]
        row = {name: passed.trace.building[i] for name, i in BUILDING_ROW.items()}
        for m, meter in enumerate(self._meters):
            b = self._plan.buildings.index(meter.building)
            carrier = meter.meter.carrier if meter.meter is not None else Carrier.ELECTRICITY
            if meter.id in electric:
                rates[:, m] = passed.branches[:, electric.index(meter.id)]
            elif meter.id in water:
                rates[:, m] = passed.water[:, water.index(meter.id)]
            elif carrier is Carrier.ELECTRICITY:
                rates[:, m] = mains[:, b]
            elif carrier is Carrier.WATER:
                rates[:, m] = passed.mains_water[:, b]
            elif carrier is Carrier.GAS:
                rates[:, m] = row["fuel"][:, b] / _GAS_KWH_M3
            elif carrier is Carrier.HEAT:
                rates[:, m] = row["heat"][:, b]
                rates[:, m + len(self._meters)] = row["hot_flow"][:, b]
        return rates

    def _class_error(self, meter: Equipment, seed: int) -> float:
        carrier = meter.meter.carrier if meter.meter is not None else Carrier.ELECTRICITY
        limit = _CLASS_ERROR.get(carrier, _HEAT_ERROR)
        main = meter.meter is not None and meter.meter.role is MeterRole.BUILDING
        return fixed(seed, meter.id, "class", -limit, limit) * (0.5 if main else 1.0)


def known(role: str) -> bool:
    """Whether a meter's point of this role can be simulated."""
    return role in _BAND or role in _RATES
