"""Brokers on 127.0.0.1, each a process of its own so that its time is not counted as ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port, listening

_START_S = 20.0
USERS = ("ingest", "gw-a", "plain")
PASSWORD = "bench"  # noqa: S105 of brokers that live for seconds
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
CONF = "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n{user}"


def names() -> tuple[str, ...]:
    """Brokers that are here; amqtt always is."""
    return ("amqtt", "mosquitto") if Path(MOSQUITTO).exists() else ("amqtt",)


@contextmanager
def broker(name: str, folder: Path) -> Iterator[int]:
    """A broker's port, until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.child", "broker", str(port)]
    if name == "mosquitto":
        conf = folder / f"mosquitto-{port}.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        conf.write_text(CONF.format(port=port, user=user), encoding="utf-8")
        command = [MOSQUITTO, "-c", str(conf)]
    with process(command):
        _wait_for(port)
        yield port


@contextmanager
def process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program until the block ends."""
    running = subprocess.Popen(  # noqa: S603 our own programs
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        running.terminate()
        running.wait(20)


def _wait_for(port: int) -> None:
    until = time.monotonic() + _START_S
    while not listening(port):
        if time.monotonic() > until:
            raise TimeoutError("the broker did not start")
        time.sleep(0.02)
