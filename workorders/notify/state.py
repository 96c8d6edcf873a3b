"""How messages go, for those who look after them: channels, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from adapters.records.base import ALL
from adapters.records.notifying import ChannelRow
from adapters.records.orders import Notification
from workorders.notify.outlook import DEAD_AFTER
from workorders.office import Sessions

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel; times are system time. [ms]"""

    name: str
    failures: int = 0
    failing_since: int | None = None
    taken_at: int | None = None
    tried_at: int | None = None
    error: str = ""

    @property
    def dead(self) -> bool:
        """Whether others are tried before it."""
        return self.failures >= DEAD_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All of them, and the outbox.

    Attributes:
        waiting: Messages not yet taken by anything.
        held: Of these, for an hour of the day and not for a channel.
        oldest: When the first was owed that waits for a channel, run clock. [ms]
        failed: Given up.
        unsent: The newest that failed or wait with an error.
    """

    channels: Sequence[Channel]
    waiting: int
    held: int
    oldest: int | None
    failed: int
    unsent: Sequence[Notification]


def dead(sessions: Sessions) -> list[Channel]:
    """The channels that take nothing now."""
    query = select(ChannelRow).where(ChannelRow.failures >= DEAD_AFTER).order_by(ChannelRow.name)
    with sessions.session(ALL, reading=True) as session:
        return [_channel(row) for row in session.scalars(query)]


def state_of(sessions: Sessions, installed: Sequence[str]) -> State:
    """The state of the channels that are installed now, and of the outbox."""
    waits = Notification.state == "waiting"
    with sessions.session(ALL, reading=True) as session:
        rows = {row.name: row for row in session.scalars(select(ChannelRow))}
        waiting, held = session.execute(
            select(func.count(), func.count(Notification.held)).where(waits)
        ).one()
        oldest = session.scalar(
            select(func.min(Notification.created_at)).where(waits, Notification.held.is_(None))
        )
        failed = session.scalar(
            select(func.count()).select_from(Notification).where(Notification.state == "failed")
        )
        unsent = session.scalars(
            select(Notification)
            .where(Notification.state.in_(("waiting", "failed")), Notification.error.is_not(None))
            .order_by(Notification.id.desc()).limit(_SHOWN)
        ).all()  # fmt: skip
    names = dict.fromkeys(installed)
    return State(
        channels=[_channel(rows[n]) if n in rows else Channel(name=n) for n in names],
        waiting=waiting, held=held, oldest=oldest, failed=failed or 0, unsent=unsent,
    )  # fmt: skip


def _channel(row: ChannelRow) -> Channel:
    return Channel(
        name=row.name, failures=row.failures, failing_since=row.failing_since,
        taken_at=row.taken_at, tried_at=row.tried_at, error=row.error or "",
    )  # fmt: skip
