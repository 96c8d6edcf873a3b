"""Second looks and quotes by form and by key, and on a contractor's phone."""

from __future__ import annotations

import httpx
import pytest

from tests.api.console import Console, Visitor
from tests.api.test_act import act, row
from tests.api.test_contractor import FIRM, _inside, link, made  # noqa: F401 - a fixture
from workorders.crew import checks
from workorders.priority import Rates

LIMIT = Rates().quote_limit
PDF = b"%PDF-1.7 what it costs"


@pytest.fixture
def cancelled(console: Console, monkeypatch: pytest.MonkeyPatch) -> int:
    """An audit of the order of building a, which a supervisor cancelled."""
    monkeypatch.setattr(checks, "SHARE", 1.0)
    su, said = console.as_("su.all"), {"reason": "false_alarm", "note": "nothing there"}
    assert act(su, row(console), "cancel", cause="normal_here", **said).status_code == 303
    (view,) = console.orders.checks.rows(console.actor("ad.all"))
    return view.id


def test_what_was_drawn_is_looked_at_on_the_page(console: Console, cancelled: int) -> None:
    page = console.as_("ad.all").get("/checks").text
    assert f'action="/checks/{cancelled}"' in page
    assert f'action="/checks/{cancelled}"' not in console.as_("su.all").get("/checks").text
    form = {"passed": "yes", "note": "<i>right</i>"}
    for login, code in (("su.all", 403), ("te.all", 403), ("ad.c", 404)):
        got = console.as_(login).post(f"/checks/{cancelled}", form).status_code
        assert got == code, login
    assert console.as_("ad.all").post(f"/checks/{cancelled}", {"passed": "x"}).status_code == 422
    assert console.as_("ad.all").post(f"/checks/{cancelled}", form).status_code == 303
    page = console.as_("ad.all").get("/checks").text
    assert "&lt;i&gt;right" in page
    assert "By person" in page


def test_second_looks_by_key(console: Console, cancelled: int) -> None:
    client = console.key("ad.all")
    found = client.get("/checks").json()
    assert [(c["kind"], c["waits"]) for c in found["checks"]] == [("audit", True)]
    assert console.key("vi.c").get("/checks").json() == {"checks": [], "counts": []}
    body = {"passed": False, "note": "the valve leaks"}
    assert client.post(f"/checks/{cancelled}", json=body).status_code == 204
    assert client.post(f"/checks/{cancelled}", json=body).status_code == 409
    assert row(console).state.value == "assigned"
    assert client.get("/checks").json()["counts"][0]["failed"] == 1


def upload(visitor: Visitor, path: str, amount: str, file: bytes | None = PDF) -> httpx.Response:
    files = {} if file is None else {"file": ("offer.pdf", file, "application/pdf")}
    cookie = "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())
    headers = {"Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    data = {"csrf": visitor.csrf, "amount": amount, "words": "two bearings"}
    return visitor.http.post(visitor.address + path, headers=headers, data=data, files=files)


def test_a_contractor_quotes_on_the_phone_and_a_supervisor_approves(
    console: Console,
    link: tuple[str, str],  # noqa: F811
) -> None:
    phone, order = _inside(console, link), row(console).id
    assert phone.post("/c/act", {"do": "accept", "version": str(row(console).version)}).is_redirect
    assert upload(phone, "/c/quotes", "much").status_code == 422
    assert upload(phone, "/c/quotes", "100", b"MZ").status_code == 422
    assert upload(phone, "/c/quotes", f"{LIMIT + 1}").status_code == 303
    theirs = phone.get("/c").text
    assert "waits for an approval" in theirs
    assert f"{LIMIT:,.0f} a supervisor" not in theirs, "the limit is not theirs to know"
    began = phone.post("/c/act", {"do": "arrive", "version": str(row(console).version)})
    assert (began.status_code, "an approved quote" in began.text) == (409, True)
    (quote,) = console.orders.quotes.of(console.actor("su.all"), order).rows
    su = console.as_("su.all")
    assert "two bearings" in su.get(f"/orders/{order}").text
    paper = su.get(f"/orders/{order}/quotes/{quote.id}/file")
    assert (paper.content, paper.headers["content-type"]) == (PDF, "application/pdf")
    assert paper.headers["content-disposition"].startswith("attachment")
    assert phone.get(f"/c/quotes/{quote.id}/file").content == PDF
    said = {"approved": "yes", "reason": "three were asked"}
    path = f"/orders/{order}/quotes/{quote.id}"
    for login, code in (("te.all", 403), ("su.c", 404), ("su.all", 303), ("su.all", 409)):
        visitor = console.as_(login)
        visitor.get("/orders")
        assert visitor.post(path, said).status_code == code, login
    began = phone.post("/c/act", {"do": "arrive", "version": str(row(console).version)})
    assert began.status_code == 303


def test_quotes_by_key(console: Console, link: tuple[str, str]) -> None:  # noqa: F811
    del link
    order, su = row(console).id, console.key("su.all")
    body = {"amount": LIMIT * 2, "words": "a fan"}
    assert console.key("te.all").post(f"/orders/{order}/quotes", json=body).status_code == 403
    made = su.post(f"/orders/{order}/quotes", json=body)
    assert made.status_code == 201, made.text
    found = su.get(f"/orders/{order}/quotes").json()
    assert (found["total"], found["waits"], found["limit"]) == (LIMIT * 2, True, LIMIT)
    said = {"approved": True, "reason": "x"}
    path = f"/quotes/{made.json()['id']}"
    assert su.post(path, json=said).status_code == 403, "who entered it does not approve it"
    assert console.key("ad.all").post(path, json=said).status_code == 204
    assert not su.get(f"/orders/{order}/quotes").json()["waits"]
    answer = su.post(f"/orders/{order}/quotes", json={"amount": 1e12})
    assert answer.status_code == 422


def test_a_form_enters_what_the_desk_was_told(console: Console, link: tuple[str, str]) -> None:  # noqa: F811
    del link
    order, su = row(console).id, console.as_("su.all")
    su.get(f"/orders/{order}")
    assert upload(su, f"/orders/{order}/quotes", "120.50", None).status_code == 303
    assert upload(su, f"/orders/{order}/quotes", "-1", None).status_code == 422
    assert "¥12" in su.get(f"/orders/{order}").text


def test_another_firm_sees_no_quote_of_the_one_before(
    console: Console,
    link: tuple[str, str],  # noqa: F811
) -> None:
    phone, order = _inside(console, link), row(console).id
    assert upload(phone, "/c/quotes", f"{LIMIT + 1}").status_code == 303
    (quote,) = console.orders.quotes.of(console.actor("su.all"), order).rows
    console.key("ad.all").put("/people/best", json={**FIRM, "name": "Best"})
    su = console.as_("su.all")
    assert act(su, row(console), "reassign", assignee="best").status_code == 303
    second = _inside(console, made(su, order))
    theirs = second.get("/c").text
    assert "Enter a quote" in theirs
    assert "two bearings" not in theirs
    assert f"/c/quotes/{quote.id}/file" not in theirs
    assert second.get(f"/c/quotes/{quote.id}/file").status_code == 404
    assert "two bearings" in su.get(f"/orders/{order}").text, "the house still sees both"
