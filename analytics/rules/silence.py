"""SEN-08, SEN-13 and SEN-14: points, meters and gateways from which nothing comes, or not all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.hours import over
from analytics.targets import gateway_targets, point_target
from core.batch import Bools, Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import Site
from core.verdict import Reason
from core.words import Discipline, Trade

SEN08 = RuleCard(
    id="SEN-08",
    family="data_missing",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="{target} is silent",
    explanation="Nothing has come from {target} for more than {margin} hours. What depends on it "
    "cannot be judged until it is back.",
    applies_to=(),
    roles=("value",),
    modes=("reading",),
    interval_s=3600,
    counted_in="minutes",
    longest_period_s=4800,
    sufficiency=0.0,
    condition="No reading of any quality for 2 h, or three periods where those are longer, in "
    "which the gateway was heard all the while. Where all points of a gateway are silent the "
    "gateway is the target, not its points.",
    hold=Hold(minutes=60),
    clear_at="An hour with readings.",
    clears_when="24 hours with readings.",
    waste_formula="none",
    causes=(
        "Device or gateway without power",
        "Network or bus interrupted",
        "Device replaced or readdressed",
    ),
    checks=(
        "Look at the device's power and link lights",
        "Ping the gateway",
        "Read the device from the gateway",
    ),
    parts=("Power supply",),
    isolation="Isolate the supply before opening the cabinet.",
    effort_min=45,
    desk=False,
    stops=True,
    exposures=1,
    sources=("domain sheet SEN-08",),
    parameters={
        "hours": Parameter(value=2.0, unit="h", why="shorter, and every restart of a gateway is "
            "an order; longer, and a night is lost"),
        "periods": Parameter(value=3.0, unit="n", why="two may be one lost message and its "
            "neighbour"),
        "gateway": Parameter(value=0.5, unit="1", why="of the readings due in each of these hours "
            "from the point of the gateway that is heard best; less, and an outage that begins "
            "some minutes after the hour is an order for every slow point behind it; more, and a "
            "link that loses a third hides what is dead"),
    },
)  # fmt: skip

SEN13 = replace(
    SEN08,
    id="SEN-13",
    title="{target} has been silent for a day",
    explanation="Nothing has come from {target} for a day, though its gateway is heard. What it "
    "counts meanwhile is not lost: the next reading holds it; by the hour nothing can be judged.",
    condition="No reading of any quality of a meter for 24 h in which its gateway was heard.",
    hold=Hold(minutes=22 * 60),
    clear_at="An hour with readings.",
    clears_when="A day with readings.",
    causes=(
        "Radio module's battery empty, or its path blocked",
        "Bus or cable to the meter interrupted",
        "Meter replaced or readdressed",
    ),
    checks=(
        "Read the meter's display: is it alive, and where does it stand",
        "Look at its bus terminals or radio module",
        "Read the meter from the gateway",
    ),
    parts=("Radio module or battery of its type",),
    sources=(
        "domain sheet SEN-08 (a day of less than 90 % is left out of totals)",
        "45 meter-years of real water: 139 silences a year over 2 h, 14 over 12 h, 3.7 over 24 h",
    ),
)

SEN14 = replace(
    SEN08,
    id="SEN-14",
    family="data_lost",
    title="Readings of {target} get lost on the way",
    explanation="For half a day {target} has passed on {margin} percent less of what is due than "
    "the 95 that a healthy line does. Days with holes are left out of totals and baselines.",
    longest_period_s=900,
    condition="Less than 95 % of what is due from the points that were heard, hour by hour.",
    hold=Hold(minutes=12 * 60),
    clear_at="At least 98 %.",
    clears_when="Three days of hours with at least 98 %.",
    causes=(
        "Bus without termination, too long, or beside a power cable",
        "Radio link weak, or its channel shared",
        "Gateway or bus overloaded: periods shorter than its cycle",
    ),
    checks=(
        "Look at error counters of the gateway, by device",
        "Measure the bus at its far end, with the termination in place",
        "Compute the cycle of the bus (plantroom edge check)",
    ),
    parts=("Terminating resistor", "Antenna"),
    effort_min=60,
    exposures=3,
    sources=(
        "domain sheet SEN-08: a day of less than 90 % is left out",
        "33 real electricity meters miss 0 to 1.6 % of their hours in all (simulator sheet A)",
    ),
    parameters={
        "least": Parameter(value=0.95, unit="1", why="real wired meters lose less than 2 %, so "
            "half that again is no chance; at 90 % the first days are lost to totals already"),
        "clear": Parameter(value=0.98, unit="1", why="what real wired meters do"),
        "points": Parameter(value=4.0, unit="n", why="quicker points than this must be there: of "
            "fewer one late reading is a tenth of the hour"),
    },
)  # fmt: skip


def judge_losses(frame: Frame) -> Judged:
    """SEN-14."""
    gate, came = Gate(frame.shape), frame.value("gateway_came")
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude(frame.value("known") <= 0, Reason.NO_DATA)
    gate.exclude(np.isnan(came), Reason.NO_DATA)
    # Of a clock that is wrong hours come out short and long.
    gate.exclude(frame.muted, Reason.MUTED)
    gate.exclude(frame.declared, Reason.DECLARED)
    with np.errstate(invalid="ignore"):
        return gate.judge(
            came < SEN14.value("least"),
            clear=came >= SEN14.value("clear"),
            margin=100.0 * (SEN14.value("least") - came),
            good=np.ones(frame.shape),
        )


def judge_silence(frame: Frame) -> Judged:
    """SEN-08."""
    gate = Gate(frame.shape)
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    is_gateway = frame.parameter("is_gateway") > 0
    heard = np.where(is_gateway, frame.value("gateway_rows"), np.nan_to_num(frame.value("rows")))
    hours = _patience_h(frame)
    silent = _silent_for(heard, hours)
    gate.exclude(frame.value("known") <= 0, Reason.NO_DATA)
    spoke = over(frame.value("gateway_share"), hours[:, 0].astype(np.int64), np.min)
    with np.errstate(invalid="ignore"):
        deaf = ~(spoke >= SEN08.value("gateway"))
    # A gateway whose clock is wrong is heard: what it sends only lies elsewhere in time.
    gate.exclude(frame.muted & is_gateway, Reason.MUTED)
    gate.exclude(deaf & ~is_gateway & ~(heard > 0), Reason.NO_SERVICE)
    gate.exclude(frame.declared, Reason.DECLARED)
    return gate.judge(
        silent,
        clear=heard > 0,
        margin=np.broadcast_to(hours, frame.shape).astype(np.float64),
        good=np.ones(frame.shape),
    )


def _patience_h(frame: Frame) -> Floats:
    """Whole hours without a reading that make a silence. (targets, 1)"""
    periods_h = SEN08.value("periods") * frame.parameter("period_s") / 3600.0
    return np.ceil(np.maximum(SEN08.value("hours"), periods_h))


def _silent_for(rows: Floats, hours: Floats) -> Bools:
    """Whether nothing came in this and the hours before it."""
    index = np.broadcast_to(np.arange(rows.shape[1]), rows.shape)
    last = np.maximum.accumulate(np.where(rows > 0, index, -1), axis=1)
    silent: Bools = index - last >= hours
    return silent


def _metered(site: Site, index: int) -> bool:
    return site.equipment[site.points[index].equipment].meter is not None


def _sensors(site: Site) -> tuple[Target, ...]:
    silent = [i for i in range(len(site.points)) if not _metered(site, i)]
    return (*(point_target(site, i) for i in silent), *gateway_targets(site))


def _meters(site: Site) -> tuple[Target, ...]:
    return tuple(point_target(site, i) for i in range(len(site.points)) if _metered(site, i))


def _lines(site: Site) -> tuple[Target, ...]:
    """Gateways with enough points that speak at least every quarter of an hour."""
    quick = Counter(p.gateway for p in site.points if p.period_s <= SEN14.longest_period_s)
    return tuple(t for t in gateway_targets(site) if quick[t.id] >= SEN14.value("points"))


RULES = (
    Rule(card=SEN08, basis=Basis.SAMPLES, targets=_sensors, judge=judge_silence),
    Rule(card=SEN13, basis=Basis.SAMPLES, targets=_meters, judge=judge_silence),
    Rule(card=SEN14, basis=Basis.SAMPLES, targets=_lines, judge=judge_losses),
)
