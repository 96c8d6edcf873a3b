"""Water through a site's pipes: what each meter passes, pressures, tank, pump and tower.

From the taps to the street: what is drawn behind the booster makes the pump run, the pump draws
from the break tank or the main, tank and tower are filled by float valves, and all that together
lowers the pressure that the street has. The booster comes first, since nothing that happens in
front of a tank reaches what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from core.batch import Floats, Ints
from core.errors import Misconfigured, Mistake
from core.site import Equipment
from simulators.physics.plan import Plan
from simulators.physics.trace import BUILDING_ROW, Trace
from simulators.physics.water.booster import Pump, pump_of, standby
from simulators.physics.water.demand import HANGS, NOT_FLUSHED, STREET_KPA, Draws
from simulators.physics.water.hydraulics import MAIN_K, Holes, Lost, node, tap
from simulators.physics.water.pipes import Pipes, pipes_of
from simulators.physics.water.roof import KPA_M, RoofTank, raise_water, roof_tank_of
from simulators.physics.water.tanks import Basin, basin_of, boost, fill
from simulators.physics.water.tower import made_up
from simulators.physics.water.water_faults import WaterFaults

_REDUCED_KPA = 250.0
_TANK_M3, _TANK_FILL_M3H = 3.0, 6.0
_TOWER = basin_of(1.5, 3.0)
ROWS = (
    "flow", "kpa", "reduced", "boosted", "level", "pump", "speed", "power", "over", "roof", "lifts",
    "raised",
)  # fmt: skip
ROW = {name: i for i, name in enumerate(ROWS)}
"""Of :attr:`Watered.building`: flow through the main meter, below nothing what runs back [m³/h];
pressure behind it, behind the reducer and behind the booster [kPa]; the tank's level [%]; whether
the booster runs, its speed [1] and power [kW]; what runs over tanks and tower [m³/h];
the roof tank's level [%], whether its pump runs, and what it lifts [m³/h]."""


@dataclass(frozen=True, slots=True)
class Watered:
    """What ran in a stretch, by minute.

    Attributes:
        branch: Through each branch meter. (minutes, branches) [m³/h]
        building: By name of :data:`ROWS`. (names, minutes, buildings)
        hung: Pressure at the taps of branches below a roof tank, else nought. (minutes, branches)
            [kPa]
    """

    branch: Floats
    building: Floats
    hung: Floats

    @staticmethod
    def joined(parts: Sequence[Watered]) -> Watered:
        """Minutes that follow each other; one part is given back as it is."""
        if len(parts) == 1:
            return parts[0]
        return Watered(
            branch=np.concatenate([p.branch for p in parts]),
            building=np.concatenate([p.building for p in parts], axis=1),
            hung=np.concatenate([p.hung for p in parts]),
        )

    @property
    def main(self) -> Floats:
        """Through each main meter. (minutes, buildings) [m³/h]"""
        flow: Floats = self.building[ROW["flow"]]
        return flow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """What one building's minutes bring.

    Attributes:
        fixed: What cisterns take from each branch of the site. (minutes, branches) [m³/h]
        tapped: What taps take at their nominal pressure. (minutes, branches) [m³/h]
        rest: What no branch counts. (minutes,) [m³/h]
        street: Pressure. (minutes,) [kPa]
        evaporates: From its tower. (minutes,) [m³/h]
    """

    fixed: Floats
    tapped: Floats
    rest: Floats
    street: Floats
    evaporates: Floats

    def asked(self, branches: tuple[int, ...], share: Floats) -> Floats:
        """Of some branches, taps giving a share of their nominal. (minutes, branches) [m³/h]"""
        of = list(branches)
        total: Floats = self.fixed[:, of] + self.tapped[:, of] * share[:, None]
        return total


