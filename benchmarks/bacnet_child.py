"""Programs of the BACnet measurement: ``python -m benchmarks.bacnet_child MODE …``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Sequence

import structlog

from adapters.sites.devicekeys import BusKeys
from adapters.sites.templates import load_packaged
from benchmarks.bacnet import TEMPLATE

_PROPERTIES = ["present-value", "status-flags", "reliability"]
_AT_ONCE = 6
"""Objects of three properties each in a question of 20."""


def serve(count: int) -> None:
    """The devices; their ports go to standard output."""
    from simulators.devices.bacnet import BacnetDevice, BacnetServer  # noqa: PLC0415

    template = load_packaged(TEMPLATE)
    devices = [BacnetDevice(1 + i, template) for i in range(count)]
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with BacnetServer(devices):
        sys.stdout.write(" ".join(str(device.port) for device in devices) + "\n")
        sys.stdout.flush()
        ended.wait()


def fast(rounds: int, ports: Sequence[str]) -> dict[str, float]:
    """Through link, channels and buffer."""
    from core.clock import SystemClock  # noqa: PLC0415
    from edge.buses.buffer import Buffer  # noqa: PLC0415
    from edge.buses.contract import NoAnswer  # noqa: PLC0415
    from edge.buses.device import Channel, Device  # noqa: PLC0415
    from edge.buses.pace import Pace  # noqa: PLC0415
    from edge.buses.protocols import protocol  # noqa: PLC0415

    template = load_packaged(TEMPLATE)
    channels = tuple(Channel(i, name) for i, name in enumerate(template.values))
    devices = [
        Device(
            id=port, bus="b", address=f"127.0.0.1:{port}", template=template, period_s=1.0,
            channels=channels, options={"cov": "no"},
        )
        for port in ports
    ]  # fmt: skip
    bus, clock = BusKeys(protocol="bacnet", udp="127.0.0.1/32:0"), SystemClock()
    link = protocol("bacnet").open_link(bus, devices, lambda _d, _v: None)
    buffer, read, pace = Buffer(clock), 0, Pace(3.0)

    def one_round() -> None:
        for device in devices:
            # A machine that is busy lets an answer be late: it is not counted then.
            with contextlib.suppress(NoAnswer):
                for values in link.poll(device, device.wanted, pace):
                    known = [c for c in channels if c.value in values]
                    buffer.put([(c.point, c.canonical(values[c.value])) for c in known])

    one_round()  # units are asked for once
    buffer.take(clock.now())
    cpu = time.process_time()
    for _ in range(rounds):
        one_round()
        read += len(buffer.take(clock.now()))
    took = {"cpu_s": time.process_time() - cpu, "readings": float(read)}
    link.close()
    return took


async def plain(rounds: int, ports: Sequence[str]) -> dict[str, float]:
    """The same properties by the library's own call; nothing is made of them."""
    from bacpypes3.app import Application  # noqa: PLC0415
    from bacpypes3.local.device import DeviceObject  # noqa: PLC0415
    from bacpypes3.local.networkport import NetworkPortObject  # noqa: PLC0415
    from bacpypes3.pdu import Address, IPv4Address  # noqa: PLC0415

    template = load_packaged(TEMPLATE)
    objects = [value.bacnet.object for value in template.values.values() if value.bacnet]
    app = Application.from_object_list([
        DeviceObject(objectIdentifier=("device", 9999), objectName="plain"),
        NetworkPortObject(
            IPv4Address("127.0.0.1/32:0"), objectIdentifier=("network-port", 1), objectName="udp"
        ),
    ])  # fmt: skip
    addresses = [Address(f"127.0.0.1:{port}") for port in ports]
    read, cpu = 0, time.process_time()
    for _ in range(rounds):
        for address in addresses:
            for at in range(0, len(objects), _AT_ONCE):
                wanted: list[object] = []
                for written in objects[at : at + _AT_ONCE]:
                    wanted += [written.replace(":", ","), _PROPERTIES]
                read += len(await app.read_property_multiple(address, wanted)) // len(_PROPERTIES)
    took = {"cpu_s": time.process_time() - cpu, "readings": float(read)}
    app.close()
    return took


def _main(mode: str, count: str, *ports: str) -> None:
    # Standard output is for the figures.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if mode == "serve":
        serve(int(count))
    elif mode == "fast":
        sys.stdout.write(json.dumps(fast(int(count), ports)) + "\n")
    else:
        sys.stdout.write(json.dumps(asyncio.run(plain(int(count), ports))) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
