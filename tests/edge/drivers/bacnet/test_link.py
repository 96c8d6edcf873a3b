"""BACnet over loopback, against bacpypes3's device: what is read, and what is no value."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from pathlib import Path
from random import Random

import msgspec
import pytest
from bacpypes3.apdu import DeviceCommunicationControlRequest, ErrorRejectAbortNack
from bacpypes3.basetypes import EngineeringUnits, EventState, Reliability
from bacpypes3.pdu import Address

from core.errors import Retryable
from edge.buses.contract import Denied, NoAnswer, Values
from edge.buses.pace import Pace
from edge.drivers.bacnet.link import BacnetLink
from edge.drivers.bacnet.station import Station, own_place
from tests.edge.drivers.bacnet.conftest import Bench, bench, running
from tests.edge.fieldbus import device_of

GIVEN = {"temp": 21.5, "flow": 360.0, "valve": 40.0, "fan": 1.0, "mode": 1.0}


def _set(room: Bench) -> None:
    for name, value in GIVEN.items():
        room.set(name, value)
    room.set("energy", 1234.5)


def test_reads_what_the_device_has(room: Bench) -> None:
    _set(room)
    # A scaled value stands as in the device; states are already those of the point.
    assert room.read() == pytest.approx({**GIVEN, "energy": 12345.0})
    assert room.questions("ReadPropertyRequest") == 0


def test_units_are_asked_for_once(room: Bench) -> None:
    room.read()
    first = _properties(room)
    room.simulated.asked.clear()
    room.read()
    # Value, flags and reliability of six; a unit of the four that measure.
    assert (sum(first), sum(_properties(room))) == (22, 18)
    assert len(_properties(room)) == 1


def _properties(room: Bench) -> list[int]:
    """How many were asked for at once, question by question."""
    return [
        sum(len(s.listOfPropertyReferences) for s in apdu.listOfReadAccessSpecs)
        for apdu in room.simulated.asked
    ]


def test_the_device_s_unit_becomes_that_of_the_template(room: Bench) -> None:
    _set(room)
    objects = room.simulated.objects
    objects.object("temp").units = EngineeringUnits("degrees-fahrenheit")
    objects.object("temp").presentValue = 68.0
    objects.object("flow").units = EngineeringUnits("liters-per-second")
    found = room.read()
    assert found["temp"] == pytest.approx(20.0)
    assert found["flow"] == pytest.approx(360.0 * 3.6)


def test_another_quantity_is_refused_and_no_number(room: Bench) -> None:
    room.simulated.objects.object("temp").units = EngineeringUnits("percent")
    values: list[Values] = []
    with pytest.raises(Denied, match=r"refuses temp \(says %, its template °C\)"):
        values.extend(room.link.poll(room.device, room.device.wanted, room.pace))
    assert not any("temp" in v for v in values)
    assert any("valve" in v for v in values)


def test_what_is_out_of_service_is_no_value(room: Bench) -> None:
    """Its number is what somebody wrote there; an alarm says nothing against a number."""
    _set(room)
    objects = room.simulated.objects
    objects.object("temp").outOfService = True
    objects.object("flow").eventState = EventState("high-limit")
    found = room.read()
    assert found["temp"] is None
    assert found["flow"] == 360.0
    objects.object("temp").outOfService = False
    assert room.read()["temp"] == 21.5


def test_a_sensor_s_fault_is_no_value(room: Bench) -> None:
    _set(room)
    room.simulated.objects.object("temp").reliability = Reliability("open-loop")
    found = room.read()
    assert found["temp"] is None
    assert found["flow"] == 360.0


def test_not_a_number_and_unknown_states_are_no_value(room: Bench) -> None:
    objects = room.simulated.objects
    objects.object("temp").presentValue = float("nan")
    objects.object("mode").presentValue = 5
    found = room.read()
    assert found["temp"] is None
    assert found["mode"] is None


def test_too_much_is_halved_and_the_size_remembered(room: Bench) -> None:
    _set(room)
    room.faults.most = 8
    for _ in range(3):
        assert room.read() == pytest.approx({**GIVEN, "energy": 12345.0})
        asked, sizes = len(room.simulated.asked), _properties(room)
    # First 18, then 9 as units are known: from then on four at once, no value torn apart.
    assert max(sizes) > 8
    assert room.read() == pytest.approx({**GIVEN, "energy": 12345.0})
    assert _properties(room)[asked:] == [3] * 6
    assert room.questions("ReadPropertyRequest") == 0


@pytest.mark.parametrize("fault", ["no_multiple", "most"])
def test_what_gives_one_property_at_a_time_is_asked_so(room: Bench, fault: str) -> None:
    _set(room)
    setattr(room.faults, fault, True if fault == "no_multiple" else 1)
    assert room.read() == pytest.approx({**GIVEN, "energy": 12345.0})
    many = room.questions("ReadPropertyMultiple")
    assert room.read() == pytest.approx({**GIVEN, "energy": 12345.0})
    assert room.questions("ReadPropertyMultiple") == many
    assert room.questions("ReadPropertyRequest") >= 18


def test_an_object_that_is_not_there_costs_only_its_own_value(room: Bench) -> None:
    _set(room)
    app = room.simulated.app
    assert app is not None
    app.delete_object(room.simulated.objects.object("flow"))
    values: list[Values] = []
    with pytest.raises(Denied, match=r"refuses flow \(unknown-object\)"):
        values.extend(room.link.poll(room.device, room.device.wanted, room.pace))
    found = {name: number for part in values for name, number in part.items()}
    assert found.keys() == {*GIVEN, "energy"} - {"flow"}
    assert found["energy"] == 12345.0
    room.simulated.asked.clear()
    with pytest.raises(Denied, match="refuses flow"):
        room.read()
    spoken = {
        str(s.objectIdentifier) for apdu in room.simulated.asked for s in apdu.listOfReadAccessSpecs
    }
    assert "analog-input,2" not in spoken


def test_a_busy_device_is_asked_again_at_the_next_poll(room: Bench) -> None:
    _set(room)
    room.faults.busy = True
    with pytest.raises(Denied, match=r"does not give temp \(device-busy\), flow"):
        room.read()
    room.faults.busy = False
    assert room.read() == pytest.approx({**GIVEN, "energy": 12345.0})


def test_silence_is_no_answer_and_passes(room: Bench) -> None:
    _set(room)
    room.read()
    room.faults.lose = 99
    for times in (2, 1):  # once more, since it answered before; and after that no more
        before = room.questions("ReadPropertyMultiple")
        with pytest.raises(NoAnswer, match="no answer within"):
            room.read()
        assert room.questions("ReadPropertyMultiple") - before == times
    room.faults.lose = 0
    assert room.read()["temp"] == 21.5


def test_a_lost_datagram_costs_a_second_question_and_no_value(room: Bench) -> None:
    _set(room)
    room.read()
    room.faults.lose = 1
    room.simulated.asked.clear()
    assert room.read() == pytest.approx({**GIVEN, "energy": 12345.0})
    assert room.questions("ReadPropertyMultiple") == 2
    room.faults.lose = 2
    with pytest.raises(NoAnswer):
        room.read()


def test_a_late_answer_is_never_that_of_another_question(room: Bench) -> None:
    room.read()
    room.faults.late_s = 0.25
    pace = Pace(0.2)
    for i in range(3):
        room.set("temp", float(i))
        with pytest.raises(NoAnswer):
            list(room.link.poll(room.device, room.device.wanted, pace))
    room.faults.late_s = 0.0
    for i in range(10, 20):
        room.set("temp", float(i))
        assert room.read()["temp"] == i


def test_a_dead_device_does_not_stop_its_neighbours(tmp_path: Path) -> None:
    for made in running(bench(tmp_path, more=1)):
        made.faults.silent = True
        with pytest.raises(NoAnswer):
            made.read()
        assert made.read(made.devices[1])["fan"] == 0.0


def test_a_taken_port_is_said_where_broadcasts_need_it(room: Bench) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        bus = msgspec.structs.replace(room.bus, udp=f"127.0.0.1/8:{port}")
        found = device_of(room.device.template, "77")
        link = BacnetLink(bus, [found], lambda *_: None)
        with pytest.raises(Retryable, match=f"127.0.0.1:{port} cannot be had"):
            list(link.poll(found, found.wanted, room.pace))
        # Who knows the address can ask from anywhere: a person beside the agent does.
        beside = BacnetLink(bus, [room.device], lambda *_: None)
        assert list(beside.poll(room.device, room.device.wanted, room.pace))
        beside.close()


def test_any_port_is_one_that_nobody_has(room: Bench) -> None:
    """The system gives a port that may be shared to several: they would hear each other's."""
    with ExitStack() as stack:
        taken = {_shared(stack) for _ in range(400)}
        assert len(taken) > 1
        found = [own_place("127.0.0.1/32:0").addrPort for _ in range(1_000)]
        assert not taken & set(found)
    room.read()
    station = room.link._station  # noqa: SLF001
    assert station is not None
    assert room.simulated.asked[-1].pduSource.addrPort == station._own.addrPort  # noqa: SLF001


