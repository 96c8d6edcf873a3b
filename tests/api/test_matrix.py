"""Every route × role × scope, from the application itself: a new route without a row fails."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from adapters.locales import translator
from core.words import Role
from tests.api.console import NAMES, SCOPES, Console, Visitor

ENTERERS = {Role.TECHNICIAN, Role.ENGINEER, Role.ADMIN}
DESK = {Role.SUPERVISOR, Role.ADMIN}
"""The technicians of this console are of no desk."""
CURIOUS = {Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN}


@dataclass(frozen=True)
class Row:
    """What a route answers.

    Attributes:
        path: What is asked for; ``{order}`` is of building a.
        who: ``anyone``; ``member`` of any role and scope; ``scoped``: who sees building a,
            404 for others; ``quarantine``: some roles that see the whole campus, 403 for others;
            ``enterer``: some roles of any scope, 403 for others; ``crew``: all but viewers, of
            any scope, 403 for those; ``nobody``: a log-in helps nobody here.
            ``labeller`` and ``desk``: some roles too; ``managers``: all but technicians.
        found: Status where it is answered.
    """

    path: str
    who: str
    found: int = 200


MATRIX = {
    "GET /": Row("/", "member"),
    "GET /x/now": Row("/x/now", "member"),
    "GET /orders": Row("/orders", "member"),
    "GET /x/orders": Row("/x/orders", "member"),
    "GET /orders/{order}": Row("/orders/{order}", "scoped"),
    "GET /x/orders/{order}/timeline": Row("/x/orders/{order}/timeline", "scoped"),
    # A form with no command in it: whoever sees the order is told so.
    "POST /orders/{order}/act": Row("/orders/{order}/act", "scoped", 422),
    # Forms with nothing in them: whoever sees the order and may change it is told so.
    "POST /orders/{order}/work": Row("/orders/{order}/work", "scoped", 422),
    "GET /orders/{order}/sheet": Row("/orders/{order}/sheet", "scoped"),
    "GET /orders/{order}/photos/{name}": Row(f"/orders/{{order}}/photos/{'0' * 32}", "member", 404),
    "GET /people": Row("/people", "crew"),
    "GET /people/{login}": Row("/people/guo.hua", "crew"),
    "POST /people/{login}": Row("/people/guo.hua", "crew", 422),
    "GET /handover": Row("/handover", "member"),
    "POST /handover": Row("/handover", "member", 422),
    "GET /c": Row("/c", "nobody", 404),
    "GET /c/{secret}": Row("/c/no-such-link", "nobody", 404),
    "POST /c/{secret}": Row("/c/no-such-link", "nobody", 422),
    "GET /c/photos/{name}": Row(f"/c/photos/{'0' * 32}", "nobody", 404),
    "POST /c/act": Row("/c/act", "nobody", 404),
    "POST /c/photos": Row("/c/photos", "nobody", 404),
    "GET /mutes": Row("/mutes", "member"),
    "GET /teaching": Row("/teaching", "member"),
    "GET /checks": Row("/checks", "member"),
    "GET /orders/{order}/quotes/{quote}/file": Row("/orders/{order}/quotes/1/file", "member", 404),
    "POST /c/quotes": Row("/c/quotes", "nobody", 404),
    "GET /c/quotes/{quote}/file": Row("/c/quotes/1/file", "nobody", 404),
    "GET /planned": Row("/planned", "member"),
    "GET /planned/{plan}": Row("/planned/fire-pumps", "member"),
    # No log-in is looked at: the key in the address is none.
    "GET /planned.ics": Row("/planned.ics", "nobody", 404),
    "POST /orders/{order}/step": Row("/orders/{order}/step", "scoped", 404),
    "POST /c/step": Row("/c/step", "nobody", 404),
    "GET /labels": Row("/labels", "labeller"),
    "GET /calls": Row("/calls", "desk"),
    "GET /photos/{photo}": Row("/photos/none", "member", 404),
    "GET /r/{token}": Row("/r/a.meet3.0000000000", "anyone", 404),
    "GET /f/{secret}": Row("/f/none", "anyone", 404),
    "GET /savings": Row("/savings", "member"),
    "GET /savings/{order}": Row("/savings/{order}", "scoped"),
    "GET /assessment": Row("/assessment", "member"),
    "GET /assessment/orders": Row("/assessment/orders?figure=repair", "member"),
    "GET /assessment/report/{month}": Row("/assessment/report/2026-03", "managers"),
    "GET /assessment/report/{month}.{form}": Row("/assessment/report/2026-03.xlsx", "managers"),
    "GET /points": Row("/points", "member"),
    "GET /x/points": Row("/x/points", "member"),
    "GET /trend": Row("/trend", "member"),
    "GET /readings": Row("/readings", "enterer"),
    # A form with nothing in it: whoever may enter is told so.
    "POST /readings": Row("/readings", "enterer", 422),
    "GET /quarantine": Row("/quarantine", "quarantine"),
    "GET /x/quarantine": Row("/x/quarantine", "quarantine"),
    "GET /quarantine/{id_}": Row("/quarantine/1", "quarantine"),
    "GET /x/quarantine/{id_}": Row("/x/quarantine/1", "quarantine"),
    "GET /gateways": Row("/gateways", "member"),
    "GET /x/gateways": Row("/x/gateways", "member"),
    "GET /gateways/{gateway}": Row("/gateways/gw-a", "scoped"),
    "GET /x/gateways/{gateway}": Row("/x/gateways/gw-a", "scoped"),
    "GET /meters": Row("/meters", "member"),
    "GET /x/meters": Row("/x/meters", "member"),
    "GET /meters/{id_}": Row("/meters/1", "scoped"),
    "GET /x/meters/{id_}": Row("/x/meters/1", "scoped"),
    "POST /ring/{order}/{login}/{until}/{signed}": Row(
        "/ring/WO-2026-0001/te.a/1/none", "nobody", 404
    ),
    "GET /messages": Row("/messages", "member"),
    # A form with nothing in it: whoever is logged in is told so.
    "POST /messages": Row("/messages", "member", 422),
    "GET /live": Row("/live", "member"),
    "GET /x/alive": Row("/x/alive", "member", 204),
    "POST /language": Row("/language", "member", 303),
    "GET /login": Row("/login", "anyone"),
    "GET /manifest.webmanifest": Row("/manifest.webmanifest", "anyone"),
    "GET /sw.js": Row("/sw.js", "anyone"),
    "GET /offline": Row("/offline", "anyone"),
    "GET /x/crew": Row("/x/crew", "member"),
    "GET /switch": Row("/switch", "anyone"),
    "GET /pin": Row("/pin", "member"),
    "GET /factor": Row("/factor", "member"),
    "GET /healthz": Row("/healthz", "anyone"),
    "GET /metrics": Row("/metrics", "anyone"),
    "GET /s": Row("/s/console.css", "anyone"),
    "GET /api/v1/openapi.json": Row("/api/v1/openapi.json", "anyone"),
    "GET /api/v1/points": Row("/api/v1/points", "member"),
    "GET /api/v1/series": Row("/api/v1/series?point=a.ahu1.sat&from=0&to=3600000", "scoped"),
    "GET /api/v1/series.csv": Row(
        "/api/v1/series.csv?point=a.ahu1.sat&from=0&to=3600000", "scoped"
    ),
    "GET /api/v1/use": Row("/api/v1/use?point=a.m-main.energy&from=0&to=3600000", "scoped"),
    "GET /api/v1/people": Row("/api/v1/people", "crew"),
    "GET /api/v1/people/{login}": Row("/api/v1/people/guo.hua", "crew"),
    "GET /api/v1/handovers": Row("/api/v1/handovers", "member"),
    "GET /api/v1/shift-log": Row("/api/v1/shift-log", "member"),
    "GET /api/v1/orders/{order}/work": Row("/api/v1/orders/{order}/work", "scoped"),
    "GET /api/v1/orders/{order}/photos/{name}": Row(
        f"/api/v1/orders/{{order}}/photos/{'0' * 32}", "member", 404
    ),
    "GET /api/v1/orders": Row("/api/v1/orders", "member"),
    "GET /api/v1/orders/{order}": Row("/api/v1/orders/{order}", "scoped"),
    "GET /api/v1/orders/{order}/requests": Row("/api/v1/orders/{order}/requests", "scoped"),
    "GET /api/v1/messages/wishes": Row("/api/v1/messages/wishes", "member"),
    "GET /api/v1/mutes": Row("/api/v1/mutes", "member"),
    "GET /api/v1/teaching": Row("/api/v1/teaching", "member"),
    "GET /api/v1/checks": Row("/api/v1/checks", "member"),
    "GET /api/v1/orders/{order}/quotes": Row("/api/v1/orders/{order}/quotes", "scoped"),
    "GET /api/v1/planned": Row("/api/v1/planned", "member"),
    "GET /api/v1/planned/due": Row("/api/v1/planned/due", "member"),
    "GET /api/v1/planned/keys": Row("/api/v1/planned/keys", "member"),
    "GET /api/v1/planned/{plan}": Row("/api/v1/planned/fire-pumps", "member"),
    "GET /api/v1/planned/{plan}/occurrences": Row(
        "/api/v1/planned/fire-pumps/occurrences", "member"
    ),
    "GET /api/v1/orders/{order}/checklist": Row("/api/v1/orders/{order}/checklist", "scoped"),
    "GET /api/v1/savings": Row("/api/v1/savings", "member"),
    "GET /api/v1/savings/{order}": Row("/api/v1/savings/{order}", "scoped"),
    "GET /api/v1/savings/{order}/switchback": Row("/api/v1/savings/{order}/switchback", "scoped"),
    "GET /api/v1/savings/events": Row("/api/v1/savings/events", "member"),
    "GET /api/v1/assessment": Row("/api/v1/assessment", "member"),
    "GET /api/v1/assessment/orders": Row("/api/v1/assessment/orders?figure=repair", "member"),
    "GET /api/v1/hand-readings": Row("/api/v1/hand-readings", "enterer"),
    "GET /api/v1/quarantine": Row("/api/v1/quarantine", "quarantine"),
    "GET /api/v1/quarantine/counts": Row("/api/v1/quarantine/counts", "quarantine"),
    "GET /api/v1/quarantine/{id}": Row("/api/v1/quarantine/1", "quarantine"),
    "GET /api/v1/gateways": Row("/api/v1/gateways", "member"),
    "GET /api/v1/gateways/{gateway}": Row("/api/v1/gateways/gw-a", "scoped"),
    "GET /api/v1/meter-events": Row("/api/v1/meter-events", "member"),
    "GET /api/v1/meter-events/{id}": Row("/api/v1/meter-events/1", "scoped"),
}
OWN_TESTS = {
    "POST /r/{token}": "test_report",
    "POST /f/{secret}/answer": "test_report",
    "POST /f/{secret}/rate": "test_report",
    "POST /calls": "test_calls",
    "POST /x/calls/caller": "test_calls",
    "POST /api/v1/requests": "test_calls",
    "POST /mutes": "test_mutes",
    "POST /planned/keys": "test_planned",
    "POST /planned/keys/{id_}/end": "test_planned",
    "POST /api/v1/planned/keys": "test_planned",
    "DELETE /api/v1/planned/keys/{id}": "test_planned",
    "POST /api/v1/orders/{order}/checklist/{step}": "test_planned",
    "POST /api/v1/orders/{order}/checklist/{step}/order": "test_planned",
    "POST /mutes/{id_}/end": "test_mutes",
    "POST /api/v1/mutes": "test_mutes",
    "POST /api/v1/mutes/{id}/end": "test_mutes",
    "POST /teaching/{id_}": "test_teaching",
    "POST /teaching/rules/{rule}/restore": "test_teaching",
    "POST /api/v1/teaching/{id}/accept": "test_teaching",
    "POST /api/v1/teaching/{id}/refuse": "test_teaching",
    "POST /api/v1/teaching/{id}/end": "test_teaching",
    "POST /api/v1/teaching/rules/{rule}/restore": "test_teaching",
    "POST /savings/{order}/switchback": "test_savings_events",
    "POST /api/v1/savings/{order}/switchback": "test_savings_events",
    "POST /api/v1/savings/{order}/switchback/decline": "test_savings_events",
    "POST /api/v1/savings/{order}/switchback/stop": "test_savings_events",
    "GET /api/v1/savings/events/size": "test_savings_events",
    "POST /savings/events": "test_savings_events",
    "POST /savings/events/{id_}": "test_savings_events",
    "POST /api/v1/savings/events": "test_savings_events",
    "POST /api/v1/savings/events/{id}/confirm": "test_savings_events",
    "POST /api/v1/savings/events/{id}/refuse": "test_savings_events",
    "POST /api/v1/savings/events/{id}/undo": "test_savings_events",
    "POST /checks/{id_}": "test_checks",
    "POST /api/v1/checks/{id}": "test_checks",
    "POST /orders/{order}/quotes": "test_checks",
    "POST /orders/{order}/quotes/{quote}": "test_checks",
    "POST /api/v1/orders/{order}/quotes": "test_checks",
    "POST /api/v1/quotes/{id}": "test_checks",
    "POST /login": "test_login",
    "POST /logout": "test_login",
    "POST /api/v1/orders/{order}/act": "test_act",  # a JSON body under a key
    "POST /orders/{order}/photos": "test_work",
    "POST /switch": "test_switch",
    "POST /pin": "test_switch",
    "GET /second": "test_second",  # of a log-in that is half
    "POST /second": "test_second",
    "POST /factor": "test_second",
    "POST /x/crew/{order}/act": "test_crew",
    "POST /x/crew/{order}/photos": "test_crew",
    "POST /x/crew/{order}/step": "test_planned",
    "POST /people": "test_people",
    "PUT /api/v1/people/{login}": "test_people",
    "PUT /api/v1/messages/wishes": "test_messages",
    "DELETE /api/v1/people/{login}": "test_people",
    "POST /api/v1/people/{login}/shifts": "test_people",
    "POST /api/v1/people/{login}/leaves": "test_people",
    "POST /api/v1/people/{login}/licences": "test_people",
    "DELETE /api/v1/people/{login}/{kind}/{id}": "test_people",
    "POST /handover/{id_}/taken": "test_work",
    "POST /api/v1/handovers": "test_work",
    "POST /api/v1/handovers/{id}/taken": "test_work",
    "POST /api/v1/shift-log": "test_work",
    "POST /api/v1/orders/{order}/permits": "test_work",
    "POST /api/v1/orders/{order}/permits/{id}/end": "test_work",
    "POST /api/v1/orders/{order}/helpers": "test_work",
    "POST /api/v1/orders/{order}/needs": "test_work",
    "POST /api/v1/orders/{order}/link": "test_contractor",
    "POST /api/v1/orders/{order}/photos": "test_work",
    "POST /api/v1/hand-readings": "test_readings",
    "POST /api/v1/hand-readings/{id}/undo": "test_readings",
    "POST /readings/{id_}/undo": "test_readings",
    "POST /quarantine/replay": "test_quarantine",
    "POST /quarantine/purge": "test_quarantine",
    "POST /quarantine/{id_}/replay": "test_quarantine",
    "POST /quarantine/{id_}/dismiss": "test_quarantine",
    "POST /quarantine/{id_}/mend": "test_quarantine",
    "POST /api/v1/quarantine/rehearse": "test_quarantine",
    "POST /api/v1/quarantine/replay": "test_quarantine",
    "POST /api/v1/quarantine/purge": "test_quarantine",
    "POST /api/v1/quarantine/{id}/dismiss": "test_quarantine",
    "POST /messages/test": "test_messages",
    "POST /api/v1/messages/test": "test_messages",
    "POST /meters": "test_meters",
    "POST /meters/{id_}/decide": "test_meters",
    "POST /api/v1/meter-events": "test_meters",
    "POST /api/v1/meter-events/{id}/decide": "test_meters",
}
"""Routes whose rights are shown by a test of their own."""
PEOPLE = [(role, scope) for role in NAMES for scope in SCOPES]


def expected(row: Row, role: Role, scope: str) -> int:
    sees = SCOPES[scope] is None or "a" in (SCOPES[scope] or ())
    if row.who == "scoped" and not sees:
        return 404
    if row.who == "quarantine" and (role not in CURIOUS or SCOPES[scope] is not None):
        return 403
    if row.who == "enterer" and role not in ENTERERS:
        return 403
    if row.who == "crew" and role is Role.VIEWER:
        return 403
    if row.who == "managers" and role is Role.TECHNICIAN:
        return 403
    if row.who == "labeller" and role not in CURIOUS:
        return 403
    if row.who == "desk" and role not in DESK:
        return 403
    return row.found


def ask(visitor: Visitor, console: Console, key: str, row: Row) -> int:
    path = row.path.format(order=console.order_in("a"))
    if key.startswith("POST"):
        return visitor.post(path, {"version": "1"}).status_code
    return visitor.get(path).status_code


def test_every_route_has_a_row(looked_at: Console) -> None:
    assert looked_at.served() == set(MATRIX) | set(OWN_TESTS)


@pytest.mark.parametrize(("role", "scope"), PEOPLE)
def test_role_and_scope(looked_at: Console, role: Role, scope: str) -> None:
    visitor = looked_at.as_(f"{NAMES[role]}.{scope}")
    wrong = {}
    for key, row in MATRIX.items():
        want = expected(row, role, scope)
        if key == "GET /login":
            want = 303  # whoever is in goes on
        got = ask(visitor, looked_at, key, row)
        if got != want:
            wrong[key] = f"{got}, not {want}"
    assert wrong == {}


@pytest.mark.parametrize("key", sorted(MATRIX))
def test_nobody_gets_nothing(looked_at: Console, key: str) -> None:
    row, stranger = MATRIX[key], looked_at.visitor()
    got = ask(stranger, looked_at, key, row)
    if row.who in {"anyone", "nobody"}:
        assert got == row.found
    else:
        assert got == (401 if "/api/" in key else 303)


@pytest.mark.parametrize(
    ("theirs", "nobodys"),
    [
        ("/orders/{order}", "/orders/WO-2026-9999"),
        ("/x/orders/{order}/timeline", "/x/orders/WO-2026-9999/timeline"),
        ("/api/v1/orders/{order}", "/api/v1/orders/WO-2026-9999"),
        ("/savings/{order}", "/savings/WO-2026-9999"),
        ("/api/v1/savings/{order}", "/api/v1/savings/WO-2026-9999"),
        ("/api/v1/series?point=a.ahu1.sat&from=0&to=1", "/api/v1/series?point=a.no&from=0&to=1"),
        ("/api/v1/use?point=a.m-main.energy&from=0&to=1", "/api/v1/use?point=a.no&from=0&to=1"),
        ("/gateways/gw-a", "/gateways/gw-none"),
        ("/api/v1/gateways/gw-a", "/api/v1/gateways/gw-none"),
        ("/meters/1", "/meters/999"),
        ("/api/v1/meter-events/1", "/api/v1/meter-events/999"),
        ("/api/v1/series.csv?point=a.ahu1.sat&from=0&to=1",
         "/api/v1/series.csv?point=a.no&from=0&to=1"),
    ],
)  # fmt: skip
def test_out_of_scope_answers_as_what_never_was(
    looked_at: Console, theirs: str, nobodys: str
) -> None:
    visitor = looked_at.as_("en.c")
    order = looked_at.order_in("a")
    answers = [visitor.get(theirs.format(order=order)), visitor.get(nobodys)]
    assert [a.status_code for a in answers] == [404, 404]
    hidden = r'"request_id":"\w+"|WO-2026-\d+|data-live="[^"]*"|name="back" value="[^"]*"'
    first, second = (re.sub(hidden, "", a.text) for a in answers)
    assert first == second


def test_lists_hold_only_what_is_in_scope(looked_at: Console) -> None:
    points = looked_at.key("te.c").get("/points").json()
    assert {p["building"] for p in points} == {"c"}
    assert looked_at.key("te.c").get("/points", params={"building": "a"}).json() == []
    orders = looked_at.key("te.c").get("/orders").json()
    assert {o["building"] for o in orders} == {"c"}
    page = looked_at.as_("te.c").get("/points").text
    assert "a.ahu1" not in page
    assert "c.ahu1" in page
    assert looked_at.site.buildings["a"].names["en"] not in looked_at.as_("te.c").get("/").text


def test_the_same_rights_by_key(looked_at: Console) -> None:
    order = looked_at.order_in("a")
    assert looked_at.key("vi.all").get(f"/orders/{order}").status_code == 200
    assert looked_at.key("ad.c").get(f"/orders/{order}").status_code == 404
    assert looked_at.key("vi.all").get("/quarantine").status_code == 403
    assert looked_at.key("en.all").get("/quarantine").status_code == 200


def test_foreign_points_on_the_trend_page_are_unknown(looked_at: Console) -> None:
    visitor = looked_at.as_("en.c")
    pages = [visitor.get(f"/trend?point={p}") for p in ("a.ahu1.sat", "a.ahu9.sat")]
    assert [p.status_code for p in pages] == [422, 422]
    said = translator("en")("There is no point {id} here.", id="a.ahu1.sat")
    assert said in pages[0].text
