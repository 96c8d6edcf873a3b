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
from ingest.foreign.told import Heard, Told
from ingest.singles import Singles

_FEW = 16
"""Values of one foreign message that go beside those of others; larger ones are a batch anyway."""
_OURS = f"{topics.PREFIX}/"
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


class Sorter:
    """Decodes messages; remembers what repeats itself in them, so it is for one thread.

    Args:
        site: Id of the site whose messages are for us.
        foreign: Reads what is not of our own wire.
    """

    def __init__(self, site: str, foreign: Foreign | None = None) -> None:
        self._decoder, self._singles, self._foreign = Decoder(site), Singles(), foreign

    def sort(self, arrivals: Sequence[Arrival]) -> Lot:
        """All messages of a write."""
        lot, reported = Lot(), list[Reported | None]()
        value, add, foreign = self._decoder.value, self._singles.add, self._foreign
        for arrival in arrivals:
            if foreign is not None and not arrival.topic.startswith(_OURS):
                self._add_foreign(lot, reported, foreign(arrival))
                continue
            found = value(arrival)
            if isinstance(found, tuple):
                add(reported, *found, arrival.received, by_hand=arrival.lasts)
            elif found is not None:
                lot.refused.append(found)
            else:
                self._add_other(lot, reported, arrival)
        self._singles.close_all(reported)
        lot.reported = [one for one in reported if one is not None]
        return lot

    def _add_other(self, lot: Lot, reported: list[Reported | None], arrival: Arrival) -> None:
        match self._decoder.decode(arrival):
            case Reported() as one:
                self._add(lot, reported, one)
            case Spoken() as spoken:
                lot.spoken.append(spoken)
            case Quarantined() as refused:
                lot.refused.append(refused)
                if refused.name is not None:
                    lot.names[refused.name] = None
            case None:
                lot.ignored += 1

    def _add(self, lot: Lot, reported: list[Reported | None], one: Reported) -> None:
        if one.name is not None and one.name in lot.names:
            lot.repeated += len(one.rows)
            lot.repeats[one.gateway] += len(one.rows)
            return
        if one.name is not None:
            lot.names[one.name] = None
        self._singles.close(reported, one.gateway)
        reported.append(one)

    def _add_foreign(self, lot: Lot, reported: list[Reported | None], told: Told) -> None:
        for heard in told.heard:
            if len(heard.rows) > _FEW:
                self._singles.close(reported, heard.gateway)
                reported.append(heard.reported())
            else:
                self._add_values(reported, heard)
        lot.spoken += told.spoken
        lot.refused += told.refused
        lot.repeated += told.repeated
        lot.spared += told.spared
        lot.ignored += not told

    def _add_values(self, reported: list[Reported | None], heard: Heard) -> None:
        rows, received = heard.rows, heard.received
        for named, at, value, quality in zip(
            rows.table, rows.at, rows.value, rows.quality, strict=True
        ):
            self._singles.add(
                reported, heard.gateway, (heard.topic, *named), (at, value, quality), received,
                backfill=heard.backfill,
            )  # fmt: skip
