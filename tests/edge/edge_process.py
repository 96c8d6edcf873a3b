"""An edge in a process of its own, to be killed: reads a CSV as fast as it is asked."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from core.clock import SteppedClock
from edge.agent import Agent
from edge.drivers.csv import CsvDriver
from edge.limits import Limits
from edge.outbox import Outbox
from tests.edge.plant import GATEWAY, gateway_session, site

STEP_MS = 600_000
POINTS = ("a.gw-a-0.oat", "a.gw-a-1.oat")


def options() -> list[dict[str, object]]:
    """One file a.csv with two columns."""
    columns = [{"column": c, "point": p, "unit": "°C"} for c, p in zip("ab", POINTS, strict=True)]
    time_ = {"column": "t", "format": "epoch_s"}
    return [{"pattern": "a.csv", "time": time_, "columns": columns}]


def main(port: int, folder: Path) -> None:
    """Read the whole file, ten minutes a step, then wait until all is confirmed."""
    model = site(files=options())
    limits = Limits(window=8, resend_s=0.3, resend_cap_s=1.0)
    with Outbox(folder / "outbox.db", limits=limits) as outbox:
        driver = CsvDriver(model, GATEWAY, folder, after=outbox.read_until)
        now = outbox.read_until or driver.first_at() or 0
        clock = SteppedClock(now)
        agent = Agent(model, GATEWAY, driver, outbox, gateway_session(port), clock)
        while not driver.exhausted:
            now += STEP_MS
            clock.advance(now)
            agent.step(now)
            print("read", now, flush=True)  # noqa: T201
            time.sleep(0.005)
        settled = agent.wait_settled(60)
        print("settled" if settled else "not settled", flush=True)  # noqa: T201
        agent.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
