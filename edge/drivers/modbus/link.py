"""A Modbus bus: blocks of neighbouring registers, remembered by device."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence

from adapters.sites.devicekeys import BusKeys
from edge.buses.contract import Denied, Give, Values
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.drivers.modbus.blocks import Plan, plan
from edge.drivers.modbus.client import Line, Unreadable
from edge.drivers.modbus.registers import spots_of


class ModbusLink:
    """One line; a :class:`edge.buses.contract.Link`.

    Args:
        bus: How it is reached.
    """

    def __init__(self, bus: BusKeys) -> None:
        self._line = Line(bus)
        self._plans: dict[tuple[str, tuple[str, ...]], Plan] = {}

    def poll(self, device: Device, wanted: Sequence[str], pace: Pace) -> Iterator[Values]:
        """Each block's values; a block that is refused is halved, and stays so."""
        made = self._plan(device, tuple(wanted))
        waiting = deque(made.blocks)
        while waiting:
            block = waiting.popleft()
            unit = int(device.address)
            try:
                read = self._line.ask(unit, block.function, block.start, block.count, pace)
            except Unreadable as error:
                waiting.extendleft(reversed(made.refuse(block, str(error))))
                continue
            yield block.numbers(read)
        if made.refused:
            said = ", ".join(f"{name} ({why})" for name, why in made.refused.items())
            raise Denied(f"refuses {said}")

    def held(self, device: Device, name: str, pace: Pace, priority: int) -> float | None:
        """The number in the register; Modbus knows no priorities."""
        del priority
        (spot,) = spots_of(device.template, [name])
        return spot.number(
            self._line.ask(int(device.address), spot.function, spot.start, spot.count, pace)
        )

    def write(
        self, device: Device, name: str, number: float | None, pace: Pace, priority: int
    ) -> None:
        """Write the register or coil.

        Raises:
            Denied: There is no number to write, or the device will not.
        """
        del priority
        if number is None:
            raise Denied("a register cannot be emptied")
        (spot,) = spots_of(device.template, [name])
        self._line.set(int(device.address), spot.function, spot.start, spot.words(number), pace)

    def regroup(self, devices: Sequence[Device], changed: Collection[str]) -> None:
        """Plan anew for those that changed; the line stays."""
        del devices
        self._plans = {key: made for key, made in self._plans.items() if key[0] not in changed}

    def forget(self) -> None:
        """Forget what devices refused."""
        self._plans.clear()

    def close(self) -> None:
        """Release the line."""
        self._line.close()

    def _plan(self, device: Device, wanted: tuple[str, ...]) -> Plan:
        key = (device.id, wanted)
        if key not in self._plans or self._plans[key].stale:
            self._plans[key] = plan(device.template, wanted)
        return self._plans[key]


def open_link(bus: BusKeys, _devices: Sequence[Device], _give: Give) -> ModbusLink:
    """The link of a bus; Modbus devices send nothing unasked."""
    return ModbusLink(bus)
