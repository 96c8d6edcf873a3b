"""Stretches without a reading are judged in one go, and say what judging each hour says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.bench import Bench
from analytics.calendar import Calendar
from analytics.frames import edges_of, mask_of
from analytics.grid import Grid
from analytics.groups import Group, grouped
from analytics.judging import Judge
from analytics.references import Unknown
from analytics.rule import Basis, Rule
from analytics.rules import RULES, warm_heating
from core.batch import Floats, Ints
from core.ports import ClockSeen
from core.site import CalendarEntry, DayMode
from core.verdict import Reason, Verdict
from tests.analytics.plant import DAY_MS, HOUR_MS, MINUTE_MS, MONDAY, SITE, Plant, daily
from tests.analytics.rules.frames import frame
from tests.analytics.test_engine import streams, told

BY_MINUTES = [rule for rule in RULES if rule.daily is None]
BY_DAYS = [rule for rule in RULES if rule.daily is not None]
Island = tuple[float, float]
"""Hours with readings: from MONDAY, and how many. [h]"""

DAYS = 6
ISLANDS = st.lists(
    st.tuples(st.integers(0, DAYS * 96 - 1), st.integers(1, 48)), min_size=1, max_size=3
).map(lambda quarters: [(start / 4, length / 4) for start, length in quarters])


def stuck(minutes: Ints) -> Floats:
    """Moves for half a day, then stands still: a sensor that mutes others up to the gap."""
    return np.where(minutes % 1440 < 720, 18 + np.sin(minutes / 60.0), 18.0)


def filled(islands: Sequence[Island], other: Sequence[Island] = ()) -> Plant:
    """Readings in some stretches alone; a second gateway in others."""
    plant = Plant()
    for start, hours in islands:
        first, last = MONDAY + round(start * HOUR_MS), MONDAY + round((start + hours) * HOUR_MS)
        plant.fill(
            first, last, a__ahu2__fan_status=1.0, a__ahu2__occupied=1.0, a__ahu2__mat=stuck,
            a__ahu2__heat_valve=20.0, a__ahu2__cool_valve=40.0, a__ahu2__oa_damper=100.0,
            a__ahu2__rat=30.0, a__ahu2__sat=28.0, a__ahu2__oat=10.0, a__weather__oat=20.0,
            a__boiler__boiler_cmd=daily(1, 0), a__z_m_lobby__zone_temp=60.0,
        )  # fmt: skip
        plant.use("a.w-toilets.volume", first, last, 0.4)
    for start, hours in other:
        first, last = MONDAY + round(start * HOUR_MS), MONDAY + round((start + hours) * HOUR_MS)
        plant.fill(first, last, c__ahu2__fan_status=1.0, c__ahu2__mat=stuck, c__ahu2__rat=20.0)
    return plant


def judged(
    rules: Sequence[Rule], islands: Sequence[Island], other: Sequence[Island], every: int
) -> Plant:
    plant = filled(islands, other)
    plant.run(plant.engine(rules), MONDAY, MONDAY + DAYS * DAY_MS, every)
    return plant


def a_chunk(_: Bench, group: Group, mark: int) -> int:
    return min(mark, min(group.until.values()) + DAY_MS)


@pytest.mark.slow
@pytest.mark.parametrize("rules", [BY_MINUTES, list(RULES)], ids=["by minutes", "all"])
@settings(
    max_examples=5, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)  # fmt: skip
@given(islands=ISLANDS, other=ISLANDS, every=st.sampled_from([13 * HOUR_MS, DAYS * DAY_MS]))
def test_the_short_way_says_what_the_long_way_says(
    rules: list[Rule], islands: list[Island], other: list[Island], every: int
) -> None:
    short = judged(rules, islands, other, every)
    long = long_way(rules, filled(islands, other), every)
    assert streams(short) == streams(long)
    assert told(short) == told(long)


def long_way(rules: Sequence[Rule], plant: Plant, every: int) -> Plant:
    """The same readings, every interval judged, a day at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Judge, "alike", Judge.each)
        patch.setattr(Bench, "reach", a_chunk)
        patch.setattr("analytics.judging.blind", lambda _frame, _rows: False)
        plant.run(plant.engine(rules), MONDAY, MONDAY + DAYS * DAY_MS, every)
    return plant


SILENCES = [rule for rule in RULES if rule.id in {"SEN-02", "SEN-08", "SEN-09", "SEN-14"}]


