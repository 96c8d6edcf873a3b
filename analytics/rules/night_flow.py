"""WAT-01: water runs in the small hours when nobody should use any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.references import percentile
from analytics.rule import Basis, Daily, Rule, Target
from analytics.rules.gates import some
from analytics.targets import equipment_target, submeters
from core.batch import Bools, Floats
from core.rulecard import Hold, Movable, Parameter, RuleCard
from core.site import EquipmentClass, MeterRole, Site
from core.verdict import Reason
from core.words import Carrier, Discipline, Trade

CARD = RuleCard(
    id="WAT-01",
    family="water_night_flow",
    discipline=Discipline.WATER,
    trade=Trade.PLUMBER,
    severity=2,
    title="Water runs all night behind {target}",
    explanation=(
        "In the quietest hour between 2 and 5 in the morning water still runs behind {target}, "
        "{margin} m³/h above the limit. It points to a leak or a valve that does not close."
    ),
    applies_to=(EquipmentClass.WATER_METER,),
    roles=("volume",),
    optional_roles=("pressure",),
    modes=("night",),
    interval_s=10_800,
    counted_in="nights",
    longest_period_s=1800,
    sufficiency=0.75,
    condition=(
        "Lowest 60-minute mean between 02 and 05 h, less the meters below, above the declared "
        "legitimate use + 0.05 m³/h, or above 1.5 × the reference (P10 of 90 nights without a "
        "case, at least 0.02 m³/h)."
    ),
    hold=Hold(need=3, of=4),
    clear_at="At or below 80 % of the limit.",
    clears_when="Three nights below, each after a day on which water was used as usual.",
    waste_formula="(MNF − legitimate use)·24·(P̄day/P̄night)^N1 m³ a day, N1 = 1; pressure factor 1 "
    "where pressure is not measured",
    causes=(
        "A toilet flap or urinal valve passes",
        "A float valve does not close",
        "A buried or hidden pipe leaks",
        "A machine or softener regenerates at night and was not declared",
    ),
    checks=(
        "Listen at the toilets and urinals of the branch",
        "Look at float valves and overflows",
        "Close branch valves one by one at night and watch the meter",
    ),
    parts=("Toilet flap and fill valve", "Urinal solenoid"),
    isolation="Close and tag the branch valve; warn the users.",
    effort_min=90,
    desk=False,
    behind=("pipe_burst", "tank_overflow"),
    sources=("domain sheet WAT-01", "minimum night flow practice"),
    movable=Movable(parameter="margin", most=0.5, step=0.01),
    parameters={
        "margin": Parameter(value=0.05, unit="m³/h", why="one dripping tap and the pulses of a "
            "10 L meter; more hides 1.2 m³ a day, less alarms on one flush"),
        "ratio": Parameter(value=1.5, unit="1", why="of the reference; less alarms on odd nights"),
        "floor": Parameter(value=0.02, unit="m³/h", why="two pulses an hour: below it a ratio is "
            "noise"),
        "clear": Parameter(value=0.8, unit="1", why="of the limit, to the good side"),
        "least_nights": Parameter(value=10.0, unit="d", why="fewer nights make no reference; the "
            "absolute limit still judges"),
        "service": Parameter(value=0.5, unit="1", why="of a working day's use: a shut valve is no "
            "repair, and what hangs after a flush needs one"),
        "n1": Parameter(value=1.0, unit="1", why="leakage exponent of mixed pipes; 0.5 for rigid "
            "holes, 1.5 for cracks in plastic"),
    },
)  # fmt: skip

WINDOW = (120, 300)
"""02–05 h local: after the cleaners, before the canteen."""

_QUARTERS = slice(8, 20)
_DAY_QUARTERS = slice(28, 80)
_HOUR = 4

Table = TypeVar("Table", Floats, Bools)


def digest(frame: Frame) -> Mapping[str, Floats]:
    """A day's lowest night hour [m³/h], its use [m³], pressure by day over by night. [1]"""
    rate = frame.value("rate")
    pressure = frame.value("pressure")
    by_day, by_night = _mean(pressure[:, _DAY_QUARTERS]), _mean(pressure[:, _QUARTERS])
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(by_night > 0, by_day / by_night, np.nan)
    return {
        "lowest": _lowest(rate[:, _QUARTERS]),
        "use": _mean(frame.value("total")) * frame.grid.hours * frame.grid.count,
        "ratio": ratio,
        "working": frame.parameters["workday"],
    }


