"""Teaching by form and by key: who decides, what the page says, how it is ended."""

from __future__ import annotations

from adapters.records.base import ALL
from adapters.records.teaching import LessonRow
from core.clock import DAY_MS
from tests.api.console import Console, find
from workorders.teaching import advice
from workorders.teaching.precision import Precision

EVIDENCE = {
    "cause": "normal_here", "why": "", "count": 3, "people": ["su.all"],
    "tried": {"days": 90, "before": 4, "after": 1, "missed": []},
    "orders": [{"order": "WO-2026-0001", "opened": 1_773_000_000_000, "ended": "false_alarm",
                "action": "", "note": "<b>stratified</b>", "margin": 0.42}],
}  # fmt: skip
DETAIL = {"parameter": "eps_mat", "unit": "K", "from": 3.0, "to": 3.5, "by": 0.5, "most": 6.0}


def propose(console: Console, rule: str = "FC-2", asset: str = "a.ahu1", **more: object) -> int:
    with console.records.session(ALL) as session:
        row = LessonRow(
            building=asset.split(".", maxsplit=1)[0], rule=rule, target=asset, number=1,
            asset=asset, kind="limit", detail=DETAIL, evidence=EVIDENCE | more,
            made_at=console.clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def test_an_engineer_accepts_on_the_page_and_it_is_seen_where_it_holds(console: Console) -> None:
    find(console, "FC-2", "a.ahu1")
    id_ = propose(console)
    page = console.as_("en.all").get("/teaching").text
    assert "eps_mat from 3 to 3.5 K (at most 6)" in page
    assert "4 findings in 90 days, 1 with the change." in page
    assert "&lt;b&gt;stratified" in page
    assert "Accept it" not in console.as_("vi.all").get("/teaching").text
    assert "eps_mat" not in console.as_("vi.c").get("/teaching").text
    form = {"do": "accept", "reason": "by design", "until": "2026-05-01"}
    assert console.as_("su.all").post(f"/teaching/{id_}", form).status_code == 403
    late = {**form, "until": "2027-05-01"}
    answer = console.as_("en.all").post(f"/teaching/{id_}", late)
    assert (answer.status_code, "180 days" in answer.text) == (422, True)
    assert console.as_("en.c").post(f"/teaching/{id_}", form).status_code == 404
    assert console.as_("en.all").post(f"/teaching/{id_}", form).status_code == 303
    assert console.as_("en.all").post(f"/teaching/{id_}", form).status_code == 409
    order = next(row for row in console.orders.desk.queue(console.actor("ad.all"))
                 if row.rule == "FC-2")  # fmt: skip
    assert "Taught here: move a limit" in console.as_("vi.all").get(f"/orders/{order.id}").text
    assert "taught here" in console.as_("vi.all").get("/orders").text
    ended = {"do": "end", "reason": "the sensor was moved"}
    assert console.as_("en.all").post(f"/teaching/{id_}", ended).status_code == 303
    assert "taught here" not in console.as_("vi.all").get("/orders").text
    assert console.as_("en.all").post(f"/teaching/{id_}", {"do": "x"}).status_code == 422


def test_a_rule_that_only_advises_says_so_and_is_restored(console: Console) -> None:
    with console.records.session(ALL) as session:
        advice.say(session, "FC-12", advice.DEMOTED, console.clock.now(), "system",
                   precision=Precision(right=1, judged=6))  # fmt: skip
    find(console, "FC-12", "a.ahu2")
    page = console.as_("vi.all").get("/teaching").text
    assert "only advises" in page
    assert "its rule only advises" in console.as_("vi.all").get("/orders").text
    order = next(row for row in console.orders.desk.queue(console.actor("ad.all"))
                 if row.rule == "FC-12")  # fmt: skip
    assert order.priority == 4
    form = {"reason": "sensors changed"}
    for login, code in (("su.all", 403), ("en.a", 403), ("en.all", 303), ("en.all", 404)):
        got = console.as_(login).post("/teaching/rules/FC-12/restore", form).status_code
        assert got == code, login


def test_by_key(console: Console) -> None:
    first, second = propose(console), propose(console, "FC-3")
    client = console.key("en.all")
    found = client.get("/teaching").json()
    assert [row["standing"] for row in found["lessons"]] == ["waiting", "waiting"]
    assert console.key("vi.c").get("/teaching").json()["lessons"] == []
    until = console.clock.now() + 30 * DAY_MS
    body = {"reason": "x", "until": until}
    assert console.key("te.all").post(f"/teaching/{first}/accept", json=body).status_code == 403
    assert client.post(f"/teaching/{first}/accept", json=body).status_code == 204
    assert client.post(f"/teaching/{second}/refuse", json={"reason": "no"}).status_code == 204
    assert client.post(f"/teaching/{second}/end", json={"reason": "no"}).status_code == 409
    assert client.post(f"/teaching/{first}/end", json={"reason": "no"}).status_code == 204
    answer = client.post("/teaching/rules/FC-2/restore", json={"reason": "x"})
    assert answer.status_code == 404
    standing = {row["id"]: row["standing"] for row in client.get("/teaching").json()["lessons"]}
    assert standing == {first: "over", second: "refused"}