@pytest.mark.parametrize("every", [HOUR_MS, 13 * HOUR_MS, DAYS * DAY_MS])
def test_a_gateway_is_not_muted_by_a_stuck_sensor_behind_it(every: int) -> None:
    """Its quickest point stands for it and stands still: what its line loses is told."""
    plant = Plant()
    for hour in range(24):
        end = MONDAY + hour * HOUR_MS + 50 * MINUTE_MS
        plant.fill(
            end - 50 * MINUTE_MS, end, a__weather__oat=20.0, a__ahu2__rat=30.0, a__ahu2__mat=30.0,
            a__ahu2__sat=28.0,
        )  # fmt: skip
    plant.run(plant.engine(SILENCES), MONDAY, MONDAY + DAYS * DAY_MS, every)
    found = streams(plant)
    assert any(run.verdict is Verdict.FAULT for run in found["SEN-02", "a.weather.oat"])
    for rule in ("SEN-08", "SEN-14"):
        assert all(run.reason is not Reason.MUTED for run in found[rule, "gw-a"])
    assert found["SEN-14", "gw-a"][0].verdict is Verdict.FAULT


def test_works_that_are_announced_within_a_silence_excuse_it_while_they_last() -> None:
    """The silence is longer than the works: one interval does not speak for both."""
    works = CalendarEntry(
        mode=DayMode.MAINTENANCE,
        start=MONDAY + 2 * DAY_MS + 90 * MINUTE_MS,
        end=MONDAY + 3 * DAY_MS,
    )
    site = replace(SITE, calendar=(works,))
    plants = [Plant(site=site), Plant(site=site)]
    for plant in plants:
        plant.fill(MONDAY, MONDAY + HOUR_MS, a__weather__oat=20.0, a__ahu2__rat=30.0)
    short, long = plants
    short.run(short.engine(SILENCES), MONDAY, MONDAY + DAYS * DAY_MS, DAYS * DAY_MS)
    long_way(SILENCES, long, DAYS * DAY_MS)
    excused = [r for r in streams(short)["SEN-08", "gw-a"] if r.reason is Reason.DECLARED]
    assert [(run.start, run.end) for run in excused] == [
        (MONDAY + 2 * DAY_MS + HOUR_MS, MONDAY + 3 * DAY_MS)
    ]
    assert streams(short) == streams(long)
    assert told(short) == told(long)


@pytest.mark.parametrize("every", [HOUR_MS, 6 * HOUR_MS])
def test_a_clock_found_wrong_mutes_what_was_said_of_its_gateway_before(every: int) -> None:
    """However long the steps were: what was judged before it was known is judged again."""
    plants = [Plant(), Plant()]
    for plant, step in zip(plants, (every, 2 * DAY_MS), strict=True):
        plant.fill(MONDAY, MONDAY + 6 * HOUR_MS, a__weather__oat=stuck, a__ahu2__rat=30.0)
        plant.progress.report([], [], [
            ClockSeen(gateway="gw-a", since=since, until=until, ahead=ahead)
            for since, until, ahead in (
                (MONDAY, MONDAY + 15 * HOUR_MS, 0),
                (MONDAY + 15 * HOUR_MS, MONDAY + 18 * HOUR_MS, -3 * HOUR_MS),
            )
        ])  # fmt: skip
        plant.run(plant.engine(SILENCES), MONDAY, MONDAY + 2 * DAY_MS, step)
    steps, whole = plants
    muted = [r for r in streams(steps)["SEN-08", "gw-a"] if r.reason is Reason.MUTED]
    assert [(r.start, r.end) for r in muted] == [(MONDAY + 2 * HOUR_MS, MONDAY + 18 * HOUR_MS)]
    assert streams(steps) == streams(whole)
    assert told(steps) == told(whole)


def test_a_gap_is_read_and_judged_once() -> None:
    """Years between two days of readings cost no more than a week between them."""
    asked: list[tuple[int, int]] = []
    for gap in (7, 700):
        plant = filled([(0, 24), (24 * gap, 24)])
        engine, before = plant.engine(BY_MINUTES), len(asked)
        end = MONDAY + (gap + 1) * DAY_MS
        with pytest.MonkeyPatch.context() as patch:
            scene = Judge.scene

            def noted(self: Judge, group: Group, start: int, end: int, *, moving: bool) -> object:
                asked.append((start, end))
                return scene(self, group, start, end, moving=moving)  # noqa: B023

            patch.setattr(Judge, "scene", noted)
            engine.step(MONDAY)
            plant.clock.advance(end)
            plant.heard(end)
            engine.step(end)
        if gap == 7:
            week = len(asked) - before
    assert len(asked) - week == week


