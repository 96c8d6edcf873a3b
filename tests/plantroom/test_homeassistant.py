"""Home Assistant's discovery, through a real broker: announced, said, said again, taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from adapters.mqtt import Session
from adapters.mqtt.homeassistant import Topics, config, state
from adapters.store import open_store
from core.batch import Batch, BatchName, Columns
from core.ports import ReadingStore
from core.quality import Quality
from plantroom.homeassistant import HomeAssistant
from tests.ingest.places import NOW, small_site
from tests.servers import Server, wait_for

SITE = small_site()
ENERGY, FAN = SITE.index["a.m.energy"], SITE.index["a.ahu.fan_status"]
CONFIG = "homeassistant/sensor/plantroom_small/a_m_energy/config"
STATE = "plantroom/out/small/point/a.m.energy"
AVAILABLE = "plantroom/out/small/state"


def announced(index: int) -> dict[str, Any]:
    topics = Topics("small", "homeassistant")
    return dict(msgspec.json.decode(config(SITE, SITE.points[index], topics, "a name", "1")))


class Assistant:
    """Home Assistant as far as the broker knows it."""

    def __init__(self, port: int) -> None:
        self.kept: dict[str, bytes] = {}
        self.times: dict[str, int] = {}
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="assistant")
        self.client.on_message = self._heard
        self.client.connect("127.0.0.1", port)
        self.client.subscribe([("homeassistant/#", 1), ("plantroom/out/#", 1)])
        self.client.loop_start()
        wait_for(self.client.is_connected, "the assistant")

    def _heard(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.kept[message.topic] = bytes(message.payload)
        self.times[message.topic] = self.times.get(message.topic, 0) + 1

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.client.publish(topic, payload, 1, retain=retain).wait_for_publish(10)

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def write(store: ReadingStore, index: int, at: int, value: float, seq: int) -> None:
    batch = Batch(
        name=BatchName("gw-a", "b", seq), rows=Columns.of([index], [at], [value]), received=at
    )
    store.write([batch], receipted=frozenset())


@contextmanager
def shown(port: int, store: ReadingStore) -> Iterator[None]:
    session = Session("127.0.0.1", port, "plantroom-ha", clean_start=True)
    part = HomeAssistant(SITE, store, session, look_s=0.1)
    part.start()
    try:
        yield
    finally:
        part.stop()


@pytest.mark.mosquitto
def test_every_point_is_announced_and_its_state_kept(mosquitto: Server) -> None:
    store = open_store("duckdb::memory:", SITE)
    write(store, ENERGY, NOW, 12.5, 1)
    assistant = Assistant(mosquitto.port)
    old = "homeassistant/sensor/plantroom_small/a_gone_power/config"
    other = "homeassistant/sensor/plantroom_other/x/config"
    assistant.say(old, b"{}", retain=True)
    assistant.say(other, b"{}", retain=True)
    with shown(mosquitto.port, store):
        wait_for(lambda: STATE in assistant.kept, "the state")
        wait_for(lambda: assistant.kept.get(AVAILABLE) == b"online", "that it is there")
        wait_for(lambda: assistant.kept[old] == b"", "the old announcement taken back")
        ours = {t for t in assistant.kept if "/plantroom_small/" in t} - {old}
        assert len(ours) == len(SITE.points)
        assert assistant.kept[other] == b"{}"
        said = msgspec.json.decode(assistant.kept[CONFIG])
        assert said["state_topic"] == STATE
        assert msgspec.json.decode(assistant.kept[STATE]) == {
            "value": 12.5, "read_at": "2026-01-01T00:00:00.000+00:00", "quality": "good",
        }  # fmt: skip
        write(store, ENERGY, NOW + 1000, 13.0, 2)
        wait_for(lambda: b"13.0" in assistant.kept[STATE], "the next state")
        before = assistant.times[STATE]
        time.sleep(0.4)
        assert assistant.times[STATE] == before, "what has not changed is not said again"
        configs = assistant.times[CONFIG]
        assistant.say("homeassistant/status", b"online")
        wait_for(lambda: assistant.times[CONFIG] > configs, "the announcement again")
        wait_for(lambda: assistant.times[STATE] > before, "the state again")
    wait_for(lambda: assistant.kept[AVAILABLE] == b"offline", "the goodbye")
    assistant.leave()
    late = Assistant(mosquitto.port)
    wait_for(lambda: {CONFIG, STATE} <= late.kept.keys(), "what the broker keeps")
    late.leave()
    store.close()


def test_a_register_is_a_total_and_a_status_is_binary() -> None:
    energy = announced(ENERGY)
    assert energy["device_class"] == "energy"
    assert energy["state_class"] == "total_increasing"
    assert energy["unit_of_measurement"] == "kWh"
    assert energy["device"]["identifiers"] == ["plantroom_small_a_m"]
    assert energy["expire_after"] == 3600
    fan = announced(FAN)
    assert (fan["payload_on"], fan["payload_off"]) == ("1", "0")
    assert not {"unit_of_measurement", "state_class", "device_class"} & fan.keys()
    temperature = announced(SITE.index["a.z.zone_temp"])
    assert temperature["state_class"] == "measurement"
    assert temperature["unit_of_measurement"] == "°C"
    assert announced(SITE.index["a.m.power"])["device_class"] == "power"


def test_no_value_is_null_and_a_state_is_whole() -> None:
    energy, fan = SITE.points[ENERGY], SITE.points[FAN]
    bad = msgspec.json.decode(state(energy, NOW, float("nan"), Quality.BAD))
    assert (bad["value"], bad["quality"]) == (None, "bad")
    assert b'"value":1,' in state(fan, NOW, 1.0, Quality.GOOD)
    assert msgspec.json.decode(state(energy, NOW, 4.5, Quality.SUSPECT))["quality"] == "suspect"
