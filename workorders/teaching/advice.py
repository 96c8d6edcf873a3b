"""Rules that only advise: too many of their alarms were false, so that nobody is sent in a hurry.

What they find still opens orders, of the lowest priority: without any order nobody would say
whether it was true, and the rule could never be judged anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.records.orders import Notification
from adapters.records.tables import AuditRow, PersonRow
from adapters.records.teaching import AdviceRow
from core.actor import SYSTEM
from core.rulecard import RuleCard
from core.words import Role, Text
from workorders import messages
from workorders.book import Book
from workorders.teaching.precision import LEAST_PRECISION, Precision

NEVER_SILENT = 1
"""Severity of what stays an order whatever its precision: burst pipes, gas, fire."""

DEMOTED, KEPT, RESTORED = "demoted", "kept", "restored"


def rules(book: Book) -> frozenset[str]:
    """Ids of the rules that only advise now."""
    if book.memory.advice is None:
        last = standing(book.session)
        book.memory.advice = frozenset(r for r, row in last.items() if row.what == DEMOTED)
    return book.memory.advice


def standing(session: Session) -> dict[str, AdviceRow]:
    """The last word on each rule of which there is any."""
    newest = select(func.max(AdviceRow.id)).group_by(AdviceRow.rule)
    return {r.rule: r for r in session.scalars(select(AdviceRow).where(AdviceRow.id.in_(newest)))}


def restored_at(session: Session) -> dict[str, int]:
    """When each rule was last restored: what opened before is not held against it again. [ms]"""
    query = select(AdviceRow.rule, func.max(AdviceRow.at)).where(AdviceRow.what == RESTORED)
    return dict(session.execute(query.group_by(AdviceRow.rule)).all())


def judge(
    session: Session, cards: Mapping[str, RuleCard], found: Mapping[str, Precision], now: int
) -> list[AdviceRow]:
    """Demotes what is poor, once; of severity 1 an engineer is told, once."""
    said, made = standing(session), []
    for rule, precision in found.items():
        card, before = cards.get(rule), said.get(rule)
        if card is None or not precision.poor:
            continue
        if before is not None and before.what in {DEMOTED, KEPT}:
            continue
        what = KEPT if card.severity <= NEVER_SILENT else DEMOTED
        row = say(session, rule, what, now, SYSTEM.login, precision=precision)
        head = messages.RULE_KEPT if what == KEPT else messages.RULE_DEMOTED
        params: dict[str, str | int | float] = {
            "rule": rule, "right": precision.right, "judged": precision.judged,
            "least": round(100 * LEAST_PRECISION),
        }  # fmt: skip
        tell_engineers(session, f"advice.{rule}.{row.seq}", "", now, Text(head, params))
        made.append(row)
    return made


def say(
    session: Session, rule: str, what: str, now: int, by: str, reason: str = "",
    precision: Precision | None = None,
) -> AdviceRow:  # fmt: skip
    """The next word on a rule, in the audit too."""
    last = session.scalar(select(func.max(AdviceRow.seq)).where(AdviceRow.rule == rule)) or 0
    counts = precision or Precision()
    row = AdviceRow(rule=rule, seq=last + 1, what=what, at=now, by=by, reason=reason[:500],
                    judged=counts.judged, right=counts.right)  # fmt: skip
    session.add(row)
    words = f"{rule}: {counts.right} of {counts.judged}"
    session.add(AuditRow(at=now, actor=by, action=f"rule.{what}", detail=f"{words} {reason}"))
    session.flush()
    return row


def tell_engineers(session: Session, key: str, building: str, now: int, said: Text) -> None:
    """A message to each engineer, whatever their buildings; to admins where there is none."""
    for login in _engineers(session):
        session.add(
            Notification(
                key=f"{key}.{login}"[:160], building=building, order_id=None, person=login,
                kind="teaching", priority=3, created_at=now, copied=False,
                text={"head": messages.dumped(said), "lines": []},
            )
        )  # fmt: skip


def _engineers(session: Session) -> Sequence[str]:
    for role in (Role.ENGINEER, Role.ADMIN):
        query = select(PersonRow.login).where(PersonRow.active, PersonRow.role == role.value)
        found = session.scalars(query.order_by(PersonRow.login)).all()
        if found:
            return found
    return ()