def _shared(stack: ExitStack) -> int:
    """A port as the library opens it."""
    one = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    one.bind(("127.0.0.1", 0))
    return int(one.getsockname()[1])


def test_devices_behind_a_router_wait_for_each_other(room: Bench) -> None:
    station = Station(room.bus, lambda _i_am: None, lambda _notice: False)
    try:
        one, other, elsewhere = (Address(word) for word in ("5:1", "5:2", "6:1"))
        assert station.turn(one) is station.turn(other)
        assert station.turn(one) is not station.turn(elsewhere)
        assert station.turn(Address("10.0.0.1")) is not station.turn(Address("10.0.0.2"))
    finally:
        station.close()


def test_what_is_no_bacnet_disturbs_nothing(room: Bench) -> None:
    _set(room)
    room.read()
    host, port = str(room.simulated.asked[-1].pduSource).split(":")
    random = Random(7)  # noqa: S311
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for _ in range(200):
            start = random.choice([b"", b"\x81\x0a", b"\x81\x0a\x00\x14\x01\x00"])
            stranger.sendto(start + random.randbytes(random.randrange(40)), (host, int(port)))
    for _ in range(3):
        assert room.read() == pytest.approx({**GIVEN, "energy": 12345.0})


def test_nobody_can_write_to_the_reader(room: Bench) -> None:
    """The library's application lets anybody set its own objects and silence it."""
    room.read()
    app = room.simulated.app
    assert app is not None
    reader = Address(str(room.simulated.asked[-1].pduSource))

    async def silence() -> str:
        request = DeviceCommunicationControlRequest(enableDisable="disable", destination=reader)
        try:
            return str(await app.request(request))
        except ErrorRejectAbortNack as nack:
            return str(nack.apduAbortRejectReason)

    loop = room.server._loop  # noqa: SLF001 - where the device lives
    assert asyncio.run_coroutine_threadsafe(silence(), loop).result(5) == "unrecognized-service"
    assert room.read()["temp"] == 0.0
