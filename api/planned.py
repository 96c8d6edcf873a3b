"""Planned work as pages, programs and calendars show it: words, weeks, days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from adapters.ical import DayEvent
from adapters.locales import Translator
from api.orders import place_of
from api.series import role_words
from api.services import Services
from core.plans import Plan, Step, TriggerKind, Unit
from core.roles import ROLES
from core.words import Trade
from workorders.planned.board import Opened
from workorders.planned.checklists import NEWEST, limits
from workorders.planned.looking import AssetRow, Entry, Stand

STAND_WORDS: Mapping[Stand, str] = {
    Stand.COMING: "comes",
    Stand.OPEN: "has an order",
    Stand.OVERDUE: "overdue",
    Stand.MISSED: "missed, not done",
    Stand.WAITING: "said done",
    Stand.DONE: "done in time",
    Stand.DONE_LATE: "done, but missed",
}
TRADE_WORDS: Mapping[Trade, str] = {
    Trade.ELECTRICIAN: "electrician",
    Trade.PLUMBER: "plumber",
    Trade.HVAC: "air conditioning",
    Trade.HEATING: "heating",
    Trade.INSTRUMENT: "instruments",
    Trade.OPERATOR: "desk",
}
UNIT_WORDS: Mapping[Unit, tuple[str, str]] = {
    Unit.DAYS: ("every day", "every {n} days"),
    Unit.WEEKS: ("every week", "every {n} weeks"),
    Unit.MONTHS: ("every month", "every {n} months"),
}
SEASON_WORDS = {"heating": "the heating season", "cooling": "the cooling season"}
NOTE_WORDS = {
    "muted": "it is muted then", "maintenance": "within a maintenance window",
    "shutdown": "within a planned shutdown",
}  # fmt: skip
WORDS = (
    *STAND_WORDS.values(), *TRADE_WORDS.values(), *SEASON_WORDS.values(), *NOTE_WORDS.values(),
    *(one for both in UNIT_WORDS.values() for one in both),
)  # fmt: skip
"""Everything here that is said through a variable, for the catalogue."""
_LATE = frozenset({Stand.OVERDUE, Stand.MISSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One plan in one week, with its assets.

    Attributes:
        entries: Name of the asset, state in words, whether it is late, order.
    """

    plan: str
    title: str
    trade: str
    days: str
    entries: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week with something in it; Monday's date is its name."""

    monday: date
    title: str
    lines: tuple[Line, ...]


def trigger_words(plan: Plan, tr: Translator) -> str:
    """When a plan is due, in a line."""
    trigger = plan.trigger
    if trigger.kind is TriggerKind.CALENDAR:
        one, many = UNIT_WORDS[trigger.unit]
        return tr(one) if trigger.every == 1 else tr(many, n=trigger.every)
    if trigger.kind is TriggerKind.RUNNING:
        return tr("every {n} h of running", n=f"{trigger.hours:g}")
    if trigger.kind is TriggerKind.CONDITION:
        sign = ">" if trigger.above is not None else "<"
        value = trigger.above if trigger.above is not None else trigger.below
        return tr("{point} {sign} {value} for {n} h", point=point_words(plan, tr), sign=sign,
                  value=f"{value:g}", n=f"{trigger.hours:g}")  # fmt: skip
    if trigger.kind is TriggerKind.ADVICE:
        return tr("when {rule} advises it", rule=trigger.rule)
    if trigger.kind is TriggerKind.SEASON:
        season = tr(SEASON_WORDS[trigger.season]) if trigger.season in SEASON_WORDS else (
            trigger.season
        )  # fmt: skip
        return tr("{n} days before {season}", n=trigger.days_before, season=season)
    return tr("on declared days")


def point_words(plan: Plan, tr: Translator) -> str:
    """What a plan counts or watches, as people call it; its role where nobody calls it anything."""
    role = ROLES.get(plan.trigger.point)
    return tr(role_words(role)) if role is not None else plan.trigger.point


def day_words(day: date, tr: Translator) -> str:
    """A day as people write it."""
    pattern = "y年M月d日" if tr.language.startswith("zh") else "d MMM y"
    return format_date(day, pattern, locale=tr.language)


def short_day(day: date, tr: Translator) -> str:
    """A day within a week that is named."""
    pattern = "M月d日 EEE" if tr.language.startswith("zh") else "EEE d MMM"
    return format_date(day, pattern, locale=tr.language)


