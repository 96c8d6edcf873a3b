"""What plant loses in each interval, signed and unclipped, while its fault can act.

The rules' own formulas, without the limit that makes a FAULT of them: below the limit they show
the sensors' offsets, which a difference of before and after cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from analytics.frame import Frame
from analytics.rules.air import AIR_KW, flow, number, operating_state
from analytics.rules.gates import is_on
from core.batch import Bools, Floats
from core.words import Carrier

_HEATING, _FREE, _LEAST = 0, 1, 3
_LEAST_SPREAD_K = 6.0
"""Guideline 36 ΔTmin, for cold: with less, what air brings is less than its damp. [K]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Of the targets of a frame. (targets, times)

    Attributes:
        exposed: Its points said so in an hour of the fan, or of the schedule. Never what the fault
            itself does to commands: a valve stuck open tells all others to shut, and after its
            repair such hours are rare.
        amount: By carrier in the interval. [kWh, m³]
        fights: Whether its electricity cools away its heat, and is nothing without it.
        unheated: Where its whole building was given no heat: such hours have levels of their own.
        fans: Of its electricity what fans took by their nameplates, where a repair stops them.
            [kWh]
        chilled: Of its electricity what cold took by a declared COP, the same way. [kWh]
        doubt: By carrier, what of the amount may be given back within the hours. [kWh, m³]
    """

    exposed: Bools
    amount: Mapping[Carrier, Floats]
    fights: bool = False
    unheated: Bools | None = None
    fans: Floats | None = None
    chilled: Floats | None = None
    doubt: Mapping[Carrier, Floats] = field(default_factory=dict)

    def within(self, heat: Floats) -> Loss:
        """No heat while the whole building was given none, and no cold against such heat.

        An open valve without hot water behind it heats nothing. A heat meter counts by the
        kilowatt-hour, so that hours are asked and not the interval. NaN says nothing. [kWh]
        """
        told = self.amount.get(Carrier.HEAT)
        if told is None:
            return self
        with np.errstate(invalid="ignore"):
            none = _around(heat) < _SOME * np.abs(_around(np.nan_to_num(told)[0]))
            none |= _around(heat) <= 0.0
        amount = {**self.amount, Carrier.HEAT: np.where(none, 0.0, told)}
        if self.fights:
            # Hot water is what drives such a fault: an hour without it says nothing of one with it.
            amount[Carrier.ELECTRICITY] = np.where(none, 0.0, self.amount[Carrier.ELECTRICITY])
        doubt = dict(self.doubt)
        if (half := doubt.get(Carrier.HEAT)) is not None:
            doubt[Carrier.HEAT] = np.where(none, 0.0, half)
        with np.errstate(invalid="ignore"):
            unheated = np.broadcast_to(_around(heat) <= 0.0, self.exposed.shape)
        return replace(self, unheated=unheated, amount=amount, doubt=doubt)

    def counted(self, fans: Floats, plant: Floats) -> Loss:
        """With fans, and chillers with all pumps, as their meters counted them. [kWh]

        What plant gave outside the hours is partly given back within them.
        """
        if self.fans is None or self.chilled is None:
            return self
        turned = np.where(np.isfinite(fans), fans, self.fans)
        cooled = np.where(np.isfinite(plant), plant, self.chilled)
        amount = {**self.amount, Carrier.ELECTRICITY: turned + LOST * cooled}
        return replace(self, amount=amount)


def heating_valve(frame: Frame) -> Loss:
    """FC-12, FC-15: heat over a coil whose valve is shut, and the cold that takes it away."""
    on, state = is_on(frame.value("fan_status")), operating_state(frame)
    coil = frame.has_role("hcet") & frame.has_role("hclt")
    over = frame.value("hclt") - frame.value("hcet")
    through = frame.value("sat") - frame.value("mat") - number("fan_rise")
    heat = _air_heat(frame, np.where(coil, over, through))
    with np.errstate(invalid="ignore"):
        shut = frame.value("heat_valve") <= number("valve_open")
    # Without coil sensors the other coil hides it, but while both are asked to be shut.
    heat = np.where(shut & (coil | (state == _FREE)), heat, 0.0)
    loss = _loss(frame, on, heat, cold=np.where(state > _FREE, heat, 0.0))
    return replace(loss, fights=True)


def cooling_valve(frame: Frame) -> Loss:
    """FC-14: cold over a coil whose valve is shut, and the heat that makes up for it."""
    on, state = is_on(frame.value("fan_status")), operating_state(frame)
    coil = frame.has_role("ccet") & frame.has_role("cclt")
    over = frame.value("ccet") - frame.value("cclt")
    through = frame.value("mat") - frame.value("sat") + number("fan_rise")
    cold = _air_heat(frame, np.where(coil, over, through))
    with np.errstate(invalid="ignore"):
        shut = frame.value("cool_valve") <= number("valve_open")
    cold = np.where(shut & (coil | (state == _FREE)), cold, 0.0)
    return _loss(frame, on, np.where(state == _HEATING, cold, 0.0), cold=cold)


def heat_against_cool(frame: Frame) -> Loss:
    """AC-04: the smaller of what both coils do, which one undoes of the other."""
    on = is_on(frame.value("fan_status"))
    heat = _air_heat(frame, frame.value("hclt") - frame.value("hcet"))
    cold = _air_heat(frame, frame.value("ccet") - frame.value("cclt"))
    for_heat = frame.value("heat_valve") / 100.0 * frame.parameter("heating_capacity")
    for_cold = frame.value("cool_valve") / 100.0 * frame.parameter("cooling_capacity")
    hours = frame.grid.hours
    both = np.minimum(
        np.where(np.isnan(heat), for_heat * hours, heat),
        np.where(np.isnan(cold), for_cold * hours, cold),
    )
    return replace(_loss(frame, on, both, cold=both), fights=True)


def outdoor_air(frame: Frame) -> Loss:
    """AC-08, FC-6: outdoor air beyond the declared least, heated or cooled."""
    on, state = is_on(frame.value("fan_status")), operating_state(frame)
    rat, mat = frame.value("rat"), frame.value("mat")
    colder = rat - frame.value("oat")
    # A share of little is noise, and the rule leaves it out; its heat is as well known as any.
    heat = _air_heat(frame, rat - mat - frame.parameter("oa_min") * colder)
    with np.errstate(invalid="ignore"):
        heating = (state == _HEATING) & (colder > 0.0)
        cooling = (state == _LEAST) & (-colder >= _LEAST_SPREAD_K)
    return _loss(frame, on, np.where(heating, heat, 0.0), cold=np.where(cooling, -heat, 0.0))


def off_hours(frame: Frame) -> Loss:
    """AC-02: all that a fan moves and its coils give outside its hours.

    Of the heat between nothing and all may be given back, and of the fan's own, which warms too.
    """
    running = is_on(frame.value("fan_status"))
    known = ~np.isnan(frame.value("fan_status")) & ~frame.occupied
    speed = frame.value("fan_speed") / 100.0
    share = np.where(np.isnan(speed), 1.0, np.clip(speed, 0.0, 1.0))
    power = np.nan_to_num(frame.parameter("fan_power") * share**3) * frame.grid.hours
    # Without sensors at the coils, what both together do to the air.
    through = frame.value("sat") - frame.value("mat") - number("fan_rise")
    warmed, chilled = np.maximum(through, 0.0), np.maximum(-through, 0.0)
    hot, iced = frame.value("hclt") - frame.value("hcet"), frame.value("ccet") - frame.value("cclt")
    heat = np.nan_to_num(_air_heat(frame, np.where(np.isnan(hot), warmed, hot)))
    cold = np.nan_to_num(_air_heat(frame, np.where(np.isnan(iced), chilled, iced)))
    fans = np.where(running, power, 0.0)
    by_chiller = np.where(running, cold / frame.parameter("cop"), 0.0)
    lost = LOST * np.where(running, heat, 0.0)
    return Loss(
        exposed=known,
        amount={Carrier.ELECTRICITY: fans + LOST * by_chiller, Carrier.HEAT: lost},
        fans=fans, chilled=by_chiller, doubt={Carrier.HEAT: lost + LOST * fans},
    )  # fmt: skip


def warm_heating(frame: Frame) -> Loss:
    """HTG-07: all heat given, by outdoor bin.

    A boiler in hand heats on cool nights too, beside what it gives above 16 °C: what is usual there
    is on both sides. Its pump is the least of the electricity: chillers take the heat away again,
    which nothing of the boiler tells, so that no electricity is claimed.
    """
    states = np.array([frame.value(r) for r in ("boiler_cmd", "boiler_status", "pump_status")])
    heat = np.nan_to_num(np.maximum(frame.value("heat_power"), 0.0)) * frame.grid.hours
    known = ~np.isnan(states).all(axis=0) & ~np.isnan(frame.value("heat_power"))
    return Loss(exposed=known, amount={Carrier.HEAT: heat})


def _around(values: Floats) -> Floats:
    """Mean of the intervals about each. (n,)"""
    width = min(_AROUND, len(values))
    if not width:
        return values
    known = np.isfinite(values).astype(np.float64)
    ones = np.ones(width)
    count = np.convolve(known, ones, "same")
    total = np.convolve(np.nan_to_num(values), ones, "same")
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(count > 0, total / count, np.nan)
    return found


def burst(frame: Frame) -> Loss:
    """WAT-03: all that a main passes beyond what is always on; a torn pipe runs day and night."""
    moved = np.diff(frame.value("value"), axis=1, prepend=np.nan)
    with np.errstate(invalid="ignore"):
        known = moved >= 0
    lost = np.nan_to_num(moved) - frame.parameter("always_on") * frame.grid.hours
    return Loss(exposed=known, amount={Carrier.WATER: np.where(known, lost, 0.0)})


def _loss(frame: Frame, shown: Bools, heat: Floats, *, cold: Floats) -> Loss:
    known = np.isfinite(heat) & np.isfinite(cold)
    return Loss(
        exposed=shown & known,
        amount={Carrier.HEAT: heat, Carrier.ELECTRICITY: cold / frame.parameter("cop")},
    )


def _air_heat(frame: Frame, kelvin: Floats) -> Floats:
    """Heat in the supply air for a temperature difference, signed. [kWh]"""
    heat: Floats = AIR_KW * flow(frame) * kelvin * frame.grid.hours
    return heat


_SOME = 0.25
"""Of a coil's heat, less than which its building cannot have been given. [1]"""

_AROUND = 37
"""Three hours of five minutes, over which a heat meter of whole kilowatt-hours is read."""

LOST = 0.5
"""Of heat and cold given outside the hours, what is lost: the building keeps the rest until
somebody wants it. Between nothing and all; no meter of a unit tells. [1]"""

PLANT_LOSSES: Mapping[str, Callable[[Frame], Loss]] = {
    "pipe_burst": burst,
    "ahu_heating_valve": heating_valve,
    "ahu_cooling_valve": cooling_valve,
    "ahu_heat_against_cool": heat_against_cool,
    "ahu_outdoor_air": outdoor_air,
    "ahu_off_schedule": off_hours,
    "heating_warm_lockout": warm_heating,
}
"""By fault family."""
