"""SEN-01 and SEN-02: instruments beyond their span, or standing still."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.hours import over
from analytics.targets import point_target, running_status
from core.batch import Floats, Ints
from core.clock import HOUR_MS
from core.rulecard import Hold, Parameter, RuleCard
from core.site import Site
from core.verdict import Reason
from core.words import Discipline, Trade

_SENSOR_CAUSES = (
    "Broken or loose wire",
    "Sensor or transmitter failed",
    "Wrong range or scaling set in the controller",
)
_SENSOR_CHECKS = (
    "Measure the sensor at its terminals",
    "Look at the terminals and the cable for damage",
    "Compare the range set with the type plate",
)

SEN01 = RuleCard(
    id="SEN-01",
    family="sensor_range",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="{target} reads what it cannot measure",
    explanation="{target} gave {margin} readings an hour beyond its span: a broken wire or a wrong "
    "range. Rules that lean on it stay silent until it is mended.",
    applies_to=(),
    roles=("value",),
    modes=("reading",),
    interval_s=3600,
    counted_in="minutes",
    longest_period_s=3600,
    sufficiency=0.0,
    condition="Two readings of an hour beyond the instrument's span; one, where it gives no two.",
    hold=Hold(minutes=60),
    clear_at="An hour without a reading beyond the span.",
    clears_when="24 hours of readings within the span.",
    waste_formula="none; the rules it mutes",
    causes=_SENSOR_CAUSES,
    checks=_SENSOR_CHECKS,
    parts=("Sensor of the same type",),
    isolation="None at extra-low voltage; check the type plate first.",
    effort_min=45,
    desk=False,
    exposures=1,
    sources=("domain sheet SEN-01",),
    parameters={
        "readings": Parameter(value=2.0, unit="n", why="one may be a glitch of the bus; more let "
            "a broken wire steer a plant for longer"),
    },
)  # fmt: skip

SEN02 = RuleCard(
    id="SEN-02",
    family="sensor_flatline",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="{target} stands still",
    explanation="{target} has not moved for two hours while its plant runs, which no healthy "
    "sensor there does. It is stuck, or its value is no longer updated.",
    applies_to=(),
    roles=("value",),
    optional_roles=("running",),
    modes=("running",),
    interval_s=3600,
    counted_in="minutes",
    longest_period_s=300,
    sufficiency=0.8,
    condition="Spread over two hours, and at least 48 readings, below the class's liveliness "
    "(temperatures 0.03 K, less than one step of a common converter; CO₂ 2 ppm) while the plant "
    "around it runs, within its hours; only classes declared lively.",
    hold=Hold(minutes=60),
    clear_at="Spread over two hours at least three times the limit.",
    clears_when="Three days on which it moves while its plant runs.",
    waste_formula="none; the rules it mutes",
    causes=(
        "Sensor or transmitter stuck",
        "The gateway repeats an old value",
        "The value is overridden in the controller",
    ),
    checks=(
        "Warm the sensor by hand and watch the value",
        "Look for an override in the controller",
        "Read the same value at the device, past the gateway",
    ),
    parts=("Sensor of the same type",),
    isolation="None at extra-low voltage; stop the fan before reaching into a duct.",
    effort_min=45,
    desk=False,
    sources=("domain sheet SEN-02",),
    parameters={
        "hours": Parameter(value=2.0, unit="h", why="shorter, and a well controlled duct stands "
            "still; longer, and a stuck sensor steers its plant for longer"),
        "readings": Parameter(value=48.0, unit="n", why="a few readings of a sensor that lives "
            "stand together by chance where its noise is no more than its quantum; more, and a "
            "coarse one is found half a day late"),
        "clear": Parameter(value=3.0, unit="1", why="times the limit: one step of the converter is "
            "no fault, and proves no life"),
    },
)  # fmt: skip


def judge_range(frame: Frame) -> Judged:
    """SEN-01."""
    gate, beyond = _gate(frame), np.nan_to_num(frame.value("beyond"))
    due = np.maximum(HOUR_MS / (1000.0 * frame.parameter("period_s")), 1.0)
    gate.beyond(frame.beyond & (beyond > 0))
    gate.exclude(np.nan_to_num(frame.value("rows")) <= 0, Reason.NO_DATA)
    gate.exclude(frame.declared, Reason.DECLARED)
    enough = np.minimum(SEN01.value("readings"), np.floor(due))
    return gate.judge(beyond >= enough, clear=beyond <= 0, margin=beyond, good=_present(frame, due))


def judge_flat(frame: Frame) -> Judged:
    """SEN-02."""
    gate, hours = _gate(frame), _flat_h(frame)
    rows = np.nan_to_num(frame.value("rows"))
    gate.exclude(over(rows, hours, np.max) <= 0, Reason.NO_DATA)
    gate.exclude(over(frame.declared.astype(np.float64), hours, np.max) > 0, Reason.DECLARED)
    # Beyond its span it is SEN-01's: a broken wire stands still too.
    gate.exclude(over(np.nan_to_num(frame.value("beyond")), hours, np.max) > 0, Reason.MUTED)
    running = np.where(frame.has_role("running"), frame.value("running"), 1.0)
    with np.errstate(invalid="ignore"):
        gate.exclude(~(over(running, hours, np.min) >= 1.0), Reason.OFF)
        # In an empty building nothing moves a temperature: a healthy sensor stands still too.
        used = np.where(frame.has_role("running"), frame.occupied, 1.0)
        gate.exclude(over(used, hours, np.min) < 1.0, Reason.UNOCCUPIED)
        gate.exclude(over(frame.good, hours, np.min) < SEN02.sufficiency, Reason.INSUFFICIENT)
        spread = over(frame.value("high"), hours, np.max) - over(frame.value("low"), hours, np.min)
        limit = frame.parameter("lively")
        return gate.judge(
            spread < limit,
            clear=spread >= SEN02.value("clear") * limit,
            margin=limit - spread,
            good=frame.good,
        )


def _gate(frame: Frame) -> Gate:
    gate = Gate(frame.shape)
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    return gate


def _present(frame: Frame, due: Floats) -> Floats:
    """Share of readings that came, whatever they say: its data is what is judged here."""
    return np.minimum(np.nan_to_num(frame.value("rows")) / due, 1.0)


def _flat_h(frame: Frame) -> Ints:
    """Over how many hours each sensor is looked at: coarser ones for longer. (targets,)"""
    enough = SEN02.value("readings") * frame.parameters["period_s"] / 3600.0
    return np.ceil(np.maximum(SEN02.value("hours"), enough)).astype(np.int64)


def _points(site: Site) -> tuple[Target, ...]:
    return tuple(point_target(site, index) for index in range(len(site.points)))


def _lively(site: Site) -> tuple[Target, ...]:
    return tuple(
        point_target(site, index, running_status(site, point.equipment))
        for index, point in enumerate(site.points)
        if point.lively > 0
    )


RULES = (
    Rule(card=SEN01, basis=Basis.SAMPLES, targets=_points, judge=judge_range, mutes=("value",)),
    Rule(
        card=SEN02,
        basis=Basis.SAMPLES,
        targets=_lively,
        judge=judge_flat,
        mutes=("value",),
        # The flat two hours began an hour before the hour that shows them.
        mutes_back_ms=HOUR_MS,
    ),
)
