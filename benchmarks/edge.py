"""Readings a CPU-second from a driver through outbox and publish until they are confirmed."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from adapters.mqtt import Session
from benchmarks import plain
from benchmarks.brokers import PASSWORD, broker, names, process
from benchmarks.load import GATEWAY, PERIOD_MS, START, Minutes, by_minute, readings, site
from benchmarks.measured import Result, cpu_s
from core.clock import SteppedClock
from edge.agent import Agent
from edge.drivers.simulated import SimulatedDriver
from edge.outbox import Outbox

MINUTES, ROUNDS = 300, 3
_SETTLE_S = 60.0


def measure(folder: Path) -> list[Result]:
    """One result, at mosquitto where it is here."""
    at = names()[-1]
    rows = readings(MINUTES)
    ids = [p.id for p in site().points]
    ours, bare = [], []
    with broker(at, folder) as port:
        confirmer = [sys.executable, "-m", "benchmarks.child", "confirm", str(port)]
        with process(confirmer):
            for number in range(ROUNDS):
                ours.append(len(rows) / _ours(folder / f"edge{number}.sqlite", port))
                parts = by_minute(rows)
                bare.append(len(rows) / cpu_s(partial(plain.edge, parts, ids, port)))
    return [
        Result(
            name="edge: driver, outbox, publish, confirmed", unit="readings a CPU-second",
            ours=ours, plain=bare,
            baseline="json.dumps and a raw paho publish at QoS 1; nothing lasts",
            note=f"batches of {len(ids)} points a minute, at {at}",
        )
    ]  # fmt: skip


def _ours(path: Path, port: int) -> float:
    source, clock = Minutes(readings(MINUTES)), SteppedClock(START)
    outbox = Outbox(path)
    session = Session("127.0.0.1", port, GATEWAY, username=GATEWAY, password=PASSWORD)
    agent = Agent(site(), GATEWAY, SimulatedDriver(source, GATEWAY), outbox, session, clock)
    agent.step(START)  # connects; nothing to read yet

    def work() -> None:
        for minute in range(1, MINUTES + 1):
            clock.advance(START + minute * PERIOD_MS)
            agent.step(clock.now())
        if not agent.wait_settled(_SETTLE_S):
            raise TimeoutError("the edge's batches were not confirmed")

    took = cpu_s(work)
    agent.stop()
    outbox.close()
    return took
