"""What rules were taught, in words: proposals, what holds, how often a rule was right."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.locales import Translator
from api import formats, orders
from api.services import Services
from core.actor import Actor
from core.words import FalseCause
from workorders.teaching.board import LONGEST_MS, TEACHERS, RuleLine
from workorders.teaching.lessons import Lesson, Standing
from workorders.teaching.precision import LEAST_JUDGED, Precision
from workorders.teaching.proposing import Kind

KIND_WORDS: Mapping[Kind, str] = {
    Kind.LIMIT: "move a limit",
    Kind.CALENDAR: "enter a plan into the calendar",
    Kind.MUTE: "mute this rule here",
}
STANDING_WORDS: Mapping[Standing, str] = {
    Standing.WAITING: "waits for an engineer",
    Standing.HOLDS: "holds",
    Standing.REFUSED: "was refused",
    Standing.OVER: "is over",
}
RULE_WORDS = {"order": "makes orders", "demoted": "only advises", "kept": "danger: makes orders"}
CAUSE_WORDS = {
    FalseCause.PLANNED: "a planned event",
    FalseCause.NORMAL: "normal for this plant",
}
WHY_WORDS = {
    "not_movable": "No limit of this rule may be moved.",
    "no_figures": "How far its readings were beyond the limit is not known.",
    "too_far": "Its readings lie farther beyond the limit than the card lets it be moved.",
    "no_pattern": "The times show no pattern.",
}
MODE_WORDS = {"overtime": "as overtime", "maintenance": "as announced works"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORDS = (
    *KIND_WORDS.values(), *STANDING_WORDS.values(), *RULE_WORDS.values(), *CAUSE_WORDS.values(),
    *WHY_WORDS.values(), *MODE_WORDS.values(), *WEEKDAYS,
)  # fmt: skip
"""Everything here that is said through a variable, for the catalogue."""


def change_words(lesson: Lesson, tr: Translator) -> str:
    """What a proposal changes, in one sentence."""
    detail = lesson.detail
    if lesson.kind is Kind.LIMIT:
        return tr(
            "{name} from {before} to {after} {unit} (at most {most})", name=detail["parameter"],
            before=f"{detail['from']:g}", after=f"{detail['to']:g}", unit=detail["unit"],
            most=f"{detail['most']:g}",
        )  # fmt: skip
    if lesson.kind is Kind.CALENDAR:
        days = tr(", ").join(tr(WEEKDAYS[day]) for day in detail["weekdays"])
        return tr("{days}, {start} to {end}, {how}", days=days, start=_hour(detail["from"]),
                  end=_hour(detail["to"]), how=tr(MODE_WORDS[detail["mode"]]))  # fmt: skip
    return tr(WHY_WORDS[str(lesson.evidence["why"])])


def tried_words(lesson: Lesson, tr: Translator) -> str:
    """What the change would have found and missed."""
    tried = lesson.evidence.get("tried") or {}
    if not tried.get("before"):
        return tr("The readings of these days show no finding of this rule here.")
    days, before = tried["days"], tried["before"]
    said = tr.plural("{n} finding in {days} days", "{n} findings in {days} days", before, days=days)
    if lesson.kind is Kind.MUTE:
        return tr("{found} would have been kept back.", found=said)
    after = tr("{found}, {n} with the change.", found=said, n=tried["after"])
    missed = tried.get("missed") or []
    if not missed:
        return tr("{said} No true alarm would have been missed.", said=after)
    return tr("{said} True alarms that it would have missed: {orders}.", said=after,
              orders=", ".join(missed))  # fmt: skip


def lesson_line(given: Services, actor: Actor, lesson: Lesson, tr: Translator) -> dict[str, object]:
    """A proposal as its page shows it."""
    card = given.cards.get(lesson.rule)
    unit = card.parameters[card.movable.parameter].unit if card and card.movable else ""
    evidence = lesson.evidence
    return {
        "x": lesson, "kind": tr(KIND_WORDS[lesson.kind]), "change": change_words(lesson, tr),
        "standing": tr(STANDING_WORDS[lesson.standing]),
        "place": orders.place_of(given.site, lesson.asset, tr),
        "cause": tr(CAUSE_WORDS[FalseCause(evidence["cause"])]), "count": evidence["count"],
        "tried": tried_words(lesson, tr), "unit": unit,
        "orders": [
            {"id": o["order"], "at": o["opened"], "note": o["note"],
             "margin": None if o["margin"] is None else formats.number(o["margin"])}
            for o in evidence["orders"]
        ],
        "by": name_of(given, lesson.decided_by), "owner": name_of(given, lesson.owner),
        "ended_by": name_of(given, lesson.ended_by),
        "may": lesson.standing is Standing.WAITING and given.orders.lessons.may(actor, lesson),
        "may_end": lesson.standing is Standing.HOLDS and actor.role in TEACHERS,
        "most": LONGEST_MS[lesson.kind],
    }  # fmt: skip


def rule_line(given: Services, line: RuleLine, tr: Translator) -> dict[str, object]:
    """A rule as the page shows it."""
    card = given.cards.get(line.rule)
    title = tr(card.title).replace("{target}", tr("the asset")) if card is not None else ""
    return {
        "r": line, "title": title[:1].upper() + title[1:], "share": share_words(line.counts, tr),
        "low": f"{100 * line.counts.low:.0f} %" if line.counts.judged else "–",
        "standing": tr(RULE_WORDS[line.standing]),
        "assets": [
            (orders.place_of(given.site, _asset(given, target), tr), share_words(counts, tr))
            for target, counts in line.assets
        ],
    }  # fmt: skip


def share_words(counts: Precision, tr: Translator) -> str:
    """Right of judged, with the share where there are enough."""
    if counts.share is None:
        return tr("nothing judged")
    of = tr("{right} of {judged}", right=counts.right, judged=counts.judged)
    if counts.judged < LEAST_JUDGED:
        return of
    return f"{of} ({100 * counts.share:.0f} %)"


def name_of(given: Services, login: str) -> str:
    """Somebody's name, their log-in where they are gone."""
    if not login:
        return ""
    person = next((p for p in given.records.people.all() if p.login == login), None)
    return person.name if person is not None else login


def _asset(given: Services, target: str) -> str:
    index = given.site.index.get(target)
    return target if index is None else given.site.points[index].equipment


def _hour(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
