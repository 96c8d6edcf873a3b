"""The options of a gateway's driver: files, buses and devices, messages of other programs."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from adapters.sites.csvkeys import FileKeys
from adapters.sites.devicekeys import BusKeys, DeviceKeys
from adapters.sites.foreignkeys import MessageKeys, SparkplugKeys
from adapters.sites.templatekeys import TemplateKeys


class OptionKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The driver's own options; ``simulated`` has none."""

    files: Annotated[list[FileKeys], Meta(description="of the driver csv")] = msgspec.field(
        default_factory=list
    )
    mqtt: Annotated[list[MessageKeys], Meta(description="of the driver mqtt")] = msgspec.field(
        default_factory=list
    )
    sparkplug: Annotated[SparkplugKeys | None, Meta(description="of the driver sparkplug")] = None
    buses: Annotated[
        dict[str, BusKeys], Meta(description="of the driver fieldbus, by a short word")
    ] = msgspec.field(default_factory=dict)
    devices: Annotated[list[DeviceKeys], Meta(description="of the driver fieldbus")] = (
        msgspec.field(default_factory=list)
    )
    templates: Annotated[
        dict[str, TemplateKeys],
        Meta(description="templates of this gateway alone; others are found by their name"),
    ] = msgspec.field(default_factory=dict)
