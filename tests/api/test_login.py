"""In and out: sessions, throttle, and forms that carry their session's token."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from adapters.records import ALL
from adapters.records.tables import AttemptRow, LoginRow
from api import identity
from tests.api.console import PASSWORD, Console, Visitor

SECURE = {"HttpOnly", "Secure", "SameSite=lax", "Path=/"}


def _inside(visitor: Visitor) -> bool:
    return visitor.get("/x/alive").status_code == 204


def test_a_good_log_in_opens_a_session(console: Console) -> None:
    visitor = console.visitor()
    answer = visitor.post("/login", {"login": " EN.all ", "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sid=")
    assert set(cookie.split("; ")) >= SECURE
    assert _inside(visitor)
    assert visitor.get("/login").headers["location"] == "/"


def test_the_database_keeps_no_secret(console: Console) -> None:
    visitor = console.as_("en.all")
    with console.records.session(ALL, reading=True) as session:
        row = session.scalars(select(LoginRow)).one()
    assert visitor.cookies["__Host-sid"] not in {row.hash, row.csrf, row.login}


def test_crew_land_on_their_orders(console: Console) -> None:
    answer = console.visitor().post("/login", {"login": "te.a", "password": PASSWORD})
    assert answer.headers["location"] == "/orders?view=mine"


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(console: Console) -> None:
    answers = [
        console.visitor().post("/login", {"login": login, "password": "wrong, but long"})
        for login in ("en.all", "nobody")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    pages = [a.text.replace("en.all", "").replace("nobody", "") for a in answers]
    assert pages[0] == pages[1]
    assert "Log-in or password is wrong." in pages[0]
    assert 'role="alert"' in pages[0]


def test_after_five_wrong_tries_even_the_right_one_waits(console: Console) -> None:
    for login in ("en.all", "nobody"):
        visitor = console.visitor()
        for _ in range(5):
            wrong = visitor.post("/login", {"login": login, "password": "wrong, but long"})
            assert wrong.status_code == 401
        waits = visitor.post("/login", {"login": login, "password": PASSWORD})
        assert waits.status_code == 429
        assert re.search(r"Too many tries; the next one in \d+ s", waits.text)
    assert console.visitor().log_in("su.all").status_code == 303, "others are not shut out"
    later = identity.now_ms() - 1
    with console.records.session(ALL) as session:
        session.execute(update(AttemptRow).values(until=later))
    assert console.visitor().log_in("en.all").status_code == 303, "never a lock"


def test_log_out_ends_the_session_on_the_server(console: Console) -> None:
    visitor = console.visitor()
    visitor.log_in("en.all")
    kept = dict(visitor.cookies)
    answer = visitor.post("/logout", {})
    assert answer.headers["location"] == "/login"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert set(visitor.cookies) == {"__Host-staff"}, "which opens nothing"
    visitor.cookies = kept
    assert not _inside(visitor)


def test_a_new_log_in_ends_the_old_session(console: Console) -> None:
    visitor = console.visitor()
    visitor.log_in("en.all")
    before = dict(visitor.cookies)
    visitor.log_in("su.all")
    assert visitor.cookies != before, "an id that was planted is not taken over"
    visitor.cookies = before
    assert not _inside(visitor)


@pytest.mark.parametrize(
    ("login", "idle_ms"), [("en.all", identity.IDLE_MS), ("te.all", identity.CREW_IDLE_MS)]
)
def test_an_idle_session_ends(console: Console, login: str, idle_ms: int) -> None:
    visitor = console.as_(login)
    for ago, holds in ((idle_ms - 60_000, True), (idle_ms + 1_000, False)):
        with console.records.session(ALL) as session:
            session.execute(update(LoginRow).values(seen=identity.now_ms() - ago))
        assert _inside(visitor) is holds


def test_no_session_outlasts_its_day(console: Console) -> None:
    visitor = console.as_("en.all")
    begun = identity.now_ms() - identity.ABSOLUTE_MS - 1
    with console.records.session(ALL) as session:
        session.execute(update(LoginRow).values(created=begun))
    assert not _inside(visitor)


def test_a_made_up_session_is_none(console: Console) -> None:
    visitor = console.visitor()
    visitor.cookies["__Host-sid"] = "x" * 43
    assert visitor.get("/x/alive", HX_Request="true").status_code == 401
    assert visitor.get("/orders").headers["location"] == "/login"


@pytest.mark.parametrize("token", ["", "of-somebody-else"])
def test_a_form_without_its_token_is_refused(console: Console, token: str) -> None:
    visitor = console.as_("en.all")
    assert visitor.post("/logout", {"csrf": token}).status_code == 403
    assert _inside(visitor)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_form_of_another_site_is_refused(console: Console, headers: dict[str, str]) -> None:
    visitor = console.as_("en.all")
    answer = visitor.send("POST", "/logout", headers=headers, data={"csrf": visitor.csrf})
    assert answer.status_code == 403
    assert "content-security-policy" in answer.headers
    assert _inside(visitor)


def test_an_old_browser_is_known_by_its_origin(console: Console) -> None:
    visitor = console.as_("en.all")
    form = {"csrf": visitor.csrf, "language": "en"}
    answer = visitor.send("POST", "/language", headers={"Origin": console.address}, data=form)
    assert answer.status_code == 303


def test_cookie_and_key_together_are_refused(console: Console) -> None:
    visitor = console.as_("en.all")
    key = identity.make_key(console.records, "ad.all", 1)
    answer = visitor.get("/api/v1/orders", Authorization=f"Bearer {key}")
    assert answer.status_code == 401


@pytest.mark.parametrize("spoil", [lambda k: k[:-1], lambda k: k + "x", lambda _: "prk_x_y"])
def test_a_wrong_or_old_key_is_nobody(console: Console, spoil: object) -> None:
    assert callable(spoil)
    visitor = console.visitor()
    key = identity.make_key(console.records, "en.all", 1)
    old = identity.make_key(console.records, "en.all", -1)
    assert visitor.get("/api/v1/orders", Authorization=f"Bearer {key}").status_code == 200
    for wrong in (spoil(key), old):
        assert visitor.get("/api/v1/orders", Authorization=f"Bearer {wrong}").status_code == 401
