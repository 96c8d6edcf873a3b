"""Mail over SMTP to a small server of our own, ntfy and signed web hooks over real HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.clock import SteppedClock
from core.errors import Misconfigured, Retryable
from tests.workorders.house import START
from tests.workorders.notify.listener import Listener
from tests.workorders.notify.mailbox import Mailbox, receiving
from workorders.notify import Letter
from workorders.notify.channels import Apprise, keyed, mail_url, ntfy_url
from workorders.notify.webhook import WebHook

LETTER = Letter(key="WO-2026-0001.3.assign.x", order="WO-2026-0001", priority=2, kind="assign",
                title="WO-2026-0001 P2 已派给您", body="阀门内漏", at=START,
                link="https://plantroom.example/orders/WO-2026-0001")  # fmt: skip


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with receiving() as box:
        yield box


def _mail(box: Mailbox) -> Apprise:
    url = f"mailto://127.0.0.1:{box.port}?from=plantroom@wushan.example&smtp=127.0.0.1"
    return Apprise(mail_url(url), "mail")


def test_mail_goes_to_the_persons_own_address(mailbox: Mailbox) -> None:
    _mail(mailbox).send("wang.fang@wushan.example", LETTER)
    ((to, mail),) = mailbox.mails
    assert to == ["wang.fang@wushan.example"]
    assert mail["Subject"] == "WO-2026-0001 P2 已派给您"
    assert "plantroom@wushan.example" in mail["From"]
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    text = b"".join(part for part in parts if isinstance(part, bytes)).decode()
    assert "阀门内漏" in text
    assert "https://plantroom.example/orders/WO-2026-0001" in text


EVIL = replace(
    LETTER, title="WO-2026-0001 <b>tap</b>",
    body='<a href="https://evil.example/login">log in</a>\n'
         "<!channel> [here](https://evil.example) & *now*",
)  # fmt: skip
"""Words that anybody may report, without a log-in."""


@pytest.mark.parametrize("wished", ["", "&format=text"])
def test_what_a_stranger_reports_is_no_html_in_mail(mailbox: Mailbox, wished: str) -> None:
    url = f"mailto://127.0.0.1:{mailbox.port}?from=p@wushan.example&smtp=127.0.0.1{wished}"
    Apprise(mail_url(url), "mail").send("wang.fang@wushan.example", EVIL)
    ((_, mail),) = mailbox.mails
    (part,) = [part for part in mail.walk() if not part.is_multipart()]
    assert part.get_content_type() == "text/plain"
    said = part.get_payload(decode=True)
    assert isinstance(said, bytes)
    assert said.decode().split() == f"{EVIL.body}\n{EVIL.link}".split()
    assert said.decode().splitlines()[1].startswith("<!channel>"), "lines stay lines"
    assert mail["Subject"] == EVIL.title


def test_mail_as_html_shows_what_was_written(mailbox: Mailbox) -> None:
    url = f"mailto://127.0.0.1:{mailbox.port}?from=p@w.example&smtp=127.0.0.1&format=html"
    Apprise(mail_url(url), "mail").send("wang.fang@wushan.example", EVIL)
    ((_, mail),) = mailbox.mails
    parts = [p.get_payload(decode=True) for p in mail.walk() if p.get_content_type() == "text/html"]
    (said,) = (part.decode() for part in parts if isinstance(part, bytes))
    assert "<a " not in said
    assert "&lt;a" in said


def test_ntfy_gets_it_as_text(listener: Listener) -> None:
    Apprise(ntfy_url(listener.address.replace("http", "ntfy")), "ntfy").send("topic", EVIL)
    (one,) = listener.asked
    assert EVIL.body in one.said["message"]
    assert not one.said.get("markdown")


def test_mail_that_the_server_refuses_is_not_taken(mailbox: Mailbox) -> None:
    mailbox.unknown.add("gone@wushan.example")
    with pytest.raises(Retryable):
        _mail(mailbox).send("gone@wushan.example", LETTER)
    mailbox.down = True
    with pytest.raises(Retryable):
        _mail(mailbox).send("wang.fang@wushan.example", LETTER)
    assert mailbox.mails == []


def test_an_address_cannot_name_another_server(mailbox: Mailbox, listener: Listener) -> None:
    port = listener.address.rpartition(":")[2]
    evil = f"x@wushan.example&smtp=127.0.0.1&port={port}"
    with contextlib.suppress(Retryable):
        _mail(mailbox).send(evil, LETTER)
    assert listener.asked == [], "quoted, it is a strange address and no setting"


def test_ntfy_gets_a_topic_of_the_servers(listener: Listener) -> None:
    server = listener.address.replace("http", "ntfy")
    Apprise(ntfy_url(server + "?priority=high"), "ntfy").send("wang-fang-7f3a", LETTER)
    (one,) = listener.asked
    assert b"wang-fang-7f3a" in one.body or "wang-fang-7f3a" in one.path
    listener.answer = lambda _: (503, "")
    with pytest.raises(Retryable):
        Apprise(ntfy_url(server), "ntfy").send("wang-fang-7f3a", LETTER)


def test_a_signed_hook_can_be_checked_by_who_has_the_secret(listener: Listener) -> None:
    hook = WebHook(f"{listener.address}/in#s3cret", "webhook-1", clock=SteppedClock(START))
    hook.send("", LETTER)
    (one,) = listener.asked
    at = one.headers["Plantroom-Timestamp"]
    assert at == str(START // 1000)
    mine = hmac.new(b"s3cret", at.encode() + b"." + one.body, hashlib.sha256).hexdigest()
    assert one.headers["Plantroom-Signature"] == f"v1={mine}"
    assert one.headers["Idempotency-Key"] == one.said["key"] == LETTER.key
    assert one.said == {
        "key": LETTER.key, "kind": "assign", "order": "WO-2026-0001", "priority": 2,
        "title": LETTER.title, "body": "阀门内漏", "link": LETTER.link, "at": START,
    }  # fmt: skip
    assert b"s3cret" not in one.body


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
def test_a_hook_that_answers_anything_but_well_gets_it_again(
    listener: Listener, status: int
) -> None:
    listener.answer = lambda _: (status, "")
    with pytest.raises(Retryable):
        WebHook(f"{listener.address}/in#s", "webhook-1").send("", LETTER)


def test_a_hook_without_a_secret_is_a_mistake() -> None:
    with pytest.raises(Misconfigured, match="no secret"):
        WebHook("https://h.example/in", "webhook-1")


@pytest.mark.parametrize("url", [
    "wecombot://key", "dingtalk://token", "feishu://token", "lark://token", "nonsense",
])  # fmt: skip
def test_what_apprise_would_take_for_success_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(Misconfigured):
        Apprise(url, "apprise-1")


def test_keys_go_to_web_hooks_only() -> None:
    assert keyed("json://h/?a=b", "k") == "json://h/?a=b&+Idempotency-Key=k"
    assert keyed("mailto://h", "k") == "mailto://h"
