"""Orders that may come from another one are proven after it."""

from __future__ import annotations

from core.clock import DAY_MS, HOUR_MS
from core.verdict import Verdict
from core.words import OrderState, Outcome
from tests.workorders.house import House, make_finding, opened, run_of


def test_what_began_after_a_visit_is_not_proven_while_the_visits_own_fault_is_there(
    house: House,
) -> None:
    """A hand valve was shut so that a coil leaks no more; opened again, it leaks again."""
    leak = _order(house, "AC-04", house.now - 2 * HOUR_MS)
    house.repair(leak)
    shut = house.now
    house.step(6)
    short = _order(house, "HTG-07", shut + 3 * HOUR_MS)
    house.repair(short)
    _clear(house, "HTG-07", 8)
    house.step(4 * 24)
    row = house.get(short).row
    assert row.state is OrderState.VERIFYING
    watch = house.get(short).watches[0]
    assert leak in str(watch.awaited)
    _clear(house, "AC-04", 9)
    house.step(2 * 24)
    house.step(1)
    assert house.get(leak).row.outcome is Outcome.VERIFIED
    assert house.get(short).row.outcome is Outcome.VERIFIED


def test_another_machines_visit_holds_nothing_up(house: House) -> None:
    other = _order(house, "AC-04", house.now - 2 * HOUR_MS, target="a.ahu2")
    house.repair(other)
    house.step(6)
    mine = _order(house, "HTG-07", house.now - 2 * HOUR_MS)
    house.repair(mine)
    _clear(house, "HTG-07", 8)
    house.step(4 * 24)
    assert house.get(mine).row.outcome is Outcome.VERIFIED


def test_what_was_there_before_the_visit_waits_for_nothing(house: House) -> None:
    first = _order(house, "AC-04", house.now - 2 * HOUR_MS)
    second = _order(house, "HTG-07", house.now - 3 * HOUR_MS)
    house.repair(first)
    house.repair(second)
    _clear(house, "HTG-07", 8)
    house.step(4 * 24)
    assert house.get(second).row.outcome is Outcome.VERIFIED


def test_a_sensor_that_speaks_again_waits_for_no_machine(house: House) -> None:
    """It was unplugged in place of a repair; unmended, it would keep mute what leans on it."""
    stuck = _order(house, "AC-04", house.now - 2 * HOUR_MS)
    house.repair(stuck)
    pulled = house.now
    house.step(6)
    silent = _order(house, "SEN-08", pulled + 3 * HOUR_MS, target="a.ahu1.mat")
    house.repair(silent)
    _clear(house, "SEN-08", 8, target="a.ahu1.mat")
    house.step(4 * 24)
    assert house.get(silent).row.outcome is Outcome.VERIFIED
    assert house.get(stuck).row.state is OrderState.VERIFYING


def test_a_card_names_what_it_may_come_from(house: House) -> None:
    """FC-5 may come from a valve that passes, named by its family, on the same asset."""
    behind = _order(house, "WAT-01", house.now - 2 * HOUR_MS)
    shown = _order(house, "SEN-01", house.now - HOUR_MS)
    house.repair(shown)
    _clear(house, "SEN-01", 8)
    house.step(4 * 24)
    assert house.get(shown).row.state is OrderState.VERIFYING
    assert behind in str(house.get(shown).watches[0].awaited)


def _order(house: House, rule: str, onset: int, target: str = "a.ahu1") -> str:
    known = {row.id for row in house.queue()}
    house.publish(opened(make_finding(rule, target, onset=onset)))
    house.judge(run_of(onset, 2, Verdict.FAULT, rule=rule, target=target))
    (new,) = {row.id for row in house.queue()} - known
    return new


def _clear(house: House, rule: str, days: int, target: str = "a.ahu1") -> None:
    runs = [
        run_of(house.now + n * DAY_MS, 24, Verdict.OK, rule=rule, target=target)
        for n in range(days)
    ]
    house.judge(*runs)
