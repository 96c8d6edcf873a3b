"""BACnet/IP devices on loopback or a network, by bacpypes3: right, or wrong on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from bacpypes3.apdu import (
    APDU,
    AbortPDU,
    ConfirmedRequestPDU,
    ReadPropertyMultipleRequest,
    RejectPDU,
    SubscribeCOVRequest,
    UnconfirmedRequestPDU,
)
from bacpypes3.app import Application
from bacpypes3.basetypes import IPMode
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.pdu import IPv4Address

from adapters.sites.templatekeys import TemplateKeys
from core.errors import Retryable
from simulators.devices.bacnet_objects import BacnetObjects

HOST = "127.0.0.1"
_START_S = 5.0
_VENDOR = 999  # reserved for tests and demonstrations by the list of vendors


@dataclass
class BacnetFaults:
    """What goes wrong on purpose; may be changed while it serves.

    Attributes:
        silent: Whether it says nothing at all.
        late_s: How long every answer takes. [s]
        most: Properties that one answer may hold; more is aborted.
        no_multiple: Whether it does not know ReadPropertyMultiple.
        no_cov: Whether it refuses subscriptions.
        no_confirmed: Whether it refuses those whose notices want an answer.
        deaf_cov: Whether it acknowledges subscriptions and then tells nothing.
    """

    silent: bool = False
    late_s: float = 0.0
    most: int | None = None
    no_multiple: bool = False
    no_cov: bool = False
    no_confirmed: bool = False
    deaf_cov: bool = False


class _Served(Application):  # type: ignore[misc]
    """One device's application."""

    faults: BacnetFaults
    asked: list[APDU]
    under_way = 0
    most_together = 0

    async def indication(self, apdu: APDU) -> None:
        faults = self.faults
        if faults.silent:
            return
        if isinstance(apdu, ConfirmedRequestPDU | UnconfirmedRequestPDU):
            self.asked.append(apdu)
        self.under_way += isinstance(apdu, ConfirmedRequestPDU)
        self.most_together = max(self.most_together, self.under_way)
        await asyncio.sleep(faults.late_s)
        self.under_way -= isinstance(apdu, ConfirmedRequestPDU)
        if isinstance(apdu, ReadPropertyMultipleRequest):
            size = sum(len(s.listOfPropertyReferences) for s in apdu.listOfReadAccessSpecs)
            if faults.no_multiple:
                await self.response(RejectPDU(reason="unrecognized-service", context=apdu))
                return
            if faults.most is not None and size > faults.most:
                abort = AbortPDU(reason="segmentation-not-supported", context=apdu)
                abort.apduSrv = True
                await self.response(abort)
                return
        if isinstance(apdu, SubscribeCOVRequest) and (
            faults.no_cov or (faults.no_confirmed and apdu.issueConfirmedNotifications)
        ):
            await self.response(RejectPDU(reason="unrecognized-service", context=apdu))
            return
        await super().indication(apdu)

    def cov_notification(self, cov: object, apdu: APDU) -> None:
        if not self.faults.silent and not self.faults.deaf_cov:
            super().cov_notification(cov, apdu)

    def cov_confirmation(self, _cov: object, future: asyncio.Future[APDU]) -> None:
        """A notice that was refused or got lost is the reader's loss: as in a real device."""
        if not future.cancelled():
            future.exception()

    def forget_subscriptions(self) -> None:
        for detection in list(self._cov_detections.values()):
            for subscription in list(detection.cov_subscriptions):
                self.cancel_subscription(subscription)


class BacnetDevice:
    """One device, with the objects of a template.

    Args:
        instance: Of its device object.
        template: Whose objects it has.
        feed: Gives the values by name, in the template's units; asked again and again.
        host: Own address, with its prefix where it hears broadcasts.
        port: UDP port; any free one for 0.
        bbmd: Whether it passes broadcasts on to foreign devices that registered with it.
    """

    def __init__(
        self, instance: int, template: TemplateKeys,
        feed: Callable[[], Mapping[str, float | None]] | None = None, *, host: str = HOST,
        port: int = 0, bbmd: bool = False,
    ) -> None:  # fmt: skip
        self.instance, self.feed, self.bbmd = instance, feed, bbmd
        self.objects = BacnetObjects(template)
        self.faults = BacnetFaults()
        self.asked: list[APDU] = []
        """Every question that it heard."""
        self.host = host
        self.port = port or _free_port(host)
        self.app: _Served | None = None

    @property
    def endpoint(self) -> str:
        """``host:port``."""
        return f"{self.host.partition('/')[0]}:{self.port}"

    def open(self) -> None:
        """Begin to serve, in the running event loop."""
        address = IPv4Address(f"{self.host}:{self.port}" if self.port else self.host)
        port = NetworkPortObject(address, objectIdentifier=("network-port", 1), objectName="udp")
        if self.bbmd:
            port.bacnetIPMode = IPMode.bbmd
            port.bbmdAcceptFDRegistrations = True
            port.bbmdForeignDeviceTable = []
            port.bbmdBroadcastDistributionTable = []
        device = DeviceObject(
            objectIdentifier=("device", self.instance), objectName=f"device-{self.instance}",
            vendorIdentifier=_VENDOR, modelName=self.objects.template.model,
        )  # fmt: skip
        app = _Served.from_object_list([device, port, *self.objects.made])
        app.faults, app.asked = self.faults, self.asked
        self.app = app

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
    """

    def __init__(self, devices: Sequence[BacnetDevice], *, every_s: float = 1.0) -> None:
        self.devices = {device.instance: device for device in devices}
        self._every_s = every_s
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
        for device in self.devices.values():
            device.open()
            assert device.app is not None  # noqa: S101 - just opened
            for layer in device.app.link_layers.values():
                await asyncio.gather(*layer.server._transport_tasks)  # noqa: SLF001 - bound then
        self._feeding = self._loop.create_task(self._feed())

    async def _close(self) -> None:
        for device in self.devices.values():
            device.close()
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


def _free_port(host: str) -> int:
    """A port that nobody has now: the library cannot tell which one it was given."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host.partition("/")[0], 0))
        return int(probe.getsockname()[1])
