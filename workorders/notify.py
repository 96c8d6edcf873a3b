"""Messages leave the outbox: at least once, with backoff, every failure written down."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from adapters.locales import translator
from adapters.records.base import ALL
from adapters.records.orders import Notification
from core.clock import HOUR_MS, Clock, SystemClock
from core.errors import Retryable
from core.words import Text
from workorders import messages
from workorders.office import Sessions
from workorders.people import Person
from workorders.ticking import Ticking

LOG = logging.getLogger(__name__)

FIRST_WAIT_MS = 2_000
LONGEST_WAIT_MS = 15 * 60_000
"""Doubling between these: a server that restarts is met soon, one that is down is not beaten."""

GIVE_UP_MS = 72 * HOUR_MS
"""After this a message tells nobody anything new: it is failed, and said to have failed."""

BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as it is sent.

    Attributes:
        key: The same at every sending; a receiver may drop repeats by it.
    """

    key: str
    order: str
    priority: int
    title: str
    body: str


class Channel(Protocol):
    """One way to reach a person."""

    @property
    def name(self) -> str: ...

    def send(self, person: Person, letter: Letter) -> None:
        """Returns once the other side has taken it.

        Raises :class:`core.errors.Retryable` where it may go later.
        """
        ...


class PersonOf(Protocol):
    """Finds people."""

    def person(self, login: str) -> Person | None:
        """Somebody by log-in."""
        ...


@dataclass(frozen=True, slots=True)
class _Try:
    channel: str | None
    error: str


class Notifier:
    """Sends what the outbox holds, through the first channel that takes it.

    Waiting is by system time, since it is other machines that are waited for.

    Args:
        sessions: The records.
        people: Who a log-in is, and their language.
        channels: Tried in order for every message.
        clock: System time.
    """

    def __init__(
        self, sessions: Sessions, people: PersonOf, channels: Sequence[Channel], *,
        clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self._sessions = sessions
        self._people = people
        self._channels = tuple(channels)
        self._clock = clock or SystemClock()
        self._failed: Callable[[str, str], None] | None = None
        self._one = threading.Lock()
        self._ticking = Ticking("notifier", self.step)

    @property
    def running(self) -> bool:
        """Whether a thread of its own sends."""
        return self._ticking.running

    def on_failed(self, told: Callable[[str, str], None]) -> None:
        """Who is told of each message that was given up (order id, log-in)."""
        self._failed = told

    def start(self, every_s: float = 1.0) -> None:
        """Sends from a thread of its own until :meth:`stop`."""
        self._ticking.start(every_s)

    def stop(self) -> None:
        """Ends the thread after the message in hand."""
        self._ticking.stop()

    def step(self) -> int:
        """Sends all that is due; how many were taken."""
        with self._one:
            return sum(self._deliver(id_) for id_ in self._due())

    def _due(self) -> Sequence[int]:
        query = select(Notification.id).where(
            Notification.state == "waiting", Notification.next_at <= self._clock.now()
        )
        with self._sessions.session(ALL, reading=True) as session:
            ordered = query.order_by(Notification.priority, Notification.id)
            return session.scalars(ordered.limit(BATCH)).all()

    def _deliver(self, id_: int) -> bool:
        with self._sessions.session(ALL, reading=True) as session:
            row = session.get_one(Notification, id_)
            person = self._people.person(row.person)
            letter = letter_of(row, person.language if person is not None else "en")
        # Sent outside the transaction: a slow server must not hold the records.
        tried = self._send(person, letter)
        with self._sessions.session(ALL) as session:
            row = session.get_one(Notification, id_)
            given_up = self._note(row, tried)
            order, login = row.order_id, row.person
        if given_up and self._failed is not None:
            self._failed(order, login)
        return tried.channel is not None

    def _send(self, person: Person | None, letter: Letter) -> _Try:
        if person is None:
            return _Try(None, "nobody has this log-in")
        errors = []
        for channel in self._channels:
            try:
                channel.send(person, letter)
            except Retryable as why:
                errors.append(f"{channel.name}: {why}")
            except Exception as why:
                LOG.exception("channel %s failed", channel.name)
                errors.append(f"{channel.name}: {why!r}")
            else:
                return _Try(channel.name, "; ".join(errors))
        return _Try(None, "; ".join(errors) or "there is no channel")

    def _note(self, row: Notification, tried: _Try) -> bool:
        """Writes down how it went; whether it is given up."""
        now = self._clock.now()
        row.attempts += 1
        row.error = tried.error[:1000] or None
        if tried.channel is not None:
            row.state, row.sent_at, row.channel = "sent", now, tried.channel
            return False
        if row.attempts == 1:
            row.first_try_at = now
        if now - (row.first_try_at or now) >= GIVE_UP_MS:
            row.state = "failed"
            return True
        row.next_at = now + wait_ms(row.attempts)
        return False


def wait_ms(attempts: int) -> int:
    """How long to wait after so many failures. [ms]"""
    return int(min(FIRST_WAIT_MS * 2 ** min(attempts - 1, 20), LONGEST_WAIT_MS))


def letter_of(row: Notification, language: str) -> Letter:
    """A message in somebody's language."""
    say = translator(language).say
    lines = [say(messages.loaded(line)) for line in row.text["lines"]]
    head: Text = messages.loaded(row.text["head"])
    return Letter(
        key=row.key, order=row.order_id, priority=row.priority, title=say(head),
        body="\n".join(line for line in lines if line),
    )  # fmt: skip
