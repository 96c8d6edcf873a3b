"""Before every request: headers, sizes, and errors in the form that the asker understands."""

from __future__ import annotations

import json
import re

import pytest

from api.shield import CSP, MAX_BODY_BYTES
from core.ports import Quarantined
from tests.api.console import PASSWORD, Console

PATHS = (
    "/login", "/", "/orders", "/nothing/here", "/orders/WO-2026-9999", "/quarantine/999",
    "/s/console.css", "/s/none.css", "/x/orders", "/live", "/api/v1/points", "/api/v1/none",
    "/api/v1/series", "/healthz", "/orders?view=wrong",
)  # fmt: skip
PROBLEM = {"type", "title", "status", "detail", "code", "errors", "request_id"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("inside", [True, False])
def test_every_answer_wears_the_headers(looked_at: Console, path: str, inside: bool) -> None:  # noqa: FBT001
    visitor = looked_at.as_("en.all") if inside else looked_at.visitor()
    headers = visitor.get(path).headers
    assert headers["content-security-policy"] == CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert re.fullmatch(r"\w{16}", headers["x-request-id"])
    assert "server" not in headers
    if not path.startswith("/s/"):
        assert "no-store" in headers["cache-control"]


def test_the_policy_lets_nothing_in_line_run() -> None:
    assert "unsafe" not in CSP
    assert "default-src 'none'" in CSP
    assert "frame-ancestors 'none'" in CSP


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/none", 404, "absent"),
        ("GET", "/api/v1/orders/WO-2026-9999", 404, "absent"),
        ("GET", "/api/v1/orders?limit=201", 422, "invalid"),
        ("GET", "/api/v1/orders?limit=99999999999999999999999", 422, "invalid"),
        ("GET", "/api/v1/quarantine/99999999999999999999999", 422, "invalid"),
        ("GET", "/api/v1/series?point=a.ahu1.sat&from=9&to=1", 422, "range"),
        ("GET", "/api/v1/series?from=0&to=1", 422, "invalid"),
        ("DELETE", "/api/v1/orders", 405, "method"),
        ("PUT", "/api/v1/orders/x/act", 405, "method"),
    ],
)  # fmt: skip
def test_a_program_gets_a_problem(
    looked_at: Console, method: str, path: str, status: int, code: str
) -> None:
    answer = looked_at.key("en.all").request(method, looked_at.address + path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == PROBLEM
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["x-request-id"]


def test_allow_names_every_method_of_a_path(looked_at: Console) -> None:
    key = looked_at.key("en.all")
    assert key.put("/orders").headers["allow"] == "GET"
    assert key.put("/orders/x/act").headers["allow"] == "POST"
    assert looked_at.visitor().send("PUT", "/login").headers["allow"] == "GET, POST"


def test_who_has_no_key_is_told_so(looked_at: Console) -> None:
    answer = looked_at.visitor().get("/api/v1/orders")
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_person_gets_a_page(looked_at: Console) -> None:
    for path, status in (("/nothing", 404), ("/orders/WO-2026-9999", 404), ("/quarantine", 403)):
        answer = looked_at.as_("vi.all").get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert "This did not work" in answer.text


def test_a_refused_log_in_never_repeats_the_password(looked_at: Console) -> None:
    long = "secret-" * 60
    answer = looked_at.visitor().post("/login", {"login": "en.all", "password": long})
    assert answer.status_code == 422
    assert "secret-" not in answer.text


@pytest.mark.parametrize("path", ["/login", "/api/v1/orders/x/act"])
def test_a_body_beyond_its_limit_is_not_read(looked_at: Console, path: str) -> None:
    client = looked_at.key("en.all")
    json = "/api/" in path
    client.headers["Content-Type"] = (
        "application/json" if json else "application/x-www-form-urlencoded"
    )
    whole = client.post(looked_at.address + path, content=b"x" * (MAX_BODY_BYTES + 1))
    assert whole.status_code == 413
    assert whole.headers["content-security-policy"] == CSP

    drops = (b"y" * 100_000 for _ in range(12))
    counted = client.post(looked_at.address + path, content=drops)
    assert counted.status_code == 413, "what is announced proves nothing"
    assert (counted.headers["content-type"] == "application/problem+json") is json


@pytest.mark.parametrize(
    "path", ["/login", "/c/none", "/switch", "/r/none", "/api/v1/orders/x/act"]
)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_page_sends_nothing_without_cookies_either(
    looked_at: Console, path: str, site: str
) -> None:
    visitor = looked_at.visitor()
    form = {"login": "en.all", "password": PASSWORD}
    answer = visitor.post(path, form, Sec_Fetch_Site=site, Origin="https://evil.example")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_programs_and_ones_own_page_send_without_cookies(looked_at: Console) -> None:
    form = {"login": "en.all", "password": PASSWORD}
    assert looked_at.visitor().send("POST", "/login", data=form).status_code == 303
    for site in ("same-origin", "none"):
        assert looked_at.visitor().post("/login", form, Sec_Fetch_Site=site).status_code == 303


def test_what_strangers_wrote_is_text(console: Console) -> None:
    visitor = console.as_("en.all")
    page = visitor.get("/quarantine").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    page = visitor.get("/quarantine/1").text
    assert "<b>x</b>" not in page
    console.records.quarantine.keep([
        Quarantined(gateway="gw-a", topic="t", payload=bytes(range(256)), reason="not_json",
                    detail="'\"><img src=x onerror=alert(2)>", readings=0, received=1)
    ])  # fmt: skip
    assert "<img" not in visitor.get("/quarantine/2").text
    assert "fe ff" in visitor.get("/quarantine/2").text


def test_a_payload_is_shown_as_json(looked_at: Console) -> None:
    entry = looked_at.key("en.all").get("/quarantine/1").json()
    assert entry["reason"] == "unknown_point"
    assert set(entry) >= {"payload_base64", "detail", "readings"}
    listed = looked_at.key("en.all").get("/quarantine", params={"reason": "none"})
    assert json.loads(listed.text) == []
