"""Killed between finding, order and message: one order a cause, each message sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from adapters.records import ALL
from adapters.records.notifying import WishRow
from adapters.records.orders import Notification, Order, OrderEvent, OrderFinding
from tests.conftest import ROOT
from tests.sample import records_in
from tests.workorders.notify.listener import Listener
from tests.workorders.notify.mortal import At, findings_of

_USUAL = "50" if os.environ.get("PLANTROOM_REQUIRE") == "all" else "20"
KILLS = int(os.environ.get("PLANTROOM_KILLS", _USUAL))
"""Fifty are the real thing, and what is asked for where nothing may be left out."""


def test_each_cause_has_one_order_and_each_message_arrives(
    tmp_path: Path, listener: Listener
) -> None:
    records = records_in(tmp_path, staffed=True)
    with records.session(ALL) as session:
        for person in records.people.all():
            session.add(WishRow(login=person.login, quiet_from=5, digest_from=5))
    asked = [sys.executable, "-m", "tests.workorders.notify.mortal", str(tmp_path),
             listener.address, str(KILLS), "11"]  # fmt: skip
    lives = subprocess.run(asked, cwd=ROOT, capture_output=True, check=False, timeout=120)
    assert lives.returncode == 0, lives.stderr.decode()
    ends = json.loads(lives.stdout)
    assert ends.pop("failed") == 0
    assert sum(ends.values()) == KILLS
    assert {At.FOUND.name, At.ORDERED.name, At.SENDING.name} <= set(ends), "killed in every gap"

    with records.session(ALL, reading=True) as session:
        orders = session.scalars(select(Order)).all()
        links = session.scalars(select(OrderFinding)).all()
        owed = session.scalars(select(Notification)).all()
        events = session.scalars(select(OrderEvent)).all()
    assert len(orders) == len({order.cause for order in orders}) == findings_of(KILLS)
    assert Counter(link.order_id for link in links) == dict.fromkeys((o.id for o in orders), 1)
    opened = Counter(e.order_id for e in events if e.command == "opened")
    assert opened == dict.fromkeys((o.id for o in orders), 1), "no step was taken twice"
    assert [row.key for row in owed if row.state != "sent"] == []
    assert {o.id for o in orders} <= {row.order_id for row in owed}

    heard = [one.headers["Idempotency-Key"] for one in listener.asked]
    several = {
        (one.path.removeprefix("/"), one.said["title"].split()[0])
        for one in listener.asked if one.headers["Idempotency-Key"].startswith("m-")
    }  # fmt: skip
    silent = [
        row.key for row in owed
        if row.key not in heard and (row.person, row.order_id) not in several
    ]  # fmt: skip
    assert silent == [], "each was sent at least once"
    again = len(heard) - len(set(heard))
    assert again <= KILLS, "no more repeats than kills, each under its first key"
    records.close()
