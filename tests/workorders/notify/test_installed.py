"""Ways of people over what is installed: theirs in their order, else what stands in their entry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.notify_settings import NotifySettings
from adapters.records import ALL, Records
from adapters.records.notifying import WayKind, WayRow
from tests.sample import records_in
from workorders.notify.installed import Installed

MAIL = SecretStr("mailto://127.0.0.1:25?from=p@wushan.example")
CALL = SecretStr("http://127.0.0.1:9/call")
ENTRY = ("guo.hua", "guo@wushan.example", "+8600000000001")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    made = records_in(tmp_path, staffed=True)
    yield made
    made.close()


def _set(records: Records, *ways: tuple[str, str]) -> None:
    with records.session(ALL) as session:
        for rank, (kind, address) in enumerate(ways):
            session.add(WayRow(login="guo.hua", rank=rank, kind=kind, address=address))


def _of(installed: Installed) -> list[tuple[str, str]]:
    return [(way.sender.name, way.address) for way in installed.of(*ENTRY)]


def test_without_an_entry_the_mail_address_and_the_telephone_are_used(records: Records) -> None:
    installed = Installed(NotifySettings(notify_mail=MAIL, notify_telephone=CALL), records)
    assert installed.kinds == (WayKind.MAIL, WayKind.TELEPHONE)
    assert _of(installed) == [("mail", "guo@wushan.example")]
    rings = [(way.sender.name, way.address) for way in installed.ringing(*ENTRY)]
    assert rings == [("telephone", "+8600000000001")]
    assert installed.of("guo.hua", "", "") == []


def test_ones_own_ways_in_ones_own_order(records: Records, tmp_path: Path) -> None:
    _set(records, ("ntfy", "guo-1"), ("telephone", "+861"), ("mail", "other@wushan.example"),
         ("wecom", "guohua"))  # fmt: skip
    settings = NotifySettings(
        notify_mail=MAIL, notify_ntfy=SecretStr("ntfy://127.0.0.1:9"), notify_telephone=CALL,
        notify_modem=tmp_path / "ttyUSB0",
    )  # fmt: skip
    installed = Installed(settings, records)
    assert _of(installed) == [("ntfy", "guo-1"), ("mail", "other@wushan.example")], (
        "WeCom is not installed here"
    )
    rings = [(way.sender.name, way.address) for way in installed.ringing(*ENTRY)]
    assert rings == [("telephone", "+861"), ("modem", "+861")]


def test_who_has_a_telephone_alone_is_still_written_to(records: Records) -> None:
    _set(records, ("telephone", "+861"))
    installed = Installed(NotifySettings(notify_mail=MAIL, notify_telephone=CALL), records)
    assert _of(installed) == [("mail", "guo@wushan.example")]


def test_groups_are_named_without_their_addresses(records: Records) -> None:
    settings = NotifySettings(
        notify=(SecretStr("json://127.0.0.1:9"),),
        notify_robots=(SecretStr("wecom:https://h.example/r?key=k"),
                       SecretStr("feishu:https://h.example/r#SEC")),
        notify_webhooks=(SecretStr("https://h.example/in#SEC"),), notify_language="zh_Hans",
    )  # fmt: skip
    installed = Installed(settings, records)
    names = [group.name for group in installed.groups]
    assert names == ["apprise-1", "wecom-1", "feishu-2", "webhook-1"]
    assert {group.language for group in installed.groups} == {"zh_Hans"}
    assert _of(installed) == [], "the groups hear of it"


def test_where_nothing_can_write_the_log_does(records: Records) -> None:
    assert _of(Installed(NotifySettings(), records)) == [("log", "guo.hua")]
    only_rings = Installed(NotifySettings(notify_telephone=CALL), records)
    assert _of(only_rings) == [("log", "guo.hua")]
