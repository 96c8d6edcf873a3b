"""Terminal boxes, and the duct and fan that serve them.

Boxes hold a flow by their room's two loops, whatever the duct's pressure, until they stand
open; the duct's setpoint is trimmed while none asks for more and raised when one does, as ASHRAE
Guideline 36 has it (5.1.14, trim and respond). The fan follows the affinity laws: its pressure,
a share of speed squared, meets the duct's setpoint and a resistance that grows with flow squared.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.batch import Floats
from simulators.physics.air.air_faults import AirParameters, RoomParameters
from simulators.physics.constants import constant
from simulators.physics.plan import AHU_DESIGN_FLOW, Plan
from simulators.physics.rows import Rows

# A box opens from its least flow as the room passes either setpoint, over so many kelvins. Rooms
# are cooled by cold air and warmed by warm air alone; the least is what ventilates an office.
_COOL_C, _HEAT_C, _BAND_K, _LEAST = constant(22.0), constant(20.9), constant(1.8), constant(0.45)
# Shares of the fan's pressure at design: held in the duct, filter, cooling coil, the rest.
_DUCT, _FILTER, _COIL, _REST = constant(0.35), 0.15, 0.15, 0.30
# A fouled coil narrows the way between its fins. Chosen: as the flow of a slit does.
_NARROWS = 1.5
# Trim and respond, share of the design pressure each five minutes; a box asks at 95 % open.
_TRIM, _RESPOND, _MOST_ASK, _ASKS_AT = (
    constant(-0.02),
    constant(0.04),
    constant(3.0),
    constant(0.95),
)
STATIC_LOW, STATIC_HIGH = constant(0.3), constant(1.1)
SPEED_LEAST = constant(0.3)
# A unit without rooms gets its own air back. [m³/s], [m³/s·°C]
_NOTHING, _STALE_C = constant(1e-9), constant(1e-9 * 22.0)
_NOUGHT, _ONE = constant(0.0), constant(1.0)


class Blown(NamedTuple):
    """What each air handler is asked for. (air handlers,)

    Attributes:
        returned: Air that comes back. [°C]
        flow: At that speed. [m³/s]
        speed: Of the fan, 0…1.
        static: Next setpoint of the duct's pressure, share of design.
    """

    returned: Floats
    flow: Floats
    speed: Floats
    static: Floats


class _Ways(NamedTuple):
    """What a stretch's faults make of the ways of the air. (air handlers,)"""

    leaks: Floats
    resists: Floats
    grips: Floats


