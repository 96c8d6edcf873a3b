"""Faults that hide each other, by name: what is hardest to see is several things at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.clock import DAY_MS, HOUR_MS
from core.site import Site
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.people.happenings import Happening, HappeningKind
from simulators.places import places

_K = FaultKind
_NIGHTS = 5
_CUT_FROM_H, _CUT_H, _LEFT = 23.0, 6.0, 0.4  # a waterworks' night: begins, lasts, what is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Some faults at once, and what happens beside them.

    Attributes:
        faults: By onset.
        happenings: That are no faults.
    """

    faults: tuple[Fault, ...]
    happenings: tuple[Happening, ...] = ()


def scenario(name: str, site: Site, start: int) -> Scenario:
    """One of :data:`SCENARIOS` on the first places of a site that can have it.

    Args:
        name: Which.
        site: Where.
        start: Local midnight of its first day, UTC. [ms]

    Raises:
        KeyError: There is none of that name.
        IndexError: The site has no place for one of its faults.
    """
    return SCENARIOS[name](site, start)


def _held_by_cooling(site: Site, start: int) -> Scenario:
    """A heating valve passes; the supply temperature is right, because cooling holds it."""
    return Scenario(faults=(_fault(site, _K.HEAT_VALVE_PASSES, start + DAY_MS, 0.3),))


def _leak_in_a_pressure_cut(site: Site, start: int) -> Scenario:
    """A leak begins in the nights in which the waterworks lower the pressure."""
    leak = _fault(site, _K.WATER_LEAK, start + DAY_MS + 2 * HOUR_MS, 0.12)
    building = site.equipment[leak.asset].building
    nights = tuple(
        Happening(
            id=f"{HappeningKind.LOW_PRESSURE.value}@{building}/{n + 1}",
            kind=HappeningKind.LOW_PRESSURE, building=building, size=_LEFT,
            start=(begins := start + n * DAY_MS + round(_CUT_FROM_H * HOUR_MS)),
            end=begins + round(_CUT_H * HOUR_MS),
        )
        for n in range(_NIGHTS)
    )  # fmt: skip
    return Scenario(faults=(leak,), happenings=nights)


def _sensor_cancels_leak(site: Site, start: int) -> Scenario:
    """A supply sensor reads 1.5 K too warm or cold, just as much as a leaking valve adds."""
    leak = _fault(site, _K.HEAT_VALVE_PASSES, start + DAY_MS, 0.05)
    sensor = Fault(
        id="sensor_offset", kind=_K.SENSOR_OFFSET, asset=leak.asset, point="sat",
        onset=leak.onset, severity=-1.5,
    )  # fmt: skip
    return Scenario(faults=(leak, sensor))


def _ct_hides_standby(site: Site, start: int) -> Scenario:
    """One current transformer is open, so that a meter does not show what stays on at night."""
    lit = _fault(site, _K.LIGHTS_LEFT_ON, start + DAY_MS, 0.5)
    open_ct = Fault(
        id="ct_open", kind=_K.METER_CT_OPEN, asset=lit.asset, onset=lit.onset, severity=0.33
    )
    return Scenario(faults=(lit, open_ct))


def _damper_at_its_minimum(site: Site, start: int) -> Scenario:
    """A damper is stuck where it stands all winter anyhow: nobody can see it before spring."""
    asset = places(site, _K.DAMPER_STUCK)[0][0]
    least = site.equipment[asset].number("oa_min", 0.2)
    return Scenario(faults=(_fault(site, _K.DAMPER_STUCK, start + 6 * HOUR_MS, least),))


def _gateway_dies(site: Site, start: int) -> Scenario:
    """A gateway dies at the onset of a leak and brings its readings after the repair."""
    leak = _fault(site, _K.WATER_LEAK, start + DAY_MS, 0.3)
    gateway = next(p.gateway for p in site.points if p.equipment == leak.asset)
    cut = Fault(
        id="gateway_cut_off", kind=_K.GATEWAY_CUT_OFF, asset=gateway, onset=leak.onset,
        end=leak.onset + 2 * DAY_MS,
    )  # fmt: skip
    return Scenario(faults=(leak, cut))


def _one_of_two_leaks(site: Site, start: int) -> Scenario:
    """Two leaks behind one meter; mending one must not verify the other."""
    one = _fault(site, _K.WATER_LEAK, start + DAY_MS, 0.15)
    other = Fault(
        id="other_leak", kind=one.kind, asset=one.asset, onset=one.onset + HOUR_MS, severity=0.15
    )
    return Scenario(faults=(one, other))


def _fault(site: Site, kind: FaultKind, onset: int, severity: float) -> Fault:
    asset, point = places(site, kind)[0]
    return Fault(id=kind.value, kind=kind, asset=asset, point=point, onset=onset, severity=severity)


SCENARIOS: Mapping[str, Callable[[Site, int], Scenario]] = {
    "held_by_cooling": _held_by_cooling,
    "leak_in_a_pressure_cut": _leak_in_a_pressure_cut,
    "sensor_cancels_leak": _sensor_cancels_leak,
    "ct_hides_standby": _ct_hides_standby,
    "damper_at_its_minimum": _damper_at_its_minimum,
    "gateway_dies": _gateway_dies,
    "one_of_two_leaks": _one_of_two_leaks,
}
"""By name."""
