"""The simulated network: what comes, when, and that its own account closes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.batch import Columns
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from simulators.campus import Campus
from simulators.lines import CLEAR, Line
from simulators.network import REMEMBERED_MS, Network
from tests.simulators.parts import SEED, SITE, START, at, same

GATEWAY = "gw-a"
END = at(1, 12.0)


@pytest.fixture(scope="module")
def rows() -> Columns:
    return Campus(SITE, SEED, START).read(GATEWAY, END)


def through(
    rows: Columns, line: Line, *, every_h: float = 12.0, when: tuple[int, int] = (START, END)
) -> tuple[Network, Columns]:
    """Rows over a line that is in trouble for a time, read every so many hours."""
    network, given = Network(SITE, SEED, [GATEWAY]), []
    cuts = {START + int(k * every_h * HOUR_MS) for k in range(1, round(12.0 / every_h) + 1)}
    begun = START
    for stop in sorted(cuts | set(when) - {START}):
        inside = when[0] <= begun < when[1]
        part = rows.keep((rows.at > begun) & (rows.at <= stop))
        network.take(GATEWAY, part, line if inside else CLEAR, begun)
        if stop in cuts:
            given.append(network.give(GATEWAY, stop)[0])
        closes(network)
        begun = stop
    return network, Columns.joined(given)


def closes(network: Network) -> None:
    passage = network.passages()[GATEWAY]
    assert passage.taken == passage.lost + passage.waiting + passage.given - passage.duplicated


def keys(rows: Columns) -> set[tuple[int, int]]:
    return set(zip(rows.point.tolist(), rows.at.tolist(), strict=True))


def test_a_clear_line_gives_all_in_order(rows: Columns) -> None:
    assert same(through(rows, CLEAR)[1], rows)


def test_loss_takes_its_share_and_a_milder_one_takes_fewer_of_the_same(rows: Columns) -> None:
    bad = through(rows, Line(loss=0.3))[1]
    mild = through(rows, Line(loss=0.03))[1]
    assert 0.28 < 1.0 - len(bad) / len(rows) < 0.32
    assert 0.02 < 1.0 - len(mild) / len(rows) < 0.04
    assert keys(bad) < keys(mild) < keys(rows)


def test_duplicates_come_beside_the_first_and_some_after_the_next_read(rows: Columns) -> None:
    network, given = through(rows, Line(duplicates=0.1), every_h=1.0 / 60.0)
    assert keys(given) == keys(rows)
    passage = network.passages()[GATEWAY]
    assert 0.08 < passage.duplicated / len(rows) < 0.12
    assert len(given) - len(rows) == passage.duplicated - passage.waiting
    apart = np.flatnonzero(np.diff(given.at) < 0)
    assert len(apart) > 0


def test_what_a_line_held_back_comes_oldest_first_when_it_is_up_again(rows: Columns) -> None:
    when = (at(1, 3.0), at(1, 9.0))
    network, given = through(rows, Line(down=True), every_h=1.0 / 60.0, when=when)
    assert same(given.keep(given.at <= when[0]), rows.keep(rows.at <= when[0]))
    assert keys(given) == keys(rows)
    held = given.keep((given.at > when[0]) & (given.at <= when[1]))
    assert (np.diff(held.at) >= 0).all()
    # 6 hours come within 6 minutes, among what is measured meanwhile.
    first = int(np.flatnonzero(given.at == held.at[0])[0])
    last = int(np.flatnonzero(given.at == held.at[-1])[-1])
    assert set(given.at[first:last]) - set(held.at) == {
        when[1] + k * MINUTE_MS for k in range(1, 6)
    }
    assert network.passages()[GATEWAY].waiting == 0


def test_devices_forget_what_is_older_than_they_remember() -> None:
    minutes = 5 * DAY_MS // MINUTE_MS
    rows = Columns.of(
        np.zeros(minutes, np.int32), START + (np.arange(minutes) + 1) * MINUTE_MS,
        np.arange(minutes, dtype=np.float64),
    )  # fmt: skip
    network = Network(SITE, SEED, [GATEWAY])
    for day in range(5):
        of_day = slice(day * 1440, (day + 1) * 1440)
        network.take(GATEWAY, rows.keep(np.arange(minutes)[of_day]), Line(down=True), START)
        assert network.passages()[GATEWAY].waiting <= REMEMBERED_MS // MINUTE_MS
        closes(network)
    network.take(GATEWAY, rows.keep(np.arange(0)), CLEAR, at(6))
    given, due = network.give(GATEWAY, at(8))
    assert len(given) == REMEMBERED_MS // MINUTE_MS
    assert given.at.min() == at(6) - REMEMBERED_MS + MINUTE_MS
    assert due.min() == at(6)


def test_late_readings_overtake_each_other_and_none_is_lost(rows: Columns) -> None:
    network, given = through(rows, Line(late_min=5.0), every_h=1.0 / 60.0)
    assert (np.diff(given.at) < 0).any()
    waiting = network.passages()[GATEWAY].waiting
    assert 0 < waiting == len(rows) - len(given)
    assert keys(given) <= keys(rows)
    rest, due = network.give(GATEWAY, at(2))
    assert len(rest) == waiting
    assert (due > END).all()


def test_a_wrong_clock_dates_readings_and_changes_nothing_else(rows: Columns) -> None:
    ahead = through(rows, Line(clock_s=8 * 3600.0))[1]
    assert np.array_equal(ahead.at, rows.at + 8 * HOUR_MS)
    assert np.array_equal(ahead.value, rows.value)


def test_two_troubles_of_one_line_are_both_there() -> None:
    both = Line(loss=0.1, late_min=2.0).beside(Line(loss=0.2, clock_s=30.0, down=True))
    assert both == Line(loss=both.loss, late_min=2.0, clock_s=30.0, down=True)
    assert both.loss == pytest.approx(0.28)
    assert CLEAR.beside(CLEAR) == CLEAR


@pytest.mark.parametrize("every_h", [1.0, 0.25])
@pytest.mark.parametrize("down", [False, True])
def test_it_is_the_same_however_time_is_cut(rows: Columns, every_h: float, *, down: bool) -> None:
    line = Line(loss=0.1, duplicates=0.05, late_min=3.0, clock_s=-40.0, down=down)
    when = (at(1, 2.0), at(1, 5.3))
    once, often = (through(rows, line, when=when, every_h=h)[1] for h in (12.0, every_h))
    assert same(once, often)


def test_what_is_under_way_is_kept_and_shared(rows: Columns) -> None:
    one, other = through(rows, replace(CLEAR, late_min=30.0))[0], Network(SITE, SEED, [GATEWAY])
    other.share(one, END)
    assert same(other.give(GATEWAY, at(2))[0], one.give(GATEWAY, at(2))[0])
