"""What people want mended in refused readings before a replay: checked, and rehearsed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from adapters.records.quarantine import Chosen
from api.refusals import Told
from api.services import Services
from core.errors import Refused
from core.quantity import units_of
from core.replaying import Mending
from core.site import Point, Site
from core.words import Text
from ingest.foreign.host import read_again
from ingest.rehearse import Rehearsed, rehearse

MOST_REHEARSED = 50
"""Entries of one rehearsal, as many as ingest tries at a time."""


def check(mends: Sequence[Mending], note: str, site: Site) -> None:
    """Whether each can be applied here.

    Raises:
        Refused: One names a point or unit that the site has not, makes nothing of a value,
            or nothing is said on why.
    """
    for mend in mends:
        _check(mend, site)
    if mends and not note.strip():
        raise Refused("Say why it is mended.")


def rehearsed(given: Services, chosen: Chosen, mends: Sequence[Mending]) -> list[Rehearsed]:
    """What a replay of these entries would do; of many the first :data:`MOST_REHEARSED`.

    Raises:
        Refused: As :func:`check`, but for the reason.
        Retryable: The store is away.
    """
    check(mends, "a try", given.site)
    held = given.records.quarantine.held(chosen, MOST_REHEARSED, mends)
    return rehearse(held, given.site, partial(read_again, given.site), given.store)


def _check(mend: Mending, site: Site) -> None:
    if mend.to and not mend.point:
        raise Refused("Say which point it is that has another name.")
    if mend.to and mend.to not in site.index:
        raise Told(Text("The site has no point {point}.", {"point": mend.to}), code="invalid")
    if not math.isfinite(mend.factor) or mend.factor == 0:
        raise Refused("A factor is a number that is not zero.")
    if mend.unit:
        _check_unit(mend, site)


def _check_unit(mend: Mending, site: Site) -> None:
    id_ = mend.to or mend.point
    points: Sequence[Point] = site.points
    if id_:
        index = site.index.get(id_)
        if index is None:
            raise Told(Text("The site has no point {point}.", {"point": id_}), code="invalid")
        points = [site.points[index]]
    # Of every point of an entry: then some point of the site must know it.
    if any(mend.unit in units_of(point.quantity) for point in points):
        return
    text = Text(
        "{unit} is no unit of {point}; it may be {units}.",
        {"unit": mend.unit, "point": id_ or "–", "units": ", ".join(units_of(points[0].quantity))},
    )
    raise Told(text, code="invalid")
