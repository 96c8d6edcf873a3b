"""The stream of a page: what changed, within its reader's scope, while the log-in holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from api import live
from tests.api.console import Console, Visitor, find


@dataclass(frozen=True)
class Said:
    """One message."""

    event: str
    data: str
    id: str


def messages(answer: httpx.Response) -> Iterator[Said]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if not line and fields:
            yield Said(fields.get("event", ""), fields.get("data", ""), fields.get("id", ""))
            fields = {}
        elif name in {"event", "data", "id"}:
            fields[name] = value


@contextmanager
def listening(visitor: Visitor, last: str | None = None) -> Iterator[Iterator[Said]]:
    """The messages of a stream, from where the page was rendered or from an id."""
    page = visitor.get("/orders").text
    found = re.search(r'data-live="([^"]+)"', page)
    assert found is not None
    cookie = "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())
    headers = {"Cookie": cookie} | ({"Last-Event-ID": last} if last else {})
    url = visitor.address + found.group(1)
    with visitor.http.stream("GET", url, headers=headers, timeout=15) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield messages(answer)


def test_the_first_message_says_how_fresh_data_is(console: Console) -> None:
    with listening(console.as_("en.all")) as said:
        first = next(said)
        assert first.event == "state"
        assert set(json.loads(first.data)) == {"fresh"}


def test_a_change_in_scope_is_told_with_its_number(console: Console) -> None:
    with listening(console.as_("en.c")) as said:
        next(said)
        find(console, "PWR-03", "c.m-sockets")
        changed = next(m for m in said if m.event == "changed")
    assert "order" in json.loads(changed.data)
    assert re.fullmatch(rf"{live.EPOCH}\.\d+", changed.id)


def test_a_change_elsewhere_is_not_told(console: Console) -> None:
    with listening(console.as_("en.c")) as said:
        next(said)
        find(console, "PWR-03", "a.m-sockets")
        find(console, "PWR-03", "c.m-sockets")
        told = [next(m for m in said if m.event == "changed")]
    assert len(told) == 1
    with console.as_("en.c").http.stream(
        "GET", console.address + f"/live?since={told[0].id}", timeout=2.5,
        headers={"Cookie": f"__Host-sid={console.as_('en.c').cookies['__Host-sid']}"},
    ) as answer:  # fmt: skip
        find(console, "WAT-01", "a.w-main")
        with pytest.raises(httpx.ReadTimeout):
            next(m for m in messages(answer) if m.event == "changed")


def test_what_came_between_page_and_stream_is_told(console: Console) -> None:
    visitor = console.as_("en.all")
    since = live.latest_change(console.app.state.services)
    find(console, "PWR-03", "c.m-sockets")
    with listening(visitor, last=since) as said:
        assert any(m.event == "changed" for m in (next(said), next(said)))


@pytest.mark.parametrize("last", ["", "nonsense", "0000.5", "0.x"])
def test_an_unknown_place_reloads_the_page(console: Console, last: str) -> None:
    visitor = console.as_("en.all")
    answer = visitor.get("/live", Last_Event_ID=last)
    (reset,) = messages(answer)
    assert reset.event == "reset"
    assert reset.id == live.latest_change(console.app.state.services)


def test_a_stream_ends_with_its_session(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_SESSION_S", 0.2)
    visitor = console.as_("en.all")
    with listening(visitor) as said:
        next(said)
        other = Visitor(console.address, visitor.http, dict(visitor.cookies), visitor.csrf)
        with httpx.Client(timeout=10) as client:
            other.http = client
            assert other.post("/logout", {}).status_code == 303
        assert next(m for m in said).event == "bye"
    assert visitor.get("/x/alive", HX_Request="true").status_code == 401


def test_a_stream_does_not_keep_its_session_alive(console: Console) -> None:
    visitor = console.as_("en.all")
    with listening(visitor) as said:
        next(said)
    assert visitor.get("/x/alive").status_code == 204


def test_nobody_listens_without_a_log_in(console: Console) -> None:
    assert console.visitor().get("/live").status_code == 303
    assert console.visitor().get("/live", HX_Request="true").status_code == 401


def test_a_page_that_says_why_not_listens_to_nothing(looked_at: Console) -> None:
    for path in ("/quarantine", "/orders/WO-0", "/trend?days=many"):
        answer = looked_at.as_("te.a").get(path)
        assert answer.status_code >= 400
        assert 'data-live="/live?since="' not in answer.text, "it would load again and again"
