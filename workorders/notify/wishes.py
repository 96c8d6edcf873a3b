"""What people set for themselves: how they are reached, when they are left alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select, update

from adapters.locales import LANGUAGES
from adapters.records.base import ALL
from adapters.records.notifying import NEVER, WayKind, WayRow, WishRow
from adapters.records.orders import Notification
from adapters.records.tables import AuditRow, PersonRow
from core.words import Text
from workorders import messages
from workorders.notify.hours import Wish
from workorders.office import Sessions
from workorders.refusals import absent, invalid

MOST_WAYS = 4
"""More than anybody is reached by; each may cost a time-out before the next is tried."""
_DAY_MIN = 24 * 60
_USER = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_ADDRESS = {
    WayKind.MAIL: re.compile(r"[^\s@&?#<>,;]{1,64}@[A-Za-z0-9.-]{1,120}\.[A-Za-z0-9]{2,20}"),
    WayKind.NTFY: re.compile(r"[A-Za-z0-9_-]{1,64}"),
    WayKind.WECOM: _USER, WayKind.DINGTALK: _USER, WayKind.FEISHU: _USER,
    WayKind.TELEPHONE: re.compile(r"\+?[0-9]{3,20}"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """All that somebody set.

    Attributes:
        ways: Kind and address, the first to be tried first; empty where what stands in their
            entry is used.
        language: That they are written to in.
    """

    ways: Sequence[tuple[WayKind, str]] = ()
    wish: Wish = field(default_factory=Wish)
    language: str = "en"


def wishes_of(sessions: Sessions, login: str) -> Wishes:
    """What somebody set, or what holds where they set nothing.

    Raises:
        OrderRefused: Nobody has the log-in.
    """
    with sessions.session(ALL, reading=True) as session:
        person = session.get(PersonRow, login)
        if person is None:
            raise absent()
        query = select(WayRow).where(WayRow.login == login).order_by(WayRow.rank)
        ways = [(WayKind(row.kind), row.address) for row in session.scalars(query)]
        row = session.get(WishRow, login)
        return Wishes(
            ways=ways, wish=wish_of(row) if row is not None else Wish(), language=person.language
        )


def wish_of(row: WishRow) -> Wish:
    """As the records keep it."""
    return Wish(
        quiet_start=row.quiet_start, quiet_end=row.quiet_end, quiet_from=row.quiet_from,
        digest_from=row.digest_from, digest_at=row.digest_at,
    )  # fmt: skip


def keep(sessions: Sessions, login: str, wishes: Wishes, *, by: str, now: int) -> None:
    """Sets all of it at once; what waits for an hour is looked at again.

    Args:
        sessions: The records.
        login: Whose.
        wishes: What they want.
        by: Who says so.
        now: System time. [ms]

    Raises:
        OrderRefused: Something cannot stand; nothing was changed.
    """
    _check(wishes)
    with sessions.session(ALL) as session:
        person = session.get(PersonRow, login)
        if person is None:
            raise absent()
        person.language = wishes.language
        session.execute(delete(WayRow).where(WayRow.login == login))
        session.add_all(
            WayRow(login=login, rank=rank, kind=kind.value, address=address)
            for rank, (kind, address) in enumerate(wishes.ways)
        )
        row = session.get(WishRow, login)
        if row is None:
            row = WishRow(login=login)
            session.add(row)
        wish = wishes.wish
        row.quiet_start, row.quiet_end = wish.quiet_start, wish.quiet_end
        row.quiet_from = wish.quiet_from
        row.digest_from, row.digest_at = wish.digest_from, wish.digest_at
        session.execute(
            update(Notification)
            .where(Notification.person == login, Notification.state == "waiting")
            .where(Notification.held.is_not(None))
            .values(held=None, next_at=0),
            execution_options={"synchronize_session": False},
        )
        # The kinds alone: an address is nobody else's business.
        kinds = ", ".join(kind.value for kind, _ in wishes.ways)
        session.add(AuditRow(at=now, actor=by, action="set_messages", detail=f"{login}: {kinds}"))


def ask_test(sessions: Sessions, login: str, now: int) -> None:
    """Owes somebody a test message, by way of the outbox and their first way. [ms]"""
    with sessions.session(ALL) as session:
        session.add(
            Notification(
                key=f"test.{now}.{login}", building="", order_id=None, person=login,
                kind="test", priority=2, created_at=now, copied=True,
                text={"head": messages.dumped(Text(messages.TEST)), "lines": []},
            )
        )  # fmt: skip


def sent_to(sessions: Sessions, login: str, most: int = 12) -> Sequence[Notification]:
    """What somebody was told lately, the newest first."""
    query = select(Notification).where(Notification.person == login)
    with sessions.session(ALL, reading=True) as session:
        return session.scalars(query.order_by(Notification.id.desc()).limit(most)).all()


def _check(wishes: Wishes) -> None:
    if len(wishes.ways) > MOST_WAYS:
        raise invalid(Text("No more than {n} ways.", {"n": MOST_WAYS}), "ways")
    for kind, address in wishes.ways:
        if not _ADDRESS[kind].fullmatch(address):
            raise invalid(
                Text("“{address}” is no address of this kind.", {"address": address[:80]}), "ways"
            )
    if len(set(wishes.ways)) != len(wishes.ways):
        raise invalid(Text("The same way stands here twice."), "ways")
    if wishes.language not in LANGUAGES:
        raise invalid(Text("This language is not spoken here."), "language")
    wish = wishes.wish
    minutes = (wish.quiet_start, wish.quiet_end, wish.digest_at)
    if not all(0 <= minute < _DAY_MIN for minute in minutes):
        raise invalid(Text("That is no time of the day."), "hours")
    if not all(2 <= one <= NEVER for one in (wish.quiet_from, wish.digest_from)):  # noqa: PLR2004
        raise invalid(Text("A P1 never waits."), "hours")
