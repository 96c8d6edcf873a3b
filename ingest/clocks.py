"""How far each gateway's clock is off, by what it sends live: domain sheet, SEN-09."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.batch import Ints
from core.clock import HOUR_MS, MINUTE_MS
from core.ports import ClockSeen
from core.site import Site
from ingest.arrival import Reported

OFF_MS = 5 * MINUTE_MS
"""Farther off, hours and days come out wrong (domain sheet, SEN-09)."""
_KEPT_MS = 5 * MINUTE_MS
"""A clock that says the same is written down this often: rarer, and an hour that is judged may
find no word of it; more often, and each batch costs a row."""
_ALIKE_MS = MINUTE_MS
"""Two sightings nearer than this are one clock: what the network adds differs by seconds."""
_STEADY = 3
"""Times that lie behind and go on in order (domain sheet: three messages)."""
_NEW_MS = 24 * HOUR_MS
"""A clock not seen for longer says nothing of the time between."""


class Clocks:
    """Compares live batches with the run clock; one write at a time.

    When a batch was sent tells the gateway's own clock. When its newest reading is of tells the
    devices': from the future is never right; long past may be a device that has stopped, so it
    counts once the same has been seen twice, or once the times were seen to run back.

    Args:
        site: For the shortest period of each gateway: its newest reading may be that old.
    """

    def __init__(self, site: Site) -> None:
        self._slack: dict[str, int] = {}
        for point in site.points:
            period = point.period_s * 1000
            self._slack[point.gateway] = min(self._slack.get(point.gateway, period), period)
        self._before: dict[str, tuple[int, int]] = {}
        self._span: dict[str, ClockSeen] = {}

    def seen(self, reported: Sequence[Reported]) -> list[ClockSeen]:
        """What these batches say, where it is news."""
        news = []
        for gateway, batches in _live(reported).items():
            if gateway not in self._slack:
                continue
            received = max(one.received for one in batches)
            times = np.concatenate([one.rows.at for one in batches])
            back = _ran_back(times)
            ahead = self._ahead(gateway, batches, int(times.max()), back)
            if ahead is None:
                continue
            span = self._spoken(gateway, received, ahead, back.at if back is not None else None)
            if span is not None:
                news.append(span)
        return news

    def _ahead(
        self, gateway: str, batches: Sequence[Reported], latest: int, back: _Back | None
    ) -> int | None:
        """Its clock less ours [ms]; None where it cannot be told."""
        received = max(one.received for one in batches)
        sent = max(one.sent_at or one.received for one in batches) - received
        newest = (latest if back is None or back.newest is None else back.newest) - received
        at, last = self._before.get(gateway, (received, 0))
        self._before[gateway] = (received, newest)
        if abs(sent) > OFF_MS:
            return sent
        if newest > OFF_MS:
            return newest
        if newest >= -(OFF_MS + self._slack[gateway]):
            return sent
        waits = batches[-1].oldest_unsent
        if waits is not None and waits >= latest:
            # The edge has newer ones still to send: it works off what a line held back.
            return None
        again = at < received and abs(newest - last) <= _ALIKE_MS + self._slack[gateway]
        return newest if again or back is not None else None

    def _spoken(
        self, gateway: str, received: int, ahead: int, back: int | None
    ) -> ClockSeen | None:
        """A span that is news; ``back`` is when times ran back in what came now. [ms]"""
        old = self._span.get(gateway)
        alike = old is not None and abs(old.ahead - ahead) <= _ALIKE_MS
        lately = old is not None and received - old.until <= _NEW_MS
        if old is not None and alike and lately:
            if received - old.until < _KEPT_MS:
                return None
            span = ClockSeen(gateway=gateway, since=old.since, until=received, ahead=old.ahead)
        else:
            since = received - MINUTE_MS
            if old is not None and lately:
                # Wrong before and wrong now, it was not right between; where it was right before,
                # nobody knows when it went wrong but who saw its times run back.
                wrong = min(abs(old.ahead), abs(ahead)) > OFF_MS
                since = old.until if wrong else max(old.until, min(back or since, since))
            span = ClockSeen(gateway=gateway, since=since, until=received, ahead=ahead)
        self._span[gateway] = span
        return span


def _live(reported: Sequence[Reported]) -> dict[str, list[Reported]]:
    found: dict[str, list[Reported]] = {}
    for one in reported:
        if one.name is not None and not one.backfill and len(one.rows) and one.sent_at is not None:
            found.setdefault(one.gateway, []).append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Back:
    """Where times ran back.

    Attributes:
        at: The last right time before it. [ms]
        newest: The newest since, where they have not caught up yet. [ms]
    """

    at: int
    newest: int | None


def _ran_back(times: Ints) -> _Back | None:
    """Where readings, in the order in which they were sent, jump back for good; the last such.

    One that overtook another lies before it too; of a clock that was set back all do, until it
    has caught up.
    """
    latest = np.maximum.accumulate(times)
    behind = latest - times > OFF_MS
    edges = np.flatnonzero(np.diff(np.r_[False, behind, False].astype(np.int8)))
    for a, b in zip(edges[::2].tolist()[::-1], edges[1::2].tolist()[::-1], strict=True):
        steady = bool((np.diff(times[a:b]) >= 0).all())
        if steady and len(np.unique(times[a:b])) >= _STEADY:
            newest = int(times[a:b].max()) if b == len(times) else None
            return _Back(at=int(latest[a]), newest=newest)
    return None
