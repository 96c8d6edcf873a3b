"""Reads a simulated campus through the port that it offers."""

from __future__ import annotations

from collections.abc import Mapping

from core.batch import Columns
from core.ports import PointSource
from core.quality import Quality


class SimulatedDriver:
    """All points of one gateway, from a source in the same process.

    Args:
        source: The campus; its values are canonical and scaled already.
        gateway: Whose points.
    """

    def __init__(self, source: PointSource, gateway: str) -> None:
        self._source, self._gateway = source, gateway
        self._last_good: int | None = None

    def read(self, until: int) -> Columns:
        rows = self._source.read(self._gateway, until)
        good = rows.at[rows.quality != Quality.BAD]
        if len(good):
            self._last_good = int(good.max())
        return rows

    def health(self) -> Mapping[str, tuple[int | None, str | None]]:
        return {"campus": (self._last_good, None)}

    def close(self) -> None:
        return
