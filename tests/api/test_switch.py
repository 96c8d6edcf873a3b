"""Switching the person on a shared machine by a PIN: where, for whom, and until when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from adapters.records import ALL
from adapters.records.passwords import verified
from adapters.records.pins import DeskRow, PinRow
from adapters.records.tables import LoginRow
from adapters.sites.people import Shift
from api import desk
from api.desk import LONGEST_MS, shift_end
from api.identity import now_ms
from api.pages.switch import COOKIE, PLAIN_COOKIE
from api.throttle import FREE_TRIES, OFFICE
from core.words import Trade
from tests.api.console import PASSWORD, Console, Visitor

ZONE = "Asia/Shanghai"
PIN = "2718"
ALL_DAYS = frozenset(range(1, 8))


def at(hour: int, minute: int = 0) -> int:
    """A time of the site on a Wednesday. [ms]"""
    return round(datetime(2026, 3, 11, hour - 8, minute, tzinfo=UTC).timestamp() * 1000)


def shift(start: int, end: int) -> Shift:
    return Shift(login="x", trade=Trade.HVAC, building="", start=start * 60, end=end * 60,
                 weekdays=ALL_DAYS, order=1)  # fmt: skip


def shared(console: Console, *logins: str) -> Visitor:
    """A machine on which these have logged in in full, one after the other, and have PINs."""
    machine = console.visitor()
    for login in logins:
        assert machine.log_in(login).status_code == 303
        form = {"pin": PIN, "password": PASSWORD}
        assert machine.post("/pin", form).status_code == 303
    return machine


def switched(machine: Visitor, login: str, pin: str = PIN) -> int:
    return machine.post("/switch", {"login": login, "pin": pin}).status_code


def who(machine: Visitor) -> str:
    return str(machine.get("/x/crew").headers.get("x-person", ""))


def test_the_person_is_switched_and_the_one_before_is_out(console: Console) -> None:
    machine = shared(console, "te.a", "su.a")
    before, old = who(machine), dict(machine.cookies)
    assert "te.a" in machine.get("/switch").text
    assert switched(machine, "te.a") == 303
    assert who(machine) not in {before, ""}
    machine.cookies = old
    assert machine.get("/x/alive").status_code == 303, "not two at once on one machine"


def test_only_where_they_logged_in_in_full(console: Console) -> None:
    shared(console, "te.a")
    other = console.visitor()
    assert switched(other, "te.a") == 401
    other.log_in("su.a")
    assert switched(other, "te.a") == 401
    assert "te.a" not in other.get("/switch").text
    other.log_in("te.a")
    assert switched(other, "te.a") == 303, "the full log-in counts here from now on"


def test_five_wrong_ones_and_the_password_is_asked_for(console: Console) -> None:
    machine = shared(console, "te.a")
    assert [switched(machine, "te.a", "3141") for _ in range(4)] == [401] * 4
    assert switched(machine, "te.a") == 303, "a right one begins anew"
    assert [switched(machine, "te.a", "3141") for _ in range(5)] == [401] * 5
    assert switched(machine, "te.a") == 401
    machine.log_in("te.a")
    assert switched(machine, "te.a") == 303


def test_a_pin_is_looked_at_only_on_a_machine_that_is_known(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, looked = shared(console, "te.a"), list[str]()

    def look(pin: str, kept: str | None) -> bool:
        looked.append(pin)
        return verified(pin, kept)

    monkeypatch.setattr(desk, "verified", look)
    stranger = console.visitor()
    assert switched(stranger, "te.a") == 401
    stranger.cookies = {**machine.cookies, PLAIN_COOKIE: "x" * 43, COOKIE: "x" * 43}
    assert switched(stranger, "te.a") == 401
    assert switched(machine, "su.a") == 401
    assert looked == [], "Argon2 is the dearest thing that a stranger could ask for"
    assert switched(machine, "te.a") == 303
    assert looked == [PIN]


def test_tries_count_by_the_address(console: Console) -> None:
    machine, stranger = shared(console, "te.a"), console.visitor()
    half = OFFICE * FREE_TRIES // 2
    assert [switched(stranger, "te.a") for _ in range(half)] == [401] * half
    assert switched(machine, "te.a") == 303, "a good one is taken off again"
    assert [switched(stranger, "te.a") for _ in range(half)] == [401] * half
    assert switched(stranger, "te.a") == 429
    assert "Too many tries" in stranger.post("/switch", {"login": "te.a", "pin": PIN}).text


def test_it_ends_with_the_shift(console: Console) -> None:
    machine = shared(console, "te.a")
    assert switched(machine, "te.a") == 303
    with console.records.session(ALL) as session:
        row = session.scalars(select(DeskRow)).one()
        assert now_ms() < row.until <= now_ms() + LONGEST_MS
        ends = session.scalars(select(LoginRow.until).where(LoginRow.until.is_not(None))).all()
        assert set(ends) == {row.until}
        for table in (DeskRow, LoginRow):
            session.execute(update(table).values(until=now_ms() - 1))
    assert machine.get("/x/alive").status_code == 303
    assert switched(machine, "te.a") == 401


@pytest.mark.parametrize(
    ("shifts", "now", "end"),
    [
        ([(8, 16)], at(10), at(16)),
        ([(20, 8)], at(21), at(21) + 11 * 3_600_000),
        ([(20, 8)], at(8) - 60_000, at(8)),
        ([(8, 16), (8, 12)], at(10), at(12)),
        ([(8, 16)], at(17), at(17) + LONGEST_MS),
        ([], at(10), at(10) + LONGEST_MS),
    ],
)  # fmt: skip
def test_the_end_of_a_shift(shifts: list[tuple[int, int]], now: int, end: int) -> None:
    assert shift_end([shift(*one) for one in shifts], now, ZONE) == end


def test_who_administers_has_none(console: Console) -> None:
    machine = console.as_("ad.all")
    answer = machine.post("/pin", {"pin": PIN, "password": PASSWORD})
    assert answer.status_code == 403
    assert desk.FULL in answer.text


def test_a_pin_is_set_by_the_password_and_kept_as_a_hash(console: Console) -> None:
    machine = console.visitor()
    machine.log_in("te.a")
    assert machine.post("/pin", {"pin": PIN, "password": "wrong, but long"}).status_code == 401
    for pin in ("123", "123456789", "1111", "12a4"):
        assert machine.post("/pin", {"pin": pin, "password": PASSWORD}).status_code == 422, pin
    assert machine.post("/pin", {"pin": PIN, "password": PASSWORD, "csrf": "x"}).status_code == 403
    assert machine.post("/pin", {"pin": PIN, "password": PASSWORD}).status_code == 303
    with console.records.session(ALL, reading=True) as session:
        assert session.scalars(select(PinRow.hash)).one().startswith("$argon2id$")
    assert machine.post("/pin", {"pin": "", "password": PASSWORD}).status_code == 303
    assert switched(machine, "te.a") == 401


def test_another_password_ends_what_a_pin_stood_for(console: Console) -> None:
    machine = shared(console, "te.a")
    person = console.records.people.get("te.a")
    assert person is not None
    assert person.password is not None
    console.records.people.set_password("te.a", person.password)
    assert switched(machine, "te.a") == 401
