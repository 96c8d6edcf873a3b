"""Faults of gateways' lines and clocks, from the campus to the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.batch import Columns
from core.clock import HOUR_MS, MINUTE_MS
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.worlds import Worlds, one_building
from tests.simulators.parts import SEED, SITE, START, at, fault, same

K = FaultKind
GATEWAY = "gw-a"
LINES = (
    (K.GATEWAY_CUT_OFF, 1.0), (K.READINGS_LOST, 0.2), (K.READINGS_REPEATED, 0.1),
    (K.READINGS_LATE, 30.0), (K.CLOCK_OFF, 600.0), (K.TIME_ZONE_WRONG, -8.0),
)  # fmt: skip
FROM, TO = at(1, 6.0), at(1, 9.0)


def ill(kind: FaultKind, severity: float) -> Fault:
    return fault(kind, GATEWAY, severity=severity, onset=FROM, end=TO)


def told(*faults: Fault, until: int = at(1, 12.0)) -> tuple[Campus, Columns]:
    campus = Campus(SITE, SEED, START, faults)
    return campus, campus.read(GATEWAY, until)


@pytest.fixture(scope="module")
def healthy() -> Columns:
    return told()[1]


@pytest.mark.parametrize(("kind", "severity"), LINES)
def test_a_severity_of_nothing_is_health_itself(
    kind: FaultKind, severity: float, healthy: Columns
) -> None:
    assert same(told(ill(kind, 0.0))[1], healthy)
    assert not same(told(ill(kind, severity))[1], healthy)


@pytest.mark.parametrize(("kind", "severity"), LINES)
def test_it_acts_from_onset_to_end_on_its_gateway_and_on_no_value(
    kind: FaultKind, severity: float, healthy: Columns
) -> None:
    campus, rows = told(ill(kind, severity))
    before, after = healthy.at <= FROM, healthy.at > TO
    # A clock that is hours wrong dates readings into the time before and after.
    others = np.isin(rows.at, healthy.at[before | after])
    assert len(rows.keep(others)) >= np.count_nonzero(before) + np.count_nonzero(after) - 50
    assert set(rows.value.tolist()) <= set(healthy.value.tolist())
    sound = Campus(SITE, SEED, START)
    assert same(campus.read("gw-c", at(1, 12.0)), sound.read("gw-c", at(1, 12.0)))
    # Physics are not touched: sums of one stretch or three differ in their last digits.
    assert campus.consumed() == pytest.approx(sound.consumed(), rel=1e-12)


def test_a_clock_that_creeps_away_goes_further_every_hour() -> None:
    slow = Fault(
        id="slow", kind=K.CLOCK_OFF, asset=GATEWAY, onset=FROM, severity=-2400.0, creep_days=1.0
    )
    rows = told(slow)[1]
    oat = rows.keep(rows.point == SITE.index["a.weather.oat"])
    # 100 s an hour, from the first whole hour after the onset on.
    assert set(np.diff(oat.at)) == {MINUTE_MS, MINUTE_MS - 100_000}
    assert oat.at[-1] == at(1, 12.0) - 5 * 100_000


def test_a_line_that_is_mended_brings_what_it_held_back(healthy: Columns) -> None:
    cut = replace(ill(K.GATEWAY_CUT_OFF, 1.0), end=None)
    campus = Campus(SITE, SEED, START, (cut,))
    first = campus.read(GATEWAY, TO)
    assert first.at.max() == FROM
    campus.repair(TO, "effective", fault=cut.id)
    rows = Columns.joined([first, campus.read(GATEWAY, at(1, 12.0))])
    order = np.lexsort((rows.point, rows.at))
    assert same(rows.keep(order), healthy)


def test_saved_in_the_middle_of_an_outage_it_goes_on(tmp_path: Path) -> None:
    faults = (ill(K.GATEWAY_CUT_OFF, 1.0), replace(ill(K.READINGS_LATE, 20.0), id="late"))
    straight, broken = Campus(SITE, SEED, START, faults), Campus(SITE, SEED, START, faults)
    for campus in (straight, broken):
        campus.read(GATEWAY, at(1, 8.0))
    broken.save(tmp_path / "campus")
    loaded = Campus.load(tmp_path / "campus", SITE)
    assert loaded.passages() == straight.passages()
    for until in (at(1, 9.05), at(1, 12.0)):
        assert same(loaded.read(GATEWAY, until), straight.read(GATEWAY, until))


@pytest.mark.parametrize(("kind", "severity"), LINES)
def test_worlds_show_it_where_anybody_could_see_it(kind: FaultKind, severity: float) -> None:
    one = ill(kind, severity)
    worlds = Worlds(
        site=one_building(SITE, "a"), seed=SEED, start=START, days=1, faults=(one,)
    )  # fmt: skip
    campus = Campus(worlds.site, SEED, START)
    everything, without = worlds.unrepaired(campus)
    shown = worlds.difference(everything, without[one.id])
    assert shown.visible(any_hour=True) is not None
    # A time zone wrong by eight hours dates readings into the day before.
    if kind is not K.TIME_ZONE_WRONG:
        assert FROM < shown.hours[0] <= FROM + HOUR_MS
    assert (shown.days == 0.0).all()
