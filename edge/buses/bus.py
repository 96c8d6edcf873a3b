"""A bus: one thread that asks one device at a time, each at its period."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

import structlog

from adapters.sites.devicekeys import BusKeys
from core.clock import Clock
from core.errors import PlantroomError, Retryable
from edge.buses.buffer import Buffer
from edge.buses.contract import Garbled, Link, Values
from edge.buses.device import Device
from edge.buses.member import Member
from edge.buses.pace import Pace
from edge.buses.proof import disproof
from edge.buses.protocols import protocol

_log = structlog.get_logger(__name__)
_REMEMBERED_S = 300.0  # five health messages: nobody overlooks it, and it goes away by itself
_SPREAD_S = 0.01
"""Between the first polls: a bus of devices that all are new does not ask them at one time."""


class Bus:
    """One queue: who is due first is asked first; a dead device is asked once a minute.

    Args:
        name: Its word in the site file.
        keys: How it is reached.
        devices: What hangs on it.
        buffer: Where readings go.
        clock: The run clock.
    """

    def __init__(
        self, name: str, keys: BusKeys, devices: Sequence[Device], buffer: Buffer, clock: Clock
    ) -> None:
        self.name = name
        self._keys, self._buffer, self._clock = keys, buffer, clock
        now = time.monotonic()
        paces: list[Pace] = []
        paces.extend(Pace(keys.longest_answer, paces) for _ in devices)
        self.members = [
            Member(device, pace, now + _SPREAD_S * i, clock)
            for i, (device, pace) in enumerate(zip(devices, paces, strict=True))
        ]
        self._by_id = {member.device.id: member for member in self.members}
        self._link: Link = protocol(keys.protocol).open_link(keys, devices, self._unasked)
        self._stopping = threading.Event()
        self._late_at = -_REMEMBERED_S
        self._thread = threading.Thread(target=self._run, name=f"bus-{name}", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def end(self) -> None:
        """Ask nobody any more; returns at once, :meth:`stop` waits."""
        self._stopping.set()

    def stop(self) -> None:
        """End after the answer that is waited for, and release the line."""
        self.end()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def missed(self) -> int:
        """Polls left out since it was made because the bus was not free in time."""
        return sum(member.late for member in self.members)

    @property
    def overloaded(self) -> bool:
        """Whether polls were left out in the last minutes."""
        return time.monotonic() - self._late_at < _REMEMBERED_S

    def health(self) -> Mapping[str, tuple[int | None, str | None]]:
        """By device: time of the last good read [ms], and the present error."""
        return {m.device.id: (m.last_good, m.error) for m in self.members}

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                member = min(self.members, key=lambda m: m.due)
                pause = member.due - time.monotonic()
                if pause > 0:
                    self._stopping.wait(pause)
                    continue
                self._ask(member)
                if member.next_due(time.monotonic()):
                    self._late_at = time.monotonic()
                if self._keys.pause:
                    self._stopping.wait(self._keys.pause)
        finally:
            self._link.close()

    def _ask(self, member: Member) -> None:
        """One poll; whatever goes wrong stays with this device."""
        before = member.error
        try:
            if not member.proved and not self._prove(member):
                return
            for values in self._link.poll(member.device, member.device.wanted, member.pace):
                self._give(member.device, values)
                member.heard()
            member.answered()
        except Retryable as error:
            # Also where the line itself is away: then every device on it is.
            member.failed(str(error), silent=not isinstance(error, Garbled), again=True)
        except PlantroomError as error:
            member.failed(str(error), silent=False, again=False)
        except Exception as error:  # noqa: BLE001
            # One device that confuses its protocol must not end the bus; health says it.
            _log.exception("a poll failed", bus=self.name, device=member.device.id)
            member.failed(f"{type(error).__name__}: {error}", silent=False, again=False)
        if member.error != before:
            say = _log.warning if member.error else _log.info
            say("device", bus=self.name, device=member.device.id, says=member.error or "answers")

    def _prove(self, member: Member) -> bool:
        """Whether it is what its template says; nothing else is read of it before."""
        numbers: dict[str, float | None] = {}
        for values in self._link.poll(member.device, member.device.proving, member.pace):
            numbers.update(values)
        against = disproof(member.device, numbers)
        if against is not None:
            member.failed(against, silent=False, again=False)
            return False
        member.proved = True
        return True

    def _unasked(self, device: Device, values: Values) -> None:
        """What a device sends by itself; it lives, and is not polled the more for it."""
        self._by_id[device.id].heard()
        self._give(device, values)

    def _give(self, device: Device, values: Values) -> None:
        rows = [
            (channel.point, channel.canonical(values[channel.value]))
            for channel in device.channels
            if channel.value in values
        ]
        self._buffer.put(rows)
