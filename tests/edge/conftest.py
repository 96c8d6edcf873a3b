"""Either real broker, at a port that stays the same over its restarts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.mqtt.embedded import EmbeddedBroker
from tests import servers

USERS = {"ingest": "secret-i", "gw-a": "secret-a", "gw-b": "secret-b"}


@dataclass
class Broker:
    """A broker that can be killed and started again."""

    port: int
    start: Callable[[], None]
    kill: Callable[[], None]


def _amqtt(folder: Path) -> Broker:
    running = [EmbeddedBroker(0, folder, USERS)]
    running[0].start()
    port = running[0].port

    def start() -> None:
        running[0] = EmbeddedBroker(port, folder, USERS)
        running[0].start()

    def kill() -> None:
        running[0].stop()

    return Broker(port, start, kill)


def _mosquitto(folder: Path) -> Broker:
    server = servers.make_mosquitto(folder)
    server.start()
    return Broker(server.port, server.start, server.kill)


@pytest.fixture(params=["amqtt", "mosquitto"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """Killed, amqtt forgets everything and mosquitto at most its last second."""
    folder = tmp_path / "broker"
    folder.mkdir()
    made = _amqtt(folder) if request.param == "amqtt" else _mosquitto(folder)
    yield made
    made.kill()
