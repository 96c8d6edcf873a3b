"""FC-14 and FC-15: a coil that works although its valve is shut."""

from __future__ import annotations

import math

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule
from analytics.rules.air import (
    DECLARED,
    Air,
    air,
    cooled,
    heat_kwh,
    mode_codes,
    mode_gate,
    no_mixture,
    number,
)
from analytics.rules.air_card import (
    AIR_FLOW,
    COMMANDS,
    HAND_THERMOMETER,
    VALVE_WATER,
    air_card,
)
from analytics.rules.gates import data_gate
from analytics.targets import equipment_targets
from core.batch import Bools, Floats
from core.rulecard import RuleCard
from core.verdict import Reason
from core.words import Carrier, Trade

_COLD = (0, 1)
_HOT = (1, 2, 3)
_FREE = 1
_HEATING = (0,)
_COOLING = (2, 3)

FC14 = air_card(
    id_="FC-14",
    family="ahu_cooling_valve",
    trade=Trade.HVAC,
    title="The cooling coil of {target} cools although its valve is shut",
    explanation="Cooling is not asked for and the air still loses {margin} K more over the coil "
    "than sensors can be wrong. The valve passes: chilled water is paid for, and while heating "
    "the heat that makes up for it too.",
    roles=("sat", "mat"),
    optional_roles=("ccet", "cclt", "rat", "oat", *AIR_FLOW),
    states=_COLD,
    condition="Cooling valve shut. With coil sensors, heating or free cooling: CCET − CCLT ≥ "
    "√(ε² + ε²); without, free cooling alone: MAT − SAT ≥ √(εSAT² + εMAT²) − ΔTSF, MAT "
    "not beyond both RAT and OAT.",
    clear_at="0.5 K below the limit.",
    waste_formula="1.206·V̇·ΔT/COP of electricity, and 1.206·V̇·ΔT of heat while heating",
    causes=(
        "Cooling valve passes or its seat is worn",
        "Actuator does not close the valve, or is wrongly ranged",
        "A coil sensor is wrong",
    ),
    checks=(
        "Feel the cooling coil's return pipe with the valve commanded shut",
        "Shut the coil's hand valve and watch the temperature over the coil",
        HAND_THERMOMETER,
    ),
    parts=("Cooling valve", "Valve actuator"),
    isolation="Shut the coil's isolating valves before opening the valve.",
    effort_min=120,
    # In hot weather the coil cools all day: its valve is never shut.
    seasonal=True,
    numbers=("eps_sat", "eps_mat", "fan_rise", "mix_band"),
    clears_when="Three days in the operating state that showed it, 30 minutes each, clear; and "
    "half an hour in which the coil is asked to cool and does: a shut hand valve is no repair.",
    served_when="Mechanical cooling, its valve open, and at least the limit over the coil.",
)

FC15 = air_card(
    id_="FC-15",
    family="ahu_heating_valve",
    trade=Trade.HVAC,
    title="The heating coil of {target} heats although its valve is shut",
    explanation="Heating is not asked for and the air still gains {margin} K more over the coil "
    "than sensors can be wrong. The valve passes: heat is paid for, and while cooling the "
    "chilled water that takes it away too.",
    roles=("sat", "mat"),
    optional_roles=("hcet", "hclt", "rat", "oat", *AIR_FLOW),
    states=_HOT,
    condition="Heating valve shut. With coil sensors, all cooling states: HCLT − HCET ≥ "
    "√(ε² + ε²); without, free cooling alone: SAT − MAT ≥ √(εSAT² + εMAT²) + ΔTSF, MAT "
    "not beyond both RAT and OAT.",
    clear_at="0.5 K below the limit.",
    waste_formula="1.206·V̇·ΔT of heat, and 1.206·V̇·ΔT/COP of electricity while cooling "
    "mechanically",
    causes=(
        "Heating valve passes or its seat is worn",
        "Actuator does not close the valve, or is wrongly ranged",
        "A coil sensor is wrong",
    ),
    checks=(
        "Feel the heating coil's return pipe with the valve commanded shut",
        "Shut the coil's hand valve and watch the temperature over the coil",
        HAND_THERMOMETER,
    ),
    parts=("Heating valve", "Valve actuator"),
    isolation=VALVE_WATER,
    effort_min=120,
    # In cold weather it heats all day: its valve is never shut.
    seasonal=True,
    numbers=("eps_sat", "eps_mat", "fan_rise", "mix_band"),
    exemptions=("dehumidifies",),
    clears_when="Three days in the operating state that showed it, 30 minutes each, clear; and "
    "half an hour in which the coil is asked to heat and does: a shut hand valve is no repair.",
    served_when="Heating, its valve open, and at least the limit over the coil.",
)


