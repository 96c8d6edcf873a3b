"""What is done to orders: by form and by key, refused with what was typed kept."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from core.clock import DAY_MS
from tests.api.console import Console, Visitor
from workorders.views import OrderRow


def row(console: Console, building: str = "a") -> OrderRow:
    queue = console.orders.desk.queue(console.actor("ad.all"))
    return next(o for o in queue if o.building == building)


def theirs(console: Console, building: str = "a") -> Visitor:
    """Whom the order of a building belongs to."""
    person = row(console, building).person
    assert person is not None
    return console.as_(person)


def act(visitor: Visitor, order: OrderRow, do: str, **said: str) -> httpx.Response:
    form = {"do": do, "version": str(order.version), **said}
    return visitor.post(f"/orders/{order.id}/act", form)


def test_a_repair_by_form(console: Console) -> None:
    visitor = theirs(console)
    assert act(visitor, row(console), "accept").status_code == 303
    assert act(visitor, row(console), "arrive").status_code == 303
    said = {"cause": "worn_part", "minutes": "35", "note": "Seat replaced <b>today</b>"}
    assert act(visitor, row(console), "done", **said).status_code == 303
    page = visitor.get(f"/orders/{row(console).id}").text
    assert "waiting for proof" in page
    assert "Seat replaced &lt;b&gt;today" in page
    assert console.orders.desk.order(console.actor("ad.all"), row(console).id).minutes == 35


def test_a_stale_form_says_who_was_faster_and_keeps_the_text(console: Console) -> None:
    before = row(console)
    assert act(theirs(console), before, "accept").status_code == 303
    answer = act(console.as_("su.all"), before, "cancel", reason="duplicate", note="Twice today")
    assert answer.status_code == 409
    assert re.search(r"Meanwhile \w+ \w+ changed this order \(.+?\)", answer.text)
    assert re.search(r"<textarea[^>]*>Twice today</textarea>", answer.text)
    assert row(console).state.value == "accepted"


def test_choices_of_a_refused_form_are_kept(console: Console) -> None:
    answer = act(console.as_("su.all"), row(console), "cancel", reason="false_alarm")
    assert answer.status_code == 422
    assert '<option value="false_alarm" selected>' in answer.text


def test_what_is_missing_is_named_in_words(console: Console) -> None:
    supervisor = console.as_("su.all")
    answer = act(supervisor, row(console), "cancel", reason="duplicate")
    assert answer.status_code == 422
    assert "Please fill in: a note." in answer.text
    supervisor.cookies["lang"] = "zh_Hans"
    assert "请填写：说明。" in act(supervisor, row(console), "cancel", reason="duplicate").text


def test_a_state_is_named_in_the_readers_words(console: Console) -> None:
    visitor = theirs(console)
    act(visitor, row(console), "accept")
    answer = act(visitor, row(console), "accept")
    assert answer.status_code == 409
    assert "That is not possible while the order is accepted." in answer.text
    visitor.cookies["lang"] = "zh_Hans"
    assert "“已接单”" in act(visitor, row(console), "accept").text


@pytest.mark.parametrize("login", ["vi.all", "te.c", "en.all"])
def test_who_may_not_is_refused(console: Console, login: str) -> None:
    answer = act(console.as_(login), row(console), "accept")
    assert answer.status_code == (404 if login.endswith(".c") else 403)
    assert row(console).state.value == "assigned"


def test_who_may_not_is_shown_no_button(console: Console) -> None:
    order = row(console)
    assert 'name="do"' not in console.as_("vi.all").get(f"/orders/{order.id}").text
    assert 'value="accept"' in theirs(console).get(f"/orders/{order.id}").text


@pytest.mark.parametrize(
    "form",
    [
        {"do": "triage"}, {"do": "verify"}, {"do": "nonsense"}, {"do": ""}, {"version": "x"},
        {"version": "9" * 30, "do": "accept"}, {"do": "done", "minutes": "many"},
        {"do": "hold", "until": "yesterday"}, {"do": "hold", "until": "0001-01-01T00:00"},
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_read(console: Console, form: dict[str, str]) -> None:
    order = row(console)
    said = {"do": "accept", "version": str(order.version), **form}
    answer = theirs(console).post(f"/orders/{order.id}/act", said)
    assert answer.status_code in {409, 422}
    assert row(console).version == order.version


def _post(client: httpx.Client, order: str, **body: Any) -> httpx.Response:
    return client.post(f"/orders/{order}/act", json=body)


def test_a_command_by_key(console: Console) -> None:
    order = row(console)
    assert order.person is not None
    client = console.key(order.person)
    done = _post(client, order.id, do="accept", version=order.version)
    assert done.status_code == 200
    assert done.json()["state"] == "accepted"
    again = _post(client, order.id, do="accept", version=order.version)
    assert again.status_code == 409
    assert again.json()["code"] == "conflict"
    assert "Meanwhile" in again.json()["detail"]


def test_rights_of_a_command_by_key(console: Console) -> None:
    order = row(console)
    body = {"do": "cancel", "version": order.version, "reason": "duplicate", "note": "x"}
    statuses = {login: _post(console.key(login), order.id, **body).status_code
                for login in ("vi.all", "te.all", "vi.c", "su.c", "ad.c")}  # fmt: skip
    assert statuses == {"vi.all": 403, "te.all": 403, "vi.c": 404, "su.c": 404, "ad.c": 404}
    foreign = _post(console.key("su.c"), order.id, **body).json()
    unknown = _post(console.key("su.c"), "WO-2026-9999", **body).json()
    assert {**foreign, "request_id": ""} == {**unknown, "request_id": ""}
    assert _post(console.key("su.a"), order.id, **body).status_code == 200


def test_unknown_fields_are_refused(console: Console) -> None:
    order = row(console)
    answer = _post(console.key("ad.all"), order.id, do="cancel", version=order.version,
                   state="closed")  # fmt: skip
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/body/state"


def test_nobody_outside_is_given_an_order(console: Console) -> None:
    order = row(console)
    supervisor = console.as_("su.all")
    page = supervisor.get(f"/orders/{order.id}").text
    offered = set(re.findall(r'<option value="([\w.]+)">', page))
    assert "su.all" in offered
    assert "te.c" not in offered
    refused = act(supervisor, order, "reassign", assignee="te.c", note="please")
    assert refused.status_code == 422


def test_a_hold_ends_in_the_future_and_keeps_its_time(console: Console) -> None:
    visitor = theirs(console)
    act(visitor, row(console), "accept")
    act(visitor, row(console), "arrive")
    past = act(visitor, row(console), "hold", reason="parts", until="2020-01-01T10:00", note="n")
    assert past.status_code == 422
    assert 'value="2020-01-01T10:00"' in past.text
    ahead = act(visitor, row(console), "hold", reason="parts", until="2026-03-13T10:00", note="n")
    assert ahead.status_code == 303
    detail = console.orders.desk.order(console.actor("ad.all"), row(console).id)
    assert detail.hold_until is not None
    assert detail.hold_until - console.clock.now() == 2 * DAY_MS, "in the site's time"


def test_a_scanned_label_ends_the_response(console: Console) -> None:
    admin = console.actor("ad.all")
    labels = {p.id: token for p, token in console.orders.requests.labels(admin, "a")}
    visitor, path = theirs(console), f"/r/{labels['a.ahu1']}"
    assert "I am on site" not in visitor.get(path).text, "it is not accepted yet"
    assert act(visitor, row(console), "accept").status_code == 303
    assert "I am on site" not in console.visitor().get(path).text, "of nobody else's"
    assert "I am on site" not in console.as_("te.all").get(path).text
    assert "I am on site" not in visitor.get(f"/r/{labels['a.meet3']}").text, "not from elsewhere"
    page = visitor.get(path).text
    fields = dict(
        re.findall(r'name="(csrf|do|version|note)" value="([^"]*)"', page.split("</form>")[0])
    )
    assert visitor.send(
        "POST", f"/orders/{row(console).id}/act", headers={"Sec-Fetch-Site": "same-origin"},
        data=fields,
    ).status_code == 303  # fmt: skip
    order = console.orders.desk.order(admin, row(console).id)
    assert order.arrived_at == console.clock.now()
    assert order.history[-1].note == "QR a.ahu1"
