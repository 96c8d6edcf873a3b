"""A bus: one thread that asks one device at a time, each at its period."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import structlog

from adapters.sites.devicekeys import BusKeys
from core.clock import Clock
from core.errors import PlantroomError, Retryable
from edge.buses.buffer import Buffer
from edge.buses.contract import Garbled, Link, NoAnswer, RegroupingLink, Values
from edge.buses.device import Device
from edge.buses.member import Member
from edge.buses.pace import Pace
from edge.buses.proof import disproof
from edge.buses.protocols import protocol

Task = Callable[[Link, Pace], None]
_log = structlog.get_logger(__name__)
_REMEMBERED_S = 300.0  # five health messages: nobody overlooks it, and it goes away by itself
_AWAY_S, _AWAY_MOST_S = 1.0, 30.0
"""How soon a line that is away is tried again: one that was off for a minute is back in half."""
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
        self.name, self.devices = name, list(devices)
        self._keys, self._buffer = keys, buffer
        now = time.monotonic()
        self._clock = clock
        self._paces: list[Pace] = []
        self._paces.extend(Pace(keys.longest_answer, self._paces) for _ in devices)
        self.members = [
            Member(device, pace, now + _SPREAD_S * i, clock)
            for i, (device, pace) in enumerate(zip(devices, self._paces, strict=True))
        ]
        self._by_id = {member.device.id: member for member in self.members}
        self._link: Link = protocol(keys.protocol).open_link(keys, devices, self._unasked)
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._tasks: deque[tuple[str, Task]] = deque()
        self._regroupings: deque[Sequence[Device]] = deque()
        self._late_at = -_REMEMBERED_S
        self._line_at = self._away_s = 0.0
        self._thread = threading.Thread(target=self._run, name=f"bus-{name}", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def end(self) -> None:
        """Ask nobody any more; returns at once, :meth:`stop` waits."""
        self._stopping.set()
        self._wake.set()

    def do(self, device: str, task: Task) -> None:
        """Let something be done with a device in the bus's own thread, before the next poll."""
        self._tasks.append((device, task))
        self._wake.set()

    def regroup(self, devices: Sequence[Device]) -> None:
        """Other devices hang on it from the next poll on; returns at once.

        Those that stay as they were keep the line, their turn and what was learnt of them.
        """
        self.devices = list(devices)
        self._regroupings.append(self.devices)
        self._wake.set()

    @property
    def keys(self) -> BusKeys:
        """How it is reached."""
        return self._keys

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
                if not self._do_tasks():
                    break
                if self._regroupings:
                    self._take_up(self._regroupings.popleft())
                    continue
                member = min(self.members, key=lambda m: m.due)
                pause = max(member.due, self._line_at) - time.monotonic()
                if pause > 0:
                    self._wake.wait(pause)
                    continue
                if not self._ask(member):
                    continue
                if member.next_due(time.monotonic()):
                    self._late_at = time.monotonic()
                if self._keys.pause:
                    self._stopping.wait(self._keys.pause)
        finally:
            self._link.close()

    def _do_tasks(self) -> bool:
        """What others want done; whether the bus goes on."""
        self._wake.clear()
        while self._tasks and not self._stopping.is_set():
            device, task = self._tasks.popleft()
            try:
                task(self._link, self._by_id[device].pace)
            except Exception:  # noqa: BLE001
                # Who asked for it says what becomes of it; the polls go on.
                _log.exception("a task failed", bus=self.name, device=device)
        return not self._stopping.is_set()

    def _take_up(self, devices: Sequence[Device]) -> None:
        before = self._by_id
        now = time.monotonic()
        members: list[Member] = []
        for device in devices:
            member = before.get(device.id)
            if member is None or member.device != device:
                pace = Pace(self._keys.longest_answer, self._paces)
                member = Member(device, pace, now + _SPREAD_S * len(members), self._clock)
            members.append(member)
        kept = {member.device.id for member in members if before.get(member.device.id) is member}
        changed = ({*before} | {device.id for device in devices}) - kept
        self._paces[:] = [member.pace for member in members]
        self._by_id = {member.device.id: member for member in members}
        self.members = members
        if isinstance(self._link, RegroupingLink):
            self._link.regroup(devices, changed)
        _log.info("bus regrouped", bus=self.name, changed=sorted(changed), kept=len(kept))

    def _ask(self, member: Member) -> bool:
        """One poll; whatever goes wrong stays with this device. False where the line is away."""
        before = member.error
        try:
            self._poll(member)
        except (NoAnswer, Garbled) as error:
            member.failed(str(error), silent=isinstance(error, NoAnswer), again=True)
        except Retryable as error:
            self._line_away(str(error))
            return False
        except PlantroomError as error:
            member.failed(str(error), silent=False, again=False)
        except Exception as error:  # noqa: BLE001
            # One device that confuses its protocol must not end the bus; health says it.
            _log.exception("a poll failed", bus=self.name, device=member.device.id)
            member.failed(f"{type(error).__name__}: {error}", silent=False, again=False)
        if member.error != before:
            say = _log.warning if member.error else _log.info
            say("device", bus=self.name, device=member.device.id, says=member.error or "answers")
        self._away_s = 0.0
        return True

    def _poll(self, member: Member) -> None:
        if not member.proved and not self._prove(member):
            return
        for values in self._link.poll(member.device, member.device.wanted, member.pace):
            self._give(member.device, values)
            member.heard()
        member.answered()

    def _line_away(self, why: str) -> None:
        """Nobody on it can be asked; it is tried again soon, and then all are asked at once."""
        if not self._away_s:
            _log.warning("bus away", bus=self.name, says=why)
        self._away_s = min(max(2 * self._away_s, _AWAY_S), _AWAY_MOST_S)
        self._line_at = time.monotonic() + self._away_s
        for member in self.members:
            member.away(why)

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
        member = self._by_id.get(device.id)
        if member is None or member.device != device:
            return  # what it tells was subscribed to by the site as it was before
        member.heard()
        self._give(device, values)

    def _give(self, device: Device, values: Values) -> None:
        rows = [
            (channel.point, channel.canonical(values[channel.value]))
            for channel in device.channels
            if channel.value in values
        ]
        self._buffer.put(rows)