@pytest.mark.parametrize("rule", BY_MINUTES, ids=lambda rule: rule.id)
def test_without_readings_the_hour_changes_nothing(rule: Rule) -> None:
    """What lets one interval speak for a gap; no rule may look at the clock before its data."""
    names = ("rows", "beyond") if rule.basis is Basis.SAMPLES else ()
    nothing = dict.fromkeys((*rule.card.roles, *rule.card.optional_roles), np.nan)
    counts = dict.fromkeys((*names, "gateway_rows", "known"), 0.0)
    of = frame(
        {**nothing, "value": np.nan, "low": np.nan, "high": np.nan, "running": np.nan,
         "clock": np.nan, **counts},
        parameters={"period_s": 60.0, "is_gateway": 0.0, "lively": 0.06, "burns_gas": 1.0,
                    "efficiency": 0.9, "rated_power": 4.0, "nominal_voltage": 230.0, "rated": 500.0,
                    "pf_target": 0.9, "hottest": 50.0, "heats": 1.0, "limit": 0.3,
                    "longest_s": 60.0, "always_on": 0.1, "burst_flow": 1.0, "design_flow": 5.0,
                    "judged_share": 0.5},
        count=12, good=0.0,
    )  # fmt: skip
    random = np.random.default_rng(3)
    other = replace(
        of, occupied=random.random(of.shape) > 0.5, declared=random.random(of.shape) > 0.5
    )
    late = slice(5, None)
    for said in (rule.judge(of), rule.judge(other)):
        for column in (said.verdict, said.reason, said.mode, said.good, said.margin):
            assert len(np.unique(column[:, late])) == 1


@pytest.mark.parametrize("rule", BY_DAYS, ids=lambda rule: rule.id)
def test_a_day_without_readings_asks_for_no_reference(rule: Rule) -> None:
    plant = filled([(0, 24)])
    group = grouped(SITE, Calendar(SITE), plant.store, [rule])[0]
    past = group.pasts[rule.id]
    day = date(2025, 2, 5)
    rows = past.book.days([day])[0]
    of = past.frame(rows, {}, rows.grid.end)
    count = len(of.targets)
    assert rule.daily is not None
    names = {"base", "day", "lowest", "used", "usual", "ratio", *rule.daily.frozen}
    known = {name: np.ones(count) for name in names}
    here, there = (
        rule.judge(replace(of, references=references)) for references in (known, Unknown(count))
    )
    assert np.array_equal(here.verdict, there.verdict)
    assert np.array_equal(here.reason, there.reason)
    assert np.array_equal(here.margin, there.margin)


@given(
    spans=st.lists(st.tuples(st.integers(-50, 150), st.integers(1, 40)), max_size=3),
    other=st.tuples(st.integers(0, 100), st.integers(1, 40)),
)
def test_between_its_edges_a_mute_does_not_change(
    spans: list[tuple[int, int]], other: tuple[int, int]
) -> None:
    targets = warm_heating.targets(SITE)[:1]
    oat, boiler = (SITE.points[targets[0].points[role]].id for role in ("oat", "boiler_cmd"))
    muted = {
        oat: [(a * 60_000, (a + length) * 60_000) for a, length in spans],
        boiler: [(other[0] * 60_000, (other[0] + other[1]) * 60_000)],
    }
    grid = Grid(start=0, step=300_000, count=24)
    edges = edges_of(targets, grid, muted, SITE, Calendar(SITE))
    assert (edges[0], edges[-1]) == (grid.start, grid.end)
    mask = mask_of(targets, grid, muted, SITE)[0]
    for start, end in pairwise(edges):
        assert len(set(mask[(grid.ends > start) & (grid.ends <= end)].tolist())) == 1


def test_an_empty_store_is_judged() -> None:
    plant = Plant()
    plant.run(plant.engine(BY_MINUTES), MONDAY, MONDAY + 3 * DAY_MS, DAY_MS)
    assert not plant.findings.found
    verdicts = {run.verdict for runs in plant.verdicts.streams.values() for run in runs}
    assert verdicts == {Verdict.NOT_EVALUABLE}
