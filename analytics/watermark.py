"""Up to which time a gateway's readings are taken as complete."""

from __future__ import annotations

from core.clock import MINUTE_MS
from core.ports import GatewayProgress

LATENESS_MS = 30 * MINUTE_MS
"""How long a window waits for what an edge says it still holds, or for a silent gateway.
Longer delays every finding behind an outage; shorter judges more windows twice."""

SILENCE_MS = 10 * MINUTE_MS
"""Not heard for this long, a gateway is silent: its watermark goes on with the run clock,
so that silence itself is found."""


def watermark(progress: GatewayProgress | None, now: int, lateness_ms: int = LATENESS_MS) -> int:
    """The time up to which windows can be judged. Never beyond the run clock. [ms]

    Args:
        progress: What is known of the gateway; None where it was never heard.
        now: Run clock. [ms]
        lateness_ms: Longest wait. [ms]
    """
    floor = now - lateness_ms
    if progress is None or now - progress.heard > SILENCE_MS:
        return floor
    reached = min(progress.newest, now)
    if progress.oldest_unsent is not None:
        reached = min(reached, progress.oldest_unsent - 1)
    return max(reached, floor)
