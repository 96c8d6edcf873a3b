"""A flood through a real broker: the others are served meanwhile, and the flood comes through."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adapters.mqtt import Session
from adapters.records import Records
from adapters.store.duck import DuckStore
from core.batch import Columns
from core.clock import SystemClock
from edge.agent import Agent
from edge.drivers.simulated import SimulatedDriver
from edge.limits import Limits
from edge.outbox import Outbox
from ingest.rates import Rate
from ingest.service import Ingest
from tests.edge.plant import START, Steady, site
from tests.sample import records_in
from tests.servers import make_mosquitto, wait_for

_BACKLOG = 100
"""Batches that wait at the gateway that floods; its rate lets 50 a second through."""


def _session(port: int, name: str) -> Session:
    return Session("127.0.0.1", port, name, username=name, password=f"secret-{name[-1]}")


def test_a_gateway_with_a_deep_backlog_starves_nobody_and_loses_nothing(tmp_path: Path) -> None:
    model = site(1, ("gw-a", "gw-b"))
    (tmp_path / "broker").mkdir()
    server = make_mosquitto(tmp_path / "broker")
    server.start()
    records: Records = records_in(tmp_path)
    store = DuckStore(":memory:", model)
    clock = SystemClock()
    ingest = Ingest(
        model, store, records.receipts, records.quarantine, records.progress,
        Session("127.0.0.1", server.port, "ingest", username="ingest", password="secret-i"),  # noqa: S106
        clock, rate=Rate(messages_per_s=50, values_per_s=0, burst_s=0.2),
    )  # fmt: skip
    quick = Limits(window=32, resend_s=0.3, resend_cap_s=1.0)
    boxes = [Outbox(tmp_path / f"{g}.db", limits=quick) for g in model.gateways]
    points = [(p.id, p.unit) for p in model.points]
    for minute in range(_BACKLOG):
        at = START + minute * 60_000
        boxes[0].append(Columns.of(np.array([0], np.int32), [at], [float(minute)]), points)
    flooding, calm = (
        Agent(model, g, SimulatedDriver(Steady(model), g), box, _session(server.port, g), clock)
        for g, box in zip(model.gateways, boxes, strict=True)
    )
    try:
        ingest.start()
        flooding.step(START)
        wait_for(lambda: ingest.counts()["deferred"] > 0, "the flood")
        calm.step(START + 60_000)
        assert calm.wait_settled(30)
        assert not flooding.settled(), "the flood is still there"
        assert flooding.wait_settled(30)
        assert ingest.wait_idle(5)
        stored = store.read([0], 0, 4 * 10**12).rows.value.tolist()
        assert stored == list(map(float, range(_BACKLOG)))
        assert records.quarantine.list() == []
    finally:
        flooding.stop()
        calm.stop()
        ingest.stop()
        for box in boxes:
            box.close()
        store.close()
        records.close()
        server.kill()
