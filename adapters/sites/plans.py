"""Planned work as written to planned work as meant: assets found, triggers and steps checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from adapters.sites.context import Context
from adapters.sites.document import Place
from adapters.sites.ids import Kind
from adapters.sites.keys import SiteKeys
from adapters.sites.log import Log
from adapters.sites.plankeys import PlanKeys, StepKeys
from core.plans import Plan, Season, Step, StepKind, Trigger, TriggerKind, Unit
from core.roles import ROLES
from core.site import Equipment, Point
from core.words import Priority

_WHEN = ("every", "running", "condition", "advice", "before", "dates")
_ANCHORED = ("every", "running")
_EARLIEST = date(2000, 1, 1)
"""First day of what has no anchor."""
_LEAP_YEAR = 2024
"""A month and day that exist in no year exist not in this one either."""


def seasons_of(keys: SiteKeys, log: Log) -> Mapping[str, Season]:
    """The seasons that a site names."""
    found = {}
    for name, season in keys.seasons.items():
        begins = _month_day(season.begins, log.place(season, "begins"), log)
        ends = _month_day(season.ends, log.place(season, "ends"), log)
        if begins is not None and ends is not None:
            found[name] = Season(begins=begins, ends=ends)
    return found


def plans_of(
    keys: SiteKeys, equipment: Mapping[str, Equipment], points: tuple[Point, ...], context: Context
) -> tuple[Plan, ...]:
    """The plans of a site, in the order of the file."""
    found: dict[str, Plan] = {}
    for plan in keys.plans:
        place = context.log.place(plan, "id")
        if plan.id in found:
            context.log.mistake(place, f"the plan '{plan.id}' stands twice", "each id once")
            continue
        assets = _assets(plan, equipment, context)
        trigger = _trigger(plan, keys, context)
        _check_points(plan, trigger, assets, points, context.log)
        found[plan.id] = Plan(
            id=plan.id,
            names=context.names(plan, plan.name),
            assets=assets,
            trade=plan.trade,
            priority=Priority(plan.priority),
            start=_start(plan, context.log),
            trigger=trigger,
            steps=tuple(_steps(plan, context)),
            minutes=plan.minutes,
            lead_days=plan.lead_days,
            grace_days=plan.grace_days,
            parts=tuple(context.names(plan, part) for part in plan.parts),
            licences=tuple(plan.licences),
            permits=tuple(plan.permits),
            people=plan.people,
        )
    return tuple(found.values())


def _assets(
    plan: PlanKeys, equipment: Mapping[str, Equipment], context: Context
) -> tuple[str, ...]:
    log = context.log
    if (plan.cls is None) == (not plan.assets):
        what = "nothing says at what" if plan.cls is None else "both assets and class"
        log.mistake(log.place(plan, "assets"), what, "either assets or class")
        return ()
    if plan.cls is not None:
        found = tuple(sorted(id_ for id_, one in equipment.items() if one.cls is plan.cls))
        if not found:
            place = log.place(plan, "class")
            log.mistake(place, f"nothing here is of class {plan.cls}", "a class that the site has")
        return found
    place = log.place(plan, "assets")
    kinds = (Kind.EQUIPMENT, Kind.SPACE, Kind.BUILDING)
    named = [context.ids.find(word, "", place, *kinds) for word in plan.assets]
    return tuple(dict.fromkeys(id_ for id_ in named if id_ is not None))


def _start(plan: PlanKeys, log: Log) -> date:
    if plan.start is not None:
        return _day(plan.start, log.place(plan, "from"), log)
    for name in _ANCHORED:
        if getattr(plan, name) is not None:
            log.mistake(log.place(plan, name), "nothing says from when", "from: a date")
    return _EARLIEST


def _trigger(plan: PlanKeys, keys: SiteKeys, context: Context) -> Trigger:
    log = context.log
    said = [name for name in _WHEN if getattr(plan, name) is not None]
    if len(said) != 1:
        place = log.place(plan, said[1] if said else "id")
        what = f"it is due by {' and '.join(said)}" if said else "nothing says when it is due"
        log.mistake(place, what, f"exactly one of {', '.join(_WHEN)}")
    if plan.running is not None:
        role = _role(plan.running.point, log.place(plan.running, "point"), log)
        return Trigger(
            kind=TriggerKind.RUNNING, hours=plan.running.hours, point=role,
            above=plan.running.above,
        )  # fmt: skip
    if plan.condition is not None:
        return _condition(plan, log)
    if plan.advice is not None:
        return _advice(plan.advice, log.place(plan, "advice"), log)
    if plan.before is not None:
        place = log.place(plan.before, "season")
        if plan.before.season not in keys.seasons:
            what, known = f"no season '{plan.before.season}'", keys.seasons
            expected = f"one of seasons: {', '.join(known) or 'none is declared'}"
            log.mistake(place, what, expected, near=(plan.before.season, known))
        return Trigger(
            kind=TriggerKind.SEASON, season=plan.before.season, days_before=plan.before.days,
            workdays=plan.workdays,
        )  # fmt: skip
    if plan.dates is not None:
        place = log.place(plan, "dates")
        days = tuple(sorted({_day(text, place, log) for text in plan.dates}))
        return Trigger(kind=TriggerKind.DATES, dates=days, workdays=plan.workdays)
    every = plan.every
    return Trigger(
        kind=TriggerKind.CALENDAR, every=every.count if every else 1,
        unit=every.unit if every else Unit.MONTHS, workdays=plan.workdays,
    )  # fmt: skip


def _condition(plan: PlanKeys, log: Log) -> Trigger:
    keys = plan.condition
    assert keys is not None  # noqa: S101 - asked before
    if (keys.above is None) == (keys.below is None):
        log.mistake(log.place(keys, "above"), "beyond what?", "either above or below")
    during = keys.during
    if during:
        during = _role(during, log.place(keys, "while"), log)
    return Trigger(
        kind=TriggerKind.CONDITION, hours=keys.hours, above=keys.above, below=keys.below,
        point=_role(keys.point, log.place(keys, "point"), log), during=during,
    )  # fmt: skip


def _advice(rule: str, place: Place, log: Log) -> Trigger:
    if not re.fullmatch(r"[A-Z]{2,4}-\d{1,3}", rule):
        log.mistake(place, f"'{rule}' is no rule", "an id of docs/rules.md, such as AC-04")
    return Trigger(kind=TriggerKind.ADVICE, rule=rule)


def _check_points(
    plan: PlanKeys, trigger: Trigger, assets: tuple[str, ...], points: tuple[Point, ...], log: Log
) -> None:
    """Whatever is counted or watched has to be measured, at every one of the assets."""
    keys = plan.running or plan.condition
    known = {point.id for point in points}
    for key, role in (("point", trigger.point), ("while", trigger.during)):
        for asset in assets if role in ROLES else ():
            if f"{asset}.{role}" not in known:
                what = f"'{asset}' has no point '{role}'"
                log.mistake(log.place(keys, key), what, "an asset that has it, or another role")


def _steps(plan: PlanKeys, context: Context) -> Iterator[Step]:
    log, seen = context.log, set()
    for step in plan.checklist:
        if step.id in seen:
            log.mistake(log.place(step, "id"), f"the step '{step.id}' stands twice", "each once")
        seen.add(step.id)
        yield _step(step, context)


def _step(step: StepKeys, context: Context) -> Step:
    log, number = context.log, step.number
    ask = context.names(step, step.ask)
    if number is None:
        kind = StepKind.PHOTO if step.photo else StepKind.TICK
        return Step(id=step.id, ask=ask, kind=kind)
    if step.photo:
        log.mistake(log.place(step, "photo"), "a number and a photo", "a step for each")
    if number.low is not None and number.high is not None and number.low > number.high:
        what = f"{number.low:g} is more than {number.high:g}"
        log.mistake(log.place(number, "low"), what, "low, not above high")
    return Step(
        id=step.id, ask=ask, kind=StepKind.NUMBER, unit=number.unit, low=number.low,
        high=number.high,
    )  # fmt: skip


def _role(word: str, place: Place, log: Log) -> str:
    if word not in ROLES:
        log.mistake(place, f"no role '{word}'", "a role of docs/nomenclature.md",
                    near=(word, ROLES))  # fmt: skip
    return word


def _day(text: str, place: Place, log: Log) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        log.mistake(place, f"'{text}' is no date of the calendar", "a day that exists: 2026-03-01")
        return _EARLIEST


def _month_day(text: str, place: Place, log: Log) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d\d)-(\d\d)", text)
    try:
        day = date(_LEAP_YEAR, int(found[1]), int(found[2])) if found else None
    except ValueError:
        day = None
    if day is None or (day.month, day.day) == (2, 29):
        log.mistake(place, f"'{text}' is no day of every year", 'month and day: "11-15"')
        return None
    return day.month, day.day