def weeks(given: Services, entries: Sequence[Entry], tr: Translator) -> list[Week]:
    """Entries by week and plan; a week with nothing in it is no week."""
    by: dict[date, dict[str, list[Entry]]] = {}
    for one in entries:
        monday = one.day - timedelta(days=one.day.weekday())
        by.setdefault(monday, {}).setdefault(one.plan, []).append(one)
    return [
        Week(
            monday=monday, title=tr("Week of {day}", day=day_words(monday, tr)),
            lines=tuple(_line(given, mine, tr) for mine in of.values()),
        )
        for monday, of in sorted(by.items())
    ]  # fmt: skip


def entry_line(given: Services, one: Entry, tr: Translator) -> dict[str, object]:
    """One occurrence, in words."""
    return {
        "e": one, "place": place_of(given.site, one.asset, tr), "state": tr(STAND_WORDS[one.stand]),
        "late": one.stand in _LATE, "day": day_words(one.day, tr),
        "note": tr(NOTE_WORDS[one.note]) if one.note in NOTE_WORDS else "",
        "title": tr.name(one.names),
    }  # fmt: skip


def asset_line(given: Services, row: AssetRow, tr: Translator) -> dict[str, object]:
    """A plan at one asset, in words."""
    counted = row.count
    return {
        "place": place_of(given.site, row.asset, tr), "row": row,
        "next": entry_line(given, row.next, tr) if row.next else None,
        "hours": None if counted is None else f"{counted.hours:,.0f}",
        "unknown": 0 if counted is None else round(counted.unknown_h),
        "since": "" if counted is None else day_words(counted.base, tr),
        "upto": "" if counted is None or counted.upto is None else day_words(counted.upto, tr),
    }  # fmt: skip


def step_line(step: Step, tr: Translator) -> dict[str, object]:
    """What a step asks, in words."""
    return {"id": step.id, "ask": tr.name(step.ask), "kind": step.kind.value,
            "limits": limits(step), "unit": step.unit}  # fmt: skip


def checklist(
    opened: Opened | None, tr: Translator, photos: Sequence[str], *, ahead: bool = False
) -> dict[str, object]:
    """The checklist of an order, as its page shows it.

    ``ahead``: whether its forms come along hidden, for a phone that begins without a network.
    """
    if opened is None:
        return {"checklist": None}
    found = opened.checklist
    return {
        "checklist": {
            "plan": found.plan, "title": tr.name(found.names), "may": opened.may,
            "ahead": ahead and not opened.may, "newest": NEWEST,
            "open": len(found.open), "all": len(found.asked),
            "parts": [tr.name(part) for part in found.parts],
            "due": day_words(opened.entry.day, tr) if opened.entry else "",
            "missed": opened.entry is not None and opened.entry.missed_at is not None,
            "note": tr(NOTE_WORDS[opened.entry.note])
            if opened.entry and opened.entry.note in NOTE_WORDS else "",
            "photos": list(photos),
            "steps": [{**step_line(a.step, tr), "answer": a.answer, "follow": a.follow}
                      for a in found.asked],
        }
    }  # fmt: skip


def event(given: Services, one: Entry, tr: Translator, address: str) -> DayEvent:
    """An occurrence as a day of a calendar."""
    state = tr(STAND_WORDS[one.stand])
    plan = next((p for p in given.site.plans if p.id == one.plan), None)
    asked = [tr.name(step.ask) for step in plan.steps] if plan is not None else []
    text = [state, *([f"{one.order} {one.person_name}".strip()] if one.order else [])]
    text += [f"– {ask}" for ask in asked]
    path = f"/orders/{one.order}" if one.order else f"/planned/{one.plan}"
    return DayEvent(
        # One that became an order is the same day in the calendar: only its number goes up.
        uid=f"{one.uid}@{given.site.id}.plantroom", sequence=one.changed, stamp=one.stamp,
        day=one.day, title=f"{tr.name(one.names)}: {place_of(given.site, one.asset, tr)}"
        + ("" if one.stand is Stand.COMING else f" ({state})"),
        text="\n".join(text), place=place_of(given.site, one.asset, tr),
        categories=(tr(TRADE_WORDS[one.trade]),), url=f"{address}{path}",
    )  # fmt: skip


def _line(given: Services, mine: Sequence[Entry], tr: Translator) -> Line:
    first = mine[0]
    days = sorted({one.day for one in mine})
    return Line(
        plan=first.plan, title=tr.name(first.names), trade=tr(TRADE_WORDS[first.trade]),
        days=", ".join(short_day(day, tr) for day in days),
        entries=tuple(entry_line(given, one, tr) for one in mine),
    )  # fmt: skip
