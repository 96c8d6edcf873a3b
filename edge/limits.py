"""How much an edge may hold, and how long: each number with what is wrong with more and less."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one gateway's outbox and of its sending.

    Attributes:
        window: Most batches published and unconfirmed. Some dozens: the broker never holds
            more of this gateway, whatever is down; fewer would wait on each confirmation.
        max_bytes: Most bytes waiting; then the oldest are discarded, and that is announced.
            A gateway of 500 points a minute fills the default in some 65 days
            (docs/reliability.md).
        max_age_s: Longest wait, by the machine's clock; older batches are discarded likewise. [s]
        keep_bytes: Most bytes of confirmed batches kept against a restore of the store.
        keep_s: Longest time they are kept; a nightly backup is never older than a day. [s]
        resend_s: First wait for a confirmation before a batch is sent again; shorter would
            double the load of a busy ingest, longer would hold up the tail of an outage. [s]
        resend_cap_s: Longest such wait; it doubles from one sending to the next. [s]
    """

    window: int = 32
    max_bytes: int = 2 * 2**30
    max_age_s: float = 30 * 86_400.0
    keep_bytes: int = 256 * 2**20
    keep_s: float = 86_400.0
    resend_s: float = 5.0
    resend_cap_s: float = 120.0

    @property
    def reserve(self) -> int:
        """Places of the window that backlog leaves to live readings, and the other way round."""
        return self.window // 4
