"""PWR-03: a circuit runs at day level outside its hours."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.quantiles import medians
from analytics.references import percentile
from analytics.rule import Basis, Daily, Rule, Target
from analytics.rules.gates import some
from analytics.targets import equipment_target, submeters
from core.batch import Bools, Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import Equipment, EquipmentClass, MeterRole, Site
from core.verdict import Reason
from core.words import Carrier, Discipline, Trade

CARD = RuleCard(
    id="PWR-03",
    family="circuit_after_hours",
    discipline=Discipline.POWER,
    trade=Trade.OPERATOR,
    severity=3,
    title="{target}: still on outside its hours",
    explanation=(
        "Outside its hours on working days {target} draws more than half of what it draws at "
        "work above its base: up to {margin} kW more than that. Base {base} kW, at work {day} kW."
    ),
    applies_to=(EquipmentClass.ELECTRIC_METER,),
    roles=("energy",),
    optional_roles=("power",),
    modes=("workday",),
    interval_s=86_400,
    counted_in="days",
    longest_period_s=3600,
    sufficiency=0.75,
    condition=(
        "On a working day the circuit, less the meters below it, stands for two hours on end "
        "outside its hours, from their end on or until their beginning, more than half way from "
        "its base to its day level, or to that of the day itself where it is higher. Where nothing "
        "stayed on until the morning, the base is that of the night itself, where it is higher. "
        "Energy where there is a register, else power."
    ),
    hold=Hold(need=2, of=2),
    clear_at="No two hours on end above 40 % of the way from base to day level.",
    clears_when="Three working days within the hours, with the circuit in use during them.",
    waste_formula="Σ (P − P_ref)·Δt over the quarter-hours at fault, kWh of electricity; P_ref = "
    "max(declared always-on, P10 of the base of the nights, and the night's own where nothing "
    "stayed on)",
    causes=(
        "The schedule of a timer or the building controller was changed or lost",
        "An override was left on",
        "A contactor or a lighting relay is stuck",
        "Work went on late and no overtime was declared",
    ),
    checks=(
        "Compare the schedule in the controller with the declared hours",
        "Look for an override or a switch in manual",
        "Ask whether somebody worked late on these days",
    ),
    parts=(),
    isolation="None for the schedule; isolate the circuit before opening a distribution board.",
    effort_min=20,
    desk=True,
    sources=("domain sheet PWR-03", "realism statistics of 33 real buildings (base ratios)"),
    out_of_hours=True,
    parameters={
        "half_way": Parameter(value=0.5, unit="1", why="50 % of the day level, counted above the "
            "base: counted from zero, more than half of real buildings would alarm every night "
            "for a base load that is another rule's"),
        "clear": Parameter(value=0.4, unit="1", why="80 % of the limit"),
        "minutes": Parameter(value=120.0, unit="min", why="shorter, cleaners and those who stay "
            "on alarm (decision 15); longer, an early start is missed"),
        "grace": Parameter(value=30.0, unit="min", why="between the hours and the spell: shorter, "
            "and people who go between two readings hide what stays on; longer, and what cleaners "
            "or machines use at night is called a late stop"),
        "least_spread_kw": Parameter(value=0.5, unit="kW", why="a circuit whose day and night "
            "differ by less has no hours to keep"),
        "least_spread": Parameter(value=0.2, unit="1", why="of the day level; a data room's "
            "wobble is not a schedule"),
        "class_error": Parameter(value=0.01, unit="1", why="of a meter's rating, where the meters "
            "below it are taken off: class 1; less, and the error of one meter against another "
            "that moves with the load is called a circuit that nobody has"),
        "nights": Parameter(value=60.0, unit="d", why="nights the base is taken from"),
        "least_days": Parameter(value=10.0, unit="d", why="two working weeks; fewer days make "
            "one odd week the norm"),
        "service": Parameter(value=0.5, unit="1", why="of the day level during hours: a breaker "
            "left open proves no repair"),
    },
)  # fmt: skip

_NIGHT_QUARTERS = 20
"""00–05 h: after cleaners, before plant starts."""
_CALLED = "01C1"
"""Item code of lifts."""
_TERMINALS = "01B2"
"""Item code of a building's air handlers and fan coils."""
_FANS = (EquipmentClass.AHU, EquipmentClass.FRESH_AIR_UNIT, EquipmentClass.FAN_COIL)


