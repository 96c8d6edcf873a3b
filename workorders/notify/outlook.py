"""How each channel is: tried less often while it is dead, and said so to who can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.notifying import ChannelRow
from adapters.records.orders import Notification, Order
from adapters.records.tables import PersonRow
from core.clock import MINUTE_MS
from core.words import Role, Text
from workorders import messages
from workorders.office import Sessions
from workorders.ownplant.cards import CHANNEL, cause_of, channel_target

DEAD_AFTER = 3
"""Failures in a row: one is a hiccup, and a message waits for no more than these."""
FIRST_WAIT_MS = 2_000
LONGEST_WAIT_MS = 15 * MINUTE_MS
"""Doubling between these: a server that restarts is met soon, one that is down is not beaten."""
_ERROR = 1_000
REPORT = "channel"
"""Kind of what is told of a channel, beside its order."""


def report_key(name: str) -> str:
    """How keys of what is told of a channel begin."""
    return f"channel.{name}."


def wait_ms(attempts: int) -> int:
    """How long to wait after so many failures. [ms]"""
    return int(min(FIRST_WAIT_MS * 2 ** min(attempts - 1, 20), LONGEST_WAIT_MS))


@dataclass(slots=True, kw_only=True)
class Condition:
    """What is known of one channel; see :class:`adapters.records.notifying.ChannelRow`."""

    failures: int = 0
    failing_since: int | None = None
    next_at: int = 0
    reported: bool = False

    @property
    def dead(self) -> bool:
        """Whether others are tried before it."""
        return self.failures >= DEAD_AFTER


class Outlook:
    """The channels of an installation, by name. Its state survives the process."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        with sessions.session(ALL, reading=True) as session:
            self._known = {
                row.name: Condition(
                    failures=row.failures, failing_since=row.failing_since,
                    next_at=row.next_at, reported=row.reported,
                )
                for row in session.scalars(select(ChannelRow))
            }  # fmt: skip

    def may_try(self, name: str, now: int) -> bool:
        """Whether it is worth a try: a dead one is asked once in a while."""
        found = self._known.get(name)
        return found is None or not found.dead or found.next_at <= now

    def taken(self, name: str, now: int) -> None:
        """It took a message; that it works again is said where its death was.

        Where an order stands open on it, that order says so to all of them, once.
        """
        known = self._known.setdefault(name, Condition())
        with self._sessions.session(ALL) as session:
            row = _row(session, name)
            row.tried_at = row.taken_at = now
            row.failures, row.failing_since, row.error, row.next_at = 0, None, None, 0
            if known.reported and not _has_order(session, name):
                _tell(session, name, f"well-{now}", now, Text(messages.CHANNEL_WELL,
                                                              {"channel": name}))  # fmt: skip
            row.reported = False
        self._known[name] = Condition()

    def failed(self, name: str, why: str, now: int) -> None:
        """It did not; once it is dead, those who can mend it are told by the others."""
        known = self._known.setdefault(name, Condition())
        known.failures += 1
        known.failing_since = known.failing_since or now
        known.next_at = now + wait_ms(known.failures)
        with self._sessions.session(ALL) as session:
            row = _row(session, name)
            row.tried_at, row.error = now, why[:_ERROR]
            row.failures, row.failing_since = known.failures, known.failing_since
            row.next_at = known.next_at
            if known.dead and not known.reported:
                known.reported = row.reported = True
                said = Text(messages.CHANNEL_DEAD, {"channel": name, "why": why[:200]})
                _tell(session, name, f"dead-{known.failing_since}", now, said)


def _row(session: Session, name: str) -> ChannelRow:
    row = session.get(ChannelRow, name)
    if row is None:
        row = ChannelRow(name=name, failures=0, next_at=0, reported=False)
        session.add(row)
    return row


def _tell(session: Session, name: str, what: str, now: int, said: Text) -> None:
    for login in keepers(session):
        session.add(
            Notification(
                key=f"{report_key(name)}{what}.{login}", building="", order_id=None, person=login,
                kind=REPORT, priority=2, created_at=now, copied=False,
                text={"head": messages.dumped(said), "lines": []},
            )
        )  # fmt: skip


def _has_order(session: Session, name: str) -> bool:
    cause = cause_of(channel_target(name), CHANNEL)
    query = select(Order.id).where(Order.cause == cause, Order.closed_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def keepers(session: Session) -> Sequence[str]:
    """Who can mend a channel: admins, and supervisors where there is none."""
    for role in (Role.ADMIN, Role.SUPERVISOR):
        query = select(PersonRow.login).where(PersonRow.active, PersonRow.role == role.value)
        found = session.scalars(query.order_by(PersonRow.login)).all()
        if found:
            return found
    return ()
