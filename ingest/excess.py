"""What comes above a gateway's rate and knows no confirmation, as few entries of the quarantine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.batch import Columns
from core.ports import Quarantined
from ingest.arrival import Reported
from ingest.rates import Rates
from ingest.refuse import refused_rows
from ingest.sort import Lot

REASON = "rate"
_MOST = 5_000
"""Readings in an entry: with the longest ids of points its payload stays below the wire's limit."""


_LOSSES = frozenset({"lost_unconfirmed"})
"""Tells of readings that never came: rare by itself, and said of nothing else."""


@dataclass(slots=True)
class Excess:
    """What one write leaves aside.

    Attributes:
        refused: Entries for the quarantine.
        readings: In them.
        messages: By gateway, of readings.
        of: Readings by gateway.
        shed: Unreadable messages that are not kept, being like one that is.
    """

    refused: list[Quarantined] = field(default_factory=list)
    readings: int = 0
    messages: dict[str, int] = field(default_factory=dict)
    of: dict[str, int] = field(default_factory=dict)
    shed: int = 0


def set_aside(lot: Lot, rates: Rates) -> Excess:
    """Take out of a lot what is above the rate of its gateway, and charge what stays.

    Batches were let in when they came; they are charged for their readings alone.
    """
    found, kept = Excess(), []
    over: dict[str, list[Reported]] = defaultdict(list)
    for one in lot.reported:
        within, beyond = _parted(one, rates)
        if beyond is not None:
            over[one.gateway].append(beyond)
        if within is not None:
            rates.charge(one.gateway, len(within.rows))
            kept.append(within)
    lot.reported[:] = kept
    for gateway, reported in over.items():
        found.messages[gateway] = sum(len(one.rows) if one.topics else 1 for one in reported)
        found.of[gateway] = sum(len(one.rows) for one in reported)
        found.refused += _entries(reported, found.messages[gateway])
    found.readings = sum(found.of.values())
    _without_repeats(lot, rates, found)
    return found


def _parted(one: Reported, rates: Rates) -> tuple[Reported | None, Reported | None]:
    """What of it is within the rate, and what is beyond; values side by side were a message each.

    The first ones are within: they came first.
    """
    if one.name is not None:
        return one, None
    if not one.topics:
        return (one, None) if rates.admits(one.gateway) else (None, one)
    few = rates.admitted(one.gateway, len(one.rows))
    if few == len(one.rows):
        return one, None
    rest = replace(one, rows=one.rows.keep(np.arange(few, len(one.rows))))
    return (replace(one, rows=one.rows.keep(np.arange(few))) if few else None), rest


def _entries(reported: Sequence[Reported], messages: int) -> list[Quarantined]:
    table: dict[tuple[str, str], int] = {}
    parts = []
    for one in reported:
        index = np.array([table.setdefault(ref, len(table)) for ref in one.table], np.int32)
        parts.append(replace(one.rows, point=index[one.rows.point]))
    rows, names = Columns.joined(parts), list(table)
    words = f"its gateway sent faster than it may: {messages} messages put aside at once"
    return [
        entry
        for i in range(0, len(rows), _MOST)
        for entry in refused_rows(
            replace(reported[0], topics=()), rows.keep(np.arange(i, min(i + _MOST, len(rows)))),
            names, REASON, words,
        )
    ]  # fmt: skip


def _without_repeats(lot: Lot, rates: Rates, found: Excess) -> None:
    """Of messages that cannot be read, above the rate one a gateway and reason is kept."""
    first: dict[tuple[str, str], int] = {}
    more: dict[int, int] = defaultdict(int)
    kept: list[Quarantined] = []
    for one in lot.refused:
        if one.name is None and one.reason not in _LOSSES and not rates.admits(one.gateway):
            key = (one.gateway, one.reason)
            if key in first:
                more[first[key]] += 1
                continue
            first[key] = len(kept)
        kept.append(one)
    for place, n in more.items():
        words = f"{kept[place].detail}; {n} more like it came above the rate and are not kept"
        kept[place] = replace(kept[place], detail=words)
    found.shed = sum(more.values())
    lot.refused[:] = kept
