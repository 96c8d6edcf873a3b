"""Tables of messages to people: the ways to reach somebody, when, and how each way is."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import Base

NIGHT_FROM_MIN, NIGHT_UNTIL_MIN = 21 * 60, 7 * 60
"""Quiet hours of whoever has set none, site time. [min]"""
QUIET_FROM = 3
DIGEST_FROM = 4
"""Priorities that wait for the morning, and that come once a day: who is woken for a P4 soon
hears no P1 either."""
DIGEST_AT_MIN = 8 * 60
NEVER = 5
"""Beyond the last priority: nothing waits."""


class WayKind(StrEnum):
    """How somebody can be reached; each needs its server in the settings."""

    MAIL = "mail"
    NTFY = "ntfy"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    TELEPHONE = "telephone"


class WayRow(Base):
    """An address of a person; ``rank`` is the order in which ways are tried.

    Attributes:
        address: A mail address, a topic, a user id or a number, never a server: those stand in
            the settings, so nobody can have messages sent to a machine of their choice.
    """

    __tablename__ = "notify_way"
    __table_args__ = (UniqueConstraint("login", "rank"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("person.login", ondelete="CASCADE"))
    rank: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(200))


class WishRow(Base):
    """When somebody wants to be left alone; a P1 never waits.

    Attributes:
        quiet_start: From this minute of the site's day on. [min]
        quiet_end: Until this one; equal ends mean no quiet hours. [min]
        quiet_from: Priorities from this one on wait in quiet hours; 5 is none.
        digest_from: Priorities from this one on come once a day in one message; 5 is none.
        digest_at: At this minute of the site's day. [min]
    """

    __tablename__ = "notify_wish"

    login: Mapped[str] = mapped_column(
        ForeignKey("person.login", ondelete="CASCADE"), primary_key=True
    )
    quiet_start: Mapped[int] = mapped_column(default=NIGHT_FROM_MIN)
    quiet_end: Mapped[int] = mapped_column(default=NIGHT_UNTIL_MIN)
    quiet_from: Mapped[int] = mapped_column(default=QUIET_FROM)
    digest_from: Mapped[int] = mapped_column(default=DIGEST_FROM)
    digest_at: Mapped[int] = mapped_column(default=DIGEST_AT_MIN)


class ChannelRow(Base):
    """How a channel of this installation is; times are system time. [ms]

    Attributes:
        failures: In a row.
        failing_since: When the first of these was.
        next_at: Not tried again before, while it is dead.
        reported: Whether somebody was told that it is dead.
    """

    __tablename__ = "notify_channel"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[int | None]
    taken_at: Mapped[int | None]
    tried_at: Mapped[int | None]
    next_at: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(1000))
    reported: Mapped[bool] = mapped_column(default=False)
