"""AC-02: a fan of an air handler, a fresh-air unit or a fan coil runs outside its hours."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule
from analytics.rules.air import DECLARED, cooled, heat_kwh
from analytics.rules.gates import data_gate, is_on
from analytics.targets import equipment_targets
from core.batch import Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass
from core.verdict import Reason
from core.words import Carrier, Discipline, Trade

CARD = RuleCard(
    id="AC-02",
    family="ahu_off_schedule",
    discipline=Discipline.AIR,
    trade=Trade.OPERATOR,
    severity=3,
    title="{target} runs outside its hours",
    explanation=(
        "The fan of {target} runs outside its declared hours, with up to {margin} kW. Nobody is "
        "meant to be there: the schedule was changed or lost, or the fan is held by hand."
    ),
    applies_to=(EquipmentClass.AHU, EquipmentClass.FRESH_AIR_UNIT, EquipmentClass.FAN_COIL),
    exemptions=("runs_always",),
    roles=("fan_status",),
    optional_roles=("fan_speed", "supply_flow", "sat", "mat", "ccet", "cclt", "hcet", "hclt"),
    modes=("off_hours",),
    interval_s=300,
    counted_in="minutes",
    longest_period_s=900,
    sufficiency=0.6,
    condition="Fan on outside the declared hours of its unit, no overtime declared.",
    hold=Hold(minutes=45),
    clear_at="Fan off outside the hours. Within them nothing is judged.",
    clears_when="Three nights or days off with the fan standing outside its hours, and three "
    "quarters of an hour in which it runs within them: a plant that was stopped is no repair.",
    served_when="Fan on within its hours.",
    waste_formula=(
        "Fan kW_rated·speed³; heat of the coils 1.206·V̇·ΔT where it is measured, that of cooling "
        "÷ COP"
    ),
    causes=(
        "The schedule in the controller was changed or lost",
        "An override or a hand switch was left on",
        "The contactor of the fan is stuck",
        "Work went on late and no overtime was declared",
    ),
    checks=(
        "Compare the schedule in the controller with the declared hours",
        "Look for an override or a switch in manual",
        "Ask whether somebody worked late on these days",
    ),
    parts=(),
    isolation="None for the schedule; isolate the fan before opening its board.",
    effort_min=20,
    desk=True,
    sources=("domain sheet AC-02",),
    out_of_hours=True,
    parameters={
        "standing": Parameter(value=1.0, unit="1", why="fan speed for one whose speed nobody "
            "publishes: at full speed, as a fan without a drive runs"),
    },
)  # fmt: skip
# 45 minutes are 30 of grace, for an early start and a late stop, and 15 of hold.


def judge(frame: Frame) -> Judged:
    """Judges the intervals outside the hours of each unit."""
    gate = data_gate(frame, CARD.roles)
    running = is_on(frame.value("fan_status"))
    gate.exclude(frame.occupied & running, Reason.SERVED)
    gate.exclude(frame.occupied, Reason.OTHER_MODE)
    power = _fan_kw(frame)
    return gate.judge(
        running,
        clear=~running,
        margin=np.where(running, np.nan_to_num(power), -1.0),
        good=frame.good,
        waste={
            Carrier.ELECTRICITY: np.nan_to_num(power) * frame.grid.hours
            + cooled(frame, np.nan_to_num(_coil(frame, "ccet", "cclt"))),
            Carrier.HEAT: np.nan_to_num(_coil(frame, "hclt", "hcet")),
        },
    )


def _fan_kw(frame: Frame) -> Floats:
    speed = frame.value("fan_speed") / 100.0
    share = np.where(np.isnan(speed), CARD.value("standing"), np.clip(speed, 0.0, 1.0))
    power: Floats = frame.parameter("fan_power") * share**3
    return power


def _coil(frame: Frame, warm: str, cold: str) -> Floats:
    """Heat between two sensors of a coil; unknown where one lacks. [kWh]"""
    return heat_kwh(frame, frame.value(warm) - frame.value(cold))


RULE = Rule(
    card=CARD,
    basis=Basis.MEANS,
    targets=lambda site: equipment_targets(site, CARD, DECLARED),
    judge=judge,
)
