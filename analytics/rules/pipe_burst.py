"""WAT-03: a pipe has burst behind a building's water main."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule, Target
from analytics.targets import equipment_target
from core.batch import Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import Equipment, EquipmentClass, MeterRole, Schedule, Site
from core.verdict import Reason
from core.words import Carrier, Discipline, Trade

CARD = RuleCard(
    id="WAT-03",
    family="pipe_burst",
    discipline=Discipline.WATER,
    trade=Trade.PLUMBER,
    severity=1,
    title="A pipe has burst behind {target}",
    explanation=(
        "Far more water runs through {target} than anybody draws, {margin} m³/h above the limit. "
        "It runs into the building or the ground: shut the valve first, and look at the switch "
        "room below."
    ),
    applies_to=(EquipmentClass.WATER_METER,),
    roles=("volume",),
    modes=("pressurised",),
    interval_s=300,
    counted_in="minutes",
    longest_period_s=300,
    sufficiency=0.6,
    condition=(
        "Outside the hours: flow above what is declared as always on + 1 m³/h. Within them: above "
        "the design flow, where none is declared the permanent flow of the meter."
    ),
    hold=Hold(minutes=10),
    clear_at="At or below 80 % of the limit outside the hours. Within them nothing clears.",
    clears_when="Three nights below, and ten minutes in the hours in which water is drawn: "
    "behind a shut valve no pipe runs.",
    served_when="Water is drawn within the hours.",
    waste_formula="(Q − always on)·time ÷ share of the week outside the hours m³: a torn pipe runs "
    "by day too, when it is not judged",
    causes=(
        "A pipe or a flexible hose has parted",
        "A joint was pulled apart by frost or pressure",
        "A hydrant or a drain valve was left open",
    ),
    checks=(
        "Shut the stop valve at the meter and see the dial stand still",
        "Look at the switch room and the lift pit: water and live parts",
        "Walk along the pipe from the meter: listen, look at ceilings and ducts",
    ),
    parts=("Repair clamp of the pipe's size", "Flexible hose", "Wet vacuum"),
    isolation="Shut and tag the stop valve at the meter; isolate boards that water can reach.",
    effort_min=180,
    desk=False,
    sources=("domain sheet WAT-03", "ISO 4064-1: Q4 = 1.25·Q3"),
    parameters={
        "burst_flow": Parameter(value=1.0, unit="m³/h", why="above what is always on: two flushes "
            "in a quarter of an hour must call nobody at three in the morning; more waits until "
            "the switch room stands in water"),
        "permanent": Parameter(value=0.8, unit="1", why="of the overload flow Q4 that a register "
            "is rated for: Q3 by ISO 4064, which no building draws for long"),
        "clear": Parameter(value=0.8, unit="1", why="of the limit, to the good side"),
    },
)  # fmt: skip
# Not here yet: the limit by hour of week (1.3 × P99.5 of 90 days), which finds smaller tears by
# day. Where tanks are filled or machines washed at night, `burst_flow` of the main says so.

_WORKDAYS, _DAY_MIN = 5, 24 * 60


def judge(frame: Frame) -> Judged:
    """Judges what a main passed in each interval; by day only a fault is told."""
    rate = _rate(frame)
    gate = Gate(frame.shape)
    gate.exclude(frame.exempt[:, None], Reason.EXEMPT)
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude(frame.muted, Reason.MUTED)
    gate.exclude(~(frame.value("rows") > 0), Reason.NO_DATA)
    gate.exclude(np.isnan(rate), Reason.INSUFFICIENT)
    gate.exclude(frame.declared, Reason.DECLARED)
    always = frame.parameter("always_on")
    quiet = always + frame.parameter("burst_flow")
    limit = np.where(frame.occupied, np.fmax(frame.parameter("design_flow"), quiet), quiet)
    with np.errstate(invalid="ignore"):
        fault = rate > limit
        drawn = frame.occupied & ~fault
        gate.exclude(drawn & (rate > 0), Reason.SERVED)
        gate.exclude(drawn, Reason.NO_SERVICE)
        return gate.judge(
            fault,
            clear=rate <= CARD.value("clear") * limit,
            margin=rate - limit,
            good=frame.good,
            waste={
                Carrier.WATER: (rate - always) * frame.grid.hours / frame.parameter("judged_share")
            },
        )


def _rate(frame: Frame) -> Floats:
    """Flow in each interval; unknown after a gap, and where a register went back. [m³/h]"""
    total = frame.value("high")
    moved = np.diff(total, axis=1, prepend=np.nan) / frame.grid.hours
    with np.errstate(invalid="ignore"):
        return np.where(moved < 0, np.nan, moved)


def targets(site: Site) -> tuple[Target, ...]:
    """Every water main: what bursts behind it is one cause, whichever branch it stands on."""
    found = []
    for meter in site.of_class(*CARD.applies_to):
        volume = site.points_of(meter.id).get("volume")
        if meter.meter is None or volume is None:
            continue
        if meter.meter.role in {MeterRole.BUILDING, MeterRole.GATEWAY}:
            found.append(
                equipment_target(site, CARD, meter, {"value": volume}, _declared(site, meter))
            )
    return tuple(found)


def _judged_share(hours: Schedule) -> float:
    """Share of a week outside the hours; all of it where there are none left. [1]"""
    spans = [hours.workday] * _WORKDAYS + [hours.offday] * (7 - _WORKDAYS)
    within = sum(span[1] - span[0] for span in spans if span is not None)
    return 1.0 - within / (7 * _DAY_MIN) if within < 7 * _DAY_MIN else 1.0


def _declared(site: Site, meter: Equipment) -> dict[str, float]:
    register = site.points[site.points_of(meter.id)["volume"]].register
    rated = register.rated_per_h if register is not None else np.inf
    return {
        "always_on": meter.meter.always_on if meter.meter is not None else 0.0,
        "burst_flow": CARD.value("burst_flow"),
        "design_flow": CARD.value("permanent") * rated,
        "judged_share": _judged_share(meter.schedule or site.buildings[meter.building].schedule),
    }


RULE = Rule(card=CARD, basis=Basis.SAMPLES, targets=targets, judge=judge)
