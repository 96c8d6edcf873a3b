"""Orders as tickets on a server that holds to the contract: once each, and never obeyed."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.cmms.opening import open_cmms
from adapters.records.base import ALL
from adapters.records.cmms import TicketRow
from adapters.records.orders import Notification
from adapters.settings import Settings
from core.clock import HOUR_MS, MINUTE_MS, SteppedClock
from core.words import OrderState
from tests.adapters.cmms.contract import Side, serving
from tests.workorders.house import START, House, make_finding, opened
from workorders.cmms.connector import CLAIM_MS, GIVE_UP_MS, Connector, Round
from workorders.cmms.wording import STATES
from workorders.states import Command

ENVIRONMENT = {
    "PLANTROOM_CMMS_SECRET": "user-1", "PLANTROOM_CMMS_APP_TOKEN": "app-1",
    "PLANTROOM_CMMS_USER": "plant@example.org",
}  # fmt: skip


@dataclasses.dataclass
class Both:
    """Our orders, their tickets, and what keeps them alike."""

    house: House
    side: Side
    clock: SteppedClock
    connector: Connector

    def step(self, ms: int = 0, *, now_all: bool = False) -> Round:
        self.clock.advance(self.clock.now() + ms)
        return self.connector.step(now_all=now_all)

    def rows(self) -> list[TicketRow]:
        with self.house.records.session(ALL, reading=True) as session:
            return list(session.scalars(select(TicketRow).order_by(TicketRow.order_id)).all())

    def status(self) -> list[str]:
        return [str(ticket["status"]) for _, ticket in sorted(self.side.tickets.items())]

    def close_there(self) -> None:
        ticket = self.side.tickets[15]
        ticket["status"] = 6 if self.side.name == "glpi" else "COMPLETE"

    def found(self, target: str = "a.ahu1") -> str:
        self.house.publish(opened(make_finding("AC-04", target)))
        return next(row.id for row in self.house.queue() if row.target == target)


def _connector(house: House, side: Side, clock: SteppedClock) -> Connector:
    said: dict[str, Any] = {k.removeprefix("PLANTROOM_").lower(): v for k, v in ENVIRONMENT.items()}
    settings = Settings(_env_file=None, cmms=side.name, cmms_url=side.url, **said)  # type: ignore[call-arg, arg-type]
    system = open_cmms(settings)
    assert system is not None
    word = partial(house.orders.wording, language="en", address="https://plant.example")
    return Connector(house.records, system, word, house.orders.remark, clock=clock)


@pytest.fixture(params=["glpi", "atlas"])
def both(request: pytest.FixtureRequest, house: House) -> Iterator[Both]:
    with serving(request.param) as side:
        clock = SteppedClock(START)
        yield Both(house, side, clock, _connector(house, side, clock))
        assert side.broken == []


def test_every_state_of_an_order_is_in_the_table() -> None:
    assert set(STATES) == set(OrderState)


def test_an_order_goes_there_and_through_its_states(both: Both) -> None:
    id_ = both.found()
    assert both.step().made == 1
    (ticket,) = both.side.tickets.values()
    words = " ".join(str(value) for value in ticket.values())
    assert f"[wushan/{id_}]" in words
    assert f"https://plant.example/orders/{id_}" in words
    assert both.step() == Round(), "nothing new is nothing asked"
    person = both.house.get(id_).row.person
    assert person is not None
    told = []
    for do in (Command.ACCEPT, Command.ARRIVE):
        both.house.act(person, id_, do)
        both.step()
        told += both.status()
    both.house.act(person, id_, Command.DONE, cause="valve", note="valve seat cleaned", minutes=45)
    both.step()
    told += both.status()
    both.house.act("guo.hua", id_, Command.CANCEL, reason="false_alarm", note="by mistake")
    both.step()
    expected = {
        "glpi": ["2", "2", "4", "6"],
        "atlas": ["OPEN", "IN_PROGRESS", "ON_HOLD", "COMPLETE"],
    }
    assert told + both.status() == expected[both.side.name]
    assert len(both.side.tickets) == 1
    asked = len(both.side.asked)
    both.step(HOUR_MS)
    assert len(both.side.asked) == asked, "what is over on both sides is not read any more"


def test_what_had_no_answer_is_found_and_not_made_twice(both: Both) -> None:
    both.found()
    both.side.faults.on = "open"
    both.side.faults.next.append("mute")
    first = both.step()
    assert (first.made, first.failed, first.waiting) == (0, 1, 1)
    assert len(both.side.tickets) == 1, "it was made, and nobody heard"
    assert both.step().error, "left alone for a while"
    again = both.step(2 * MINUTE_MS)
    assert (again.found, again.made, again.waiting) == (1, 0, 0)
    assert len(both.side.tickets) == 1


def test_while_it_is_down_nothing_is_lost_and_it_is_not_beaten(both: Both) -> None:
    for number in range(1, 4):
        both.found(f"a.ahu{number}")
    both.side.faults.next.extend([500] * 3)
    asked = len(both.side.asked)
    for _ in range(30):
        both.step(1_000)
    assert len(both.side.asked) == asked, "three answers of 500 within half a minute"
    for _ in range(20):
        both.step(MINUTE_MS)
    assert len(both.side.tickets) == 3
    assert [row.state for row in both.rows()] == ["sent"] * 3


def test_too_many_at_once_is_waited_for_as_it_says(both: Both) -> None:
    both.found()
    both.side.faults.next.append(429)
    assert "429" in both.step().error
    assert both.step(6_000).error
    both.step(MINUTE_MS)
    assert len(both.side.tickets) == 1


def test_closed_there_is_a_note_and_a_question_and_never_closes_ours(both: Both) -> None:
    id_ = both.found()
    both.step()
    both.close_there()
    assert both.step(6 * MINUTE_MS).news == 1
    for _ in range(5):
        assert both.step(6 * MINUTE_MS).news == 0, "said once"
    detail = both.house.get(id_)
    assert detail.row.state is OrderState.ASSIGNED
    assert [s.what for s in detail.history].count("ticket_closed") == 1
    with both.house.records.session(ALL, reading=True) as session:
        told = session.scalars(
            select(Notification.person).where(Notification.kind == "ticket_closed")
        ).all()
    assert detail.row.person in told
    # Ours goes on: the ticket is set back, and both sides say so.
    both.house.act(str(detail.row.person), id_, Command.ACCEPT)
    both.step()
    assert both.status() == [{"glpi": "2", "atlas": "OPEN"}[both.side.name]]
    assert len(both.side.remarks) == 1
    assert "ticket_set_back" in [s.what for s in both.house.get(id_).history]


def test_deleted_there_is_said_and_not_made_again(both: Both) -> None:
    id_ = both.found()
    both.step()
    both.side.tickets.clear()
    both.step(6 * MINUTE_MS)
    assert [row.state for row in both.rows()] == ["gone"]
    assert "ticket_gone" in [s.what for s in both.house.get(id_).history]
    both.house.act(str(both.house.get(id_).row.person), id_, Command.ACCEPT)
    both.step(MINUTE_MS)
    assert both.side.tickets == {}


def test_two_processes_at_once_make_one_ticket(both: Both) -> None:
    both.found()
    other = _connector(both.house, both.side, both.clock)
    real, seen = both.connector._claimed, []  # noqa: SLF001 the moment between

    def claimed(row: TicketRow) -> bool:
        mine = real(row)
        seen.append(other.step(now_all=True))
        return mine

    both.connector._claimed = claimed  # type: ignore[method-assign] # noqa: SLF001
    both.step()
    assert [one.made for one in seen] == [0]
    assert len(both.side.tickets) == 1


def test_what_it_will_not_have_is_given_up_and_sent_when_a_person_asks(both: Both) -> None:
    both.found()
    both.side.faults.on = "open"
    for _ in range(2):
        both.side.faults.next.append(422)
        both.step(GIVE_UP_MS)
    (row,) = both.rows()
    assert (row.state, row.attempts, row.ticket) == ("failed", 2, None)
    assert "422" in str(row.error)
    both.step(GIVE_UP_MS)
    assert both.side.tickets == {}
    assert both.step(now_all=True).made == 1


def test_killed_between_their_ticket_and_our_note_there_is_one(
    tmp_path: Path, house: House
) -> None:
    """A process of its own dies the moment that their answer has come."""
    with serving("glpi") as side:
        house.publish(opened(make_finding()))
        child = (
            "import os, sys\n"
            "from adapters.cmms.glpi import Glpi\n"
            "real = Glpi.open\n"
            "def die(self, wording):\n"
            "    real(self, wording)\n"
            "    os._exit(9)\n"
            "Glpi.open = die\n"
            "from plantroom.main import app\n"
            "sys.argv = ['plantroom', 'cmms', 'sync']\n"
            "app()\n"
        )
        environment = {
            **os.environ, **ENVIRONMENT, "PLANTROOM_CMMS": "glpi", "PLANTROOM_CMMS_URL": side.url,
            "PLANTROOM_RECORDS": str(house.records.engine.url), "PLANTROOM_VAR": str(tmp_path),
            "PLANTROOM_SITE": str(house.sites / "wushan"), "NO_COLOR": "1",
        }  # fmt: skip
        died = subprocess.run(
            [sys.executable, "-c", child], env=environment, check=False, timeout=60,
            capture_output=True, text=True,
        )  # fmt: skip
        assert died.returncode == 9, died.stderr
        assert len(side.tickets) == 1
        with house.records.session(ALL) as session:
            (row,) = session.scalars(select(TicketRow)).all()
            assert row.ticket is None
            now = row.claimed_until
        clock = SteppedClock(now + CLAIM_MS)
        done = _connector(house, side, clock).step()
        assert (done.found, done.made) == (1, 0)
        assert len(side.tickets) == 1
