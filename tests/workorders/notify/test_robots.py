"""Robots and apps of WeCom, DingTalk and Feishu, on a real server: taken only by a code of 0."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from core.clock import MINUTE_MS, SteppedClock
from core.errors import Misconfigured, Retryable
from tests.workorders.house import START
from tests.workorders.notify.listener import Answer, Asked, Listener
from workorders.notify import Letter
from workorders.notify.apps import App, DingTalkApp, FeishuApp, WeComApp
from workorders.notify.robots import DINGTALK, FEISHU, WECOM, Make, Robot
from workorders.notify.sender import NoSuchAddress, Throttled
from workorders.notify.web import MOST_ANSWER, asked

LETTER = Letter(key="WO-2026-0001.3.assign.wang.fang", order="WO-2026-0001", priority=1,
                title="WO-2026-0001 P1", body="主管漏水", link="http://p/orders/1")  # fmt: skip
MAKES = {"wecom": WECOM, "dingtalk": DINGTALK, "feishu": FEISHU}


def _robot(listener: Listener, make: Make, secret: str = "") -> Robot:
    url = f"{listener.address}/robot?key=k-1-secret{'#' + secret if secret else ''}"
    return Robot(url, "robot-1", make, clock=SteppedClock(START))


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_a_group_reads_it_where_the_code_is_0(listener: Listener, make: Make) -> None:
    listener.answer = lambda _: (200, {make.code: 0, make.said: "ok"})
    _robot(listener, make).send("", LETTER)
    (one,) = listener.asked
    assert (one.path, one.query["key"]) == ("/robot", "k-1-secret")
    content: dict[str, str] = one.said.get("text") or one.said["content"]
    assert list(content.values()) == ["WO-2026-0001 P1\n主管漏水\nhttp://p/orders/1"]


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
@pytest.mark.parametrize("answer", [
    (200, {}), (200, "<html>"), (200, []), (500, ""), (200, {"errcode": "0", "code": "0"}),
    (200, {"errcode": False, "code": False}), (302, ""), (200, "x" * (MOST_ANSWER + 1)),
])  # fmt: skip
def test_nothing_else_is_taken(listener: Listener, make: Make, answer: Answer) -> None:
    listener.answer = lambda _: answer
    with pytest.raises(Retryable):
        _robot(listener, make).send("", LETTER)


@pytest.mark.parametrize(("make", "code"), [(WECOM, 45009), (DINGTALK, 130101), (FEISHU, 11232)])
def test_throttling_with_http_200_is_no_success(listener: Listener, make: Make, code: int) -> None:
    listener.answer = lambda _: (200, {make.code: code, make.said: "api freq out of limit"})
    with pytest.raises(Throttled, match="freq out of limit") as why:
        _robot(listener, make).send("", LETTER)
    assert why.value.retry_after_s >= 60


def test_too_many_requests_says_when_to_come_again(listener: Listener) -> None:
    listener.answer = lambda _: (429, "")
    with pytest.raises(Throttled) as why:
        _robot(listener, WECOM).send("", LETTER)
    assert why.value.retry_after_s == 60


def test_dingtalk_and_feishu_are_signed_as_they_ask(listener: Listener) -> None:
    listener.answer = lambda _: (200, {"errcode": 0, "code": 0})
    _robot(listener, DINGTALK, "SEC1").send("", LETTER)
    _robot(listener, FEISHU, "SEC1").send("", LETTER)
    ding, fei = listener.asked
    assert ding.query["timestamp"] == str(START)
    assert ding.query["sign"] == _hmac("SEC1", f"{START}\nSEC1")
    assert ding.query["key"] == "k-1-secret", "the address keeps its own query"
    at = str(START // 1000)
    assert (fei.said["timestamp"], fei.said["sign"]) == (at, _hmac(f"{at}\nSEC1", ""))
    assert not any(b"SEC1" in one.body for one in listener.asked)


def test_a_long_text_is_cut_to_what_wecom_takes(listener: Listener) -> None:
    listener.answer = lambda _: (200, {"errcode": 0})
    long = Letter(key="k", order="", priority=3, title="T", body="漏" * 2_000)
    _robot(listener, WECOM).send("", long)
    text = listener.asked[0].said["text"]["content"]
    assert len(text.encode()) <= 2_048
    assert text.endswith("…")


def test_no_secret_stands_in_a_log_or_an_error(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    listener.answer = lambda _: (200, {"errcode": 0})
    _robot(listener, DINGTALK, "SEC1").send("", LETTER)
    dead = "http://127.0.0.1:9/robot?key=k-1-secret"
    with pytest.raises(Retryable) as why:
        asked("POST", dead)
    with pytest.raises(Retryable) as odd:
        asked("POST", "http://[bad/k-1-secret")
    said = caplog.text + str(why.value) + str(odd.value)
    assert "HTTP Request" in said, "httpx logs what it asks"
    assert "k-1-secret" not in said
    assert "SEC1" not in said


APPS: dict[type[App], dict[str, Any]] = {
    WeComApp: {"errcode": 0, "access_token": "t", "expires_in": 7200},
    DingTalkApp: {"errcode": 0, "access_token": "t", "expires_in": 7200},
    FeishuApp: {"code": 0, "tenant_access_token": "t", "expire": 7200},
}


class Service:
    """Answers for tokens, and for messages as it is told."""

    def __init__(self, make: type[App], said: dict[str, Any], status: int = 200) -> None:
        self.token = APPS[make]
        self.said = said
        self.status = status
        self.tokens = 0

    def __call__(self, one: Asked) -> Answer:
        if "token" in one.path:
            self.tokens += 1
            return 200, {**self.token, next(k for k in self.token if "token" in k):
                         f"t-{self.tokens}"}  # fmt: skip
        return self.status, self.said


def _app(listener: Listener, make: type[App], clock: SteppedClock | None = None) -> App:
    url = listener.address.replace("http://", "http://house:s%2Fecret@") + "/42"
    return make(url, "app", clock=clock or SteppedClock(START))


@pytest.mark.parametrize("make", APPS, ids=lambda m: m.__name__)
def test_one_person_by_user_id_and_the_token_is_kept(listener: Listener, make: type[App]) -> None:
    listener.answer = service = Service(make, {"errcode": 0, "code": 0})
    clock = SteppedClock(START)
    app = _app(listener, make, clock)
    app.send("wangfang", LETTER)
    app.send("wangfang", LETTER)
    assert service.tokens == 1
    clock.advance(START + 116 * MINUTE_MS)
    app.send("wangfang", LETTER)
    assert service.tokens == 2, "asked again before its two hours are over"
    token, message = listener.asked[0], listener.asked[1]
    assert "s/ecret" in (*token.query.values(), *(token.said.values() if token.body else ()))
    assert "wangfang" in message.said.values()
    assert "主管漏水" in json.dumps(message.said, ensure_ascii=False)
    assert "t-1" in message.query.get("access_token", message.headers.get("Authorization", ""))


@pytest.mark.parametrize("make", [*MAKES.values(), *APPS])
def test_what_a_stranger_reports_links_to_nothing_and_calls_nobody(
    listener: Listener, make: Make | type[App]
) -> None:
    tags = '<a href="https://evil.example">a</a> <at user_id="all">b</at> [c](https://evil.example)'
    letter = replace(LETTER, body=tags)
    if isinstance(make, Make):
        listener.answer = lambda _: (200, {make.code: 0})
        _robot(listener, make).send("", letter)
    else:
        listener.answer = Service(make, {"errcode": 0, "code": 0})
        _app(listener, make).send("wangfang", letter)
    said = json.dumps(listener.asked[-1].said, ensure_ascii=False)
    assert "<" not in said
    assert "](" not in said
    assert "a href=" in said, "it can still be read"


@pytest.mark.parametrize(("make", "code"), [
    (WeComApp, {"errcode": 42001}), (DingTalkApp, {"errcode": 40014}),
    (FeishuApp, {"code": 99991663}),
])  # fmt: skip
def test_a_token_that_ended_early_is_asked_for_again_once(
    listener: Listener, make: type[App], code: dict[str, Any]
) -> None:
    # Feishu sends its codes with HTTP 400.
    listener.answer = service = Service(make, code, 400 if make is FeishuApp else 200)
    with pytest.raises(Retryable):
        _app(listener, make).send("wangfang", LETTER)
    assert service.tokens == 2


@pytest.mark.parametrize(("make", "said"), [
    (WeComApp, {"errcode": 0, "invaliduser": "wangfang"}), (WeComApp, {"errcode": 81013}),
    (DingTalkApp, {"errcode": 33012}), (FeishuApp, {"code": 230013}),
])  # fmt: skip
def test_an_id_that_nobody_has_is_no_fault_of_the_channel(
    listener: Listener, make: type[App], said: dict[str, Any]
) -> None:
    listener.answer = Service(make, said)
    with pytest.raises(NoSuchAddress, match="wangfang"):
        _app(listener, make).send("wangfang", LETTER)


@pytest.mark.parametrize("url", ["https://h/42", "https://id@h/42", "https://id:s@h", "nonsense"])
def test_an_app_whose_address_is_not_whole_is_told_without_it(url: str) -> None:
    with pytest.raises(Misconfigured) as why:
        WeComApp(url, "WeCom")
    assert url not in str(why.value)


def _hmac(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
