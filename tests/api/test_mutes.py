"""Muting by form and by key: who may, what is refused, what the page lists."""

from __future__ import annotations

from core.clock import DAY_MS, HOUR_MS
from tests.api.console import Console, find

WISH = {
    "kind": "maintenance",
    "scope": "a.air",
    "reason": "filters <b>",
    "until": "2026-03-12T18:00",
}


def test_what_is_muted_stands_on_the_page_with_what_it_kept_back(console: Console) -> None:
    assert console.as_("su.all").post("/mutes", WISH).status_code == 303
    find(console, "FC-12", "a.ahu2")
    page = console.as_("vi.all").get("/mutes").text
    assert "filters &lt;b&gt;" in page
    assert "Air handling" in page
    assert "FC-12" in page
    assert "/end" not in page, "who may not mute has no button"
    assert "Air handling" not in console.as_("vi.c").get("/mutes").text
    assert 'action="/mutes/1/end"' in console.as_("en.all").get("/mutes").text
    assert console.as_("en.all").post("/mutes/1/end", {}).status_code == 303
    console.step(0.1)
    rules = [row.rule for row in console.orders.desk.queue(console.actor("ad.all"))]
    assert "FC-12" in rules
    assert "an order since" in console.as_("vi.all").get("/mutes").text


def test_who_may_not_mutes_nothing(console: Console) -> None:
    for login in ("te.all", "vi.all"):
        assert console.as_(login).post("/mutes", WISH).status_code == 403
        assert console.key(login).post("/mutes", json=_body(console)).status_code == 403
    assert console.as_("su.c").post("/mutes", WISH).status_code == 422
    assert console.as_("su.all").post("/mutes", WISH).status_code == 303
    assert console.as_("su.c").post("/mutes/1/end", {}).status_code == 404
    assert console.as_("te.all").post("/mutes/1/end", {}).status_code == 403
    assert console.key("su.c").post("/mutes/1/end").status_code == 404


def test_what_cannot_stand_comes_back_with_what_was_typed(console: Console) -> None:
    answer = console.as_("su.all").post("/mutes", {**WISH, "until": "2027-03-12T18:00"})
    assert (answer.status_code, "14 days at most" in answer.text) == (422, True)
    assert "filters &lt;b&gt;</textarea>" in answer.text
    assert console.as_("su.all").post("/mutes", {**WISH, "until": "soon"}).status_code == 422


def test_by_key(console: Console) -> None:
    client = console.key("en.all")
    made = client.post("/mutes", json=_body(console))
    assert made.status_code == 201, made.text
    (row,) = client.get("/mutes").json()
    assert (row["scope"], row["owner"], row["count"]) == ("a.ahu1", "en.all", 0)
    assert console.key("vi.c").get("/mutes").json() == []
    assert client.post(f"/mutes/{made.json()['id']}/end").status_code == 204
    assert client.post(f"/mutes/{made.json()['id']}/end").status_code == 409
    far = {**_body(console), "until": console.clock.now() + 400 * DAY_MS}
    assert client.post("/mutes", json=far).status_code == 422


def _body(console: Console) -> dict[str, object]:
    until = console.clock.now() + 5 * HOUR_MS
    return {"kind": "shelved", "scope": "a.ahu1", "reason": "waits for a part", "until": until}
