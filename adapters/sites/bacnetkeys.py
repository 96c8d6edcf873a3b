"""Keys of BACnet: of a bus, of a device template, and of a value in it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from adapters.sites.bacnetwords import PRESENT_VALUE

Pair = Annotated[list[float], Meta(min_length=2, max_length=2)]


class BacnetBusKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How a BACnet/IP network is spoken to."""

    bbmd: Annotated[
        str | None,
        Meta(description="IP:port of a BBMD to register with as a foreign device: broadcasts "
             "then reach its networks"),
    ] = None  # fmt: skip
    registration: Annotated[
        int, Meta(ge=30, le=3600, description="how long a registration with the BBMD holds. [s]")
    ] = 300
    lifetime: Annotated[
        int,
        Meta(ge=2, le=28800, description="of a subscription to changes; renewed at half of it, so "
             "that a device that lost it is heard again within that half. [s]"),
    ] = 120  # fmt: skip
    who_is: Annotated[
        float, Meta(gt=0, le=50, description="broadcasts (Who-Is) sent in a second at the most")
    ] = 5.0


class BacnetDeviceKeys(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """How a BACnet device wants to be asked."""

    cov: Annotated[
        bool, Meta(description="whether values tell of their changes; a value may say otherwise")
    ] = False
    most: Annotated[
        int,
        Meta(ge=1, le=200, description="properties asked for at once; halved, and remembered, "
             "where a device refuses; 1 asks for each alone"),
    ] = 20  # fmt: skip


class BacnetKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a value stands in a BACnet device."""

    object: Annotated[
        str,
        Meta(
            description="type and instance, such as analog-input:3; a maker's own types by number"
        ),
    ]
    property: Annotated[str, Meta(description="by name, or a maker's own by number")] = (
        PRESENT_VALUE
    )
    index: Annotated[int, Meta(ge=0, description="within an array")] | None = None
    cov: Annotated[
        bool | None, Meta(description="whether it tells of its changes, other than the device")
    ] = None
    states: Annotated[
        list[Pair],
        Meta(description="[number in the device, number of the point] of each state: "
             "[[1, 0], [2, 1]]; a state that is not named is no value"),
    ] = msgspec.field(default_factory=list)  # fmt: skip
