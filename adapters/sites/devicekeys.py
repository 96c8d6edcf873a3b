"""The options of the ``fieldbus`` driver: which buses a gateway has, and what hangs on them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from adapters.sites.bacnetkeys import BacnetBusKeys


class SerialKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A serial line; beside ``tcp`` it is the line behind a serial device server."""

    port: Annotated[
        str, Meta(description="the port, such as /dev/ttyS0; left out behind a device server")
    ] = ""
    baud: Annotated[int, Meta(ge=300, le=921600, description="speed of the line. [bit/s]")] = 9600
    parity: Annotated[Literal["N", "E", "O"], Meta(description="none, even or odd parity")] = "E"
    stop: Annotated[int, Meta(ge=1, le=2, description="stop bits")] = 1
    bits: Annotated[int, Meta(ge=7, le=8, description="data bits")] = 8

    @property
    def bits_a_byte(self) -> int:
        """What one byte costs on the line, start and stop included. [bit]"""
        return 1 + self.bits + (self.parity != "N") + self.stop


class BusKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One bus: its protocol, and how it is reached. One question at a time is asked on it."""

    protocol: Annotated[str, Meta(description="what is spoken on it, see docs/devices.md")]
    tcp: Annotated[str | None, Meta(description="host:port of a device or device server")] = None
    udp: Annotated[
        str | None, Meta(description="own address/prefix:port that datagrams are sent from")
    ] = None
    serial: SerialKeys | None = None
    framing: Annotated[
        Literal["tcp", "rtu"] | None,
        Meta(description="of Modbus through tcp: tcp, or rtu where only the line is carried; "
             "rtu if absent beside serial"),
    ] = None  # fmt: skip
    bacnet: BacnetBusKeys | None = None
    longest_answer: Annotated[
        float, Meta(gt=0, le=60, description="the longest that any device is waited for. [s]")
    ] = 3.0
    pause: Annotated[
        float, Meta(ge=0, le=10, description="silence kept between two questions. [s]")
    ] = 0.0


class WriteKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Opens one point for writing. Without it nothing of a device is ever written."""

    low: Annotated[float, Meta(description="lowest value, in the unit of the point")]
    high: Annotated[float, Meta(description="highest value, in the unit of the point")]
    until: Annotated[
        str,
        Meta(
            pattern=r"^\d{4}-\d\d-\d\d$",
            description="last day on which it is open, site's zone, in quotes; closed after it",
        ),
    ]
    longest: Annotated[
        float,
        Meta(gt=0, le=604800, description="longest that a written value stands; then it is "
             "released. [s]"),
    ] = 3600.0  # fmt: skip
    priority: Annotated[
        int,
        Meta(ge=8, le=16, description="of BACnet: 8 is an operator's hand, 16 the lowest; 1 to 7 "
             "belong to the safety of people and plant"),
    ] = 8  # fmt: skip


class SourceKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a point comes from: a value of the device's template, with a factor."""

    value: Annotated[str, Meta(description="name of a value of the template")]
    scale: Annotated[
        float,
        Meta(description="factor of a level, such as CT·PT; a register has its own, dated"),
    ] = 1.0
    write: Annotated[
        WriteKeys | None, Meta(description="opens it for writing; Modbus and BACnet alone")
    ] = None


class DeviceKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One device on a bus, and the points that it is read for."""

    id: Annotated[
        str,
        Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="a short word; health names it"),
    ]
    bus: Annotated[str, Meta(description="one of the gateway's buses")]
    address: Annotated[str, Meta(description="its address on the bus, as its protocol writes it")]
    template: Annotated[
        str, Meta(description="a packaged template, or a file of the site's templates/")
    ]
    period: (
        Annotated[
            float,
            Meta(gt=0, le=86400, description="between two polls; its points' shortest. [s]"),
        ]
        | None
    ) = None
    equipment: Annotated[
        str, Meta(description="id of the equipment whose roles the points below are")
    ] = ""
    points: Annotated[
        dict[str, SourceKeys | str],
        Meta(description="value of the template by role of the equipment, or by id of a point; "
             "if absent, every role of the equipment that the template names"),
    ] = msgspec.field(default_factory=dict)  # fmt: skip
    options: Annotated[
        dict[str, str], Meta(description="what the protocol needs of this device alone")
    ] = msgspec.field(default_factory=dict)
