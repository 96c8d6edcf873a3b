"""Telephones: through a service over HTTP, and a GSM modem that is played over a pty."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from adapters.notify_settings import NotifySettings
from core.clock import SteppedClock
from core.errors import Misconfigured, Retryable
from tests.sample import records_in
from tests.workorders.notify.listener import Listener
from workorders.notify import Letter
from workorders.notify.answer import holds
from workorders.notify.installed import Installed
from workorders.notify.modem import Modem
from workorders.notify.sender import NoSuchAddress
from workorders.notify.telephone import HttpTelephone

LETTER = Letter(key="k-1", order="WO-2026-0001", priority=1, title='P1 "主管"', body="漏水 {key}")
NUMBER = "+8613800000001"


def test_the_form_is_filled_and_nothing_in_a_text_becomes_a_field(listener: Listener) -> None:
    token = "t0ken"  # noqa: S105 - of a test
    HttpTelephone(f"{listener.address}/call", token=token).send(NUMBER, LETTER)
    (one,) = listener.asked
    assert json.loads(one.body) == {"to": NUMBER, "text": 'P1 "主管". 漏水 {key}', "key": "k-1"}
    assert one.headers["Authorization"] == "Bearer t0ken"
    assert one.headers["Idempotency-Key"] == "k-1"


def test_a_form_in_the_old_way_and_a_number_in_the_address(listener: Listener) -> None:
    url = listener.address.replace("http://", "http://me:pass@") + "/ring/{number}"
    HttpTelephone(url, form="say={text}&id={key}").send(NUMBER, LETTER)
    (one,) = listener.asked
    assert one.path == "/ring/%2B8613800000001"
    assert parse_qs(one.body.decode()) == {"say": ['P1 "主管". 漏水 {key}'], "id": ["k-1"]}
    assert one.headers["Authorization"] == "Basic " + base64.b64encode(b"me:pass").decode()


def test_a_refusal_with_http_200_is_no_ring(listener: Listener) -> None:
    line = HttpTelephone(f"{listener.address}/call", must_say='"Code":"OK"')
    listener.answer = lambda _: (200, '{"Code":"isv.BUSINESS_LIMIT_CONTROL"}')
    with pytest.raises(Retryable, match="LIMIT_CONTROL"):
        line.send(NUMBER, LETTER)
    listener.answer = lambda _: (200, '{"Code":"OK"}')
    line.send(NUMBER, LETTER)


def test_a_telephone_without_a_number_rings_nobody() -> None:
    with pytest.raises(Misconfigured, match="ring nobody"):
        HttpTelephone("https://h.example/call", form='{"text": "{text}"}')


@dataclass
class Network:
    """What a modem on a pty was asked, and how it answers."""

    device: Path
    asked: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    rung: str = "BUSY"
    takes: bool = True


@contextmanager
def _modem() -> Iterator[Network]:
    ours, theirs = pty.openpty()
    net = Network(Path(os.ttyname(theirs)))

    def play() -> None:
        heard = b""
        while True:
            try:
                heard += os.read(ours, 1024)
            except OSError:
                return
            while found := re.match(rb"(?s)(.*?)([\r\x1a])", heard):
                heard = heard[found.end() :]
                os.write(ours, answer(found.group(1).decode(), found.group(2)))

    def answer(said: str, end: bytes) -> bytes:
        if end == b"\x1a":
            net.texts.append(bytes.fromhex(said).decode("utf-16-be"))
            return b"\r\n+CMGS: 7\r\n\r\nOK\r\n" if net.takes else b"\r\n+CMS ERROR: 38\r\n"
        net.asked.append(said)
        if said.startswith("AT+CMGS"):
            return b"\r\n> "
        if said.startswith("ATD"):
            return f"\r\nOK\r\n\r\n{net.rung}\r\n".encode() if net.rung else b"\r\nOK\r\n"
        return b"\r\nOK\r\n"

    thread = threading.Thread(target=play, daemon=True)
    thread.start()
    try:
        yield net
    finally:
        os.close(theirs)
        os.close(ours)
        thread.join(2)


def test_a_modem_sends_the_text_and_rings() -> None:
    with _modem() as net:
        Modem(net.device).send(NUMBER, LETTER)
        assert net.texts == ['P1 "主管"\n漏水 {key}']
        assert net.asked[-1] == f"ATD{NUMBER};"
        number = next(a for a in net.asked if a.startswith("AT+CMGS"))
        assert bytes.fromhex(number.split('"')[1]).decode("utf-16-be") == NUMBER


def test_a_long_text_goes_in_parts_and_nobody_picking_up_is_hung_up_on() -> None:
    long = Letter(key="k", order="", priority=1, title="T" * 100, body="x" * 500)
    with _modem() as net:
        net.rung = ""
        Modem(net.device, ring_s=0.1).send(NUMBER, long)
        assert [len(text) for text in net.texts] == [70, 70, 70]
        assert net.asked[-1] == "ATH"


def test_a_network_that_refuses_is_no_message(tmp_path: Path) -> None:
    with _modem() as net:
        net.takes = False
        with pytest.raises(Retryable, match="did not take"):
            Modem(net.device).send(NUMBER, LETTER)
    with pytest.raises(Retryable, match="away"):
        Modem(tmp_path / "ttyUSB9").send(NUMBER, LETTER)
    with pytest.raises(NoSuchAddress):
        Modem(tmp_path).send("12;ATH", LETTER)


def test_the_address_to_ask_is_of_one_order_and_person(listener: Listener, tmp_path: Path) -> None:
    records = records_in(tmp_path)
    settings = NotifySettings(
        notify_telephone=SecretStr(f"{listener.address}/call"),
        notify_telephone_form='{"to": "{number}", "pressed": "{answer}"}',
        notify_telephone_key=SecretStr("k"),
    )
    clock = SteppedClock(1_773_194_400_000)
    installed = Installed(settings, records, address="https://p.example", clock=clock)
    (way,) = installed.ringing("guo.hua", "", NUMBER)
    letter = Letter(key="k-1", order="WO-1", priority=1, title="T", body="", to="guo.hua")
    way.sender.send(way.address, letter)
    asks = str(listener.asked[0].said["pressed"])
    assert asks.startswith("https://p.example/ring/WO-1/guo.hua/")
    until, signed = asks.split("/")[-2:]
    now = clock.now()
    assert holds("k", "WO-1", "guo.hua", int(until), signed, now)
    assert not holds("k", "WO-2", "guo.hua", int(until), signed, now)
    assert not holds("", "WO-1", "guo.hua", int(until), signed, now)
    assert not holds("k", "WO-1", "guo.hua", int(until), signed, int(until) + 1)
    with pytest.raises(Misconfigured, match="signs the"):
        HttpTelephone("https://h.example/{number}", form="{answer}")
    records.close()
