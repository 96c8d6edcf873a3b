"""What air handlers share: numbers of Guideline 36, operating states, steadiness, air flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics.frame import Frame
from analytics.judged import Codes, Gate
from analytics.rules.gates import is_on
from core.batch import Bools, Floats
from core.rulecard import Parameter, Weather
from core.verdict import Reason
from core.words import Carrier

AIR_KW = 1.2 * 1.005
"""Heat in air: density 1.2 kg/m³ × 1.005 kJ/(kg·K). [kW per m³/s and K]"""

STATES = ("os1", "os2", "os3", "os4", "os5")
"""Operating states: heating; free cooling; mechanical cooling with all outdoor air;
mechanical cooling with the least outdoor air; unknown."""

OUTDOOR: Mapping[str, Weather] = {
    "os1": Weather.BELOW, "os2": Weather.BETWEEN, "os3": Weather.BETWEEN, "os4": Weather.ABOVE,
}  # fmt: skip
"""What outdoor air brings a unit into each: cold heats, mild cools alone or with the chiller's
help, warm is kept out."""

_G36 = "ASHRAE Guideline 36 default (secondary digest)"

PARAMETERS: Mapping[str, Parameter] = {
    "eps_sat": Parameter(value=1.0, unit="K", why=f"{_G36}: a duct sensor's error; less "
        "alarms on sensor offsets, more hides half a coil"),
    "eps_mat": Parameter(value=3.0, unit="K", why=f"{_G36}: mixed air is stratified by ± 2 K; "
        "less alarms on every cold morning"),
    "eps_rat": Parameter(value=1.0, unit="K", why="practice; a duct sensor's error"),
    "eps_oat_local": Parameter(value=1.0, unit="K", why=f"{_G36}, a sensor at the unit"),
    "eps_oat_remote": Parameter(value=3.0, unit="K", why=f"{_G36}, a weather station"),
    "fan_rise": Parameter(value=1.0, unit="K", why=f"{_G36}; measured with both valves shut "
        "0.5–1.2 K; less calls the fan's heat a leaking valve"),
    "mode_delay": Parameter(value=30.0, unit="min", why=f"{_G36}: coils settle in 13–55 min "
        "after a start; shorter alarms at every start, longer never judges short days"),
    "valve_open": Parameter(value=5.0, unit="%", why="below it a command is dead band; APAR "
        "uses 2–10 %"),
    "valve_full": Parameter(value=99.0, unit="%", why=_G36),
    "damper_full": Parameter(value=95.0, unit="%", why="a full command less its dead band"),
    "damper_band": Parameter(value=5.0, unit="%", why="how near the least position counts as it; "
        "less loses states to noise, more takes modulating for least"),
    "mix_band": Parameter(value=0.5, unit="K", why="two Pt1000 of class B (IEC 60751: 0.3 K each "
        "at 0 °C) and a converter's step; less silences coils where all air is alike, more blames "
        "them for a mixed air sensor that reads wrong"),
    "frost": Parameter(value=4.0, unit="°C", why="mixed air below it: frost protection has taken "
        "the valves over"),
}  # fmt: skip
"""Numbers of the air-handler rules, with where they come from."""

DECLARED: Mapping[str, float] = {
    "design_air_flow": np.nan,
    "oa_min": 0.15,
    "oa_damper_min": np.nan,
    "cop": 3.5,
    "heating_capacity": np.nan,
    "cooling_capacity": np.nan,
    "fan_power": np.nan,
}
"""Declared numbers and their defaults; what is not known costs nothing, rather than a guess."""


@dataclass(frozen=True, slots=True)
class Air:
    """How air handlers run.

    Attributes:
        on: The fan runs.
        occupied: By its own command where it has one, else by the calendar.
        state: Index into :data:`STATES`; −1 where it cannot be told.
        steady: Fan, occupation and state unchanged for the mode delay.
    """

    on: Bools
    occupied: Bools
    state: Codes
    steady: Bools


def number(name: str) -> float:
    """A shared number's default."""
    return PARAMETERS[name].value


def chosen(*names: str) -> dict[str, Parameter]:
    """Shared parameters by name, for a card."""
    return {name: PARAMETERS[name] for name in names}


def air(frame: Frame) -> Air:
    """Operating state and steadiness of each interval."""
    command = frame.value("occupied")
    occupied = np.where(np.isnan(command), frame.occupied, is_on(command))
    on = is_on(frame.value("fan_status"))
    state = operating_state(frame)
    return Air(on, occupied, state, _steady(frame, on, occupied, state))


def least_damper(frame: Frame) -> Floats:
    """The damper's least position. (targets, 1) [%]"""
    declared = frame.parameter("oa_damper_min")
    return np.where(np.isnan(declared), 100.0 * frame.parameter("oa_min"), declared)


def operating_state(frame: Frame) -> Codes:
    """Index into :data:`STATES` by what is commanded; −1 where a command is missing."""
    heat, cool = frame.value("heat_valve"), frame.value("cool_valve")
    damper, least = frame.value("oa_damper"), least_damper(frame)
    with np.errstate(invalid="ignore"):
        heating, cooling = heat > number("valve_open"), cool > number("valve_open")
        full = damper >= number("damper_full")
        lowest = damper <= least + number("damper_band")
    known = ~(np.isnan(heat) | np.isnan(cool) | np.isnan(damper))
    state = np.select(
        [
            ~known,
            heating & ~cooling,
            ~heating & ~cooling & ~lowest,
            ~heating & cooling & full,
            ~heating & cooling & lowest,
        ],
        [-1, 0, 1, 2, 3],
        default=4,
    )
    return state.astype(np.int8)


