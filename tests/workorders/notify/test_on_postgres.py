"""The outbox on PostgreSQL: owed, copied, rung, held, taken, and a dead channel written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.records import ALL
from adapters.records.notifying import ChannelRow
from adapters.records.orders import Notification
from core.clock import HOUR_MS
from core.errors import Retryable
from tests.workorders.house import SameForAll, make_finding, make_house, opened
from tests.workorders.notify.test_notifier import Fake
from workorders.notify import Notifier
from workorders.notify.sender import Group
from workorders.notify.wishes import Wishes, keep, wishes_of


@pytest.mark.postgres
def test_the_way_of_messages(tmp_path: Path, sites_dir: Path, postgres_records: str) -> None:
    written, robot = Fake("written"), Fake("robot", a_minute=15)
    line = Fake("line", says=Retryable("busy"))
    with make_house(tmp_path, sites_dir, url=postgres_records, channels=[written]) as house:
        ways = SameForAll([written], groups=[Group(name="robot", sender=robot)], telephones=[line])
        people = house.orders.desk.office.duty
        zone = house.site.timezone
        house.orders._notify = Notifier(  # noqa: SLF001 - with groups and telephones
            house.records, people, ways, zone=zone, clock=house.clock
        )
        house.publish(
            opened(make_finding("WAT-01", "a.w-main", severity=1, onset=house.now - HOUR_MS)),
            opened(make_finding(onset=house.now - HOUR_MS)),
        )
        for _ in range(5):
            house.step(1 / 15)
        assert {letter.priority for _, letter in written.sent} >= {1, 3}
        assert len(robot.sent) >= 2
        with house.records.session(ALL) as session:
            rows = session.scalars(select(Notification)).all()
            dead = session.get_one(ChannelRow, "line")
        assert any(r.kind.startswith("ring-") for r in rows), "nobody acknowledged it"
        assert any(r.way == "ring" and r.state == "waiting" for r in rows)
        assert (dead.failures >= 3, dead.reported) == (True, True)
        assert any(r.kind == "channel" and r.order_id is None for r in rows)
        wanted = Wishes(language="en")
        keep(house.records, "wang.fang", wanted, by="wang.fang", now=house.now)
        assert wishes_of(house.records, "wang.fang") == Wishes(ways=[], language="en")
