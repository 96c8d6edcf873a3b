"""BACnet/IP objects over loopback: values a CPU-second of the driver, beside bare bacpypes3."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measured import Result

DEVICES, TEMPLATE = 20, "generic-bacnet-ahu"
_ROUNDS, _POLLS = 3, 6
_CHILD = [sys.executable, "-m", "benchmarks.bacnet_child"]


def measure(_folder: Path) -> list[Result]:
    """All devices over and over without a pause."""
    ours, bare = [], []
    with _devices() as ports:
        for _ in range(_ROUNDS):
            ours.append(_run("fast", str(_POLLS), *ports))
            bare.append(_run("plain", str(_POLLS), *ports))
    return [
        Result(
            name="edge: BACnet/IP driver", unit="values a CPU-second",
            ours=ours, plain=bare,
            baseline="bacpypes3's own read_property_multiple of the same 48 properties a device, "
            "20 at once",
            note=f"{DEVICES} devices of 16 objects; value, status flags and reliability of each",
        )
    ]  # fmt: skip


def _run(*words: str) -> float:
    done = subprocess.run(  # noqa: S603 our own programs
        [*_CHILD, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    took: dict[str, float] = json.loads(done.stdout)
    return took["readings"] / took["cpu_s"]


@contextmanager
def _devices() -> Iterator[list[str]]:
    """The ports of the simulated devices, in a process of their own."""
    with subprocess.Popen(  # noqa: S603
        [*_CHILD, "serve", str(DEVICES)], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None  # noqa: S101 - asked for
        try:
            yield running.stdout.readline().split()
        finally:
            running.terminate()
