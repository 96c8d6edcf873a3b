"""FC-5, FC-12 and FC-13: supply air that does not do what its coil is asked for."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule
from analytics.rules.air import (
    AIR_KW,
    DECLARED,
    air,
    flow,
    heat_kwh,
    mode_codes,
    mode_gate,
    no_mixture,
    number,
    operating_state,
)
from analytics.rules.air_card import (
    AIR_FLOW,
    HAND_THERMOMETER,
    STOP_FAN,
    VALVE_WATER,
    air_card,
)
from analytics.rules.gates import data_gate, is_on
from analytics.targets import equipment_targets
from core.batch import Bools, Floats
from core.rulecard import Parameter, RuleCard
from core.verdict import Reason
from core.words import Carrier, Trade

_HEATING = (0,)
_COOLING = (1, 2, 3)
_MECHANICAL = (2, 3)

FC05 = air_card(
    id_="FC-5",
    family="ahu_heating",
    trade=Trade.HVAC,
    title="{target} heats, but its supply air gets no warmer",
    explanation="The heating valve is open and the supply air is still {margin} K too cold "
    "against the mixed air. No hot water comes, the valve does not open, or the cooling coil "
    "takes the heat away again.",
    roles=("sat", "mat"),
    optional_roles=("rat", "oat"),
    states=_HEATING,
    condition="SAT + εSAT ≤ MAT − εMAT + ΔTSF while heating, MAT not beyond both RAT and OAT.",
    clear_at="0.5 K above the limit.",
    waste_formula="none claimed: comfort; what cools against it is FC-14's",
    causes=(
        "Cooling valve passes or is stuck open",
        "No hot water at the coil, or an air lock",
        "Heating valve or actuator does not open",
        "Supply or mixed air sensor wrong",
    ),
    checks=(
        "Feel both coils' pipes: hot flow and return, cold flow and return",
        "Watch the heating valve travel",
        HAND_THERMOMETER,
    ),
    parts=("Valve actuator", "Valve"),
    isolation=VALVE_WATER,
    effort_min=90,
    numbers=("eps_sat", "eps_mat", "fan_rise", "mix_band"),
    seasonal=True,
    behind=("ahu_cooling_valve",),
)

FC12 = air_card(
    id_="FC-12",
    family="ahu_heating_valve",
    trade=Trade.HVAC,
    title="{target} cools, but its supply air is warmer than its mixed air",
    explanation="Nothing is asked to heat and the supply air is {margin} K warmer than the mixed "
    "air and the fan explain. Heat gets in: most often the heating valve does not shut.",
    roles=("sat", "mat"),
    optional_roles=("rat", "oat", *AIR_FLOW),
    states=_COOLING,
    condition="SAT − εSAT − ΔTSF ≥ MAT + εMAT while cooling, free or mechanical, MAT not beyond "
    "both RAT and OAT.",
    clear_at="0.5 K below the limit.",
    waste_formula="1.206·V̇·(SAT − ΔTSF − MAT) of heat that nobody asked for",
    causes=(
        "Heating valve passes or is stuck open",
        "Cooling valve does not open, or no chilled water, on a warm day",
        "Supply or mixed air sensor wrong",
    ),
    checks=(
        "Feel the heating coil's return pipe with its valve commanded shut",
        "Shut the coil's hand valve and watch the supply temperature fall",
        HAND_THERMOMETER,
    ),
    parts=("Heating valve", "Valve actuator"),
    isolation=VALVE_WATER,
    effort_min=90,
    numbers=("eps_sat", "eps_mat", "fan_rise", "mix_band"),
    seasonal=True,
    exemptions=("dehumidifies",),
    clears_when="Three days in the operating state that showed it, 30 minutes each, clear; and "
    "half an hour in which the coil is asked to heat and does: a shut hand valve is no repair.",
    served_when="Heating, and supply air at least the limit warmer than mixed air.",
)

FC13 = air_card(
    id_="FC-13",
    family="ahu_cooling",
    trade=Trade.HVAC,
    title="{target} cools with its valve full open and does not reach its setpoint",
    explanation="The cooling valve is full open and the supply air stays {margin} K above what "
    "is tolerated over its setpoint. Cold water is missing, the coil is dirty, or heat gets in.",
    roles=("sat", "sat_sp"),
    optional_roles=("mat", *AIR_FLOW),
    states=_MECHANICAL,
    condition="SAT > SP + εSAT with the cooling valve at 99 % or more, unless the coil gives what "
    "its nameplate says: then there is more load than it was chosen for.",
    clear_at="Setpoint reached within 0.5 K less than the limit.",
    waste_formula="none claimed: comfort",
    causes=(
        "Chilled water too warm or too little",
        "Heating valve passes against the coil",
        "Coil dirty, or the valve does not open",
        "Setpoint below what the coil was designed for",
    ),
    checks=(
        "Read chilled water flow and return at the coil",
        "Feel the heating coil's return pipe",
        "Look at the coil's face and the filter",
    ),
    parts=("Valve actuator",),
    isolation=STOP_FAN,
    effort_min=90,
    numbers=("eps_sat", "valve_full", "fan_rise"),
    own={
        "gives": Parameter(value=0.64, unit="1", why="of the nameplate's cooling, as dry heat: a "
            "quarter of a coil's work is latent, and nameplates are 15 % wrong; less excuses a "
            "dirty coil, more sends somebody on the hottest days"),
    },
    seasonal=True,
    behind=("ahu_heating_valve",),
    # After a hot weekend air, walls and the chilled water itself are pulled down for up to an
    # hour and a half: the mode delay and this.
    hold_min=60,
)  # fmt: skip


def judge_no_heat(frame: Frame) -> Judged:
    """FC-5."""
    warm = frame.value("mat") - number("eps_mat") + number("fan_rise")
    margin = warm - (frame.value("sat") + number("eps_sat"))
    return _judge(frame, FC05, _HEATING, margin, margin >= 0, excused=no_mixture(frame))


def judge_warm(frame: Frame) -> Judged:
    """FC-12."""
    gain = frame.value("sat") - number("fan_rise") - frame.value("mat")
    margin = gain - number("eps_sat") - number("eps_mat")
    waste = {Carrier.HEAT: heat_kwh(frame, gain)}
    heats = is_on(frame.value("fan_status")) & (operating_state(frame) == 0) & (margin >= 0)
    excused = no_mixture(frame)
    return _judge(frame, FC12, _COOLING, margin, margin >= 0, waste, excused, served=heats)


def judge_short(frame: Frame) -> Judged:
    """FC-13."""
    over = frame.value("sat") - frame.value("sat_sp") - number("eps_sat")
    with np.errstate(invalid="ignore"):
        full = frame.value("cool_valve") >= number("valve_full")
        short = full & (over > 0)
        given = (
            AIR_KW * flow(frame) * (frame.value("mat") + number("fan_rise") - frame.value("sat"))
        )
        busy = given >= FC13.value("gives") * frame.parameter("cooling_capacity")
    return _judge(frame, FC13, _MECHANICAL, over, short, excused=short & busy)


def _judge(
    frame: Frame,
    card: RuleCard,
    states: tuple[int, ...],
    margin: Floats,
    fault: Bools,
    waste: dict[Carrier, Floats] | None = None,
    excused: Bools | None = None,
    served: Bools | None = None,
) -> Judged:
    gate, now = data_gate(frame, card.roles), air(frame)
    if served is not None:
        gate.exclude(served, Reason.SERVED)
    mode_gate(gate, now, frame, states)
    if excused is not None:
        gate.exclude(excused, Reason.OTHER_MODE)
    with np.errstate(invalid="ignore"):
        return gate.judge(
            fault,
            clear=margin <= -card.value("clear"),
            margin=margin,
            good=frame.good,
            mode=mode_codes(now, states),
            waste=waste,
        )


RULES = (
    Rule(
        card=FC05,
        basis=Basis.MEANS,
        targets=lambda site: equipment_targets(site, FC05, DECLARED),
        judge=judge_no_heat,
    ),
    Rule(
        card=FC12,
        basis=Basis.MEANS,
        targets=lambda site: equipment_targets(site, FC12, DECLARED),
        judge=judge_warm,
    ),
    Rule(
        card=FC13,
        basis=Basis.MEANS,
        targets=lambda site: equipment_targets(site, FC13, DECLARED),
        judge=judge_short,
    ),
)
