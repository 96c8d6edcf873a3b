"""Programs beside the one that is measured: ``python -m benchmarks.child broker|confirm PORT``."""

from __future__ import annotations

import signal
import sys
import threading

from adapters.mqtt import Session
from adapters.mqtt.embedded import EmbeddedBroker
from benchmarks.brokers import PASSWORD, USERS
from benchmarks.load import GATEWAY, site
from core import topics, wire
from core.ports import Message
from core.settled import Settled


def serve(port: int) -> None:
    """The broker of one process."""
    embedded = EmbeddedBroker(port, users=dict.fromkeys(USERS, PASSWORD), ingest=None)
    embedded.start()
    _until_told()
    embedded.stop()


def confirm(port: int) -> None:
    """Confirm every batch at once, as an ingest whose store costs nothing."""
    model, settled = site(), dict[str, Settled]()
    session = Session("127.0.0.1", port, "ingest", username="ingest", password=PASSWORD)

    def on_message(message: Message) -> None:
        address = topics.parse(message.topic)
        if address is not None and address.batch is not None:
            boot = address.batch.boot
            settled[boot] = settled.get(boot, Settled()).add([address.batch.seq])
            said = wire.encode(wire.confirm_message({boot: settled[boot]}))
            session.publish(topics.confirm_topic(model.id, GATEWAY), said, retain=True)
        message.ack()

    session.listen(topics.ingest_filters(model.id), on_message)
    session.start()
    _until_told()
    session.stop()


def _until_told() -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()


if __name__ == "__main__":
    {"broker": serve, "confirm": confirm}[sys.argv[1]](int(sys.argv[2]))