class Waterworks:
    """All pipes of a site, with what tanks, vessels and worn flaps remember.

    Raises:
        Misconfigured: A tank on a roof that nothing fills.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._pipes = pipes_of(plan)
        self._pumps = [pump_of(p.booster) if p.booster is not None else None for p in self._pipes]
        self._tanks = [_tank(p.tank) if p.tank is not None else None for p in self._pipes]
        self._roofs = [
            roof_tank_of(p.roof, p.transfer) if p.roof is not None else None for p in self._pipes
        ]
        for pipes in self._pipes:
            _whole(pipes)
        self._height = [m.number("height_m", 0.0) for m in plan.water]
        self._state = {
            "tank": np.array([0.0 if t is None else t.shut for t in self._tanks]),
            "tower": np.full(len(self._pipes), _TOWER.shut),
            "vessel": np.array([0.0 if p is None else p.vessel.volume for p in self._pumps]),
            "on": np.zeros(len(self._pipes)),
            "hangs": np.zeros(len(plan.water)),
            "roof": np.array([0.0 if r is None else r.stops for r in self._roofs]),
            "lifts": np.zeros(len(self._pipes)),
            "hung": np.zeros(len(self._pipes)),
        }

    def memory(self) -> dict[str, Floats]:
        """All state, by name."""
        return {f"water.{name}": values.copy() for name, values in self._state.items()}

    def remember(self, memory: Mapping[str, Floats]) -> None:
        """Takes up what :meth:`memory` gave."""
        self._state = {name: np.array(memory[f"water.{name}"]) for name in self._state}

    def run(
        self, draws: Draws, now: WaterFaults, minutes: tuple[int, int], trace: Trace
    ) -> Watered:
        """Goes on through minutes of a day.

        Args:
            draws: Of the day.
            now: Faults as parameters.
            minutes: From and to, minutes of the day.
            trace: What the plant did in them: what its towers and loops lost.
        """
        rows, long = slice(*minutes), minutes[1] - minutes[0]
        made = Watered(
            branch=np.zeros((long, len(self._plan.water))),
            building=np.zeros((len(ROWS), long, len(self._pipes))),
            hung=np.zeros((long, len(self._plan.water))),
        )
        fixed = draws.fixed[rows] * 60.0 + now.flap * self._flaps(draws.flap[rows])
        tapped = draws.tapped[rows] * 60.0
        tower, loop = (trace.building[BUILDING_ROW[n]] for n in ("tower_evaporates", "loop_makeup"))
        fixed[:, now.shut > 0.0] = tapped[:, now.shut > 0.0] = 0.0
        for b in range(len(self._pipes)):
            day = _Stretch(
                fixed=fixed, tapped=tapped, rest=draws.rest[rows, b] * 60.0,
                street=draws.street[rows, b],
                evaporates=tower[:, b],
            )  # fmt: skip
            lifted = self._lift(b, day, now, made)
            store = self._store if self._roofs[b] is None else self._raise
            lifted = store(b, day, now, lifted, made)
            self._pass(b, day, now, lifted + self._cool(b, day, now, made) + loop[:, b], made)
        return made

    def _flaps(self, flap: Ints) -> Floats:
        """Whether the flap of each branch's poorest closet would hang. (minutes, branches)"""
        minute = np.arange(len(flap))[:, None]
        last = np.maximum.accumulate(np.where(flap != NOT_FLUSHED, minute, -1), axis=0)
        since = np.take_along_axis(flap, np.maximum(last, 0), axis=0) == HANGS
        hangs = np.where(last >= 0, since, self._state["hangs"] > 0.0).astype(np.float64)
        self._state["hangs"] = hangs[-1].copy()
        return hangs

    def _lift(self, b: int, day: _Stretch, now: WaterFaults, made: Watered) -> Floats:
        """What the booster takes from its suction side. (minutes,) [m³/h]"""
        pipes, pump, state = self._pipes[b], self._pumps[b], self._state
        if pump is None:
            return np.zeros_like(day.street)
        nominal = day.asked(pipes.lifted, np.ones_like(day.street))
        flow = nominal.sum(axis=1)
        inlet = np.zeros_like(flow)
        if pipes.tank is None and pipes.roof is None:
            inlet = node(day.street, MAIN_K, flow)
        held = _held(pump, inlet, flow, _lost(now, pipes.lifted, pump.holds), float(now.worn[b]))
        branch = day.asked(pipes.lifted, tap(held, pump.holds)) + _holes(now, pipes.lifted, held)
        back = now.back[b] * pump.flow * tap(held, pump.holds)
        ran = boost(pump.vessel, float(state["vessel"][b]), branch.sum(axis=1), back,
                    on=state["on"][b] > 0.0)  # fmt: skip
        state["vessel"][b], state["on"][b] = ran.stored[-1], ran.awake
        speed = np.where(ran.on, pump.speed(ran.pumped, held - inlet, float(now.worn[b])), 0.0)
        made.branch[:, list(pipes.lifted)] = branch
        out = made.building[:, :, b]
        out[ROW["boosted"]] = np.where(ran.on, held, pump.outlet(ran.stored, held))
        out[ROW["pump"]], out[ROW["speed"]] = ran.on, speed
        out[ROW["power"]] = standby(pump, ran.pumped, speed, ran.on)
        return ran.taken

    def _store(
        self, b: int, day: _Stretch, now: WaterFaults, taken: Floats, made: Watered
    ) -> Floats:
        """What the main gives for what the booster takes. (minutes,) [m³/h]"""
        tank = self._tanks[b]
        if tank is None:
            return taken
        drive = tap(day.street, STREET_KPA)
        filled = fill(tank, float(self._state["tank"][b]), taken, drive, now.passes[b] * drive)
        self._state["tank"][b] = filled.volume[-1]
        # A tank that runs dry gives less than is asked.
        there = np.where(taken > 0.0, filled.out / np.where(taken > 0.0, taken, 1.0), 1.0)
        made.branch[:, list(self._pipes[b].lifted)] *= np.where(there < 1.0, there, 1.0)[:, None]
        made.building[ROW["level"], :, b] = 100.0 * filled.volume / tank.brim
        made.building[ROW["over"], :, b] += filled.over
        return filled.into

    def _raise(
        self, b: int, day: _Stretch, now: WaterFaults, taken: Floats, made: Watered
    ) -> Floats:
        """What the main gives for what falls from the roof and what the booster takes there.

        (minutes,) [m³/h]
        """
        roof, tank, state, hung = self._roofs[b], self._tanks[b], self._state, self._pipes[b].hung
        if roof is None or tank is None:
            return taken
        fallen = self._fall(b, roof, day, now, made)
        asked = taken + fallen
        drive = tap(day.street, STREET_KPA)
        of = (state["tank"][b], state["roof"][b], state["lifts"][b], state["hung"][b])
        ran = raise_water(
            (tank, roof), (float(of[0]), float(of[1]), float(of[2]), float(of[3])), asked,
            (drive, now.passes[b] * drive), (float(now.sticks[b]), float(now.riser[b])),
        )  # fmt: skip
        state["tank"][b], state["roof"][b] = ran.lower[-1], ran.upper[-1]
        state["lifts"][b], state["hung"][b] = ran.awake, ran.hung
        # A tank that runs dry gives less than is asked.
        there = np.where(asked > 0.0, ran.out / np.where(asked > 0.0, asked, 1.0), 1.0)
        made.branch[:, [*hung, *self._pipes[b].lifted]] *= np.minimum(there, 1.0)[:, None]
        out = made.building[:, :, b]
        out[ROW["level"]], out[ROW["roof"]] = (
            100.0 * ran.lower / tank.brim, 100.0 * ran.upper / roof.brim,
        )  # fmt: skip
        out[ROW["lifts"]], out[ROW["raised"]] = ran.on, ran.lifted
        out[ROW["over"]] += ran.over
        out[ROW["power"]] += roof.drawn(ran.on)
        return ran.into

    def _fall(
        self, b: int, roof: RoofTank, day: _Stretch, now: WaterFaults, made: Watered
    ) -> Floats:
        """What branches below the roof tank take, each at its own depth. (minutes,) [m³/h]"""
        total = np.zeros_like(day.street)
        for i in self._pipes[b].hung:
            still = KPA_M * (roof.height - self._height[i])
            nominal = day.asked((i,), np.ones_like(total)).sum(axis=1)
            kpa = node(np.full_like(total, still), MAIN_K, nominal, _lost(now, (i,), still))
            holes = _holes(now, (i,), kpa).sum(axis=1)
            taken = day.asked((i,), tap(kpa, still)).sum(axis=1) + holes
            made.branch[:, i], made.hung[:, i] = taken, kpa
            total = total + taken
        return total

    def _cool(self, b: int, day: _Stretch, now: WaterFaults, made: Watered) -> Floats:
        """What fills the tower. (minutes,) [m³/h]"""
        tower = self._pipes[b].tower
        if tower is None:
            return np.zeros_like(day.street)
        asked = made_up(day.evaporates, float(now.bled[b]))
        drive = tap(day.street, STREET_KPA)
        filled = fill(_TOWER, float(self._state["tower"][b]), asked, drive, np.zeros_like(drive))
        self._state["tower"][b] = filled.volume[-1]
        made.branch[:, tower] = filled.into
        made.building[ROW["over"], :, b] += filled.over
        return filled.into

    def _pass(self, b: int, day: _Stretch, now: WaterFaults, into: Floats, made: Watered) -> None:
        """Fills in branches on the street's side and the main; ``into`` is all the plant."""
        pipes, out = self._pipes[b], made.building[:, :, b]
        direct, reduced = pipes.direct, pipes.reduced
        nominal, limit = STREET_KPA, np.inf
        if pipes.reducer is not None:
            nominal = pipes.reducer.number("holds", _REDUCED_KPA)
            limit = nominal * (1.0 + float(now.raised[b]))
        full = np.ones_like(day.street)
        asked = day.asked(direct, full).sum(axis=1) + day.asked(reduced, full).sum(axis=1)
        before = node(day.street, MAIN_K, into + asked + day.rest)
        low = tap(np.minimum(before, limit), nominal)
        drawn = into + day.rest * low
        for these, share in ((direct, tap(before, STREET_KPA)), (reduced, low)):
            taken = day.asked(these, share)
            made.branch[:, list(these)] += taken
            drawn = drawn + taken.sum(axis=1)
        holes = Holes(float(now.main_leak[b]), float(now.main_burst[b]))
        far, near = _lost(now, reduced, limit), _lost(now, direct, np.inf)
        parts = [each for each in (far, near, None if holes.tight else holes.at) if each]
        kpa = node(day.street, MAIN_K, drawn, _sum(parts))
        for these, at in ((direct, kpa), (reduced, np.minimum(kpa, limit))):
            made.branch[:, list(these)] += _holes(now, these, at)
        out[ROW["kpa"]], out[ROW["reduced"]] = kpa, np.minimum(kpa, limit)
        out[ROW["flow"]] = drawn + (0.0 if not parts else sum(part(kpa) for part in parts))