class Boxes:
    """All boxes of all worlds.

    Attributes:
        state: Share of its air handler's flow that each room takes, and how far its box is open.
            (2, rooms)
        share: The first. (rooms,)
    """

    def __init__(self, plan: Plan, rows: Rows) -> None:
        self._rows = rows
        area = plan.area * (plan.zone_ahu >= 0)
        whole = np.bincount(np.maximum(plan.zone_ahu, 0), weights=area, minlength=1)
        design = [a.number("design_air_flow", AHU_DESIGN_FLOW) for a in plan.ahus] or [0.0]
        of = np.maximum(plan.zone_ahu, 0)
        size = area / np.maximum(whole[of], _NOTHING) * np.array(design)[of]
        self._size: Floats = size
        self._design = np.array(design[: len(plan.ahus)], np.float64)
        self.state = np.zeros((2, rows.zones))
        self.share = self.state[0]
        self._asks, self._ducts = np.empty((3, rows.zones)), np.empty((2, rows.ahus))
        # A fresh-air unit brings each room its share, whatever the room's temperature.
        fresh = plan.blows_fresh
        self._held = fresh if fresh.any() else None
        at_rooms = fresh[of] & (plan.zone_ahu >= 0) if len(fresh) else np.zeros(rows.zones)
        self._least: Floats = np.where(at_rooms, 1.0, _LEAST)
        self._ranges: tuple[RoomParameters | None, Floats, Floats] = (None, size, size)
        self._ways: tuple[AirParameters | None, _Ways] = (None, _Ways(size, size, size))

    def open(
        self, air: Floats, rooms: RoomParameters, now: AirParameters, static: Floats, supply: Floats
    ) -> Blown:
        """Sets the boxes and the fan for five minutes.

        Args:
            air: Of the rooms. [°C]
            rooms: What is wrong with their sensors and boxes.
            now: What is wrong with air handlers.
            static: Setpoint of each duct's pressure, share of design.
            supply: Of supply air. [°C]
        """
        felt = rooms.felt(air)
        root, ways = np.sqrt(static, out=self._ducts[0]), self._ways_of(now)
        self._ducts[1] = supply
        reach, at_rooms = self._rows.from_ahus(self._ducts)
        wide = self._demand(felt, at_rooms, rooms)
        asks, position = self._asks, self.state[1]
        np.divide(wide, reach, out=position)
        np.minimum(position, _ONE, out=position)
        if rooms.box_stuck is not None:
            np.copyto(position, rooms.box_at, where=rooms.box_stuck)
        # A box that hangs passes what the duct's pressure drives through it.
        np.multiply(position, reach * self._size, out=asks[0])
        np.multiply(asks[0], air, out=asks[1])
        asks[2] = position > _ASKS_AT
        sums = self._rows.to_ahus(asks)
        total = sums[0] + ways.leaks * root + _NOTHING
        returned = (sums[1] + _STALE_C) / (sums[0] + _NOTHING)
        np.divide(asks[0], self._rows.at_rooms(total), out=self.share)
        return Blown(returned, *self._blow(total, static, ways), self._next(static, sums[2], now))

    def _demand(self, felt: Floats, supply: Floats, rooms: RoomParameters) -> Floats:
        """Flow that each room's loops ask for, share of its design."""
        cold = np.minimum((felt - _COOL_C) / _BAND_K, felt - supply)
        warm = np.minimum((_HEAT_C - felt) / _BAND_K, supply - felt)
        need = np.minimum(np.maximum(np.maximum(cold, warm), _NOUGHT), _ONE)
        if self._ranges[0] is not rooms:
            least = np.maximum(rooms.box_least, self._least)
            self._ranges = (rooms, least, _ONE - least)
        wide: Floats = self._ranges[1] + self._ranges[2] * need
        return wide

    def _ways_of(self, now: AirParameters) -> _Ways:
        if self._ways[0] is not now:
            self._ways = (now, _Ways(
                leaks=now.duct_leaks * self._design,
                resists=_REST + _FILTER * now.filter_resists
                + _COIL / (1.0 - now.coil_fouled) ** _NARROWS,
                grips=1.0 - now.belt_slips,
            ))  # fmt: skip
        return self._ways[1]

    def _blow(self, total: Floats, static: Floats, ways: _Ways) -> tuple[Floats, Floats]:
        """Flow [m³/s] and speed that bring the boxes their air."""
        part = total / self._design
        needed = np.sqrt(_DUCT * static + ways.resists * part * part) / ways.grips
        speed = np.minimum(np.maximum(needed, SPEED_LEAST), _ONE)
        # Beyond full speed flow and pressure fall alike along the system's curve.
        flow = total * np.minimum(_ONE / np.maximum(needed, _NOTHING), _ONE)
        return flow, speed

    def _next(self, static: Floats, asking: Floats, now: AirParameters) -> Floats:
        """Setpoint of the ducts' pressure in five minutes, share of design."""
        moved = _RESPOND * np.minimum(asking, _MOST_ASK)
        np.copyto(moved, _TRIM, where=asking <= _NOUGHT)
        after: Floats = np.minimum(np.maximum(static + moved, STATIC_LOW), STATIC_HIGH)
        for held in (now.reset_off, self._held):
            if held is not None:
                np.copyto(after, _ONE, where=held)
        return after
