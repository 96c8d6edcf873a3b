"""Messages leave the outbox: at least once, with backoff, every failure written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.notifying import WishRow
from adapters.records.orders import Notification, Order
from core.clock import HOUR_MS, Clock, SystemClock
from workorders.notify import copies
from workorders.notify.delivery import Delivery, Tried
from workorders.notify.hours import Wish, held
from workorders.notify.letter import Letter
from workorders.notify.outlook import Outlook, wait_ms
from workorders.notify.parcels import by_whom, next_for, parcels
from workorders.notify.sender import Way, Ways
from workorders.notify.wishes import wish_of
from workorders.office import Sessions
from workorders.people import Person, PersonOf
from workorders.ticking import Ticking

GIVE_UP_MS = 72 * HOUR_MS
"""After this a message tells nobody anything new: it is failed, and said to have failed."""
GIVE_UP_RING_MS = HOUR_MS
"""The ladder rings others by then."""
BATCH = 200


class Notifier:
    """Sends what the outbox holds, through the first way of each person that takes it.

    Waiting is by system time, since it is other machines and people that are waited for.

    Args:
        sessions: The records.
        people: Who a log-in is, and their language.
        ways: How they are reached.
        zone: The site's time zone, for quiet hours.
        address: Of the console, for links.
        clock: System time.
    """

    def __init__(
        self, sessions: Sessions, people: PersonOf, ways: Ways, *, zone: str = "UTC",
        address: str = "", clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self._sessions = sessions
        self._people = people
        self._ways = ways
        self._zone = ZoneInfo(zone)
        self._address = address
        self._clock = clock or SystemClock()
        self._failed: Callable[[str, str], None] | None = None
        self._delivery: Delivery | None = None
        self._one = threading.Lock()
        self._ticking = Ticking("notifier", self.step)

    @property
    def running(self) -> bool:
        """Whether a thread of its own sends."""
        return self._ticking.running

    def on_failed(self, told: Callable[[str, str], None]) -> None:
        """Who is told of each person that could not be reached (order id, log-in)."""
        self._failed = told

    def start(self, every_s: float = 1.0) -> None:
        """Sends from a thread of its own until :meth:`stop`."""
        self._ticking.start(every_s)

    def stop(self) -> None:
        """Ends the thread after the message in hand."""
        self._ticking.stop()

    def step(self) -> int:
        """Sends all that is due, P1 first; how many messages of the outbox were taken."""
        with self._one:
            copies.copy(self._sessions, self._ways, self._people.person)
            due = self._due()
            urgent = [row for row in due if row.priority == 1]
            others = [row for row in due if row.priority > 1]
            return sum(self._serve(rows) for part in (urgent, others) for rows in by_whom(part))

    def _due(self) -> Sequence[Notification]:
        query = select(Notification).where(
            Notification.state == "waiting", Notification.next_at <= self._clock.now()
        )
        with self._sessions.session(ALL, reading=True) as session:
            ordered = query.order_by(Notification.priority, Notification.id)
            return session.scalars(ordered.limit(BATCH)).all()

    def _serve(self, rows: Sequence[Notification]) -> int:
        """All that is due to one person by one kind of way, or to one group."""
        whom = rows[0].person
        if whom.startswith(copies.GROUP):
            return self._serve_group(whom.removeprefix(copies.GROUP), rows)
        person = self._people.person(whom)
        if person is None:
            tried = Tried(error="nobody has this log-in")
            return self._note(rows, tried, give_up=True)
        rings = rows[0].way == copies.RING
        ask = self._ways.ringing if rings else self._ways.of
        ways = ask(person.login, person.mail, person.phone)
        rows = self._live(self._in_time(person, rows))
        return sum(
            self._note(parcel.rows, self._send(ways, parcel.letter))
            for parcel in parcels(rows, person.language, self._address)
        )

    def _serve_group(self, name: str, rows: Sequence[Notification]) -> int:
        group = next((one for one in self._ways.groups if one.name == name), None)
        if group is None:
            return self._note(rows, Tried(error="there is no such group any more"), give_up=True)
        left = parcels(rows, group.language, self._address)
        pace, taken, way = self._deliver.pace(group.sender), 0, Way(group.sender, group.name)
        while left:
            now = self._clock.now()
            free = pace.free(now, urgent=left[0].letter.priority == 1)
            if not free:
                later = Tried(error="kept back: too many a minute", wait_until=pace.next_at(now))
                kept = [row for parcel in left for row in parcel.rows]
                return taken + self._note(kept, later)
            parcel, left = next_for(group, left, free)
            taken += self._note(parcel.rows, self._send([way], parcel.letter))
        return taken

    def _send(self, ways: Sequence[Way], letter: Letter) -> Tried:
        if ways:
            return self._deliver.send(ways, letter)
        if self._ways.groups:
            return Tried(channel="groups", error="no way of their own")
        return Tried(error="there is no way to reach them", no_way=True)

    @property
    def _deliver(self) -> Delivery:
        if self._delivery is None:
            self._delivery = Delivery(Outlook(self._sessions), self._clock)
        return self._delivery

    def _in_time(self, person: Person, rows: Sequence[Notification]) -> list[Notification]:
        """Those that may go at this hour; the others are put off."""
        with self._sessions.session(ALL, reading=True) as session:
            found = session.get(WishRow, person.login)
        wish = Wish() if found is None else wish_of(found)
        now, go = self._clock.now(), []
        for row in rows:
            waits = held(row.priority, wish, now, self._zone, before=row.held)
            if waits is None:
                go.append(row)
                continue
            with self._sessions.session(ALL) as session:
                fresh = session.get_one(Notification, row.id)
                fresh.held, fresh.next_at = waits
        return go

    def _live(self, rows: Sequence[Notification]) -> list[Notification]:
        """Those that somebody still needs: nobody is rung for what is acknowledged."""
        found = []
        for row in rows:
            rings = row.way == copies.RING or row.kind.startswith(copies.RING)
            if rings and row.order_id is not None and not self._unanswered(row.order_id):
                with self._sessions.session(ALL) as session:
                    session.get_one(Notification, row.id).state = "moot"
            else:
                found.append(row)
        return found

    def _unanswered(self, order_id: str) -> bool:
        with self._sessions.session(ALL, reading=True) as session:
            order = session.get(Order, order_id)
        return order is not None and order.closed_at is None and order.acknowledged_at is None

    def _note(self, rows: Sequence[Notification], tried: Tried, *, give_up: bool = False) -> int:
        """Writes down how it went with what went together; how many were taken."""
        unreached = []
        with self._sessions.session(ALL) as session:
            for row in rows:
                fresh = session.get_one(Notification, row.id)
                if self._note_one(fresh, tried, give_up=give_up) or (
                    tried.no_way and fresh.attempts == 1
                ):
                    unreached.append((fresh.order_id, fresh.person, fresh.way))
        for order, login, way in unreached:
            mine = order is not None and not login.startswith(copies.GROUP) and not way
            if self._failed is not None and order is not None and mine:
                self._failed(order, login)
        return len(rows) if tried.channel is not None else 0

    def _note_one(self, row: Notification, tried: Tried, *, give_up: bool) -> bool:
        """Whether the message is given up."""
        now = self._clock.now()
        row.error = tried.error[:1000] or None
        if tried.channel is not None:
            row.attempts += 1
            row.state, row.sent_at, row.channel = "sent", now, tried.channel
            return False
        if row.first_try_at is None:
            row.first_try_at = now
        lasts = GIVE_UP_RING_MS if row.way == copies.RING else GIVE_UP_MS
        if give_up or now - row.first_try_at >= lasts:
            row.state = "failed"
            return True
        if tried.wait_until is not None:
            row.next_at = tried.wait_until
            return False
        row.attempts += 1
        row.next_at = now + wait_ms(row.attempts)
        return False
