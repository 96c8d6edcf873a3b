"""The whole chain as a new user starts it: faults, orders, a crew, and telemetry's answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import wait_for

COMMAND = [sys.executable, "-m", "plantroom", "demo"]


def _environment(var: Path) -> dict[str, str]:
    return {**os.environ, "PLANTROOM_VAR": str(var), "NO_COLOR": "1"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_botched_repair_is_refused_and_the_first_order_verified(tmp_path: Path) -> None:
    answer = subprocess.run(
        [*COMMAND, "--until", "verified", "--timeout", "240", "--json"],
        env=_environment(tmp_path), capture_output=True, text=True, timeout=290, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-2000:]
    counts = json.loads(answer.stdout)
    assert counts["refused"] >= 1
    assert counts["verified"] >= 1
    readings = counts["readings"]
    assert readings["lost"] == 0
    assert readings["stored"] + readings["quarantined"] == readings["sent"] > 1_000_000
    disciplines = {rule[:3] for rule in counts["findings"]}
    assert {"PWR", "HTG", "SEN"} <= disciplines, "water needs three nights and comes later"
    assert disciplines & {"AC-", "FC-"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ctrl_c_stops_quietly_and_the_next_start_goes_on(tmp_path: Path) -> None:
    first = _started(tmp_path)
    stopped = _stopped(first)
    assert stopped < 5
    output = first.stdout.read() if first.stdout else ""
    assert "Traceback" not in output
    second = _started(tmp_path)
    assert _stopped(second) < 5
    output = second.stdout.read() if second.stdout else ""
    assert "history" not in output
    assert "Traceback" not in output


def _started(var: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*COMMAND, "--port", "18000"], env=_environment(var), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    wait_for((var / "campus.npz").exists, "a saved campus", timeout_s=200)
    return process


def _stopped(process: subprocess.Popen[str]) -> float:
    """Seconds from Ctrl-C to the end."""
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    return time.monotonic() - begun
