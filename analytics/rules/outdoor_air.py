"""FC-10 and AC-08: outdoor air that does not come when it cools, or that nobody needs."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule
from analytics.rules.air import (
    DECLARED,
    Air,
    air,
    cooled,
    eps_oat,
    excess_share,
    excess_waste,
    heat_kwh,
    least_damper,
    mode_codes,
    mode_gate,
    no_mixture,
    number,
    running_on,
)
from analytics.rules.air_card import AIR_FLOW, HAND_THERMOMETER, STOP_FAN, air_card
from analytics.rules.gates import data_gate
from analytics.targets import equipment_targets
from core.batch import Bools
from core.rulecard import Movable, Parameter
from core.verdict import Reason
from core.words import Carrier, Trade

_HEATING, _ALL_OUTDOOR, _LEAST = 0, 2, 3
_IN_HAND = 2
"""Mode of AC-08, after its two states: the damper is asked to be open."""

FC10 = air_card(
    id_="FC-10",
    family="ahu_outdoor_air",
    trade=Trade.HVAC,
    title="{target} is asked for all outdoor air and does not take it",
    explanation="The damper is asked to open fully and the mixed air stays {margin} K farther from "
    "the outdoor air than its sensors can be wrong. The chiller cools what outdoor air would cool "
    "for nothing.",
    roles=("mat", "rat", "oat"),
    optional_roles=AIR_FLOW,
    states=(_ALL_OUTDOOR,),
    condition="abs(MAT − OAT) > √(εMAT² + εOAT²) + (1 − 0.76)·abs(RAT − OAT), mechanical cooling "
    "with all outdoor air, MAT not beyond both RAT and OAT.",
    clear_at="0.5 K within it.",
    waste_formula="1.206·V̇·max(0, MAT − OAT − (1 − 0.76)·abs(RAT − OAT))/COP of electricity, "
    "without the moisture",
    causes=(
        "Outdoor damper does not open, linkage loose",
        "Return damper does not shut",
        "Mixed or outdoor air sensor wrong",
    ),
    checks=(
        "Look at the damper blades while the command is 100 %",
        HAND_THERMOMETER,
    ),
    parts=("Damper actuator", "Linkage"),
    isolation=STOP_FAN,
    effort_min=90,
    seasonal=True,
    numbers=("eps_mat", "eps_oat_local", "eps_oat_remote", "mix_band"),
    own={
        "wide_open": Parameter(value=0.76, unit="1", why="outdoor share of a healthy unit (LBNL "
            "MZVAV-2-1) whose damper is asked to open fully, 0.76 to 0.97: return dampers leak the "
            "rest. More accuses them where rooms are much warmer than outdoor air, less hides "
            "half a damper"),
    },
)  # fmt: skip

AC08 = air_card(
    id_="AC-08",
    family="ahu_outdoor_air",
    trade=Trade.HVAC,
    title="{target} takes in more outdoor air than people need",
    explanation="While {target} heats, or cools on a day warmer than its rooms, the share of "
    "outdoor air is more than its sensors can be wrong above the declared one, by up to {margin} "
    "beyond that. All of it has to be heated or cooled.",
    roles=("mat", "rat", "oat"),
    optional_roles=AIR_FLOW,
    exemptions=("demand_ventilation",),
    states=(_HEATING, _LEAST),
    modes=("in_hand",),
    condition="OAF > OAFmin + max(0.10, εMAT/abs(RAT − OAT)), OAF = (MAT − RAT)/(OAT − RAT), "
    "abs(RAT − OAT) ≥ 6 K: heating, wherever the damper is asked to be but for one that its loop "
    "moves, 2 % and more within half an hour, or mechanical cooling with the least outdoor air "
    "while it is warmer outdoors than in; OAFmin (oa_min) declared.",
    clear_at="Within 80 % of the limit; for a damper that was in hand: its loop moves it, whatever "
    "the state.",
    waste_formula="heating: 1.206·V̇·ΔOAF·(RAT − OAT) of heat; cooling: "
    "1.206·V̇·ΔOAF·(OAT − RAT)/COP of electricity, without the moisture",
    causes=(
        "Outdoor damper left in hand, or its blades stuck open",
        "Outdoor damper does not close, linkage loose",
        "Mixed, return or outdoor air sensor wrong",
    ),
    checks=(
        "Look for the damper in hand at the controller and at its actuator",
        "Look at the damper blades at the least position",
        HAND_THERMOMETER,
    ),
    parts=("Damper actuator", "Linkage"),
    isolation=STOP_FAN,
    effort_min=90,
    seasonal=True,
    numbers=("eps_mat",),
    own={
        "least_excess": Parameter(value=0.10, unit="1", why="domain sheet AC-08; less is within "
            "what a balancing report is wrong by, more leaves a tenth of all heat"),
        "least_spread": Parameter(value=6.0, unit="K", why="Guideline 36 ΔTmin: below it the "
            "share is noise"),
        "moves": Parameter(value=2.0, unit="%", why="within the mode delay: what is left in hand "
            "stands still, and an actuator rests within 1 to 2 %. Where the loop asks for outdoor "
            "air to cool what a heating valve lets through, the damper obeys"),
        "clear_share": Parameter(value=0.8, unit="1", why="of the limit"),
    },
    movable=Movable(parameter="least_excess", most=0.25, step=0.01),
)  # fmt: skip
# Beyond 0.25 a quarter of all heat may go out through a damper that nobody looks at.


def judge_economiser(frame: Frame) -> Judged:
    """FC-10."""
    gate, now = data_gate(frame, FC10.roles), air(frame)
    mode_gate(gate, now, frame, (_ALL_OUTDOOR,))
    gate.exclude(no_mixture(frame), Reason.OTHER_MODE)
    apart = frame.value("mat") - frame.value("oat")
    with np.errstate(invalid="ignore"):
        leaks = (1.0 - FC10.value("wide_open")) * np.abs(frame.value("rat") - frame.value("oat"))
        allowed = np.hypot(number("eps_mat"), eps_oat(frame)) + leaks
        beyond = np.abs(apart) - allowed
        return gate.judge(
            beyond > 0,
            clear=beyond <= -FC10.value("clear"),
            margin=beyond,
            good=frame.good,
            mode=mode_codes(now, (_ALL_OUTDOOR,)),
            waste={
                Carrier.ELECTRICITY: cooled(frame, heat_kwh(frame, np.nan_to_num(apart - leaks)))
            },
        )


def judge_excess(frame: Frame) -> Judged:
    """AC-08."""
    states = (_HEATING, _LEAST)
    gate, now = data_gate(frame, AC08.roles), air(frame)
    open_ = frame.value("oa_damper") > least_damper(frame) + number("damper_band")
    # In nobody's hand, whatever the state: a proof where one was, and no fault of the damper's.
    obeys = open_ & _moves(frame, now)
    # Real units stand at 37 % on a cold day and are healthy: a guess would accuse them.
    gate.exclude(np.isnan(frame.parameter("oa_min")), Reason.NO_REFERENCE)
    mode_gate(gate, now, frame, states, besides=obeys)
    excess, spread = excess_share(frame)
    heating = now.state == _HEATING
    with np.errstate(invalid="ignore", divide="ignore"):
        # Cooler outdoors than in, more of it is no loss to who cools.
        gate.exclude(~obeys & (np.where(heating, -spread, spread) < AC08.value("least_spread")),
                     Reason.SMALL_SPREAD)  # fmt: skip
        limit = np.maximum(AC08.value("least_excess"), number("eps_mat") / np.abs(spread))
        beyond = np.where(obeys, -AC08.value("least_excess"), excess - limit)
        clear = obeys | (excess <= AC08.value("clear_share") * limit)
    return gate.judge(
        beyond > 0,
        clear=clear,
        margin=beyond,
        good=frame.good,
        mode=np.where(obeys | (heating & open_), _IN_HAND, mode_codes(now, states)).astype(np.int8),
        waste=excess_waste(frame, excess, spread, heating),
    )


def _moves(frame: Frame, now: Air) -> Bools:
    """Whether the damper has been asked otherwise within the mode delay, all of it in use."""
    asked = frame.value("oa_damper")
    steps = round(number("mode_delay") * 60_000 / frame.grid.step)
    high, low = asked.copy(), asked.copy()
    for k in range(1, steps + 1):
        high[:, k:] = np.fmax(high[:, k:], asked[:, :-k])
        low[:, k:] = np.fmin(low[:, k:], asked[:, :-k])
    with np.errstate(invalid="ignore"):
        moved: Bools = high - low >= AC08.value("moves")
    return moved & running_on(frame, now)


NONE_FREE = Rule(
    card=FC10,
    basis=Basis.MEANS,
    targets=lambda site: equipment_targets(site, FC10, DECLARED),
    judge=judge_economiser,
)
TOO_MUCH = Rule(
    card=AC08,
    basis=Basis.MEANS,
    targets=lambda site: equipment_targets(site, AC08, {**DECLARED, "oa_min": np.nan}),
    judge=judge_excess,
)
