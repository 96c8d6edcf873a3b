"""The real mosquitto with our configuration: a gateway speaks for itself alone."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from adapters.mqtt.accounts import Accounts
from core.batch import BatchName
from core.topics import (
    batch_topic,
    confirm_topic,
    health_topic,
    ingest_filters,
    state_topic,
    value_topic,
)
from tests.servers import Server, free_port, listening, missing, wait_for

DEPLOY = Path(__file__).parents[2] / "deploy"
GATEWAYS = ("gw-a", "gw-c")
NOT_AUTHORIZED = 135
PASSWORDS = {"ingest": "of-ingest"}
"""By user of the broker of this module."""
pytestmark = pytest.mark.mosquitto


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """The deployed configuration with paths and ports of this machine; plain server, TLS port."""
    folder = tmp_path_factory.mktemp("broker")
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    passwd, openssl = shutil.which("mosquitto_passwd"), shutil.which("openssl")
    if not Path(program).exists() or passwd is None or openssl is None:
        missing("mosquitto", "install Debian's mosquitto and openssl")
    assert passwd is not None
    assert openssl is not None
    plain, secure = free_port(), free_port()
    shutil.copy(DEPLOY / "mosquitto" / "acl", folder / "acl")
    conf = (DEPLOY / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
    for theirs, ours in {
        "/mosquitto/config/": f"{folder}/", "/mosquitto/data/": f"{folder}/",
        "listener 1883": f"listener {plain} 127.0.0.1",
        "listener 8883": f"listener {secure} 127.0.0.1",
    }.items():  # fmt: skip
        assert theirs in conf
        conf = conf.replace(theirs, ours)
    conf += "user root\n" if os.geteuid() == 0 else ""
    (folder / "mosquitto.conf").write_text(conf, encoding="utf-8")
    (folder / "passwords").touch(mode=0o600)
    subprocess.run([passwd, "-b", folder / "passwords", "ingest", "of-ingest"], check=True)
    accounts = Accounts(folder, "wushan")
    made = [*map(accounts.add, GATEWAYS), accounts.add("lora", foreign=True)]
    PASSWORDS.update({account.user: account.password for account in made})
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "broker.key", "-out", folder / "broker.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    command = [program, "-c", str(folder / "mosquitto.conf")]
    server = Server(plain, folder, command, lambda: listening(plain) and listening(secure))
    server.start()
    yield server, secure
    server.stop()


@dataclass
class Client:
    """One connection of a user, with what it was told."""

    mqtt: mqtt.Client
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)
    granted: list[int] = field(default_factory=list)
    connected: threading.Event = field(default_factory=threading.Event)
    refused: list[int] = field(default_factory=list)

    def publish(self, topic: str, payload: bytes = b"x", *, retain: bool = False) -> bool:
        """Whether the broker took it: MQTT 5 says so."""
        sent = self.mqtt.publish(topic, payload, qos=1, retain=retain).mid
        wait_for(lambda: sent in self.answers, f"an answer to {topic}")
        return self.answers[sent] != NOT_AUTHORIZED

    def subscribe(self, *filters: str) -> None:
        """Subscribe, and wait until it stands."""
        self.mqtt.subscribe([(f, SubscribeOptions(qos=1)) for f in filters])
        wait_for(lambda: len(self.granted) >= len(filters), "the subscription")


@contextmanager
def user(
    port: int, name: str, password: str | None = None, ca: Path | None = None
) -> Iterator[Client]:
    """A connection until the block ends; ``refused`` says if there is none."""
    raw = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=f"test-{name}", protocol=MQTTProtocolVersion.MQTTv5
    )
    client = Client(raw)
    if name:
        raw.username_pw_set(name, password or PASSWORDS[name])
    if ca is not None:
        raw.tls_set_context(ssl.create_default_context(cafile=str(ca)))

    def on_connect(
        _c: mqtt.Client, _u: object, _f: object, reason: ReasonCode, _p: Properties | None
    ) -> None:
        if reason.is_failure:
            client.refused.append(reason.value)
        else:
            client.connected.set()

    def on_message(_c: mqtt.Client, _u: object, message: mqtt.MQTTMessage) -> None:
        client.heard.append((message.topic, bytes(message.payload)))

    def on_publish(
        _c: mqtt.Client, _u: object, mid: int, reason: ReasonCode, _p: Properties
    ) -> None:
        client.answers[mid] = reason.value

    def on_subscribe(
        _c: mqtt.Client, _u: object, _mid: int, reasons: list[ReasonCode], _p: Properties | None
    ) -> None:
        client.granted += [reason.value for reason in reasons]

    raw.on_connect, raw.on_message = on_connect, on_message
    raw.on_publish, raw.on_subscribe = on_publish, on_subscribe
    raw.connect("127.0.0.1", port)
    raw.loop_start()
    try:
        wait_for(lambda: client.connected.is_set() or bool(client.refused), "an answer")
        yield client
    finally:
        raw.disconnect()
        raw.loop_stop()


def batch(gateway: str, seq: int = 1) -> str:
    return batch_topic("wushan", BatchName(gateway, "boot", seq))


def test_a_gateway_publishes_for_itself_and_ingest_hears_it(broker: tuple[Server, int]) -> None:
    server, _ = broker
    with user(server.port, "ingest") as ingest, user(server.port, "gw-a") as gateway:
        ingest.subscribe(*ingest_filters("wushan"))
        own = [
            batch("gw-a"), state_topic("wushan", "gw-a"), health_topic("wushan", "gw-a"),
        ]  # fmt: skip
        assert all(gateway.publish(topic) for topic in own)
        wait_for(lambda: len(ingest.heard) == len(own), "what the gateway said")
        assert [topic for topic, _ in ingest.heard] == own


def test_a_gateway_cannot_publish_for_another(broker: tuple[Server, int]) -> None:
    server, _ = broker
    with user(server.port, "ingest") as ingest, user(server.port, "gw-a") as gateway:
        ingest.subscribe(*ingest_filters("wushan"))
        for topic in (
            batch("gw-c"), value_topic("wushan", "gw-c", "c.x"), state_topic("wushan", "gw-c"),
            health_topic("wushan", "gw-c"), "plantroom/v1/wushan/gw-a/anything", "elsewhere",
            value_topic("wushan", "gw-a", "a.x"), batch_topic("other", BatchName("gw-a", "b", 1)),
        ):  # fmt: skip
            assert not gateway.publish(topic), topic
        assert gateway.publish(batch("gw-a", 2))
        wait_for(lambda: bool(ingest.heard), "the gateway's own")
        assert [topic for topic, _ in ingest.heard] == [batch("gw-a", 2)]


def test_a_foreign_device_publishes_single_values_and_nothing_else(
    broker: tuple[Server, int],
) -> None:
    server, _ = broker
    with user(server.port, "ingest") as ingest, user(server.port, "lora") as device:
        ingest.subscribe(*ingest_filters("wushan"))
        own = value_topic("wushan", "lora", "a.x")
        assert device.publish(own)
        for topic in (value_topic("wushan", "gw-a", "a.x"), batch("lora"), batch("gw-a")):
            assert not device.publish(topic), topic
        wait_for(lambda: bool(ingest.heard), "its value")
        assert [topic for topic, _ in ingest.heard] == [own]


def test_nobody_but_ingest_can_confirm(broker: tuple[Server, int]) -> None:
    server, _ = broker
    topic = confirm_topic("wushan", "gw-a")
    with user(server.port, "ingest") as ingest, user(server.port, "gw-a") as gateway:
        gateway.subscribe(topic)
        with user(server.port, "gw-c") as other:
            assert not other.publish(topic, b"forged", retain=True)
        assert not gateway.publish(topic, b"forged", retain=True)
        assert ingest.publish(topic, b"true", retain=True)
        wait_for(lambda: bool(gateway.heard), "the confirmation")
        assert gateway.heard == [(topic, b"true")]


def test_a_gateway_hears_its_own_confirmation_alone(broker: tuple[Server, int]) -> None:
    server, _ = broker
    with user(server.port, "ingest") as ingest, user(server.port, "gw-c") as gateway:
        gateway.subscribe("plantroom/#")
        assert ingest.publish(confirm_topic("wushan", "gw-b"), b"not yours")
        with user(server.port, "gw-a") as other:
            assert other.publish(batch("gw-a", 3))
        assert ingest.publish(confirm_topic("wushan", "gw-c"), b"yours")
        wait_for(lambda: bool(gateway.heard), "its confirmation")
        assert gateway.heard == [(confirm_topic("wushan", "gw-c"), b"yours")]


@pytest.mark.parametrize(("name", "password"), [("", None), ("gw-a", "wrong"), ("gw-x", "any")])
def test_who_is_not_known_does_not_come_in(
    broker: tuple[Server, int], name: str, password: str | None
) -> None:
    server, _ = broker
    with user(server.port, name, password) as stranger:
        assert stranger.refused
        assert not stranger.connected.is_set()


def test_gateways_come_in_over_tls_and_check_the_broker(broker: tuple[Server, int]) -> None:
    server, secure = broker
    with user(secure, "gw-a", ca=server.folder / "broker.crt") as gateway:
        assert gateway.publish(batch("gw-a", 4))
    strict = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", secure)) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        strict.wrap_socket(plain, server_hostname="127.0.0.1")