def digest(frame: Frame) -> Mapping[str, Floats]:
    """A day's base (median 00–05 h) and its level in hours (median). [kW]"""
    rate = frame.value("rate")
    return {
        "base": _median(rate[:, :_NIGHT_QUARTERS], np.ones((1, 1), dtype=np.bool_)),
        "day": _median(rate, frame.occupied),
    }


def references(digests: Mapping[str, Floats], working: Bools, sound: Bools) -> Mapping[str, Floats]:
    """Base: P10 of the last nights. Day: median of the last working days. [kW]"""
    least = round(CARD.value("least_days"))
    nights = round(CARD.value("nights"))
    recent = np.cumsum(sound[::-1], axis=0)[::-1] <= nights
    return {
        "base": percentile(digests["base"], sound & recent, 10, least),
        "day": percentile(digests["day"], sound & working & recent, 50, least),
    }


def judge(frame: Frame) -> Judged:
    """Judges one whole day of each circuit."""
    rate = frame.value("rate")
    gate, outside = _gate(frame), ~frame.occupied & ~frame.declared
    base = np.fmax(frame.references["base"], frame.parameters["always_on"])[:, None]
    day = frame.reference("day")
    gate.exclude(np.isnan(base + day), Reason.NO_REFERENCE)
    spread = day - base
    with np.errstate(invalid="ignore"):
        least = np.fmax(CARD.value("least_spread_kw"), frame.parameter("blur_kw"))
        least = np.maximum(least, CARD.value("least_spread") * day)
        gate.exclude(spread < least, Reason.SMALL_SPREAD)
        in_hours = _median(rate, frame.occupied)[:, None]
        # Who moves in raises hours and nights alike; what stays on raises the nights alone.
        level = np.fmax(day, in_hours)
        half_way, clear = CARD.value("half_way"), CARD.value("clear")
        high, foot = _beyond(frame, outside, (base, level), half_way)
        near, _ = _beyond(frame, outside, (base, level), clear)
        fault = some(high)
        unused = ~(in_hours >= CARD.value("service") * day)
    gate.exclude(unused & ~fault, Reason.NO_SERVICE)
    excess = np.where(high, rate - foot, 0.0)
    over = np.where(outside, rate - _limit(foot, level, half_way), -np.inf)
    return gate.judge(
        fault,
        clear=~some(near),
        margin=np.where(np.isfinite(over), over, -1e9).max(axis=1, keepdims=True),
        good=frame.good.mean(axis=1, keepdims=True),
        waste={Carrier.ELECTRICITY: excess.sum(axis=1, keepdims=True) * frame.grid.hours},
    )


def _beyond(
    frame: Frame, outside: Bools, way: tuple[Floats, Floats], share: float
) -> tuple[Bools, Floats]:
    """What stands late above a share of the way from base to level, and where the way begins.

    A base wanders, and rises with who moves in: where nothing stayed on until the morning, the
    way begins at this day's own night. What did stay on is held against the nights before. [kW]
    """
    rate, (base, level) = frame.value("rate"), way
    late = _late(frame, outside & (rate > _limit(base, level, share)))
    stayed = some(late[:, :_NIGHT_QUARTERS])
    night = _median(rate[:, :_NIGHT_QUARTERS], np.ones((1, 1), dtype=np.bool_))[:, None]
    foot = np.where(stayed, base, np.fmax(base, night))
    return _late(frame, outside & (rate > _limit(foot, level, share))), foot


def _limit(foot: Floats, level: Floats, share: float) -> Floats:
    return foot + share * np.maximum(level - foot, 0.0)


