"""What clears and proves a repair: hours in which the fault would have shown, alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from analytics.memory import MemoryVerdicts
from analytics.proof import Proof, ProofState, prove
from analytics.rules import heat_against_cool, warm_heating
from core.batch import Floats, Ints
from core.finding import FindingState
from core.verdict import Reason, Run, Verdict
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from tests.analytics.plant import DAY_MS, HOUR_MS, MINUTE_MS, MONDAY, SITE, Plant, Shape

BOILER = "a.boiler"
TIMED = replace(
    SITE,
    equipment={**SITE.equipment, BOILER: replace(SITE.equipment[BOILER], schedule=None)},
)
"""The site with a boiler that rests with its building."""
OPENS, SHUTS = 7 * 60 + 30, 18 * 60 + 30
"""Building A's hours, and so the boiler's. [min]"""
WEEK, WORKDAYS = 7, 5
WEEKDAY_OF_MAY = 1_777_392_000_000
"""Wednesday 2026-04-29 00:00 in Shanghai: two working days, then Labour Day's five off."""


def in_hours(until_day: int) -> Shape:
    """On in the hours of working days up to a day, off by its timer in between."""

    def shape(minutes: Ints) -> Floats:
        day, minute = (minutes - 1) // 1440, (minutes - 1) % 1440
        working = (day % WEEK < WORKDAYS) & (day < until_day)
        return np.where(working & (minute >= OPENS) & (minute < SHUTS), 1.0, 0.0)

    return shape


def warm_weeks(days: int, broken_days: int) -> Plant:
    """Warm day and night; a boiler that fires in its hours for some days, then never."""
    plant = Plant(site=TIMED)
    on = in_hours(broken_days)
    plant.fill(
        MONDAY, MONDAY + days * DAY_MS, a__weather__oat=20.0, a__boiler__boiler_cmd=on,
        a__boiler__boiler_status=on,
    )  # fmt: skip
    plant.run(plant.engine([warm_heating.RULE]), MONDAY, MONDAY + days * DAY_MS, 6 * HOUR_MS)
    return plant


def stream(verdicts: MemoryVerdicts) -> Sequence[Run]:
    return verdicts.streams["HTG-07", BOILER]


def proof(plant: Plant, done_at: int, until: int) -> Proof:
    runs = stream(plant.verdicts)
    return prove(warm_heating.CARD, runs, done_at=done_at, now=until, judged_until=until)


def test_a_timer_that_stops_the_boiler_says_nothing() -> None:
    plant = warm_weeks(8, 8)
    verdicts = {run.verdict for run in stream(plant.verdicts)}
    assert verdicts == {Verdict.FAULT, Verdict.NOT_EVALUABLE}
    silent = [run for run in stream(plant.verdicts) if run.verdict is Verdict.NOT_EVALUABLE]
    assert {run.reason for run in silent} == {Reason.UNOCCUPIED}


def test_a_fault_left_in_place_never_clears_over_evenings_and_weekends() -> None:
    plant = warm_weeks(13, 13)
    [finding] = plant.findings.found.values()
    assert finding.state is FindingState.OPEN
    assert finding.onset == MONDAY + OPENS * MINUTE_MS


def test_a_repair_that_helped_nothing_is_not_verified_by_a_weekend() -> None:
    plant = warm_weeks(13, 13)
    friday = MONDAY + 4 * DAY_MS + 19 * HOUR_MS
    sunday = MONDAY + 7 * DAY_MS - HOUR_MS
    seen = proof(plant, friday, sunday)
    assert (seen.outcome, seen.exposures) == (ProofState.WAITING, 0)
    assert proof(plant, friday, sunday + DAY_MS).outcome is ProofState.REFUSED


def test_a_repaired_one_clears_after_three_working_days() -> None:
    """Broken to Thursday evening, so Friday, Monday and Tuesday clear it."""
    plant = warm_weeks(13, 4)
    [finding] = plant.findings.found.values()
    assert finding.state is FindingState.CLEARED
    tuesday = MONDAY + 8 * DAY_MS
    assert finding.cleared is not None
    assert tuesday < finding.cleared <= tuesday + DAY_MS
    seen = proof(plant, MONDAY + 3 * DAY_MS + 19 * HOUR_MS, MONDAY + 13 * DAY_MS)
    assert seen.outcome is ProofState.VERIFIED
    assert seen.decided == finding.cleared


