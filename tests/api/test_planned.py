"""Planned work by page, by key and by calendar: what is shown, who may, what is refused."""

from __future__ import annotations

import re

import pytest

from adapters.locales import translator
from api.orders import named
from core.clock import HOUR_MS
from core.words import Text
from tests.adapters.test_ical import events
from tests.adapters.test_photos import jpeg
from tests.api.console import Console
from tests.api.test_work import upload
from workorders.crew import checks
from workorders.planned import planner


@pytest.fixture
def planned(console: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
    """A day later the lifts' fortnight is near: an order in each building."""
    monkeypatch.setattr(checks, "SHARE", 0.0)
    assert console.orders.planned.run() == 0
    console.clock.advance(console.clock.now() + 24 * HOUR_MS)
    assert console.orders.planned.run() == 4
    return console


def lift(console: Console, building: str = "a") -> tuple[str, str]:
    """Order of a building's lift, and who has it."""
    queue = console.orders.desk.queue(console.actor("ad.all"))
    row = next(r for r in queue if r.asset == f"{building}.m-lifts")
    assert row.person is not None
    return row.id, row.person


def begun(console: Console) -> tuple[str, str]:
    order, person = lift(console)
    for do in ("accept", "arrive"):
        row = next(r for r in console.orders.desk.queue(console.actor(person)) if r.id == order)
        act = {"do": do, "version": row.version}
        assert console.key(person).post(f"/orders/{order}/act", json=act).is_success
    return order, person


def test_the_page_shows_the_year_in_scope(planned: Console) -> None:
    page = planned.as_("vi.all").get("/planned").text
    assert "Fortnightly lift service" in page
    assert "Inspect before heating" in page
    assert "has an order" in page
    assert lift(planned)[0] in page
    other = planned.as_("vi.c").get("/planned").text
    assert lift(planned)[0] not in other
    assert lift(planned, "c")[0] in other
    only = planned.as_("vi.all").get("/planned?building=a&trade=T").text
    assert "Inspect before heating" in only
    assert "Fortnightly lift service" not in only
    assert planned.as_("vi.all").get("/planned?trade=Z").status_code == 422


def test_a_plan_shows_its_hours_its_steps_and_its_past(planned: Console) -> None:
    page = planned.as_("vi.all").get("/planned/ahu-filters").text
    assert "every 1500 h of running" in page
    assert "h were not read" in page
    assert "≥ 20 ≤ 150 Pa" in page
    assert lift(planned)[0] in planned.as_("vi.all").get("/planned/lift").text
    assert planned.as_("vi.all").get("/planned/none").status_code == 404
    # The UPS is in building b.
    assert planned.as_("vi.c").get("/planned/ups-battery").status_code == 404


def test_what_a_plan_counts_or_watches_is_called_by_name(planned: Console) -> None:
    look = planned.as_("vi.all")
    hours = look.get("/planned/ahu-filters").text
    assert "fan runs" in hours
    assert "fan_status" not in hours
    watched = look.get("/planned/pump-strainer").text
    assert "pump speed &gt; 97 for 6 h" in watched
    look.cookies["lang"] = "zh_Hans"
    assert "风机运行" in look.get("/planned/ahu-filters").text
    assert "pump_speed" not in look.get("/planned/pump-strainer").text
    site = planned.site
    said = Text(planner.BY_CONDITION, {"point": "a.hw-pump.pump_speed", "hours": 6})
    name = site.equipment["a.hw-pump"].names["zh"]
    text = named(said, "a.hw-pump", site, translator("zh_Hans"))
    assert text.params["point"] == f"{name}, 水泵转速"


def test_the_checklist_by_page(planned: Console) -> None:
    order, person = begun(planned)
    crew = planned.as_(person)
    page = crew.get(f"/orders/{order}").text
    assert "0 of 3 answered" in page
    path = f"/orders/{order}/step"
    assert crew.post(path, {"step": "brake"}).status_code == 303
    beyond = crew.post(path, {"step": "level", "number": "15"})
    assert beyond.status_code == 422
    assert "That is beyond its limits (≥ -10 ≤ 10 mm); say what you saw." in beyond.text
    assert crew.post(path, {"step": "level", "number": "x"}).status_code == 422
    noted = crew.post(path, {"step": "level", "number": "15,5", "note": "rope <b>"})
    assert noted.status_code == 303
    done = {"do": "done", "cause": "as_described", "note": "x", "minutes": "20", "key": "k1"}
    version = re.search(r'name="version" value="(\d+)"', crew.get(f"/orders/{order}").text)
    assert version is not None
    early = crew.post(f"/orders/{order}/act", {**done, "version": version[1]})
    assert early.status_code == 409
    assert "open steps: 2" in early.text
    page = crew.get(f"/orders/{order}").text
    assert "rope &lt;b&gt;" in page
    assert crew.post(path, {"do": "follow", "step": "level"}).status_code == 303
    found = re.search(r"/orders/(WO-\d+-\d+)\">WO", crew.get(f"/orders/{order}").text)
    assert found is not None
    assert "15.5 mm" in crew.get(f"/orders/{found[1]}").text
    assert crew.post(path, {"step": "phone"}).status_code == 303
    assert crew.post(
        f"/orders/{order}/act", {**done, "version": version[1], "key": "k2"}
    ).status_code == 303  # fmt: skip


def test_an_answer_that_waited_on_a_phone_is_given_once(planned: Console) -> None:
    order, person = begun(planned)
    phone, path = planned.as_(person), f"/x/crew/{order}/step"
    phone.get(f"/orders/{order}")
    planned.clock.advance(planned.clock.now() + 2 * HOUR_MS)
    said = {"step": "level", "number": "4", "key": "k1", "pressed": "1000"}
    assert phone.post(path, {**said, "sent": "3601000"}).json() == {"within": True}
    assert phone.post(path, {**said, "sent": "7201000"}).json() == {"within": True}
    other = phone.post(path, {**said, "number": "5", "sent": "7201000"})
    assert (other.status_code, other.json()["code"]) == (422, "invalid")
    beyond = phone.post(path, {"step": "level", "number": "40", "key": "k2"})
    assert beyond.json()["detail"].startswith("That is beyond its limits")
    assert phone.post(path, {"step": "brake", "key": "k3", "pressed": "x"}).status_code == 422
    detail = planned.orders.desk.order(planned.actor("ad.all"), order)
    steps = [s for s in detail.history if s.what == "step"]
    assert [s.data["pressed"] for s in steps] == [planned.clock.now() - HOUR_MS]
    stranger = planned.as_("te.c")
    stranger.get("/orders")
    assert stranger.post(path, {"step": "brake"}).status_code == 404
    assert stranger.http.post(f"{planned.address}{path}", data=said).status_code == 303


def test_answers_leave_the_version_that_a_phone_leans_on(planned: Console) -> None:
    order, person = begun(planned)
    phone = planned.as_(person)
    page = phone.get(f"/orders/{order}").text
    version = planned.orders.desk.order(planned.actor(person), order).row.version
    assert page.count('data-waits="step"') == 3
    for step in ("brake", "phone"):
        assert phone.post(f"/x/crew/{order}/step", {"step": step, "key": step}).is_success
    assert phone.post(f"/x/crew/{order}/step", {"step": "level", "number": "1"}).is_success
    done = {"do": "done", "cause": "as_described", "note": "x", "minutes": "20", "key": "k",
            "version": str(version), "pressed": "1000", "sent": "2000"}  # fmt: skip
    assert phone.post(f"/x/crew/{order}/act", done).status_code == 200


def test_the_checklist_by_key(planned: Console) -> None:
    order, person = begun(planned)
    key, path = planned.key(person), f"/orders/{order}/checklist"
    assert planned.key("vi.all").post(f"{path}/brake", json={}).status_code == 403
    assert planned.key("su.c").post(f"{path}/brake", json={}).status_code == 404
    assert key.post(f"{path}/none", json={}).status_code == 404
    assert key.post(f"{path}/level", json={"number": 4.0}).json() == {"within": True}
    assert key.post(f"{path}/level/order").status_code == 409
    assert key.post(f"{path}/level", json={"number": 40.0}).status_code == 422
    assert key.post(f"{path}/level", json={"number": 40, "note": "x"}).json() == {"within": False}
    made = key.post(f"{path}/level/order")
    assert made.status_code == 201
    assert key.post(f"{path}/level/order").json() == made.json()
    seen = key.get(path).json()
    assert (seen["open"], seen["steps"][2]["follow"]) == (2, made.json()["order"])
    assert planned.key("vi.c").get(path).status_code == 404
    assert key.get(f"/orders/{planned.order_in('a')}/checklist").json()["steps"] == []


def test_a_photo_of_the_order_answers_a_step(planned: Console) -> None:
    order, person = begun(planned)
    crew = planned.as_(person)
    crew.get(f"/orders/{order}")
    assert upload(crew, f"/orders/{order}/photos", jpeg(), note="").status_code == 303
    assert "photo" in crew.get(f"/orders/{order}").text


def test_plans_and_occurrences_for_programs(planned: Console) -> None:
    plans = {p["id"]: p for p in planned.key("vi.c").get("/planned").json()}
    assert "ups-battery" not in plans
    assert {a["building"] for p in plans.values() for a in p["assets"]} == {"c"}
    hours = plans["ahu-filters"]["assets"][0]
    assert (hours["counted_from"], hours["hours"]) == ("2026-01-05", 0.0)
    assert hours["unknown_hours"] > 1000
    due = planned.key("vi.all").get("/planned/due", params={"days": 7}).json()
    assert {d["plan"] for d in due} == {"lift"}
    assert [d["stand"] for d in due] == ["open"] * 4
    assert due[0]["day"] == "2026-03-17"
    past = planned.key("vi.all").get("/planned/lift/occurrences").json()
    assert [p["order"] for p in past] == [d["order"] for d in due]
    assert planned.key("vi.c").get("/planned/ups-battery").status_code == 404


def test_a_calendar_is_read_by_its_key_alone(planned: Console) -> None:
    su = planned.as_("su.a")
    su.get("/planned")
    page = su.post("/planned/keys", {"trade": "E"}).text
    found = re.search(r"/planned\.ics\?key=(prc_[\w-]+)", page)
    assert found is not None
    path = f"/planned.ics?key={found[1]}"
    assert found[1] not in su.get("/planned").text, "told once"
    answer = planned.visitor().get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["cache-control"]
    found_ = events(answer.content)
    titles = {str(e["summary"]) for e in found_}
    assert any("Fortnightly lift service" in title for title in titles)
    assert not any("Inspect before heating" in title for title in titles), "another trade"
    uids = {str(e["uid"]) for e in found_}
    assert all(uid.endswith("@wushan.plantroom") and ".a." in uid for uid in uids), "its scope"
    again = events(planned.visitor().get(path).content)
    assert {str(e["uid"]): e["sequence"] for e in again} == {
        str(e["uid"]): e["sequence"] for e in found_
    }
    assert su.get("/planned").text.count("/planned/keys/1/end") == 1
    # A log-in's cookie opens nothing here, and neither does a wrong key or an API key.
    assert su.get("/planned.ics").status_code == 404
    assert planned.visitor().get(f"{path}x").status_code == 404
    assert su.post("/planned/keys/1/end", {}).status_code == 303
    assert planned.visitor().get(path).status_code == 404


def test_an_order_is_the_same_day_of_the_calendar_and_counts_up(planned: Console) -> None:
    key = planned.key("su.a").post("/planned/keys", json={"trade": "E"}).json()["key"]

    def event() -> tuple[str, int]:
        raw = planned.visitor().get(f"/planned.ics?key={key}").content
        order = lift(planned)[0]
        (one,) = [e for e in events(raw) if order in str(e["url"])]
        return str(one["uid"]), int(one["sequence"])

    uid, before = event()
    begun(planned)
    assert event()[0] == uid == "lift.a.m-lifts.2026-03-17@wushan.plantroom"
    assert event()[1] > before


def test_ones_own_calendar_and_whose_keys_one_ends(planned: Console) -> None:
    order, person = lift(planned)
    mine, other = planned.key(person), planned.key("te.c")
    key = mine.post("/planned/keys", json={}).json()["key"]
    text = planned.visitor().get(f"/planned.ics?key={key}").text
    assert order in text
    assert mine.post("/planned/keys", json={"trade": "X"}).status_code == 422
    (listed,) = mine.get("/planned/keys").json()
    assert (listed["login"], listed["trade"]) == (person, "")
    assert other.get("/planned/keys").json() == []
    assert other.delete(f"/planned/keys/{listed['id']}").status_code == 404
    assert planned.key("ad.all").delete(f"/planned/keys/{listed['id']}").status_code == 204
    assert planned.visitor().get(f"/planned.ics?key={key}").status_code == 404
    for _ in range(10):
        assert mine.post("/planned/keys", json={}).status_code == 201
    assert mine.post("/planned/keys", json={}).status_code == 422
