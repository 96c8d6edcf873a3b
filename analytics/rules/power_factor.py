"""PWR-06: a power factor below what the tariff asks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.gates import data_gate
from analytics.targets import equipment_targets
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Licence, Permit, Trade

CARD = RuleCard(
    id="PWR-06",
    family="power_factor",
    discipline=Discipline.POWER,
    trade=Trade.ELECTRICIAN,
    severity=2,
    title="Power factor of {target} is below what the tariff asks",
    explanation=(
        "At more than a fifth of its load the power factor of {target} is {margin} below the "
        "target. The bill rises with it, and cables and transformer carry current for nothing."
    ),
    applies_to=(EquipmentClass.ELECTRIC_METER,),
    roles=("power_factor", "power"),
    modes=("load",),
    interval_s=900,
    counted_in="minutes",
    longest_period_s=900,
    sufficiency=0.5,
    condition="Power factor below the target (pf_target, 0.90 where nothing is declared) at more "
    "than 20 % of the load that its register is rated for; not where panels (pv_kwp) give behind "
    "it, which take active power off and leave the reactive.",
    hold=Hold(minutes=60),
    clear_at="0.01 above the target.",
    clears_when="Three days, an hour each, above the target at such a load.",
    waste_formula="none claimed: the tariff's factor falls on the month's bill",
    causes=(
        "Steps of the capacitor bank lost, or their contactors",
        "Controller of the bank off or set wrongly",
        "Motors that run nearly empty",
    ),
    checks=(
        "Read the power factor and the steps at the bank's controller",
        "Measure the current of each step",
        "Look for swollen capacitors and blown fuses",
    ),
    parts=("Capacitor step", "Fuses", "Contactor"),
    isolation="Isolate the bank, wait five minutes, short and earth the capacitors.",
    licences=(Licence.ELECTRICIAN,),
    permits=(Permit.ISOLATION,),
    effort_min=120,
    desk=False,
    sources=("domain sheet PWR-06 and D (power factor tariff)",),
    parameters={
        "target": Parameter(value=0.90, unit="1", why="of industrial and large commercial "
            "customers in China; 0.85 for smaller ones, declared as pf_target"),
        "load": Parameter(value=0.2, unit="1", why="of the rating: below it magnetising current "
            "alone makes the factor poor and the bill does not mind"),
        "clear": Parameter(value=0.01, unit="1", why="above the target"),
    },
)  # fmt: skip


def judge(frame: Frame) -> Judged:
    """Judges quarter-hours at load."""
    gate = data_gate(frame, CARD.roles)
    gate.exclude(np.isnan(frame.parameter("rated")), Reason.NO_REFERENCE)
    with np.errstate(invalid="ignore"):
        loaded = frame.value("power") > CARD.value("load") * frame.parameter("rated")
        gate.exclude(~loaded, Reason.OTHER_MODE)
        # Capacitive is no better for who pays, and nothing that a lost step would do.
        short = frame.parameter("pf_target") - np.abs(frame.value("power_factor"))
        return gate.judge(
            short > 0, clear=short <= -CARD.value("clear"), margin=short, good=frame.good
        )


def targets(site: Site) -> tuple[Target, ...]:
    """Meters that tell their power factor, with what their register is rated for."""
    declared = {"pf_target": CARD.value("target")}
    sunny = {e.building for e in site.equipment.values() if "pv_kwp" in e.parameters}
    return tuple(
        replace(
            target, exempt=target.exempt or target.building in sunny,
            parameters={**target.parameters, "rated": _rated(site, target.id)},
        )
        for target in equipment_targets(site, CARD, declared)
        if set(CARD.roles) <= target.points.keys()
    )  # fmt: skip


def _rated(site: Site, meter: str) -> float:
    """Most energy in an hour, as its register is declared; NaN where it is not. [kW]"""
    index = site.points_of(meter).get("energy")
    point = site.points[index] if index is not None else None
    if point is None or point.register is None or not np.isfinite(point.register.rated_per_h):
        return float("nan")
    newest = point.scales[-1].factor if point.scales else 1.0
    return point.register.rated_per_h * newest


RULE = Rule(card=CARD, basis=Basis.MEANS, targets=targets, judge=judge)
