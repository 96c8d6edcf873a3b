"""The tables of keys in ``docs/site-model.md``, made from their declaration."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import inspect

from adapters.sites.bacnetkeys import BacnetBusKeys, BacnetDeviceKeys, BacnetKeys
from adapters.sites.csvkeys import ColumnKeys, FileKeys, TimeKeys
from adapters.sites.devicekeys import BusKeys, DeviceKeys, SerialKeys, SourceKeys, WriteKeys
from adapters.sites.foreignkeys import (
    ForeignDeviceKeys,
    ForeignValueKeys,
    MessageKeys,
    MetricKeys,
    MomentKeys,
    SparkplugKeys,
)
from adapters.sites.keys import (
    BuildingKeys,
    CalendarKeys,
    CarbonKeys,
    EquipmentKeys,
    FloorKeys,
    GatewayKeys,
    MeterKeys,
    OpenDaysKeys,
    PointKeys,
    PriceKeys,
    RegisterKeys,
    RoomKeys,
    ScaleKeys,
    ScheduleKeys,
    SiteKeys,
    SystemKeys,
    TargetKeys,
    WarrantyKeys,
    WorthKeys,
)
from adapters.sites.meterkeys import (
    Cjt188DeviceKeys,
    Cjt188Keys,
    Dlt645Keys,
    MbusDeviceKeys,
    MbusKeys,
)
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.parameters import PARAMETERS
from adapters.sites.plankeys import (
    BeforeKeys,
    ConditionKeys,
    EveryKeys,
    NumberKeys,
    PlanKeys,
    RunningKeys,
    SeasonKeys,
    StepKeys,
)
from adapters.sites.templatekeys import (
    ModbusDeviceKeys,
    ModbusKeys,
    ProofKeys,
    TemplateKeys,
    ValueKeys,
)

TITLES: dict[type[msgspec.Struct], str] = {
    SiteKeys: "The site",
    GatewayKeys: "A gateway",
    OptionKeys: "Options of a gateway's driver",
    FileKeys: "Files of the driver csv",
    TimeKeys: "The time of a row",
    ColumnKeys: "A column",
    BusKeys: "A bus",
    SerialKeys: "A serial line",
    BacnetBusKeys: "A BACnet network",
    DeviceKeys: "A device",
    SourceKeys: "Where a point comes from",
    WriteKeys: "A point opened for writing",
    TemplateKeys: "A device template",
    ValueKeys: "A value of a template",
    ProofKeys: "A proof of a template",
    ModbusDeviceKeys: "Modbus in a template",
    ModbusKeys: "A value in Modbus",
    Dlt645Keys: "A value in DL/T 645",
    Cjt188DeviceKeys: "CJ/T 188 in a template",
    Cjt188Keys: "A value in CJ/T 188",
    MbusDeviceKeys: "M-Bus in a template",
    MbusKeys: "A value in M-Bus",
    BacnetDeviceKeys: "BACnet in a template",
    BacnetKeys: "A value in BACnet",
    MessageKeys: "Messages of the driver mqtt",
    MomentKeys: "The time of a message",
    ForeignDeviceKeys: "A device of such messages",
    ForeignValueKeys: "A value of such a device",
    SparkplugKeys: "A Sparkplug node",
    MetricKeys: "A metric of a Sparkplug node",
    PriceKeys: "A price",
    CarbonKeys: "A carbon factor",
    CalendarKeys: "An entry of the calendar",
    WorthKeys: "What things are worth",
    SeasonKeys: "A season",
    PlanKeys: "Planned work",
    EveryKeys: "Due by the calendar",
    RunningKeys: "Due by running hours",
    ConditionKeys: "Due by a condition",
    BeforeKeys: "Due before a season",
    StepKeys: "A step of a checklist",
    NumberKeys: "A number of a checklist",
    OpenDaysKeys: "How long faults stood open",
    TargetKeys: "What work on orders is held against",
    BuildingKeys: "A building",
    FloorKeys: "A floor",
    RoomKeys: "A space",
    SystemKeys: "A system",
    ScheduleKeys: "A schedule",
    EquipmentKeys: "Equipment",
    WarrantyKeys: "A warranty",
    MeterKeys: "A meter",
    PointKeys: "A point",
    RegisterKeys: "A register",
    ScaleKeys: "A scale",
}
"""Every mapping of the site files, in the order of the page."""


def tables() -> str:
    """All tables of keys and the one of parameters, in Markdown."""
    parts = [_table(kind, title) for kind, title in TITLES.items()]
    return "\n".join([*parts, _parameters()])


def anchor(title: str) -> str:
    """The anchor of a heading."""
    return title.lower().replace(" ", "-").replace("'", "").replace("/", "")


def _table(kind: type[msgspec.Struct], title: str) -> str:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - by type
    meaning = (kind.__doc__ or "").split("\n", maxsplit=1)[0].replace("``", "`")
    lines = [f"### {title}", "", meaning, "", "| key | needed | meaning |", "| --- | --- | --- |"]
    for field in info.fields:
        needed = "yes" if field.required else "no"
        lines.append(f"| `{field.encode_name}` | {needed} | {_meaning(field.type)} |")
    return "\n".join([*lines, ""])


def _parameters() -> str:
    lines = ["### Parameters", "", "| parameter | unit | meaning |", "| --- | --- | --- |"]
    lines += [
        f"| `{name}` | {known.unit or 'true, false'} | {known.meaning} |"
        for name, known in PARAMETERS.items()
    ]
    return "\n".join([*lines, ""])


def _meaning(kind: inspect.Type) -> str:
    """What is said beside a key, and the page's other tables that it leads to."""
    said = list(dict.fromkeys(_said(kind)))
    return "; ".join(said) or _plain(kind)


def _said(kind: inspect.Type) -> Iterator[str]:
    match kind:
        case inspect.Metadata():
            own = str((kind.extra_json_schema or {}).get("description", ""))
            if own:
                yield own
            yield from (said for said in _said(kind.type) if not own or said.startswith("see"))
        case inspect.UnionType():
            for member in kind.types:
                yield from _said(member)
        case inspect.ListType():
            yield from _said(kind.item_type)
        case inspect.DictType():
            yield from _said(kind.value_type)
        case inspect.StructType():
            title = TITLES[kind.cls]
            yield f"see [{title.lower()}](#{anchor(title)})"
        case inspect.EnumType():
            yield ", ".join(f"`{member.value}`" for member in kind.cls)
        case inspect.LiteralType():
            yield " or ".join(f"`{value}`" for value in kind.values)
        case _:
            return


def _plain(kind: inspect.Type) -> str:
    bare = kind.type if isinstance(kind, inspect.Metadata) else kind
    return {inspect.StrType: "a text", inspect.FloatType: "a number"}.get(type(bare), "")
