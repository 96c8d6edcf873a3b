"""While the store is away, foreign devices' messages go to the spool and are acknowledged.

Only then: with the store there, a message is written at once and no disk stands between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from core import topics
from core.errors import PlantroomError
from ingest.arrival import Arrival
from ingest.inbox import Inbox
from ingest.spool import Spool, cost

log = structlog.get_logger(__name__)

_MOST = 1000
"""Messages in one commit: a disk that syncs a hundred times a second then takes 100,000 of them."""
_CONFIRMED = frozenset({"batch", "state", "health", "confirm"})
"""Channels of the wire contract whose sender sends again, or that nobody would miss."""


class Relief:
    """A thread that empties the inbox of foreign messages for as long as it is allowed.

    The order of arrival is kept: what the writer had taken when the store went is spooled first,
    and it drains the spool before it writes what came after. Else a message that is delivered
    again after a crash could bring back an older value.

    Args:
        inbox: Where messages wait.
        spool: Where they are put.
    """

    def __init__(self, inbox: Inbox, spool: Spool) -> None:
        self._inbox, self._spool = inbox, spool
        self._change = threading.Condition(threading.RLock())
        self._allowed = self._stopped = False
        self._full = False
        self._taken: Sequence[Arrival] = ()
        self._upto = 0
        self.refused = 0
        """Messages that found no room and stayed the broker's."""
        self._thread = threading.Thread(target=self._run, name="ingest-spool", daemon=True)

    def start(self) -> None:
        """Begin; nothing happens before :meth:`allow`."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        with self._change:
            self._stopped = True
            self._change.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def taken(self, arrivals: Sequence[Arrival]) -> None:
        """What the writer works on now."""
        with self._change:
            self._taken = arrivals

    def came(self, arrivals: Sequence[Arrival]) -> None:
        """Messages came."""
        with self._change:
            # Asked first, since with the store there nothing is to be done with any of them.
            if self._allowed and (found := sum(map(foreign, arrivals))):
                self.refused += found if self._full else 0
                self._change.notify_all()

    def allow(self, away: bool) -> None:  # noqa: FBT001 it is what the caller knows
        """The store is away, or is back; when back, nothing is put into the spool on return."""
        if away is self._allowed:
            return
        with self._change:
            self._allowed, self._full = away, False
            taken = [arrival for arrival in self._taken if foreign(arrival)]
            if away and taken:
                # What comes next must not be acknowledged before these are durable somewhere.
                self._upto = self._put(taken)
                self._taken = ()
            self._change.notify_all()

    def written(self) -> int:
        """The writer has stored what it had: up to which id the spool can forget it, or 0.

        It must not be read again: a Sparkplug message that comes twice looks like a gap.
        """
        with self._change:
            upto, self._upto, self._taken = self._upto, 0, ()
            return upto

    def drained(self) -> None:
        """There is room again."""
        with self._change:
            self._full = False
            self._change.notify_all()

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._stopped or self._work())
                if self._stopped:
                    return
                taken = self._inbox.take_only(foreign, _MOST, self._spool.room(), cost)
                if not taken:
                    self._refuse(self._inbox.count(foreign), "the spool is full")
                elif not self._put(taken):
                    self._inbox.put_back(taken)

    def _work(self) -> bool:
        return self._allowed and not self._full and self._inbox.count(foreign) > 0

    def _put(self, arrivals: Sequence[Arrival]) -> int:
        """Into the spool and acknowledged; the id of the last, 0 where it took none."""
        if sum(map(cost, arrivals)) > self._spool.room():
            self._refuse(len(arrivals), "the spool is full")
            return 0
        try:
            last = self._spool.keep(arrivals)
        except PlantroomError as error:
            self._refuse(len(arrivals), str(error))
            return 0
        for arrival in arrivals:
            arrival.ack()
        return last

    def _refuse(self, messages: int, reason: str) -> None:
        self._full = True
        self.refused += messages
        log.warning("foreign messages stay with the broker", messages=messages, reason=reason)


def foreign(arrival: Arrival) -> bool:
    """Whether a message comes from a device that knows no confirmation."""
    if arrival.lasts:
        return False
    # Asked of every message that waits, so the topic is not read any further than this.
    parts = arrival.topic.split("/", 5)
    return "/".join(parts[:2]) != topics.PREFIX or parts[4:5] == [] or parts[4] not in _CONFIRMED


class Once:
    """An acknowledgement that is given once, however often it is asked for.

    A message that was spooled while the writer had it is acknowledged by both.
    """

    __slots__ = ("_ack",)

    def __init__(self, ack: Callable[[], None]) -> None:
        self._ack: Callable[[], None] | None = ack

    def __call__(self) -> None:
        """Give it, if it was not."""
        ack, self._ack = self._ack, None
        if ack is not None:
            ack()
