"""People by page and by key: who changes what of whom, and what then holds."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core.clock import DAY_MS, HOUR_MS
from core.words import Role, Trade
from tests.api.console import Console
from tests.api.test_act import act, row

NEW = {"name": "Li Mu", "role": "technician", "trades": ["H"], "buildings": ["a"]}


def keep(console: Console, by: str, login: str, **said: Any) -> httpx.Response:
    return console.key(by).put(f"/people/{login}", json={**NEW, **said})


def test_an_admin_takes_somebody_in_and_lets_them_go(console: Console) -> None:
    made = keep(console, "ad.all", "li.mu", mail="li.mu@x.example")
    assert made.status_code == 200
    assert made.json()["trades"] == ["H"]
    assert keep(console, "ad.all", "li.mu", role="supervisor").json()["role"] == "supervisor"
    client = console.key("ad.all")
    assert client.delete("/people/li.mu").status_code == 204
    assert client.get("/people/li.mu").status_code == 404
    assert keep(console, "ad.all", "li.mu").status_code == 200, "and takes them back"


@pytest.mark.parametrize(
    ("by", "status"),
    [("vi.all", 403), ("te.all", 403), ("su.all", 403), ("en.all", 403), ("ad.c", 403),
     ("ad.a", 200)],
)  # fmt: skip
def test_only_an_admin_of_the_place_takes_people_in(console: Console, by: str, status: int) -> None:
    assert keep(console, by, "li.mu").status_code == status


@pytest.mark.parametrize(
    "said",
    [
        {"trades": []}, {"buildings": ["z"]}, {"mail": "nowhere"},
        {"role": "engineer", "firm": True},
    ],
)  # fmt: skip
def test_who_cannot_be_is_refused_in_words(console: Console, said: dict[str, Any]) -> None:
    answer = keep(console, "ad.all", "li.mu", **said)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_one_person_one_log_in(console: Console) -> None:
    assert keep(console, "ad.all", "li.mu", phone="+86 1").status_code == 200
    twin = keep(console, "ad.all", "li.mu2", phone="+86 1")
    assert twin.status_code == 409
    assert "li.mu has this mail or telephone" in twin.json()["detail"]


def test_nobody_changes_their_own_role_or_lets_themselves_go(console: Console) -> None:
    me = {"name": "Me", "trades": [], "buildings": []}
    assert keep(console, "ad.all", "ad.all", **me, role="viewer").status_code == 403
    assert console.key("ad.all").delete("/people/ad.all").status_code == 403


def test_who_leaves_is_out_at_once_and_their_order_goes_on(console: Console) -> None:
    order = row(console)
    person = order.person
    assert person is not None
    visitor, client = console.as_(person), console.key(person)
    assert console.key("ad.all").delete(f"/people/{person}").status_code == 204
    assert visitor.get("/orders").status_code == 303
    assert client.get("/orders").status_code == 401
    console.step(0.1)
    assert row(console).person not in {None, person}


def test_a_supervisor_rosters_technicians_of_their_buildings(console: Console) -> None:
    shift = {"trade": "H", "building": "a", "start": 420, "end": 1140, "weekdays": [1, 2]}
    keep(console, "ad.all", "li.mu")
    statuses = {
        by: console.key(by).post("/people/li.mu/shifts", json=shift).status_code
        for by in ("vi.all", "te.a", "en.a", "su.c", "su.a", "su.all")
    }
    # Who works in building a alone is nobody in building c.
    assert statuses == {"vi.all": 403, "te.a": 403, "en.a": 403, "su.c": 404, "su.a": 201,
                        "su.all": 201}  # fmt: skip
    seen = console.key("su.a").get("/people/li.mu").json()["shifts"]
    assert [s["weekdays"] for s in seen] == [[1, 2], [1, 2]]
    gone = f"/people/li.mu/shifts/{seen[0]['id']}"
    assert console.key("te.a").delete(gone).status_code == 403
    assert [console.key("su.a").delete(gone).status_code for _ in range(2)] == [204, 404]


@pytest.mark.parametrize(
    "shift",
    [
        {"trade": "E", "building": "a"}, {"trade": "H", "building": "c"},
        {"trade": "H", "building": ""},
    ],
)  # fmt: skip
def test_a_shift_is_of_their_own_trade_and_place(console: Console, shift: dict[str, str]) -> None:
    keep(console, "ad.all", "li.mu")
    body = {**shift, "start": 0, "end": 1440, "weekdays": [1]}
    assert console.key("su.all").post("/people/li.mu/shifts", json=body).status_code == 422


def test_leave_calls_the_substitute_and_ends_when_taken_back(console: Console) -> None:
    keep(console, "ad.all", "li.mu")
    act(console.as_("wang.fang"), row(console), "accept")
    now = console.clock.now()
    body = {"start": now - 1, "end": now + DAY_MS, "substitute": "li.mu"}
    made = console.key("su.all").post("/people/wang.fang/leaves", json=body)
    assert made.status_code == 201
    console.step(0.1)
    assert row(console).person == "li.mu"
    back = f"/people/wang.fang/leaves/{made.json()['id']}"
    assert console.key("wang.fang").delete(back).status_code == 204, "one's own leave"
    duty = console.orders.desk.office.duty
    assert "wang.fang" in duty.on_call(Trade.HVAC, "a", console.clock.now())


def test_leave_that_cannot_be(console: Console) -> None:
    now, client = console.clock.now(), console.key("su.all")
    for said in (
        {"start": now, "end": now - 1}, {"start": now, "end": now + 500 * DAY_MS},
        {"start": now, "end": now + 1, "substitute": "wang.fang"},
        {"start": now, "end": now + 1, "substitute": "nobody"},
        {"start": now, "end": now + 1, "substitute": "liu.yang"},
    ):  # fmt: skip
        assert client.post("/people/wang.fang/leaves", json=said).status_code == 422, said


def test_nobody_enters_their_own_licence(console: Console) -> None:
    now = console.clock.now()
    body = {"licence": "gas", "number": "G 1", "start": now - 1, "end": now + HOUR_MS}
    assert console.key("te.all").post("/people/te.all/licences", json=body).status_code == 403
    assert console.key("ad.all").post("/people/ad.all/licences", json=body).status_code == 403
    assert console.key("su.all").post("/people/te.all/licences", json=body).status_code == 201
    held = console.key("te.all").get("/people/te.all").json()["licences"]
    assert [(x["licence"], x["number"]) for x in held] == [("gas", "G 1")]


def test_a_contractor_is_put_on_no_roster(console: Console) -> None:
    keep(console, "ad.all", "acme", firm=True)
    body = {"trade": "H", "building": "a", "start": 0, "end": 1440, "weekdays": [1]}
    assert console.key("su.all").post("/people/acme/shifts", json=body).status_code == 422


def test_the_editor_of_one_person(console: Console) -> None:
    admin = console.as_("ad.all")
    admin.get("/people")
    form = {"login": "li.mu", "name": "Li <b>Mu", "role": "technician", "trades": "h",
            "buildings": "a", "language": "zh_Hans"}  # fmt: skip
    assert admin.post("/people", form).status_code == 303
    page = admin.get("/people/li.mu").text
    assert "Li &lt;b&gt;Mu" in page
    shift = {"do": "shift", "trade": "H", "building": "a", "start": "07:00", "end": "19:00",
             "order": "1", "day1": "yes", "day7": "yes"}  # fmt: skip
    assert admin.post("/people/li.mu", shift).status_code == 303
    leave = {"do": "leave", "start": "2026-03-12T08:00", "end": "2026-03-20T18:00",
             "substitute": "wang.fang"}  # fmt: skip
    assert admin.post("/people/li.mu", leave).status_code == 303
    licence = {"do": "licence", "licence": "gas", "start": "2026-01-01", "end": "2026-04-01"}
    assert admin.post("/people/li.mu", licence).status_code == 303
    page = admin.get("/people/li.mu").text
    for words in ("07:00–19:00", "Mon Sun", "Wang Fang is called instead", "gas licence"):
        assert words in page, words
    (held,) = console.records.staff.licences("li.mu")
    assert held.end - console.clock.now() == 21 * DAY_MS + 14 * HOUR_MS, "its last day whole"
    assert admin.post("/people", form).status_code == 409
    bad = admin.post("/people/li.mu", {**leave, "end": "2026-03-01T00:00", "note": "kept"})
    assert bad.status_code == 422
    assert 'value="kept"' in bad.text
    assert admin.post("/people/li.mu", {"do": "dismiss"}).status_code == 303
    assert admin.get("/people/li.mu").status_code == 404


def test_who_may_not_change_is_shown_no_form(console: Console) -> None:
    page = console.as_("te.all").get("/people/guo.hua").text
    assert 'value="shift"' not in page
    assert 'value="keep"' not in page
    own = console.as_("te.all").get("/people/te.all").text
    assert 'value="leave"' in own
    assert console.as_("te.all").post("/people/guo.hua", {"do": "dismiss"}).status_code == 403
    assert console.actor("guo.hua").role is Role.SUPERVISOR
