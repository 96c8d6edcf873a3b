"""From the records of real orders to figures, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.actor import SYSTEM
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.words import Role
from tests.workorders.house import House, make_finding, make_house, opened
from workorders.assessment.assess import Assessment, By
from workorders.assessment.assessing import Assessor
from workorders.assessment.period import Period
from workorders.states import Command

MARCH = Period("2026-03", "2026-03", "Asia/Shanghai")


def lived(house: House) -> tuple[str, str, str]:
    """One order given on, then mended; one cancelled, opened again and mended; its new holder."""
    house.publish(
        opened(make_finding("AC-04", "a.ahu1")), opened(make_finding("WAT-01", "c.w-main"))
    )
    rows = {row.building: row for row in house.queue()}
    air, water = rows["a"].id, rows["c"].id
    head = next(a.login for a in house.actors.values()
                if a.role is Role.SUPERVISOR and a.sees("a") and a.sees("c"))  # fmt: skip
    house.act("admin", air, Command.REASSIGN, assignee=head)
    _later(house, 10)
    house.act(head, air, Command.ACCEPT)
    _later(house, 20)
    house.act(head, air, Command.ARRIVE)
    house.act("admin", water, Command.CANCEL, reason="false_alarm", note="nobody there")
    _later(house, 30)
    house.act(head, air, Command.DONE, cause="valve", note="seat", minutes=30)
    house.act(head, water, Command.REOPEN, note="it runs")
    house.repair(water)
    house.clock.advance(house.now + 18 * DAY_MS)
    return air, water, head


def _later(house: House, minutes: int) -> None:
    """Time passes, and nobody keeps it: nothing is escalated."""
    house.clock.advance(house.now + minutes * MINUTE_MS)


def _assessed(house: House) -> Assessment:
    return Assessor(sessions=house.records, site=house.site, clock=house.clock).of(SYSTEM, MARCH)


def told(house: House) -> None:
    air, water, head = lived(house)
    found = _assessed(house)
    figures = found.rows()[0].figures
    # Both were found an hour before; the water order was accepted an hour after that, again.
    assert figures["acknowledge"].n == 2
    assert figures["acknowledge"].value == pytest.approx((70 + 120) / 2)
    assert figures["arrive"].value == pytest.approx((90 + 120) / 2)
    assert figures["repair"].value == pytest.approx(2.0)
    behind = {c.order: c for c in found.behind("acknowledge")}
    assert behind[air].person == head
    ended = found.behind("reopened")
    assert [(c.order, c.value) for c in ended] == [(water, 1.0)]
    assert [c.value for c in found.behind("first_time")] == [0.0]
    people = {row.key: row.figures for row in found.rows(By.PERSON)}
    assert people[head]["repair"].n == 1
    assert figures["backlog"].n == 0, "what is said to be done does not wait for anybody"
    kept = figures["respond"]
    assert (kept.value, kept.n) == pytest.approx((2 / 3, 3)), "the water order's first was late"


def test_orders_of_the_records_become_figures(house: House) -> None:
    told(house)


def test_a_fault_that_came_back_counts_against_who_mended_it(house: House) -> None:
    house.publish(opened(make_finding("AC-04", "a.ahu1")))
    first = house.only().id
    house.repair(first)
    house.act("admin", first, Command.CANCEL, reason="accepted_risk", note="as it is",
              until=house.now + HOUR_MS)  # fmt: skip
    house.clock.advance(house.now + 3 * DAY_MS)
    house.publish(opened(make_finding("AC-04", "a.ahu1", onset=house.now - 2 * HOUR_MS)))
    assert house.get(house.only().id).row.recurrence_of == first
    house.clock.advance(house.now + 14 * DAY_MS)
    figure = _assessed(house).rows()[0].figures["recurred"]
    assert (figure.value, figure.n) == (1.0, 1)


def test_a_viewer_of_one_building_has_no_roster_to_hold_it_against(house: House) -> None:
    house.publish(opened(make_finding("AC-04", "a.ahu1")))
    whole = _assessed(house).rows()[0].figures["backlog"]
    assert (whole.n, whole.value is not None) == (1, True)
    assessor = Assessor(sessions=house.records, site=house.site, clock=house.clock)
    one = SYSTEM.__class__(login="x", name="x", role=Role.VIEWER, buildings=frozenset({"a"}))
    part = assessor.of(one, MARCH).rows()[0].figures["backlog"]
    assert (part.n, part.value, part.whole) == pytest.approx((1, None, 1.0))


@pytest.fixture
def on_postgres(postgres_records: str, tmp_path: Path, sites_dir: Path) -> Iterator[House]:
    with make_house(tmp_path, sites_dir, url=postgres_records) as made:
        yield made


@pytest.mark.postgres
def test_the_same_on_postgresql(on_postgres: House) -> None:
    told(on_postgres)
