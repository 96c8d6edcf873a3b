"""BACnet/IP devices on loopback or a network, by bacpypes3: right, or wrong on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from bacpypes3.apdu import APDU
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.pdu import IPv4Address

from adapters.sites.templatekeys import TemplateKeys
from core.errors import Retryable
from simulators.devices.bacnet_application import BacnetFaults, Load, ServedApplication
from simulators.devices.bacnet_objects import BacnetObjects
from simulators.devices.bacnet_router import (
    VENDOR,
    BacnetRouter,
    accept_foreign,
    bound,
    free_port,
)

HOST = "127.0.0.1"
_START_S = 5.0


class BacnetDevice:
    """One device, with the objects of a template.

    Args:
        instance: Of its device object.
        template: Whose objects it has.
        feed: Gives the values by name, in the template's units; asked again and again.
        host: Own address, with its prefix where it hears broadcasts.
        port: UDP port; any free one for 0.
        bbmd: Whether it passes broadcasts on to foreign devices that registered with it.
        behind: The router on whose line it is, instead of a host and port.
        mac: Its address on that line.
    """

    def __init__(
        self, instance: int, template: TemplateKeys,
        feed: Callable[[], Mapping[str, float | None]] | None = None, *, host: str = HOST,
        port: int = 0, bbmd: bool = False, behind: BacnetRouter | None = None, mac: int = 0,
    ) -> None:  # fmt: skip
        self.instance, self.feed, self.bbmd = instance, feed, bbmd
        self.objects = BacnetObjects(template)
        self.faults = BacnetFaults()
        self.asked: list[APDU] = []
        """Every question that it heard."""
        self.load = behind.load if behind is not None else Load()
        self.host, self._behind, self._mac = host, behind, mac
        self.port = 0 if behind is not None else port or free_port(host)
        self.app: ServedApplication | None = None

    @property
    def endpoint(self) -> str:
        """``host:port``, or ``network:address`` behind a router."""
        if self._behind is not None:
            return f"{self._behind.network}:{self._mac}"
        return f"{self.host.partition('/')[0]}:{self.port}"

    def open(self) -> None:
        """Begin to serve, in the running event loop."""
        device = DeviceObject(
            objectIdentifier=("device", self.instance), objectName=f"device-{self.instance}",
            vendorIdentifier=VENDOR, modelName=self.objects.template.model,
        )  # fmt: skip
        app = ServedApplication.from_object_list([device, self._port(), *self.objects.made])
        app.faults, app.asked, app.load = self.faults, self.asked, self.load
        self.app = app

    def _port(self) -> NetworkPortObject:
        if self._behind is not None:
            return self._behind.line_port(self._mac)
        address = IPv4Address(f"{self.host}:{self.port}")
        port = NetworkPortObject(address, objectIdentifier=("network-port", 1), objectName="udp")
        if self.bbmd:
            accept_foreign(port)
        return port

    def close(self) -> None:
        """Release the port."""
        if self.app is not None:
            self.app.forget_subscriptions()
            for transaction in list(self.app.asap.clientTransactions):
                transaction.stop_timer()
            self.app.close()
        self.app = None


class BacnetServer:
    """Devices that are served from one thread.

    Args:
        devices: Which.
        every_s: How often their feeds are asked. [s]
        router: On whose line some of them are.
    """

    def __init__(
        self, devices: Sequence[BacnetDevice], *, every_s: float = 1.0,
        router: BacnetRouter | None = None,
    ) -> None:  # fmt: skip
        self.devices = {device.instance: device for device in devices}
        self._every_s, self._router = every_s, router
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="bacnet-server", daemon=True)

    def start(self) -> None:
        """Serve until :meth:`stop`.

        Raises:
            Retryable: A port cannot be had.
        """
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(_START_S)
        except TimeoutError:
            self.stop()
            raise Retryable("no BACnet devices: a port cannot be had") from None

    def stop(self) -> None:
        """Close all ports."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_START_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_START_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def set(self, address: str, name: str, value: float | None) -> None:
        """Write a value of the device with an instance or endpoint, in its template's unit.

        None is a fault of its sensor.
        """
        self._do(lambda: self._at(address).objects.set(name, value))

    def restart(self, address: str, *, says_so: bool) -> None:
        """As after a power cut: its subscriptions are gone, and it may say I-Am.

        To whom it says so is a broadcast; on loopback it reaches those who asked it before.
        """

        def begin_anew() -> None:
            device = self._at(address)
            app = device.app
            assert app is not None  # noqa: S101 - it serves
            readers = {apdu.pduSource for apdu in device.asked}
            app.forget_subscriptions()
            if says_so:
                for reader in readers:
                    app.i_am(address=reader)

        self._do(begin_anew)

    def _at(self, address: str) -> BacnetDevice:
        by_endpoint = {device.endpoint: device for device in self.devices.values()}
        return by_endpoint[address] if ":" in address else self.devices[int(address)]

    def _do(self, work: Callable[[], None]) -> None:
        """Something in the thread of the devices: their objects tell of changes from there."""

        async def done() -> None:
            work()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(_START_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _open(self) -> None:
        if self._router is not None:
            await self._router.open()
        for device in self.devices.values():
            device.open()
            assert device.app is not None  # noqa: S101 - just opened
            await bound(device.app)
        self._feeding = self._loop.create_task(self._feed())

    async def _close(self) -> None:
        for device in self.devices.values():
            device.close()
        if self._router is not None:
            self._router.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _feed(self) -> None:
        while True:
            for device in self.devices.values():
                for name, value in (device.feed() if device.feed else {}).items():
                    with contextlib.suppress(KeyError):
                        device.objects.set(name, value)
            await asyncio.sleep(self._every_s)
