"""A message to a person also goes to the groups, and a P1 rings: each with a row of its own.

So each is sent at least once by itself: what a robot has taken is not sent again because a
telephone was busy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select, update

from adapters.records.base import ALL
from adapters.records.orders import Notification
from workorders.notify.sender import Ways
from workorders.office import Sessions
from workorders.people import Person

GROUP = "@"
"""Before the name of a group, where a person's log-in would stand: no log-in begins so."""
RING = "ring"
"""Way of a message that may only ring; and how kinds begin that ring again."""
_MOST = 500


def copy(sessions: Sessions, ways: Ways, person: Callable[[str], Person | None]) -> int:
    """Copies what was owed since the last time, all in one transaction; how many were looked at."""
    waiting = select(Notification).where(
        Notification.state == "waiting", Notification.copied.is_(False)
    )
    with sessions.session(ALL, reading=True) as session:
        rows = session.scalars(waiting.order_by(Notification.id).limit(_MOST)).all()
    if not rows:
        return 0
    wanted = {row.key: row for owed in rows for row in _of(owed, ways, person)}
    with sessions.session(ALL) as session:
        there = select(Notification.key).where(Notification.key.in_(wanted))
        for key in set(wanted) - set(session.scalars(there)):
            session.add(wanted[key])
        done = update(Notification).where(Notification.id.in_([row.id for row in rows]))
        session.execute(done.values(copied=True), execution_options=_BULK)
    return len(rows)


_BULK = {"synchronize_session": False}


def _of(
    row: Notification, ways: Ways, person: Callable[[str], Person | None]
) -> Sequence[Notification]:
    found = []
    if not row.kind.startswith(RING):
        base = row.key.removesuffix(row.person)
        found = [_copy(row, f"{base}{GROUP}{g.name}", f"{GROUP}{g.name}") for g in ways.groups]
    who = person(row.person) if row.priority == 1 else None
    if who is not None and ways.ringing(who.login, who.mail, who.phone):
        found.append(_copy(row, f"{row.key}.{RING}", row.person, RING))
    return found


def _copy(row: Notification, key: str, person: str, way: str = "") -> Notification:
    return Notification(
        key=key, building=row.building, order_id=row.order_id, person=person, kind=row.kind,
        priority=row.priority, text=row.text, created_at=row.created_at, way=way, copied=True,
    )  # fmt: skip
