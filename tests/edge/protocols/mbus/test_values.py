"""Values of M-Bus telegrams: selected by meaning, bad where there is none, guarded."""

from __future__ import annotations

import logging
import random
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.protocols.mbus.frames import Long
from edge.protocols.mbus.record import Function
from edge.protocols.mbus.telegram import Telegram, decode
from edge.protocols.mbus.values import UNITS, Selection, What, kind_of, select
from edge.protocols.refusal import ReplyRefused
from tests.conftest import ROOT

HEADER = bytes.fromhex("78 56 34 12 24 40 01 04 2A 00 00 00")
RECORDS = (
    "04 06 15 CD 5B 07"        # energy now, 123,456,789 kWh
    "44 06 40 E2 01 00"        # energy at the due date, 123,456 kWh
    "84 10 06 E8 03 00 00"     # energy of tariff 1, 1,000 kWh
    "84 40 06 D0 07 00 00"     # energy of the second part, 2,000 kWh
    "0C 14 78 56 34 12"        # volume, 123,456.78 m³
    "0B 2D 56 34 F2"           # power, −2.3456 · 10³ · 0.1 kW
    "3B 3E 99 99 99"           # flow, an erroneous value
    "1B 2D 00 10 00"           # power, its highest
    "0A 5A 85 07"              # flow 78.5 °C
    "0A 5E FF FF"              # return: no value
    "05 FB 01 00 00 80 3F"     # energy, 1 MWh as real, a second kind of VIF
    "02 FD 47 14 09"           # voltage
    "0F 01 02 03"
)  # fmt: skip


def telegram(records: str, *, status: int = 0, ci: int = 0x72) -> Telegram:
    header = bytearray(HEADER)
    header[9] = status
    return decode(Long(0x08, 1, ci, bytes(header) + bytes.fromhex(records)))


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        (Selection(what=What.ENERGY, vif=b"\x06"), 123_456_789.0),
        (Selection(what=What.ENERGY, vif=b"\xfb\x01"), 1000.0),
        (Selection(what=What.ENERGY, storage=1), 123_456.0),
        (Selection(what=What.ENERGY, tariff=1), 1000.0),
        (Selection(what=What.ENERGY, unit=1), 2000.0),
        (Selection(what=What.VOLUME), 123_456.78),
        (Selection(what=What.POWER), -2345.6),
        (Selection(what=What.POWER, function=Function.MAXIMUM), 100.0),
        (Selection(what=What.FLOW_TEMPERATURE), 78.5),
        (Selection(what=What.RETURN_TEMPERATURE), None),
        (Selection(what=What.VOLTAGE), 23.24),
    ],
    ids=lambda x: x.what.value if isinstance(x, Selection) else None,
)
def test_selects_by_meaning(wanted: Selection, value: float | None) -> None:
    got = telegram(RECORDS)
    assert select(got.records, wanted) == (None if value is None else pytest.approx(value))
    turned = tuple(reversed(got.records))
    assert select(turned, wanted) == select(got.records, wanted)


def test_refuses_two_of_a_kind_and_none() -> None:
    records = telegram(RECORDS).records
    with pytest.raises(ReplyRefused, match=r"2 records for energy .*give its vif"):
        select(records, Selection(what=What.ENERGY))
    with pytest.raises(ReplyRefused, match="no record for volume_flow"):
        select(records, Selection(what=What.VOLUME_FLOW))


@pytest.mark.parametrize(
    ("record", "what", "value"),
    [
        ("0E 06 FF FF FF FF FF FF", What.ENERGY, None),  # the library reads −7,151,515,151,515
        ("04 06 FF FF FF FF", What.ENERGY, None),
        ("04 06 00 00 00 80", What.ENERGY, None),
        ("02 5A FF FF", What.FLOW_TEMPERATURE, -0.1),
        ("02 5A 00 80", What.FLOW_TEMPERATURE, None),
        ("05 2E 00 00 C0 7F", What.POWER, None),  # not a number
        ("05 2E 00 00 80 7F", What.POWER, None),  # infinite
        ("04 0E 10 27 00 00", What.ENERGY, 10_000e6 / 3.6e6),  # 10,000 MJ
        ("04 08 80 EE 36 00", What.ENERGY, 1.0),  # 3,600,000 J
        ("02 FB 08 0A 00", What.ENERGY, 1e9 / 3.6e6),  # 10 · 0.1 GJ
        ("02 40 10 27", What.VOLUME_FLOW, 0.06),  # 10,000 · 0.0001 L/min
        ("02 48 10 27", What.VOLUME_FLOW, 0.036),  # 10,000 · 1 mm³/s
        ("02 35 10 27", What.POWER, 10_000 * 1e5 / 3.6e6),
        ("02 6A 10 27", What.PRESSURE, 100_000.0),  # 10,000 · 0.1 bar
        ("06 13 01 00 00 00 00 00", What.VOLUME, 0.001),
        ("07 13 01 00 00 00 00 00 00 00", What.VOLUME, 0.001),
    ],
)
def test_numbers(record: str, what: What, value: float | None) -> None:
    got = select(telegram(record).records, Selection(what=what))
    assert got == (None if value is None else pytest.approx(value))


