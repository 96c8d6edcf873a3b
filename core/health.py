"""What is written down of a gateway: how it said it was, and what came from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.wire import HealthMessage


@dataclass(slots=True, kw_only=True)
class GatewayNews:
    """What is new of one gateway since it was written down last; counts are differences.

    Attributes:
        said: Its newest health message, where one came.
        said_at: When that came, run clock. [ms]
        clock_offset: Its clock less ours, where it was live. [ms]
        twins: Times that two of its boots were live at once.
        batches: Batches and single values that came for the first time.
        readings: In them.
        quarantined: Of these, refused.
        duplicates: Readings that came again.
        discarded: Batches that it announced as dropped.
        deferred: Batches above its rate, left to its outbox.
        over_at: When it last sent faster than it may, run clock. [ms]
    """

    gateway: str
    said: HealthMessage | None = None
    said_at: int | None = None
    clock_offset: int | None = None
    twins: int = 0
    batches: int = 0
    readings: int = 0
    quarantined: int = 0
    duplicates: int = 0
    discarded: int = 0
    deferred: int = 0
    over_at: int | None = None


class GatewayBook(Protocol):
    """Where that lasts."""

    def note(self, news: Sequence[GatewayNews]) -> None:
        """Add to what is known; several workers may."""
        ...
