"""The messages of one write, by what is to be done with each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core import topics
from core.batch import BatchName
from core.ports import Quarantined
from ingest.arrival import Arrival, Reported, Spoken
from ingest.decode import Decoder
from ingest.foreign.told import Told

Foreign = Callable[[Arrival], Told]
"""Reads what is not of our own wire."""


@dataclass(slots=True)
class Lot:
    """What one write works on.

    Attributes:
        reported: Readings, each batch once, in order of arrival.
        spoken: What gateways say of themselves.
        refused: Messages that could not be read.
        names: Batches to settle, readable or not.
        repeated: Readings of batches that came twice in this write, and of foreign
            messages that came before.
        repeats: How many of these by gateway.
        ignored: Messages that are not for ingest.
        spared: Foreign messages that are like others in quarantine.
    """

    reported: list[Reported] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    refused: list[Quarantined] = field(default_factory=list)
    names: dict[BatchName, None] = field(default_factory=dict)
    repeated: int = 0
    repeats: Counter[str] = field(default_factory=Counter)
    ignored: int = 0
    spared: int = 0

    def gateways(self) -> set[str]:
        """Who sent batches."""
        return {name.gateway for name in self.names}


def sort(arrivals: Sequence[Arrival], decoder: Decoder, foreign: Foreign | None = None) -> Lot:
    """Decode all messages of a write."""
    lot = Lot()
    for arrival in arrivals:
        if foreign is not None and not arrival.topic.startswith(f"{topics.PREFIX}/"):
            _add_foreign(lot, foreign(arrival))
            continue
        match decoder.decode(arrival):
            case Reported() as reported:
                _add(lot, reported)
            case Spoken() as spoken:
                lot.spoken.append(spoken)
            case Quarantined() as refused:
                lot.refused.append(refused)
                if refused.name is not None:
                    lot.names[refused.name] = None
            case None:
                lot.ignored += 1
    return lot


def _add(lot: Lot, reported: Reported) -> None:
    if reported.name is not None and reported.name in lot.names:
        lot.repeated += len(reported.rows)
        lot.repeats[reported.gateway] += len(reported.rows)
        return
    if reported.name is not None:
        lot.names[reported.name] = None
    lot.reported.append(reported)


def _add_foreign(lot: Lot, told: Told) -> None:
    lot.reported += told.reported
    lot.spoken += told.spoken
    lot.refused += told.refused
    lot.repeated += told.repeated
    lot.spared += told.spared
    lot.ignored += not told
