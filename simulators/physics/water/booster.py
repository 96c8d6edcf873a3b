"""A controlled centrifugal pump that lifts drinking water: head, speed and power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from core.site import Equipment
from simulators.physics.water.tanks import Vessel

# H = H_rated·(1.25·n² − 0.25·(Q/Q_rated)²): a quarter above its rated head at shut valve, as
# pumps of low specific speed have; their power at shut valve is nearly half the rated one.
_SHUT_HEAD, _SHUT_POWER = 1.25, 0.45
_KPA_M = 9.81
# Controller and drive while the pump sleeps. [kW]
_STANDBY_KW = 0.03
# Of hydraulic power, motor and drive included: small multistage sets reach about half.
_EFFICIENCY = 0.5
_FLOW_M3H, _HEAD_M, _SET_KPA = 6.0, 42.0, 330.0
# A vessel of 60 L: chosen. Its gas is charged to 0.9 of the pressure at which the pump starts.
_VESSEL_M3, _REFILL, _SLEEPS, _CHARGED = 0.06, 0.2, 0.05, 0.9
_STARTS_AT = 0.85  # of the set pressure
_AIR_KPA = 101.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pump:
    """Nameplate of a booster.

    Attributes:
        flow: Rated. [m³/h]
        head: Rated. [m]
        power: Electric, at the rated point. [kW]
        holds: Pressure it is controlled to. [kPa]
    """

    flow: float
    head: float
    power: float
    holds: float

    @property
    def vessel(self) -> Vessel:
        """Its pressure vessel, by Boyle's law: some 6 L lie between start and sleep."""
        starts, full = _STARTS_AT * self.holds + _AIR_KPA, self.holds + _AIR_KPA
        holds = _VESSEL_M3 * _CHARGED * (1.0 - starts / full)
        return Vessel(volume=holds, refill=_REFILL * self.flow, sleeps=_SLEEPS * self.flow)

    @property
    def k(self) -> float:
        """Loss of its own by flow at full speed. [kPa/(m³/h)²]"""
        return (_SHUT_HEAD - 1.0) * _KPA_M * self.head / self.flow**2

    def shut(self, worn: float) -> float:
        """Pressure it can raise at full speed and no flow, a share of its head worn off. [kPa]"""
        return _SHUT_HEAD * _KPA_M * self.head * (1.0 - worn)

    def speed(self, flow: Floats, lift: Floats, worn: float) -> Floats:
        """Share of full speed at which it raises so much; at most 1.

        Args:
            flow: Through it. [m³/h]
            lift: Pressure wanted over its suction. [kPa]
            worn: Share of its head that is worn off.
        """
        raised = np.maximum(lift, 0.0) / (_KPA_M * self.head * (1.0 - worn))
        squared = (raised + (_SHUT_HEAD - 1.0) * (flow / self.flow) ** 2) / _SHUT_HEAD
        return np.minimum(np.sqrt(squared), 1.0)

    def drawn(self, flow: Floats, speed: Floats) -> Floats:
        """Electric power while it runs, by the affinity laws. [kW]"""
        through = np.minimum(flow / self.flow / np.maximum(speed, 1e-6), 1.5)
        taken: Floats = self.power * speed**3 * (_SHUT_POWER + (1.0 - _SHUT_POWER) * through)
        return taken + _STANDBY_KW

    def outlet(self, stored: Floats, held: Floats) -> Floats:
        """Pressure behind it by what its vessel holds. [kPa]

        Args:
            stored: In the vessel. [m³]
            held: What the running pump holds. [kPa]
        """
        full = stored / self.vessel.volume
        falls: Floats = held * (_STARTS_AT + (1.0 - _STARTS_AT) * full)
        return falls


def pump_of(equipment: Equipment) -> Pump:
    """Of its ``rated_flow`` [m³/h], ``rated_head`` [m], ``rated_power`` and ``holds`` [kPa]."""
    flow = equipment.number("rated_flow", _FLOW_M3H)
    head = equipment.number("rated_head", _HEAD_M)
    power = flow / 3600.0 * _KPA_M * head / _EFFICIENCY
    return Pump(
        flow=flow, head=head, power=equipment.number("rated_power", power),
        holds=equipment.number("holds", _SET_KPA),
    )  # fmt: skip


def standby(pump: Pump, flow: Floats, speed: Floats, on: Bools) -> Floats:
    """Power whether it runs or sleeps. [kW]"""
    return np.where(on, pump.drawn(flow, speed), _STANDBY_KW)
