"""Our own place on a BACnet/IP network: bacpypes3 in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import TimeoutError as TookTooLong
from typing import TypeAlias, TypeVar

from bacpypes3.apdu import (
    APDU,
    ConfirmedCOVNotificationRequest,
    ConfirmedRequestPDU,
    ErrorRejectAbortNack,
    IAmRequest,
    RejectPDU,
    SimpleAckPDU,
    UnconfirmedCOVNotificationRequest,
    WhoIsRequest,
)
from bacpypes3.app import Application
from bacpypes3.basetypes import HostNPort, IPMode
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.pdu import Address, GlobalBroadcast, IPv4Address

from adapters.sites.bacnetkeys import BacnetBusKeys
from adapters.sites.devicekeys import BusKeys
from core.errors import Retryable
from edge.buses.contract import NoAnswer

# It logs every datagram that it cannot decode, with a traceback; health says what matters here.
logging.getLogger("bacpypes3").setLevel(logging.CRITICAL)

PORT = 47808  # 0xBAC0, of ANSI/ASHRAE 135-2020, annex J
_START_S = 5.0
_OURS = ("device", 4194303)  # the instance that stands for none: we offer nothing
_ABORTED = 7  # of the library's states of a request
_UNRECOGNIZED = "unrecognized-service"
_REGISTER_AGAIN_S = 10.0
Notice: TypeAlias = ConfirmedCOVNotificationRequest | UnconfirmedCOVNotificationRequest
T = TypeVar("T")


def nobody(_took_s: float) -> None:
    """Nobody wants to know."""


def own_place(udp: str) -> IPv4Address:
    """Where we are; at port 0, at one that nobody has.

    The library opens its ports to be shared, and the system may give such a one the port of
    another that is shared too: then each hears, and refuses, what the other is asked.
    """
    host, _, port = udp.partition(":")
    if port == "0":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((host.partition("/")[0], 0))
            port = str(probe.getsockname()[1])
    return IPv4Address(f"{host}:{port}" if port else host)


class _Reader(Application):  # type: ignore[misc]
    """Asks and listens; whatever others ask of it is refused, since we have nothing to set."""

    heard: Callable[[IAmRequest], None]
    told: Callable[[Notice], bool]

    async def indication(self, apdu: APDU) -> None:
        if isinstance(apdu, IAmRequest):
            self.heard(apdu)
        elif isinstance(apdu, UnconfirmedCOVNotificationRequest):
            self.told(apdu)
        elif isinstance(apdu, ConfirmedCOVNotificationRequest) and self.told(apdu):
            await self.response(SimpleAckPDU(context=apdu))
        elif isinstance(apdu, ConfirmedRequestPDU):
            await self.response(RejectPDU(reason=_UNRECOGNIZED, context=apdu))


class Station:
    """Sends questions, and hands on what comes unasked. Its coroutines run in its own thread.

    Args:
        bus: How the network is reached.
        heard: Called with every I-Am, in that thread.
        told: Called with every notice of a change, in that thread; whether somebody wanted it.

    Raises:
        Retryable: The port cannot be had.
    """

    def __init__(
        self, bus: BusKeys, heard: Callable[[IAmRequest], None], told: Callable[[Notice], bool]
    ) -> None:
        self._bus = bus
        self._keys = bus.bacnet or BacnetBusKeys()
        self._own = own_place(bus.udp or f"0.0.0.0/0:{PORT}")
        self._heard, self._told = heard, told
        self._turns: dict[str, asyncio.Lock] = {}
        self._next_broadcast = 0.0
        self._registering_since = 0.0
        self._check_port()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="bacnet-station", daemon=True)
        self._thread.start()
        self._app: _Reader | None = None
        try:
            self.call(self._open(), _START_S)
        except Retryable:
            self.close()
            raise Retryable(f"{self._own} cannot be opened with its broadcast address") from None

    def call(self, coroutine: Coroutine[object, object, T], most_s: float) -> T:
        """What a coroutine gives, from another thread. [s]

        Raises:
            Retryable: It gave nothing for far longer than it may.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(most_s)
        except TookTooLong:
            future.cancel()
            raise Retryable("the BACnet station hangs") from None

    def spawn(self, coroutine: Coroutine[object, object, None]) -> None:
        """Let a coroutine run until the station is closed."""
        self._loop.call_soon_threadsafe(self._keep, coroutine)

    def close(self) -> None:
        """End all that runs, and release the port."""
        if self._thread.is_alive():
            with contextlib.suppress(Retryable):
                self.call(self._closed(), _START_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_START_S)

    @property
    def _application(self) -> _Reader:
        assert self._app is not None  # noqa: S101 - set before anybody has this station
        return self._app

    async def ask(
        self, address: Address, apdu: APDU, timeout_s: float,
        took: Callable[[float], None] = nobody,
    ) -> APDU:  # fmt: skip
        """The answer to a question; one at a time of each router.

        Args:
            address: Whom.
            apdu: What.
            timeout_s: How long it is waited for, once its turn has come. [s]
            took: Told how long the answer took, be it a refusal. [s]

        Raises:
            NoAnswer: None came.
            ErrorRejectAbortNack: It was refused.
        """
        async with self.turn(address):
            apdu.pduDestination = address
            future = self._application.request(apdu)
            began = time.monotonic()
            try:
                # The library returns some refusals and raises others.
                answer = await asyncio.wait_for(future, timeout_s)
            except ErrorRejectAbortNack:
                took(time.monotonic() - began)
                raise
            except TimeoutError:
                self._abandon(apdu)
                waited = time.monotonic() - began
                raise NoAnswer(f"no answer within {waited:.2f} s") from None
            took(time.monotonic() - began)
        if isinstance(answer, ErrorRejectAbortNack):
            raise answer
        return answer

    def turn(self, address: Address) -> asyncio.Lock:
        """Held while a question is under way: to a device, or to the router that it is behind."""
        net = address.addrNet
        if net is None:
            place = str(address)
        else:
            # A router serves several networks, and its serial lines have little room each.
            path = self._application.nsap.router_info_cache.path_info.get((None, net))
            place = str(path[0]) if path else f"network {net}"
        return self._turns.setdefault(place, asyncio.Lock())

    async def who_is(self, low: int, high: int, address: Address | None = None) -> None:
        """Ask who there is in a range of instances, everybody or one address.

        Broadcasts wake every device of all networks: never more than so many a second.
        """
        if address is None:
            now = time.monotonic()
            at = max(now, self._next_broadcast)
            self._next_broadcast = at + 1.0 / self._keys.who_is
            await asyncio.sleep(at - now)
            self._stay_registered()
        request = WhoIsRequest(
            deviceInstanceRangeLowLimit=low,
            deviceInstanceRangeHighLimit=high,
            destination=address or GlobalBroadcast(),
        )
        self._application.request(request)

    def _stay_registered(self) -> None:
        """Register with the BBMD anew where the library has given up: it does after one refusal."""
        if self._keys.bbmd is None:
            return
        (link,) = self._application.link_layers.values()
        now = time.monotonic()
        if link.bbmdRegistrationStatus == 0:
            self._registering_since = now
        elif now - self._registering_since > _REGISTER_AGAIN_S:
            self._registering_since = now
            _forget_registration(link)
            link.register(IPv4Address(self._keys.bbmd), self._keys.registration)

    def _abandon(self, apdu: APDU) -> None:
        """Drop a question that nobody waits for: its number is free for others."""
        for transaction in list(self._application.asap.clientTransactions):
            if (
                transaction.invokeID == apdu.apduInvokeID
                and transaction.pdu_address == apdu.pduDestination
            ):
                transaction.set_state(_ABORTED)

    def _keep(self, coroutine: Coroutine[object, object, None]) -> None:
        # The loop holds tasks weakly.
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _check_port(self) -> None:
        """The library shares a taken port, and gets half of the answers; or it waits for ever."""
        own, everybody = self._own.addrTuple, self._own.addrBroadcastTuple
        places = [(own, False)]
        if everybody != own and own[1]:
            # Programs on other addresses of this box hear the same broadcasts.
            places.append((everybody, True))
        for (host, port), shared in places:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                if shared:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                try:
                    probe.bind((host, port))
                except OSError as error:
                    raise Retryable(f"{host}:{port} cannot be had: {error.strerror}") from error

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _open(self) -> None:
        port = NetworkPortObject(
            self._own, objectIdentifier=("network-port", 1), objectName="udp",
        )  # fmt: skip
        if self._keys.bbmd is not None:
            port.bacnetIPMode = IPMode.foreign
            port.fdBBMDAddress = HostNPort(self._keys.bbmd)
            port.fdSubscriptionLifetime = self._keys.registration
        device = DeviceObject(objectIdentifier=_OURS, objectName="plantroom")
        # We time every question ourselves, and ask again ourselves.
        device.apduTimeout = round((self._bus.longest_answer + 1.0) * 1000)
        device.numberOfApduRetries = 0
        app: _Reader = _Reader.from_object_list([device, port])
        app.heard, app.told = self._heard, self._told
        self._app = app  # before it is bound: what is half open has to be closed too
        self._registering_since = time.monotonic()
        for layer in app.link_layers.values():
            await asyncio.gather(*layer.server._transport_tasks)  # noqa: SLF001 - else sent nowhere

    async def _closed(self) -> None:
        app = self._app
        if app is not None:
            for link in app.link_layers.values():
                _forget_registration(link)
            for transaction in list(app.asap.clientTransactions):
                transaction.set_state(_ABORTED)
            app.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _forget_registration(link: object) -> None:
    """Stop all timers of a registration, without telling the BBMD: it forgets by itself."""
    for name in (
        "_registration_handle", "_registration_timeout_handle", "_reregistration_timeout_handle",
    ):  # fmt: skip
        handle = getattr(link, name, None)
        if handle is not None:
            handle.cancel()
            setattr(link, name, None)
