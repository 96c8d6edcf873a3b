"""The programs of the crash test: ``python -m tests.integration.crash_parts edge|ingest …``."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adapters.mqtt import Session
from adapters.records import Records
from adapters.store import open_store
from core.batch import BatchName, Columns
from core.clock import SystemClock
from core.ports import Receipts
from core.roles import ROLES
from core.settled import Settled
from core.site import Gateway, Point, Register, Site
from edge.agent import Agent
from edge.drivers.simulated import SimulatedDriver
from edge.limits import Limits
from edge.outbox import Outbox
from ingest.service import Ingest

PERIOD_MS = 60_000
START = 1_700_000_040_000 // PERIOD_MS * PERIOD_MS
POINTS = 100  # half of them registers
_PACE_S = 0.05
_DAWDLE_S = 0.05


def site() -> Site:
    """A gateway with as many registers as gauges."""
    return Site(
        id="crash", names={"en": "Crash"}, version="1", timezone="UTC", country="", currency="EUR",
        money="€", buildings={}, systems={}, equipment={},
        points=tuple(
            Point(
                id=f"a.m{n}.{role}", role=ROLES[role], building="a", equipment=f"a.m{n}",
                gateway="gw-a", period_s=60, span=ROLES[role].span,
                register=Register(modulus=1e9, rated_per_h=100.0) if role == "energy" else None,
            )
            for n in range(POINTS // 2)
            for role in ("power", "energy")
        ),
        gateways={"gw-a": Gateway(id="gw-a", names={"en": "A"}, driver="simulated")},
        prices={}, carbon={},
    )  # fmt: skip


class Minutes:
    """Every point once a minute; the value is the number of the minute."""

    def __init__(self) -> None:
        self.minute = 0

    def read(self, gateway: str, until: int) -> Columns:
        del gateway
        last = (until - START) // PERIOD_MS
        minutes = np.arange(self.minute + 1, last + 1)
        self.minute = max(self.minute, last)
        every = np.repeat(minutes, POINTS)
        points = np.tile(np.arange(POINTS, dtype=np.int32), len(minutes))
        return Columns.of(points, START + every * PERIOD_MS, every.astype(np.float64))


@dataclass(frozen=True)
class Dawdling:
    """Receipts that take their time, so that kills fall between the steps of the promise."""

    real: Receipts

    def known(self, names: Sequence[BatchName]) -> AbstractSet[BatchName]:
        """Before the readings are written."""
        time.sleep(_DAWDLE_S)
        return self.real.known(names)

    def settle(
        self, names: Sequence[BatchName], discarded: Sequence[tuple[str, str, int, int]] = ()
    ) -> Mapping[str, Mapping[str, Settled]]:
        """After they are, and again before anybody is told."""
        time.sleep(_DAWDLE_S)
        settled = self.real.settle(names, discarded)
        time.sleep(_DAWDLE_S)
        return settled

    def settled(self) -> Mapping[str, Mapping[str, Settled]]:
        """At once."""
        return self.real.settled()


def run_edge(folder: Path, port: int) -> None:
    """Read and send until a file named ``enough`` is there, then wait for every confirmation."""
    # A short first wait for confirmations, so that the test need not wait for the usual one.
    outbox = Outbox(folder / "outbox.sqlite", limits=Limits(resend_s=1.0, resend_cap_s=4.0))
    session = Session("127.0.0.1", port, "gw-a", reconnect_cap_s=1.0)
    source = Minutes()
    agent = Agent(site(), "gw-a", SimulatedDriver(source, "gw-a"), outbox, session, SystemClock())
    while not (folder / "enough").exists():
        agent.step(START + (source.minute + 1) * PERIOD_MS)
        time.sleep(_PACE_S)
        agent.wait_settled(0.0)
    settled = agent.wait_settled(120)
    counts = agent.counts()
    agent.stop()
    outbox.close()
    said = {
        "settled": settled, "minutes": source.minute, "readings": counts.readings,
        "discarded": counts.discarded, "repeated": counts.repeated,
    }  # fmt: skip
    (folder / "edge.json").write_text(json.dumps(said))


def run_ingest(folder: Path, port: int, url: str) -> None:
    """Ingest until killed."""
    model = site()
    store = open_store(url, model, token=os.environ.get("PLANTROOM_STORE_TOKEN"))
    records = Records(f"sqlite:///{folder}/records.sqlite")
    session = Session("127.0.0.1", port, "ingest", reconnect_cap_s=1.0)
    ingest = Ingest(
        model, store, Dawdling(records.receipts), records.quarantine, records.progress, session,
        SystemClock(),
    )  # fmt: skip
    ingest.start()
    while ingest.failure is None:
        time.sleep(0.1)
    raise ingest.failure


if __name__ == "__main__":
    part, where, at = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if part == "edge":
        run_edge(where, at)
    else:
        run_ingest(where, at, sys.argv[4])
