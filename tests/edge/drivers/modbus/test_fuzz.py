"""Answers mutated on the way: a reader gives the right numbers or an error, and goes on."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from adapters.sites.devicekeys import BusKeys
from core.errors import PlantroomError
from edge.buses import pace
from edge.buses.pace import Pace
from edge.drivers.modbus.link import ModbusLink
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import METER, device_of, template_of

SECONDS = 2.0
RIGHT = {"power": 1234.0, "energy": 5670.0, "frequency": 5000.0}


def _mutated(answer: bytes, chance: random.Random) -> bytes:
    """Cut, lengthened, repeated, or with a few bytes changed."""
    match chance.randrange(5):
        case 0:
            return answer[: chance.randrange(len(answer))]
        case 1:
            return answer + chance.randbytes(chance.randrange(1, 9))
        case 2:
            return answer + answer
        case 3:
            return chance.randbytes(chance.randrange(1, 40))
        case _:
            changed = bytearray(answer)
            for _ in range(chance.randrange(1, 4)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            return bytes(changed)


@contextmanager
def _between(port: int, chance: random.Random) -> Iterator[int]:
    """A port through which every other answer is mutated."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def carry(near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", port)) as far, suppress(OSError):
            while (question := near.recv(4096)) and not ended.is_set():
                far.sendall(question)
                answer = far.recv(4096)
                near.sendall(_mutated(answer, chance) if chance.random() < 0.5 else answer)

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=carry, args=(near,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        listener.close()


@pytest.mark.parametrize("framing", ["tcp", "rtu"])
def test_a_mutated_answer_is_an_error_or_the_right_one(
    tmp_path: Path, framing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "_LEAST_SILENCE_S", 0.0)  # nothing here is late
    rtu = framing == "rtu"
    device = device_of(template_of(METER, tmp_path))
    registers = ModbusRegisters(device.template, fill=True)
    registers.set("power", 1234.0)
    registers.set("energy", 567.0)
    registers.set("frequency", 50.0)
    chance = random.Random(7)  # noqa: S311
    counts = {"right": 0, "error": 0, "other": 0}
    with ModbusServer({1: registers}, rtu=rtu) as server, _between(server.port, chance) as port:
        bus = BusKeys(protocol="modbus", tcp=f"127.0.0.1:{port}", framing=framing)  # type: ignore[arg-type]
        link = ModbusLink(bus)
        learnt = Pace(0.05)
        learnt.answered(0.005)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                for values in link.poll(device, device.wanted, learnt):
                    right = all(RIGHT[name] == number for name, number in values.items())
                    counts["right" if right else "other"] += 1
            except PlantroomError:
                counts["error"] += 1
        link.close()
    assert counts["right"] > 5
    assert counts["error"] > 5
    if rtu:
        assert counts["other"] == 0, "every frame has a sum"
