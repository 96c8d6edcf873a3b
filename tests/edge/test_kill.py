"""The edge is killed in the middle of its work, again and again; the store gets everything."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.edge.conftest import Broker
from tests.edge.edge_process import POINTS
from tests.edge.plant import GATEWAY, START, receiver

ROWS = 3000


def start(port: int, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.edge.edge_process", str(port), str(folder)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def lines_until_killed(edge: subprocess.Popen[str], lines: int) -> None:
    """SIGKILL after it has read so much."""
    assert edge.stdout is not None
    for _ in range(lines):
        while not (line := edge.stdout.readline()).startswith("read"):
            assert line, "the edge ended by itself"
    edge.kill()
    edge.wait(10)
    edge.stdout.close()


@pytest.mark.slow
def test_killed_three_times_nothing_is_lost(broker: Broker, tmp_path: Path) -> None:
    start_s = START // 1000
    rows = "".join(f"{start_s + 60 * n},{n % 50},{-n % 40}\n" for n in range(ROWS))
    (tmp_path / "a.csv").write_text("t,a,b\n" + rows)
    with receiver(broker.port) as ingest:
        for kill in range(3):
            ingest.confirming = kill != 1
            lines_until_killed(start(broker.port, tmp_path), 30 + 7 * kill)
            with sqlite3.connect(tmp_path / "outbox.db") as outbox:
                waiting = "SELECT count(*) FROM batch WHERE confirmed IS NULL"
                if kill == 1:
                    assert outbox.execute(waiting).fetchone()[0] > 8, "more than the window waits"
            outbox.close()
        ingest.confirming = True
        edge = start(broker.port, tmp_path)
        output, _ = edge.communicate(timeout=120)
        assert output.splitlines()[-1] == "settled"
        assert edge.returncode == 0
        assert len(ingest.settled[GATEWAY]) == 4, "four boots"
        assert all(not s.holes for s in ingest.settled[GATEWAY].values())
    expected = {
        (point, START // 1000 * 1000 + 60_000 * n): float(value)
        for n in range(ROWS)
        for point, value in zip(POINTS, (n % 50, -n % 40), strict=True)
    }
    assert ingest.rows == expected
