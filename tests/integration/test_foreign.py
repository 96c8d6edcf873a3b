"""Foreign devices through a real broker: kept while we are away, born when asked, dead at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from adapters.mqtt import Session
from adapters.records import Records
from adapters.store import open_store
from core.clock import MINUTE_MS, SteppedClock
from core.ports import ReadingStore
from core.quality import Quality
from ingest.foreign.host import Foreign
from ingest.foreign.sparkplug.payload import REBIRTH, decode
from ingest.service import Ingest
from tests.ingest.foreign.sparkplug.packets import STEM, metric, node_birth, node_death, packet
from tests.ingest.foreign.test_dialects import UP, chirp
from tests.ingest.foreign.town import NOW, town
from tests.sample import records_in
from tests.servers import Influx, Server, wait_for

pytestmark = pytest.mark.mosquitto
ENERGY, TEMPERATURE = town().index["a.plc.energy"], town().index["a.lora.zone_temp"]
STATE = "spBv1.0/STATE/here"


@contextmanager
def ingesting(store: ReadingStore, records: Records, port: int) -> Iterator[Ingest]:
    def session(name: str, *, clean: bool = False) -> Session:
        return Session("127.0.0.1", port, name, clean_start=clean, reconnect_cap_s=0.2)

    kept, live = session("foreign"), session("foreign-live", clean=True)
    ingest = Ingest(
        town(), store, records.receipts, records.quarantine, records.progress,
        session("ingest"), SteppedClock(NOW + MINUTE_MS),
        foreign=Foreign(town(), kept, live, host="here"),
    )  # fmt: skip
    ingest.start()
    try:
        assert kept.wait_connected(30)
        assert live.wait_connected(30)
        yield ingest
    finally:
        ingest.stop()


class Other:
    """Somebody else's client, by a library of its own (paho, MQTT 3.1.1)."""

    def __init__(self, port: int, name: str, *, will: tuple[str, bytes] | None = None) -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self._subscribed = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name)
        self.client.on_message = lambda _c, _d, m: self.heard.append(
            (m.topic, bytes(m.payload), m.retain)
        )
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        if will is not None:
            self.client.will_set(*will, qos=1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        wait_for(self.client.is_connected, name)

    def hear(self, topic: str) -> None:
        self.client.subscribe(topic, 1)
        assert self._subscribed.wait(10)

    def say(self, topic: str, payload: bytes, qos: int = 0) -> None:
        self.client.publish(topic, payload, qos).wait_for_publish(10)

    def die(self) -> None:
        """The connection ends without a goodbye."""
        sock = self.client.socket()
        assert isinstance(sock, socket.socket)
        self.client.on_disconnect = lambda *_: None
        sock.shutdown(socket.SHUT_RDWR)
        self.client.loop_stop()

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def wait_values(store: ReadingStore, point: int, count: int) -> list[float]:
    def rows() -> list[float]:
        values: list[float] = store.read([point], 0, NOW + MINUTE_MS).rows.value.tolist()
        return values

    wait_for(lambda: len(rows()) >= count, f"{count} readings")
    return rows()


@pytest.fixture(params=["duckdb", pytest.param("influxdb", marks=pytest.mark.influx2)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadingStore]:
    if request.param == "duckdb":
        made = open_store(f"duckdb:{tmp_path}/readings.duckdb", town())
    else:
        influx: Influx = request.getfixturevalue("influx2")
        at = f"127.0.0.1:{influx.server.port}/{influx.bucket}?org={influx.org}&version=2&tls=0"
        made = open_store(f"influxdb://{at}", town(), token=influx.token)
    yield made
    made.close()


def test_a_network_servers_uplinks_wait_in_the_broker_while_ingest_is_away(
    tmp_path: Path, mosquitto: Server, store: ReadingStore
) -> None:
    records = records_in(tmp_path)
    server = Other(mosquitto.port, "chirpstack")
    with ingesting(store, records, mosquitto.port):
        server.say(UP, chirp(1, temperature=20.0).encode(), qos=1)
        wait_values(store, TEMPERATURE, 1)
    at = "2026-01-01T00:00:40+00:00"
    server.say(UP, chirp(2, at, temperature=21.0).encode(), qos=1)
    with ingesting(store, records, mosquitto.port) as ingest:
        assert wait_values(store, TEMPERATURE, 2) == [20.0, 21.0]
        assert ingest.counts()["quarantined"] == ingest.counts()["unreadable"] == 0
    server.leave()
    records.close()


def test_a_node_that_was_there_before_us_is_asked_and_its_will_is_written(
    tmp_path: Path, mosquitto: Server, store: ReadingStore
) -> None:
    records = records_in(tmp_path)
    node = Other(
        mosquitto.port, "node", will=(f"{STEM}/NDEATH/Boilers", node_death())
    )  # fmt: skip
    node.hear(f"{STEM}/NCMD/Boilers")
    watcher = Other(mosquitto.port, "watcher")
    watcher.hear(STATE)
    with ingesting(store, records, mosquitto.port):
        wait_for(lambda: bool(node.heard), "a question for the birth")
        assert decode(node.heard[0][1]).metrics[0].name == REBIRTH
        node.say(f"{STEM}/NBIRTH/Boilers", node_birth(10.0, at=NOW))
        node.say(f"{STEM}/NDATA/Boilers", packet(
            metric(alias=1, double_value=11.0, at=NOW + 1000), seq=1))  # fmt: skip
        assert wait_values(store, ENERGY, 2) == [10.0, 11.0]
        assert _state(watcher) is True
        node.die()
        wait_values(store, ENERGY, 3)
        rows = store.read([ENERGY], 0, NOW + MINUTE_MS).rows
        assert rows.quality.tolist() == [Quality.GOOD, Quality.GOOD, Quality.BAD]
        wait_for(_is(records, "offline"), "the state of the gateway")
    wait_for(lambda: _state(watcher) is False, "the host's goodbye")
    kept = Other(mosquitto.port, "late")
    kept.hear(STATE)
    wait_for(lambda: bool(kept.heard), "the host's state, kept")
    assert kept.heard[0][2], "retained, so that a node that comes later knows"
    for one in (watcher, kept):
        one.leave()
    records.close()


def _state(watcher: Other) -> object:
    said = [msgspec.json.decode(p)["online"] for t, p, _ in watcher.heard if t == STATE]
    return said[-1] if said else None


def _is(records: Records, state: str) -> Callable[[], bool]:
    def is_so() -> bool:
        known = records.progress.gateways().get("gw-plc")
        return known is not None and known.state == state

    return is_so
