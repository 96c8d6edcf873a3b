"""What ingest has done since it started: every reading is in exactly one of these."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(slots=True)
class Tally:
    """What one write adds.

    ``received`` = ``stored`` + ``quarantined`` + ``duplicates``, in readings.

    Attributes:
        received: Readings that could be decoded.
        stored: Of these, durable in the store.
        quarantined: Of these, durable in quarantine.
        duplicates: Of these, in batches that were delivered again.
        suspect: Of the stored, those kept as no proof of anything.
        unreadable: Messages in quarantine whole.
        discarded: Batches that gateways announced as dropped by their policy.
        batches: Named batches settled.
        messages: MQTT messages acknowledged.
        ignored: Of these, not for ingest.
        spared: Of these, from devices that nobody has mapped, like others in quarantine.
        shed: Of these, unreadable and above the rate of their gateway, like one in quarantine.
        deferred: Batches above the rate of their gateway, left to its outbox to send again.
        excess: Of the quarantined, readings above the rate of their gateway.
        intervals: Rows of use written.
        intervals_suspect: Of these, use that nobody can know.
        resets: Registers that began again at another level.
        late: Ranges of time reported for judging again.
        writes: Writes to the store, many batches each under load.
        replayed: Readings of the quarantine that a replay found to be stored.
    """

    received: int = 0
    stored: int = 0
    quarantined: int = 0
    duplicates: int = 0
    suspect: int = 0
    unreadable: int = 0
    discarded: int = 0
    batches: int = 0
    messages: int = 0
    ignored: int = 0
    spared: int = 0
    shed: int = 0
    deferred: int = 0
    excess: int = 0
    intervals: int = 0
    intervals_suspect: int = 0
    resets: int = 0
    late: int = 0
    writes: int = 0
    replayed: int = 0


NAMES = tuple(field.name for field in fields(Tally))


class Counts:
    """The sum of all tallies; read from any thread."""

    def __init__(self) -> None:
        self._sum = dict.fromkeys(NAMES, 0)
        self._lock = threading.Lock()

    def add(self, tally: Tally) -> None:
        """Add what one write did, once it is settled."""
        with self._lock:
            for name in NAMES:
                self._sum[name] += getattr(tally, name)

    def now(self) -> Mapping[str, int]:
        """By name of :class:`Tally`'s attributes."""
        with self._lock:
            return dict(self._sum)