def judge_cold(frame: Frame) -> Judged:
    """FC-14."""
    coil = frame.has_role("ccet") & frame.has_role("cclt")
    over_coil = frame.value("ccet") - frame.value("cclt")
    through = frame.value("mat") - frame.value("sat") + number("fan_rise")
    taken = np.where(coil, over_coil, through)
    gate, now = _gate(frame, _COLD, (coil, over_coil), served=_COOLING, works=taken)
    lost = heat_kwh(frame, taken)
    waste = {
        Carrier.ELECTRICITY: cooled(frame, lost),
        Carrier.HEAT: np.where(now.state == 0, lost, 0.0),
    }
    return _judge(gate, frame, FC14, mode=(now, _COLD), excess=taken - _limit(coil), waste=waste)


def judge_hot(frame: Frame) -> Judged:
    """FC-15."""
    coil = frame.has_role("hcet") & frame.has_role("hclt")
    over_coil = frame.value("hclt") - frame.value("hcet")
    through = frame.value("sat") - frame.value("mat") - number("fan_rise")
    given = np.where(coil, over_coil, through)
    gate, now = _gate(frame, _HOT, (coil, over_coil), served=_HEATING, works=given)
    lost = heat_kwh(frame, given)
    waste = {
        Carrier.HEAT: lost,
        Carrier.ELECTRICITY: np.where(now.state == _FREE, 0.0, cooled(frame, lost)),
    }
    return _judge(gate, frame, FC15, mode=(now, _HOT), excess=given - _limit(coil), waste=waste)


def _limit(coil: Bools) -> Floats:
    """What two sensors can be wrong together: both at the coil, or supply and mixed air. [K]"""
    return np.where(
        coil,
        math.hypot(number("eps_sat"), number("eps_sat")),
        math.hypot(number("eps_sat"), number("eps_mat")),
    )


def _gate(
    frame: Frame, states: tuple[int, ...], measured: tuple[Bools, Floats], *,
    served: tuple[int, ...], works: Floats,
) -> tuple[Gate, Air]:  # fmt: skip
    """Past what excludes an interval; where the coil is asked and works it is *served*."""
    coil, over_coil = measured
    gate, now = data_gate(frame, COMMANDS), air(frame)
    through = np.isnan(frame.value("sat") + frame.value("mat"))
    have = frame.has_role("sat") & frame.has_role("mat")
    gate.exclude(~coil & ~have, Reason.NO_POINT)
    gate.exclude(np.where(coil, np.isnan(over_coil), through), Reason.INSUFFICIENT)
    with np.errstate(invalid="ignore"):
        asked = now.on & np.isin(now.state, served)
        gate.exclude(asked & (works >= _limit(coil)), Reason.SERVED)
    mode_gate(gate, now, frame, states)
    # In the other states the other coil hides it from supply and mixed air.
    gate.exclude(~coil & ((now.state != _FREE) | no_mixture(frame)), Reason.OTHER_MODE)
    return gate, now


def _judge(
    gate: Gate,
    frame: Frame,
    card: RuleCard,
    *,
    mode: tuple[Air, tuple[int, ...]],
    excess: Floats,
    waste: dict[Carrier, Floats],
) -> Judged:
    with np.errstate(invalid="ignore"):
        return gate.judge(
            excess >= 0,
            clear=excess <= -card.value("clear"),
            margin=excess,
            good=frame.good,
            mode=mode_codes(*mode),
            waste=waste,
        )


RULES = (
    Rule(
        card=FC14,
        basis=Basis.MEANS,
        targets=lambda site: equipment_targets(site, FC14, DECLARED),
        judge=judge_cold,
    ),
    Rule(
        card=FC15,
        basis=Basis.MEANS,
        targets=lambda site: equipment_targets(site, FC15, DECLARED),
        judge=judge_hot,
    ),
)
