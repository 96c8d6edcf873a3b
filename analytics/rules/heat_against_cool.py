"""AC-04: an air handler heats and cools the same air."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule
from analytics.rules.air import (
    DECLARED,
    chosen,
    flow,
    heat_and_cool,
    heat_kwh,
)
from analytics.rules.gates import data_gate, is_on
from analytics.targets import equipment_targets
from core.batch import Bools, Floats
from core.clock import HOUR_MS
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass
from core.verdict import Reason
from core.words import Discipline, Trade

CARD = RuleCard(
    id="AC-04",
    family="ahu_heat_against_cool",
    discipline=Discipline.AIR,
    trade=Trade.HVAC,
    severity=3,
    title="{target} heats and cools at the same time",
    explanation=(
        "The heating and the cooling valve of {target} are asked to open together, up to "
        "{margin} % both, although it does not dehumidify. One undoes what the other does, and "
        "both are paid for."
    ),
    applies_to=(EquipmentClass.AHU,),
    exemptions=("dehumidifies", "preheats"),
    roles=("fan_status", "cool_valve", "heat_valve"),
    optional_roles=(
        "ccet", "cclt", "hcet", "hclt", "supply_flow", "fan_speed", "reheat_mode", "sat",
    ),
    modes=("conditioning",),
    interval_s=300,
    counted_in="minutes",
    longest_period_s=300,
    sufficiency=0.6,
    condition="Fan on and both valves above 5 % in one air stream, not dehumidifying.",
    hold=Hold(minutes=15),
    clear_at=(
        "The smaller of the two valves at or below 4 % (80 % of the limit), while the other one "
        "moves: one that stands still may be in hand."
    ),
    clears_when="Three days with the fan on and one valve open and moving, without both open.",
    waste_formula=(
        "min(Qh, Qc) of heat and min(Qh, Qc)/COP of electricity; Q = 1.206·V̇·ΔT over each coil "
        "where it is measured, else valve position × capacity"
    ),
    causes=(
        "Overlapping sequences or no dead band in the controller",
        "A setpoint or a valve left in manual",
        "A supply temperature sensor that reads wrong",
    ),
    checks=(
        "Look for a valve or setpoint in manual",
        "Compare the heating and cooling setpoints of the supply air and their dead band",
        "Compare the supply temperature with a hand instrument",
    ),
    parts=(),
    isolation="None for the controller; stop the fan before opening the unit.",
    effort_min=60,
    desk=False,
    sources=("domain sheet AC-04 and HTG-06", "NIST APAR 21 to 24"),
    parameters={
        "both_open": Parameter(value=5.0, unit="%", why="below it a command is dead band; more "
            "misses a slow fight"),
        "clear": Parameter(value=4.0, unit="%", why="80 % of the limit, so that a valve at the "
            "limit does not open and close the finding"),
        "moves": Parameter(value=2.0, unit="%", why="between where it was least and most open "
            "within an hour; one under control travels 12 to 29 % an hour in 3 to 8 turns (LBNL "
            "air handler MZVAV-2-1), so some 4 %; less takes a feedback's noise for control, more "
            "does not believe a repair in calm weather"),
        **chosen("valve_open"),
    },
)  # fmt: skip


def judge(frame: Frame) -> Judged:
    """Judges intervals in which the fan runs and at least one valve is open."""
    gate = data_gate(frame, CARD.roles)
    heat, cool = frame.value("heat_valve"), frame.value("cool_valve")
    smaller, on = np.minimum(heat, cool), is_on(frame.value("fan_status"))
    moves = np.where(heat > cool, _travel(frame, heat, on), _travel(frame, cool, on))
    gate.exclude(~on, Reason.OFF)
    gate.exclude(is_on(frame.value("reheat_mode")), Reason.OTHER_MODE)
    with np.errstate(invalid="ignore"):
        gate.exclude(np.maximum(heat, cool) <= CARD.value("both_open"), Reason.OTHER_MODE)
        return gate.judge(
            smaller > CARD.value("both_open"),
            clear=(smaller <= CARD.value("clear")) & (moves > CARD.value("moves")),
            margin=smaller - CARD.value("both_open"),
            good=frame.good,
            waste=heat_and_cool(frame, np.minimum(_heat(frame), _cool(frame))),
        )


def _travel(frame: Frame, valve: Floats, on: Bools) -> Floats:
    """Between which positions a valve was within the last hour of the fan's run; 0 unknown. [%]

    A fan's first interval is left out: a valve that opens with the fan to where a hand left it
    is not under control.
    """
    running = on & np.roll(on, 1, axis=1)
    running[:, 0] = False
    known = np.where(running, valve, np.nan)
    most, least = known.copy(), known.copy()
    for back in range(1, round(HOUR_MS / frame.grid.step)):
        most[:, back:] = np.fmax(most[:, back:], known[:, :-back])
        least[:, back:] = np.fmin(least[:, back:], known[:, :-back])
    travelled: Floats = np.nan_to_num(most - least)
    return travelled


def _heat(frame: Frame) -> Floats:
    measured = heat_kwh(frame, frame.value("hclt") - frame.value("hcet"))
    capacity = frame.parameter("heating_capacity")
    return _either(frame, measured, frame.value("heat_valve") / 100.0 * capacity)


def _cool(frame: Frame) -> Floats:
    measured = heat_kwh(frame, frame.value("ccet") - frame.value("cclt"))
    capacity = frame.parameter("cooling_capacity")
    return _either(frame, measured, frame.value("cool_valve") / 100.0 * capacity)


def _either(frame: Frame, measured: Floats, nameplate_kw: Floats) -> Floats:
    unknown = np.isnan(measured) | np.isnan(flow(frame))
    return np.where(unknown, nameplate_kw * frame.grid.hours, measured)


RULE = Rule(
    card=CARD,
    basis=Basis.MEANS,
    targets=lambda site: equipment_targets(site, CARD, DECLARED),
    judge=judge,
)
