"""The crew's page without a network: manifest, worker, what is kept, and what waited is sent."""

from __future__ import annotations

import re

import pytest

from api import crew
from core.clock import HOUR_MS
from tests.adapters.test_photos import png
from tests.api.console import Console, Visitor
from tests.api.test_act import row, theirs
from tests.api.test_work import upload
from workorders.views import OrderRow

ICON = re.compile(rb"\x89PNG.{8}IHDR(.{4})(.{4})", re.DOTALL)


def send(visitor: Visitor, order: OrderRow, do: str, **said: str) -> tuple[int, dict[str, object]]:
    form = {"do": do, "version": str(order.version), "key": f"k-{do}", **said}
    answer = visitor.post(f"/x/crew/{order.id}/act", form, HX_Request="true")
    return answer.status_code, answer.json()


@pytest.mark.parametrize(("lang", "name"), [("en", "orders"), ("zh_Hans", "工单")])
def test_the_manifest_in_both_languages(looked_at: Console, lang: str, name: str) -> None:
    answer = looked_at.visitor().get(f"/manifest.webmanifest?lang={lang}")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert name in told["name"]
    assert told["start_url"] == "/orders?view=mine"
    assert told["theme_color"] == "#eef0f1"
    assert any(icon.get("purpose") == "maskable" for icon in told["icons"])
    for icon in told["icons"]:
        drawn = looked_at.visitor().get(icon["src"])
        assert drawn.headers["content-type"] == icon["type"]
        if found := ICON.match(drawn.content):
            size = [int.from_bytes(side, "big") for side in found.groups()]
            assert icon["sizes"] == f"{size[0]}x{size[1]}"


def test_the_worker_is_named_after_what_it_keeps(
    looked_at: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = looked_at.visitor().get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    found = re.search(r'VERSION = "(\w{16})", SHELL = \[(.+)\]', answer.text)
    assert found
    for path in found.group(2).replace('"', "").split(", "):
        assert looked_at.visitor().get(path).status_code == 200, path
    monkeypatch.setattr(crew, "SHELL", crew.SHELL[:-1])
    assert found.group(1) not in crew.worker.__wrapped__()


def test_answers_say_whose_they_are_and_only_crews_keep(looked_at: Console) -> None:
    crewman, other = looked_at.as_("te.a"), looked_at.as_("su.all")
    marks = {v.get("/orders").headers[crew.WHOSE] for v in (crewman, crewman, other)}
    assert len(marks) == 2
    assert crew.WHOSE not in looked_at.visitor().get("/login").headers
    assert 'data-keeps="1"' in crewman.get("/orders").text
    assert 'data-keeps="1"' not in other.get("/orders").text
    assert other.get("/x/crew").json()["pages"] == []
    assert looked_at.visitor().get("/x/crew", HX_Request="true").status_code == 401


def test_what_a_phone_keeps_are_the_orders_of_its_person(console: Console) -> None:
    visitor, order = theirs(console), row(console)
    told = visitor.get("/x/crew").json()
    assert told["pages"] == ["/orders?view=mine", f"/orders/{order.id}"]
    page = visitor.get(f"/orders/{order.id}")
    kept = page.headers[crew.KEEP]
    assert visitor.get(kept).json()["series"]
    plot = page.text[page.text.index('<div class="plot"') :].partition(">")[0]
    drawn = dict(re.findall(r'data-(points|from|to|buckets)="([^"]*)"', plot))
    for name in ("from", "to", "buckets"):
        assert f"{name}={drawn[name]}" in kept
    assert [f"point={p}" in kept for p in drawn["points"].split()] != []


def test_a_page_brings_along_what_may_come_next(console: Console) -> None:
    visitor, order = theirs(console), row(console)
    page = visitor.get(f"/orders/{order.id}").text
    now, _, ahead = page.partition('<template id="ahead">')
    assert 'data-act="accept"' in now
    assert re.findall(r'data-act="(\w+)"', ahead) == [
        "arrive", "at_place", "resume", "done", "safe", "restored", "hold",
    ]  # fmt: skip
    assert 'data-waits="done" data-label="Done" data-to="done"' in ahead
    assert '<template id="ahead">' not in console.as_("su.all").get(f"/orders/{order.id}").text


def test_what_waited_is_done_once_and_leans_on_the_version_before(console: Console) -> None:
    visitor, order = theirs(console), row(console)
    console.clock.advance(console.clock.now() + 2 * HOUR_MS)
    late = {"pressed": "1000", "sent": str(1000 + HOUR_MS)}
    first = send(visitor, order, "accept", **late)
    assert first[0] == 200
    late["sent"] = str(1000 + 2 * HOUR_MS)
    assert send(visitor, order, "accept", **late)[1]["version"] == first[1]["version"]
    steps = console.orders.desk.order(console.actor("ad.all"), order.id).history
    assert [s.what for s in steps].count("accept") == 1
    assert "pressed at" in visitor.get(f"/orders/{order.id}").text


def test_a_refusal_is_said_in_the_readers_language_with_how_it_stands(console: Console) -> None:
    visitor, before = theirs(console), row(console)
    visitor.cookies["lang"] = "zh_Hans"
    assert send(visitor, before, "accept")[0] == 200
    status, told = send(visitor, before, "arrive")
    assert (status, told["code"], told["version"]) == (409, "conflict", row(console).version)
    assert "修改了本工单" in str(told["detail"])
    assert send(visitor, row(console), "arrive", key="k")[0] == 200
    assert send(visitor, row(console), "done")[0] == 422
    status, told = send(console.as_("te.c"), before, "arrive")
    assert (status, told) == (404, {"code": "absent", "detail": "There is no such thing here."})


def test_nothing_is_taken_without_a_token_of_this_log_in(console: Console) -> None:
    visitor, order = theirs(console), row(console)
    visitor.csrf = console.as_("te.all").csrf
    answer = visitor.post(f"/x/crew/{order.id}/act", {"do": "accept", "version": "1"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json", (
        "the queue asks for another"
    )
    assert upload(visitor, f"/x/crew/{order.id}/photos", png(), csrf="x").status_code == 403
    assert row(console).state == "assigned"


def test_what_cannot_be_taken_at_all_is_said_in_words(console: Console) -> None:
    visitor, order = theirs(console), row(console)
    visitor.cookies["lang"] = "zh_Hans"
    large = upload(visitor, f"/x/crew/{order.id}/photos", b"\xff\xd8\xff" + b"\0" * 16_000_000)
    assert large.status_code == 413
    assert large.headers["content-type"] == "application/problem+json"
    assert large.json()["detail"] == "一次发送的内容过大。"


def test_a_photo_that_waited_is_kept_once(console: Console) -> None:
    visitor, order = theirs(console), row(console)
    path = f"/x/crew/{order.id}/photos"
    visitor.get(f"/orders/{order.id}")
    answers = [upload(visitor, path, png()) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert upload(visitor, path, b"no picture").status_code == 422
    big = b"\xff\xd8\xff" + b"\0" * 2_000_000
    assert upload(visitor, path, big).status_code == 422, "more than a form, less than a photo"
