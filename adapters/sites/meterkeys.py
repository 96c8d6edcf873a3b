"""The keys of a template for meters' buses: DL/T 645-2007, CJ/T 188 and M-Bus."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

HEX_PATTERN = r"^([0-9A-Fa-f]{2})*$"
_Hex = Annotated[str, Meta(pattern=HEX_PATTERN)]


class Dlt645Keys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a value stands in a DL/T 645 meter."""

    item: Annotated[int, Meta(ge=0, le=0xFFFFFFFF, description="data item, such as 0x00010000")]
    at: Annotated[
        int, Meta(ge=0, le=199, description="bytes before it, where the item is a block")
    ] = 0
    bytes: Annotated[int, Meta(ge=1, le=8, description="its bytes, two digits in each")] = 4
    decimals: Annotated[int, Meta(ge=0, le=8, description="digits behind the point")] = 0
    signed: Annotated[
        bool, Meta(description="whether its top bit is a sign; of unsigned items it is a digit")
    ] = False


class Cjt188DeviceKeys(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """What a CJ/T 188 meter is, and in which order it wants its items."""

    type: Annotated[
        int, Meta(ge=0, le=0xFE, description="0x10 cold water, 0x11 hot, 0x20 heat, 0x30 gas")
    ]
    order: Annotated[
        Literal["low_first", "high_first"],
        Meta(description="901F as 1F 90 (low_first, 2018) or as 90 1F (high_first, 2004)"),
    ] = "low_first"


class Cjt188Keys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a value stands in a CJ/T 188 meter."""

    item: Annotated[int, Meta(ge=0, le=0xFFFF, description="data item")] = 0x901F
    at: Annotated[int, Meta(ge=0, le=252, description="bytes before it, after the serial number")]
    bytes: Annotated[int, Meta(ge=1, le=8, description="its bytes, without the unit")] = 4
    decimals: Annotated[int, Meta(ge=0, le=8, description="digits behind the point")] = 2
    sends_unit: Annotated[
        bool, Meta(description="whether the code of its unit follows; that unit is believed")
    ] = True
    bit: (
        Annotated[int, Meta(ge=0, le=7, description="a bit of one byte, which is no number")] | None
    ) = None


class MbusDeviceKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What reckoning the time of a bus needs of an M-Bus meter."""

    telegram: Annotated[
        int, Meta(ge=9, le=261, description="bytes of one telegram, for reckoning the bus's cycle")
    ] = 166
    telegrams: Annotated[int, Meta(ge=1, le=16, description="telegrams of one reading")] = 1


class MbusKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Which record of an M-Bus telegram a value is; never by its place."""

    what: Annotated[
        Literal[
            "energy", "volume", "power", "volume_flow", "flow_temperature", "return_temperature",
            "temperature_difference", "external_temperature", "pressure", "humidity", "voltage",
            "current",
        ],
        Meta(description="what the record measures; its unit and power of ten are the meter's"),
    ]  # fmt: skip
    storage: Annotated[int, Meta(ge=0, description="0 is now, others are due dates")] = 0
    tariff: Annotated[int, Meta(ge=0, description="0 is the total")] = 0
    part: Annotated[int, Meta(ge=0, description="part of the meter, its subunit")] = 0
    function: Annotated[
        Literal["instantaneous", "maximum", "minimum", "at_error"],
        Meta(description="what the value is of its kind"),
    ] = "instantaneous"
    vif: Annotated[
        _Hex | None, Meta(description="these bytes alone, where a meter sends a kind twice")
    ] = None
    extensions: Annotated[
        _Hex, Meta(description="VIFEs behind it, such as 3B: forward flow alone")
    ] = ""
