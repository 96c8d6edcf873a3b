"""The keys of a device template: what a make and model offers, and where each value is found."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from adapters.sites.bacnetkeys import BacnetDeviceKeys, BacnetKeys
from adapters.sites.meterkeys import (
    Cjt188DeviceKeys,
    Cjt188Keys,
    Dlt645Keys,
    MbusDeviceKeys,
    MbusKeys,
)
from core.quantity import Quantity

Order = Annotated[
    Literal["big", "little"], Meta(description="which comes first: the high (big) or the low one")
]


class ModbusDeviceKeys(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """How a Modbus device wants to be asked; a value may say otherwise."""

    function: Annotated[
        int, Meta(ge=1, le=4, description="3 holding registers, 4 input registers, 1 and 2 bits")
    ] = 3
    base: Annotated[
        int, Meta(ge=0, le=1, description="address of the first register in the maker's tables")
    ] = 0
    words: Annotated[Order, Meta(description="order of the words of a value")] = "big"
    bytes: Annotated[Order, Meta(description="order of the bytes of a word")] = "big"
    most: Annotated[int, Meta(ge=1, le=125, description="registers that one answer may hold")] = 125
    gap: Annotated[
        int, Meta(ge=0, le=124, description="registers read for nothing rather than asked twice")
    ] = 16


class ModbusKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a value stands in a Modbus device."""

    address: Annotated[int, Meta(ge=0, le=65536, description="register, as in the maker's table")]
    type: Annotated[
        Literal[
            "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64", "bit"
        ],
        Meta(description="how the number is written; bit of functions 1 and 2"),
    ]
    function: Annotated[int | None, Meta(description="other than the device's")] = None
    words: Annotated[Order | None, Meta(description="other than the device's")] = None
    bytes: Annotated[Order | None, Meta(description="other than the device's")] = None
    bit: (
        Annotated[int, Meta(ge=0, le=63, description="lowest bit of a field within the value")]
        | None
    ) = None
    width: Annotated[int, Meta(ge=1, le=32, description="bits of that field")] = 1
    exponent: (
        Annotated[
            int,
            Meta(
                ge=0, le=65536, description="register of the power of ten (int16), as SunSpec has"
            ),
        ]
        | None
    ) = None


class ValueKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One value that a device offers. value = number · scale + offset, in the unit."""

    quantity: Annotated[Quantity, Meta(description="what it measures")]
    unit: Annotated[str, Meta(description="after scale, spelled as in docs/nomenclature.md")]
    role: Annotated[str, Meta(description="the role it usually plays, for drafts")] = ""
    scale: Annotated[float, Meta(description="factor of the number in the device")] = 1.0
    offset: Annotated[float, Meta(description="added after the factor")] = 0.0
    no_value: Annotated[
        list[float],
        Meta(description="numbers in the device that mean no value; of registers their bits"),
    ] = msgspec.field(default_factory=list)  # fmt: skip
    modbus: ModbusKeys | None = None
    dlt645: Dlt645Keys | None = None
    cjt188: Cjt188Keys | None = None
    mbus: MbusKeys | None = None
    bacnet: BacnetKeys | None = None


class ProofKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a device must answer to be believed to be of this template."""

    value: Annotated[str, Meta(description="a value of the template, in its unit")]
    near: Annotated[list[float], Meta(min_length=1, description="any of these is right")]
    within: Annotated[float, Meta(ge=0, description="how far from it is still right")] = 0.0


class TemplateKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A make and model, as its maker's register map says."""

    make: str
    model: str
    protocol: Annotated[str, Meta(description="what it speaks, see docs/devices.md")]
    source: Annotated[
        str, Meta(min_length=1, description="the public document, by name, that it follows")
    ]
    note: Annotated[
        str, Meta(description="what an installer must know: where PT·CT is applied, settings")
    ] = ""
    modbus: ModbusDeviceKeys | None = None
    cjt188: Cjt188DeviceKeys | None = None
    mbus: MbusDeviceKeys | None = None
    bacnet: BacnetDeviceKeys | None = None
    values: Annotated[dict[str, ValueKeys], Meta(min_length=1)]
    proof: Annotated[
        list[ProofKeys], Meta(description="asked before the device is believed; all must hold")
    ] = msgspec.field(default_factory=list)
