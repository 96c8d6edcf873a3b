"""What live messages say of the gateways themselves: their clocks, boots and health."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import structlog

from core.health import GatewayNews
from core.wire import HealthMessage
from ingest.arrival import Reported, Spoken

log = structlog.get_logger(__name__)

CLOCK_WARN_MS = 30_000
"""Domain sheet, SEN-09: a live message whose sender's clock is farther off is worth a word;
a second or two is the network."""
CLOCK_OFF_MS = 300_000
"""Domain sheet, SEN-09: farther off, hours and days come out wrong and somebody must go."""
OVER_MS = 3_600_000
"""A flood is told of once an hour, and stands on the gateway's page for as long after it."""
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
        self._over: dict[str, int] = {}
        self._news: dict[str, GatewayNews] = {}

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
                before = self._health.get(spoken.gateway)
                fresh = set(spoken.health.alarms) - set(before.alarms if before else ())
                for alarm in sorted(fresh):
                    log.warning("a gateway raises an alarm", gateway=spoken.gateway, alarm=alarm,
                                outbox_full=round(spoken.health.outbox_full, 3),
                                discarded=spoken.health.discarded_batches)  # fmt: skip
                self._health[spoken.gateway] = spoken.health
                news = self._of(spoken.gateway)
                news.said, news.said_at = spoken.health, spoken.received

    def note_counts(self, reported: Reported, *, again: bool, refused: int) -> None:
        """What of a batch was taken; ``refused`` readings of it are in quarantine."""
        if reported.gateway not in self._ids:
            return
        with self._lock:
            news, rows = self._of(reported.gateway), len(reported.rows)
            if again:
                news.duplicates += rows
                return
            news.batches += 1
            news.readings += rows
            news.quarantined += refused
            news.discarded += sum(last - first + 1 for _, first, last, _, _ in reported.discarded)

    def note_repeats(self, gateway: str, readings: int) -> None:
        """So many readings came twice within one write."""
        if gateway in self._ids:
            with self._lock:
                self._of(gateway).duplicates += readings

    def note_over(
        self, gateway: str, at: int, *, batches: int = 0, messages: int = 0, readings: int = 0
    ) -> None:
        """It sends faster than it may: so many batches were put off, or readings put aside."""
        if gateway not in self._ids:
            return
        with self._lock:
            news = self._of(gateway)
            before, news.over_at = news.over_at or self._over.get(gateway, 0), at
            self._over[gateway] = at
            news.deferred += batches
            news.batches += messages
            news.readings += readings
            news.quarantined += readings
        if at - before > OVER_MS:
            log.warning("gateway sends faster than it may", gateway=gateway)

    def take_news(self) -> Sequence[GatewayNews]:
        """What is new since it was last taken; given back by :meth:`keep_news` if it failed."""
        with self._lock:
            news, self._news = list(self._news.values()), {}
        return news

    def keep_news(self, news: Sequence[GatewayNews]) -> None:
        """These could not be written down: add them to what is new."""
        with self._lock:
            for one in news:
                now = self._of(one.gateway)
                for name in ("twins", "batches", "readings", "quarantined", "duplicates",
                             "discarded", "deferred"):  # fmt: skip
                    setattr(now, name, getattr(now, name) + getattr(one, name))
                if now.said is None:
                    now.said, now.said_at = one.said, one.said_at
                now.over_at = max(filter(None, (now.over_at, one.over_at)), default=None)
                if now.clock_offset is None:
                    now.clock_offset = one.clock_offset

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

    def _of(self, gateway: str) -> GatewayNews:
        return self._news.setdefault(gateway, GatewayNews(gateway=gateway))

    def _note_clock(self, gateway: str, offset: int) -> None:
        self._of(gateway).clock_offset = offset
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
            self._of(gateway).twins += 1
            began[boot] = sent_at
            log.error("two boots are live at once", gateway=gateway, boots=sorted(began))
