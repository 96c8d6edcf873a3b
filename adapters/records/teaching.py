"""Tables of teaching: what false alarms propose, what an engineer said, rules that only advise."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, event, select, text
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import ALL, AppendOnly, Base, Scoped
from adapters.records.guarding import on_dialect
from adapters.records.orders import APPEND_ONLY
from adapters.records.source import Source
from core.site import CalendarEntry, DayMode
from core.teaching import Lessons, Lift


class LessonRow(AppendOnly, Scoped, Base):
    """A proposal that false alarms of one rule at one target made. Written once.

    Attributes:
        number: Within rule and target; two who propose at once propose once.
        asset: The equipment that the target is or belongs to.
        kind: ``limit``, ``calendar`` or ``mute``.
        detail: What is to change: parameter, from, to, by; weekdays and minutes; nothing more.
        evidence: Orders with what they said and how far beyond the limit they were.
        made_at: Run clock. [ms]
    """

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("rule", "target", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    asset: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[int]


class LessonStepRow(AppendOnly, Scoped, Base):
    """What was said of a proposal: first accepted or refused, then perhaps ended. Written once.

    Attributes:
        seq: 1 for the decision, 2 for an end before its time; each is said once.
        what: ``accepted``, ``refused`` or ``ended``.
        owner: Who answers for it while it holds.
        until: When it ends by itself; None where it was refused. [ms]
        mute: The mute that it made, where it made one.
    """

    __tablename__ = "lesson_step"
    __table_args__ = (UniqueConstraint("lesson_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    seq: Mapped[int]
    what: Mapped[str] = mapped_column(String(12))
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    owner: Mapped[str] = mapped_column(String(64), default="")
    until: Mapped[int | None]
    mute: Mapped[int | None]


class AdviceRow(AppendOnly, Base):
    """That a rule only advises, that it was kept all the same, or restored. Written once.

    Attributes:
        what: ``demoted``, ``kept`` (severity 1) or ``restored``.
        right: True alarms of those judged.
    """

    __tablename__ = "rule_advice"
    __table_args__ = (UniqueConstraint("rule", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(16))
    seq: Mapped[int]
    what: Mapped[str] = mapped_column(String(12))
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500), default="")
    judged: Mapped[int]
    right: Mapped[int]


class RecordLessons:
    """Implements :class:`core.teaching.Taught`: what was accepted, as analytics judges by it."""

    def __init__(self, records: Source, timezone: str) -> None:
        self._records, self._zone = records, ZoneInfo(timezone)

    def lessons(self) -> Lessons:
        """All that was ever accepted, each to its end."""
        query = (
            select(LessonRow, LessonStepRow)
            .join(LessonStepRow, LessonStepRow.lesson_id == LessonRow.id)
            .order_by(LessonRow.id, LessonStepRow.seq)
        )
        accepted: dict[int, tuple[LessonRow, LessonStepRow, int]] = {}
        with self._records.session(ALL, reading=True) as session:
            for row, step in session.execute(query):
                if step.what == "accepted":
                    accepted[row.id] = (row, step, step.until or step.at)
                elif step.what == "ended" and row.id in accepted:
                    first = accepted[row.id]
                    accepted[row.id] = (first[0], first[1], min(first[2], step.at))
        lifts, entries = [], []
        for row, step, until in accepted.values():
            if row.kind == "limit":
                lifts.append(
                    Lift(rule=row.rule, target=row.target, by=float(row.detail["by"]),
                         since=step.at, until=until)
                )  # fmt: skip
            elif row.kind == "calendar":
                entries += entries_of(row.asset, row.detail, step.at, until, self._zone)
        return Lessons(tuple(lifts), tuple(entries))


def entries_of(
    asset: str, detail: dict[str, Any], since: int, until: int, zone: ZoneInfo
) -> list[CalendarEntry]:
    """A weekly pattern as dated entries between two times. [ms]

    Args:
        asset: Whose.
        detail: ``weekdays`` (Monday is 0), ``from`` and ``to`` in minutes of the local day (``to``
            may lie on the next), ``mode``.
        since: From when it holds.
        until: Until when.
        zone: The site's.
    """
    day, last = _day(since, zone) - timedelta(days=1), _day(until, zone)
    mode, found = DayMode(detail["mode"]), []
    while day <= last:
        start, end = _at(day, int(detail["from"]), zone), _at(day, int(detail["to"]), zone)
        start, end = max(start, since), min(end, until)
        if day.weekday() in detail["weekdays"] and start < end:
            found.append(CalendarEntry(mode=mode, start=start, end=end, scope=asset, note="taught"))
        day += timedelta(days=1)
    return found


def _day(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()


def _at(day: date, minutes: int, zone: ZoneInfo) -> int:
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return round(wall.replace(tzinfo=zone).timestamp() * 1000)


def _guard() -> None:
    for row in (LessonRow, LessonStepRow, AdviceRow):
        for dialect, said in APPEND_ONLY.items():
            for verb in ("update", "delete"):
                words = said.replace("order_event", row.__tablename__)
                guard = text(words.format(verb=verb, VERB=verb.upper()))
                event.listen(row.__table__, "after_create", on_dialect(dialect, guard))


_guard()
