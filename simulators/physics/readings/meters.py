"""Counters: what passes each meter, its class error, its dial and its means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats, Ints
from core.clock import MINUTE_MS
from core.site import Equipment, MeterRole
from core.words import Carrier
from simulators.physics.plan import Plan
from simulators.physics.power.electrical import Supplied
from simulators.physics.power.sources import panels_of
from simulators.physics.readings.background import PERFECT, Background, Episodes, one_reading
from simulators.physics.readings.chances import Chances
from simulators.physics.readings.due import Due
from simulators.physics.readings.meter_faults import SOUND, MeterFaults, Misread
from simulators.physics.streams import fixed, stream
from simulators.physics.trace import BUILDING_ROW, Trace

# Class 1 meters for current, class 2 for water and gas: most sit well within.
_CLASS_ERROR = {Carrier.ELECTRICITY: 0.004, Carrier.WATER: 0.01, Carrier.GAS: 0.008}
_HEAT_ERROR = 0.015
# Lower heating value of natural gas, 35.5 MJ/m³. [kWh/m³]
_GAS_KWH_M3 = 9.86
_BAND = {
    "energy": 0, "reactive_energy": 1, "volume": 0, "gas_volume": 0, "heat": 0, "hw_flow": 1,
    "export_energy": 2,
}  # fmt: skip
_COUNTERS, _EXPORT = 3, 2
_RATES = {"power", "heat_power", "hw_flow", "flow"}
# A heat meter's calculator shows the power of now, of its flow and temperatures (EN 1434), no mean.
_MOMENTARY = "heat_power"
_QUANTUM = 0.01
# Wh sent as kWh, W as kW, L as m³; of heat GJ as kWh.
_MILLI = 1000.0
_OTHER_UNIT = {"heat": 0.0036, "heat_power": 0.0036}
# A meter out of the box has run on its test bench. [kWh, m³]
_NEW_DIAL = (0.0, 200.0)
# Of the readings' times: what of the lateness is a meter's place in the poll, the rest chance.
_PLACE = 0.8
# Two heat readers said nothing but zeros 9 to 23 times a year, mostly once, sometimes for hours
# or days; water registers stepped back by some litres about once a year.
_ZEROS_A_YEAR, _ZEROS_LAST, _ZEROS_H, _ZEROS_SPREAD = 13.0, 0.08, 20.0, 1.2
_BACK_A_YEAR, _BACK_MOST = 0.9, 0.09
_WORD = 65536.0
_KEPT = ("total", "truly", "marked", "shift", "event")
_DECIMALS = {"power": 1, "heat_power": 1, "hw_flow": 2, "flow": 2}


@dataclass(frozen=True, slots=True)
class Passed:
    """What ran in a stretch, by minute: electricity, water, and the plant."""

    supplied: Supplied
    water: Floats
    mains_water: Floats
    trace: Trace

    def cut(self, part: slice) -> Passed:
        """Some of the minutes."""
        if (part.start, part.stop) == (0, len(self.water)):
            return self
        return Passed(
            self.supplied.cut(part), self.water[part], self.mains_water[part], self.trace.cut(part)
        )


class Meters:
    """All meters of a site; three counters each.

    The second is for water through heat meters and reactive energy through main boards, the third
    for what a main board with panels behind it gives to the grid: then the first stands still.
    """

    def __init__(self, plan: Plan, seed: int, background: Background = PERFECT) -> None:
        self._plan = plan
        self._chances = Chances(plan.site, seed)
        self._meters = [e for _, e in sorted(plan.site.equipment.items()) if e.meter is not None]
        self._error = 1.0 + np.array([self._class_error(m, seed) for m in self._meters])
        dial = np.array([fixed(seed, m.id, "dial", 2e3, 6e4) for m in self._meters])
        others = (_COUNTERS - 1) * len(self._meters)
        self.total = np.concatenate([dial, np.zeros(others)])
        self.truly = np.zeros(_COUNTERS * len(self._meters))
        sunny = {p.building for p in panels_of(plan.site, plan.buildings)}
        self._gives = {
            m for m, e in enumerate(self._meters)
            if _main_board(e) and plan.buildings.index(e.building) in sunny
        }  # fmt: skip
        self.marked = np.full(len(plan.site.points), np.nan)
        # What each dial shows less than was counted, and when it last jumped. [kWh, m³], [ms]
        self.shift = np.zeros(_COUNTERS * len(self._meters))
        self.event = np.zeros(len(self._meters))
        self._seed = seed
        most = background.jitter_s * 1000.0
        self._jitter = most * (1.0 - _PLACE)
        # A meter's place in the poll: how late it is always read. [ms]
        self._late = [most * _PLACE * fixed(seed, m.id, "poll", 0.0, 1.0) for m in self._meters]
        self._absurd = [_absurd(m, seed, background.nonsense) for m in self._meters]
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
        # Minute by minute, so that it is the same however time is cut.
        self.truly = _counted(self.truly, true)[:, -1].copy()
        error = self._error * np.array([ill.counts for ill in ills])
        totals = _counted(self.total, true * np.tile(error, _COUNTERS)[:, None])
        ends = Due(at)
        said: dict[int, tuple[Ints, Floats]] = {}
        for m, meter in enumerate(self._meters):
            for role, point in self._plan.site.points_of(meter.id).items():
                if known(role):
                    counter = m + _BAND.get(role, 0) * len(self._meters)
                    when, values = self._say(point, role, (m, counter), totals, ends)
                    values = self._absurdly(m, role, when, values)
                    said[point] = (when, self._misread(point, role, values, ills[m]))
        self.total = totals[:, -1].copy()
        return said

    def consumed(self) -> dict[tuple[str, Carrier], float]:
        """What truly passed the buildings' main meters since the world began, errors aside.

        Less what they gave to the grid: who wastes power at noon sells less of it. By building
        and carrier, in the carrier's unit [kWh, m³].
        """
        found: dict[tuple[str, Carrier], float] = {}
        counted = self.truly.reshape(_COUNTERS, -1)
        for amount, meter in zip(counted[0] - counted[_EXPORT], self._meters, strict=True):
            if meter.meter is not None and meter.meter.role is MeterRole.BUILDING:
                key = (meter.building, meter.meter.carrier)
                found[key] = found.get(key, 0.0) + float(amount)
        return found

    def memory(self) -> dict[str, Floats]:
        """All that has to be kept to go on later, by name."""
        return {f"meters.{name}": getattr(self, name) for name in _KEPT}

    def remember(self, memory: Mapping[str, Floats]) -> None:
        """Takes up what :meth:`memory` gave."""
        for name in _KEPT:
            setattr(self, name, np.array(memory[f"meters.{name}"]))

    def _jump(self, m: int, ill: MeterFaults) -> None:
        """Sets a dial back to nothing, or to the dial of the meter that hangs there now."""
        if ill.event <= self.event[m]:
            return
        self.event[m] = ill.event
        words = (self._meters[m].id, "swapped", ill.event)
        dial = stream(self._seed, *words).uniform(*_NEW_DIAL) if ill.swapped else 0.0
        its = [m + k * len(self._meters) for k in range(_COUNTERS)]
        self.shift[its] = self.total[its] - dial

    def _say(
        self, point: int, role: str, which: tuple[int, int], totals: Floats, ends: Due
    ) -> tuple[Ints, Floats]:
        """Times of the reads that fall into a stretch, and what they say.

        ``which`` is the meter and its counter.
        """
        (meter, counter), at = which, ends.ends
        total = totals[counter]
        if role == "power" and meter in self._gives:
            total = total - totals[meter + _EXPORT * len(self._meters)]
        due, late = self._reads(point, meter, ends)
        if np.isnan(self.marked[point]):
            self.marked[point] = total[0]
        # Where a read falls within a minute, it has counted that share of it.
        seen = total[due + 1] if late is None else total[due] + late * np.diff(total)[due]
        when = at[due] if late is None else at[due] - MINUTE_MS + _ms(late)
        if role == _MOMENTARY:
            values = np.round(np.diff(total)[due] * 60.0, _DECIMALS[role])
        elif role in _RATES:
            values = self._means(point, role, seen)
        else:
            values = self._dial(point, seen - self.shift[counter])
        if len(due):
            self.marked[point] = seen[-1]
        return when, values

    def _reads(self, point: int, meter: int, ends: Due) -> tuple[Ints, Floats | None]:
        """In which minutes a point is read, and after which share of each; None at their ends."""
        at, period = ends.ends, self._plan.site.points[point].period_s * 1000
        if self._late[meter] <= 0.0 or period <= MINUTE_MS:
            return ends.which(period // 1000), None
        due = np.flatnonzero((at - MINUTE_MS) % period == 0)
        chance = self._chances.at(point, at[due] - MINUTE_MS, "jitter")
        return due, (self._late[meter] + self._jitter * chance) / MINUTE_MS

    def _means(self, point: int, role: str, seen: Floats) -> Floats:
        """Mean rate of each interval that ends; the first counts from where the run began."""
        edges = np.concatenate([[self.marked[point]], seen])
        per_hour = 3600.0 / self._plan.site.points[point].period_s
        return np.round(np.diff(edges) * per_hour, _DECIMALS[role]).astype(np.float64)

    def _dial(self, point: int, seen: Floats) -> Floats:
        """What the register shows at each read."""
        quantum, modulus = self._register(point)
        # A sum of floats may stand a hair below the step that it has reached.
        steps = np.floor(seen / quantum + 1e-6)
        return np.round(np.mod(steps * quantum, modulus), 6).astype(np.float64)

    def _register(self, point: int) -> tuple[float, float]:
        """Smallest step of a register, and where it starts again."""
        register = self._plan.site.points[point].register
        if register is None:
            return _QUANTUM, float("inf")
        return register.quantum or _QUANTUM, register.modulus

    def _absurdly(self, meter: int, role: str, when: Ints, values: Floats) -> Floats:
        """What a reader says that has lost its line for a moment, or its count's last step."""
        episodes = self._absurd[meter]
        acting: Bools | None = episodes.acting(when) if episodes is not None else None
        if acting is None or not acting.any():
            return values
        meter_of = self._meters[meter].meter
        if meter_of is not None and meter_of.carrier is Carrier.HEAT:
            return np.where(acting, 0.0, values)
        if role != "volume":
            return values
        point = self._plan.site.points_of(self._meters[meter].id)[role]
        share = self._chances.at(point, when, "back")
        return np.where(acting, np.round(np.maximum(values - _BACK_MOST * share, 0.0), 6), values)

    def _misread(self, point: int, role: str, values: Floats, ill: MeterFaults) -> Floats:
        """What comes of it where it is sent in another unit, or its bytes are taken wrongly."""
        if ill.unit:
            values = np.round(values * _OTHER_UNIT.get(role, _MILLI), 6)
        if ill.misread is Misread.INTEGER:
            return values.astype(np.float32).view(np.int32).astype(np.float64)
        if ill.misread is Misread.WORD and role in _BAND and role not in _RATES:
            return np.round(np.mod(values, _WORD * self._register(point)[0]), 6).astype(np.float64)
        return values

    def _amounts(self, passed: Passed) -> Floats:
        """Rate of each counter by minute. (counters, minutes) [kW, m³/h]"""
        minutes = len(passed.supplied.mains)
        rates = np.zeros((_COUNTERS * len(self._meters), minutes))
        reactive = np.abs(passed.supplied.reactive.sum(axis=0))
        electric = [m.id for m in self._plan.electric]
        water = [m.id for m in self._plan.water]
        row = {name: passed.trace.building[i] for name, i in BUILDING_ROW.items()}
        for m, meter in enumerate(self._meters):
            b = self._plan.buildings.index(meter.building)
            carrier = meter.meter.carrier if meter.meter is not None else Carrier.ELECTRICITY
            if meter.id in electric:
                rates[m] = passed.supplied.branches[:, electric.index(meter.id)]
            elif meter.id in water:
                rates[m] = passed.water[:, water.index(meter.id)]
            elif carrier is Carrier.ELECTRICITY:
                rates[m] = passed.supplied.mains[:, b]
                rates[m + len(self._meters)] = reactive[:, b]
                rates[m + _EXPORT * len(self._meters)] = passed.supplied.exported[:, b]
            elif carrier is Carrier.WATER:
                rates[m] = passed.mains_water[:, b]
            elif carrier is Carrier.GAS:
                rates[m] = row["fuel"][:, b] / _GAS_KWH_M3
            elif carrier is Carrier.HEAT:
                # A calculator takes no heat that flows backwards for use: EN 1434.
                rates[m] = np.maximum(row["heat"][:, b], 0.0)
                rates[m + len(self._meters)] = row["hot_flow"][:, b]
        return rates

    def _class_error(self, meter: Equipment, seed: int) -> float:
        carrier = meter.meter.carrier if meter.meter is not None else Carrier.ELECTRICITY
        limit = _CLASS_ERROR.get(carrier, _HEAT_ERROR)
        main = meter.meter is not None and meter.meter.role is MeterRole.BUILDING
        return fixed(seed, meter.id, "class", -limit, limit) * (0.5 if main else 1.0)


