"""What faults make of air handlers and rooms, as flat arrays over the rows of all worlds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.conditions import AirFaults, Conditions, RoomFaults


@dataclass(frozen=True, slots=True, kw_only=True)
class AirParameters:
    """Parameters of all air handlers for a stretch; rows as :class:`Rows` has them.

    Actuators are those of heating valve, cooling valve and outdoor damper, in this order.

    Attributes:
        passes: What each lets through shut. (3, rows) [share]
        free: One where it follows its command, nought where it is stuck. (3, rows)
        stuck: Where it stands then, else nought. (3, rows)
        held: Commands held by hand; NaN where they are not. (3, rows)
        fan_on: Whether the fan is held on. (rows,)
        fan_off: Whether it stands, whatever is asked. (rows,)
        moved: Added to the supply setpoint. (rows,) [K]
        linkage: Way of the blades for a full turn of the damper's motor. (rows,)
        filter_resists: Resistance of the filter, times a clean one's. (rows,)
        belt_slips: Share of the fan's turns lost. (rows,)
        duct_leaks: Flow lost at design pressure, share of the design flow. (rows,)
        coil_fouled: Share of the cooling coil's conductance lost. (rows,)
        gain: Of the supply controller, times the tuned one. (rows,)
        hours_more: Run beyond what is meant. (rows,) [h]
        reset_off: Whose duct is held at design pressure; None where nobody's.
        bias: Error of supply and return sensors. (2, rows) [K]
        says: What these say instead: NaN where they work, infinite for what they said last.
            (2, rows) [°C]
        crossed: Whether the return sensor's wires come from the mixing box. (rows,)
        layered: How far the mixed air sensor's layer is from the mean, towards outdoor air and at
            half and half, as a share of outdoor less return; None where nobody's is. (rows,)
    """

    passes: Floats
    free: Floats
    stuck: Floats
    held: Floats
    fan_on: Bools
    fan_off: Bools
    moved: Floats
    linkage: Floats
    filter_resists: Floats
    belt_slips: Floats
    duct_leaks: Floats
    coil_fouled: Floats
    gain: Floats
    hours_more: Floats
    reset_off: Bools | None
    bias: Floats
    says: Floats
    crossed: Bools
    layered: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomParameters:
    """Of the sensors that boxes look at. (rooms,)

    Attributes:
        bias: Error. [K]
        says: What they say instead, where they do. [°C]
        lies: Where that is; None where nowhere.
        box_least: Least flow that boxes were set to, share of their design.
        box_at: Where boxes hang,
        box_stuck: and which; None where none.
        heat_on: Heating coils' valves left open, 0…1.
        heat_passes: What their shut valves let through, 0…1.
        cool_passes: The same of cooling coils.
    """

    bias: Floats
    says: Floats
    lies: Bools | None
    box_least: Floats
    box_at: Floats
    box_stuck: Bools | None
    heat_on: Floats
    heat_passes: Floats
    cool_passes: Floats

    def felt(self, air: Floats) -> Floats:
        """What the sensors make of the rooms' air. (rooms,) [°C]"""
        felt = air + self.bias
        if self.lies is not None:
            np.copyto(felt, self.says, where=self.lies)
        return felt


def air_parameters(worlds: Sequence[Conditions]) -> AirParameters:
    """Of these worlds, one after the other."""
    airs = [air for now in worlds for air in now.air]

    def each(of: Callable[[AirFaults], float | None]) -> Floats:
        """NaN where there is nothing to say."""
        return np.array([np.nan if (v := of(a)) is None else v for a in airs], np.float64)

    def flags(of: Callable[[AirFaults], bool]) -> Bools:
        return np.array([of(a) for a in airs], np.bool_)

    stuck = np.stack([
        each(lambda a: a.heat_stuck), each(lambda a: a.cool_stuck), each(lambda a: a.damper_stuck)
    ])  # fmt: skip
    return AirParameters(
        passes=np.stack([
            each(lambda a: a.heat_passes), each(lambda a: a.cool_passes),
            each(lambda a: a.damper_passes),
        ]),
        free=np.isnan(stuck) * 1.0,
        stuck=np.nan_to_num(stuck),
        held=np.stack([
            each(lambda a: a.heat_held), each(lambda a: a.cool_held), each(lambda a: a.damper_held)
        ]),
        fan_on=flags(lambda a: a.fan_on),
        fan_off=flags(lambda a: a.fan_off),
        moved=each(lambda a: a.setpoint_moved),
        linkage=each(lambda a: a.linkage),
        filter_resists=each(lambda a: a.filter_resists),
        belt_slips=each(lambda a: a.belt_slips),
        duct_leaks=each(lambda a: a.duct_leaks),
        coil_fouled=each(lambda a: a.coil_fouled),
        gain=each(lambda a: a.gain),
        hours_more=each(lambda a: a.hours_more),
        reset_off=_where(flags(lambda a: a.reset_off)),
        bias=np.stack([each(lambda a: a.supply_bias), each(lambda a: a.return_bias)]),
        says=np.stack([
            each(lambda a: _said(a.supply_says)), each(lambda a: _said(a.return_says))
        ]),
        crossed=flags(lambda a: a.return_mixed),
        layered=_some(each(lambda a: a.layered)),
    )  # fmt: skip


def room_parameters(worlds: Sequence[Conditions]) -> RoomParameters:
    """Of these worlds, one after the other."""
    rooms = [room for now in worlds for room in now.rooms]

    def each(of: Callable[[RoomFaults], float | None]) -> Floats:
        return np.array([of(r) or 0.0 for r in rooms], np.float64)

    return RoomParameters(
        bias=each(lambda r: r.bias),
        says=each(lambda r: r.says),
        lies=_where(np.array([r.says is not None for r in rooms], np.bool_)),
        box_least=each(lambda r: r.box_least),
        box_at=each(lambda r: r.box_at),
        box_stuck=_where(np.array([r.box_at is not None for r in rooms], np.bool_)),
        heat_on=each(lambda r: r.heat_on),
        heat_passes=each(lambda r: r.heat_passes),
        cool_passes=each(lambda r: r.cool_passes),
    )


def _some(values: Floats) -> Floats | None:
    return values if values.any() else None


def _where(flags: Bools) -> Bools | None:
    return flags if flags.any() else None


def _said(says: float | None) -> float | None:
    return np.inf if says is not None and np.isnan(says) else says
