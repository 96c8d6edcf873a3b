"""Gateways that no edge reads, in a whole installation: heard by ingest, left alone by the edge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr

from adapters.settings import Settings
from core.actor import Actor
from core.clock import SystemClock
from core.words import Role
from ingest.foreign.hand.entry import Entering, Taken
from plantroom.edges import Edges
from plantroom.plant import BrokerAt, Plant
from tests.ingest.foreign.town import town
from tests.servers import Server, wait_for


@contextmanager
def plant(folder: Path, port: int) -> Iterator[Plant]:
    settings = Settings(_env_file=None).model_copy(  # type: ignore[call-arg]
        update={"var": folder, "store": SecretStr("duckdb::memory:")}
    )
    made = Plant(
        settings=settings, site=town(), clock=SystemClock(),
        broker=BrokerAt(host="127.0.0.1", port=port),
    )  # fmt: skip
    try:
        yield made
    finally:
        made.stop()


@pytest.mark.mosquitto
def test_an_uplink_and_a_reading_by_hand_reach_the_store(tmp_path: Path, mosquitto: Server) -> None:
    with plant(tmp_path, mosquitto.port) as made:
        made.ingest.start()
        now = made.clock.now()
        ada = Actor(login="ada", name="Ada", role=Role.ENGINEER)
        desk = Entering(made.site, made.records.hand, made.clock, lambda _point, _at: None)
        desk.enter(ada, [Taken(point="a.tas.energy", at=now, value=3.0)], "console")
        other = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="network")
        other.connect("127.0.0.1", mosquitto.port)
        other.loop_start()
        up = {"time": datetime.fromtimestamp(now / 1000, UTC).isoformat(), "fCnt": 1,
              "object": {"temperature": 21.0}}  # fmt: skip
        topic = "application/1/device/24e124136b000001/event/up"
        wanted = {"a.tas.energy": 6.0, "a.lora.zone_temp": 21.0}

        def stored() -> bool:
            # Said until it is heard: before its session stands nobody keeps it for ingest.
            other.publish(topic, json.dumps(up), 1)
            rows = made.store.latest(range(len(made.site.points))).rows
            ids = [made.site.points[i].id for i in rows.point.tolist()]
            return dict(zip(ids, rows.value.tolist(), strict=True)) == wanted

        wait_for(stored, "both readings")
        other.loop_stop()
        assert b"plantroom_gateway_transport_gaps" in made._metrics()  # noqa: SLF001


def test_the_edge_starts_no_agent_for_them(tmp_path: Path) -> None:
    with plant(tmp_path, 1) as made:
        Edges(made, made.broker).start()
        assert made.agents == []
