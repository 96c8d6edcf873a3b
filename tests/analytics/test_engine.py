"""The engine over a real store: from readings to findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from analytics.bench import Bench
from analytics.groups import Group, Together
from analytics.memory import MemoryFindings, MemoryVerdicts
from analytics.rules import heat_against_cool, late_stop, night_flow, rule
from analytics.runs import joined
from core.batch import Columns, Floats, Intervals, Ints, Stored
from core.errors import Retryable
from core.finding import Finding, FindingChange, FindingEvent, FindingState
from core.meters import Undecided
from core.ports import ClockSeen, GatewayProgress, ReadingStore
from core.quality import Quality
from core.site import CalendarEntry, DayMode
from core.verdict import Reason, Run, Verdict
from core.words import Carrier
from tests.analytics.plant import DAY_MS, HOUR_MS, MINUTE_MS, MONDAY, SITE, Plant, Shape, daily

AC04 = [heat_against_cool.RULE]


def fighting(plant: Plant, days: int) -> None:
    """AHU-2 opens both valves while its fan runs; 20 % of 75 kW, 30 % of 120 kW."""
    plant.fill(
        MONDAY, MONDAY + days * DAY_MS, a__ahu2__fan_status=daily(1, 0),
        a__ahu2__heat_valve=daily(20, 0), a__ahu2__cool_valve=daily(30, 0),
    )  # fmt: skip


def test_a_fight_of_valves_becomes_a_finding() -> None:
    plant = Plant()
    fighting(plant, 2)
    told = plant.run(plant.engine(AC04), MONDAY, MONDAY + 2 * DAY_MS, HOUR_MS)
    opened = [e for e in told if e.change is FindingChange.OPENED]
    assert [e.finding.target for e in opened] == ["a.ahu2"]
    finding = opened[0].finding
    assert finding.onset == MONDAY + 7 * HOUR_MS
    assert finding.opened == MONDAY + 7 * HOUR_MS + 15 * MINUTE_MS
    assert "heats and cools at the same time" in str(finding.title)
    final = plant.findings.open()[0]
    assert final.state is FindingState.OPEN
    # 11.5 h a day × min(20 % of 75 kW, 30 % of 120 kW) = 172.5 kWh of heat.
    waste = {w.carrier: w for w in final.waste}
    assert waste[Carrier.HEAT].amount == pytest.approx(172.5, rel=0.01)
    assert waste[Carrier.ELECTRICITY].amount == pytest.approx(172.5 / 3.5, rel=0.01)
    assert waste[Carrier.HEAT].money == pytest.approx(172.5 * 0.36, rel=0.01)
    assert waste[Carrier.HEAT].kg_co2 == pytest.approx(172.5 * 0.396, rel=0.01)


def busy(plant: Plant, days: int) -> None:
    """A week with something for most rules, and readings missing here and there."""
    start, end = MONDAY, MONDAY + days * DAY_MS
    rng = np.random.default_rng(7)

    def around(level: float, spread: float = 0.3) -> Shape:
        def shape(minutes: Ints) -> Floats:
            values: Floats = level + np.sin(minutes / 90.0)
            return values + rng.normal(0, spread, len(minutes))

        return shape

    def stuck(minutes: Ints) -> Floats:
        """Moves, but on the second day not from 10 to 15 h."""
        values = 18 + np.sin(minutes / 60.0)
        still = (minutes > 24 * 60 + 600) & (minutes <= 24 * 60 + 900)
        return np.where(still, 18.0, values)

    plant.fill(
        start, end, a__ahu2__fan_status=daily(1, 0), a__ahu2__occupied=daily(1, 0),
        a__ahu2__heat_valve=daily(20, 0), a__ahu2__cool_valve=daily(40, 0),
        a__ahu2__oa_damper=daily(100, 0), a__ahu2__mat=stuck, a__ahu2__sat=around(24),
        a__ahu2__rat=around(22), a__ahu2__oat=around(10), a__ahu2__supply_flow=4.0,
        a__ahu1__fan_status=daily(1, 0), a__ahu1__occupied=daily(1, 0),
        a__ahu1__heat_valve=0.0, a__ahu1__cool_valve=daily(100, 0), a__ahu1__oa_damper=100.0,
        a__ahu1__mat=around(15), a__ahu1__sat=around(23), a__ahu1__sat_sp=16.0,
        a__weather__oat=around(18), a__boiler__boiler_cmd=daily(1, 0, 600, 840),
        a__boiler__boiler_status=daily(1, 0, 600, 840), a__z_m_lobby__zone_temp=60.0,
    )  # fmt: skip
    holes = [(8.5, 8.6), (9.9, 10.05), (24 + 11.0, 24 + 13.0), (48 + 9.98, 48 + 10.1)]
    for a, b in holes:
        for role in ("sat", "mat", "heat_valve"):
            index = SITE.index[f"a.ahu2.{role}"]
            plant.store.erase(index, MONDAY + round(a * HOUR_MS), MONDAY + round(b * HOUR_MS))


def streams(plant: Plant) -> dict[tuple[str, str], list[Run]]:
    return {
        key: runs if rule(key[0]).card.hold.counted else rounded(joined(runs))
        for key, runs in plant.verdicts.streams.items()
    }


def rounded(runs: list[Run]) -> list[Run]:
    """Sums differ in the last bits by the order they were added in.

    How good the data was of what nobody could judge is a mean over what was judged at once.
    """
    return [
        replace(
            run, good=round(run.good, 5) if run.verdict is not Verdict.NOT_EVALUABLE else 0.0,
            margin=round(run.margin, 5),
            waste={carrier: round(amount, 4) for carrier, amount in run.waste.items()},
        )
        for run in runs
    ]  # fmt: skip


def told(plant: Plant) -> list[tuple[object, ...]]:
    return sorted(
        (f.id, f.rule, f.target, f.onset, f.opened, f.cleared, f.state.value)
        for f in plant.findings.found.values()
        if f.state is not FindingState.WITHDRAWN
    )


def test_steps_of_an_hour_and_of_a_day_say_the_same() -> None:
    days = 2
    plants = {every: Plant() for every in (HOUR_MS, DAY_MS, 16 * HOUR_MS)}
    for every, plant in plants.items():
        busy(plant, days)
        plant.run(plant.engine(), MONDAY, MONDAY + days * DAY_MS, every)
    hourly, whole, odd = plants.values()
    verdicts = {run.verdict for runs in streams(hourly).values() for run in runs}
    assert verdicts == set(Verdict)
    faulty = {
        k[0] for k, v in streams(hourly).items() if any(r.verdict is Verdict.FAULT for r in v)
    }
    assert {"AC-04", "FC-12", "FC-13", "HTG-07", "SEN-01", "SEN-02"} <= faulty
    assert streams(hourly) == streams(whole) == streams(odd)
    assert told(hourly) == told(whole) == told(odd)


def test_gateways_judged_in_one_call_say_what_each_says_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def alone(bench: Bench, marks: Mapping[str, int]) -> list[tuple[list[Group], int]]:
        return [([g], min(marks[gateway] for gateway in g.gateways)) for g in bench.groups]

    together, apart = Plant(), Plant()
    calls: list[int] = []
    of = Together.of

    def counted(me: Together, groups: Sequence[Group]) -> Group:
        calls.append(len(groups))
        return of(me, groups)

    monkeypatch.setattr(Together, "of", counted)
    for plant in (together, apart):
        busy(plant, 1)
        plant.run(plant.engine(), MONDAY, MONDAY + DAY_MS, 6 * HOUR_MS)
        monkeypatch.setattr(Bench, "side_by_side", alone)
        calls.append(0)
    first = calls.index(0)
    assert max(calls[:first]) > 1
    assert set(calls[first:]) == {0, 1}
    assert streams(together) == streams(apart)
    assert told(together) == told(apart)


def test_a_stuck_sensor_mutes_the_rules_that_lean_on_it() -> None:
    plant = Plant()
    busy(plant, 2)
    plant.run(plant.engine(), MONDAY, MONDAY + 2 * DAY_MS, HOUR_MS)
    stuck = [r for r in streams(plant)["SEN-02", "a.ahu2.mat"] if r.verdict is Verdict.FAULT]
    # Still from 10:00, which the hour from 11 to 12 is the first to show, to 15:00; then a gap
    # of two hours in the readings leaves nothing to say of 11 to 13.
    assert stuck
    muted = [r for r in streams(plant)["FC-2", "a.ahu2"] if r.reason is Reason.MUTED]
    assert muted[0].start == stuck[0].start - HOUR_MS
    assert muted[0].end == stuck[-1].end
    assert all(r.reason is not Reason.MUTED for r in streams(plant)["AC-04", "a.ahu2"])


def test_a_wrong_clock_is_one_finding_and_mutes_all_that_its_gateway_sends() -> None:
    """Set back by three hours at ten: the fan seems to start at seven, before its hours."""
    plant = Plant()
    fan = daily(1.0, 0.0, 5 * 60, 18 * 60)
    plant.fill(MONDAY, MONDAY + 10 * HOUR_MS, a__ahu2__fan_status=fan, a__ahu2__fan_speed=60.0)
    engine = plant.engine([rule("AC-02"), rule("SEN-09")])
    plant.progress.report([], [], [_clock(MONDAY - HOUR_MS, MONDAY + 6 * HOUR_MS, 0)])
    plant.progress.report(
        [], [], [_clock(MONDAY + 6 * HOUR_MS, MONDAY + 12 * HOUR_MS, -3 * HOUR_MS)]
    )
    told = plant.run(engine, MONDAY, MONDAY + 12 * HOUR_MS, 12 * HOUR_MS)
    assert [(e.change, e.finding.rule) for e in told] == [(FindingChange.OPENED, "SEN-09")]
    before = [r for r in streams(plant)["AC-02", "a.ahu2"] if r.verdict is Verdict.FAULT]
    assert not before, "the hours before it was known are muted too"


def test_a_clock_that_is_ahead_is_found_though_nothing_of_it_is_stored() -> None:
    plant = Plant()
    plant.fill(MONDAY, MONDAY + HOUR_MS, a__ahu2__fan_speed=60.0)
    engine = plant.engine([rule("SEN-08"), rule("SEN-09")])
    plant.run(engine, MONDAY, MONDAY + HOUR_MS, HOUR_MS)
    plant.progress.report([], [], [
        _clock(MONDAY, MONDAY + 8 * HOUR_MS, 0),
        _clock(MONDAY + 8 * HOUR_MS, MONDAY + 12 * HOUR_MS, 8 * HOUR_MS),
    ])  # fmt: skip
    plant.run(engine, MONDAY + 12 * HOUR_MS, MONDAY + 12 * HOUR_MS, HOUR_MS)
    runs = streams(plant)["SEN-09", "gw-a"]
    assert [(r.start, r.end) for r in runs if r.verdict is Verdict.FAULT] == [
        (MONDAY + 8 * HOUR_MS, MONDAY + 12 * HOUR_MS)
    ]


def test_without_a_word_of_its_clock_the_fan_is_judged() -> None:
    plant = Plant()
    fan = daily(1.0, 0.0, 5 * 60, 18 * 60)
    plant.fill(MONDAY, MONDAY + 10 * HOUR_MS, a__ahu2__fan_status=fan, a__ahu2__fan_speed=60.0)
    engine = plant.engine([rule("AC-02"), rule("SEN-09")])
    told = plant.run(engine, MONDAY, MONDAY + 12 * HOUR_MS, 12 * HOUR_MS)
    assert [e.finding.rule for e in told] == ["AC-02"]


def _clock(since: int, until: int, ahead: int) -> ClockSeen:
    return ClockSeen(gateway="gw-a", since=since, until=until, ahead=ahead)


def test_a_line_that_loses_readings_is_one_finding_and_what_is_silent_is_not_lost() -> None:
    plant = Plant()
    minutes = np.arange(1, 24 * 60 + 1)
    rng = np.random.default_rng(7)
    roles = ("sat", "rat", "mat", "fan_speed", "heat_valve", "cool_valve")
    names = [f"a.ahu2.{role}" for role in roles]
    for name in names:
        kept = minutes[rng.random(len(minutes)) >= 0.1]
        at = MONDAY + kept * MINUTE_MS
        index = np.full(len(at), SITE.index[name])
        plant.write(Columns.of(index, at, np.full(len(at), 20.0)))
    rules = [rule("SEN-01"), rule("SEN-14")]  # the first has all points of the gateway read
    told = plant.run(plant.engine(rules), MONDAY, MONDAY + DAY_MS, 6 * HOUR_MS)
    assert [(e.change, e.finding.target) for e in told] == [(FindingChange.OPENED, "gw-a")]
    whole = Plant()
    for name in names[:-1]:
        whole.fill(MONDAY, MONDAY + DAY_MS, **{name.replace(".", "__"): 20.0})
    assert whole.run(whole.engine(rules), MONDAY, MONDAY + DAY_MS, DAY_MS) == []


def test_a_register_that_jumped_is_asked_about_and_mutes_its_meter_until_somebody_says() -> None:
    plant = Plant()
    register = "a.m-main.energy"
    plant.fill(MONDAY, MONDAY + 3 * DAY_MS, a__m_m_main__energy=lambda m: m / 10.0)
    engine = plant.engine([rule("SEN-06")])
    jumped = MONDAY + 6 * HOUR_MS
    waits = Undecided(point=register, before_at=jumped - HOUR_MS, at=jumped)
    plant.progress.waits = [waits]
    told = plant.run(engine, MONDAY, MONDAY + 36 * HOUR_MS, 6 * HOUR_MS)
    assert [(e.change, e.finding.target) for e in told] == [(FindingChange.OPENED, register)]
    assert told[0].finding.onset >= jumped + DAY_MS
    plant.progress.waits = [replace(waits, until=MONDAY + 40 * HOUR_MS)]
    plant.run(engine, MONDAY + 36 * HOUR_MS, MONDAY + 70 * HOUR_MS, 6 * HOUR_MS)
    faults = [r for r in streams(plant)["SEN-06", register] if r.verdict is Verdict.FAULT]
    assert faults[-1].end == MONDAY + 40 * HOUR_MS
    assert plant.told.events[-1].change is FindingChange.CLEARED


def test_a_meter_changed_in_declared_works_is_asked_about_by_nobody() -> None:
    jumped = MONDAY + 6 * HOUR_MS
    entry = CalendarEntry(
        mode=DayMode.MAINTENANCE, start=jumped - HOUR_MS, end=jumped - HOUR_MS // 2,
        scope="a.m-main",
    )  # fmt: skip
    plant = Plant(site=replace(SITE, calendar=(*SITE.calendar, entry)))
    plant.fill(MONDAY, MONDAY + 3 * DAY_MS, a__m_m_main__energy=lambda m: m / 10.0)
    plant.progress.waits = [
        Undecided(point="a.m-main.energy", before_at=jumped - HOUR_MS, at=jumped)
    ]
    engine = plant.engine([rule("SEN-06")])
    assert plant.run(engine, MONDAY, MONDAY + 70 * HOUR_MS, 6 * HOUR_MS) == []


def test_a_jump_by_a_clock_that_was_wrong_is_no_question_of_the_meter() -> None:
    plant = Plant()
    plant.fill(MONDAY, MONDAY + 3 * DAY_MS, a__m_m_main__energy=lambda m: m / 10.0)
    jumped = MONDAY + 6 * HOUR_MS
    plant.progress.waits = [
        Undecided(point="a.m-main.energy", before_at=jumped - HOUR_MS, at=jumped)
    ]
    plant.progress.report([], [], [_clock(jumped - HOUR_MS, jumped + 9 * HOUR_MS, 3 * HOUR_MS)])
    engine = plant.engine([rule("SEN-06")])
    assert plant.run(engine, MONDAY, MONDAY + 70 * HOUR_MS, 6 * HOUR_MS) == []


def test_what_opens_and_is_withdrawn_in_one_step_is_told_to_nobody() -> None:
    """What late readings would have opened, the clock that is heard of with them explains."""
    plant = Plant()
    fan = daily(1.0, 0.0, 5 * 60, 18 * 60)
    engine = plant.engine([rule("AC-02"), rule("SEN-09")])
    quiet = daily(0.0, 0.0)
    plant.fill(MONDAY, MONDAY + 9 * HOUR_MS, a__ahu2__fan_status=quiet, a__ahu2__fan_speed=0.0)
    plant.progress.report([], [], [_clock(MONDAY - HOUR_MS, MONDAY + 9 * HOUR_MS, 0)])
    plant.run(engine, MONDAY, MONDAY + 9 * HOUR_MS, 9 * HOUR_MS)
    plant.fill(MONDAY, MONDAY + 9 * HOUR_MS, a__ahu2__fan_status=fan, a__ahu2__fan_speed=60.0)
    plant.late("a.ahu2.fan_status", MONDAY, MONDAY + 9 * HOUR_MS)
    plant.progress.report(
        [], [], [_clock(MONDAY + 9 * HOUR_MS, MONDAY + 12 * HOUR_MS, -3 * HOUR_MS)]
    )
    plant.run(engine, MONDAY + 12 * HOUR_MS, MONDAY + 12 * HOUR_MS, HOUR_MS)
    assert {e.finding.rule for e in plant.told.events} == {"SEN-09"}


def test_late_data_withdraws_what_it_explains() -> None:
    """The cooling valve stood shut: its true readings come a day later."""
    plant = Plant()
    fighting(plant, 1)
    engine = plant.engine(AC04)
    plant.run(engine, MONDAY, MONDAY + DAY_MS, HOUR_MS)
    [finding] = plant.findings.open()
    plant.fill(MONDAY, MONDAY + DAY_MS, a__ahu2__cool_valve=0.0)
    plant.late("a.ahu2.cool_valve", MONDAY, MONDAY + DAY_MS)
    told = plant.run(engine, MONDAY + DAY_MS, MONDAY + DAY_MS + HOUR_MS, HOUR_MS)
    assert [(e.change, e.finding.id) for e in told] == [(FindingChange.WITHDRAWN, finding.id)]
    assert told[0].finding.revision == finding.revision + 1
    assert not plant.findings.open()
    assert not plant.progress.late()
    assert plant.told.events[-1].change is FindingChange.WITHDRAWN


def test_late_data_that_changes_nothing_says_nothing() -> None:
    plant = Plant()
    fighting(plant, 1)
    engine = plant.engine(AC04)
    plant.run(engine, MONDAY, MONDAY + DAY_MS, HOUR_MS)
    before = streams(plant)
    plant.late("a.ahu2.cool_valve", MONDAY, MONDAY + 12 * HOUR_MS)
    assert not plant.run(engine, MONDAY + DAY_MS, MONDAY + DAY_MS + HOUR_MS, HOUR_MS)
    after = streams(plant)["AC-04", "a.ahu2"]
    assert after[: len(before["AC-04", "a.ahu2"]) - 1] == before["AC-04", "a.ahu2"][:-1]


def leaking(plant: Plant, days: int, rate: float, *, since: int = 0) -> None:
    """A quiet house for 90 nights, then a leak day and night."""
    office = daily(0.6, 0.0)

    def use(minutes: Ints) -> Floats:
        return office(minutes) + np.where(minutes > since, rate, 0.0)

    start = MONDAY - 90 * DAY_MS
    for point in ("a.w-main.volume", "a.w-toilets.volume", "a.w-canteen.volume"):
        plant.use(point, start, MONDAY + days * DAY_MS, use if "toilets" in point else office)


def test_thirty_days_unrepaired_do_not_verify_themselves() -> None:
    plant = Plant()
    leaking(plant, 31, 0.2)
    fighting(plant, 31)
    rules = [heat_against_cool.RULE, night_flow.RULE]
    plant.run(plant.engine(rules), MONDAY, MONDAY + 31 * DAY_MS, DAY_MS)
    state = {f.rule: f for f in plant.findings.found.values() if f.target != "a.w-main"}
    assert set(state) == {"AC-04", "WAT-01"}
    assert {f.state for f in state.values()} == {FindingState.OPEN}
    leak = state["WAT-01"]
    assert leak.references["lowest"] == 0.0
    assert leak.onset == MONDAY + 2 * HOUR_MS
    assert leak.opened == MONDAY + 2 * DAY_MS + 5 * HOUR_MS
    # 0.2 m³/h less the declared 0.02, all day.
    assert leak.waste[0].amount == pytest.approx(0.18 * 24)
    assert leak.waste[0].money == pytest.approx(0.18 * 24 * 5.0, abs=0.01)
    nights = plant.verdicts.streams["WAT-01", "a.w-toilets"]
    assert [r.verdict for r in nights] == [Verdict.FAULT] * 31


def test_a_repaired_leak_clears_after_three_nights() -> None:
    plant = Plant()
    leaking(plant, 4, 0.2)
    leaking_until = MONDAY + 4 * DAY_MS
    for point in ("a.w-main.volume", "a.w-toilets.volume", "a.w-canteen.volume"):
        plant.use(point, leaking_until, leaking_until + 5 * DAY_MS, daily(0.6, 0.0))
    plant.run(plant.engine([night_flow.RULE]), MONDAY, leaking_until + 5 * DAY_MS, HOUR_MS)
    [finding] = [f for f in plant.findings.found.values() if f.target == "a.w-toilets"]
    assert finding.state is FindingState.CLEARED
    assert finding.cleared == leaking_until + 2 * DAY_MS + 5 * HOUR_MS


def test_any_step_gives_the_same_references() -> None:
    """A leak that comes and goes, and lights on late in some weeks, for two months."""
    plants = {chunk: Plant() for chunk in (DAY_MS, 7 * DAY_MS, 60 * DAY_MS)}
    for chunk, plant in plants.items():
        end = MONDAY + 60 * DAY_MS

        def leak(minutes: Ints) -> Floats:
            day = minutes // (24 * 60)
            leaking = (day % 17 > 9) & (minutes > 0)
            return daily(0.6, 0.0)(minutes) + np.where(leaking, 0.1 + 0.002 * day, 0.0)

        def lights(minutes: Ints) -> Floats:
            week = minutes // (7 * 24 * 60)
            late = daily(8.0 + 0.01 * minutes[-1] / 1e5, 1.0, 450, 22 * 60)(minutes)
            return np.where(
                (week % 3 == 1) & (minutes > 0), late, daily(8.0, 1.0, 450, 1110)(minutes)
            )

        plant.use("a.w-toilets.volume", MONDAY - 90 * DAY_MS, end, leak)
        plant.use("a.m-corridor.energy", MONDAY - 90 * DAY_MS, end, lights)
        engine = plant.engine([late_stop.RULE, night_flow.RULE], chunk_ms=chunk)
        plant.run(engine, MONDAY, end, max(DAY_MS, chunk if chunk > 7 * DAY_MS else DAY_MS))
    daily_, weekly, whole = plants.values()
    assert len([f for f in whole.findings.found.values() if f.state is FindingState.CLEARED]) >= 3
    assert streams(daily_) == streams(weekly) == streams(whole)
    assert told(daily_) == told(weekly) == told(whole)
    references = [
        {f.id: f.references for f in plant.findings.found.values()} for plant in plants.values()
    ]
    assert references[0] == references[1] == references[2]


def test_late_use_takes_a_leak_back() -> None:
    """A reset register had made a leak of nothing: the true use comes later."""
    plant = Plant()
    leaking(plant, 4, 0.2)
    engine = plant.engine([night_flow.RULE])
    plant.run(engine, MONDAY, MONDAY + 4 * DAY_MS, HOUR_MS)
    [finding] = plant.findings.open()
    plant.use("a.w-toilets.volume", MONDAY, MONDAY + 4 * DAY_MS, daily(0.6, 0.0))
    plant.late("a.w-toilets.volume", MONDAY, MONDAY + 4 * DAY_MS)
    told = plant.run(engine, MONDAY + 4 * DAY_MS, MONDAY + 4 * DAY_MS + HOUR_MS, HOUR_MS)
    assert [(e.change, e.finding.id) for e in told] == [(FindingChange.WITHDRAWN, finding.id)]
    nights = plant.verdicts.streams["WAT-01", "a.w-toilets"]
    assert {run.verdict for run in nights} == {Verdict.OK}


def test_late_stop_of_a_circuit() -> None:
    """Corridor lights on until 22 h on every day of a week; 8 kW against a base of 1.5."""
    plant = Plant()
    usual = daily(8.0, 1.0, 7 * 60 + 30, 18 * 60 + 30)
    late = daily(8.0, 1.0, 7 * 60 + 30, 22 * 60)
    plant.use("a.m-corridor.energy", MONDAY - 90 * DAY_MS, MONDAY, usual)
    plant.use("a.m-corridor.energy", MONDAY, MONDAY + 5 * DAY_MS, late)
    plant.run(plant.engine([late_stop.RULE]), MONDAY, MONDAY + 5 * DAY_MS, HOUR_MS)
    [finding] = plant.findings.open()
    assert finding.target == "a.m-corridor"
    assert finding.opened == MONDAY + 2 * DAY_MS
    assert finding.references == {"base": 1.0, "day": 8.0}
    # (8 − 1.5 always on) kW for 3.5 h a working day.
    assert finding.waste[0].amount == pytest.approx(6.5 * 3.5)
    assert finding.waste[0].carrier is Carrier.ELECTRICITY


def test_make_up_working_saturdays_are_working_days() -> None:
    """In 2025 China worked on Sunday 26 January and rested from the 28th."""
    plant = Plant()
    late = daily(8.0, 1.0, 7 * 60 + 30, 22 * 60)
    plant.use("a.m-corridor.energy", MONDAY - 90 * DAY_MS, MONDAY + 20 * DAY_MS, late)
    plant.run(plant.engine([late_stop.RULE]), MONDAY, MONDAY + 18 * DAY_MS, DAY_MS)
    said = {
        (run.start - MONDAY) // DAY_MS: run.reason
        for run in plant.verdicts.streams["PWR-03", "a.m-corridor"]
    }
    assert said[5] is Reason.OTHER_MODE  # Saturday 18th
    assert said[12] is Reason.OTHER_MODE  # Saturday 25th
    assert said[13] is Reason.CONDITION  # Sunday 26th, made up
    assert said[15] is Reason.OTHER_MODE  # Tuesday 28th, New Year's eve


def test_missing_readings_are_missing() -> None:
    plant = Plant()
    fighting(plant, 1)
    index = SITE.index["a.ahu2.heat_valve"]
    plant.store.erase(index, MONDAY + 10 * HOUR_MS, MONDAY + 12 * HOUR_MS)
    bad = np.arange(MONDAY + 14 * HOUR_MS, MONDAY + 15 * HOUR_MS, MINUTE_MS) + MINUTE_MS
    plant.write(
        Columns.of(
            [index] * len(bad), bad, [float("nan")] * len(bad), [int(Quality.BAD)] * len(bad)
        )
    )
    plant.run(plant.engine(AC04), MONDAY, MONDAY + DAY_MS, HOUR_MS)
    holes = [
        ((r.start - MONDAY) / HOUR_MS, (r.end - MONDAY) / HOUR_MS)
        for r in streams(plant)["AC-04", "a.ahu2"]
        if r.reason is Reason.INSUFFICIENT
    ]
    assert holes == [(10.0, 12.0), (14.0, 15.0)]


def test_short_gaps_are_bridged_and_long_ones_are_not() -> None:
    plant = Plant()
    fighting(plant, 1)
    index = SITE.index["a.ahu2.heat_valve"]
    plant.store.erase(index, MONDAY + 10 * HOUR_MS, MONDAY + 10 * HOUR_MS + 10 * MINUTE_MS)
    plant.store.erase(index, MONDAY + 12 * HOUR_MS, MONDAY + 12 * HOUR_MS + 15 * MINUTE_MS)
    plant.run(plant.engine(AC04), MONDAY, MONDAY + DAY_MS, HOUR_MS)
    found = [r for r in streams(plant)["AC-04", "a.ahu2"] if r.reason is Reason.INSUFFICIENT]
    assert [(r.start - MONDAY) / HOUR_MS for r in found] == [12.0]


def test_a_dead_gateway_is_one_finding() -> None:
    plant = Plant()
    plant.fill(MONDAY, MONDAY + 6 * HOUR_MS, a__ahu1__sat=20.0, a__ahu2__sat=20.0)
    engine = plant.engine([rule("SEN-08")])
    plant.run(engine, MONDAY, MONDAY + 6 * HOUR_MS, HOUR_MS)
    for hour in range(7, 13):
        now = MONDAY + hour * HOUR_MS
        plant.clock.advance(now)
        engine.step(now)
    found = [f for f in plant.findings.found.values() if f.state is FindingState.OPEN]
    assert [(f.rule, f.target) for f in found] == [("SEN-08", "gw-a")]


def test_one_silent_point_is_its_own_finding() -> None:
    plant = Plant()
    plant.fill(MONDAY, MONDAY + 12 * HOUR_MS, a__ahu1__sat=20.0)
    plant.fill(MONDAY, MONDAY + 3 * HOUR_MS, a__ahu2__sat=20.0)
    plant.run(plant.engine([rule("SEN-08")]), MONDAY, MONDAY + 12 * HOUR_MS, HOUR_MS)
    assert [f.target for f in plant.findings.open()] == ["a.ahu2.sat"]


def test_it_goes_on_where_it_stopped() -> None:
    """Two engines one after the other say what one says."""
    one, two = Plant(), Plant()
    for plant in (one, two):
        busy(plant, 1)
    one.run(one.engine(), MONDAY, MONDAY + DAY_MS, HOUR_MS)
    two.run(two.engine(), MONDAY, MONDAY + 11 * HOUR_MS, HOUR_MS)
    heard = len(two.told.events)
    two.run(two.engine(), MONDAY + 11 * HOUR_MS, MONDAY + DAY_MS, HOUR_MS)
    assert streams(one) == streams(two)
    assert told(one) == told(two)
    repeated = {e.finding.id for e in two.told.events[heard:] if e.at == e.finding.last}
    assert {f.id for f in two.findings.open() if f.onset < MONDAY + 10 * HOUR_MS} <= repeated


def test_an_engine_killed_before_it_saved_judges_again() -> None:
    one, two = Plant(), Plant()
    for plant in (one, two):
        fighting(plant, 1)
    one.run(one.engine(AC04), MONDAY, MONDAY + DAY_MS, HOUR_MS)
    killed = two.engine(AC04)
    for hour in range(10):
        two.clock.advance(MONDAY + hour * HOUR_MS)
        two.heard(MONDAY + hour * HOUR_MS)
        killed.step()
    two.run(two.engine(AC04), MONDAY + 9 * HOUR_MS, MONDAY + DAY_MS, HOUR_MS)
    assert streams(one)["AC-04", "a.ahu2"] == streams(two)["AC-04", "a.ahu2"]


class FlakyFindings(MemoryFindings):
    """Findings whose database is away every other time."""

    calls = 0

    def save(self, events: Sequence[FindingEvent]) -> None:
        self.calls += 1
        if self.calls % 2:
            raise Retryable("away")
        super().save(events)


class FlakyVerdicts(MemoryVerdicts):
    """Verdicts whose database is away every third time."""

    calls = 0

    def replace_all(self, parts: Sequence[tuple[str, str, int, int, Sequence[Run]]]) -> None:
        self.calls += 1
        if self.calls % 3 == 0:
            raise Retryable("away")
        super().replace_all(parts)


def flaky_store(plant: Plant) -> ReadingStore:
    """The plant's store, away at every fourth read, of readings or of use."""
    calls = 0
    real, real_use = plant.store.read, plant.store.read_intervals

    class Flaky(type(plant.store)):  # type: ignore[misc]
        def __init__(self) -> None:
            self.__dict__.update(plant.store.__dict__)

        def read(self, points: Sequence[int], start: int, end: int) -> Stored:
            nonlocal calls
            calls += 1
            if calls % 4 == 0:
                raise Retryable("away")
            return real(points, start, end)

        def read_intervals(self, points: Sequence[int], start: int, end: int) -> Intervals:
            nonlocal calls
            calls += 1
            if calls % 4 == 0:
                raise Retryable("away")
            return real_use(points, start, end)

    return Flaky()


