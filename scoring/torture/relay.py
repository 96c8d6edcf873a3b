"""A bad line between two brokers: what passes comes late, in another order, now and then twice."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time

from adapters.mqtt import Session
from core.ports import Message
from scoring.torture.grounds import SITE
from scoring.torture.processes import HOST

_STEM = f"plantroom/v1/{SITE}/+"
_LATE_S = 0.6
_VERY_LATE_S = 2.5
_VERY_LATE_SHARE = 0.1


class Relay:
    """Carries batches one way and confirmations the other.

    Args:
        edge_port: Broker of the edges.
        ingest_port: Broker of ingest.
        seed: Of delays and repetitions.
        twice: Share of batches that pass twice.
    """

    def __init__(self, edge_port: int, ingest_port: int, seed: int, twice: float = 0.01) -> None:
        self._dice, self._twice = random.Random(seed), twice  # noqa: S311 delays, no secret
        self._waiting: list[tuple[float, int, Message, bool]] = []
        self._number = itertools.count()
        self._changed = threading.Condition()
        self._ended = False
        self.passed = self.repeated = self.overtaken = 0
        self._last = -1
        self._near = Session(HOST, edge_port, "relay-edge", reconnect_cap_s=1.0)
        self._far = Session(HOST, ingest_port, "relay-ingest", reconnect_cap_s=1.0)
        self._near.listen([f"{_STEM}/batch/#"], self._take)
        self._far.listen([f"{_STEM}/confirm"], self._confirm)
        self._thread = threading.Thread(target=self._carry, name="torture-relay", daemon=True)

    def start(self) -> None:
        """Begin to carry."""
        self._far.start()
        self._near.start()
        self._thread.start()

    def stop(self) -> None:
        """End; what waits is lost on the way, as on any line."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join(10)
        self._near.stop()
        self._far.stop()

    def _take(self, message: Message) -> None:
        late = _VERY_LATE_S if self._dice.random() < _VERY_LATE_SHARE else _LATE_S
        times = [late * self._dice.random()]
        if self._dice.random() < self._twice:
            times.append(_VERY_LATE_S * (1 + self._dice.random()))
        now = time.monotonic()
        with self._changed:
            for again, late in enumerate(times):
                heapq.heappush(
                    self._waiting, (now + late, next(self._number), message, bool(again))
                )
            self._changed.notify_all()

    def _carry(self) -> None:
        while True:
            with self._changed:
                while not self._ended and (
                    not self._waiting or self._waiting[0][0] > time.monotonic()
                ):
                    due = self._waiting[0][0] if self._waiting else None
                    self._changed.wait(None if due is None else max(due - time.monotonic(), 0.001))
                if self._ended:
                    return
                _, number, message, again = heapq.heappop(self._waiting)
            if self._far.publish(message.topic, message.payload):
                self.passed += 1
                self.repeated += again
                self.overtaken += number < self._last
                self._last = max(self._last, number)
                message.ack()
            else:
                time.sleep(0.05)

    def _confirm(self, message: Message) -> None:
        self._near.publish(message.topic, message.payload, retain=True)
        message.ack()