def _gate(frame: Frame) -> Gate:
    gate = Gate((len(frame.targets), 1))
    rate, outside = frame.value("rate"), ~frame.occupied & ~frame.declared
    gate.exclude(frame.exempt[:, None], Reason.EXEMPT)
    gate.exclude(~frame.has_role("rate"), Reason.NO_POINT)
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude((frame.parameter("workday") <= 0.0), Reason.OTHER_MODE)
    gate.exclude(~some(frame.occupied), Reason.OTHER_MODE)
    gate.exclude(some(frame.muted), Reason.MUTED)
    gate.exclude(~some(outside), Reason.DECLARED)
    known = (np.isfinite(rate) & outside).sum(axis=1, keepdims=True)
    gate.exclude(known == 0, Reason.NO_DATA)
    share = known / np.maximum(outside.sum(axis=1, keepdims=True), 1)
    gate.exclude(share < CARD.sufficiency, Reason.INSUFFICIENT)
    return gate


def _late(frame: Frame, mask: Bools) -> Bools:
    """Only spells that begin with the end of the hours or last until their beginning.

    A machine that runs at two at night is used then; a late stop goes on from the day.
    """
    spells = _spells(mask)
    touches = frame.occupied.copy()
    for k in range(1, round(CARD.value("grace") / 15) + 2):
        touches[:, k:] |= frame.occupied[:, :-k]
        touches[:, :-k] |= frame.occupied[:, k:]
    late = spells & touches
    for k in range(1, late.shape[1]):
        late[:, k] |= spells[:, k] & late[:, k - 1]
    for k in range(late.shape[1] - 2, -1, -1):
        late[:, k] |= spells[:, k] & late[:, k + 1]
    return late


def _spells(mask: Bools) -> Bools:
    """Only the true quarter-hours that stand in a spell of the least length."""
    quarters = round(CARD.value("minutes") / 15)
    width = mask.shape[1] - quarters + 1
    if width <= 0:
        return np.zeros_like(mask)
    whole = np.ones((mask.shape[0], width), dtype=np.bool_)
    for k in range(quarters):
        whole &= mask[:, k : k + width]
    result = np.zeros_like(mask)
    for k in range(quarters):
        result[:, k : k + width] |= whole
    return result


def _median(rate: Floats, where: Bools) -> Floats:
    return medians(np.where(where, rate, np.nan))


def targets(site: Site) -> tuple[Target, ...]:
    """Every electricity meter that enters totals, less the meters below it.

    Circuits of fans that tell their own status are AC-02's, which names the fan; a lift runs
    when somebody calls it, and has no schedule to be mended.
    """
    found = []
    for meter in site.of_class(*CARD.applies_to):
        if meter.meter is None or meter.meter.role in {MeterRole.CHECK, MeterRole.VIRTUAL}:
            continue
        if meter.meter.item.startswith(_TERMINALS) and _fans_tell(site, meter.building):
            continue
        if meter.meter.item.startswith(_CALLED):
            continue
        rate = _rate(site, meter)
        below = [_rate(site, m) for m in submeters(site, meter)]
        less = [index for index in below if index is not None]
        points = {} if rate is None else {"rate": rate}
        known = {"always_on": meter.meter.always_on, "blur_kw": _blur(site, rate) if less else 0.0}
        found.append(equipment_target(site, CARD, meter, points, known, less))
    return tuple(found)


def _fans_tell(site: Site, building: str) -> bool:
    """Whether all terminals of a building are fans whose status is published."""
    fans = [e for e in site.of_class(*_FANS) if e.building == building]
    return bool(fans) and all("fan_status" in site.points_of(fan.id) for fan in fans)


def _blur(site: Site, rate: int | None) -> float:
    """What meters of its class may differ by at its rating; 0 where nobody stated that. [kW]"""
    register = site.points[rate].register if rate is not None else None
    rated = register.rated_per_h if register is not None else np.inf
    return CARD.value("class_error") * rated if np.isfinite(rated) else 0.0


def _rate(site: Site, meter: Equipment) -> int | None:
    points = site.points_of(meter.id)
    return points.get("energy", points.get("power"))


RULE = Rule(
    card=CARD,
    basis=Basis.DAYS,
    targets=targets,
    judge=judge,
    daily=Daily(within=(0, 24 * 60), digest=digest, references=references, frozen=("base", "day")),
)
