"""What came from the broker, before and after it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from core.batch import BatchName, Columns
from core.wire import HealthMessage
from core.wire_columns import Table


class Arrival(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One MQTT message, with the acknowledgement that is owed for it.

    Attributes:
        received: When it came, run clock. [ms]
        retain: Whether the broker says that it kept it; never a reason to refuse a batch.
        lasts: It lasts where it came from until it is stored, and its acknowledgement says so:
            a reading that a person entered, and nothing else.
    """

    topic: str
    payload: bytes
    retain: bool
    received: int
    ack: Callable[[], None]
    lasts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Readings as their sender named them.

    Attributes:
        name: The batch; None for the single value of a foreign device.
        topic: Where it came in; of single values side by side, see ``topics``.
        table: What ``rows.point`` indexes.
        sent_at: When this sending left, sender's run clock; None where it does not say. [ms]
        backfill: False only where the readings were sent as they were read.
        oldest_unsent: Device time of the oldest reading still waiting there. [ms]
        discarded: Boot, first and last sequence, first and last time of what it had to drop.
        topics: Of single values side by side: where each entry of the table came in.
        by_hand: Whether a person entered them.
    """

    gateway: str
    name: BatchName | None
    topic: str
    table: Table
    rows: Columns
    received: int
    sent_at: int | None = None
    backfill: bool = False
    oldest_unsent: int | None = None
    discarded: tuple[tuple[str, int, int, int, int], ...] = ()
    topics: tuple[str, ...] = ()
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a gateway says of itself.

    Attributes:
        state: ``online`` or ``offline``, where it is that message.
        health: Where it is that one.
        retained: An old word, kept by the broker: no sign of life.
    """

    gateway: str
    received: int
    state: str | None = None
    health: HealthMessage | None = None
    retained: bool = False
