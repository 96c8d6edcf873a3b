"""What is done at an order beside its states, by page and by key: permits, photos, hand-overs."""

from __future__ import annotations

import httpx
import pytest
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartParser

from core.clock import HOUR_MS
from tests.adapters.test_photos import SECRET, exif, jpeg
from tests.api.console import Console, Visitor
from tests.api.test_act import act, row, theirs

BIG = 50_000_000


def upload(visitor: Visitor, path: str, data: bytes, **fields: str) -> httpx.Response:
    """As a form with a file in it."""
    return visitor.http.post(
        visitor.address + path, data={"csrf": visitor.csrf, **fields},
        files={"photo": ("IMG_1.jpg", data, "image/jpeg")},
        headers={"Sec-Fetch-Site": "same-origin",
                 "Cookie": "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())},
    )  # fmt: skip


def test_permits_helpers_and_needs_by_key(console: Console) -> None:
    order, until = row(console).id, console.clock.now() + HOUR_MS
    act(theirs(console), row(console), "accept")
    lead, su = console.key("wang.fang"), console.key("su.a")
    need = {"kind": "permit", "what": "isolation"}
    assert lead.post(f"/orders/{order}/needs", json=need).status_code == 204
    assert lead.post(f"/orders/{order}/needs", json={"kind": "people", "what": "2"}).is_success
    refused = act(theirs(console), row(console), "arrive")
    assert refused.status_code == 409
    assert "Before the work begins: a permit: isolated and locked, 2 people." in refused.text
    permit = {"kind": "isolation", "number": "lock 7", "until": until}
    statuses = {by: console.key(by).post(f"/orders/{order}/permits", json=permit).status_code
                for by in ("vi.all", "wang.fang", "te.all", "su.c", "en.all")}  # fmt: skip
    assert statuses == {"vi.all": 403, "wang.fang": 403, "te.all": 403, "su.c": 404,
                        "en.all": 204}  # fmt: skip
    helper = {"login": "zhou.min"}
    assert console.key("te.all").post(f"/orders/{order}/helpers", json=helper).status_code == 403
    assert lead.post(f"/orders/{order}/helpers", json=helper).status_code == 204
    seen = su.get(f"/orders/{order}/work").json()
    assert [n["there"] for n in seen["needs"]] == [True, True]
    assert seen["helpers"] == ["zhou.min"]
    end = f"/orders/{order}/permits/{seen['permits'][0]['id']}/end"
    assert console.key("te.all").post(end).status_code == 403
    assert lead.post(end).status_code == 204
    assert su.get(f"/orders/{order}/work").json()["needs"][0]["there"] is False
    assert lead.post(f"/orders/{order}/permits/999/end").status_code == 404


def test_the_same_by_page(console: Console) -> None:
    order = row(console).id
    su = console.as_("su.a")
    su.get(f"/orders/{order}")
    path = f"/orders/{order}/work"
    assert su.post(path, {"do": "need", "need": "permit:hot_work"}).status_code == 303
    page = su.get(f"/orders/{order}").text
    assert "a permit for hot work" in page
    assert "missing" in page
    form = {"do": "permit", "kind": "hot_work", "number": "H 1", "until": "2026-03-11T12:00"}
    assert su.post(path, form).status_code == 303
    assert "H 1" in su.get(f"/orders/{order}").text
    assert su.post(path, {**form, "until": "2026-03-19T12:00"}).status_code == 422
    assert console.as_("te.all").post(path, form).status_code == 403


def test_a_photo_is_kept_without_what_the_camera_wrote(console: Console) -> None:
    visitor, order = theirs(console), row(console).id
    visitor.get(f"/orders/{order}")
    sent = upload(visitor, f"/orders/{order}/photos", jpeg(exif(6)), note="the <valve>")
    assert sent.status_code == 303
    again = upload(visitor, f"/orders/{order}/photos", jpeg(exif(6)))
    assert again.status_code == 303, "sent twice, kept once"
    (name,) = console.key("vi.a").get(f"/orders/{order}/work").json()["photos"]
    kept = console.as_("vi.a").get(f"/orders/{order}/photos/{name}")
    assert kept.headers["content-type"] == "image/jpeg"
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert kept.content.startswith(b"\xff\xd8\xff")
    assert SECRET not in kept.content
    assert console.as_("vi.c").get(f"/orders/{order}/photos/{name}").status_code == 404
    other = console.order_in("c")
    assert console.as_("vi.all").get(f"/orders/{other}/photos/{name}").status_code == 404
    assert 'alt="the &lt;valve&gt;"' in visitor.get(f"/orders/{order}").text


def test_a_photo_stales_no_form(console: Console) -> None:
    visitor, before = theirs(console), row(console)
    visitor.get(f"/orders/{before.id}")
    upload(visitor, f"/orders/{before.id}/photos", jpeg())
    assert act(visitor, before, "accept").status_code == 303


def test_what_is_no_photo_or_too_much_is_refused_early(console: Console) -> None:
    visitor, order = theirs(console), row(console).id
    visitor.get(f"/orders/{order}")
    path = f"/orders/{order}/photos"
    assert upload(visitor, path, b"<svg onload=alert(1)>").status_code == 422
    large = upload(visitor, path, b"\xff\xd8\xff" + b"\0" * BIG)
    assert large.status_code == 413
    assert upload(visitor, path, jpeg(), csrf="x").status_code == 403
    stranger = console.as_("su.c")
    stranger.get("/orders")
    assert upload(stranger, path, jpeg()).status_code == 404
    viewer = console.as_("vi.a")
    viewer.get(f"/orders/{order}")
    assert upload(viewer, path, jpeg()).status_code == 403
    key = console.key("wang.fang")
    files = {"photo": ("a.jpg", jpeg(), "image/jpeg")}
    assert key.post(f"/orders/{order}/photos", files=files).status_code == 201
    assert key.post(f"/orders/{order}/photos", json={}).status_code == 422
    assert key.post("/shift-log", content=b"x" * 2_000_000).status_code == 413, "no more elsewhere"


def test_nothing_of_a_photo_is_read_before_it_is_known_who_sends_it(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed, parse = list[str](), MultiPartParser.parse

    async def noted(parser: MultiPartParser) -> FormData:
        parsed.append(parser.headers["content-type"])
        return await parse(parser)

    monkeypatch.setattr(MultiPartParser, "parse", noted)
    path, files = f"/orders/{row(console).id}/photos", {"photo": ("a.jpg", jpeg(), "image/jpeg")}
    url = f"{console.address}/api/v1{path}"
    for headers in ({}, {"Authorization": "Bearer prk_000000000000_wrong"}):
        assert httpx.post(url, files=files, headers=headers, trust_env=False).status_code == 401
    assert parsed == []
    assert console.key("wang.fang").post(path, files=files).status_code == 201
    assert len(parsed) == 1


def test_what_the_crew_gives_back(console: Console) -> None:
    visitor = theirs(console)
    for do in ("accept", "arrive"):
        act(visitor, row(console), do)
    said = {"cause": "worn_part", "minutes": "35", "note": "Seat replaced", "action": "replaced",
            "alarm": "true", "parts": "2 x seat <gasket>\nM8 bolt"}  # fmt: skip
    assert act(visitor, row(console), "done", **said).status_code == 303
    page = visitor.get(f"/orders/{row(console).id}").text
    assert "2 × seat &lt;gasket&gt;" in page
    assert "1 × M8 bolt" in page
    assert "a worn part · replaced · 35 min" in page


def test_a_form_that_is_sent_twice_is_done_once(console: Console) -> None:
    visitor, before = theirs(console), row(console)
    for _ in range(2):
        assert act(visitor, before, "accept", key="a-1").status_code == 303
    detail = console.orders.desk.order(console.actor("ad.all"), before.id)
    assert [s.what for s in detail.history].count("accept") == 1


def test_a_command_by_key_that_is_sent_twice_is_done_once(console: Console) -> None:
    order = row(console)
    client = console.key("wang.fang")
    body = {"do": "accept", "version": order.version}
    answers = [client.post(f"/orders/{order.id}/act", json=body,
                           headers={"Idempotency-Key": "9b1d"}) for _ in range(2)]  # fmt: skip
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    other = client.post(f"/orders/{order.id}/act", json={**body, "do": "arrive"},
                        headers={"Idempotency-Key": "9b1d"})  # fmt: skip
    assert other.status_code == 422


def test_the_job_sheet(console: Console) -> None:
    order = row(console).id
    sheet = console.as_("vi.a").get(f"/orders/{order}/sheet")
    assert sheet.status_code == 200
    for words in ("Job sheet", "To be filled in", "Isolate before touching it", order):
        assert words in sheet.text


def test_a_shift_is_handed_over_by_page_and_read(console: Console) -> None:
    order = row(console)
    console.key("ad.all").put("/people/li.mu", json={
        "name": "Li Mu", "role": "technician", "trades": ["H"], "buildings": ["a"],
    })  # fmt: skip
    visitor = theirs(console)
    page = visitor.get("/handover").text
    assert order.id in page
    form = {"do": "give", f"take-{order.id}": "yes", f"word-{order.id}": "belt is <worn>",
            "to": "li.mu", "note": ""}  # fmt: skip
    assert visitor.post("/handover", {"do": "give", "to": "li.mu"}).status_code == 422
    assert visitor.post("/handover", {**form, "to": "liu.yang"}).status_code == 422
    assert visitor.post("/handover", form).status_code == 303
    assert row(console).person == "li.mu"
    taker = console.key("li.mu")
    (seen,) = taker.get("/handovers").json()
    assert (seen["giver"], seen["orders"][0]["word"]) == ("wang.fang", "belt is <worn>")
    assert "belt is &lt;worn&gt;" in console.as_("su.all").get("/handover").text
    read = f"/handovers/{seen['id']}/taken"
    assert console.key("wang.fang").post(read).status_code == 404
    assert taker.post(read).status_code == 204
    assert taker.get("/handovers").json()[0]["taken_at"] == console.clock.now()
    assert console.as_("su.all").post(
        f"/handover/{seen['id']}/taken", {}).status_code == 404  # fmt: skip


def test_a_hand_over_by_key_and_the_shift_log(console: Console) -> None:
    order = row(console)
    body = {"to": "guo.hua", "orders": {order.id: "x"}}
    assert console.key("te.all").post("/handovers", json=body).status_code == 403
    assert console.key("wang.fang").post("/handovers", json=body).json() == {"orders": 1}
    line = {"building": "a", "text": "pump 2 hums"}
    statuses = {by: console.key(by).post("/shift-log", json=line).status_code
                for by in ("vi.all", "te.c", "te.a")}  # fmt: skip
    assert statuses == {"vi.all": 403, "te.c": 404, "te.a": 204}
    assert console.key("te.c").get("/shift-log").json() == []
    assert [x["text"] for x in console.key("vi.a").get("/shift-log").json()] == ["pump 2 hums"]
