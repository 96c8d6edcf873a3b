"""What faults make of air handlers and rooms, as flat arrays over the rows of all worlds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.conditions import AirFaults, Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class AirParameters:
    """Parameters of all air handlers for a stretch; rows as :class:`Rows` has them.

    Actuators are those of heating valve, cooling valve and outdoor damper, in this order.

    Attributes:
        passes: What each lets through shut. (3, rows) [share]
        free: One where it follows its command, nought where it is stuck. (3, rows)
        stuck: Where it stands then, else nought. (3, rows)
        held: Heating valve command held by hand; NaN where it is not. (rows,)
        fan_on: Whether the fan is held on. (rows,)
        fan_off: Whether it stands, whatever is asked. (rows,)
        moved: Added to the supply setpoint. (rows,) [K]
        bias: Error of supply and return sensors. (2, rows) [K]
        says: What these say instead: NaN where they work, infinite for what they said last.
            (2, rows) [°C]
        crossed: Whether the return sensor's wires come from the mixing box. (rows,)
    """

    passes: Floats
    free: Floats
    stuck: Floats
    held: Floats
    fan_on: Bools
    fan_off: Bools
    moved: Floats
    bias: Floats
    says: Floats
    crossed: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomParameters:
    """Of the sensors that boxes look at. (rooms,)

    Attributes:
        bias: Error. [K]
        says: What they say instead, where they do. [°C]
        lies: Where that is; None where nowhere.
    """

    bias: Floats
    says: Floats
    lies: Bools | None


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
        held=each(lambda a: a.heat_held),
        fan_on=flags(lambda a: a.fan_on),
        fan_off=flags(lambda a: a.fan_off),
        moved=each(lambda a: a.setpoint_moved),
        bias=np.stack([each(lambda a: a.supply_bias), each(lambda a: a.return_bias)]),
        says=np.stack([
            each(lambda a: _said(a.supply_says)), each(lambda a: _said(a.return_says))
        ]),
        crossed=flags(lambda a: a.return_mixed),
    )  # fmt: skip


def room_parameters(worlds: Sequence[Conditions]) -> RoomParameters:
    """Of these worlds, one after the other."""
    rooms = [room for now in worlds for room in now.rooms]
    lies = np.array([r.says is not None for r in rooms], np.bool_)
    return RoomParameters(
        bias=np.array([r.bias for r in rooms], np.float64),
        says=np.array([r.says or 0.0 for r in rooms], np.float64),
        lies=lies if lies.any() else None,
    )


def _said(says: float | None) -> float | None:
    return np.inf if says is not None and np.isnan(says) else says
