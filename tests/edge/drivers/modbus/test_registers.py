"""Numbers in registers: types, orders, fields, exponents, and what is no value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sites.templatekeys import ModbusDeviceKeys, ModbusKeys, TemplateKeys, ValueKeys
from core.quantity import Quantity
from edge.drivers.modbus.blocks import plan
from edge.drivers.modbus.registers import spots_of
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import METER, template_of

KINDS = {
    "uint16": (0, 0xFFFE), "int16": (-0x7FFF, 0x7FFF), "uint32": (0, 0xFFFFFFFE),
    "int32": (-0x7FFFFFFF, 0x7FFFFFFF), "uint64": (0, 2**53), "int64": (-(2**53), 2**53),
}  # fmt: skip


def _template(keys: ModbusKeys, device: ModbusDeviceKeys | None = None, no_value: tuple[float, ...] = ()) -> TemplateKeys:  # fmt: skip # noqa: E501
    value = ValueKeys(
        quantity=Quantity.COUNT, unit="n", modbus=keys, no_value=list(no_value)
    )  # fmt: skip
    return TemplateKeys(
        make="T", model="T", protocol="modbus", source="tests", modbus=device, values={"v": value}
    )


def _read(template: TemplateKeys, words: list[int]) -> float | None:
    (spot,) = spots_of(template, ["v"])
    return spot.number(words)


# As the makers' manuals print them: the bytes of a number in their order on the line.
PRINTED = [
    ("float32", "big", "big", [0x4366, 0x3334], 230.2),  # Eastron SDM630 manual, volts
    ("float32", "little", "big", [0x3334, 0x4366], 230.2),
    ("float32", "big", "little", [0x6643, 0x3433], 230.2),
    ("float32", "little", "little", [0x3433, 0x6643], 230.2),
    ("int32", "little", "big", [0x0903, 0x0000], 2307),  # Carlo Gavazzi, tenths of a volt
    ("int32", "big", "big", [0xFFFF, 0xFFFE], -2),
    ("uint64", "big", "big", [0, 0, 0x0001, 0x0002], 65538),
    ("float64", "big", "big", [0x40F8, 0x6A00, 0, 0], 100000.0),
    ("int16", "big", "big", [0x8001], -32767),
    ("int16", "big", "little", [0x0180], -32767),
]


@pytest.mark.parametrize(("kind", "words", "bytes_", "read", "number"), PRINTED)
def test_types_and_orders(kind: str, words: str, bytes_: str, read: list[int], number: float) -> None:  # fmt: skip # noqa: E501
    keys = ModbusKeys(address=0, type=kind, words=words, bytes=bytes_)  # type: ignore[arg-type]
    assert _read(_template(keys), read) == pytest.approx(number, rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "no_value", "read"),
    [
        ("int16", (0x8000,), [0x8000]),
        ("int16", (0x7FFF, 0x8000), [0x7FFF]),
        ("uint16", (0xFFFF,), [0xFFFF]),
        ("uint32", (0xFFFFFFFF,), [0xFFFF, 0xFFFF]),
        ("int64", (0x8000000000000000,), [0x8000, 0, 0, 0]),
        ("float32", (), [0x7FC0, 0]),
        ("float32", (), [0x7F80, 0]),
        ("float32", (-9999.0,), [0xC61C, 0x3C00]),
    ],
)
def test_no_value_is_none(kind: str, no_value: tuple[float, ...], read: list[int]) -> None:
    keys = ModbusKeys(address=0, type=kind)  # type: ignore[arg-type]
    assert _read(_template(keys, no_value=no_value), read) is None


def test_fields_of_bits() -> None:
    for bit, width, number in ((0, 1, 0), (3, 1, 1), (4, 4, 0xB), (12, 4, 0xA)):
        keys = ModbusKeys(address=0, type="uint16", bit=bit, width=width)
        assert _read(_template(keys), [0xA0B8]) == number


def test_a_power_of_ten_in_a_register_of_its_own() -> None:
    keys = ModbusKeys(address=83, type="int16", exponent=84)
    assert _read(_template(keys), [1234, 0xFFFE]) == pytest.approx(12.34)
    assert _read(_template(keys), [1234, 0x8000]) is None, "SunSpec: not implemented"
    before = ModbusKeys(address=84, type="int16", exponent=80)
    assert _read(_template(before), [1, 0, 0, 0, 1234]) == 12340


@given(
    kind=st.sampled_from(sorted(KINDS)),
    words=st.sampled_from(["big", "little"]),
    bytes_=st.sampled_from(["big", "little"]),
    share=st.floats(0, 1),
)
def test_what_a_device_writes_is_what_is_read(kind: str, words: str, bytes_: str, share: float) -> None:  # fmt: skip # noqa: E501
    low, high = KINDS[kind]
    number = round(low + share * (high - low))
    template = _template(
        ModbusKeys(address=5, type=kind),  # type: ignore[arg-type]
        ModbusDeviceKeys(words=words, bytes=bytes_, base=1),  # type: ignore[arg-type]
    )
    registers = ModbusRegisters(template)
    registers.set("v", float(number))
    (block,) = plan(template, ["v"]).blocks
    read = registers.read(block.function, block.start, block.count)
    assert read is not None
    assert block.start == 4, "the fifth register, counted from one, is 4 on the wire"
    assert block.numbers(read)["v"] == float(number)


@given(
    addresses=st.lists(st.integers(0, 400), min_size=1, max_size=40, unique=True),
    most=st.integers(2, 125),
    gap=st.integers(0, 30),
)
def test_blocks_hold_every_value_whole(addresses: list[int], most: int, gap: int) -> None:
    values = {
        f"v{a}": ValueKeys(
            quantity=Quantity.COUNT, unit="n", modbus=ModbusKeys(address=a, type="uint32")
        )
        for a in addresses
    }
    template = TemplateKeys(
        make="T", model="T", protocol="modbus", source="tests", values=values,
        modbus=ModbusDeviceKeys(most=most, gap=gap),
    )  # fmt: skip
    blocks = plan(template, list(values)).blocks
    assert sorted(s.name for b in blocks for s in b.spots) == sorted(values)
    for block in blocks:
        assert block.count <= most
        assert all(
            block.start <= s.start and s.end <= block.start + block.count for s in block.spots
        )


def test_bits_are_read_by_their_functions(tmp_path: Path) -> None:
    text = METER.replace(
        "modbus: {address: 0, type: int32}", "modbus: {address: 3, type: bit, function: 2}"
    )
    template = template_of(text.replace("active_power, unit: W, role: power", "status, unit: bool"), tmp_path)  # fmt: skip # noqa: E501
    registers = ModbusRegisters(template)
    registers.set("power", 1.0)
    (bits, *_) = plan(template, list(template.values)).blocks
    assert (bits.function, bits.start, bits.count) == (2, 3, 1)
    read = registers.read(2, 3, 1)
    assert read is not None
    assert bits.numbers(read) == {"power": 1.0}
