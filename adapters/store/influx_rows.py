"""How rows get into InfluxDB as if its rows were whole, though it keeps each field alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from adapters.store import influx_read
from adapters.store.influx_keys import Keys
from adapters.store.influx_lines import row_lines
from adapters.store.influx_read import Ask, Table
from adapters.store.influx_server import Server
from adapters.store.influx_write import write_lines
from adapters.store.rows import Plan, Rows, refused_rows
from core.batch import Batch, Bools, Ints
from core.errors import Rejected
from core.ports import RefusedRows
from core.site import Site

Indices = NDArray[np.int32]


class Writer:
    """Writes readings and intervals of one site."""

    def __init__(self, server: Server, keys: Keys, site: Site) -> None:
        self._server = server
        self._keys = keys
        self._site = site

    def write(self, batches: Sequence[Batch], plan: Plan) -> list[RefusedRows]:
        """Write what stands, and of the rest what is missing; the answer is what was refused."""
        missing = plan.again.keep(~self._stored(plan.again, "quality"))
        rows = Rows.joined(plan.fresh, missing)
        if not len(rows):
            return []
        without = np.flatnonzero(np.isnan(plan.fresh.value))
        if len(without):
            self._clear(plan.fresh.keep(without))
        heads, whole = self._keys.of_readings(rows.point)
        fields: Table = {"quality": rows.quality, "received": rows.received}
        lines = row_lines(heads, whole, rows.value, fields, rows.at)
        refused = write_lines(self._server, lines)
        if not refused:
            return []
        reasons = np.array([refused.get(i, "") for i in range(len(rows))])
        masks = [(reasons == reason, str(reason)) for reason in sorted(set(refused.values()))]
        return refused_rows(batches, rows, masks)

    def replace(self, measurement: str, point: Indices, at: Ints, fields: Table) -> None:
        """Write rows of a measurement that stands beside the readings.

        Raises:
            Rejected: The server will not have some rows.
        """
        without = np.isnan(fields["value"])
        if without.any():
            self._clear_at(measurement, point[without], at[without])
        order = np.argsort(at, kind="stable")  # neighbours of one time share the end of a line
        point, at = point[order], at[order]
        heads = self._keys.of_rows(measurement, point)
        tail = {name: column[order] for name, column in fields.items()}
        value = tail.pop("value")
        lines = row_lines(heads, np.zeros(len(at), np.bool_), value, tail, at)
        refused = write_lines(self._server, lines)
        if refused:
            raise Rejected(
                sorted(order[list(refused)].tolist()), ", ".join(sorted(set(refused.values())))
            )

    def _stored(self, rows: Rows, field: str) -> Bools:
        """Which rows are in the store with this field."""
        if not len(rows):
            return np.zeros(0, np.bool_)
        found = self._times(
            self._keys.by_measurement(np.unique(rows.point).tolist()), rows.at, field
        )
        return _in(rows.point, rows.at, found)

    def _clear(self, rows: Rows) -> None:
        """Remove older values: writing no value would leave them standing."""
        grouped = self._keys.by_measurement(np.unique(rows.point).tolist())
        for measurement, points in grouped.items():
            mine = np.isin(rows.point, points)
            self._clear_at(measurement, rows.point[mine], rows.at[mine])

    def _clear_at(self, measurement: str, point: Indices, at: Ints) -> None:
        found = self._times({measurement: np.unique(point).tolist()}, at, "value")
        old = _in(point, at, found)
        self._server.query(
            [
                f'DELETE FROM "{measurement}" WHERE {influx_read.where(self._site, [p])} '  # noqa: S608 literals are escaped
                f"AND {influx_read.within(t - 1, t)}"
                for p, t in zip(point[old].tolist(), at[old].tolist(), strict=True)
            ]
        )

    def _times(self, measurements: Mapping[str, Sequence[int]], at: Ints, field: str) -> Table:
        when = influx_read.within(int(at.min()) - 1, int(at.max()))
        ask = Ask(fields={field: f'"{field}"'}, when=when)
        return influx_read.read(self._server, self._site, measurements, ask)


def _in(point: Indices, at: Ints, found: Table) -> Bools:
    stored = set(zip(found["point"].tolist(), found["at"].tolist(), strict=True))
    pairs = zip(point.tolist(), at.tolist(), strict=True)
    return np.fromiter((pair in stored for pair in pairs), np.bool_, len(point))
