"""Progress never falls back, and no late range is forgotten before it was judged."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.records import Records
from core.clock import DAY_MS
from core.ports import ClockSeen, GatewayProgress, LateRange

ONLINE = GatewayProgress(gateway="gw-a", newest=100, oldest_unsent=40, heard=110, state="online")


def _late(start: int, end: int, point: str = "a.m.kwh") -> LateRange:
    return LateRange(point=point, start=start, end=end)


def test_what_was_reported_is_there(records: Records) -> None:
    records.progress.report([ONLINE, replace(ONLINE, gateway="gw-b", oldest_unsent=None)], [])
    assert records.progress.gateways() == {
        "gw-a": ONLINE,
        "gw-b": replace(ONLINE, gateway="gw-b", oldest_unsent=None),
    }


def test_newest_never_falls_and_what_is_older_unsays_nothing(records: Records) -> None:
    records.progress.report([ONLINE], [])
    older = replace(ONLINE, newest=90, heard=100, oldest_unsent=10, state="offline")
    records.progress.report([older], [])
    assert records.progress.gateways()["gw-a"] == ONLINE
    later = replace(ONLINE, newest=95, heard=120, oldest_unsent=None, state="offline")
    records.progress.report([later], [])
    assert records.progress.gateways()["gw-a"] == replace(later, newest=100)


def test_unknown_unsays_no_known_state(records: Records) -> None:
    records.progress.report([ONLINE], [])
    records.progress.report([replace(ONLINE, heard=120, state="unknown")], [])
    assert records.progress.gateways()["gw-a"].state == "online"


def test_a_clock_goes_on_and_what_is_long_past_is_forgotten(records: Records) -> None:
    first = ClockSeen(gateway="gw-a", since=0, until=10, ahead=0)
    records.progress.report([], [], [first])
    on = replace(first, until=20)
    off = ClockSeen(gateway="gw-a", since=20, until=30, ahead=-3_600_000)
    records.progress.report([], [], [on, off])
    assert list(records.progress.clocks(0)) == [on, off]
    assert list(records.progress.clocks(20)) == [off]
    today = ClockSeen(gateway="gw-a", since=200 * DAY_MS, until=201 * DAY_MS, ahead=0)
    records.progress.report([], [], [today])
    assert list(records.progress.clocks(0)) == [today]


def test_late_ranges_wait_until_they_are_forgotten(records: Records) -> None:
    records.progress.report([], [_late(0, 10), _late(20, 30), _late(0, 5, "other")])
    waiting = records.progress.late()
    assert {kept for _, kept in waiting} == {_late(0, 10), _late(20, 30), _late(0, 5, "other")}
    records.progress.forget_late([id_ for id_, kept in waiting if kept.point == "other"])
    assert {kept for _, kept in records.progress.late()} == {_late(0, 10), _late(20, 30)}
    records.progress.forget_late([])


def test_ranges_that_touch_become_one(records: Records) -> None:
    records.progress.report([], [_late(0, 10), _late(5, 20), _late(20, 30), _late(40, 40)])
    records.progress.report([], [_late(25, 50), _late(60, 70)])
    assert [kept for _, kept in records.progress.late()] == [_late(0, 50), _late(60, 70)]


def test_a_range_that_came_while_another_was_judged_is_judged_too(records: Records) -> None:
    records.progress.report([], [_late(0, 100)])
    taken = [id_ for id_, _ in records.progress.late()]
    records.progress.report([], [_late(30, 40)])
    records.progress.forget_late(taken)
    left = [kept for _, kept in records.progress.late()]
    assert len(left) == 1
    assert left[0].start <= 30
    assert left[0].end >= 40


ranges = st.tuples(st.integers(0, 60), st.integers(1, 15)).map(lambda r: _late(r[0], r[0] + r[1]))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(ranges, max_size=4), max_size=5))
def test_together_they_cover_exactly_what_was_late(
    records: Records, reports: list[list[LateRange]]
) -> None:
    records.progress.forget_late([id_ for id_, _ in records.progress.late()])
    for report in reports:
        records.progress.report([], report)
    wanted = {t for report in reports for kept in report for t in range(kept.start, kept.end)}
    found = [t for _, kept in records.progress.late() for t in range(kept.start, kept.end)]
    assert sorted(found) == sorted(wanted)
