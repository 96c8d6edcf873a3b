"""Confirmations: what each gateway may forget, and that it should rest while we wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from core import topics, wire
from core.clock import Clock
from core.errors import Retryable
from core.ports import Broker, Receipts
from core.settled import Settled

Boots = Mapping[str, Settled]

REST_MS = 30_000
"""A gateway is told to rest at most this far ahead (the protocol's limit): if ingest dies
while it waits, the timers of the edge take over after it."""
AGAIN_MS = 10_000
"""The word to rest is renewed as often, so that one lost message does not end it."""


class Confirmations:
    """Publishes them retained, a topic a gateway; only ingest may.

    A confirmation that does not get out (no connection) is said again at the next
    connection, when all are.

    Args:
        site: Site id.
        receipts: What is durable, for all workers.
        broker: Where to publish.
        system: System time, not the run clock: it is the edge's timer that rests.
    """

    def __init__(self, site: str, receipts: Receipts, broker: Broker, system: Clock) -> None:
        self._site, self._receipts, self._broker, self._system = site, receipts, broker, system
        self._said: dict[str, Boots] = {}
        self._resting: dict[str, int] = {}

    def publish(self, settled: Mapping[str, Boots]) -> None:
        """Say what is durable of these gateways."""
        for gateway, boots in settled.items():
            self._said[gateway] = boots
            self._resting.pop(gateway, None)
            self._send(gateway, boots)

    def publish_all(self) -> None:
        """Say everything again: a broker may have forgotten what it kept.

        Raises:
            Retryable: The records are away.
        """
        self.publish(self._receipts.settled())

    def rest(self, gateways: Iterable[str]) -> None:
        """Tell gateways that we wait for the store, so that they need not send again."""
        now = self._system.now()
        due = [
            g
            for g in {*gateways, *self._said}
            if self._resting.get(g, 0) <= now + REST_MS - AGAIN_MS
        ]
        if not due:
            return
        with suppress(Retryable):  # without the records, what was said last still holds
            self._said.update(self._receipts.settled())
        for gateway in due:
            self._resting[gateway] = now + REST_MS
            self._send(gateway, self._said.get(gateway, {}), now + REST_MS)

    def work_again(self) -> None:
        """The wait is over: gateways that were told to rest need not."""
        for gateway in list(self._resting):
            del self._resting[gateway]
            self._send(gateway, self._said.get(gateway, {}))

    def _send(self, gateway: str, boots: Boots, waiting_until: int | None = None) -> None:
        payload = wire.encode(wire.confirm_message(boots, waiting_until=waiting_until))
        self._broker.publish(topics.confirm_topic(self._site, gateway), payload, retain=True)
