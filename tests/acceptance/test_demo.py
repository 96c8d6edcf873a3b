"""The whole chain as a new user starts it: faults, orders, a crew, and telemetry's answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import free_port, listening, wait_for

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
    stopped, output = _run_and_stop(tmp_path, (tmp_path / "campus.npz").exists)
    assert stopped < 5
    assert "Traceback" not in output
    assert "judging" in output, "a first start loads its history"
    stopped, output = _run_and_stop(tmp_path, lambda: True)
    assert stopped < 5
    assert "Traceback" not in output
    assert "judging" not in output


def _run_and_stop(var: Path, ready: Callable[[], bool]) -> tuple[float, str]:
    """Seconds from Ctrl-C to the end, and what was printed; stopped once its console answers."""
    port = free_port()
    # Tests that run in the background inherit "ignore Ctrl-C", and would hand it on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [*COMMAND, "--port", str(port)], env=_environment(var), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    signal.signal(signal.SIGINT, before)
    try:
        wait_for(lambda: listening(port) and ready(), "a running campus", timeout_s=200)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        return time.monotonic() - begun, output
    finally:
        process.kill()
        process.wait(10)
