"""A contractor's link in a browser: one order, one phone, nothing else."""

from __future__ import annotations

import re

import pytest

from core.clock import DAY_MS
from tests.adapters.test_photos import jpeg
from tests.api.console import Console, Visitor
from tests.api.test_act import act, row
from tests.api.test_work import upload

FIRM = {"name": "Acme", "role": "technician", "trades": ["H"], "buildings": ["a"], "firm": True}


@pytest.fixture
def link(console: Console) -> tuple[str, str]:
    """Path and code of a link to the order of building a, made on the order's page."""
    console.key("ad.all").put("/people/acme", json=FIRM)
    su = console.as_("su.all")
    assert act(su, row(console), "reassign", assignee="acme").status_code == 303
    return made(su, row(console).id)


def made(visitor: Visitor, order: str) -> tuple[str, str]:
    """Path and code of a new link to an order that a contractor has."""
    form = {"do": "link", "until": "2026-03-12T10:00"}
    page = visitor.post(f"/orders/{order}/work", form)
    assert page.status_code == 200
    path = re.search(r"(/c/[\w-]+)\"", page.text)
    code = re.search(r'id="code" value="(\d{6})"', page.text)
    assert path is not None
    assert code is not None
    return path[1], code[1]


def _inside(console: Console, link: tuple[str, str]) -> Visitor:
    visitor = console.visitor()
    visitor.get(link[0])
    entered = visitor.post(link[0], {"code": link[1], "person": "Zhang San"})
    assert entered.status_code == 303
    assert entered.headers["location"] == "/c", "an address without the secret"
    assert "path=/c" in entered.headers["set-cookie"].lower()
    assert "httponly" in entered.headers["set-cookie"].lower()
    visitor.get("/c")
    return visitor


def test_from_the_link_to_done(console: Console, link: tuple[str, str]) -> None:
    version = row(console).version
    knock = console.visitor().get(link[0])
    assert knock.headers["referrer-policy"] == "no-referrer"
    assert row(console).version == version, "a preview changes nothing"
    visitor, order = _inside(console, link), row(console)
    said = {"cause": "worn_part", "minutes": "60", "note": "belt"}
    for do, more in (("accept", {}), ("arrive", {}), ("done", said)):
        form = {"do": do, "version": str(row(console).version), **more}
        assert visitor.post("/c/act", form).status_code == 303, do
    detail = console.orders.desk.order(console.actor("ad.all"), order.id)
    assert detail.repaired_by == "acme"
    assert detail.row.state.value == "verifying"


def test_a_link_opens_nothing_else(console: Console, link: tuple[str, str]) -> None:
    visitor, order = _inside(console, link), row(console)
    for path in ("/", "/orders", f"/orders/{order.id}", "/people"):
        assert visitor.get(path).status_code == 303, "to the log-in"
    for do in ("cancel", "hand_over", "reassign"):
        form = {"do": do, "version": str(order.version), "note": "x", "assignee": "acme",
                "reason": "duplicate"}  # fmt: skip
        assert visitor.post("/c/act", form).status_code == 403, do
    page = visitor.get("/c").text
    assert 'value="hand_over"' not in page
    assert "Zhang San" in page


def test_only_the_first_phone(console: Console, link: tuple[str, str]) -> None:
    second = console.visitor()
    wrong = second.post(link[0], {"code": "x", "person": "Li"})
    assert wrong.status_code == 422
    assert "This is not the code." in wrong.text
    _inside(console, link)
    taken = second.post(link[0], {"code": link[1], "person": "Li Si"})
    assert taken.status_code == 409
    assert second.get("/c").status_code == 404


def test_a_form_of_another_page_is_refused(console: Console, link: tuple[str, str]) -> None:
    visitor = _inside(console, link)
    form = {"do": "accept", "version": str(row(console).version)}
    assert visitor.post("/c/act", {**form, "csrf": "x"}).status_code == 403
    assert visitor.post("/c/act", form, Sec_Fetch_Site="cross-site").status_code == 403
    assert row(console).state.value == "assigned"


def test_photos_by_link(console: Console, link: tuple[str, str]) -> None:
    visitor = _inside(console, link)
    assert upload(visitor, "/c/photos", jpeg()).status_code == 303
    name = re.search(r"/c/photos/([0-9a-f]{32})", visitor.get("/c").text)
    assert name is not None
    assert visitor.get(f"/c/photos/{name[1]}").status_code == 200
    assert console.visitor().get(f"/c/photos/{name[1]}").status_code == 404


def test_after_reassignment_the_phone_sees_nothing(console: Console, link: tuple[str, str]) -> None:
    visitor = _inside(console, link)
    assert act(console.as_("su.all"), row(console), "reassign", assignee="wang.fang").is_redirect
    answer = visitor.get("/c")
    assert answer.status_code == 404
    assert visitor.post("/c/act", {"do": "accept", "version": "9"}).status_code == 404


def test_a_link_by_key(console: Console) -> None:
    console.key("ad.all").put("/people/acme", json=FIRM)
    order, until = row(console).id, console.clock.now() + DAY_MS
    path = f"/orders/{order}/link"
    body = {"until": until}
    assert console.key("su.all").post(path, json=body).status_code == 422, "not a contractor's"
    act(console.as_("su.all"), row(console), "reassign", assignee="acme")
    statuses = {by: console.key(by).post(path, json=body).status_code
                for by in ("vi.all", "te.all", "en.all", "su.c", "su.a")}  # fmt: skip
    assert statuses == {"vi.all": 403, "te.all": 403, "en.all": 403, "su.c": 404, "su.a": 201}
