"""The desk takes a call: who may, what the number knows, and what comes of it."""

from __future__ import annotations

import re

from tests.api.console import Console
from tests.api.test_act import row

CALL = {"phone": "13812345678", "place": "a.meet3", "kind": "light", "words": "dark"}


def test_a_call_becomes_an_order_and_the_number_knows_the_place(console: Console) -> None:
    lin = console.as_("lin.na")
    assert lin.get("/calls").status_code == 200
    answer = lin.post("/calls", CALL)
    assert answer.status_code == 303, answer.text
    page = lin.get(answer.headers["location"]).text
    assert "A lamp or a socket is dead at Meeting rooms" in page
    found = lin.post("/x/calls/caller", {"phone": "138 1234 5678"})
    assert re.search(r'name="seen" value="a.meet3" checked', found.text)
    again = lin.post("/calls", {**CALL, "place": "", "seen": "a.meet3"})
    assert again.headers["location"] == answer.headers["location"], "known"
    assert "known, somebody is on it" in lin.get(again.headers["location"]).text


def test_the_callers_link_is_shown_once(console: Console) -> None:
    lin = console.as_("lin.na")
    entered = lin.post("/calls", CALL)
    assert "/f/" not in entered.headers["location"], "addresses are written into logs"
    page = lin.get(entered.headers["location"])
    link = re.search(rf'id="told" value="{console.address}(/f/[\w-]+)"', page.text)
    assert link is not None
    assert console.visitor().get(link[1]).status_code == 200
    assert 'id="told"' not in lin.get(entered.headers["location"]).text
    lin.post("/calls", CALL)
    assert 'id="told"' not in lin.get(f"/calls?order={row(console).id}").text, "of another order"


def test_a_place_may_be_said_by_its_name(console: Console) -> None:
    lin = console.as_("lin.na")
    name = re.search(r'<option value="([^"]+Meeting rooms)">a.meet3<', lin.get("/calls").text)
    assert name
    assert lin.post("/calls", {**CALL, "place": name.group(1)}).status_code == 303


def test_what_cannot_stand_comes_back_with_what_was_typed(console: Console) -> None:
    answer = console.as_("lin.na").post("/calls", {**CALL, "place": "nowhere"})
    assert (answer.status_code, "no such place" in answer.text) == (422, True)
    assert ">dark</textarea>" in answer.text
    assert console.as_("lin.na").post("/calls", {**CALL, "kind": ""}).status_code == 422


def test_only_the_desk_takes_calls(console: Console) -> None:
    for login in ("te.all", "vi.all", "en.all"):
        visitor = console.as_(login)
        assert visitor.post("/calls", CALL).status_code == 403
        assert visitor.post("/x/calls/caller", {"phone": "13812345678"}).status_code == 403
        assert console.key(login).post("/requests", json=_body()).status_code == 403
    assert console.as_("su.all").post("/calls", CALL).status_code == 303
    out_of_scope = console.as_("su.c").post("/calls", CALL)
    assert (out_of_scope.status_code, "no such place" in out_of_scope.text) in {
        (404, False),
        (422, True),
    }


def test_a_call_by_key(console: Console) -> None:
    client = console.key("su.all")
    made = client.post("/requests", json=_body())
    assert made.status_code == 201, made.text
    taken = made.json()
    assert console.visitor().get(f"/f/{taken['secret']}").status_code == 200
    (said,) = client.get(f"/orders/{taken['order']}/requests").json()
    assert (said["phone"], said["words"]) == ("138····5678", "dark")
    assert client.post("/requests", json={**_body(), "kind": "nonsense"}).status_code == 422
    assert client.post("/requests", json={**_body(), "stars": 5}).status_code == 422
    assert console.key("su.c").post("/requests", json=_body()).status_code == 404


def _body() -> dict[str, str]:
    return dict(CALL)
