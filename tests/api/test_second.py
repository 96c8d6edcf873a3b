"""The second factor at log-in: asked for, set up where a role must, remembered, never guessed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from adapters.records import ALL
from adapters.records.factors import FactorMachineRow, FactorRow, RecoveryRow
from adapters.records.tables import LoginRow
from api import second
from api.identity import now_ms
from api.throttle import FREE_TRIES
from core import totp
from tests.api.console import PASSWORD, Console, Visitor


@pytest.fixture
def strict(console: Console) -> Console:
    """Supervisors and admins must have one."""
    services = console.app.state.services
    settings = services.settings.model_copy(update={"second_factor": "supervisor,admin"})
    console.app.state.services = replace(services, settings=settings)
    return console


def now_code(secret: str, ahead: int = 0) -> str:
    key = totp.key_of(secret)
    assert key is not None
    return totp.code(key, now_ms() // 1000 // totp.STEP_S + ahead)


def secret_in(page: str) -> str:
    found = re.search(r'name="secret" value="(\w+)"', page)
    assert found is not None
    return found[1]


def step_back(console: Console, login: str) -> None:
    """As if the last code had been taken two minutes ago."""
    with console.records.session(ALL) as session:
        session.execute(update(FactorRow).where(FactorRow.login == login)
                        .values(step=FactorRow.step - 4))  # fmt: skip


def half(console: Console, login: str) -> Visitor:
    visitor = console.visitor()
    answer = visitor.log_in(login)
    assert (answer.status_code, answer.headers["location"]) == (303, "/second")
    visitor.get("/second")
    return visitor


def enrolled(console: Console, login: str = "su.all") -> tuple[Visitor, str, list[str]]:
    visitor = half(console, login)
    secret = secret_in(visitor.get("/second").text)
    answer = visitor.post("/second", {"secret": secret, "code": now_code(secret)})
    assert answer.status_code == 200, answer.text
    codes = re.findall(r"<code>((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})</code>", answer.text)
    step_back(console, login)
    return visitor, secret, codes


def test_who_must_have_one_sets_it_up_before_anything_opens(strict: Console) -> None:
    visitor = half(strict, "su.all")
    assert visitor.get("/orders").headers["location"] == "/login"
    assert visitor.get("/login").headers["location"] == "/second"
    assert visitor.get("/x/crew").status_code == 303
    page = visitor.get("/second")
    assert page.headers["cache-control"] == "no-store"
    secret = secret_in(page.text)
    wrong = visitor.post("/second", {"secret": secret, "code": "000000"})
    assert wrong.status_code == 401
    assert secret_in(wrong.text) == secret, "the square on the telephone still holds"
    assert visitor.post("/second", {"secret": "AAAA", "code": "000000"}).status_code == 422
    visitor, _, codes = enrolled(strict)
    assert len(set(codes)) == second.RECOVERY
    assert visitor.get("/orders").status_code == 200
    with strict.records.session(ALL, reading=True) as session:
        kept = {row.hash for row in session.query(RecoveryRow)}
    assert len(kept) == second.RECOVERY
    assert not kept & {code.replace("-", "") for code in codes}


def test_a_code_opens_once_and_the_session_is_a_new_one(strict: Console) -> None:
    _, secret, _ = enrolled(strict)
    visitor = half(strict, "su.all")
    assert 'name="secret"' not in visitor.get("/second").text
    before = dict(visitor.cookies)
    code = now_code(secret)
    assert visitor.post("/second", {"code": code}).status_code == 303
    assert visitor.get("/orders").status_code == 200
    assert visitor.cookies != before
    again = half(strict, "su.all")
    assert again.post("/second", {"code": code}).status_code == 401, "seen over a shoulder"
    visitor.cookies = before
    assert visitor.get("/second").headers["location"] == "/login", "the half one is gone"


def test_a_recovery_code_opens_once(strict: Console) -> None:
    _, _, codes = enrolled(strict)
    visitor = half(strict, "su.all")
    assert visitor.post("/second", {"code": codes[0].lower()}).status_code == 303
    assert "7 recovery codes are left" in visitor.get("/factor").text
    assert half(strict, "su.all").post("/second", {"code": codes[0]}).status_code == 401


def test_codes_are_not_guessed_and_nobody_is_shut_out_of_the_password(
    strict: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret, _ = enrolled(strict)
    visitor, now = half(strict, "su.all"), now_ms()
    monkeypatch.setattr(second, "now_ms", lambda: now)
    right = now_code(secret)
    wrong = [f"{n:06}" for n in range(10) if f"{n:06}" != right][: FREE_TRIES + 1]
    tried = [visitor.post("/second", {"code": code}).status_code for code in wrong]
    assert tried == [401] * FREE_TRIES + [429]
    assert visitor.post("/second", {"code": right}).status_code == 429
    assert strict.visitor().log_in("su.all").status_code == 303
    monkeypatch.setattr(second, "now_ms", lambda: now + 2000)
    assert visitor.post("/second", {"code": right}).status_code == 303, "never a lock"


def test_a_half_log_in_ends_soon_and_needs_its_own_form(strict: Console) -> None:
    _, secret, _ = enrolled(strict)
    visitor = half(strict, "su.all")
    token, visitor.csrf = visitor.csrf, "x"
    assert visitor.post("/second", {"code": now_code(secret)}).status_code == 403
    visitor.csrf = token
    with strict.records.session(ALL) as session:
        session.execute(update(LoginRow).where(LoginRow.half).values(until=now_ms() - 1))
    assert visitor.post("/second", {"code": now_code(secret)}).headers["location"] == "/login"
    visitor = half(strict, "su.all")
    assert visitor.post("/second", {"do": "leave"}).headers["location"] == "/login"
    assert visitor.get("/second").headers["location"] == "/login"


def test_a_machine_remembers_until_the_shift_ends(strict: Console) -> None:
    _, secret, _ = enrolled(strict)
    visitor = half(strict, "su.all")
    form = {"code": now_code(secret), "remember": "1"}
    assert visitor.post("/second", form).status_code == 303
    assert visitor.log_in("su.all").headers["location"] == "/"
    assert strict.visitor().log_in("su.all").headers["location"] == "/second", "another machine"
    with strict.records.session(ALL) as session:
        session.execute(update(FactorMachineRow).values(until=now_ms() - 1))
    assert visitor.log_in("su.all").headers["location"] == "/second"


def test_others_may_have_one_and_give_it_up(strict: Console) -> None:
    visitor = strict.as_("en.all")
    secret = secret_in(visitor.get("/factor").text)
    form = {"secret": secret, "code": now_code(secret)}
    assert visitor.post("/factor", {**form, "password": "no"}).status_code == 401
    assert visitor.post("/factor", {**form, "password": PASSWORD}).status_code == 200
    assert strict.visitor().log_in("en.all").headers["location"] == "/second"
    assert visitor.post("/factor", {"do": "off", "password": PASSWORD}).status_code == 303
    assert strict.visitor().log_in("en.all").headers["location"] == "/"
    must, _, _ = enrolled(strict)
    must.get("/factor")
    assert must.post("/factor", {"do": "off", "password": PASSWORD}).status_code == 403


def test_who_lost_everything_sets_it_up_anew(strict: Console) -> None:
    enrolled(strict)
    assert second.take_away(strict.records, "su.all", by="ad.all")
    assert not second.take_away(strict.records, "su.all", by="ad.all")
    assert 'name="secret"' in half(strict, "su.all").get("/second").text


def test_secrets_are_sealed_and_without_the_key_only_recovery_codes_open(strict: Console) -> None:
    _, secret, codes = enrolled(strict)

    def kept() -> str:
        with strict.records.session(ALL, reading=True) as session:
            return session.get_one(FactorRow, "su.all").secret

    key = totp.key_of(secret)
    assert secret not in kept()
    services = strict.app.state.services
    assert services.settings.factor_seal.opened("su.all", kept()) == key
    other = services.settings.model_copy(update={"second_factor_key": SecretStr("x" * 16)})
    strict.app.state.services = replace(services, settings=other)
    assert half(strict, "su.all").post("/second", {"code": now_code(secret)}).status_code == 401
    assert half(strict, "su.all").post("/second", {"code": codes[0]}).status_code == 303


def test_what_was_kept_readable_is_sealed_once(strict: Console) -> None:
    _, secret, _ = enrolled(strict)
    with strict.records.session(ALL) as session:
        session.execute(update(FactorRow).values(secret=secret))
    seal = strict.app.state.services.settings.factor_seal
    assert [second.seal_kept(strict.records, lambda: seal) for _ in range(2)] == [1, 0]
    assert half(strict, "su.all").post("/second", {"code": now_code(secret)}).status_code == 303


def test_keys_and_those_who_need_none_go_on_as_before(strict: Console) -> None:
    assert strict.visitor().log_in("te.a").headers["location"] == "/orders?view=mine"
    assert strict.key("su.all").get("/orders").status_code == 200
