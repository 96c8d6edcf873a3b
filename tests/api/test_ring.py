"""A key pressed on a telephone acknowledges one order for one person, for an hour, and no more."""

from __future__ import annotations

import httpx
import pytest

from adapters.records import ALL
from adapters.records.tables import PersonRow
from api.identity import now_ms
from core.clock import HOUR_MS
from tests.api.console import Console
from workorders.notify.answer import address

SECRET = "of the tests"  # noqa: S105 - the console's, in these tests


def _ask(console: Console, login: str, order: str, *, secret: str = SECRET, at: int = 0) -> str:
    return address(console.address, secret, order, login, at or now_ms())


def _press(url: str) -> int:
    return httpx.post(url, timeout=20).status_code


def _row(console: Console, order: str) -> tuple[int | None, str | None]:
    found = console.orders.desk.order(console.actor("ad.all"), order)
    return found.acknowledged_at, found.row.person


def test_a_key_acknowledges_and_pressed_again_changes_nothing(console: Console) -> None:
    order = console.order_in("a")
    person = _row(console, order)[1] or ""
    url = _ask(console, person, order)
    assert httpx.get(url, timeout=20).status_code == 405, "a preview presses no key"
    assert _row(console, order)[0] is None
    assert _press(url) == 200
    at = _row(console, order)[0]
    assert at is not None
    history = len(console.orders.desk.order(console.actor("ad.all"), order).history)
    console.step(0.1)
    assert _press(url) == 200
    after = console.orders.desk.order(console.actor("ad.all"), order)
    assert after.acknowledged_at == at
    assert [s.what for s in after.history[:history]].count("acknowledge") <= 1


def test_a_colleague_who_was_rung_takes_it(console: Console) -> None:
    order = console.order_in("a")
    with console.records.session(ALL) as session:
        session.get_one(PersonRow, "te.a").trades = "H"
    assert _row(console, order)[1] != "te.a"
    assert _press(_ask(console, "te.a", order)) == 200
    assert _row(console, order)[1] == "te.a"


def test_a_supervisor_who_was_rung_acknowledges_and_the_order_stays_where_it_is(
    console: Console,
) -> None:
    order = console.order_in("a")
    person = _row(console, order)[1]
    assert _press(_ask(console, "guo.hua", order)) == 200
    acknowledged, after = _row(console, order)
    assert acknowledged is not None
    assert after == person


@pytest.mark.parametrize("login", ["te.c", "vi.all", "nobody"])
def test_who_may_not_have_the_order_cannot_press_it_away(console: Console, login: str) -> None:
    order = console.order_in("a")
    assert _press(_ask(console, login, order)) in {403, 404}
    assert _row(console, order)[0] is None


def test_nothing_but_our_own_address_of_this_hour(console: Console) -> None:
    order = console.order_in("a")
    person = _row(console, order)[1] or ""
    old = _ask(console, person, order, at=now_ms() - 2 * HOUR_MS)
    foreign = _ask(console, person, order, secret="another")  # noqa: S106 - of a test
    for_another = _ask(console, person, console.order_in("c")).split("/ring/")[1].split("/")
    moved = f"{console.address}/ring/{order}/{'/'.join(for_another[1:])}"
    for url in (old, foreign, moved):
        assert _press(url) == 404
    assert _row(console, order)[0] is None
