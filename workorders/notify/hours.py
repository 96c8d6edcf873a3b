"""When a message may go to somebody: quiet hours, and one message a day for what is not urgent.

Pure. Hours are of the site's own day, since that is where people sleep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from adapters.records.notifying import (
    DIGEST_AT_MIN,
    DIGEST_FROM,
    NIGHT_FROM_MIN,
    NIGHT_UNTIL_MIN,
    QUIET_FROM,
)


class Held(StrEnum):
    """Why a message waits for an hour."""

    QUIET = "quiet"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """When somebody wants to be left alone; see :class:`adapters.records.notifying.WishRow`."""

    quiet_start: int = NIGHT_FROM_MIN
    quiet_end: int = NIGHT_UNTIL_MIN
    quiet_from: int = QUIET_FROM
    digest_from: int = DIGEST_FROM
    digest_at: int = DIGEST_AT_MIN


def held(
    priority: int, wish: Wish, now: int, zone: ZoneInfo, *, before: str | None = None
) -> tuple[Held, int] | None:
    """Why and until when a message waits; None where it goes now. [ms]

    Args:
        priority: Of the message; a P1 never waits.
        wish: Of who gets it.
        now: System time. [ms]
        zone: The site's.
        before: Why it waited until now: a digest is waited for only once.
    """
    if priority <= 1:
        return None
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone)
    minute = local.hour * 60 + local.minute
    if priority >= wish.digest_from and before != Held.DIGEST:
        return Held.DIGEST, _next(local, wish.digest_at)
    if priority >= wish.quiet_from and _inside(minute, wish.quiet_start, wish.quiet_end):
        # A digest whose hour lies in the quiet ones stays a digest when they end.
        why = Held.DIGEST if before == Held.DIGEST else Held.QUIET
        return why, _next(local, wish.quiet_end)
    return None


def _inside(minute: int, start: int, end: int) -> bool:
    """Whether a minute of the day lies in [start, end), over midnight too."""
    if start <= end:
        return start <= minute < end
    return minute >= start or minute < end


def _next(local: datetime, minute: int) -> int:
    """The next time that the day shows this minute. [ms]"""
    then = local.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    if then <= local:
        then += timedelta(days=1)
    return round(then.timestamp() * 1000)
