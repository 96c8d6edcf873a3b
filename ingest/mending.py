"""Refused readings as a person said that they should have been: another point, unit or scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.batch import Columns, Floats
from core.errors import Misconfigured
from core.quantity import Unit, unit_for
from core.replaying import Mending
from core.site import Site
from core.wire_columns import Table

_AS_IT_CAME = Unit(1.0)


def mended(
    table: Table, rows: Columns, mends: Sequence[Mending], site: Site
) -> tuple[Table, Columns]:
    """Points and rows after the mending; what cannot be mended stays, and is refused again."""
    if not mends:
        return table, rows
    refs, units, factors = [], [], []
    for id_, spelled in table:
        mend = _of(id_, mends)
        ref, unit = _ref(id_, spelled, mend, site)
        refs.append(ref)
        units.append(unit)
        factors.append(mend.factor)
    scale, offset = (np.array(c) for c in zip(*((u.factor, u.offset) for u in units), strict=True))
    with np.errstate(over="ignore"):  # what is no number any more is refused as such
        value: Floats = rows.value * scale[rows.point] + offset[rows.point]
        value *= np.array(factors)[rows.point]
    return tuple(refs), Columns(point=rows.point, at=rows.at, value=value, quality=rows.quality)


def _of(id_: str, mends: Sequence[Mending]) -> Mending:
    return next((m for m in reversed(mends) if m.point in {"", id_}), Mending())


def _ref(id_: str, spelled: str, mend: Mending, site: Site) -> tuple[tuple[str, str], Unit]:
    to = mend.to or id_
    index = site.index.get(to)
    if index is None or not mend.unit:
        return (to, spelled), _AS_IT_CAME
    point = site.points[index]
    try:
        return (to, point.unit), unit_for(point.quantity, mend.unit)
    except Misconfigured:  # the model was changed since
        return (to, mend.unit), _AS_IT_CAME
