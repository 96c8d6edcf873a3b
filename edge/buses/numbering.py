"""Numbers of points that last longer than one version of the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.batch import Columns
from core.site import Point, Site
from edge.buses.device import Channel, Device


class Numbering:
    """A table of points that only grows: what was read keeps its number when the site changes.

    It begins as the site's own table. A point that has another unit than before is another
    one, so that a reading is never sent in a unit that it was not read in.

    Args:
        points: By their numbers.
    """

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points
        self.table = tuple((point.id, point.unit) for point in points)
        """Id and unit of each number."""
        self._number = {key: i for i, key in enumerate(self.table)}
        self._scaled = np.array([i for i, p in enumerate(points) if p.scales], np.int32)

    def extended(self, site: Site) -> Numbering:
        """The same numbers, and new ones for what a new version of the site has beside them."""
        points = list(self._points)
        for point in site.points:
            number = self._number.get((point.id, point.unit), len(points))
            points[number : number + 1] = [point]  # its ratio may be another one
        return Numbering(points)

    def numbered(self, device: Device, site: Site) -> Device:
        """A device of that site whose channels have the numbers of this table."""
        return replace(device, channels=tuple(self._channel(one, site) for one in device.channels))

    def scaled(self, rows: Columns) -> Columns:
        """Rows in place, times the ratio or pulse weight that held at each one's own time."""
        for i in np.flatnonzero(np.isin(rows.point, self._scaled)):
            rows.value[i] *= self._points[rows.point[i]].scale_at(int(rows.at[i]))
        return rows

    def _channel(self, channel: Channel, site: Site) -> Channel:
        point = site.points[channel.point]
        return replace(channel, point=self._number[point.id, point.unit])
