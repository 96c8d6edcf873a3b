"""The embedded broker (amqtt) as a process of its own, so that it can be killed alone.

Run by the torture as ``python -m scoring.torture.amqtt_broker PORT FOLDER USER…``, never by
people.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from adapters.mqtt.embedded import EmbeddedBroker


def main() -> None:
    """Serve anybody on a port of the loopback until SIGTERM."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    # A session without a user would get no queue; on the loopback none needs a password.
    broker = EmbeddedBroker(port, folder, dict.fromkeys(["", *sys.argv[3:]], ""), ingest=None)
    broker.start()
    ended.wait()
    broker.stop()


if __name__ == "__main__":
    main()
