"""The broker in process."""

from __future__ import annotations

import logging
import socket
import time
from pathlib import Path

import pytest

from adapters.mqtt.embedded import EmbeddedBroker
from core.errors import Misconfigured
from tests.adapters.mqtt.conftest import USERS
from tests.adapters.mqtt.sessions import Heard, session
from tests.servers import wait_for


def test_a_taken_port_is_told_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        broker = EmbeddedBroker(port, tmp_path, USERS)
        with pytest.raises(Misconfigured, match=rf"cannot listen on 127\.0\.0\.1:{port}.*a free"):
            broker.start()
        broker.stop()


def test_wants_the_user_who_may_confirm(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no user 'ingest'"):
        EmbeddedBroker(0, tmp_path, {"gw-a": "x"})
    EmbeddedBroker(0, tmp_path, {"gw-a": "x"}, ingest=None)


def test_refuses_a_wrong_password(embedded: EmbeddedBroker) -> None:
    with session(embedded.port, "gw-a", password="wrong") as gateway:  # noqa: S106
        wait_for(lambda: gateway.refusal is not None, "a refusal")
        assert not gateway.wait_connected(0.1)
        assert "ot authori" in str(gateway.refusal) or "password" in str(gateway.refusal)


def test_only_ingest_confirms_and_a_gateway_stays_in_its_prefix(embedded: EmbeddedBroker) -> None:
    heard, confirmed = Heard(), Heard()
    with (
        session(embedded.port, "ingest", ("plantroom/v1/x/#",), heard) as ingest,
        session(embedded.port, "gw-b", ("plantroom/v1/x/gw-b/confirm",), confirmed) as victim,
        session(embedded.port, "gw-a") as forger,
    ):
        for made in (ingest, victim, forger):
            assert made.wait_connected(30)
        forger.publish("plantroom/v1/x/gw-b/confirm", b"forged", retain=True)
        forger.publish("plantroom/v1/x/gw-b/batch/b/1", b"forged")
        forger.publish("plantroom/v1/x/gw-a/batch/b/1", b"own")
        wait_for(lambda: b"own" in heard.payloads, "what is allowed")
        ingest.publish("plantroom/v1/x/gw-b/confirm", b"true")
        wait_for(lambda: bool(confirmed.messages), "a true confirmation")
    assert b"forged" not in heard.payloads
    assert confirmed.payloads == [b"true"]


def test_stops_quickly_and_quietly_under_load(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Unraisable warnings are errors here; so are left threads and loops."""
    caplog.set_level(logging.INFO)
    broker = EmbeddedBroker(0, tmp_path, USERS)
    broker.start()
    blocked = Heard()
    blocked.gate.clear()
    with (
        session(broker.port, "ingest", ("plantroom/v1/x/+/batch/#",), blocked) as ingest,
        session(broker.port, "gw-a") as gateway,
    ):
        assert ingest.wait_connected(30)
        assert gateway.wait_connected(30)
        for n in range(150):
            gateway.publish(f"plantroom/v1/x/gw-a/batch/b/{n + 1}", b"x" * 10_000)
        wait_for(lambda: ingest.connected, "some load", timeout_s=1)
        began = time.monotonic()
        broker.stop()
        took = time.monotonic() - began
        blocked.gate.set()
    assert took < 4.5, "less than the 5 s of an unacknowledged message, with a pause of ours"
    assert [r for r in caplog.records if r.name.startswith(("amqtt", "asyncio"))] == []


def test_a_port_can_be_used_again_at_once(tmp_path: Path) -> None:
    heard = Heard()
    broker = EmbeddedBroker(0, tmp_path, USERS)
    broker.start()
    port = broker.port
    with session(port, "gw-a", (), heard) as gateway:
        assert gateway.wait_connected(30)
        broker.stop()
        wait_for(lambda: not gateway.connected, "the loss to be seen")
        again = EmbeddedBroker(port, tmp_path, USERS)
        again.start()
        wait_for(lambda: len(heard.connections) == 2, "the new connection")
    again.stop()


def test_who_subscribes_while_a_message_goes_round_takes_it_from_nobody(
    embedded: EmbeddedBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    """Left alone, amqtt walks over its subscriptions and stops where they change meanwhile."""
    heard = Heard()
    sent = 400
    with (
        session(embedded.port, "ingest", ("plantroom/v1/x/+/batch/#",), heard) as ingest,
        session(embedded.port, "gw-a") as gateway,
    ):
        assert ingest.wait_connected(30)
        assert gateway.wait_connected(30)
        for n in range(sent):
            assert gateway.publish(f"plantroom/v1/x/gw-a/batch/b/{n + 1}", b"%d" % n)
            if n % 40 == 0:
                with session(embedded.port, "gw-b", (f"plantroom/v1/{n}/gw-b/confirm",)) as other:
                    assert other.wait_connected(30)
        wait_for(lambda: len(heard.messages) >= sent, "every message")
    assert sorted(int(p) for p in heard.payloads) == list(range(sent))
    assert "embedded broker" not in capsys.readouterr().out
