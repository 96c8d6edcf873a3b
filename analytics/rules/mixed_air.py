"""FC-2, FC-3 and FC-6: mixed air that cannot be a mixture, or too much of the wrong air."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule
from analytics.rules.air import (
    DECLARED,
    Air,
    air,
    eps_oat,
    excess_share,
    excess_waste,
    least_damper,
    mode_codes,
    mode_gate,
    number,
)
from analytics.rules.air_card import AIR_FLOW, HAND_THERMOMETER, STOP_FAN, air_card
from analytics.rules.gates import data_gate
from analytics.targets import equipment_targets
from core.batch import Floats
from core.rulecard import Movable, Parameter, RuleCard
from core.verdict import Reason
from core.words import Trade

_ALL = (0, 1, 2, 3, 4)
_MIXED = ("mat", "rat", "oat")
"""One of them is wrong: until it is known which, nothing is concluded from any."""

_STRATIFIED = Movable(parameter="eps_mat", most=6.0, step=0.1)
"""Twice what Guideline 36 allows for air that does not mix: beyond it a sensor hangs wrong."""

_ENVELOPE = ("eps_mat", "eps_rat", "eps_oat_local", "eps_oat_remote")
_SENSORS = (
    "Mixed air sensor wrong, or mounted where the air is not mixed",
    "Return or outdoor air sensor wrong",
    "Two sensors swapped",
)

FC02 = air_card(
    id_="FC-2",
    family="ahu_mixed_air_sensor",
    trade=Trade.INSTRUMENT,
    title="Mixed air of {target} is colder than everything that is mixed",
    explanation="The mixed air reads {margin} K colder than both the return and the outdoor air "
    "can explain. One of the three sensors is wrong, and the controller believes it.",
    roles=("mat", "rat", "oat"),
    states=_ALL,
    condition="MAT + εMAT < min(RAT − εRAT, OAT − εOAT), all operating states.",
    clear_at="0.5 K above the lower edge of the envelope.",
    waste_formula="none claimed: what a wrong sensor costs is not in these points",
    causes=_SENSORS,
    checks=(HAND_THERMOMETER, "Look where the mixed air sensor hangs, and whether it is averaging"),
    parts=("Duct temperature sensor",),
    isolation=STOP_FAN,
    effort_min=60,
    numbers=_ENVELOPE,
    movable=_STRATIFIED,
)

FC03 = air_card(
    id_="FC-3",
    family="ahu_mixed_air_sensor",
    trade=Trade.INSTRUMENT,
    title="Mixed air of {target} is warmer than everything that is mixed",
    explanation="The mixed air reads {margin} K warmer than both the return and the outdoor air "
    "can explain. One of the three sensors is wrong, and the controller believes it.",
    roles=("mat", "rat", "oat"),
    states=_ALL,
    condition="MAT − εMAT > max(RAT + εRAT, OAT + εOAT), all operating states.",
    clear_at="0.5 K below the upper edge of the envelope.",
    waste_formula="none claimed: what a wrong sensor costs is not in these points",
    causes=_SENSORS,
    checks=(HAND_THERMOMETER, "Look where the mixed air sensor hangs, and whether it is averaging"),
    parts=("Duct temperature sensor",),
    isolation=STOP_FAN,
    effort_min=60,
    numbers=_ENVELOPE,
    movable=_STRATIFIED,
)

FC06 = air_card(
    id_="FC-6",
    family="ahu_outdoor_air",
    trade=Trade.HVAC,
    title="{target} takes in the wrong share of outdoor air",
    explanation="With its damper asked to the least position the share of outdoor air is more "
    "than 30 points from the declared one, up to {margin} beyond that. The air that is too much "
    "has to be heated or cooled.",
    roles=("mat", "rat", "oat"),
    optional_roles=AIR_FLOW,
    states=(0, 3),
    condition="abs(RAT − OAT) ≥ 6 K and abs(OAF − OAFmin) > 0.30, OAF = (MAT − RAT)/(OAT − RAT), "
    "heating or mechanical cooling, with the damper at its least position; OAF ≥ −0.1, since "
    "less is no state of a damper.",
    clear_at="Within 0.24 of the declared share (80 % of the limit).",
    waste_formula="heating: 1.206·V̇·ΔOAF·(RAT − OAT) of heat; cooling: "
    "1.206·V̇·ΔOAF·max(0, OAT − RAT)/COP of electricity, without the moisture",
    causes=(
        "Outdoor damper does not close, linkage loose",
        "Mixed, return or outdoor air sensor wrong",
        "Least position set too high",
    ),
    checks=(
        "Look at the damper blades at the least position",
        HAND_THERMOMETER,
        "Compare the least position with the balancing report",
    ),
    parts=("Damper actuator", "Linkage"),
    isolation=STOP_FAN,
    effort_min=90,
    numbers=(),
    # In mild weather room and outdoor air are too near each other to tell a share.
    seasonal=True,
    own={
        "eps_oaf": Parameter(value=0.30, unit="1", why="Guideline 36: the share is a quotient of "
            "two small differences; less alarms on stratified air"),
        "least_spread": Parameter(value=6.0, unit="K", why="Guideline 36 ΔTmin: below it the "
            "share is noise"),
        "less_than_none": Parameter(value=0.1, unit="1", why="as AC-08 allows for the sensors; "
            "less alarms on a shut damper as a sensor's fault, more sends to a damper for it"),
        "clear_share": Parameter(value=0.8, unit="1", why="of the limit"),
    },
    movable=Movable(parameter="eps_oaf", most=0.45, step=0.01),
)  # fmt: skip
# Beyond 0.45 a damper that stands half open would be no fault.


def judge_colder(frame: Frame) -> Judged:
    """FC-2."""
    edge = np.minimum(frame.value("rat") - number("eps_rat"), frame.value("oat") - eps_oat(frame))
    return _envelope(frame, FC02, edge - (frame.value("mat") + number("eps_mat")))


def judge_warmer(frame: Frame) -> Judged:
    """FC-3."""
    edge = np.maximum(frame.value("rat") + number("eps_rat"), frame.value("oat") + eps_oat(frame))
    return _envelope(frame, FC03, frame.value("mat") - number("eps_mat") - edge)


def judge_share(frame: Frame) -> Judged:
    """FC-6."""
    gate, now = _gate(frame, FC06, (0, 3))
    excess, spread = excess_share(frame)
    with np.errstate(invalid="ignore"):
        lowest = frame.value("oa_damper") <= least_damper(frame) + number("damper_band")
        gate.exclude(~lowest, Reason.OTHER_MODE)
        gate.exclude(np.abs(spread) < FC06.value("least_spread"), Reason.SMALL_SPREAD)
        # Less than no outdoor air is no state of a damper: two of the sensors disagree.
        share = excess + frame.parameter("oa_min")
        gate.exclude(share < -FC06.value("less_than_none"), Reason.OTHER_MODE)
        beyond = np.abs(excess) - FC06.value("eps_oaf")
    return gate.judge(
        beyond > 0,
        clear=beyond <= (FC06.value("clear_share") - 1.0) * FC06.value("eps_oaf"),
        margin=beyond,
        good=frame.good,
        mode=mode_codes(now, (0, 3)),
        waste=excess_waste(frame, excess, spread, now.state == 0),
    )


def _envelope(frame: Frame, card: RuleCard, margin: Floats) -> Judged:
    gate, now = _gate(frame, card, _ALL)
    with np.errstate(invalid="ignore"):
        return gate.judge(
            margin > 0,
            clear=margin <= -card.value("clear"),
            margin=margin,
            good=frame.good,
            mode=mode_codes(now, _ALL),
        )


def _gate(frame: Frame, card: RuleCard, states: tuple[int, ...]) -> tuple[Gate, Air]:
    gate, now = data_gate(frame, card.roles), air(frame)
    mode_gate(gate, now, frame, states)
    return gate, now


RULES = (
    Rule(
        card=FC02,
        basis=Basis.MEANS,
        targets=lambda site: equipment_targets(site, FC02, DECLARED),
        judge=judge_colder,
        mutes=_MIXED,
    ),
    Rule(
        card=FC03,
        basis=Basis.MEANS,
        targets=lambda site: equipment_targets(site, FC03, DECLARED),
        judge=judge_warmer,
        mutes=_MIXED,
    ),
    Rule(
        card=FC06,
        basis=Basis.MEANS,
        targets=lambda site: equipment_targets(site, FC06, DECLARED),
        judge=judge_share,
    ),
)