def _counted(before: Floats, amounts: Floats) -> Floats:
    """What counters stand at, before and after each minute. (counters, minutes + 1)

    Args:
        before: What they stood at. (counters,)
        amounts: What ran in each minute. (counters, minutes)
    """
    stands = np.empty((len(before), amounts.shape[1] + 1))
    stands[:, 0], stands[:, 1:] = before, amounts
    return np.cumsum(stands, axis=1, out=stands)


def _main_board(meter: Equipment) -> bool:
    of = meter.meter
    return of is not None and of.role is MeterRole.BUILDING and of.carrier is Carrier.ELECTRICITY


def known(role: str) -> bool:
    """Whether a meter's point of this role can be simulated."""
    return role in _BAND or role in _RATES


def _absurd(meter: Equipment, seed: int, often: float) -> Episodes | None:
    """When a heat reader says zeros, or a water register steps back; None for other meters."""
    carrier = meter.meter.carrier if meter.meter is not None else None
    quarter = 15 * MINUTE_MS
    if often > 0.0 and carrier is Carrier.HEAT:
        lasting = one_reading(quarter, lasting=_ZEROS_LAST, median_h=_ZEROS_H, spread=_ZEROS_SPREAD)
        return Episodes(seed, (meter.id, "zeros"), often * _ZEROS_A_YEAR, lasting)
    if often > 0.0 and carrier is Carrier.WATER:
        lasting = one_reading(quarter, lasting=0.0, median_h=1.0, spread=0.0)
        return Episodes(seed, (meter.id, "back"), often * _BACK_A_YEAR, lasting)
    return None


def _ms(minutes: Floats) -> Ints:
    whole: Ints = np.rint(minutes * MINUTE_MS).astype(np.int64)
    return whole
