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

from tests.servers import free_port, listening, wait_for

COMMAND = [sys.executable, "-m", "plantroom", "demo"]
_LESS = """
import plantroom.demo
from plantroom.__main__ import main
plantroom.demo.NIGHTS, plantroom.demo.PLANT_DAYS = 15, 3
main()
"""
SHORTER = [sys.executable, "-c", _LESS, "demo"]
"""With less history: how it stops and goes on has nothing to do with how much there is."""


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
    stopped, output = _run_and_stop(tmp_path, "first.txt", once_it_says="judging")
    assert stopped < 15  # at worst the step that it was in ends first
    assert "Traceback" not in output
    stopped, output = _run_and_stop(tmp_path, "next.txt", once_it_says="console")
    assert stopped < 15
    assert "Traceback" not in output
    assert "judging" not in output, "only a first start loads its history"


def _run_and_stop(var: Path, told: str, once_it_says: str) -> tuple[float, str]:
    """Seconds from Ctrl-C to the end, and what was printed.

    It is stopped once its console answers and it has printed that word: the bar of the history
    is printed into a file only when it is complete.
    """
    port = free_port()
    # Tests that run in the background inherit "ignore Ctrl-C", and would hand it on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    output = var / told
    with output.open("w") as into:
        process = subprocess.Popen(
            [*SHORTER, "--port", str(port)], env=_environment(var), text=True,
            stdout=into, stderr=subprocess.STDOUT,
        )  # fmt: skip
    signal.signal(signal.SIGINT, before)
    try:
        wait_for(
            lambda: listening(port) and once_it_says in output.read_text(),
            "a running campus", timeout_s=200,
        )  # fmt: skip
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(30)
        return time.monotonic() - begun, output.read_text()
    finally:
        process.kill()
        process.wait(10)
