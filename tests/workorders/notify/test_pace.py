"""A flood at one robot: no more than it bears, P1 first, the rest together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.orders import Notification
from core.clock import MINUTE_MS, SteppedClock
from tests.sample import records_in, wushan
from tests.workorders.notify.listener import Answer, Asked, Listener
from workorders.duty import RosterDuty
from workorders.notify import Notifier
from workorders.notify.copies import GROUP
from workorders.notify.pace import A_MINUTE, FOR_P1, Pace
from workorders.notify.robots import WECOM, Robot
from workorders.notify.sender import Group, Way, Ways

START = 1_773_194_400_000


@dataclass
class WeCom:
    """A robot's server: takes 20 in a minute, then answers 45009 with HTTP 200."""

    clock: SteppedClock
    most: int = 20
    at: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    refused: int = 0

    def __call__(self, one: Asked) -> Answer:
        now = self.clock.now()
        if sum(at > now - MINUTE_MS for at in self.at) >= self.most:
            self.refused += 1
            return 200, {"errcode": 45009, "errmsg": "api freq out of limit"}
        self.at.append(now)
        self.texts.append(one.said["text"]["content"])
        return 200, {"errcode": 0, "errmsg": "ok"}


@dataclass
class OneGroup:
    """A group, and people without ways of their own."""

    groups: tuple[Group, ...]

    def of(self, login: str, mail: str, phone: str) -> list[Way]:
        del login, mail, phone
        return []

    ringing = of


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
def wecom(listener: Listener, clock: SteppedClock) -> WeCom:
    listener.answer = server = WeCom(clock)
    return server


class Outbox:
    """Records with messages to a group in them."""

    def __init__(self, folder: Path, listener: Listener, clock: SteppedClock) -> None:
        self.records = records_in(folder, staffed=True)
        self._n = 0
        robot = Robot(f"{listener.address}/r?key=k", "wecom-1", WECOM, clock=clock)
        ways: Ways = OneGroup((Group(name="wecom-1", sender=robot),))
        duty = RosterDuty(self.records.people, wushan().timezone)
        self.notifier = Notifier(self.records, duty, ways, clock=clock)

    def owe(self, count: int, priority: int) -> None:
        with self.records.session(ALL) as session:
            for _ in range(count):
                self._n += 1
                head = {"msgid": "{order} P{priority} is yours: {asset}",
                        "params": {"order": f"O-{self._n:03d}", "priority": priority,
                                   "asset": "a pump"}}  # fmt: skip
                session.add(
                    Notification(key=f"k-{self._n}", building="a", order_id=None,
                                 person=f"{GROUP}wecom-1", kind="assign", priority=priority,
                                 text={"head": head, "lines": []}, created_at=START,
                                 copied=True)
                )  # fmt: skip

    def states(self) -> dict[str, int]:
        with self.records.session(ALL) as session:
            rows = session.scalars(select(Notification)).all()
        return {s: sum(r.state == s for r in rows) for s in {r.state for r in rows}}


@pytest.fixture
def outbox(tmp_path: Path, listener: Listener, clock: SteppedClock) -> Iterator[Outbox]:
    made = Outbox(tmp_path, listener, clock)
    yield made
    made.records.close()


def test_a_flood_is_a_few_messages_and_all_of_it_arrives(
    outbox: Outbox, wecom: WeCom, clock: SteppedClock
) -> None:
    outbox.owe(150, 3)
    outbox.notifier.step()
    assert len(wecom.texts) == A_MINUTE - FOR_P1
    assert re.match(r"[5-9]\d messages\n", wecom.texts[-1]), "as many as fit into one"
    outbox.owe(2, 1)
    outbox.notifier.step()
    assert ["P1" in text for text in wecom.texts[-2:]] == [True, True], "not behind the flood"
    for _ in range(20):
        clock.advance(clock.now() + MINUTE_MS // 4)
        outbox.notifier.step()
    assert outbox.states() == {"sent": 152}
    assert wecom.refused == 0
    whole = "\n".join(wecom.texts)
    assert all(whole.count(f"O-{n:03d} ") == 1 for n in range(1, 153))
    assert all(len(text.encode()) <= WECOM.most_bytes for text in wecom.texts)


def test_throttled_all_the_same_it_waits_and_loses_nothing(
    outbox: Outbox, wecom: WeCom, clock: SteppedClock
) -> None:
    wecom.most = 5
    outbox.owe(10, 3)
    outbox.notifier.step()
    assert (len(wecom.texts), wecom.refused) == (5, 1), "one refusal, and no other is risked"
    assert outbox.states() == {"sent": 5, "waiting": 5}
    clock.advance(clock.now() + 30_000)
    outbox.notifier.step()
    assert wecom.refused == 1
    for _ in range(3):
        clock.advance(clock.now() + 61_000)
        outbox.notifier.step()
    assert outbox.states() == {"sent": 10}


def test_p1_first_whatever_came_before(outbox: Outbox, wecom: WeCom) -> None:
    outbox.owe(30, 4)
    outbox.owe(1, 1)
    outbox.notifier.step()
    assert "P1" in wecom.texts[0]


def test_a_pace_keeps_three_places_for_a_p1() -> None:
    pace = Pace(15)
    for n in range(12):
        assert pace.free(n, urgent=False) == 12 - n
        pace.gave(n)
    assert (pace.free(20, urgent=False), pace.free(20, urgent=True)) == (0, 3)
    assert pace.next_at(20) == MINUTE_MS
    assert pace.free(MINUTE_MS, urgent=False) == 1
    pace.close(10 * MINUTE_MS)
    assert pace.free(9 * MINUTE_MS, urgent=True) == 0
