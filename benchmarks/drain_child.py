"""``python -m benchmarks.drain_child``: what ``run ingest`` starts, of the benchmark's site."""

from __future__ import annotations

import signal
import sys
import threading

from adapters.settings import load_settings
from benchmarks.backlog import site
from core.clock import SystemClock
from plantroom.logs import configure
from plantroom.plant import Plant, external


def main() -> None:
    """Ingest, by the settings of the environment, until it is told to end."""
    settings = load_settings()
    configure("error")
    plant = Plant(
        settings=settings,
        site=site(foreign="foreign" in sys.argv[1:]),
        clock=SystemClock(),
        broker=external(settings),
    )
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    plant.ingest.start()
    ended.wait()
    plant.stop()


if __name__ == "__main__":
    main()