def mode_gate(
    gate: Gate, now: Air, frame: Frame, states: tuple[int, ...], besides: Bools | None = None
) -> None:
    """Fan on, occupied, steady, no frost, in one of these states (by index).

    Args:
        gate: Closed by it.
        now: How the units run.
        frame: Of the rule.
        states: By index.
        besides: Where something is said whatever the state, steady or not.
    """
    other = np.ones(frame.shape, dtype=np.bool_) if besides is None else ~besides
    gate.exclude(~now.on, Reason.OFF)
    gate.exclude(~now.occupied, Reason.UNOCCUPIED)
    gate.exclude(other & ~np.isin(now.state, states), Reason.OTHER_MODE)
    gate.exclude(other & ~now.steady, Reason.UNSTEADY)
    with np.errstate(invalid="ignore"):
        gate.exclude(frame.value("mat") < number("frost"), Reason.OTHER_MODE)


def mode_codes(now: Air, states: tuple[int, ...]) -> Codes:
    """Operating states as indices into a card's modes, where those are these states."""
    code = np.full(len(STATES) + 1, -1, dtype=np.int8)
    code[list(states)] = np.arange(len(states))
    codes: Codes = code[now.state]
    return codes


def names_of(states: tuple[int, ...]) -> tuple[str, ...]:
    """Names of operating states, for a card's modes."""
    return tuple(STATES[state] for state in states)


def flow(frame: Frame) -> Floats:
    """Supply air; measured, else design × speed, else unknown. [m³/s]"""
    measured = frame.value("supply_flow")
    speed = frame.value("fan_speed")
    share = np.where(np.isnan(speed), 1.0, np.clip(speed, 0.0, 100.0) / 100.0)
    return np.where(np.isnan(measured), frame.parameter("design_air_flow") * share, measured)


def heat_kwh(frame: Frame, kelvin: Floats) -> Floats:
    """Heat in the supply air for a temperature difference, an interval. [kWh]"""
    return AIR_KW * flow(frame) * np.maximum(kelvin, 0.0) * frame.grid.hours


def cooled(frame: Frame, kwh: Floats) -> Floats:
    """Electricity for cooling. [kWh]"""
    return kwh / frame.parameter("cop")


def eps_oat(frame: Frame) -> Floats:
    """Error of the outdoor sensor: at the unit or far from it. (targets, 1) [K]"""
    local = frame.parameter("oat_local") > 0
    return np.where(local, number("eps_oat_local"), number("eps_oat_remote"))


def heat_and_cool(frame: Frame, kwh: Floats) -> dict[Carrier, Floats]:
    """Heat against cooling loses both: the heat, and the electricity that cools it away."""
    return {Carrier.HEAT: kwh, Carrier.ELECTRICITY: cooled(frame, kwh)}


def no_mixture(frame: Frame) -> Bools:
    """Whether mixed air reads warmer or colder than both its sources: no coil makes that.

    FC-2 and FC-3 accuse the sensor once they are sure; until then nobody else is sent.
    """
    mat, rat, oat = (frame.value(role) for role in ("mat", "rat", "oat"))
    band = number("mix_band")
    with np.errstate(invalid="ignore"):
        beyond: Bools = (mat > np.maximum(rat, oat) + band) | (mat < np.minimum(rat, oat) - band)
    return beyond


def excess_share(frame: Frame) -> tuple[Floats, Floats]:
    """Outdoor air beyond the declared least, share of the supply; and OAT − RAT. [1], [K]"""
    rat = frame.value("rat")
    spread = frame.value("oat") - rat
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = (frame.value("mat") - rat) / spread - frame.parameter("oa_min")
    return excess, spread


def excess_waste(
    frame: Frame, excess: Floats, spread: Floats, heating: Bools
) -> dict[Carrier, Floats]:
    """Heat that the air too much takes, or electricity that cools what it brings. [kWh]"""
    share = np.maximum(np.nan_to_num(excess, posinf=0.0, neginf=0.0), 0.0)
    return {
        Carrier.HEAT: np.where(heating, heat_kwh(frame, share * -spread), 0.0),
        Carrier.ELECTRICITY: np.where(heating, 0.0, cooled(frame, heat_kwh(frame, share * spread))),
    }


def running_on(frame: Frame, now: Air) -> Bools:
    """Fan on and people's hours, now and all through the mode delay before."""
    used = now.on & now.occupied
    return used & _unchanged(frame, used.astype(np.int8))


def _steady(frame: Frame, on: Bools, occupied: Bools, state: Codes) -> Bools:
    return _unchanged(frame, state * 4 + on * 2 + occupied)


def _unchanged(frame: Frame, key: Codes) -> Bools:
    """Where something has been the same for the mode delay."""
    steps = round(number("mode_delay") * 60_000 / frame.grid.step)
    same = np.zeros(key.shape, dtype=np.bool_)
    same[:, 1:] = key[:, 1:] == key[:, :-1]
    index = np.broadcast_to(np.arange(key.shape[1]), key.shape)
    changed = np.maximum.accumulate(np.where(same, 0, index), axis=1)
    steady: Bools = index - changed >= steps
    return steady