def test_what_is_away_for_a_while_loses_nothing() -> None:
    sound, flaky = Plant(), Plant(findings=FlakyFindings(), verdicts=FlakyVerdicts())
    for plant in (sound, flaky):
        fighting(plant, 1)
    sound.run(sound.engine(AC04), MONDAY, MONDAY + DAY_MS, HOUR_MS)
    flaky.store = flaky_store(flaky)
    engine = flaky.engine(AC04)
    failed = 0
    for now in range(MONDAY, MONDAY + DAY_MS + 1, HOUR_MS):
        flaky.clock.advance(now)
        flaky.heard(now)
        try:
            engine.step(now)
        except Retryable:
            failed += 1
    while failed:
        try:
            engine.step()
            break
        except Retryable:
            continue
    assert failed > 5
    assert streams(sound)["AC-04", "a.ahu2"] == streams(flaky)["AC-04", "a.ahu2"]
    assert told(sound) == told(flaky)
    published = [e.change for e in flaky.told.events if e.change is FindingChange.OPENED]
    assert len(published) == 1


def test_a_night_that_could_not_be_read_is_judged_later() -> None:
    sound, flaky = Plant(), Plant()
    for plant in (sound, flaky):
        leaking(plant, 6, 0.2)
    sound.run(sound.engine([night_flow.RULE]), MONDAY, MONDAY + 6 * DAY_MS, 6 * HOUR_MS)
    flaky.store = flaky_store(flaky)
    engine = flaky.engine([night_flow.RULE])
    failed = 0
    for now in range(MONDAY, MONDAY + 6 * DAY_MS + 12 * HOUR_MS, 6 * HOUR_MS):
        flaky.clock.advance(now)
        flaky.heard(now)
        try:
            engine.step(now)
        except Retryable:
            failed += 1
    engine.finish()
    assert failed
    key = ("WAT-01", "a.w-toilets")
    assert len(sound.verdicts.streams[key]) == 6
    assert streams(flaky)[key][:6] == streams(sound)[key]


