"""Checks of the ``csv`` driver's options against the site's points."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.sites.csvkeys import ColumnKeys, FileKeys
from adapters.sites.keys import GatewayKeys
from adapters.sites.local import zone_of
from adapters.sites.log import Log
from adapters.sites.money import unit_factor
from core.site import Point

_FORMATS = ("iso", "epoch_s", "epoch_ms")


def check(gateway: str, keys: GatewayKeys, points: Sequence[Point], log: Log) -> None:
    """Every column is a point of this gateway, in a unit of its quantity."""
    if keys.driver == "csv" and not keys.options.files and not log.has(keys.options, "files"):
        what = f"the driver csv of '{gateway}' has no files"
        log.mistake(log.place(keys, "driver"), what, "options: {files: [...]}")
    if keys.driver == "simulated" and keys.options.files:
        log.mistake(log.place(keys.options, "files"), "the driver simulated reads no files")
    for file in keys.options.files:
        _check_time(file, log)
        for column in file.columns:
            _check_column(gateway, file, column, points, log)


def _check_time(file: FileKeys, log: Log) -> None:
    time = file.time
    zone_of(time.timezone, log.place(time, "timezone"), log)
    if time.format not in _FORMATS and "%" not in time.format:
        expected = f"{', '.join(_FORMATS)} or a pattern such as %m/%d/%y %H:%M"
        what, near = f"no time format '{time.format}'", (time.format, _FORMATS)
        log.mistake(log.place(time, "format"), what, expected, near=near)
    if time.stamps == "start" and time.period_s is None and not log.has(time, "period_s"):
        what = "a time that marks a start needs the length of its interval"
        log.mistake(log.place(time, "stamps"), what, "period_s: seconds")


def _check_column(
    gateway: str, file: FileKeys, column: ColumnKeys, points: Sequence[Point], log: Log
) -> None:
    place = log.place(column, "point")
    if "{id}" in column.point and file.id_column is None:
        what = "'{id}' stands for nothing here"
        log.mistake(place, what, "id_column: the column that names the device")
        return
    pattern = re.escape(column.point).replace(re.escape("{id}"), "[a-z0-9_-]+")
    meant = [point for point in points if re.fullmatch(pattern, point.id)]
    if not meant:
        if not log.broken.intersection(column.point.split(".")):
            near = (column.point, [p.id for p in points if p.gateway == gateway])
            log.mistake(place, f"there is no point '{column.point}'", "id of a point", near=near)
        return
    for point in meant:
        if point.gateway and point.gateway != gateway and "{id}" not in column.point:
            what = f"'{point.id}' is sent by '{point.gateway}'"
            log.mistake(place, what, f"a point of the gateway '{gateway}'")
    for quantity in {point.quantity for point in meant}:
        unit_factor(column.unit, quantity, log.place(column, "unit"), log)
