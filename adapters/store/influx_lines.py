"""Line protocol from columns: series keys are escaped once, field types are pinned.

One value of another type makes a server refuse the whole line, so the type of a field
never depends on the value that happens to be in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Floats, Ints
from core.ports import Mark
from core.quantity import Kind
from core.site import Point

WHOLE = frozenset({Kind.STATE.value, Kind.COMMAND.value})
"""Measurements whose ``value`` is a whole number."""

_KEY = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_TEXT = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": " ", "\r": " "})
_VALUE = b"value="
_json = msgspec.json.Encoder()
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


class Lines(Sequence[str]):
    """Many lines as columns of their pieces, written out only for the range that is sent.

    A line is the pieces of its row beside each other; joining all of a request at once costs
    a tenth of formatting each.
    """

    def __init__(self, *pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    def __len__(self) -> int:
        return len(self._pieces[0])

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return Lines(*(piece[place] for piece in self._pieces))
        return b"".join(piece[place] for piece in self._pieces).decode().rstrip("\n")

    def body(self) -> bytes:
        """All lines, each with its end."""
        width = len(self._pieces)
        beside = [b""] * (width * len(self))
        for n, piece in enumerate(self._pieces):
            beside[n::width] = piece
        return b"".join(beside)


def row_lines(
    heads: NDArray[np.object_], whole: Bools, value: Floats, tail: Mapping[str, Ints], at: Ints
) -> Lines:
    """A line a row with a ``value`` and whole fields; where there is no value it is absent.

    Args:
        heads: Series key of each row, up to its value: ``gauge,point=a value=``.
        whole: Where the value is a whole number.
        value: NaN is no value.
        tail: The other fields.
        at: Time of each row. [ms]
    """
    front, number, back = heads.tolist(), _numbers(value, whole), _tails(tail, at)
    for i in np.flatnonzero(np.isnan(value)).tolist():
        front[i], number[i] = front[i].removesuffix(_VALUE), b""
        back[i] = back[i].removeprefix(b",")
    return Lines(front, number, back)


def head_of(key: str) -> bytes:
    """What stands before the value in each line of a series."""
    return f"{key} ".encode() + _VALUE


def _numbers(value: Floats, whole: Bools) -> list[bytes]:
    # The shortest digits that mean this number, as repr() has them, at a third of its cost.
    numbers = _json.encode(value.tolist())[1:-1].split(b",")
    for i in np.flatnonzero(whole & ~np.isnan(value)).tolist():
        numbers[i] = b"%di" % int(value[i])
    return numbers


def _tails(fields: Mapping[str, Ints], at: Ints) -> list[bytes]:
    """The end of each line, made once for neighbours that have the same."""
    columns = [column.astype(np.int64) for column in fields.values()] + [at]
    changes = np.zeros(len(at), np.bool_)
    changes[:1] = True
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    first = np.flatnonzero(changes)
    form = "".join(f",{name}=%di" for name in fields) + " %d\n"
    made = [
        (form % row).encode() for row in zip(*(c[first].tolist() for c in columns), strict=True)
    ]
    ends = np.empty(len(made), np.object_)
    ends[:] = made
    return np.repeat(ends, np.diff(first, append=len(at))).tolist()


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
