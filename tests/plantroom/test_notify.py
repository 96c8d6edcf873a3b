"""``plantroom notify``: a test message over real servers, and how the channels are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plantroom.conftest import ROOT, Cli
from tests.workorders.notify.listener import Listener, listening
from tests.workorders.notify.mailbox import Mailbox, receiving

WUSHAN = str(ROOT / "sites" / "wushan")
SECRET = "hunter2"  # noqa: S105 - of a test


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as one:
        yield one


@pytest.fixture
def mailbox(var: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that a file of secrets names."""
    with receiving() as box:
        secrets = var / "secrets"
        secrets.mkdir()
        url = f"mailto://127.0.0.1:{box.port}?from=p@wushan.example&smtp=127.0.0.1"
        (secrets / "PLANTROOM_NOTIFY_MAIL").write_text(url, encoding="utf-8")
        monkeypatch.setenv("PLANTROOM_SECRETS", str(secrets))
        yield box


def test_a_test_message_goes_by_mail_in_the_persons_language(cli: Cli, mailbox: Mailbox) -> None:
    cli("user", "import", WUSHAN)
    said = cli("notify", "test", "chen.jing")
    assert said.exit_code == 0, said.output
    assert "taken" in said.output
    ((to, mail),) = mailbox.mails
    assert to == ["chen.jing@wushan.example"]
    assert mail["Subject"] == "Plantroom 测试消息，请忽略"
    mailbox.down = True
    said = cli("notify", "test", "chen.jing", "--json")
    assert said.exit_code == 3
    assert json.loads(said.output)[0]["error"] == "it was not taken"


def test_the_telephone_rings_only_when_asked_to(
    cli: Cli, mailbox: Mailbox, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = listener.address.replace("http://", f"http://me:{SECRET}@")
    monkeypatch.setenv("PLANTROOM_NOTIFY_TELEPHONE", url)
    cli("user", "import", WUSHAN)
    assert cli("notify", "test", "guo.hua").exit_code == 0
    assert listener.asked == []
    said = cli("notify", "test", "guo.hua", "--ring")
    assert said.exit_code == 0, said.output
    assert SECRET not in said.output
    assert [one.said["to"] for one in listener.asked] == ["+8600000000001"]
    assert len(mailbox.mails) == 2


def test_whom_nothing_reaches_is_said_with_what_to_set(cli: Cli) -> None:
    cli("user", "import", WUSHAN)
    said = cli("notify", "test", "chen.jing")
    assert said.exit_code == 2
    assert "PLANTROOM_NOTIFY_MAIL" in said.output
    assert cli("notify", "test", "nobody").exit_code == 2


@pytest.mark.parametrize(("name", "value"), [
    ("WECOM", f"https://corp:{SECRET}@h.example"), ("ROBOTS", f"teams:https://h/{SECRET}"),
    ("WEBHOOKS", f"https://h.example/{SECRET}"), ("MAIL", f"nonsense://u:{SECRET}@h"),
])  # fmt: skip
def test_a_setting_that_cannot_stand_is_told_without_its_secret(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PLANTROOM_NOTIFY_{name}", value)
    said = cli("notify", "status")
    assert said.exit_code == 2, said.output
    assert "expected" in said.output
    assert SECRET not in said.output


def test_status_says_how_the_channels_are(cli: Cli, mailbox: Mailbox) -> None:
    assert mailbox.port
    said = cli("notify", "status", "--json")
    assert said.exit_code == 0, said.output
    found = json.loads(said.output)
    assert [c["name"] for c in found["channels"]] == ["mail"]
    assert (found["waiting"], found["failed"]) == (0, 0)
    assert "mail" in cli("notify", "status").output
