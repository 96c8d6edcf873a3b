"""The pieces of a bus: time-outs that learn, a buffer that is bounded, times that are right."""

from __future__ import annotations

import dataclasses
import math
import time
from pathlib import Path

from core.clock import SteppedClock, SystemClock
from core.quality import Quality
from edge.buses.buffer import UNSET_BEFORE, Buffer
from edge.buses.member import ASKED_AGAIN_S, DEAD_AFTER, Member
from edge.buses.pace import Pace
from tests.edge.fieldbus import METER, device_of, template_of

NOW = UNSET_BEFORE + 1_000_000


class _Clock:
    """A clock that somebody sets."""

    def __init__(self, now: int) -> None:
        self.ahead = now - time.monotonic_ns() // 1_000_000

    def now(self) -> int:
        return self.ahead + time.monotonic_ns() // 1_000_000


def test_a_time_out_follows_the_answers() -> None:
    pace = Pace(3.0)
    assert pace.timeout_s == 1.0
    for _ in range(30):
        pace.answered(0.02)
    assert pace.timeout_s == 0.25
    for _ in range(30):
        pace.answered(0.5)
    assert 0.5 < pace.timeout_s < 1.0
    pace.missed()
    pace.missed()
    assert pace.timeout_s < 2.0
    pace.answered(40.0)
    assert pace.timeout_s == 3.0


def test_one_that_never_answered_is_waited_for_as_its_neighbours() -> None:
    paces: list[Pace] = []
    paces.extend(Pace(3.0, paces) for _ in range(2))
    for _ in range(30):
        paces[0].answered(0.02)
    assert 0.2 < paces[1].timeout_s < 0.5
    assert paces[1].silence_s >= 0.3


def test_a_full_buffer_drops_its_oldest_and_counts_them() -> None:
    buffer = Buffer(SteppedClock(NOW), most=3)
    buffer.put((i, float(i)) for i in range(5))
    rows = buffer.take(NOW)
    assert rows.point.tolist() == [2, 3, 4]
    assert buffer.dropped == 2


def test_what_is_later_than_asked_waits() -> None:
    clock = _Clock(NOW)
    buffer = Buffer(clock)
    before = clock.now() - 1
    buffer.put([(1, math.nan)])
    assert not len(buffer.take(before))
    rows = buffer.take(clock.now())
    assert rows.quality.tolist() == [Quality.BAD]


def test_readings_before_the_clock_was_set_get_their_right_time() -> None:
    clock = _Clock(5_000)  # 1970, as a box without a battery wakes
    buffer = Buffer(clock)
    earliest = clock.now()
    buffer.put([(1, 1.0)])
    latest = clock.now()
    time.sleep(0.05)
    assert buffer.waiting
    assert not len(buffer.take(clock.now()))
    moved = NOW - clock.now()
    clock.ahead += moved
    rows = buffer.take(clock.now())
    assert earliest + moved - 20 <= rows.at[0] <= latest + moved + 20


def _member(folder: Path, period_s: float) -> Member:
    device = dataclasses.replace(device_of(template_of(METER, folder)), period_s=period_s)
    return Member(device, Pace(3.0), 0.0, SystemClock())


def test_rounds_that_the_bus_had_no_time_for_are_counted(tmp_path: Path) -> None:
    member = _member(tmp_path, 1.0)
    assert member.next_due(0.2) == 0
    assert member.due == 1.0
    assert member.next_due(4.5) == 3
    assert member.due == 5.0
    assert member.late == 3


def test_a_lost_answer_of_an_hourly_meter_is_asked_for_again_in_seconds(tmp_path: Path) -> None:
    member = _member(tmp_path, 3600.0)
    member.failed("no answer", silent=True, again=True)
    assert member.next_due(1.0) == 0
    assert member.due == 1.0 + ASKED_AGAIN_S
    member.answered()
    assert member.next_due(62.0) == 0
    assert member.due == 3600.0, "and then it is at its own hour again"
    for _ in range(DEAD_AFTER):
        member.failed("no answer", silent=True, again=True)
    member.next_due(3601.0)
    assert member.due == 7200.0, "a dead one is not asked more often than one that lives"
