"""Answers cut, lengthened and with bytes turned over: an error that says so, never the end."""

from __future__ import annotations

import math
import select
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Self

import pytest
from bacpypes3.constructeddata import Any, TagList
from bacpypes3.primitivedata import Tag, TagClass
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PlantroomError
from edge.buses.pace import Pace
from edge.drivers.bacnet.decode import decoded
from edge.drivers.bacnet.link import BacnetLink
from tests.edge.drivers.bacnet.conftest import Bench, bench, running
from tests.edge.fieldbus import device_of

Mutate = Callable[[bytes], bytes]
POLLS = 80


class Wire:
    """A UDP wire to a device, on which its answers change.

    Args:
        device: Host and port behind it.
        mutate: What becomes of an answer.
    """

    def __init__(self, device: tuple[str, int], mutate: Mutate) -> None:
        self.mutate = mutate
        self._near, self._far = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self._near.bind(("127.0.0.1", 0))
        self._far.connect(device)
        self.endpoint = f"127.0.0.1:{self._near.getsockname()[1]}"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._pass, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._near.close()
        self._far.close()

    def _pass(self) -> None:
        reader = None
        while not self._ended.is_set():
            for ready in select.select([self._near, self._far], [], [], 0.05)[0]:
                if ready is self._near:
                    data, reader = self._near.recvfrom(2048)
                    self._far.send(data)
                elif reader is not None:
                    self._near.sendto(self.mutate(self._far.recv(2048)), reader)


def _changed(random: Random) -> Mutate:
    def change(answer: bytes) -> bytes:
        data = bytearray(answer)
        match random.randrange(4):
            case 0:
                del data[random.randrange(len(data)) :]
            case 1:
                data += random.randbytes(random.randrange(1, 20))
            case _:
                for _ in range(random.randrange(1, 4)):
                    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        return bytes(data)

    return change


@pytest.fixture
def behind(tmp_path: Path) -> Bench:
    """A device that is reached through a wire alone; not started."""
    return bench(tmp_path)


def test_mutated_answers_are_errors_and_nothing_ends(behind: Bench) -> None:
    for made in running(behind):
        made.set("temp", 21.5)
        host, _, port = made.simulated.endpoint.partition(":")
        with Wire((host, int(port)), _changed(Random(11))) as wire:  # noqa: S311
            device = device_of(made.device.template, wire.endpoint)
            link = BacnetLink(made.bus, [device], lambda *_: None)
            outcomes = {"read": 0, "refused": 0}
            for _ in range(POLLS):
                try:
                    list(link.poll(device, device.wanted, Pace(0.05)))
                    outcomes["read"] += 1
                except PlantroomError:
                    outcomes["refused"] += 1
            wire.mutate = lambda answer: answer
            link.close()
            again = BacnetLink(made.bus, [device], lambda *_: None)
            found: dict[str, float | None] = {}
            for values in again.poll(device, device.wanted, Pace(1.0)):
                found.update(values)
            again.close()
        assert outcomes["refused"] > POLLS // 4
        assert found["temp"] == 21.5


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 15), st.integers(0, 7), st.binary(max_size=12))
def test_any_tag_is_a_value_or_none(number: int, length: int, data: bytes) -> None:
    (value,) = decoded(Any(TagList([Tag(TagClass.application, number, length, data)])))
    assert value is None or isinstance(value, float | str | tuple)
    if isinstance(value, float):
        assert math.isfinite(value) or number in {4, 5}  # reals may be none
