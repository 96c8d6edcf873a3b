"""The options of the ``csv`` driver: which columns of which files are which points."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class TimeKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Where a row's time stands, and what it means."""

    column: Annotated[str, Meta(description="name of the column")]
    format: Annotated[
        str, Meta(description="iso, epoch_s, epoch_ms, or a pattern such as %m/%d/%y %H:%M")
    ] = "iso"
    timezone: Annotated[str, Meta(description="IANA name of the zone the file is written in")] = (
        "UTC"
    )
    stamps: Annotated[
        Literal["end", "start"], Meta(description="which end of its interval a time marks")
    ] = "end"
    period_s: Annotated[
        int | None, Meta(description="the interval, added where a time marks its start. [s]")
    ] = None


class ColumnKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One column and the point that it is."""

    column: Annotated[str, Meta(description="name of the column, as in the file's first line")]
    point: Annotated[
        str, Meta(description="id of a point; with id_column, {id} stands for the row's device")
    ]
    unit: Annotated[str, Meta(description="unit of the file, spelled as in docs/nomenclature.md")]
    scale: Annotated[float, Meta(description="factor before the unit is converted")] = 1.0


class FileKeys(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Files of one shape."""

    pattern: Annotated[str, Meta(description="glob in the folder of data given at run time")]
    time: TimeKeys
    columns: Annotated[list[ColumnKeys], Meta(min_length=1)]
    id_column: Annotated[
        str | None, Meta(description="column that names the device, where a file holds several")
    ] = None
    where: Annotated[
        dict[str, str], Meta(description="only rows with these texts in these columns")
    ] = msgspec.field(default_factory=dict)
    missing: Annotated[list[str], Meta(description="texts that mean no value")] = msgspec.field(
        default_factory=list
    )
    sentinels: Annotated[list[float], Meta(description="numbers that mean no value")] = (
        msgspec.field(default_factory=list)
    )
