"""A campus's history handed to its edges, day by day, before its own time begins."""

from __future__ import annotations

import numpy as np

from core.batch import Columns
from core.ports import PointSource
from core.site import Site


class PastFirst:
    """Gives what was put in front; where nothing is, what the campus itself gives."""

    def __init__(self, site: Site, campus: PointSource) -> None:
        self._gateways = np.array([point.gateway for point in site.points])
        self._campus = campus
        self._waiting: dict[str, Columns] = {}
        self._past = False

    def put(self, rows: Columns) -> None:
        """A day of all gateways; the campus itself is not asked until :meth:`end`."""
        self._past = True
        of = self._gateways[rows.point]
        self._waiting = {str(g): rows.keep(of == g) for g in np.unique(of)}

    def end(self) -> None:
        """History is over: the campus speaks for itself."""
        self._past = False

    def read(self, gateway: str, until: int) -> Columns:
        """See :class:`core.ports.PointSource`."""
        if self._past:
            return self._waiting.pop(gateway, Columns.of([], [], []))
        return self._campus.read(gateway, until)
