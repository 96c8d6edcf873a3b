"""Proposals and what was said of them, as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.mutes import Mute
from adapters.records.teaching import LessonRow, LessonStepRow
from workorders.teaching.proposing import Kind


class Standing(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    HOLDS = "holds"
    REFUSED = "refused"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A proposal, and what became of it.

    Attributes:
        detail: See :class:`workorders.teaching.proposing.Proposal`.
        evidence: ``orders`` with their figures, and ``tried``.
        decided_at: [ms]
        until: When it ends by itself, or ended. [ms]
        ended_by: Who ended it before its time.
    """

    id: int
    rule: str
    target: str
    asset: str
    building: str
    kind: Kind
    detail: Mapping[str, Any]
    evidence: Mapping[str, Any]
    made_at: int
    standing: Standing
    decided_by: str = ""
    decided_at: int | None = None
    reason: str = ""
    owner: str = ""
    until: int | None = None
    ended_by: str = ""
    mute: int | None = None

    @property
    def people(self) -> frozenset[str]:
        """Who closed, did or entered its orders: they do not decide it."""
        return frozenset(self.evidence.get("people", ()))


def all_of(session: Session, now: int) -> list[Lesson]:
    """All in the session's scope, the newest first."""
    steps: dict[int, dict[int, LessonStepRow]] = {}
    for step in session.scalars(select(LessonStepRow)):
        steps.setdefault(step.lesson_id, {})[step.seq] = step
    mutes = {step.mute for mine in steps.values() for step in mine.values() if step.mute}
    ends = {
        mute.id: mute for mute in session.scalars(select(Mute).where(Mute.id.in_(mutes)))
    } if mutes else {}  # fmt: skip
    rows = session.scalars(select(LessonRow).order_by(LessonRow.id.desc()))
    return [_lesson(row, steps.get(row.id, {}), ends, now) for row in rows]


def _lesson(
    row: LessonRow, steps: Mapping[int, LessonStepRow], mutes: Mapping[int, Mute], now: int
) -> Lesson:
    decision, end = steps.get(1), steps.get(2)
    standing, until, ended_by = Standing.WAITING, None, ""
    if decision is not None and decision.what == "refused":
        standing = Standing.REFUSED
    elif decision is not None:
        until = decision.until
        mute = mutes.get(decision.mute or 0)
        if end is not None:
            until, ended_by = end.at, end.by
        elif mute is not None and mute.ended_at is not None:
            until, ended_by = mute.end, mute.ended_by or ""
        standing = Standing.HOLDS if until is not None and now < until else Standing.OVER
    return Lesson(
        id=row.id, rule=row.rule, target=row.target, asset=row.asset, building=row.building,
        kind=Kind(row.kind), detail=row.detail, evidence=row.evidence, made_at=row.made_at,
        standing=standing, decided_by=decision.by if decision else "",
        decided_at=decision.at if decision else None, reason=decision.reason if decision else "",
        owner=decision.owner if decision else "", until=until, ended_by=ended_by,
        mute=decision.mute if decision else None,
    )  # fmt: skip
