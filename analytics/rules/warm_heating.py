"""HTG-07: heating runs in warm weather."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.gates import data_gate, is_on
from analytics.targets import equipment_target
from core.batch import Bools, Floats
from core.rulecard import Hold, Parameter, RuleCard, Weather
from core.site import Equipment, EquipmentClass, Site
from core.verdict import Reason
from core.words import Carrier, Discipline, Trade

_RUNNING = ("boiler_cmd", "boiler_status", "pump_status")

CARD = RuleCard(
    id="HTG-07",
    family="heating_warm_lockout",
    discipline=Discipline.HEATING,
    trade=Trade.OPERATOR,
    severity=3,
    title="{target} heats although it is warm outside",
    explanation=(
        "{target} or its pump runs with more than 16 °C outside, up to {margin} K more. No room "
        "needs it: the heating limit is off or set too high, or something stands in manual."
    ),
    applies_to=(EquipmentClass.BOILER, EquipmentClass.SUBSTATION),
    exemptions=("makes_hot_water", "makes_process_heat"),
    roles=("oat",),
    optional_roles=(*_RUNNING, "pump_speed", "heat_power"),
    modes=("warm",),
    interval_s=300,
    counted_in="minutes",
    longest_period_s=900,
    sufficiency=0.6,
    condition="Heating boiler or its pump on, outdoor air above 16 °C; not a boiler that makes hot "
    "water or process heat.",
    hold=Hold(minutes=60),
    clear_at="Boiler and pump off above 16 °C within the hours; below it, and while they stand "
    "still outside the hours, nothing is judged: a cool hour or a timer clears nothing.",
    clears_when="Three warm days, an hour each, with boiler and pump off.",
    waste_formula="100 %: heat delivered ÷ (efficiency × 9.86 kWh/m³) of gas, or the heat where no "
    "gas is burnt; pump kW_rated·speed³ of electricity",
    causes=(
        "Heating limit of the controller off or too high",
        "Boiler or pump left in manual",
        "Outdoor sensor of the controller reads too cold",
    ),
    checks=(
        "Read the heating limit temperature in the controller",
        "Look for hand switches in manual",
        "Compare the controller's outdoor temperature with the weather station",
    ),
    parts=(),
    isolation="None for the setting.",
    effort_min=20,
    desk=True,
    seasonal=True,
    outdoor={"warm": Weather.ABOVE},
    outdoor_limit="lockout",
    sources=("domain sheet HTG-07", "fault cards cited there (16 °C lockout)"),
    parameters={
        "lockout": Parameter(value=16.0, unit="°C", why="below it offices may need heat in the "
            "morning; higher, and spring's waste is missed"),
        "cubic_metre": Parameter(value=9.86, unit="kWh/m³", why="35.5 MJ/m³, as the site's carbon "
            "factor is reckoned; 9.0–10.8 by calorific value"),
    },
)  # fmt: skip

_DECLARED: Mapping[str, float] = {"efficiency": 0.9, "rated_power": np.nan}


def judge(frame: Frame) -> Judged:
    """Judges warm intervals."""
    gate = data_gate(frame, CARD.roles)
    states = np.array([frame.value(role) for role in _RUNNING])
    gate.exclude(~_any_role(frame), Reason.NO_POINT)
    gate.exclude(np.isnan(states).all(axis=0), Reason.NO_DATA)
    running: Bools = np.logical_or.reduce([is_on(state) for state in states])
    over = frame.value("oat") - CARD.value("lockout")
    with np.errstate(invalid="ignore"):
        gate.exclude(over <= 0, Reason.OTHER_MODE)
    # What a timer stopped would be off with a broken lockout too: only its hours clear.
    gate.exclude(~running & ~frame.occupied, Reason.UNOCCUPIED)
    return gate.judge(
        running,
        clear=~running,
        margin=np.where(running, over, -1.0),
        good=frame.good,
        waste=_waste(frame),
    )


def _any_role(frame: Frame) -> Bools:
    found: Bools = np.logical_or.reduce([frame.has_role(role) for role in _RUNNING])
    return found


def _waste(frame: Frame) -> dict[Carrier, Floats]:
    heat = np.maximum(frame.value("heat_power"), 0.0) * frame.grid.hours
    burns_gas = frame.parameter("burns_gas") > 0
    gas = heat / (frame.parameter("efficiency") * CARD.value("cubic_metre"))
    speed = frame.value("pump_speed")
    share = np.where(np.isnan(speed), 1.0, np.clip(speed, 0.0, 100.0) / 100.0)
    pumping = is_on(frame.value("pump_status"))
    power = np.where(pumping, frame.parameter("rated_power") * share**3, 0.0)
    return {
        Carrier.GAS: np.where(burns_gas, gas, 0.0),
        Carrier.HEAT: np.where(burns_gas, 0.0, heat),
        Carrier.ELECTRICITY: power * frame.grid.hours,
    }


def targets(site: Site) -> tuple[Target, ...]:
    """Boilers and substations, with the pumps that are part of them."""
    return tuple(_target(site, equipment) for equipment in site.of_class(*CARD.applies_to))


def _target(site: Site, equipment: Equipment) -> Target:
    parts = [e for _, e in sorted(site.equipment.items()) if e.part_of == equipment.id]
    here = [e for _, e in sorted(site.equipment.items()) if _beside(e, equipment)]
    points: dict[str, int] = {}
    oat = site.find(equipment.id, "oat")
    if oat is not None:
        points["oat"] = oat
    for role in (*_RUNNING, "pump_speed"):
        for owner in (equipment, *parts):
            if role in site.points_of(owner.id):
                points.setdefault(role, site.points_of(owner.id)[role])
    for meter in here:
        if "heat_power" in site.points_of(meter.id):
            points.setdefault("heat_power", site.points_of(meter.id)["heat_power"])
    pumps = [e.number("rated_power", np.nan) for e in parts if e.cls is EquipmentClass.PUMP]
    burns = any(e.cls is EquipmentClass.GAS_METER for e in here)
    declared = {
        "efficiency": _DECLARED["efficiency"],
        "rated_power": pumps[0] if pumps else _DECLARED["rated_power"],
    }
    target = equipment_target(site, CARD, equipment, points, declared)
    return replace(target, parameters={**target.parameters, "burns_gas": float(burns)})


def _beside(other: Equipment, equipment: Equipment) -> bool:
    """Meters of the same system count what it makes."""
    return other.building == equipment.building and other.system == equipment.system


RULE = Rule(card=CARD, basis=Basis.MEANS, targets=targets, judge=judge)