def _whole(pipes: Pipes) -> None:
    """Water gets to a roof by a pump that has a tank to draw from."""
    if pipes.roof is not None and (pipes.transfer is None or pipes.tank is None):
        what = f"nothing fills the tank '{pipes.roof.id}' on the roof"
        expected = "a pump that fills_tank and feeds it, and a break tank that feeds the pump"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])


def _tank(tank: Equipment) -> Basin:
    return basin_of(tank.number("volume_m3", _TANK_M3), tank.number("rated_flow", _TANK_FILL_M3H))


def _held(pump: Pump, inlet: Floats, flow: Floats, lost: Lost | None, worn: float) -> Floats:
    """Pressure behind a running booster: what it is told, or all that it can. [kPa]"""
    return np.minimum(pump.holds, node(inlet + pump.shut(worn), pump.k, flow, lost))


def _of(now: WaterFaults, i: int) -> Holes:
    """Of one branch."""
    return Holes(float(now.leak[i]), float(now.burst[i] + now.urinal[i] + now.open[i]))


def _holes(now: WaterFaults, branches: tuple[int, ...], kpa: Floats) -> Floats:
    """What runs away from each of some branches. (minutes, branches) [m³/h]"""
    lost = [_of(now, i).at(kpa) for i in branches]
    return np.stack(lost, axis=1) if lost else np.zeros((len(kpa), 0))


def _lost(now: WaterFaults, branches: tuple[int, ...], limit: float) -> Lost | None:
    """What runs away from all of some branches, whose pressure has a limit [kPa]."""
    holes = [each for each in (_of(now, i) for i in branches) if not each.tight]
    if not holes:
        return None

    def lost(kpa: Floats) -> Floats:
        limited = np.minimum(kpa, limit)
        return reduce(add, (each.at(limited) for each in holes))

    return lost


def _sum(parts: list[Lost]) -> Lost | None:
    if not parts:
        return None
    return lambda kpa: reduce(add, (part(kpa) for part in parts))
