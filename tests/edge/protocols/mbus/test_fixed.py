"""Telegrams of fixed form, and encrypted ones: read, or refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.protocols.mbus.frames import Long, unpack
from edge.protocols.mbus.telegram import Telegram, decode
from edge.protocols.mbus.values import Selection, What, select
from edge.protocols.refusal import ReplyRefused

WATER = bytes.fromhex(
    "68 13 13 68 08 05 73 78 56 34 12 0A 00 E9 7E 01 00 00 00 35 01 00 00 3C 16"
)  # fmt: skip
"""The example of "The M-Bus: A Documentation", 6.2: 1 l now, 135 l at the due date."""


def fixed(units: str, one: str, two: str, *, status: int = 0, ci: int = 0x73) -> Telegram:
    data = bytes.fromhex(f"78 56 34 12 0A {status:02X} {units} {one} {two}")
    return decode(Long(0x08, 5, ci, data))


def test_the_example_of_the_documentation() -> None:
    frame = unpack(WATER)
    assert frame is not None
    telegram = decode(frame)
    assert str(telegram.slave) == "12345678FFFFFF07"
    assert (telegram.access, telegram.trouble, telegram.more) == (10, None, False)
    assert select(telegram.records, Selection(what=What.VOLUME)) == pytest.approx(0.001)
    assert select(telegram.records, Selection(what=What.VOLUME, storage=1)) == 0.135


@pytest.mark.parametrize(
    ("unit", "what", "value"),
    [
        ("02", What.ENERGY, 12.345678e3), ("05", What.ENERGY, 12345678.0),
        ("07", What.ENERGY, 1234567800.0), ("09", What.ENERGY, 1.2345678e11),
        ("0A", What.ENERGY, 1.2345678e12), ("0E", What.ENERGY, 12345678e3 / 3.6e3),
        ("13", What.ENERGY, 12345678e8 / 3.6e3), ("14", What.POWER, 12345.678),
        ("1C", What.POWER, 12345678e5), ("25", What.POWER, 12345678e8 / 3.6e3),
        ("26", What.VOLUME, 12.345678), ("2C", What.VOLUME, 12345678.0),
        ("2E", What.VOLUME, 1234567800.0), ("32", What.VOLUME_FLOW, 12345.678),
        ("37", What.VOLUME_FLOW, 1234567800.0),
    ],
)  # fmt: skip
def test_every_decade_of_the_table(unit: str, what: What, value: float) -> None:
    telegram = fixed(f"{unit} 3F", "78 56 34 12", "00 00 00 00")
    assert len(telegram.records) == 1, "the second counter has no unit"
    assert select(telegram.records, Selection(what=what)) == pytest.approx(value)


def test_whole_numbers_due_dates_and_two_of_a_kind() -> None:
    telegram = fixed("05 05", "FF FF FF 7F", "00 FF FF FF", status=3)
    energy = What.ENERGY
    assert select(telegram.records, Selection(what=energy, storage=1)) == 2**31 - 1
    assert select(telegram.records, Selection(what=energy, storage=1, unit=1)) == -256.0
    assert telegram.trouble is None, "these bits are no application error"
    wide = fixed("0A 3F", "10 00 00 00", "00 00 00 00", status=1)
    assert select(wide.records, Selection(what=energy)) == pytest.approx(1.6e6)


@pytest.mark.parametrize("unit", ["05", "0A"])
def test_digits_above_nine_are_no_value(unit: str) -> None:
    telegram = fixed(f"{unit} 3F", "EE EE EE EE", "00 00 00 00")
    assert select(telegram.records, Selection(what=What.ENERGY)) is None


def test_high_byte_first_and_trouble() -> None:
    data = bytes.fromhex("12 34 56 78 0A 08 7E E9 00 00 00 01 00 00 01 35")
    telegram = decode(Long(0x08, 5, 0x77, data))
    assert str(telegram.slave) == "12345678FFFFFF07"
    assert "permanent" in (telegram.trouble or "")
    assert select(telegram.records, Selection(what=What.VOLUME)) == pytest.approx(0.001)
    assert select(telegram.records, Selection(what=What.VOLUME, storage=1)) == 0.135


def test_another_length_is_no_fixed_telegram() -> None:
    with pytest.raises(ReplyRefused, match="15 bytes; expected 16"):
        decode(Long(0x08, 5, 0x73, bytes(15)))


@given(st.binary(min_size=16, max_size=16), st.sampled_from([0x73, 0x77]))
def test_whatever_comes_is_records_or_none(data: bytes, ci: int) -> None:
    telegram = decode(Long(0x08, 5, ci, data))
    assert len(telegram.records) <= 2
    for record in telegram.records:
        assert (record.storage, record.unit) in {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_an_encrypted_telegram_is_named_with_its_mode() -> None:
    head = "78 56 34 12 24 40 01 04 2A 00 20 {mode}"
    body = bytes.fromhex("8F 27 51 63 EE 10 20 45 3D 9A 00 21 BC 54 77 E1")
    for mode, name in ((5, "AES-128, mode 5"), (3, "DES, mode 3"), (13, "TLS, mode 13")):
        data = bytes.fromhex(head.format(mode=f"{mode:02X}")) + body
        with pytest.raises(ReplyRefused, match=f"encrypted .{name}"):
            decode(Long(0x08, 1, 0x72, data))
    open_ = bytes.fromhex(head.format(mode="05") + "2F 2F 04 06 0A 00 00 00")
    records = decode(Long(0x08, 1, 0x72, open_)).records
    assert select(records, Selection(what=What.ENERGY)) == 10.0
