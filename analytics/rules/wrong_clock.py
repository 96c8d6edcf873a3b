"""SEN-09: a gateway whose clock is wrong."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule
from analytics.targets import gateway_targets
from core.clock import HOUR_MS
from core.rulecard import Hold, Parameter, RuleCard
from core.verdict import Reason
from core.words import Discipline, Trade

CARD = RuleCard(
    id="SEN-09",
    family="gateway_clock",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=2,
    title="The clock of {target} is wrong",
    explanation="What {target} sends live is dated {margin} minutes more than five away from when "
    "it came. Its hours and days come out wrong: fans seem to run at night and meters to count "
    "in their sleep. Nothing that leans on it is judged until the clock is right.",
    applies_to=(),
    roles=("value",),
    modes=("reading",),
    interval_s=3600,
    counted_in="minutes",
    longest_period_s=86_400,
    sufficiency=0.0,
    condition="Live batches sent more than 5 min from when they came, or their newest reading "
    "more than 5 min ahead, or that much beyond the shortest period behind, twice alike or after "
    "times that ran back; what was read earlier and is sent late is no clock's fault.",
    # One hour alone may be readings that came late and out of order: it mutes, and calls nobody.
    hold=Hold(minutes=120),
    clear_at="Within 1 min.",
    clears_when="24 hours within a minute.",
    waste_formula="none; the rules it mutes",
    causes=(
        "Time zone set wrongly: UTC taken for local time, or the other way round",
        "No time server reached; the battery of the clock is empty",
        "Device dates its readings by a clock of its own that nobody sets",
    ),
    checks=(
        "Read the gateway's time and time zone beside a telephone's",
        "Ask the gateway for its time server and when it last answered",
        "Compare the devices' own clocks, where they date their readings",
    ),
    parts=("Battery of the clock",),
    isolation="None.",
    effort_min=30,
    desk=False,
    exposures=1,
    sources=("domain sheet SEN-09",),
    parameters={
        "limit": Parameter(value=300.0, unit="s", why="less is a network that is slow; more, and "
            "quarter-hours of one circuit lie beside another's"),
        "clear": Parameter(value=60.0, unit="s", why="a clock that is set is right to the second"),
    },
)  # fmt: skip


def judge(frame: Frame) -> Judged:
    """Judges hours in which the gateway sent something live."""
    gate, off = Gate(frame.shape), np.abs(frame.value("clock"))
    gate.exclude(np.isnan(off), Reason.NO_DATA)
    gate.exclude(frame.declared, Reason.DECLARED)
    with np.errstate(invalid="ignore"):
        return gate.judge(
            off > CARD.value("limit"),
            clear=off <= CARD.value("clear"),
            margin=(off - CARD.value("limit")) / 60.0,
            good=np.ones(frame.shape),
        )


RULE = Rule(
    card=CARD,
    basis=Basis.SAMPLES,
    targets=gateway_targets,
    judge=judge,
    mutes=("value",),
    # Set back by a zone, it writes over what was right: twelve hours at most, and its hour.
    mutes_back_ms=13 * HOUR_MS,
)
