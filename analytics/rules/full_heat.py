"""FC-7: a heating coil that is asked for all it has and gives next to nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.air import (
    AIR_KW,
    DECLARED,
    air,
    flow,
    mode_codes,
    mode_gate,
    no_mixture,
    number,
)
from analytics.rules.air_card import AIR_FLOW, HAND_THERMOMETER, VALVE_WATER, air_card
from analytics.rules.gates import data_gate
from analytics.targets import equipment_targets
from core.batch import Bools
from core.rulecard import Parameter
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Trade

_HEATING = (0,)
_HOT = "hw_leaving"

CARD = air_card(
    id_="FC-7",
    family="ahu_heating",
    trade=Trade.HVAC,
    title="{target} heats with its valve full open and gets next to no heat",
    explanation="It is cold outdoors, the heating valve is asked to be full open, and the supply "
    "air stays {margin} K below what is tolerated under its setpoint, since the coil gives less "
    "than a third of what it is made for. The valve does not open, or its coil gets no water.",
    roles=("sat", "sat_sp", "mat", "oat"),
    optional_roles=(_HOT, "rat", *AIR_FLOW),
    states=_HEATING,
    condition="SAT < SP − εSAT with the heating valve at 99 % or more and less than 30 % of the "
    "nameplate in the air; where nameplate or air flow is unknown, SAT − MAT − ΔTSF < √(εSAT² + "
    "εMAT²). Below 10 °C outdoors, and, where the building's heat source tells it, with hot water "
    "of 45 °C or more. MAT not beyond both RAT and OAT.",
    clear_at="Setpoint reached within 0.5 K less than the limit.",
    waste_formula="none claimed: comfort",
    causes=(
        "Heating valve or actuator does not open",
        "Coil's hand valve shut, strainer blocked, or an air lock",
        "Supply or mixed air sensor wrong",
    ),
    checks=(
        "Feel the coil's flow and return: hot flow and cold return is a valve that is shut",
        "Watch the heating valve travel",
        HAND_THERMOMETER,
    ),
    parts=("Valve actuator", "Valve"),
    isolation=VALVE_WATER,
    effort_min=90,
    numbers=("eps_sat", "eps_mat", "valve_full", "fan_rise", "mix_band"),
    own={
        "gives": Parameter(value=0.3, unit="1", why="of the nameplate's heating: a coil chosen for "
            "water of 75 °C and fed 50 gives half; less sees only a valve that is quite shut, more "
            "accuses a coil for the water it gets"),
        "cold": Parameter(value=10.0, unit="°C", why="outdoors; above it heating may be locked out "
            "or its season not begun, and no hot water is owed"),
        "hot": Parameter(value=45.0, unit="°C", why="of the source's flow: what a weather curve "
            "gives on a mild day; less is a source that stands, whose fault it is then"),
    },
    seasonal=True,
    behind=("ahu_cooling_valve",),
    # As with cooling: what was cold over a weekend is warmed up for up to an hour and a half.
    hold_min=60,
)  # fmt: skip


def judge(frame: Frame) -> Judged:
    """Judges heating on a cold day."""
    gate, now = data_gate(frame, CARD.roles), air(frame)
    mode_gate(gate, now, frame, _HEATING)
    short = frame.value("sat_sp") - number("eps_sat") - frame.value("sat")
    with np.errstate(invalid="ignore"):
        gate.exclude(frame.value("oat") >= CARD.value("cold"), Reason.OTHER_MODE)
        gate.exclude(frame.value(_HOT) < CARD.value("hot"), Reason.NO_SERVICE)
        gate.exclude(no_mixture(frame), Reason.OTHER_MODE)
        full = frame.value("heat_valve") >= number("valve_full")
        return gate.judge(
            full & (short > 0) & ~_gives(frame),
            clear=short <= -CARD.value("clear"),
            margin=short,
            good=frame.good,
            mode=mode_codes(now, _HEATING),
        )


def _gives(frame: Frame) -> Bools:
    """Whether the coil heats: by its nameplate, else by more than two sensors can be wrong."""
    gain = frame.value("sat") - number("fan_rise") - frame.value("mat")
    given, made_for = AIR_KW * flow(frame) * gain, frame.parameter("heating_capacity")
    unknown = np.isnan(given) | np.isnan(made_for)
    with np.errstate(invalid="ignore"):
        gives: Bools = np.where(
            unknown,
            gain >= math.hypot(number("eps_sat"), number("eps_mat")),
            given >= CARD.value("gives") * made_for,
        )
    return gives


def targets(site: Site) -> tuple[Target, ...]:
    """Air handlers; with the hot water of their building, where one source tells it."""
    return tuple(_with_source(site, target) for target in equipment_targets(site, CARD, DECLARED))


def _with_source(site: Site, target: Target) -> Target:
    told = [
        index
        for source in site.of_class(EquipmentClass.BOILER, EquipmentClass.SUBSTATION)
        if source.building == target.building
        and (index := site.points_of(source.id).get(_HOT)) is not None
    ]
    if len(told) != 1:
        return target
    gateways = target.gateways | {site.points[told[0]].gateway}
    return replace(target, points={**target.points, _HOT: told[0]}, gateways=gateways)


RULE = Rule(card=CARD, basis=Basis.MEANS, targets=targets, judge=judge)
