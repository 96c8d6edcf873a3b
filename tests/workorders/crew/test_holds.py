"""A hold lasts as long as was said: then its pause ends and its person hears of it."""

from __future__ import annotations

import pytest

from adapters.records.base import ALL
from adapters.records.orders import Notification
from core.clock import HOUR_MS, MINUTE_MS
from tests.workorders.house import START, House, make_finding, opened
from workorders.states import Command


def _held(house: House, reason: str) -> str:
    house.publish(opened(make_finding("WAT-01", "a.w-main", onset=START - HOUR_MS)))
    id_ = house.only().id
    for command in (Command.ACCEPT, Command.ARRIVE):
        house.act("liu.yang", id_, command)
    house.act("liu.yang", id_, Command.HOLD, reason=reason, until=START + 5 * HOUR_MS,
              who="tenant", note="x")  # fmt: skip
    return id_


@pytest.mark.parametrize(("reason", "paused"), [("access", 5), ("parts", 0)])
def test_the_clock_runs_again_from_when_it_was_said_to(
    house: House, reason: str, paused: int
) -> None:
    id_ = _held(house, reason)
    house.step(4)
    assert house.get(id_).history[-1].what == "hold"
    for _ in range(3):
        house.step(4)
    (due,) = (t.due for t in house.get(id_).due_times if t.kind == "restore")
    assert due == START + (24 + paused) * HOUR_MS, "however late it is noticed"
    assert [s.what for s in house.get(id_).history].count("hold_over") == 1
    with house.records.session(ALL, reading=True) as session:
        told = session.query(Notification.person).filter_by(kind="hold_over").all()
    assert told == [("liu.yang",)]


def test_a_second_hold_is_told_of_anew(house: House) -> None:
    id_ = _held(house, "access")
    house.step(6)
    house.act("liu.yang", id_, Command.RESUME)
    house.act("liu.yang", id_, Command.HOLD, reason="access", until=house.now + HOUR_MS,
              who="tenant", note="x")  # fmt: skip
    house.step(1 + MINUTE_MS / HOUR_MS)
    assert [s.what for s in house.get(id_).history].count("hold_over") == 2
    (due,) = (t.due for t in house.get(id_).due_times if t.kind == "restore")
    assert due == START + 30 * HOUR_MS
