"""The simulated network: what comes, when, and that its own account closes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.batch import Columns
from core.clock import HOUR_MS, MINUTE_MS
from simulators.campus import Campus
from simulators.network import Network, Trouble
from tests.simulators.parts import SEED, SITE, START, at, same

GATEWAY = "gw-a"
WHOLE = Trouble(start=START, end=at(3))


class Told:
    """A campus told once: the same rows for every network."""

    def __init__(self, rows: Columns) -> None:
        self.rows, self.until = rows, START

    def read(self, gateway: str, until: int) -> Columns:
        assert gateway == GATEWAY
        due = (self.rows.at > self.until) & (self.rows.at <= until)
        self.until = max(until, self.until)
        return self.rows.keep(due)


@pytest.fixture(scope="module")
def rows() -> Columns:
    return Campus(SITE, SEED, START).read(GATEWAY, at(1, 12.0))


def through(rows: Columns, *troubles: Trouble, every_h: float = 12.0) -> tuple[Network, Columns]:
    network = Network(Told(rows), SITE, SEED, {GATEWAY: troubles})
    parts = [
        network.read(GATEWAY, START + int(k * every_h * HOUR_MS))
        for k in range(1, round(12.0 / every_h) + 1)
    ]
    passage = network.passages()[GATEWAY]
    assert passage.taken == passage.lost + passage.waiting + passage.given - passage.duplicated
    return network, Columns.joined(parts)


def keys(rows: Columns) -> set[tuple[int, int]]:
    return set(zip(rows.point.tolist(), rows.at.tolist(), strict=True))


def test_a_healthy_network_gives_all_in_order(rows: Columns) -> None:
    network, given = through(rows)
    assert same(given, rows)
    assert network.sent() == len(rows)


def test_loss_takes_its_share_and_a_milder_one_takes_fewer_of_the_same(rows: Columns) -> None:
    network, bad = through(rows, replace(WHOLE, loss=0.3))
    _, mild = through(rows, replace(WHOLE, loss=0.03))
    assert 0.28 < 1.0 - len(bad) / len(rows) < 0.32
    assert 0.02 < 1.0 - len(mild) / len(rows) < 0.04
    assert keys(bad) < keys(mild) < keys(rows)
    assert network.sent() == len(bad)


def test_duplicates_come_beside_the_first(rows: Columns) -> None:
    network, given = through(rows, replace(WHOLE, duplicates=0.1))
    assert keys(given) == keys(rows)
    assert 0.08 < len(given) / len(rows) - 1.0 < 0.12
    assert network.sent() == len(rows)
    assert network.passages()[GATEWAY].duplicated == len(given) - len(rows)


def test_an_outage_is_backfilled_at_its_end_or_never(rows: Columns) -> None:
    when = Trouble(start=at(1, 3.0), end=at(1, 9.0), outage=True)
    network = Network(Told(rows), SITE, SEED, {GATEWAY: [when]})
    assert network.read(GATEWAY, at(1, 8.9)).at.max() < at(1, 3.0)
    assert network.passages()[GATEWAY].waiting > 0
    late = network.read(GATEWAY, at(1, 9.0))
    assert late.at.min() == at(1, 3.0)
    assert keys(through(rows, when)[1]) == keys(rows)
    _, lost = through(rows, replace(when, backfill=False))
    assert not ((lost.at >= at(1, 3.0)) & (lost.at < at(1, 9.0))).any()


def test_late_readings_overtake_each_other_and_none_is_lost(rows: Columns) -> None:
    network, given = through(rows, replace(WHOLE, late_min=5.0), every_h=1.0 / 60.0)
    assert (np.diff(given.at) < 0).any()
    waiting = network.passages()[GATEWAY].waiting
    assert 0 < waiting == len(rows) - len(given)
    assert keys(given) <= keys(rows)
    assert len(network.read(GATEWAY, at(2))) == waiting


def test_a_wrong_clock_dates_readings_ahead_and_drifts(rows: Columns) -> None:
    _, ahead = through(rows, replace(WHOLE, clock_s=8 * 3600.0))
    assert np.array_equal(ahead.at, rows.at + 8 * HOUR_MS)
    assert np.array_equal(ahead.value, rows.value)
    _, drifted = through(rows, replace(WHOLE, clock_drift_s_d=120.0))
    assert drifted.at[-1] - rows.at[-1] == MINUTE_MS


def test_two_readings_that_a_clock_set_back_gives_one_time_are_sent_once(rows: Columns) -> None:
    until_six = Trouble(start=START, end=at(1, 6.0), clock_s=3600.0)
    network, given = through(rows, until_six)
    assert len(given) == len(rows)
    assert network.sent() == len(keys(given)) < len(rows)


@pytest.mark.parametrize("every_h", [1.0, 0.25])
def test_it_is_the_same_however_time_is_cut(rows: Columns, every_h: float) -> None:
    troubles = (
        replace(WHOLE, loss=0.1, duplicates=0.05, late_min=3.0),
        Trouble(start=at(1, 2.0), end=at(1, 5.3), outage=True, clock_s=-40.0),
    )
    assert same(through(rows, *troubles)[1], through(rows, *troubles, every_h=every_h)[1])
