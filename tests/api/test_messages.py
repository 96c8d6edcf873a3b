"""How somebody is reached: set on a page, kept with what was typed, and theirs alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from adapters.records import ALL
from adapters.records.notifying import ChannelRow, WayKind, WayRow
from adapters.records.orders import Notification
from adapters.records.tables import AuditRow
from api.identity import now_ms
from core.clock import HOUR_MS
from tests.api.console import Console
from workorders.notify.hours import Wish
from workorders.notify.wishes import wishes_of

FORM = {
    "kind-1": "telephone", "address-1": "+8613800000001", "kind-2": "mail",
    "address-2": "te@wushan.example", "kind-3": "", "address-3": "ignored", "kind-4": "mail",
    "address-4": "", "quiet_start": "22:30", "quiet_end": "06:00", "quiet_from": "2",
    "digest_from": "5", "digest_at": "09:15", "language": "zh_Hans",
}  # fmt: skip


def test_what_is_set_holds_and_is_shown_again(console: Console) -> None:
    visitor = console.as_("te.a")
    page = visitor.get("/messages").text
    assert 'value="21:00"' in page, "what holds without it"
    answer = visitor.post("/messages", FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/messages?saved=1")
    found = wishes_of(console.records, "te.a")
    assert list(found.ways) == [
        (WayKind.TELEPHONE, "+8613800000001"), (WayKind.MAIL, "te@wushan.example")
    ]  # fmt: skip
    assert found.wish == Wish(
        quiet_start=22 * 60 + 30, quiet_end=6 * 60, quiet_from=2, digest_from=5,
        digest_at=9 * 60 + 15,
    )  # fmt: skip
    assert found.language == "zh_Hans"
    page = visitor.get("/messages?saved=1").text
    assert 'value="22:30"' in page
    assert "te@wushan.example" in page
    assert "te@wushan.example" not in console.as_("su.a").get("/messages").text
    with console.records.session(ALL) as session:
        said = session.scalars(select(AuditRow).where(AuditRow.action == "set_messages")).one()
    assert (said.actor, said.detail) == ("te.a", "te.a: telephone, mail"), "no address in it"


@pytest.mark.parametrize(("field", "value", "words"), [
    ("address-2", "a@b.example&smtp=evil.example", "no address of this kind"),
    ("address-1", "12;ATH", "no address of this kind"), ("kind-1", "slack", "cannot be read"),
    ("quiet_start", "25:00", "no time of the day"), ("quiet_end", "soon", "cannot be read"),
    ("quiet_from", "1", "never waits"), ("language", "xx", "not spoken here"),
])  # fmt: skip
def test_what_cannot_stand_comes_back_as_it_was_typed(
    console: Console, field: str, value: str, words: str
) -> None:
    visitor = console.as_("te.a")
    before = wishes_of(console.records, "te.a")
    answer = visitor.post("/messages", FORM | {field: value, "digest_at": "09:47"})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="09:47"' in answer.text, "nothing typed is lost"
    assert wishes_of(console.records, "te.a") == before


def test_what_waited_for_an_hour_is_looked_at_again(console: Console) -> None:
    with console.records.session(ALL) as session:
        session.add(_waiting("te.a", held="digest"))
    console.as_("te.a").post("/messages", FORM)
    with console.records.session(ALL) as session:
        row = session.scalars(select(Notification).where(Notification.person == "te.a")).one()
    assert (row.held, row.next_at) == (None, 0)


def test_a_test_message_is_owed_once(console: Console) -> None:
    visitor = console.as_("te.a")
    visitor.get("/messages")
    for _ in range(2):
        assert visitor.post("/messages/test", {}).status_code == 303
    with console.records.session(ALL) as session:
        rows = session.scalars(select(Notification).where(Notification.kind == "test")).all()
    assert [(r.person, r.state, r.copied) for r in rows] == [("te.a", "waiting", True)]
    assert "Test message of Plantroom" in visitor.get("/messages").text
    outside = visitor.post("/messages/test", {"csrf": "wrong"})
    assert outside.status_code == 403


def test_a_dead_channel_is_said_to_those_who_look_after_it(console: Console) -> None:
    with console.records.session(ALL) as session:
        session.add(
            ChannelRow(name="mail", failures=3, failing_since=now_ms() - HOUR_MS,
                       error="it was not taken", reported=True)
        )  # fmt: skip
    for login in ("su.a", "en.all", "ad.c"):
        now = console.as_(login).get("/").text
        assert "Messages by mail have not arrived since" in now, login
        page = console.as_(login).get("/messages").text
        assert "it was not taken" in page
        assert 'class="pill no"' in page
    for login in ("te.a", "vi.all"):
        assert "Messages by mail" not in console.as_(login).get("/").text
        assert "it was not taken" not in console.as_(login).get("/messages").text


def test_somebody_elses_messages_are_not_shown(console: Console) -> None:
    with console.records.session(ALL) as session:
        session.add(_waiting("su.a", title="only for the supervisor"))
        session.add(WayRow(login="su.a", rank=0, kind="mail", address="su@wushan.example"))
    assert "only for the supervisor" in console.as_("su.a").get("/messages").text
    other = console.as_("ad.all").get("/messages").text
    assert "only for the supervisor" not in other
    assert "su@wushan.example" not in other


def _waiting(login: str, title: str = "a message", held: str | None = None) -> Notification:
    return Notification(
        key=f"k.{login}", building="a", order_id=None, person=login, kind="assign", priority=4,
        text={"head": {"msgid": title, "params": {}}, "lines": []}, created_at=now_ms(),
        copied=True, held=held, next_at=now_ms() + HOUR_MS if held else 0,
    )  # fmt: skip


def test_wishes_by_key(console: Console) -> None:
    key = console.key("te.a")
    usual = key.get("/messages/wishes").json()
    assert (usual["ways"], usual["quiet_from"]) == ([], 3)
    ways = [{"kind": "mail", "address": "te@wushan.example"}, {"kind": "ntfy", "address": "te-a"}]
    wanted = {**usual, "ways": ways, "quiet_start": 22 * 60, "digest_from": 5}
    assert key.put("/messages/wishes", json=wanted).status_code == 204
    assert key.get("/messages/wishes").json() == wanted
    assert console.key("te.c").get("/messages/wishes").json() == usual, "nobody else's"
    server = {**wanted, "ways": [{"kind": "mail", "address": "a@b.example?host=evil.example"}]}
    assert key.put("/messages/wishes", json=server).status_code == 422
    assert key.put("/messages/wishes", json={**wanted, "quiet_from": 1}).status_code == 422
    assert key.get("/messages/wishes").json() == wanted, "what cannot stand changes nothing"
    assert [key.post("/messages/test").status_code for _ in range(2)] == [202, 202]
