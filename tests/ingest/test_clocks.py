"""How far gateways' clocks are off, by what they send live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.batch import BatchName, Columns
from core.clock import HOUR_MS, MINUTE_MS
from core.ports import ClockSeen
from ingest.arrival import Reported
from ingest.clocks import Clocks
from tests.analytics.plant import MONDAY, SITE

_SEQ = iter(range(1, 10_000))


def sent(
    received: int, minutes: Sequence[float], *, ahead: int = 0, backfill: bool = False
) -> Reported:
    """A batch of readings so many minutes before it came. ``ahead`` of its sender's clock. [ms]"""
    at = received - np.array([round(m * MINUTE_MS) for m in minutes], dtype=np.int64)
    return Reported(
        gateway="gw-a", name=BatchName("gw-a", "boot", next(_SEQ)), topic="", table=(),
        rows=Columns.of(np.zeros(len(at), np.int32), at, np.ones(len(at))), received=received,
        sent_at=received + ahead, backfill=backfill,
    )  # fmt: skip


def minutely(received: int, hours: int, *, behind: float = 0.0, since: float = 1e9) -> Reported:
    """A reading a minute of some hours; those of the last minutes are dated too early. [min]"""
    ago = np.arange(hours * 60)[::-1].astype(float)
    return sent(received, [m + (behind if m < since else 0.0) for m in ago])


def test_a_right_clock_is_right_however_seldom_it_is_heard() -> None:
    clocks = Clocks(SITE)
    first = clocks.seen([minutely(MONDAY, 6)])
    assert [c.ahead for c in first] == [0]
    later = clocks.seen([minutely(MONDAY + 6 * HOUR_MS, 6)])
    assert later == [replace(first[0], until=MONDAY + 6 * HOUR_MS)], "one span goes on"


def test_what_is_said_again_within_minutes_is_no_news() -> None:
    clocks = Clocks(SITE)
    clocks.seen([sent(MONDAY, [0])])
    assert clocks.seen([sent(MONDAY + MINUTE_MS, [0])]) == []


def test_the_senders_own_clock_is_believed_at_once() -> None:
    clocks = Clocks(SITE)
    clocks.seen([sent(MONDAY - HOUR_MS, [0])])
    [seen] = clocks.seen([sent(MONDAY, [0], ahead=-HOUR_MS)])
    assert seen == ClockSeen(gateway="gw-a", since=MONDAY - MINUTE_MS, until=MONDAY, ahead=-HOUR_MS)


def test_readings_from_the_future_are_no_devices_silence() -> None:
    [seen] = Clocks(SITE).seen([sent(MONDAY, [0, -480])])
    assert seen.ahead == 480 * MINUTE_MS


def test_devices_set_back_are_noticed_in_the_batch_in_which_their_times_run_back() -> None:
    clocks = Clocks(SITE)
    clocks.seen([minutely(MONDAY, 6)])
    [seen] = clocks.seen([minutely(MONDAY + 6 * HOUR_MS, 6, behind=60, since=200)])
    assert seen.ahead == -HOUR_MS
    jump = MONDAY + 6 * HOUR_MS - 200 * MINUTE_MS
    assert seen.since == jump, "from the last right time on"


def test_a_clock_that_was_wrong_and_is_wrong_was_not_right_between() -> None:
    """Set back by an hour a quarter of an hour before it was heard: it says no hour yet."""
    clocks = Clocks(SITE)
    clocks.seen([minutely(MONDAY, 6)])
    first_at = MONDAY + 6 * HOUR_MS
    [first] = clocks.seen([minutely(first_at, 6, behind=60, since=15)])
    assert first.ahead == -HOUR_MS
    [on] = clocks.seen([minutely(first_at + 6 * HOUR_MS, 6, behind=62)])
    assert (on.since, on.until) == (first_at, first_at + 6 * HOUR_MS)
    [right] = clocks.seen([minutely(first_at + 12 * HOUR_MS, 6)])
    assert (right.ahead, right.since) == (0, first_at + 12 * HOUR_MS - MINUTE_MS)


def test_a_device_that_stops_is_no_wrong_clock_and_one_that_stays_behind_is() -> None:
    clocks = Clocks(SITE)
    clocks.seen([sent(MONDAY, [0])])
    assert clocks.seen([sent(MONDAY + HOUR_MS, [55, 50, 45])]) == []
    assert clocks.seen([sent(MONDAY + 2 * HOUR_MS, [115, 110])]) == [], "no two alike"
    [seen] = clocks.seen([sent(MONDAY + 3 * HOUR_MS, [115, 110])])
    assert seen.ahead == -110 * MINUTE_MS


def test_readings_that_overtake_each_other_are_no_wrong_clock() -> None:
    late = sent(MONDAY, [60, 5, 58, 4, 40, 3, 57, 2, 30, 1, 55, 0])
    assert [c.ahead for c in Clocks(SITE).seen([late])] == [0]


def test_what_was_read_earlier_says_nothing_of_a_clock() -> None:
    assert Clocks(SITE).seen([sent(MONDAY, [4000, 3900], backfill=True)]) == []


def test_strangers_have_no_clock_here() -> None:
    assert Clocks(SITE).seen([replace(sent(MONDAY, [0]), gateway="gw-z")]) == []


def test_what_a_line_held_back_and_still_waits_at_the_edge_is_no_clock() -> None:
    """Live readings and those held back come side by side, in several writes at one moment."""
    clocks = Clocks(SITE)
    clocks.seen([sent(MONDAY - HOUR_MS, [0])])
    mixed = sent(MONDAY, [340.0, 900.0, 339.0, 899.0, 338.0, 898.0, 897.0, 896.0])
    waits = replace(mixed, oldest_unsent=MONDAY - 300 * MINUTE_MS)
    assert clocks.seen([waits]) == []
    [behind] = clocks.seen([replace(mixed, oldest_unsent=None)])
    assert behind.ahead < -5 * MINUTE_MS, "with nothing more to come it is the clock"
