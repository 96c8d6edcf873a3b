"""Brokers that a session must work with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.mqtt.embedded import EmbeddedBroker
from tests import servers

USERS = {"ingest": "secret-i", "gw-a": "secret-a", "gw-b": "secret-b"}


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """A running embedded broker with an ingest and two gateways."""
    broker = EmbeddedBroker(0, tmp_path / "broker", USERS)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(params=["amqtt", "mosquitto"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """The port of either real broker."""
    if request.param == "amqtt":
        broker = EmbeddedBroker(0, tmp_path / "broker", USERS)
        broker.start()
        yield broker.port
        broker.stop()
    else:
        server = servers.make_mosquitto(tmp_path / "mosquitto")
        server.start()
        yield server.port
        server.stop()
