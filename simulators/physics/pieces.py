"""A stretch of minutes in pieces within which nothing grows.

Severities grow by the hour, however time is cut. What a fault that grows has no part in need not
be reckoned hour by hour: each part of the physics goes by the pieces that differ for it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from core.clock import MINUTE_MS
from simulators.physics.conditions import Conditions
from simulators.physics.faults import Fault

_HOUR = 60


class Piece(NamedTuple):
    """Minutes of a day, from and to, and the parameters that hold through them."""

    minutes: tuple[int, int]
    now: Conditions

    def within(self, first: int) -> slice:
        """Where it lies in what begins with minute ``first``."""
        return slice(self.minutes[0] - first, self.minutes[1] - first)


class Acting(NamedTuple):
    """Since when which faults act, until the next of these. [ms]"""

    since: int
    faults: Sequence[Fault]


def spans(
    acting: Sequence[Acting], midnight: int, minutes: tuple[int, int]
) -> list[tuple[tuple[int, int], Sequence[Fault]]]:
    """Minutes through which the same faults act and none gets worse, with these.

    Args:
        acting: Who acts through these minutes; what begins later is left out.
        midnight: Of the day. [ms]
        minutes: From and to, minutes of the day.
    """
    found = []
    ends = [*((one.since - midnight) // MINUTE_MS for one in acting[1:]), minutes[1]]
    begins = minutes[0]
    for one, end in zip(acting, ends, strict=True):
        until = min(end, minutes[1])
        if until > begins:
            found += [(part, one.faults) for part in _steady(one.faults, midnight, (begins, until))]
            begins = until
    return found


def _steady(
    faults: Sequence[Fault], midnight: int, minutes: tuple[int, int]
) -> list[tuple[int, int]]:
    """Minutes between which none of these faults gets worse."""
    growing = [fault for fault in faults if fault.grows]
    first, last = minutes
    edges = [first]
    if growing:
        known = None
        for hour in range(first - first % _HOUR, last, _HOUR):
            found = [fault.severity_at(midnight + hour * MINUTE_MS) for fault in growing]
            if known is not None and found != known:
                edges.append(hour)
            known = found
    return list(pairwise([*edges, last]))


def together(pieces: Sequence[Piece], of: Callable[[Conditions], object]) -> list[Piece]:
    """Pieces that follow each other and are alike in one thing, each with its first parameters."""
    made = [pieces[0]]
    for piece in pieces[1:]:
        last = made[-1]
        if alike(of(last.now), of(piece.now)):
            made[-1] = Piece((last.minutes[0], piece.minutes[1]), last.now)
        else:
            made.append(piece)
    return made


def alike(one: object, other: object) -> bool:
    """Whether two sets of parameters are the same to the bit."""
    if one is other:
        return True
    if type(one) is not type(other):
        return one == other
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.tobytes() == other.tobytes()
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    names = _names(type(one))
    if names:
        return all(alike(getattr(one, name), getattr(other, name)) for name in names)
    return one == other


@lru_cache(maxsize=64)
def _names(of: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(of)) if is_dataclass(of) else ()
