"""Which address says who asks, and that the console notes where its people work."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest
from fastapi import Request
from sqlalchemy import select

from adapters.records import ALL
from adapters.records.networks import WorkNetworkRow
from adapters.settings import Settings
from api import whereabouts
from tests.api.console import PASSWORD, Console


def request_from(host: str, cookie: str = "") -> Request:
    headers = [(b"cookie", cookie.encode())] if cookie else []
    return Request({"type": "http", "client": (host, 1), "headers": headers})


@pytest.mark.parametrize(
    ("host", "said"),
    [("203.0.113.9", "203.0.113.9"), ("10.8.0.4", ""), ("127.0.0.1", ""), ("::1", ""),
     ("2001:db8::1", "2001:db8::1"), ("testclient", ""), ("", "")],
)  # fmt: skip
def test_shared_addresses_say_nothing(looked_at: Console, host: str, said: str) -> None:
    services = looked_at.app.state.services
    settings = services.settings.model_copy(update={"shared_networks": "10.8.0.0/24"})
    given = replace(services, settings=settings)
    assert whereabouts.network_of(request_from(host), given) == said


def test_a_wrong_network_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10\.8\.0\.0/24"):
        Settings(shared_networks="campus")


def test_a_log_in_marks_network_and_browser(console: Console) -> None:
    visitor = console.visitor()
    visitor.log_in("te.a")
    cookies = "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())
    assert whereabouts.of_staff(request_from("203.0.113.9", cookies))
    visitor.post("/logout", {})
    kept = "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())
    assert whereabouts.of_staff(request_from("203.0.113.9", kept)), "who logs out works here still"
    assert not whereabouts.of_staff(request_from("203.0.113.9", "lang=en"))
    with console.records.session(ALL, reading=True) as session:
        assert session.scalars(select(WorkNetworkRow.login)).all() == [], "this machine's own"


def test_a_log_in_from_a_network_of_its_own_is_noted(console: Console) -> None:
    async def enter() -> httpx.Response:
        wire = httpx.ASGITransport(app=console.app, client=("203.0.113.9", 5))
        form = {"login": "te.a", "password": PASSWORD}
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(transport=wire, base_url=console.address) as client:
            return await client.post("/login", data=form, headers=headers)

    assert asyncio.run(enter()).status_code == 303
    with console.records.session(ALL, reading=True) as session:
        assert session.scalars(select(WorkNetworkRow.login)).all() == ["te.a"]