def campus_days(days: int, broken: Sequence[int]) -> Plant:
    """The simulated campus around Labour Day, its boiler in hand in the hours of some days."""
    start = WEEKDAY_OF_MAY
    faults = [
        Fault(
            id=f"lockout{day}", kind=FaultKind.LOCKOUT_LOST, asset=BOILER, severity=1.0,
            onset=start + day * DAY_MS + OPENS * MINUTE_MS,
            end=start + day * DAY_MS + SHUTS * MINUTE_MS,
        )
        for day in broken
    ]  # fmt: skip
    campus, plant = Campus(TIMED, 2, start, faults), Plant(site=TIMED)
    for gateway in sorted(SITE.gateways):
        rows = campus.read(gateway, start + days * DAY_MS)
        plant.write(rows)
    plant.clock.advance(start)
    plant.run(plant.engine([warm_heating.RULE]), start, start + days * DAY_MS, 12 * HOUR_MS)
    return plant


@pytest.mark.slow
def test_a_long_holiday_clears_nothing_on_the_simulated_campus() -> None:
    plant = campus_days(9, broken=(0, 1, 7, 8))
    [finding] = plant.findings.found.values()
    assert finding.state is FindingState.OPEN
    assert finding.last > WEEKDAY_OF_MAY + 7 * DAY_MS
    holiday = (WEEKDAY_OF_MAY + 2 * DAY_MS, WEEKDAY_OF_MAY + 7 * DAY_MS)
    assert all(
        run.verdict is Verdict.NOT_EVALUABLE
        for run in stream(plant.verdicts)
        if holiday[0] <= run.start < run.end <= holiday[1]
    )


@pytest.mark.slow
def test_after_the_holiday_a_repaired_boiler_clears_on_the_simulated_campus() -> None:
    plant = campus_days(13, broken=(0, 1))
    [finding] = plant.findings.found.values()
    assert finding.state is FindingState.CLEARED
    assert finding.cleared is not None
    assert finding.cleared > WEEKDAY_OF_MAY + 9 * DAY_MS


def held_in_hand(days: int, ends: int | None) -> Plant:
    """The simulated campus of a mild May, a heating valve left in hand for days or for good."""
    start, asset = WEEKDAY_OF_MAY, "a.ahu1"
    fault = Fault(
        id="held", kind=FaultKind.HEAT_VALVE_HELD, asset=asset, severity=0.35, onset=start,
        end=None if ends is None else start + ends * DAY_MS,
    )  # fmt: skip
    campus, plant = Campus(SITE, 2, start, [fault]), Plant()
    for gateway in sorted(SITE.gateways):
        plant.write(campus.read(gateway, start + days * DAY_MS))
    plant.clock.advance(start)
    plant.run(plant.engine([heat_against_cool.RULE]), start, start + days * DAY_MS, DAY_MS)
    return plant


@pytest.mark.slow
def test_a_valve_in_hand_is_not_cleared_by_days_that_ask_for_no_cooling() -> None:
    plant = held_in_hand(16, ends=None)
    [finding] = plant.findings.found.values()
    assert finding.state is FindingState.OPEN
    said = {
        (run.verdict, run.reason) for run in plant.verdicts.streams["AC-04", "a.ahu1"]
        if run.start > WEEKDAY_OF_MAY + DAY_MS
    }  # fmt: skip
    assert (Verdict.OK, Reason.CONDITION) in said, "such days were there"


@pytest.mark.slow
def test_a_valve_given_back_to_its_controller_clears() -> None:
    plant = held_in_hand(20, ends=9)
    [finding] = plant.findings.found.values()
    assert finding.state is FindingState.CLEARED
    assert finding.cleared is not None
    assert finding.cleared > WEEKDAY_OF_MAY + 9 * DAY_MS


def test_only_a_valve_that_moves_clears_a_fight() -> None:
    def found(heat: Shape) -> FindingState:
        plant = Plant()
        end = MONDAY + 12 * DAY_MS

        def cool(minutes: Ints) -> Floats:
            return np.where(minutes < 2 * 1440, 30.0, 0.0) * in_hours(12)(minutes)

        plant.fill(MONDAY, end, a__ahu2__fan_status=in_hours(12), a__ahu2__heat_valve=heat,
                   a__ahu2__cool_valve=cool)  # fmt: skip
        plant.run(plant.engine([heat_against_cool.RULE]), MONDAY, end, DAY_MS)
        [finding] = plant.findings.found.values()
        return finding.state

    def still(minutes: Ints) -> Floats:
        return 35.0 * in_hours(12)(minutes)

    def moving(minutes: Ints) -> Floats:
        return still(minutes) + 6.0 * np.sin(minutes / 15.0) * in_hours(12)(minutes)

    assert found(still) is FindingState.OPEN
    assert found(moving) is FindingState.CLEARED
