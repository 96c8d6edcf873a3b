"""Five hundred Modbus TCP points a second: share of a core, memory, and values a CPU-second."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.brokers import broker, names, process
from benchmarks.fieldbus_site import METERS, POINTS
from benchmarks.measured import Result, span

ROUNDS, SECONDS, FAST_ROUNDS = 3, 10, 60
_CHILD = [sys.executable, "-m", "benchmarks.fieldbus_child"]
_LEAST = 0.9
"""Of the readings that should come; with fewer the share of a core is of less work."""


def measure(folder: Path) -> list[Result]:
    """The whole edge at its pace, and the driver as fast as it can."""
    at = names()[-1]
    ours, bare = [], []
    fast, bare_fast = [], []
    with _meters() as modbus, broker(at, folder) as port:
        with process([sys.executable, "-m", "benchmarks.child", "confirm", str(port)]):
            for number in range(ROUNDS):
                place = folder / f"round{number}"
                ours.append(_run("agent", str(place), str(modbus), str(port), str(SECONDS)))
                bare.append(_run("plain", str(modbus), str(SECONDS)))
        for number in range(ROUNDS):
            place = folder / f"fast{number}"
            fast.append(_run("fast", str(place), str(modbus), str(FAST_ROUNDS)))
            bare_fast.append(_run("plain-fast", str(modbus), str(FAST_ROUNDS)))
    about = f"{METERS} meters, each behind a connection of its own"
    memory, bare_memory = ([took["memory_mb"] for took in all_] for all_ in (ours, bare))
    return [
        Result(
            name=f"edge: {POINTS} Modbus TCP points a second", unit="% of a core",
            ours=[_share(took) for took in ours], plain=[_share(took) for took in bare],
            baseline="bare pymodbus, a thread a meter, struct, a dict; nothing lasts",
            note=f"{about}; driver, outbox, publish until confirmed at {at}; "
            f"resident {span(memory)} MB, the baseline {span(bare_memory)} MB",
        ),
        Result(
            name="edge: Modbus TCP driver", unit="values a CPU-second",
            ours=[took["readings"] / took["cpu_s"] for took in fast],
            plain=[took["readings"] / took["cpu_s"] for took in bare_fast],
            baseline="bare pymodbus and struct over the same registers",
            note=f"{about}, asked without a pause, two questions of 12 and 22 registers a meter",
        ),
    ]  # fmt: skip


def _share(took: dict[str, float]) -> float:
    """Of a core, for the readings of every second. [%]

    Raises:
        RuntimeError: Not all readings came.
    """
    if took["readings"] < _LEAST * POINTS * took["wall_s"]:
        raise RuntimeError(f"{took['readings']:.0f} readings in {took['wall_s']:.1f} s")
    return 100 * took["cpu_s"] / took["wall_s"]


def _run(*words: str) -> dict[str, float]:
    done = subprocess.run(  # noqa: S603 our own programs
        [*_CHILD, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def _meters() -> Iterator[int]:
    """The port of the simulated meters, in a process of their own."""
    with subprocess.Popen([*_CHILD, "serve"], stdout=subprocess.PIPE) as running:  # noqa: S603
        assert running.stdout is not None  # noqa: S101 - asked for
        try:
            yield int(running.stdout.readline())
        finally:
            running.terminate()
