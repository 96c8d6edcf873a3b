"""From outbox to broker: what is sent when, and what a confirmation frees."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from core import topics, wire
from core.clock import Clock, SystemClock
from core.ports import Broker
from edge import payload
from edge.outbox import Entry, Outbox
from edge.window import Window

_LONGEST_REST_S = 30.0  # the protocol's limit, against a confirmation with a wild clock


class Sender:
    """Sends one gateway's batches. Not thread-safe: its agent holds one lock around it.

    Args:
        site: Site id.
        gateway: Gateway id.
        outbox: Where batches wait.
        broker: Where they go.
        clock: The run clock, for ``sent_at``.
    """

    def __init__(
        self, site: str, gateway: str, outbox: Outbox, broker: Broker, clock: Clock
    ) -> None:
        self._site, self._gateway = site, gateway
        self._outbox, self._broker, self._clock = outbox, broker, clock
        self._system = SystemClock()
        self._window = Window(outbox.limits, random.SystemRandom().random)
        self.online = False
        """From the word that a connection stands to the first publish that is not taken."""
        self.sent = 0
        """Sendings of batches, repeated ones too."""
        self.sent_again = 0
        """Of them, those that were not the first."""

    def offer(self, entries: Sequence[Entry]) -> None:
        """Send what was just committed at once, as live, where the window allows it.

        What cannot go now has become backlog, and says so when it goes.
        """
        if not self.online:
            return
        contended = bool(self._outbox.unsent({*self._window.ids, *(e.id for e in entries)}, 1))
        room = self._window.room(live=True, contended=contended)
        for entry in entries[: max(room, 0)]:
            if not self._publish(entry, backfill=False):
                return
            self._window.sent(entry, live=True, now=time.monotonic())

    def pump(self) -> None:
        """Send again what is due, then as much backlog as the window allows, oldest first."""
        if not self.online:
            return
        for entry in self._window.due(time.monotonic()):
            if not self._publish(entry, backfill=True):
                return
            self._window.sent_again(entry.id, time.monotonic())
            self.sent_again += 1
        room = self._window.room(live=False, contended=True)
        for entry in self._outbox.unsent(self._window.ids, room) if room > 0 else ():
            if not self._publish(entry, backfill=True):
                return
            self._window.sent(entry, live=False, now=time.monotonic())

    def next_due(self) -> float | None:
        """When :meth:`pump` should be called if nothing happens before. Monotonic. [s]"""
        return self._window.next_due() if self.online else None

    def connected(self, *, session_present: bool) -> None:
        """A connection stands; without the old session all that was under way is sent again."""
        self.online = True
        if not session_present:
            self._window.all_lost(time.monotonic())

    def confirmed(self, message: wire.ConfirmMessage) -> None:
        """Apply a confirmation to outbox and window."""
        boots = wire.confirmed(message)
        waiting = message.waiting_until
        self._outbox.settle(boots, complete=waiting is None)
        self._window.settle(boots)
        rest_s = 0.0 if waiting is None else (waiting - self._system.now()) / 1000
        self._window.rest(time.monotonic() + min(max(rest_s, 0.0), _LONGEST_REST_S))

    def forget_discarded(self) -> None:
        """Free the places of batches that the outbox dropped."""
        under_way = set(self._window.ids)
        self._window.drop(under_way - self._outbox.waiting(under_way))

    def oldest_unsent(self) -> int | None:
        """Earliest device time that is not under way. [ms]"""
        return self._outbox.oldest_unsent(self._window.handed_over)

    def _publish(self, entry: Entry, *, backfill: bool) -> bool:
        body = self._outbox.body(entry.id)
        if body is None:
            self._window.drop([entry.id])
            return True
        content = payload.payload(
            body, sent_at=self._clock.now(), backfill=backfill,
            oldest_unsent=self._outbox.oldest_unsent({*self._window.handed_over, entry.id}),
        )  # fmt: skip
        topic = topics.batch_topic(self._site, entry.name(self._gateway))
        self.online = self._broker.publish(topic, content)
        self.sent += self.online
        return self.online
