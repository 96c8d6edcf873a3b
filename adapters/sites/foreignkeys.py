"""The options of gateways that Plantroom hears without an edge: MQTT dialects, Sparkplug B."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

_Unit = Annotated[str, Meta(description="unit as sent, spelled as in docs/nomenclature.md")]
_Factor = Annotated[float, Meta(description="factor before the unit is converted")]
_Point = Annotated[str, Meta(description="id of a point of this gateway")]


class MomentKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a message says when it was measured."""

    path: Annotated[
        str, Meta(description="where it stands in the payload; empty: the time of arrival")
    ] = ""
    format: Annotated[
        Literal["iso", "epoch_s", "epoch_ms"], Meta(description="how it is written")
    ] = "iso"
    timezone: Annotated[
        str, Meta(description="IANA name for a time without a zone; the site's own where absent")
    ] = ""


class ForeignValueKeys(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """One value of a device, and the point that it is."""

    path: Annotated[
        str,
        Meta(description="where it stands: object.temperature in JSON, or what {path*} of a "
             "topic holds; empty where the payload is the value"),
    ] = ""  # fmt: skip
    point: _Point
    unit: _Unit
    scale: _Factor = 1.0


class ForeignDeviceKeys(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """A device that publishes by itself, with what is read of it."""

    device: Annotated[
        str, Meta(min_length=1, description="as it names itself, in the topic or the payload")
    ]
    values: Annotated[list[ForeignValueKeys], Meta(min_length=1)]


class MessageKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Messages of one shape; what is not said comes from the template."""

    template: Annotated[
        str, Meta(description="a shape that comes with Plantroom: plantroom site dialects")
    ] = ""
    topic: Annotated[
        str, Meta(description="pattern with named parts: tele/{device}/SENSOR; {path*} last")
    ] = ""
    payload: Annotated[
        Literal["json", "plain"] | None, Meta(description="a JSON document, or the value alone")
    ] = None
    device: Annotated[
        str, Meta(description="where JSON names the device, if the topic has no {device}")
    ] = ""
    time: MomentKeys | None = None
    counter: Annotated[
        str, Meta(description="where the device counts its messages: repeats are dropped by it")
    ] = ""
    words: Annotated[
        dict[str, float], Meta(description="texts that stand for numbers, such as {on: 1}")
    ] = msgspec.field(default_factory=dict)
    missing: Annotated[list[str], Meta(description="texts that mean no value")] = msgspec.field(
        default_factory=list
    )
    devices: list[ForeignDeviceKeys] = msgspec.field(default_factory=list)
    ignore: Annotated[
        list[str], Meta(description="devices that are known and not wanted")
    ] = msgspec.field(default_factory=list)  # fmt: skip


class MetricKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A metric of a Sparkplug edge node, and the point that it is."""

    metric: Annotated[str, Meta(min_length=1, description="its name, as in the birth")]
    device: Annotated[str, Meta(description="of the node; empty for the node's own")] = ""
    point: _Point
    unit: _Unit
    scale: _Factor = 1.0


class SparkplugKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A Sparkplug B edge node."""

    group: Annotated[str, Meta(min_length=1, description="its group id")]
    node: Annotated[str, Meta(min_length=1, description="its edge node id")]
    metrics: Annotated[list[MetricKeys], Meta(min_length=1)]


class DialectKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A shape of messages that comes with Plantroom: one file in ``adapters/sites/dialects/``."""

    dialect: str
    about: Annotated[str, Meta(min_length=1)]
    source: Annotated[str, Meta(min_length=1)]
    topic: str
    payload: Literal["json", "plain"]
    device: str = ""
    time: MomentKeys = msgspec.field(default_factory=MomentKeys)
    counter: str = ""
    words: dict[str, float] = msgspec.field(default_factory=dict)
    missing: list[str] = msgspec.field(default_factory=list)
    example: Annotated[
        str, Meta(min_length=1, description="a value's path, for the page")
    ]  # fmt: skip
