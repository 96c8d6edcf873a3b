"""Messages: at least once, retried, in the reader's language, every failure written down."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.orders import Notification
from core.clock import HOUR_MS
from core.errors import Retryable
from tests.servers import wait_for
from tests.workorders.house import House, make_finding, make_house, opened
from workorders.channels import AppriseChannel, keyed, mail_urls
from workorders.notify import LONGEST_WAIT_MS, Channel, Letter, Notifier, wait_ms
from workorders.people import Person
from workorders.states import Command


@dataclass
class Hook:
    """A web hook that fails as often as it is told to."""

    failures: int = 0
    calls: int = 0
    taken: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def hook() -> Iterator[Hook]:
    state = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.calls += 1
            failed = state.calls <= state.failures
            if not failed:
                state.taken.append((self.headers["Idempotency-Key"], json.loads(body)))
            self.send_response(503 if failed else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"json://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def told(tmp_path: Path, sites_dir: Path, hook: Hook) -> Iterator[House]:
    """A house whose people all listen at the hook."""
    with make_house(tmp_path, sites_dir, channels=[AppriseChannel(lambda _: [hook.url])]) as made:
        yield made


def test_a_message_is_retried_until_the_hook_takes_it(told: House, hook: Hook) -> None:
    hook.failures = 2
    told.publish(opened(make_finding()))
    told.step()
    row = _only(told)
    assert (row.state, row.attempts, row.next_at) == ("waiting", 1, told.now + wait_ms(1))
    assert row.error is not None
    assert "none of 1 addresses" in row.error
    told.step(1 / 3600)
    assert hook.calls == 1, "not before its time"
    told.step(1)
    told.step(1)
    row = _only(told)
    assert (row.state, row.attempts, row.channel) == ("sent", 3, "apprise")
    ((key, said),) = hook.taken
    assert key == row.key
    assert said["title"] == "WO-2026-0001 P3 已派给您：AHU-1 lobby and south", (
        "her language is Chinese"
    )
    told.step(24)
    assert [taken for taken, _ in hook.taken].count(key) == 1, "sent once it was taken"


def test_a_message_is_owed_from_the_commit_on_and_survives_the_process(
    told: House, hook: Hook, tmp_path: Path
) -> None:
    told.publish(opened(make_finding()))
    assert hook.calls == 0, "nothing is sent inside the step of the order"
    people = told.orders.desk.office.duty
    after = Notifier(told.records, people, [AppriseChannel(lambda _: [hook.url])], clock=told.clock)
    assert after.step() == 1
    assert [key for key, _ in hook.taken] == [_only(told).key]
    assert tmp_path.exists()


def test_killed_between_sending_and_noting_sends_again_under_the_same_key(
    told: House, hook: Hook
) -> None:
    told.publish(opened(make_finding()))
    told.step()
    with told.records.session(ALL) as session:
        session.scalars(select(Notification)).one().state = "waiting"
    told.step()
    keys = [key for key, _ in hook.taken]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_given_up_after_three_days_and_said_so_to_the_supervisor(told: House, hook: Hook) -> None:
    hook.failures = 10_000
    told.publish(opened(make_finding()))
    id_ = told.only().id
    for _ in range(4):
        told.step(25)
    history = told.get(id_).history
    unreached = [s.data["person"] for s in history if s.what == "undelivered"]
    assert sorted(unreached) == sorted(set(unreached)), "said once of each"
    assert "wang.fang" in unreached
    with told.records.session(ALL) as session:
        rows = session.scalars(select(Notification)).all()
    assert any(r.person == "guo.hua" and r.kind.startswith("undelivered") for r in rows)


def test_the_next_channel_is_tried_and_what_failed_is_written_beside(
    tmp_path: Path, sites_dir: Path, hook: Hook
) -> None:
    class Dead:
        name = "pager"

        def send(self, person: Person, letter: Letter) -> None:
            raise Retryable(f"no line to {person.login} for {letter.order}")

    channels: list[Channel] = [Dead(), AppriseChannel(lambda _: [hook.url])]
    with make_house(tmp_path, sites_dir, channels=channels) as house:
        house.publish(opened(make_finding()))
        house.step()
        row = _only(house)
    assert (row.state, row.channel) == ("sent", "apprise")
    assert row.error == "pager: no line to wang.fang for WO-2026-0001"


def test_one_dead_address_does_not_stop_the_others(told: House, hook: Hook) -> None:
    person = told.orders.desk.office.duty.person("wang.fang")
    assert person is not None
    dead = "json://127.0.0.1:9/"
    AppriseChannel(lambda _: [dead, hook.url]).send(person, _letter())
    assert len(hook.taken) == 1
    for bad in ([dead], [], ["nonsense"], ["wecombot://key"]):
        with pytest.raises(Retryable):
            AppriseChannel(_always(bad)).send(person, _letter())


def test_the_thread_sends_by_itself(told: House, hook: Hook) -> None:
    told.publish(opened(make_finding()))
    told.orders.start(every_s=0.05)
    try:
        wait_for(lambda: len(hook.taken) == 1, "the message")
        told.act("wang.fang", told.only().id, Command.ACCEPT)
    finally:
        told.orders.stop()
    assert not [t for t in threading.enumerate() if t.name in {"notifier", "work-orders"}]


def test_the_more_urgent_goes_first(told: House, hook: Hook) -> None:
    told.publish(
        opened(make_finding(onset=told.now - HOUR_MS)),
        opened(make_finding("WAT-01", "a.w-main", severity=1, onset=told.now - HOUR_MS)),
    )
    told.step()
    assert [said["title"].split()[1] for _, said in hook.taken] == ["P1", "P3"]


def test_waits_double_and_have_an_end() -> None:
    waits = [wait_ms(n) for n in range(1, 40)]
    assert waits[:3] == [2_000, 4_000, 8_000]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_MS


def test_keys_go_to_web_hooks_only() -> None:
    assert keyed("json://h/?a=b", "k") == "json://h/?a=b&+Idempotency-Key=k"
    assert keyed("mailto://h", "k") == "mailto://h"


def test_mail_goes_to_the_persons_own_address(told: House) -> None:
    person = told.orders.desk.office.duty.person("wang.fang")
    assert person is not None
    urls = mail_urls("mailto://mail.example:25?from=plantroom@example.org")
    assert list(urls(person)) == [
        "mailto://mail.example:25?from=plantroom@example.org&to=wang.fang@wushan.example"
    ]


def _letter() -> Letter:
    return Letter(key="k", order="WO-2026-0001", priority=1, title="T", body="B")


def _always(urls: Sequence[str]) -> AlwaysUrls:
    return AlwaysUrls(urls)


@dataclass(frozen=True)
class AlwaysUrls:
    """The same addresses for everybody."""

    urls: Sequence[str]

    def __call__(self, _person: Person) -> Sequence[str]:
        return self.urls


def _only(house: House) -> Notification:
    with house.records.session(ALL) as session:
        return session.scalars(select(Notification)).one()
