"""Entered readings into ingest, by the same single-value form that foreign devices use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import structlog

from core import topics, wire
from core.clock import Clock
from core.errors import PlantroomError
from core.hand import HandReading, HandReadings
from core.ports import Message
from core.site import Site

log = structlog.get_logger(__name__)

MOST = 200
"""Under way at a time; the rest waits in the records."""
_LOOK_S = 1.0
"""A person looks again after a second or two; a question a second costs the records nothing."""


class HandSource:
    """Delivers what waits, in the order entered, and notes what has become durable.

    A crash between the two delivers it again, and it is the same reading.

    Args:
        site: The compiled model.
        readings: Where entered readings wait.
        clock: The run clock.
    """

    def __init__(self, site: Site, readings: HandReadings, clock: Clock) -> None:
        self._site, self._readings, self._clock = site, readings, clock
        self._lock = threading.Lock()
        self._under_way: set[int] = set()
        self._done: list[int] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hand-readings", daemon=True)
        self._deliver: Callable[[Message], None] = lambda _: None

    def start(self, deliver: Callable[[Message], None]) -> None:
        """Begin; once."""
        self._deliver = deliver
        self._thread.start()

    def stop(self) -> None:
        """Note what is durable, and end."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._noted()

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_S):
            self._noted()
            self._delivered()

    def _delivered(self) -> None:
        with self._lock:
            but = frozenset(self._under_way)
        if len(but) >= MOST:
            return
        try:
            waiting = self._readings.waiting(MOST - len(but), but=but)
        except PlantroomError as error:
            log.warning("hand readings wait", reason=str(error))
            return
        for reading in waiting:
            with self._lock:
                self._under_way.add(reading.id)
            self._deliver(self._message(reading))

    def _message(self, reading: HandReading) -> Message:
        index = self._site.index.get(reading.point)
        # Of a point that the site has no more: ingest says so, in quarantine.
        gateway = "hand" if index is None else self._site.points[index].gateway
        unit = "" if index is None else self._site.points[index].unit
        value = wire.ValueMessage(value=reading.value, unit=unit, at=reading.at)
        topic = topics.value_topic(self._site.id, gateway, reading.point)
        return Message(topic, wire.encode(value), False, partial(self._durable, reading.id))

    def _durable(self, id_: int) -> None:
        with self._lock:
            self._done.append(id_)

    def _noted(self) -> None:
        with self._lock:
            done, self._done = self._done, []
        try:
            self._readings.took(done, self._clock.now())
        except PlantroomError as error:
            log.warning("hand readings wait", reason=str(error))
            with self._lock:
                self._done = done + self._done
            return
        with self._lock:
            self._under_way.difference_update(done)
