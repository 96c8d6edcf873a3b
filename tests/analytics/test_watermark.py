"""Up to where windows are judged."""

from __future__ import annotations

import pytest

from analytics.watermark import LATENESS_MS, SILENCE_MS, watermark
from core.ports import GatewayProgress
from tests.analytics.cards import HOUR_MS, MINUTE_MS, T0

NOW = T0 + 24 * HOUR_MS


def mark(newest: int, *, unsent: int | None = None, heard: int = NOW) -> int:
    return watermark(
        GatewayProgress(gateway="g", newest=newest, oldest_unsent=unsent, heard=heard), NOW
    )


def test_what_is_sent_is_judged() -> None:
    assert mark(NOW - MINUTE_MS) == NOW - MINUTE_MS


def test_one_reading_from_2099_moves_nothing() -> None:
    assert mark(NOW + 10**12) == NOW


@pytest.mark.parametrize("unsent", [NOW - 20 * MINUTE_MS, NOW - MINUTE_MS])
def test_it_waits_for_what_still_stands_at_the_edge(unsent: int) -> None:
    assert mark(NOW, unsent=unsent) == unsent - 1


def test_it_waits_no_longer_than_the_lateness() -> None:
    assert mark(NOW, unsent=NOW - 5 * HOUR_MS) == NOW - LATENESS_MS


def test_silence_does_not_stop_it() -> None:
    assert mark(NOW - 5 * HOUR_MS, heard=NOW - SILENCE_MS - 1) == NOW - LATENESS_MS
    assert watermark(None, NOW) == NOW - LATENESS_MS


def test_a_silent_gateway_is_not_judged_up_to_the_minute_it_was_heard() -> None:
    """What it said last still had the lateness to be followed by more."""
    assert mark(NOW - 11 * MINUTE_MS, heard=NOW - 11 * MINUTE_MS) == NOW - LATENESS_MS
