"""Non-routine events by form and by key: who enters, who confirms, what the page shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.api.console import Console

EVENT = {
    "place": "a.ahu1", "carrier": "electricity", "first": "2026-03-05", "last": "2026-12-31",
    "per_day": 4.0, "u": 1.0, "words": "<b>a second shift</b>", "document": "notice 12/2026",
}  # fmt: skip
TYPED = {**{k: str(v) for k, v in EVENT.items()}, "do": "enter"}


def test_entered_and_confirmed_on_the_page_by_two(console: Console) -> None:
    engineer, admin = console.as_("en.all"), console.as_("ad.all")
    for login, code in (("vi.all", 403), ("su.all", 403), ("te.all", 403), ("en.c", 422)):
        assert console.as_(login).post("/savings/events", TYPED).status_code == code, login
    wrong = engineer.post("/savings/events", {**TYPED, "document": ""})
    assert (wrong.status_code, "Name the document" in wrong.text) == (422, True)
    assert 'value="2026-03-05"' in wrong.text, "what was typed stays"
    assert engineer.post("/savings/events", TYPED).status_code == 303
    page = engineer.get("/savings").text
    assert "&lt;b&gt;a second shift" in page
    assert "waits for another person" in page
    assert "confirm</button>" not in page, "not by who entered it"
    assert "with non-routine events" not in page
    yes = {"do": "confirm", "reason": "seen"}
    assert engineer.post("/savings/events/1", yes).status_code == 403
    assert console.as_("su.c").post("/savings/events/1", yes).status_code == 404
    assert console.as_("te.all").post("/savings/events/1", yes).status_code == 403
    assert "confirm</button>" in admin.get("/savings").text
    assert admin.post("/savings/events/1", {**yes, "reason": " "}).status_code == 422
    assert admin.post("/savings/events/1", yes).status_code == 303
    assert admin.post("/savings/events/1", yes).status_code == 409
    page, order = console.as_("vi.all").get("/savings").text, console.order_in("a")
    assert "with non-routine events" in page
    assert "with non-routine events" in console.as_("vi.all").get(f"/savings/{order}").text
    assert "a second shift" not in console.as_("vi.c").get("/savings").text
    assert "Enter an event" not in page
    undone = {"do": "undo", "reason": "there is none"}
    assert console.as_("su.a").post("/savings/events/1", undone).status_code == 303
    assert "with non-routine events" not in console.as_("vi.all").get("/savings").text
    assert console.as_("ad.all").post("/savings/events/1", {"do": "x"}).status_code == 422


def test_by_key(console: Console) -> None:
    client, other = console.key("en.all"), console.key("ad.all")
    assert console.key("te.all").post("/savings/events", json=EVENT).status_code == 403
    assert console.key("en.c").post("/savings/events", json=EVENT).status_code == 404
    assert client.post("/savings/events", json={**EVENT, "u": 0}).status_code == 422
    id_ = client.post("/savings/events", json=EVENT).json()["id"]
    why = {"reason": "seen"}
    assert client.post(f"/savings/events/{id_}/confirm", json=why).status_code == 403
    assert other.post(f"/savings/events/{id_}/confirm", json=why).status_code == 204
    (event,) = client.get("/savings/events").json()
    assert (event["standing"], event["source"], event["decided"]["by"]) == (
        "counts", "stated", "ad.all")  # fmt: skip
    assert event["orders"] == [console.order_in("a")]
    assert console.key("vi.c").get("/savings/events").json() == []
    found = {t["carrier"]: t for t in client.get("/savings").json()["totals"]}
    total = found["electricity"]
    assert total["adjusted"]["saving"] == pytest.approx(total["saving"] + 6 * 4.0)
    assert total["adjusted"]["u"] > total["u"]
    assert found["gas"]["adjusted"] is None
    assert other.post(f"/savings/events/{id_}/undo", json=why).status_code == 204
    assert other.post(f"/savings/events/{id_}/undo", json=why).status_code == 409
    second = client.post("/savings/events", json=EVENT).json()["id"]
    assert client.post(f"/savings/events/{second}/refuse", json=why).status_code == 204


def test_no_size_comes_off_a_meter_with_an_order(console: Console) -> None:
    client = console.key("en.all")
    asked = {"meter": "c.w-main", "first": "2026-03-01", "last": "2026-03-10"}
    answer = client.get("/savings/events/size", params=asked)
    assert (answer.status_code, "is in these days" in answer.text) == (409, True)
    few = client.get("/savings/events/size", params={**asked, "meter": "b.m-main"})
    assert (few.status_code, "It takes 28 days" in few.text) == (422, True)
    assert console.key("en.c").get("/savings/events/size", params={
        **asked, "meter": "b.m-main"}).status_code == 404  # fmt: skip
    like = {"meter": "c.w-main", "first": "2026-03-01", "last": "2026-03-10"}
    body = {**EVENT, "like": like}
    assert client.post("/savings/events", json=body).status_code == 409
    form = {**TYPED, "do": "estimate", "like": "c.w-main"}
    page = console.as_("en.all").post("/savings/events", form)
    assert (page.status_code, "is in these days" in page.text) == (409, True)
    assert (
        console.as_("en.all").post("/savings/events", {**TYPED, "do": "estimate"}).status_code
        == 422
    )


def test_a_desk_fix_is_switched_by_who_accepts_it(console: Console) -> None:
    order = console.order_in("a")
    path = f"/savings/{order}/switchback"
    assert console.key("en.all").get(path).json()["state"] == "none", "a valve is no desk fix"
    cards = console.app.state.services.cards
    before = cards["AC-04"]
    cards["AC-04"] = replace(before, desk=True)
    try:
        page = console.as_("en.all").get(f"/savings/{order}").text
        assert "Accept this schedule" in page
        assert "Accept this schedule" not in console.as_("te.all").get(f"/savings/{order}").text
        offered = console.key("vi.all").get(path).json()
        assert (offered["state"], len(offered["spells"])) == ("offered", 12)
        assert [len(s["counted"]) for s in offered["spells"]] == [1] * 12, "the first day settles"
        form = {"do": "accept", "reason": "agreed", "first": "2026-03-12", "pairs": "6"}
        engineer = console.as_("en.all")
        for login, code in (("te.all", 403), ("su.c", 404)):
            assert console.as_(login).post(path, form).status_code == code, login
        assert engineer.post(path, {**form, "pairs": "5"}).status_code == 422
        assert engineer.post(path, {**form, "pairs": "x"}).status_code == 422
        assert engineer.post(path, {**form, "do": "draw", "pairs": "4"}).status_code == 200
        client = console.key("en.all")
        body = {"first": "2026-03-12", "pairs": 6, "reason": "agreed"}
        assert client.post(path, json=body).status_code == 204
        assert engineer.post(path, form).status_code == 409
        assert client.post(f"{path}/decline", json={"reason": "x"}).status_code == 409
        assert client.get(path).json()["state"] == "accepted"
        assert "switchback of" in console.as_("en.all").get("/mutes").text
        assert client.post(f"{path}/stop", json={"reason": "too cold"}).status_code == 204
        assert client.post(f"{path}/stop", json={"reason": "too cold"}).status_code == 409
        assert client.get(path).json()["state"] == "stopped"
        assert "too cold" in console.as_("vi.all").get(f"/savings/{order}").text
    finally:
        cards["AC-04"] = before
