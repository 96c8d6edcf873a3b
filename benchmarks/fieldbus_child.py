"""Programs of the Modbus measurement: ``python -m benchmarks.fieldbus_child MODE …``.

Each in a process of its own that imports what an edge imports, so that its memory is an edge's.
"""

from __future__ import annotations

import contextlib
import json
import signal
import struct
import sys
import threading
import time
from pathlib import Path

import structlog

from benchmarks.fieldbus_site import METERS, ROLES, TEMPLATE, site
from benchmarks.load import GATEWAY

_KIB_A_MB = 1024.0
_PLAIN = ((0, 12), (52, 22))
"""The same registers as ours: start and count."""


def serve() -> None:
    """The meters; their port goes to standard output."""
    from adapters.sites.templates import load_packaged  # noqa: PLC0415 - of this mode alone
    from simulators.devices.modbus import ModbusServer  # noqa: PLC0415
    from simulators.devices.modbus_registers import ModbusRegisters  # noqa: PLC0415

    template = load_packaged(TEMPLATE)
    units = {i: ModbusRegisters(template, fill=True) for i in range(1, METERS + 1)}
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with ModbusServer(units) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        ended.wait()


def agent(folder: Path, modbus: int, broker: int, seconds: float) -> dict[str, float]:
    """A whole edge at one second's period: driver, outbox, publish until confirmed."""
    from adapters.mqtt import Session  # noqa: PLC0415
    from benchmarks.brokers import PASSWORD  # noqa: PLC0415
    from core.clock import SystemClock  # noqa: PLC0415
    from edge.agent import Agent  # noqa: PLC0415
    from edge.buses.fieldbus import FieldbusDriver  # noqa: PLC0415
    from edge.outbox import Outbox  # noqa: PLC0415

    model, clock = site(folder, modbus), SystemClock()
    driver, outbox = FieldbusDriver(model, GATEWAY, clock), Outbox(folder / "outbox.sqlite")
    session = Session("127.0.0.1", broker, GATEWAY, username=GATEWAY, password=PASSWORD)
    running = Agent(model, GATEWAY, driver, outbox, session, clock)
    running.start()
    time.sleep(3)  # connections and first answers
    before, cpu, wall = running.counts().readings, time.process_time(), time.monotonic()
    time.sleep(seconds)
    took = {
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.monotonic() - wall,
        "readings": float(running.counts().readings - before),
        "memory_mb": _memory_mb(),
    }
    driver.close()
    running.stop()
    outbox.close()
    return took


def plain(modbus: int, seconds: float) -> dict[str, float]:
    """A thread a meter: bare pymodbus, ``struct``, a dict; nothing lasts or is checked."""
    from pymodbus.client import ModbusTcpClient  # noqa: PLC0415

    table: dict[tuple[int, int], tuple[float, ...]] = {}
    ended = threading.Event()
    read = [0] * (METERS + 1)

    def poll(unit: int) -> None:
        client = ModbusTcpClient("127.0.0.1", port=modbus)
        while not ended.wait(1.0):
            for start, count in _PLAIN:
                words = client.read_input_registers(start, count=count, device_id=unit).registers
                raw = struct.pack(f">{count}H", *words)
                table[unit, start] = struct.unpack(f">{count // 2}f", raw)
            read[unit] += len(ROLES)

    threads = [threading.Thread(target=poll, args=(i,)) for i in range(1, METERS + 1)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    before, cpu, wall = sum(read), time.process_time(), time.monotonic()
    time.sleep(seconds)
    took = {
        "cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - wall,
        "readings": float(sum(read) - before), "memory_mb": _memory_mb(),
    }  # fmt: skip
    ended.set()
    for thread in threads:
        thread.join()
    return took


def fast(folder: Path, modbus: int, rounds: int) -> dict[str, float]:
    """All meters over and over without a pause, through link, channels and buffer."""
    from core.clock import SystemClock  # noqa: PLC0415
    from edge.buses.buffer import Buffer  # noqa: PLC0415
    from edge.buses.contract import NoAnswer  # noqa: PLC0415
    from edge.buses.device import devices_of  # noqa: PLC0415
    from edge.buses.pace import Pace  # noqa: PLC0415
    from edge.buses.protocols import protocol  # noqa: PLC0415

    model, clock = site(folder, modbus), SystemClock()
    buses, devices = devices_of(model, GATEWAY)
    buffer, read = Buffer(clock), 0
    links = [
        (protocol("modbus").open_link(buses[d.bus], [d], lambda _d, _v: None), d, Pace(3.0))
        for d in devices
    ]
    cpu = time.process_time()
    for _ in range(rounds):
        for link, device, pace in links:
            # A machine that is busy lets an answer be late: it is not counted then.
            with contextlib.suppress(NoAnswer):
                for values in link.poll(device, device.wanted, pace):
                    rows = [
                        (c.point, c.canonical(values[c.value]))
                        for c in device.channels
                        if c.value in values
                    ]
                    buffer.put(rows)
        read += len(buffer.take(clock.now()))
    return {"cpu_s": time.process_time() - cpu, "readings": float(read)}


def plain_fast(modbus: int, rounds: int) -> dict[str, float]:
    """The same registers by bare pymodbus and ``struct``."""
    from pymodbus.client import ModbusTcpClient  # noqa: PLC0415

    clients = [ModbusTcpClient("127.0.0.1", port=modbus) for _ in range(METERS)]
    read, cpu = 0, time.process_time()
    for _ in range(rounds):
        for unit, client in enumerate(clients, start=1):
            for start, count in _PLAIN:
                words = client.read_input_registers(start, count=count, device_id=unit).registers
                struct.unpack(f">{count // 2}f", struct.pack(f">{count}H", *words))
            read += len(ROLES)
    return {"cpu_s": time.process_time() - cpu, "readings": float(read)}


def _memory_mb() -> float:
    """The most that this program had resident; getrusage would count who started it. [MB]"""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak) / _KIB_A_MB


def _main(mode: str, *words: str) -> None:
    # Standard output is for the figures.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if mode == "serve":
        serve()
        return
    took = {
        "agent": lambda: agent(Path(words[0]), int(words[1]), int(words[2]), float(words[3])),
        "plain": lambda: plain(int(words[0]), float(words[1])),
        "fast": lambda: fast(Path(words[0]), int(words[1]), int(words[2])),
        "plain-fast": lambda: plain_fast(int(words[0]), int(words[1])),
    }[mode]()
    sys.stdout.write(json.dumps(took) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
