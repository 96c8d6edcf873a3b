"""What goes wrong around orders: nothing lost, nothing doubled, a clear word to whoever waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.records.base import ALL
from adapters.records.orders import Notification, Order, OrderClock, OrderEvent
from adapters.records.work import OrderReport
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.errors import Refused, Retryable
from core.words import OrderState
from tests.workorders.house import House, make_finding, make_house, opened
from tests.workorders.notify.test_notifier import Fake
from workorders.act import Act
from workorders.states import Command


@pytest.fixture(params=["sqlite", "postgres"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, sites_dir: Path, fake: Fake
) -> Iterator[House]:
    """A house on each database, whose people are reached without a server."""
    url = request.getfixturevalue("postgres_records") if request.param == "postgres" else None
    with make_house(tmp_path, sites_dir, url=url, channels=[fake]) as made:
        yield made


@pytest.fixture
def fake() -> Fake:
    return Fake()


def done(house: House, id_: str, key: str = "") -> Act:
    return Act(
        order=id_, do=Command.DONE, version=house.get(id_).row.version, cause="valve",
        note="seat cleaned", minutes=45, key=key,
    )  # fmt: skip


def count(house: House, model: type[OrderEvent | OrderReport | Order]) -> int:
    with house.records.session(ALL, reading=True) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_repair_that_is_reported_twice_is_reported_once(either: House) -> None:
    either.publish(opened(make_finding()))
    row = either.only()
    person = row.person or ""
    for do in (Command.ACCEPT, Command.ARRIVE):
        either.act(person, row.id, do)
    said = done(either, row.id, key="phone-1")
    first = either.orders.desk.act(either.actors[person], said)
    again = either.orders.desk.act(either.actors[person], said)
    assert (first.state, again.state) == (OrderState.VERIFYING, OrderState.VERIFYING)
    assert again.version == first.version, "a phone that lost the answer changes nothing"
    with pytest.raises(Refused) as refused:
        either.orders.desk.act(either.actors[person], done(either, row.id))
    assert refused.value.code == "conflict", "said anew, it is told that it is done already"
    stale = Act(
        order=row.id, do=Command.DONE, version=said.version, cause="valve", minutes=5, note="x"
    )
    with pytest.raises(Refused) as told:
        either.orders.desk.act(either.actors["guo.hua"], stale)
    assert told.value.code in {"conflict", "forbidden"}
    assert count(either, OrderReport) == 1
    steps = [step.what for step in either.get(row.id).history]
    assert steps.count("done") == 1


def test_an_hour_without_a_notifier_loses_and_doubles_nothing(either: House, fake: Fake) -> None:
    fake.says = Retryable("nobody answers")
    either.publish(opened(make_finding()), opened(make_finding("PWR-03", "c.m-main")))
    for _ in range(30):
        either.step(1 / 60)
    either.publish(opened(make_finding("WAT-01", "a.w-main", severity=1)))
    for _ in range(30):
        either.step(1 / 60)
    assert fake.sent == []
    assert len(either.queue()) == 3, "orders do not wait for messages"
    fake.says = None
    for _ in range(90):
        either.step(1 / 60)
    keys = Counter(letter.key for _, letter in fake.sent)
    assert set(keys.values()) == {1}
    assert fake.sent[0][1].priority == 1, "what cannot wait comes first"
    with either.records.session(ALL, reading=True) as session:
        left = session.scalars(select(Notification.state).distinct()).all()
        told = set(session.scalars(select(Notification.order_id).distinct()))
    assert set(left) <= {"sent", "moot"}
    assert told >= {row.id for row in either.queue()}


def test_a_clock_that_jumps_breaks_no_promise_twice_and_mends_none(either: House) -> None:
    either.publish(opened(make_finding("WAT-01", "a.w-main", severity=1)))
    either.step()
    before = clocks_of(either)
    either.step(48)
    after = clocks_of(either)
    for kind, (due, breached) in after.items():
        assert due >= before[kind][0]
        assert breached is None or breached == due, "as late as it was due, not as it was noticed"
    assert any(breached for _, breached in after.values())
    steps, now = count(either, OrderEvent), either.now
    for back in (2 * DAY_MS, HOUR_MS, MINUTE_MS):
        either.orders.step(now - back)
    assert clocks_of(either) == after
    assert count(either, OrderEvent) == steps, "nothing happens again"
    either.orders.step(now)
    assert clocks_of(either) == after
    history = either.get(either.only().id).history
    assert [step.what for step in history].count("breached") == len(
        {kind for kind, (_, breached) in after.items() if breached}
    )


def clocks_of(house: House) -> dict[str, tuple[int, int | None]]:
    with house.records.session(ALL, reading=True) as session:
        return {
            f"{c.kind}-{c.id}": (c.due_at, c.breached_at)
            for c in session.scalars(select(OrderClock))
        }
