"""What a BACnet object's properties mean for a value, without a network."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from bacpypes3.apdu import IAmRequest
from bacpypes3.constructeddata import Any, TagList
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import (
    Boolean,
    CharacterString,
    Double,
    Enumerated,
    Integer,
    Null,
    ObjectIdentifier,
    Real,
    Tag,
    TagClass,
    Unsigned,
)

from adapters.sites.bacnetkeys import BacnetKeys
from adapters.sites.bacnetwords import ObjectId, is_instance, is_routed, object_of
from adapters.sites.templatekeys import ValueKeys
from core.quantity import Quantity
from edge.drivers.bacnet.decode import decoded
from edge.drivers.bacnet.item import Found, Item, Missing, Reference
from edge.drivers.bacnet.peer import Peer, batches, ranges
from edge.drivers.bacnet.units import OtherUnit, correction
from tests.edge.drivers.bacnet.conftest import ROOM
from tests.edge.fieldbus import device_of, template_of

AI = ObjectId(0, 1)
VALUE, FLAGS, RELIABILITY, UNITS = (Reference(AI, p) for p in (85, 111, 103, 117))


def _keys(
    quantity: Quantity = Quantity.TEMPERATURE, unit: str = "°C", scale: float = 1.0
) -> ValueKeys:
    return ValueKeys(
        quantity=quantity, unit=unit, scale=scale, bacnet=BacnetKeys(object="analog-input:1")
    )


@pytest.mark.parametrize(
    ("bit", "number", "why"),
    [(0, 20.0, None), (1, None, "fault"), (2, None, "overridden"), (3, None, "out of service")],
)
def test_flags(bit: int, number: float | None, why: str | None) -> None:
    item = Item("t", _keys(), tells=False)
    found: Found = {VALUE: 20.0, FLAGS: tuple(i == bit for i in range(4)), RELIABILITY: 0.0}
    assert item.number(found) == number
    assert item.untrue == why


def test_reliability_counts_without_its_flag() -> None:
    item = Item("t", _keys(), tells=False)
    assert item.number({VALUE: 20.0, FLAGS: (False,) * 4, RELIABILITY: 4.0}) is None
    assert item.untrue == "reliability 4"


def test_what_an_object_lacks_is_not_asked_again() -> None:
    item = Item("t", _keys(), tells=False)
    assert item.references == [VALUE, FLAGS, RELIABILITY, UNITS]
    item.number({VALUE: 1.0, RELIABILITY: Missing("unknown-property", 32), UNITS: 62.0})
    assert item.references == [VALUE, FLAGS]
    # A busy device lacks nothing.
    item.number({VALUE: 1.0, FLAGS: Missing("busy", 25)})
    assert item.references == [VALUE, FLAGS]
    item.forget()
    assert item.references == [VALUE, FLAGS, RELIABILITY, UNITS]


@pytest.mark.parametrize(
    ("keys", "said", "number", "meant"),
    [
        (_keys(), 62, 20.0, 20.0),
        (_keys(), 64, 68.0, 20.0),
        (_keys(), 63, 293.15, 20.0),
        (_keys(), 95, 20.0, 20.0),
        (_keys(), None, 20.0, 20.0),
        (_keys(Quantity.AIR_FLOW, "m³/h"), 87, 100.0, 360.0),
        (_keys(Quantity.PRESSURE, "bar"), 56, 14.503774, 1.0),
        (_keys(Quantity.ACTIVE_POWER, "W"), 48, 1.5, 1500.0),
        # A template that scales the number knows the object better than it does itself.
        (_keys(Quantity.ACTIVE_POWER, "W", scale=10.0), 48, 1.5, 1.5),
        (_keys(Quantity.STATUS, "bool"), 98, 1.0, 1.0),
    ],
)
def test_units(keys: ValueKeys, said: int | None, number: float, meant: float) -> None:
    unit = correction(keys, said)
    assert number * unit.factor + unit.offset == pytest.approx(meant)


@pytest.mark.parametrize("said", [98, 48, 4711])
def test_a_unit_of_something_else_is_no_guess(said: int) -> None:
    with pytest.raises(OtherUnit):
        correction(_keys(), said)


def test_decoding_by_tags() -> None:
    for content, meant in (
        (Real(1.5), 1.5), (Double(1.25), 1.25), (Unsigned(300), 300.0), (Integer(-5), -5.0),
        (Enumerated(3), 3.0), (Boolean(1), 1.0), (Null(()), None),
        (CharacterString("Zuluft 供"), "Zuluft 供"),
        (ObjectIdentifier(("analog-input", 7)), ObjectId(0, 7)),
    ):  # fmt: skip
        assert decoded(Any(content)) == [meant]


def test_a_float_that_is_cut_short_is_no_number() -> None:
    tag = Tag(TagClass.application, 4, 3, struct.pack(">f", 1.0)[:3])
    assert decoded(Any(TagList([tag]))) == [None]


def test_batches_tear_no_value_apart() -> None:
    items = [Item(str(i), _keys(), tells=False) for i in range(7)]
    assert [len(b) for b in batches(items, 20)] == [5, 2]
    assert [len(b) for b in batches(items, 3)] == [1] * 7


@pytest.mark.parametrize(("bytes_", "most"), [(50, 2), (206, 15), (480, 20), (1476, 20), (20, 1)])
def test_a_small_device_is_asked_for_what_fits_its_answer(
    tmp_path: Path, bytes_: int, most: int
) -> None:
    peer = Peer(device_of(template_of(ROOM.replace("COV", "false"), tmp_path), "1001"))
    assert not peer.found.is_set()
    peer.met(
        IAmRequest(
            iAmDeviceIdentifier=("device", 1001), maxAPDULengthAccepted=bytes_,
            segmentationSupported="no-segmentation", vendorID=0, source=Address("10.0.0.7"),
        )
    )  # fmt: skip
    assert (peer.most, str(peer.address)) == (most, "10.0.0.7")
    peer.missed()
    assert peer.address is not None
    peer.missed()
    assert peer.address is None


def test_few_ranges_for_many_instances() -> None:
    assert ranges([7, 1001, 1003, 1100, 5000]) == [(7, 7), (1001, 1100), (5000, 5000)]
    assert ranges([]) == []


def test_words() -> None:
    assert object_of("analog-input:3") == ObjectId(0, 3)
    assert object_of("130:7") == ObjectId(130, 7)
    assert [object_of(w) for w in ("analog-inptu:3", "analog-input", "1024:1", "loop:4194303")] == [
        None
    ] * 4
    assert (is_instance("1001"), is_instance("10.0.0.7")) == (True, False)
    assert (is_routed("5:12"), is_routed("10.0.0.7:47808")) == (True, False)
