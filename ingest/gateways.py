"""What live messages say of the gateways themselves: their clocks, boots and health."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import structlog

from core.wire import HealthMessage
from ingest.arrival import Reported, Spoken

log = structlog.get_logger(__name__)

CLOCK_WARN_MS = 30_000
"""Domain sheet, SEN-09: a live message whose sender's clock is farther off is worth a word;
a second or two is the network."""
CLOCK_OFF_MS = 300_000
"""Domain sheet, SEN-09: farther off, hours and days come out wrong and somebody must go."""
_BOOTS_KEPT = 16


class Gateways:
    """Known of each gateway of the site, in memory; read from any thread.

    Clocks are compared on live batches only, by when they were sent: the age of a reading
    says nothing, or a replay and a backlog of 72 h would be clock faults.
    """

    def __init__(self, ids: frozenset[str]) -> None:
        self._ids = ids
        self._lock = threading.Lock()
        self._offset: dict[str, int] = {}
        self._health: dict[str, HealthMessage] = {}
        self._boots: dict[str, dict[str, int]] = {}
        self._twins: dict[str, int] = {}

    def note(self, reported: Reported) -> None:
        """A batch came."""
        live = reported.name is not None and not reported.backfill and len(reported.rows) > 0
        if not live or reported.sent_at is None or reported.gateway not in self._ids:
            return
        with self._lock:
            self._note_clock(reported.gateway, reported.sent_at - reported.received)
            if reported.name is not None:
                self._note_boot(reported.gateway, reported.name.boot, reported.sent_at)

    def note_health(self, spoken: Spoken) -> None:
        """A gateway said how it is."""
        if spoken.health is not None and spoken.gateway in self._ids:
            with self._lock:
                self._health[spoken.gateway] = spoken.health

    def clock_offsets(self) -> Mapping[str, int]:
        """Gateway's clock less ours at its last live batch. [ms]"""
        with self._lock:
            return dict(self._offset)

    def health(self) -> Mapping[str, HealthMessage]:
        """What each gateway said last of itself."""
        with self._lock:
            return dict(self._health)

    def twins(self) -> Mapping[str, int]:
        """Times that two boots of one gateway were live at once: one image on two machines."""
        with self._lock:
            return dict(self._twins)

    def _note_clock(self, gateway: str, offset: int) -> None:
        before = abs(self._offset.get(gateway, 0))
        self._offset[gateway] = offset
        for limit, event in ((CLOCK_OFF_MS, "clock is off"), (CLOCK_WARN_MS, "clock drifts")):
            if abs(offset) > limit >= before:
                log.warning(event, gateway=gateway, offset_s=offset / 1000)
                break

    def _note_boot(self, gateway: str, boot: str, sent_at: int) -> None:
        began = self._boots.setdefault(gateway, {})
        if boot not in began:
            began[boot] = sent_at
            if len(began) > _BOOTS_KEPT:
                del began[min(began, key=lambda b: began[b])]
            return
        if sent_at > max(began.values()) != began[boot]:
            # An older boot sent something live after a newer one had begun to.
            self._twins[gateway] = self._twins.get(gateway, 0) + 1
            began[boot] = sent_at
            log.error("two boots are live at once", gateway=gateway, boots=sorted(began))
