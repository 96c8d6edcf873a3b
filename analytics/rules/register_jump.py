"""SEN-06: a register that did not go on from where it was, and nobody said why."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule, Target
from analytics.targets import point_target
from core.clock import HOUR_MS
from core.quantity import Kind
from core.rulecard import Hold, Parameter, RuleCard
from core.site import Site
from core.verdict import Reason
from core.words import Discipline, Trade

CARD = RuleCard(
    id="SEN-06",
    family="register_jump",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="{target} jumped, and nobody said why",
    explanation="{target} did not go on from where it was, and for a day nobody has said why. What "
    "passed meanwhile is unknown, and nothing that leans on it is judged until somebody has "
    "looked and said what happened (Data, Meter events).",
    applies_to=(),
    roles=("value",),
    modes=("reading",),
    interval_s=3600,
    counted_in="minutes",
    longest_period_s=86_400,
    sufficiency=0.0,
    condition="A reset or a swap that three readings bear out and that nobody declared or decided "
    "for a day (docs/meter-events.md). A rollover that fits is counted and asks nobody.",
    hold=Hold(minutes=60),
    clear_at="No event that waits.",
    clears_when="Somebody has decided it, and no other has come within a day.",
    waste_formula="none; the rules it mutes",
    causes=(
        "Meter changed and nobody wrote it down",
        "Register lost its count with its supply or battery",
        "Read in another unit, or by another map of registers, since a change of the gateway",
    ),
    checks=(
        "Read serial number and dial, and hold both against the record of the meter",
        "Compare what the gateway sends with the dial, unit and digits too",
        "Ask who worked on the meter or the gateway that day",
    ),
    parts=(),
    isolation="None for reading; isolate before opening a meter's terminals.",
    effort_min=30,
    desk=False,
    exposures=1,
    # Who mended it comes back to the desk before they say what the register did; a register that
    # was read wrongly for a day asks many times, some of it again once another was answered.
    answers_h=24.0,
    sources=("domain sheet SEN-06: three consistent reads make it a new segment, an order raised",),
    parameters={
        "patience": Parameter(value=24.0, unit="h", why="less, and every meter that is changed by "
            "plan is an order before its sheet is typed in; more, and a day of use is unknown "
            "before anybody asks"),
    },
)  # fmt: skip


def judge(frame: Frame) -> Judged:
    """Judges every hour, whether or not anything came in it."""
    gate, waited = Gate(frame.shape), frame.value("undecided")
    patience = CARD.value("patience")
    gate.exclude(frame.value("known") <= 0, Reason.NO_DATA)
    gate.exclude(frame.declared, Reason.DECLARED)
    return gate.judge(
        waited > patience,
        clear=waited <= 0,
        margin=waited - patience,
        good=np.ones(frame.shape),
    )


def _registers(site: Site) -> tuple[Target, ...]:
    return tuple(
        point_target(site, index)
        for index, point in enumerate(site.points)
        if point.kind is Kind.REGISTER
    )


RULE = Rule(
    card=CARD,
    basis=Basis.SAMPLES,
    targets=_registers,
    judge=judge,
    mutes=("value",),
    # From the jump on, which is a day older than the order.
    mutes_back_ms=int(CARD.value("patience")) * HOUR_MS,
)
