"""WAT-07: a tank that runs over because its float valve does not close."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.gates import data_gate
from analytics.targets import equipment_targets
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Trade

CARD = RuleCard(
    id="WAT-07",
    family="tank_overflow",
    discipline=Discipline.WATER,
    trade=Trade.PLUMBER,
    severity=2,
    title="{target} runs over",
    explanation=(
        "The level of {target} stands above 95 %, by {margin} points, where its float valve should "
        "have shut. What comes in runs down the overflow, unseen."
    ),
    applies_to=(EquipmentClass.TANK,),
    roles=("tank_level",),
    modes=("standing",),
    interval_s=300,
    counted_in="minutes",
    longest_period_s=900,
    sufficiency=0.6,
    condition="Level above 95 %.",
    hold=Hold(minutes=10),
    # Brimful and shut in the evening it stands so until somebody draws; over a weekend, for days.
    lingers_h=72.0,
    clear_at="At or below 93 %, and above 70 %, outside the hours: by day people draw faster than "
    "a valve passes, and a tank whose supply is shut runs over no more either.",
    clears_when="Three nights on which it stood full and did not run over.",
    waste_formula="none claimed: the level does not say how much; the meter before it does",
    causes=(
        "Float valve worn, stuck, or its seat dirty",
        "Float arm bent or set too high",
        "Level sensor wrong",
        "The level switch of the pump that fills it hangs",
        "The check valve of a pump that it feeds lets water run back",
    ),
    checks=(
        "Look and listen at the overflow",
        "Lift the float by hand: does the inflow stop",
        "Compare the level with the sight glass",
    ),
    parts=("Float valve or its seat",),
    isolation="Close and tag the tank's inlet; warn the users if the tank must be emptied.",
    effort_min=60,
    desk=False,
    sources=("domain sheet WAT-07",),
    parameters={
        "limit": Parameter(value=95.0, unit="%", why="floats shut a tenth below the brim; less "
            "alarms on a float set high, more waits until it has run over for hours"),
        "clear": Parameter(value=2.0, unit="%", why="below the limit: waves and the sensor"),
        "full": Parameter(value=70.0, unit="%", why="below it the float is not asked to shut"),
    },
)  # fmt: skip


def judge(frame: Frame) -> Judged:
    """Judges levels; only a full tank at rest clears."""
    gate, level = data_gate(frame, CARD.roles), frame.value("tank_level")
    beyond = level - CARD.value("limit")
    with np.errstate(invalid="ignore"):
        fault = beyond > 0
        gate.exclude(~fault & (level < CARD.value("full")), Reason.OTHER_MODE)
        gate.exclude(~fault & frame.occupied, Reason.NO_SERVICE)
        return gate.judge(
            fault, clear=beyond <= -CARD.value("clear"), margin=beyond, good=frame.good
        )


def targets(site: Site) -> tuple[Target, ...]:
    """Tanks whose level is told."""
    found = equipment_targets(site, CARD, {})
    return tuple(target for target in found if "tank_level" in target.points)


RULE = Rule(card=CARD, basis=Basis.MEANS, targets=targets, judge=judge)