def test_a_watermark_waits_for_what_is_unsent_but_not_for_ever() -> None:
    plant = Plant()
    engine = plant.engine([rule("SEN-08")])
    now = MONDAY + DAY_MS
    held = MONDAY + DAY_MS - 20 * MINUTE_MS
    plant.progress.report(
        [
            GatewayProgress(gateway="gw-a", newest=now + DAY_MS, oldest_unsent=held, heard=now),
            GatewayProgress(gateway="gw-c", newest=now - DAY_MS, oldest_unsent=None, heard=now),
        ],
        [],
    )
    marks = engine.watermarks(now)
    silent = now - 30 * MINUTE_MS
    assert marks == {**dict.fromkeys(SITE.gateways, silent), "gw-a": held - 1}
    later = now + 2 * HOUR_MS
    assert engine.watermarks(later) == dict.fromkeys(SITE.gateways, later - 30 * MINUTE_MS)


def test_expected_bands_are_written_once_a_day() -> None:
    plant = Plant()
    usual = daily(8.0, 1.0, 7 * 60 + 30, 18 * 60 + 30)
    plant.fill(MONDAY - 28 * DAY_MS, MONDAY, a__m_m_corridor__power=usual)
    plant.run(plant.engine(AC04), MONDAY, MONDAY + 3 * HOUR_MS, HOUR_MS)
    assert plant.store.count()["expected"] == 96


def finding_of(plant: Plant, rule_id: str) -> Finding:
    [found] = [f for f in plant.findings.found.values() if f.rule == rule_id]
    return found


def test_evidence_names_points_and_shades_windows() -> None:
    plant = Plant()
    fighting(plant, 1)
    plant.run(plant.engine(AC04), MONDAY, MONDAY + DAY_MS, HOUR_MS)
    evidence = finding_of(plant, "AC-04").evidence
    assert {"a.ahu2.heat_valve", "a.ahu2.cool_valve"} <= set(evidence.points)
    assert evidence.windows[0][0] == MONDAY + 7 * HOUR_MS
    assert evidence.start < evidence.windows[0][0] < evidence.windows[-1][1] < evidence.end
