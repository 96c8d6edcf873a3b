"""From what circuits draw to what their board sees: phases, voltage, currents, losses.

Transformer, main board, circuits: three phases each, arrays over minutes. What each circuit draws
is spread over the phases and follows its voltage; cables between main and circuits lose I²R; the
main counts circuits, those losses and what no circuit counts, less what the sun gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from core.batch import Floats
from core.site import MeterRole
from core.words import Carrier
from simulators.physics.plan import Plan
from simulators.physics.power.capacitors import Banks
from simulators.physics.power.circuits import PHASES
from simulators.physics.power.power_faults import PowerFaults
from simulators.physics.power.sources import panels_of, supplies_of
from simulators.physics.power.supply import NOMINAL_V, neutral_ohms, source_of, star, transformer
from simulators.physics.power.terminals import Terminals
from simulators.physics.power.wiring import Wiring
from simulators.physics.weather.weather import Weather

UNCOUNTED_KW = 0.4
"""What hangs on each main board and no circuit counts: its own instruments, alarms, doors."""
_W = 1000.0
# A transformer for 60 VA a square metre, a bank for a quarter of it: both as offices are built.
_KVA_M2, _BANK = 0.06, 0.25
# A board's own filters leak a little to earth, in quadrature with a fault's resistance. [A]
_LEAKS = 0.02
_DEMAND_MIN = 15
# Of the transformer's rating, below which a bank that may rest does: chosen.
_RESTS_BELOW = 0.1


@dataclass(frozen=True, slots=True)
class Grid:
    """One day of the supply, whatever anybody takes.

    Attributes:
        source: Voltage behind the transformers. (3, minutes) [V]
        sway: Share of each circuit that changes phase. (minutes, branches)
        lone: What of each circuit hangs on its first phase alone; None where nothing does.
            (minutes, branches) [kW]
        idle: What of each only stands magnetised; None where nothing does, (minutes, branches)
            [kvar]. The controllers of such boards let their capacitors rest at light load, where
            one step too many would lift the voltage.
    """

    source: Floats
    sway: Floats
    lone: Floats | None = None
    idle: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """What boards see in a stretch, by minute.

    Attributes:
        branches: What each circuit's meter counts. (minutes, branches) [kW]
        mains: What each building takes from the grid. (minutes, buildings) [kW]
        exported: What it gives to it, while the sun gives more than is used. (minutes, buildings)
            [kW]
        power: Of the phases, negative while the sun gives more. (3, minutes, buildings) [kW]
        reactive: Of the phases, behind the capacitors. (3, minutes, buildings) [kvar]
        voltage: At the main boards. (3, minutes, buildings) [V]
        current: Into them. (3, minutes, buildings) [A]
        neutral: Back from them. (minutes, buildings) [A]
        residual: What does not come back. (minutes, buildings) [A]
        demand: Mean of the last 15 minutes. (minutes, buildings) [kW]
        terminals: By id of the meter. (minutes,) [°C]
        solar: By id of the plant. (minutes,) [kW]
        supplies: What uninterruptible supplies give, by id. (minutes,) [kW]
    """

    branches: Floats
    mains: Floats
    exported: Floats
    power: Floats
    reactive: Floats
    voltage: Floats
    current: Floats
    neutral: Floats
    residual: Floats
    demand: Floats
    terminals: Mapping[str, Floats]
    solar: Mapping[str, Floats]
    supplies: Mapping[str, Floats]

    def cut(self, part: slice) -> Supplied:
        """Some of the minutes."""
        return _by_field([self], lambda of, axis: of[0][:, part] if axis else of[0][part])

    @staticmethod
    def joined(parts: Sequence[Supplied]) -> Supplied:
        """Minutes that follow each other; one part is given back as it is."""
        if len(parts) == 1:
            return parts[0]
        return _by_field(parts, lambda of, axis: np.concatenate(of, axis=axis))

    @property
    def factor(self) -> Floats:
        """Power factor of each building, negative while it gives. (minutes, buildings)"""
        active, reactive = self.power.sum(axis=0), self.reactive.sum(axis=0)
        factor: Floats = active / np.maximum(np.hypot(active, reactive), 1e-9)
        return factor


def _by_field(
    parts: Sequence[Supplied], make: Callable[[Sequence[Floats], int], Floats]
) -> Supplied:
    """Of each field what is made of it; ``make`` is told the axis of the minutes."""
    made: dict[str, Floats | dict[str, Floats]] = {}
    for name in (f.name for f in fields(Supplied)):
        first = getattr(parts[0], name)
        if isinstance(first, Mapping):
            made[name] = {id_: make([getattr(p, name)[id_] for p in parts], 0) for id_ in first}
        else:
            made[name] = make([getattr(p, name) for p in parts], first.ndim - 2)
    return Supplied(**made)  # type: ignore[arg-type]


class Network:
    """The supply of all buildings of a site; they share nothing but the grid.

    Args:
        plan: Of the site.
        seed: Of the campus.
        rating: What each circuit is made for. (branches,) [kW]

    Attributes:
        wiring: Its circuits.
        lost: What each building's transformer has turned to heat. (buildings,) [kWh]
    """

    def __init__(self, plan: Plan, seed: int, rating: Floats) -> None:
        self._plan, self._seed = plan, seed
        self._of = np.array([plan.buildings.index(m.building) for m in plan.electric], np.int64)
        member = self._of[:, None] == np.arange(len(plan.buildings))[None, :]
        self._member: Floats = member.astype(np.float64)
        self._solar = panels_of(plan.site, plan.buildings)
        self._ups = supplies_of(plan.site, plan.electric)
        fed = frozenset(u.branch for u in self._ups)
        self.wiring = Wiring(plan.electric, seed, rating, fed)
        mains = _mains(plan)
        self._transformers = [
            transformer(m.get("transformer_kva", _KVA_M2 * plan.area_of(b)))
            for b, m in mains.items()
        ]
        self._line = np.array([t.line for t in self._transformers])
        self._banks = Banks(np.array([
            m.get("capacitor_kvar", _BANK * t.kva)
            for m, t in zip(mains.values(), self._transformers, strict=True)
        ]))  # fmt: skip
        self._measured = [
            e for _, e in sorted(plan.site.equipment.items())
            if e.meter is not None and "cable_temp" in plan.site.points_of(e.id)
            and e.building in plan.buildings
        ]  # fmt: skip
        self._terminals = Terminals(np.array([self._amps_of(e.id) for e in self._measured]))
        self._recent = np.zeros((_DEMAND_MIN - 1, len(plan.buildings)))
        self.lost = np.zeros(len(plan.buildings))

    def grid(self, ordinal: int, lone: Floats | None = None, idle: Floats | None = None) -> Grid:
        """One day's supply; what hangs crooked or stands idle as :class:`Grid` has it."""
        return Grid(source_of(self._seed, ordinal), self.wiring.sway(ordinal), lone, idle)

    def run(
        self, grid: Grid, asked: Floats, now: PowerFaults, minutes: tuple[int, int],
        weather: Weather,
    ) -> Supplied:  # fmt: skip
        """What boards see while circuits ask for this much at 230 V.

        Args:
            grid: Of the day.
            asked: Of each circuit. (minutes, branches) [kW]
            now: Faults as parameters.
            minutes: From and to, minutes of the day.
            weather: Of the day.
        """
        rows = slice(*minutes)
        sun, oat = weather.sun[rows], weather.oat[rows]
        solar = {p.id: p.power(sun, oat, now.strings.get(p.id, 0.0)) for p in self._solar}
        given = np.zeros((len(asked), len(self._plan.buildings)))
        for plant in self._solar:
            given[:, plant.building] += solar[plant.id]
        taken, supplies = self._through_supplies(asked, now)
        lone = None if grid.lone is None else grid.lone[rows]
        power, reactive = self.wiring.by_phase(taken, grid.sway[rows], now, lone)
        idle = None if grid.idle is None else grid.idle[rows]
        if idle is not None:
            reactive += idle / PHASES * (1.0 - now.dead)[:, None, :]
        power_of, reactive_of = power @ self._member, reactive @ self._member
        banks = self._compensated(power_of, reactive_of, idle, now)
        reactive_of = reactive_of - banks / PHASES
        source = grid.source[:, rows, None] * (1.0 + now.source)
        neutral_ohm = neutral_ohms(now.neutral)
        voltage, back = star(
            source, power_of - given / PHASES, reactive_of, self._line, neutral_ohm
        )
        at_board = voltage[:, :, self._of]
        self.wiring.follow(power, at_board)
        current = _amps(power, reactive, at_board)
        contact = current[0] ** 2 * self._contacts(now)  # the first phase's terminal
        power[0] += contact / _W
        total = self._total(power, current, voltage, given, now)
        into = _amps(total, reactive_of, voltage)
        at_main = into[0] ** 2 * self._contacts_of_mains(now)
        total[0] += at_main / _W
        triplen = self.wiring.triplen(current) @ self._member * (1.0 - now.neutral)
        net = total.sum(axis=0)
        mains, exported = np.maximum(net, 0.0), np.maximum(-net, 0.0)
        self._note_losses(voltage, into)
        standing = _LEAKS + self.wiring.filters(power) @ self._member
        return Supplied(
            branches=power.sum(axis=0), mains=mains, exported=exported, power=total,
            reactive=reactive_of, voltage=voltage, current=into, neutral=np.hypot(back, triplen),
            residual=np.hypot(standing, now.leaks), demand=self._demand(mains),
            terminals=self._warm(current, into, contact, at_main, oat), solar=solar,
            supplies=supplies,
        )  # fmt: skip

    def memory(self) -> dict[str, Floats]:
        """All that has to be kept to go on later."""
        return {
            "power.steps": self._banks.on, "power.rise": self._terminals.rise,
            "power.recent": self._recent, "power.lost": self.lost,
        }  # fmt: skip

    def remember(self, memory: Mapping[str, Floats]) -> None:
        """Takes up what :meth:`memory` gave."""
        self._banks.on = np.array(memory["power.steps"])
        self._terminals.rise = np.array(memory["power.rise"])
        self._recent = np.array(memory["power.recent"])
        self.lost = np.array(memory["power.lost"])

    def _compensated(
        self, power: Floats, reactive: Floats, idle: Floats | None, now: PowerFaults
    ) -> Floats:
        """What the banks give. (minutes, buildings) [kvar]"""
        asked, loaded = reactive.sum(axis=0), power.sum(axis=0)
        if idle is not None:
            kva = np.array([t.kva for t in self._transformers])
            rests = ((idle @ self._member) > 0.0) & (loaded < _RESTS_BELOW * kva)
            asked = np.where(rests, -np.inf, asked)
        return self._banks.run(loaded, asked, now.capacitors)

    def _through_supplies(
        self, asked: Floats, now: PowerFaults
    ) -> tuple[Floats, dict[str, Floats]]:
        """What circuits take with their uninterruptible supplies, and what those give. [kW]"""
        taken, given = asked, dict[str, Floats]()
        for ups in self._ups:
            given[ups.id] = ups.gives(asked[:, ups.branch])
            losses = now.supplies.get(ups.id, 1.0)
            if losses != 1.0:
                taken = taken.copy()
                taken[:, ups.branch] = ups.takes(asked[:, ups.branch], losses)
        return taken, given

    def _total(
        self, power: Floats, current: Floats, voltage: Floats, given: Floats, now: PowerFaults
    ) -> Floats:
        """Of each phase of each main, but for a bad contact of its own. (…) [kW]"""
        shared = self.wiring.lost(current) @ self._member + UNCOUNTED_KW - given
        total: Floats = power @ self._member + shared / PHASES
        total[0] += now.leaks * voltage[0] / _W
        return total

    def _contacts(self, now: PowerFaults) -> Floats:
        """Of each circuit. (branches,) [Ω]"""
        return np.array([now.contacts.get(m.id, 0.0) for m in self._plan.electric])

    def _contacts_of_mains(self, now: PowerFaults) -> Floats:
        """Of each main board. (buildings,) [Ω]"""
        ohms, branches = np.zeros(len(self._plan.buildings)), {m.id for m in self._plan.electric}
        for meter, contact in now.contacts.items():
            if meter not in branches:
                building = self._plan.site.equipment[meter].building
                ohms[self._plan.buildings.index(building)] += contact
        return ohms

    def _note_losses(self, voltage: Floats, current: Floats) -> None:
        for b, unit in enumerate(self._transformers):
            lost = unit.loss(voltage[:, :, b], current[:, :, b]) / 60.0
            # Minute by minute, so that it is the same however time is cut.
            self.lost[b] = np.cumsum(np.append(self.lost[b], lost))[-1]

    def _demand(self, mains: Floats) -> Floats:
        run = np.concatenate([self._recent, mains])
        self._recent = run[1 - _DEMAND_MIN :].copy()
        windows = np.lib.stride_tricks.sliding_window_view(run, _DEMAND_MIN, axis=0)
        demand: Floats = windows.mean(axis=-1)
        return demand

    def _warm(
        self, current: Floats, into: Floats, contact: Floats, at_main: Floats, oat: Floats
    ) -> dict[str, Floats]:
        ids = [m.id for m in self._plan.electric]
        carries, heats = [], []
        for meter in self._measured:
            if meter.id in ids:
                i = ids.index(meter.id)
                carries.append(current[:, :, i].max(axis=0))
                heats.append(contact[:, i])
            else:
                b = self._plan.buildings.index(meter.building)
                carries.append(into[:, :, b].max(axis=0))
                heats.append(at_main[:, b])
        if not carries:
            return {}
        warm = self._terminals.run(np.stack(carries, axis=1), np.stack(heats, axis=1), oat)
        return {m.id: warm[:, k] for k, m in enumerate(self._measured)}

    def _declared_kw(self, meter: str) -> float:
        """Most energy in an hour that a meter's register is declared for. [kW]"""
        site = self._plan.site
        register = site.points[site.points_of(meter)["energy"]].register
        known = register is not None and np.isfinite(register.rated_per_h)
        return register.rated_per_h if register is not None and known else 0.0

    def _amps_kw(self, i: int) -> float:
        """Current of a phase of a circuit for each kilowatt of it. [A/kW]"""
        return _W / (PHASES * NOMINAL_V * float(self.wiring.cos[i]))

    def _amps_of(self, meter: str) -> float:
        """What a meter's terminals are made for: at least what its register is rated for. [A]"""
        ids = [m.id for m in self._plan.electric]
        if meter in ids:
            i = ids.index(meter)
            return max(float(self.wiring.amps[i]), self._declared_kw(meter) * self._amps_kw(i))
        building = self._plan.site.equipment[meter].building
        return self._transformers[self._plan.buildings.index(building)].rated_amps


def _amps(power: Floats, reactive: Floats, voltage: Floats) -> Floats:
    """Current of apparent power [kVA] at a voltage [V]; hypot would be four times as slow. [A]"""
    amps = power * power
    amps += reactive * reactive
    np.sqrt(amps, out=amps)
    amps *= _W
    amps /= voltage
    return amps


def _mains(plan: Plan) -> dict[str, dict[str, float]]:
    """What each building's main electricity meter declares of its board, by building."""
    declared: dict[str, dict[str, float]] = {b: {} for b in plan.buildings}
    for e in plan.site.equipment.values():
        if e.meter is None or e.building not in declared:
            continue
        if e.meter.role is MeterRole.BUILDING and e.meter.carrier is Carrier.ELECTRICITY:
            declared[e.building] = {k: e.number(k, 0.0) for k in e.parameters}
    return declared