def references(digests: Mapping[str, Floats], working: Bools, sound: Bools) -> Mapping[str, Floats]:
    """P10 of the nights [m³/h]; the day before: its use against working days. [m³]"""
    least = round(CARD.value("least_nights"))
    return {
        "lowest": percentile(digests["lowest"], sound, 10, least),
        "used": digests["use"][-1],
        # A flap hangs after a flush: a night after a day off proves nothing where few flush then.
        "usual": percentile(digests["use"], sound & working, 50, 2),
        "ratio": digests["ratio"][-1],
    }


def judge(frame: Frame) -> Judged:
    """Judges the night at the end of the frame."""
    gate = _gate(frame)
    lowest = _lowest(_night(frame.value("rate")))[:, None]
    legitimate = frame.parameter("always_on")
    reference = frame.reference("lowest")
    absolute = legitimate + CARD.value("margin")
    relative = CARD.value("ratio") * np.maximum(reference, CARD.value("floor"))
    limit = np.fmin(absolute, np.maximum(relative, legitimate))
    with np.errstate(invalid="ignore"):
        fault = lowest > limit
        served = frame.reference("used") >= CARD.value("service") * frame.reference("usual")
        served |= np.isnan(frame.reference("usual"))
        served &= ~(frame.reference("used") <= 0)
    gate.exclude(~served & ~fault, Reason.NO_SERVICE)
    factor = np.nan_to_num(frame.reference("ratio"), nan=1.0) ** CARD.value("n1")
    return gate.judge(
        fault,
        clear=lowest <= CARD.value("clear") * limit,
        margin=lowest - limit,
        good=_night(frame.good).mean(axis=1, keepdims=True),
        waste={Carrier.WATER: (lowest - legitimate) * 24.0 * factor},
    )


def _gate(frame: Frame) -> Gate:
    gate = Gate((len(frame.targets), 1))
    night = _night(frame.value("rate"))
    gate.exclude(frame.exempt[:, None], Reason.EXEMPT)
    gate.exclude(~frame.has_role("rate"), Reason.NO_POINT)
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude(some(_night(frame.muted)), Reason.MUTED)
    gate.exclude(some(_night(frame.declared)), Reason.DECLARED)
    known = np.isfinite(night).mean(axis=1, keepdims=True)
    gate.exclude(known == 0, Reason.NO_DATA)
    gate.exclude(
        (known < CARD.sufficiency) | np.isnan(_lowest(night))[:, None], Reason.INSUFFICIENT
    )
    return gate


def _night(table: Table) -> Table:
    """The window's quarter-hours: the last three hours of what is there."""
    return table[:, -(_QUARTERS.stop - _QUARTERS.start) :]


def _lowest(night: Floats) -> Floats:
    """Lowest mean of four whole quarter-hours on end; NaN where there are none. [m³/h]"""
    width = night.shape[1] - _HOUR + 1
    if width <= 0:
        return np.full(len(night), np.nan)
    hours = np.mean([night[:, k : k + width] for k in range(_HOUR)], axis=0)
    lowest: Floats = np.where(np.isnan(hours), np.inf, hours).min(axis=1)
    return np.where(np.isinf(lowest), np.nan, lowest)


def _mean(table: Floats) -> Floats:
    known = np.isfinite(table)
    count = known.sum(axis=1)
    total = np.where(known, table, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def targets(site: Site) -> tuple[Target, ...]:
    """Every water meter that enters totals, less the meters below it."""
    found = []
    for meter in site.of_class(*CARD.applies_to):
        if meter.meter is None or meter.meter.role in {MeterRole.CHECK, MeterRole.VIRTUAL}:
            continue
        points = {
            name: index
            for name, role in (("rate", "volume"), ("pressure", "pressure"))
            if (index := site.points_of(meter.id).get(role)) is not None
        }
        below = [site.points_of(m.id).get("volume") for m in submeters(site, meter)]
        less = [index for index in below if index is not None]
        found.append(
            equipment_target(site, CARD, meter, points, {"always_on": meter.meter.always_on}, less)
        )
    return tuple(found)


RULE = Rule(
    card=CARD,
    basis=Basis.DAYS,
    targets=targets,
    judge=judge,
    daily=Daily(within=WINDOW, digest=digest, references=references, frozen=("lowest",)),
)
