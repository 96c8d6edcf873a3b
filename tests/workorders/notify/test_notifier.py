"""The outbox: at least once, retried, in the reader's language, every failure written down."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.notifying import ChannelRow, WishRow
from adapters.records.orders import Notification
from core.clock import HOUR_MS, MINUTE_MS
from core.errors import Retryable
from tests.servers import wait_for
from tests.workorders.house import House, SameForAll, make_finding, make_house, opened
from tests.workorders.notify.listener import Answer, Asked, Listener
from workorders.notify import Letter, Notifier
from workorders.notify.channels import Apprise
from workorders.notify.outlook import LONGEST_WAIT_MS, wait_ms
from workorders.notify.sender import Group, NoSuchAddress
from workorders.states import Command


@dataclass
class Fake:
    """A channel that is told what to say; only where a real server would add nothing."""

    name: str = "fake"
    most_bytes: int = 2_000
    a_minute: int = 0
    says: Exception | None = None
    sent: list[tuple[str, Letter]] = field(default_factory=list)

    def send(self, address: str, letter: Letter) -> None:
        if self.says is not None:
            raise self.says
        self.sent.append((address, letter))

    @property
    def people(self) -> list[str]:
        return [address for address, _ in self.sent]

    @property
    def titles(self) -> list[str]:
        return [letter.title for _, letter in self.sent]


@pytest.fixture
def told(tmp_path: Path, sites_dir: Path, listener: Listener) -> Iterator[House]:
    """A house whose people all listen at one web hook."""
    url = listener.address.replace("http", "json") + "/{to}"
    with make_house(tmp_path, sites_dir, channels=[Apprise(url, "hook")]) as made:
        yield made


@pytest.fixture
def fake() -> Fake:
    return Fake()


@pytest.fixture
def quick(tmp_path: Path, sites_dir: Path, fake: Fake) -> Iterator[House]:
    """A house whose people are reached without a server."""
    with make_house(tmp_path, sites_dir, channels=[fake]) as made:
        yield made


def test_a_message_is_retried_until_the_hook_takes_it(told: House, listener: Listener) -> None:
    listener.answer = _failing(2)
    told.publish(opened(make_finding()))
    told.step()
    row = _only(told)
    assert (row.state, row.attempts, row.next_at) == ("waiting", 1, told.now + wait_ms(1))
    told.step(1 / 3600)
    assert len(listener.asked) == 1, "not before its time"
    told.step(1)
    told.step(1)
    row = _only(told)
    assert (row.state, row.attempts, row.channel) == ("sent", 3, "hook")
    taken = listener.asked[-1]
    assert taken.headers["Idempotency-Key"] == row.key
    assert taken.said["title"] == "WO-2026-0001 P3 已派给您：空调机组 1（大厅与南区）", (
        "her language is Chinese"
    )
    told.step(24)
    keys = [one.headers["Idempotency-Key"] for one in listener.asked[2:]]
    assert keys.count(row.key) == 1, "sent once it was taken"


def test_a_message_is_owed_from_the_commit_on_and_survives_the_process(
    quick: House, fake: Fake
) -> None:
    quick.publish(opened(make_finding()))
    assert fake.sent == [], "nothing is sent inside the step of the order"
    people = quick.orders.desk.office.duty
    after = Notifier(
        quick.records, people, SameForAll([fake]), zone=quick.site.timezone, clock=quick.clock
    )
    assert after.step() == 1
    assert [letter.key for _, letter in fake.sent] == [_only(quick).key]


def test_killed_between_sending_and_noting_sends_again_under_the_same_key(
    quick: House, fake: Fake
) -> None:
    quick.publish(opened(make_finding()))
    quick.step()
    with quick.records.session(ALL) as session:
        session.scalars(select(Notification)).one().state = "waiting"
    quick.step()
    assert len({letter.key for _, letter in fake.sent}) == 1
    assert len(fake.sent) == 2


def test_given_up_after_three_days_and_said_so_to_the_supervisor(quick: House, fake: Fake) -> None:
    fake.says = Retryable("no line")
    quick.publish(opened(make_finding()))
    id_ = quick.only().id
    for _ in range(4):
        quick.step(25)
    history = quick.get(id_).history
    unreached = [s.data["person"] for s in history if s.what == "undelivered"]
    assert sorted(unreached) == sorted(set(unreached)), "said once of each"
    assert "wang.fang" in unreached
    assert any(r.person == "guo.hua" and r.kind.startswith("undelivered") for r in _rows(quick))


def test_whom_no_address_can_reach_is_said_at_once(quick: House, fake: Fake) -> None:
    fake.says = NoSuchAddress("nobody has this id")
    quick.publish(opened(make_finding()))
    quick.step()
    row = next(r for r in _rows(quick) if r.person == "wang.fang")
    assert row.state == "waiting", "the address may be mended"
    history = quick.get(quick.only().id).history
    assert "wang.fang" in [s.data["person"] for s in history if s.what == "undelivered"]
    assert _channel(quick, "fake") is None, "the channel itself is well"


def test_a_dead_channel_is_passed_over_reported_and_taken_up_again(
    tmp_path: Path, sites_dir: Path
) -> None:
    first, second = Fake("first", says=Retryable("no line")), Fake("second")
    with make_house(tmp_path, sites_dir, channels=[first, second]) as house:
        for n in range(4):
            house.publish(opened(make_finding(onset=house.now - n * HOUR_MS, target=AHUS[n])))
            house.step()
        rows = [r for r in _rows(house) if r.order_id is not None]
        assert {r.channel for r in rows} == {"second"}, "each fell back at once"
        assert {r.error for r in rows} == {"first: no line", "first: dead"}
        found = _channel(house, "first")
        assert found is not None
        assert (found.failures, found.error, found.reported) == (3, "no line", True)
        said = [(r.person, r.state) for r in _rows(house) if r.kind == "channel"]
        assert said == [("admin", "sent")], "told once, over the other channel"
        first.says = None
        house.step(1)
        house.publish(opened(make_finding("WAT-01", "a.w-main", onset=house.now - HOUR_MS)))
        house.step()
        found = _channel(house, "first")
        assert found is not None
        assert (found.failures, found.failing_since, found.reported) == (0, None, False)
        house.step()
        house.step()
        ends = {person: letter for person, letter in first.sent if letter.kind == "recover"}
        assert "admin" in ends, "who was told of its death is told of its end, by its order"
        assert "Messages by first have not arrived for 1 h" in ends["admin"].body
        assert "Messages by first arrive again" not in first.titles, "the same, once"


def test_one_that_works_again_within_the_hour_is_said_without_an_order(
    quick: House, fake: Fake
) -> None:
    fake.says = Retryable("no line")
    quick.publish(opened(make_finding()))
    for _ in range(4):
        quick.step(0.1)
    fake.says = None
    quick.step(0.3)
    quick.step()
    assert [t for to, t in zip(fake.people, fake.titles, strict=True) if to == "admin"][-1] == (
        "Messages by fake arrive again"
    )
    assert len(quick.queue()) == 1


AHUS = ("a.ahu1", "a.ahu2", "b.ahu1", "c.ahu1")


def test_a_p1_tries_the_dead_when_nothing_else_is_left(quick: House, fake: Fake) -> None:
    fake.says = Retryable("no line")
    for n in range(3):
        quick.publish(opened(make_finding(target=AHUS[n])))
        quick.step()
    fake.says = None
    quick.publish(opened(make_finding("AC-04", AHUS[3])))
    quick.step()
    assert fake.sent == [], "dead, and not asked before its time"
    quick.publish(opened(make_finding("WAT-01", "a.w-main", severity=1)))
    quick.step()
    assert [letter.priority for _, letter in fake.sent][:1] == [1]


def test_groups_hear_of_everything_once_whoever_was_told(tmp_path: Path, sites_dir: Path) -> None:
    own, group = Fake("own"), Fake("robot", a_minute=15)
    with make_house(tmp_path, sites_dir, channels=[own]) as house:
        ways = SameForAll([own], groups=[Group(name="robot", sender=group, language="zh_Hans")])
        people = house.orders.desk.office.duty
        notifier = Notifier(house.records, people, ways, clock=house.clock)
        house.publish(opened(make_finding("WAT-01", "a.w-main", severity=1)))
        notifier.step()
        house.clock.advance(house.now + 5 * MINUTE_MS)
        house.publish(opened(make_finding("WAT-01", "c.w-main", severity=1)))
        notifier.step()
        told = [r for r in _rows(house) if r.person == "@robot"]
        assert len(told) == len({(r.order_id, r.kind) for r in told}) == 2
        assert [letter.order for _, letter in group.sent] == [r.order_id for r in told]
        assert "已派给您" in group.titles[0], "in the language of the group"
        with house.records.session(ALL) as session:
            row = session.scalars(select(Notification)).first()
            assert row is not None
            row.copied = False
        notifier.step()
        assert len(group.sent) == 2, "copied again it is the same message, under the same key"


def test_several_of_one_order_are_one_message_and_the_newest_is_its_head(
    quick: House, fake: Fake
) -> None:
    fake.says = Retryable("down for an hour")
    quick.publish(opened(make_finding("WAT-01", "a.w-main", severity=2)))
    for _ in range(3):
        quick.step(0.5)
    mine = [r for r in _rows(quick) if r.person == "guo.hua"]
    assert len(mine) > 1
    fake.says = None
    quick.step(1)
    got = [letter for address, letter in fake.sent if address == "guo.hua"]
    assert len(got[0].body.splitlines()) > 2, "what came before stands below"


def test_low_ones_wait_for_the_morning_and_come_as_one_and_a_p1_never_waits(
    quick: House, fake: Fake
) -> None:
    quick.step(13)  # 23:00
    quick.publish(opened(make_finding(target="a.ahu1")), opened(make_finding(target="a.ahu2")))
    quick.publish(opened(make_finding("WAT-01", "a.w-main", severity=1)))
    quick.step()
    assert {letter.priority for _, letter in fake.sent} == {1}
    waits = [r for r in _rows(quick) if r.priority == 3]
    assert {(r.held, r.next_at) for r in waits} == {("quiet", quick.now + 8 * HOUR_MS)}
    quick.step(8)
    quiet = [letter for _, letter in fake.sent if letter.priority == 3]
    assert len(quiet) == len({r.person for r in waits}), "one message a person"
    assert all(r.state == "sent" for r in _rows(quick) if r.priority == 3 and r.held)


def test_a_digest_of_ones_own_hour(quick: House, fake: Fake) -> None:
    with quick.records.session(ALL) as session:
        session.add(WishRow(login="wang.fang", quiet_start=0, quiet_end=0, quiet_from=5,
                            digest_from=3, digest_at=12 * 60))  # fmt: skip
    quick.publish(opened(make_finding(target="a.ahu1")), opened(make_finding(target="a.ahu2")))
    quick.step()
    assert fake.sent == []
    quick.step(2)
    ((address, letter),) = fake.sent
    assert (address, letter.title) == ("wang.fang", "当日消息 2 条")
    assert len(letter.body.splitlines()) == 2


def test_nobody_has_the_log_in_any_more(quick: House) -> None:
    quick.publish(opened(make_finding()))
    with quick.records.session(ALL) as session:
        session.scalars(select(Notification)).one().person = "gone.away"
    quick.step()
    row = next(r for r in _rows(quick) if r.person == "gone.away")
    assert (row.state, row.error) == ("failed", "nobody has this log-in")
    assert any(r.kind.startswith("undelivered") for r in _rows(quick)), "a supervisor hears of it"


def test_the_thread_sends_by_itself(told: House, listener: Listener) -> None:
    told.publish(opened(make_finding()))
    told.orders.start(every_s=0.05)
    try:
        wait_for(lambda: len(listener.asked) == 1, "the message")
        told.act("wang.fang", told.only().id, Command.ACCEPT)
    finally:
        told.orders.stop()
    assert not [t for t in threading.enumerate() if t.name in {"notifier", "work-orders"}]


def test_the_more_urgent_goes_first(quick: House, fake: Fake) -> None:
    quick.publish(
        opened(make_finding(onset=quick.now - HOUR_MS)),
        opened(make_finding("WAT-01", "a.w-main", severity=1, onset=quick.now - HOUR_MS)),
    )
    quick.step()
    assert [letter.priority for _, letter in fake.sent] == [1, 3]


def test_waits_double_and_have_an_end() -> None:
    waits = [wait_ms(n) for n in range(1, 40)]
    assert waits[:3] == [2_000, 4_000, 8_000]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_MS


def _failing(times: int) -> Answering:
    return Answering(times)


@dataclass
class Answering:
    """Fails so often, then takes all."""

    left: int

    def __call__(self, _asked: Asked) -> Answer:
        self.left -= 1
        return (503, "") if self.left >= 0 else (200, "")


def _rows(house: House) -> Sequence[Notification]:
    with house.records.session(ALL) as session:
        return session.scalars(select(Notification).order_by(Notification.id)).all()


def _only(house: House) -> Notification:
    (row,) = _rows(house)
    return row


def _channel(house: House, name: str) -> ChannelRow | None:
    with house.records.session(ALL) as session:
        return session.get(ChannelRow, name)