def test_extensions_are_asked_for_by_name() -> None:
    records = telegram("04 86 3B 0A 00 00 00 04 86 3C 14 00 00 00").records
    forward = Selection(what=What.ENERGY, extensions=b"\x3b")
    assert select(records, forward) == 10.0
    with pytest.raises(ReplyRefused, match="no record"):
        select(records, Selection(what=What.ENERGY))


def test_an_error_of_a_record_is_no_value() -> None:
    records = telegram("04 86 00 0A 00 00 00 04 93 15 14 00 00 00 04 AB FF 05 14 00 00 00").records
    assert select(records, Selection(what=What.ENERGY)) == 10.0  # VIFE 00: no error
    assert select(records, Selection(what=What.VOLUME)) is None  # VIFE 15: no data
    with pytest.raises(ReplyRefused, match="no record for power"):  # the maker's own meaning
        select(records, Selection(what=What.POWER))
    own = Selection(what=What.POWER, extensions=b"\x7f\x05")
    assert select(records, own) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, None), (3, None), (4, None), (0x27, None), (1, "busy"), (2, "application error"),
        (8, "permanent"), (16, "temporary"),
    ],
)  # fmt: skip
def test_status(status: int, words: str | None) -> None:
    trouble = telegram("", status=status).trouble
    assert trouble is None if words is None else words in (trouble or "")


def test_header_and_what_follows() -> None:
    got = telegram("04 06 01 00 00 00 1F")
    assert (str(got.slave), got.access, got.more) == ("1234567824400104", 0x2A, True)
    assert not telegram("04 06 01 00 00 00 0F").more
    high_first = bytes.fromhex("12 34 56 78 40 24 01 04 2A 00 00 00 04 06 00 00 00 0A")
    turned = decode(Long(0x08, 1, 0x76, high_first))
    assert str(turned.slave) == "1234567824400104"
    assert select(turned.records, Selection(what=What.ENERGY)) == 10.0
    with pytest.raises(ReplyRefused, match="CI 7A"):
        decode(Long(0x08, 1, 0x7A, HEADER + b"\0" * 4))


def test_powers_agree_with_the_librarys_table() -> None:
    from meterbus.core_objects import MeasureUnit, VIFTable  # noqa: PLC0415

    in_ours: dict[object, float] = {
        MeasureUnit.WH: 1e-3, MeasureUnit.J: 1 / 3.6e6, MeasureUnit.M3: 1.0,
        MeasureUnit.W: 1e-3, MeasureUnit.J_H: 1 / 3.6e6, MeasureUnit.M3_H: 1.0,
        MeasureUnit.M3_MIN: 60.0, MeasureUnit.M3_S: 3600.0,
        MeasureUnit.C: 1.0, MeasureUnit.K: 1.0, MeasureUnit.BAR: 100.0, MeasureUnit.V: 1.0,
        MeasureUnit.A: 1.0, MeasureUnit.PERCENT: 1.0,
    }  # fmt: skip
    compared = 0
    for code in range(0x300):
        vif = bytes([code]) if code < 0x80 else bytes([(0, 0xFD, 0xFB)[code >> 8], code & 0x7F])
        kind = kind_of(vif) if code & 0x80 == 0 else None
        if kind is None:
            continue
        factor, unit, _ = VIFTable.lut[code]
        if unit == "Reserved":  # there; EN 13757-3 has the finer humidity
            continue
        if code in (0x230, 0x231):  # there J for J/h
            unit = MeasureUnit.J_H
        ours = 10.0 ** kind[1] / kind[0].divisor
        assert ours == pytest.approx(factor * in_ours[unit]), hex(code)
        compared += 1
    assert compared > 100
    assert set(UNITS) == set(What)


def test_the_library_leaves_logging_alone() -> None:
    program = (
        "import logging\nfrom edge.protocols.mbus.library import records_of\n"
        "try:\n records_of(b'')\nexcept Exception as e:\n print(type(e).__name__)\n"
        "print(logging.getLogger().handlers, logging.getLogger().level)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["ReplyRefused", f"[] {logging.WARNING}"]


@given(st.binary(max_size=240), st.sampled_from([0x72, 0x76]))
def test_any_telegram(data: bytes, ci: int) -> None:
    try:
        got = decode(Long(0x08, 1, ci, data))
    except ReplyRefused:
        return
    for what in What:
        try:
            value = select(got.records, Selection(what=what))
        except ReplyRefused:
            continue
        assert value is None or abs(value) < 1e60


def test_fuzzed_for_two_seconds() -> None:
    """Changed telegrams are refused or read; nothing else is ever raised."""
    chance = random.Random(13757)  # noqa: S311
    end = time.monotonic() + 2.0
    whole = HEADER + bytes.fromhex(RECORDS)
    outcomes = {"read": 0, "refused": 0}
    while time.monotonic() < end:
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = chance.choice([len(data), chance.randrange(len(data))])
        try:
            got = decode(Long(0x08, 1, 0x72, bytes(data[:cut])))
        except ReplyRefused:
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        for what in What:
            try:
                select(got.records, Selection(what=what))
            except ReplyRefused:
                continue
    assert min(outcomes.values()) > 5, outcomes
