"""Line protocol from columns: series keys are escaped once, field types are pinned.

One value of another type makes a server refuse the whole line, so the type of a field
never depends on the value that happens to be in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from adapters.store.rows import Rows
from core.ports import Mark
from core.quantity import Kind
from core.site import Point

WHOLE = frozenset({Kind.STATE.value, Kind.COMMAND.value})
"""Measurements whose ``value`` is a whole number."""

_KEY = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_TEXT = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": " ", "\r": " "})
_INTEGERS = frozenset({"quality", "received", "state", "revision"})


def series_key(measurement: str, site: str, point: Point) -> str:
    """Measurement and tags of a point, in the order that servers sort them."""
    tags = {
        "building": point.building, "point": point.id, "quantity": point.quantity.value,
        "site": site,
    }  # fmt: skip
    return _key(measurement, tags)


def point_of(key: str) -> tuple[str, str]:
    """Measurement and point id of a series key."""
    measurement = key.partition(",")[0]
    for part in key.replace("\\,", "\0").split(",")[1:]:
        name, _, value = part.partition("=")
        if name == "point":
            return measurement, value.replace("\0", ",").replace("\\=", "=").replace("\\ ", " ")
    return measurement, ""


def reading_lines(keys: Sequence[str], rows: Rows) -> list[str]:
    """A line a reading; where there is no value the field is absent."""
    value = [repr(v) for v in rows.value.tolist()]
    for i in np.flatnonzero(rows.value == np.rint(rows.value)).tolist():
        if keys[i].partition(",")[0] in WHOLE:
            value[i] = f"{int(rows.value[i])}i"
    columns = (rows.quality.tolist(), rows.received.tolist(), rows.at.tolist())
    return [
        f"{k} quality={q}i,received={r}i {t}"
        if v == "nan"
        else f"{k} value={v},quality={q}i,received={r}i {t}"
        for k, v, q, r, t in zip(keys, value, *columns, strict=True)
    ]


def field_lines(
    keys: Sequence[str], at: Sequence[int], fields: Mapping[str, Sequence[float]]
) -> list[str]:
    """A line a row of other measurements; NaN is an absent field."""
    lines: list[str] = []
    for key, time, *values in zip(keys, at, *fields.values(), strict=True):
        body = ",".join(_fields(key, dict(zip(fields, values, strict=True))))
        if body:
            lines.append(f"{key} {body} {time}")
    return lines


def mark_line(site: str, mark: Mark) -> str:
    """A line of the ``order`` or ``finding`` measurement; all its numbers are floats."""
    key = _key(mark.measurement, {"building": mark.building, "id": mark.id, "site": site})
    return f"{key} {','.join(_mark_fields(mark.fields))} {mark.at}"


def stored_line(measurement: str, row: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """The line that a row of a query's answer was written by."""
    marks = measurement in {"order", "finding"}
    fields = {name: value for name, value in row.items() if name != "time" and value is not None}
    body = _mark_fields(fields) if marks else _fields(measurement, fields)
    return f"{_key(measurement, tags)} {','.join(body)} {row['time']}"


def _fields(key: str, fields: Mapping[str, Any]) -> Iterator[str]:
    whole = key.partition(",")[0] in WHOLE
    for name, value in fields.items():
        if math.isnan(value):
            continue
        integer = name in _INTEGERS or (whole and name == "value")
        yield f"{name}={int(value)}i" if integer else f"{name}={float(value)!r}"


def _mark_fields(fields: Mapping[str, str | float]) -> Iterator[str]:
    for name, value in fields.items():
        escaped = name.translate(_KEY)
        if isinstance(value, str):
            yield f'{escaped}="{value.translate(_TEXT)}"'
        elif math.isfinite(value):
            yield f"{escaped}={float(value)!r}"


def _key(measurement: str, tags: Mapping[str, str]) -> str:
    written = (f"{k}={v.translate(_KEY)}" for k, v in sorted(tags.items()) if v)
    return ",".join([measurement, *written])
