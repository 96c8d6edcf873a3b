"""Meters on their own buses: values a CPU-second of each protocol, beside a plain program's."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.sites.devicekeys import BusKeys, SerialKeys
from adapters.sites.templates import load_packaged
from benchmarks.measured import Result
from edge.buses.device import Channel, Device
from edge.buses.pace import Pace
from edge.buses.protocols import protocol
from simulators.devices.metered import MeteredLine

ROUNDS, POLLS = 3, 200
METERS = {
    "DL/T 645": ("dlt645-three-phase", "202103160005"),
    "CJ/T 188": ("cjt188-heat", "78330011223344"),
    "M-Bus": ("mbus-heat", "5"),
}
_FAST = SerialKeys(baud=921_600)
"""Nothing is waited for but answers: CPU time is measured, not lines."""


def measure(folder: Path) -> list[Result]:  # noqa: ARG001 - nothing is written
    """Polls of one meter of each protocol, without a pause."""
    return [_measured(name, *meter) for name, meter in METERS.items()]


def _measured(name: str, template: str, address: str) -> Result:
    device = device_of(template, address)
    questions = asked(device)
    with _served(template, address) as port:
        ours = [_rate(device, lambda: _poll(device, port)) for _ in range(ROUNDS)]
        plain = [_rate(device, lambda: _plain(questions, port)) for _ in range(ROUNDS)]
    return Result(
        name=f"edge: {name} driver", unit="values a CPU-second", ours=ours, plain=plain,
        baseline="the same questions from a bare socket, answers thrown away unread",
        note=f"{len(device.wanted)} values of a meter in {len(questions)} questions; checked, "
        "decoded, in units",
    )  # fmt: skip


def device_of(template: str, address: str) -> Device:
    """A meter that is read for all that its template has."""
    keys = load_packaged(template)
    return Device(
        id="m", bus="b", address=address, template=keys, period_s=1.0, options={},
        channels=tuple(Channel(i, value) for i, value in enumerate(keys.values)),
    )  # fmt: skip


def _rate(device: Device, work: Callable[[], object]) -> float:
    """Values a CPU-second of so many polls."""
    begun = time.process_time()
    work()
    return len(device.wanted) * POLLS / (time.process_time() - begun)


def _poll(device: Device, port: int, times: int = POLLS) -> None:
    word, pace, read = device.template.protocol, Pace(3.0), 0
    bus = BusKeys(protocol=word, tcp=f"127.0.0.1:{port}", serial=_FAST)
    link = protocol(word).open_link(bus, [device], lambda _d, _v: None)
    for _ in range(times):
        for values in link.poll(device, device.wanted, pace):
            read += sum(value is not None for value in values.values())
    link.close()
    if read != times * len(device.wanted):
        raise RuntimeError(f"{read} values of {times} polls")


def _plain(questions: list[bytes], port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(POLLS):
            for question in questions:
                line.sendall(question)
                line.recv(4096)


def asked(device: Device) -> list[bytes]:
    """The questions of one poll, as a meter in this process hears them."""
    with MeteredLine({device.address: device.template}) as line:
        _poll(device, line.port, 1)
        return list(line.asked)


@contextmanager
def _served(template: str, address: str) -> Iterator[int]:
    """The port of a simulated meter, in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.meters", template, address]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603
        assert running.stdout is not None  # noqa: S101 - asked for
        try:
            yield int(running.stdout.readline())
        finally:
            running.terminate()


def _serve(template: str, address: str) -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with MeteredLine({address: load_packaged(template)}) as line:
        sys.stdout.write(f"{line.port}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
