"""PWR-12 and PWR-16: current that leaks to earth, and terminals that run hot."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.gates import data_gate
from analytics.targets import equipment_targets
from core.batch import Bools, Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Licence, Permit, Trade

PWR12 = RuleCard(
    id="PWR-12",
    family="earth_leakage",
    discipline=Discipline.POWER,
    trade=Trade.ELECTRICIAN,
    severity=1,
    title="Current leaks to earth behind {target}",
    explanation=(
        "Behind {target} {margin} A more than 300 mA does not come back through its conductors. "
        "It flows to earth through bad insulation: danger of fire and of shock."
    ),
    applies_to=(EquipmentClass.ELECTRIC_METER,),
    roles=("residual_current",),
    modes=("supplied",),
    interval_s=900,
    counted_in="minutes",
    longest_period_s=900,
    sufficiency=0.5,
    condition="Residual current above 300 mA.",
    hold=Hold(minutes=15),
    clear_at="At or below 240 mA (80 % of the limit).",
    clears_when="24 hours below it, the building in use.",
    waste_formula="none claimed: safety",
    causes=(
        "Wet or aged insulation of a cable or a heater",
        "Neutral and earth connected behind the main board",
        "Filters of many electronic devices on one board",
    ),
    checks=(
        "Clamp the outgoing circuits one by one with a leakage clamp",
        "Measure the insulation of the circuit that leaks, with it isolated",
        "Look for water in boxes, floor sockets and kitchen machines",
    ),
    parts=("Cable or device by finding",),
    isolation="Isolate, lock and test dead before touching the circuit.",
    licences=(Licence.ELECTRICIAN,),
    permits=(Permit.ISOLATION,),
    people=2,
    effort_min=120,
    desk=False,
    exposures=1,
    sources=("domain sheet PWR-12", "fire alarm practice of 300 mA at the main board"),
    parameters={
        "limit": Parameter(value=0.3, unit="A", why="what can set wood alight; less alarms on the "
            "filters of a building's computers, more leaves a fire burning"),
        "clear_share": Parameter(value=0.8, unit="1", why="of the limit"),
    },
)  # fmt: skip

PWR16 = RuleCard(
    id="PWR-16",
    family="hot_terminal",
    discipline=Discipline.POWER,
    trade=Trade.ELECTRICIAN,
    severity=1,
    title="A terminal of {target} runs hot",
    explanation=(
        "The hottest terminal of {target} is {margin} K above 70 °C. Copper and its insulation "
        "bear no more; a loose contact heats itself until it burns."
    ),
    applies_to=(EquipmentClass.ELECTRIC_METER,),
    roles=("cable_temp",),
    modes=("supplied",),
    interval_s=900,
    counted_in="minutes",
    longest_period_s=900,
    sufficiency=0.5,
    condition="Temperature of the terminal above 70 °C.",
    hold=Hold(minutes=15),
    clear_at="At or below 65 °C.",
    clears_when="Three days below it, the building in use.",
    waste_formula="none claimed: safety",
    causes=(
        "Terminal loose or corroded",
        "Circuit carries more than it is made for",
        "Breaker's contact worn",
    ),
    checks=(
        "Look at the board with a thermal camera while it carries its load",
        "Check the torque of the terminals, with the board isolated",
        "Compare the current with the rating of cable and breaker",
    ),
    parts=("Terminal or lug", "Breaker"),
    isolation="Isolate the board, lock and test dead before tightening anything.",
    licences=(Licence.ELECTRICIAN,),
    permits=(Permit.ISOLATION,),
    people=2,
    effort_min=90,
    desk=False,
    sources=("domain sheet PWR-12", "PVC insulation bears 70 °C (IEC 60364-5-52)"),
    parameters={
        "limit": Parameter(value=70.0, unit="°C", why="what PVC insulation bears for long; less "
            "alarms on a loaded board in summer, more lets it char"),
        "clear": Parameter(value=5.0, unit="K", why="below the limit"),
    },
)  # fmt: skip


def judge_leakage(frame: Frame) -> Judged:
    """PWR-12."""
    limit, leaks = PWR12.value("limit"), frame.value("residual_current")
    with np.errstate(invalid="ignore"):
        clear = leaks <= PWR12.value("clear_share") * limit
    return _judged(frame, PWR12, leaks - limit, clear)


def judge_heat(frame: Frame) -> Judged:
    """PWR-16."""
    beyond = frame.value("cable_temp") - PWR16.value("limit")
    with np.errstate(invalid="ignore"):
        clear = beyond <= -PWR16.value("clear")
    return _judged(frame, PWR16, beyond, clear)


def _judged(frame: Frame, card: RuleCard, beyond: Floats, clear: Bools) -> Judged:
    gate = data_gate(frame, card.roles)
    with np.errstate(invalid="ignore"):
        # Empty, a board carries nothing: that it is cool and does not leak proves no repair.
        gate.exclude(~(beyond > 0) & ~frame.occupied, Reason.UNOCCUPIED)
        return gate.judge(beyond > 0, clear=clear, margin=beyond, good=frame.good)


def _rule(card: RuleCard) -> Rule:
    def of(site: Site) -> tuple[Target, ...]:
        found = equipment_targets(site, card, {})
        return tuple(target for target in found if card.roles[0] in target.points)

    judge = judge_leakage if card is PWR12 else judge_heat
    return Rule(card=card, basis=Basis.MEANS, targets=of, judge=judge)


LEAKAGE, HEAT = _rule(PWR12), _rule(PWR16)
