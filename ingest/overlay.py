"""What a person said of a moment stands over what devices send of it (docs/foreign-input.md).

Rows of such a moment reach the store with the person's value, and what the device said is kept
in the records first. After each write is looked whether somebody entered or took back something
meanwhile: so it holds between workers too, and after a crash between any two steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.batch import Batch, BatchName, Columns
from core.clock import DAY_MS
from core.hand import Corrections, HandReading, Key, Said
from core.ports import ReadingStore, RefusedRows
from core.quality import Quality
from core.site import HAND, Site

HAND_BOOT = "@hand"
"""Boot of readings that people entered; no gateway may name itself so."""
_MENDED = "@mended"


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: rows the store refused, and whether others than those given stand."""

    refused: Sequence[RefusedRows] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class PutBack:
    """Moments that changed, without values, and those of which the device's word stands again."""

    moments: Columns
    ended: Sequence[Key]


@dataclass(slots=True)
class _Plan:
    """A write as it was begun.

    Attributes:
        batches: What goes to the store.
        received: When the last of it came, run clock. [ms]
        applied: By moment under somebody's hand: the person's value that was written, or None
            where the device's was.
        said: What the devices said of these.
        there: What the store had of these before, once it was asked.
    """

    batches: list[Batch]
    received: int
    applied: dict[Key, float | None] = field(default_factory=dict)
    said: dict[Key, Said] = field(default_factory=dict)
    there: dict[Key, Said] | None = None
    changed: bool = False


class _Nobody:
    """Nobody has ever entered anything."""

    def points(self) -> AbstractSet[str]:
        return frozenset()

    def standing(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        del keys
        return {}

    def said(self, keys: Sequence[Key]) -> Mapping[Key, Said]:
        del keys
        return {}

    def keep(self, said: Mapping[Key, Said]) -> None:
        """Nothing is kept."""

    def taken_back(self, most: int) -> Sequence[HandReading]:
        del most
        return ()

    def gave_back(self, ids: Sequence[int], keys: Sequence[Key], at: int) -> None:
        """Nothing was taken back."""


class Overlay:
    """Writes readings, those of people over those of devices; for the thread that writes.

    Args:
        site: The compiled model.
        store: Where readings last.
        corrections: What people entered; nothing without.
    """

    def __init__(self, site: Site, store: ReadingStore, corrections: Corrections | None) -> None:
        self._site, self._store = site, store
        self._corrections: Corrections = corrections or _Nobody()
        self._low = np.array([p.span[0] for p in site.points])
        self._high = np.array([p.span[1] for p in site.points])
        self._by_hand = {g.id for g in site.gateways.values() if g.driver == HAND}
        self._points: NDArray[np.int32] | None = None

    def write(self, batches: Sequence[Batch], *, receipted: AbstractSet[BatchName]) -> Written:
        """:meth:`core.ports.ReadingStore.write`, with what people said in its place.

        Raises:
            Retryable: Store or records are away; calling again is right.
        """
        # Of a reading that a person entered what it stands over is to be known before.
        if self._points is None or any(b.name.boot == HAND_BOOT for b in batches):
            self._look()
        plan = self._planned(batches, receipted)
        refused = self._store.write(plan.batches, receipted=receipted) if plan.batches else ()
        self._look()
        self._entered_since(plan, batches, receipted)
        changed = self._steady(plan)
        return Written(refused, plan.changed or changed)

    def _entered_since(
        self, plan: _Plan, batches: Sequence[Batch], receipted: AbstractSet[BatchName]
    ) -> None:
        """Moments of points of which nobody had entered anything when the plan was made."""
        new = [(b, i) for b, i in self._touched(batches) if self._key(b, i) not in plan.applied]
        if not new:
            return
        keys = list(dict.fromkeys(self._key(batch, i) for batch, i in new))
        plan.applied |= dict.fromkeys(keys, None)
        plan.there = None
        plan.said |= self._corrections.said(keys)
        for batch, i in new:
            self._device_says(plan, self._key(batch, i), batch, i, receipted)

    def put_back(self, undone: Sequence[HandReading]) -> PutBack:
        """What the devices said, where people took back what they had entered.

        Raises:
            Retryable: Store or records are away; all of it still waits.
        """
        corrections = self._corrections
        known = [one for one in undone if one.point in self._site.index]
        keys = list(dict.fromkeys((one.point, one.at) for one in known))
        said = dict(corrections.said(keys))
        for one in known:
            if (key := (one.point, one.at)) not in said and self._stands_alone(one):
                said[key] = Said(value=math.nan, quality=Quality.BAD, received=None)
        plan = _Plan(
            [],
            max((one.undone or 0 for one in known), default=0),
            dict.fromkeys(said, math.inf),
            said,
        )
        self._steady(plan)
        # What stands again was entered anew meanwhile: under it the device's word is kept.
        ended = [key for key, value in plan.applied.items() if value is None]
        points = [self._site.index[point] for point, _ in said]
        moments = Columns.of(points, [when for _, when in said], [math.nan] * len(said))
        return PutBack(moments, ended)

    def gave_back(self, undone: Sequence[HandReading], put: PutBack, at: int) -> None:
        """All that follows from it is done too; ``at`` is the run clock. [ms]"""
        self._corrections.gave_back([one.id for one in undone], put.ended, at)

    def _stands_alone(self, one: HandReading) -> bool:
        """Whether the store holds a person's value under which no device's word is known."""
        by_hand = self._site.points[self._site.index[one.point]].gateway in self._by_hand
        key = (one.point, one.at)
        present = self._present([key]).get(key)
        mine = present is None or present.value == one.value
        return mine and (by_hand or one.taken is not None)

    def _look(self) -> None:
        index = self._site.index
        found = [index[id_] for id_ in self._corrections.points() if id_ in index]
        self._points = np.array(sorted(found), np.int32)

    def _touched(self, batches: Sequence[Batch]) -> Iterator[tuple[Batch, int]]:
        points = self._points
        if points is None or not len(points):
            return
        for batch in batches:
            for i in np.flatnonzero(np.isin(batch.rows.point, points)).tolist():
                yield batch, i

    def _key(self, batch: Batch, i: int) -> Key:
        return self._site.points[int(batch.rows.point[i])].id, int(batch.rows.at[i])

    def _planned(self, batches: Sequence[Batch], receipted: AbstractSet[BatchName]) -> _Plan:
        touched = list(self._touched(batches))
        plan = _Plan(list(batches), max((b.received for b in batches), default=0))
        if not touched:
            return plan
        keys = list(dict.fromkeys(self._key(batch, i) for batch, i in touched))
        standing = self._corrections.standing(keys)
        known = self._corrections.said(keys)
        plan.applied = {key: standing.get(key) for key in keys}
        plan.said = dict(known)
        for batch, i in touched:
            self._device_says(plan, self._key(batch, i), batch, i, receipted)
        # Also of what is taken back and not yet put back: what came later stands there too.
        self._corrections.keep(
            {key: said for key, said in plan.said.items()
             if (key in standing or key in known) and said != known.get(key)}
        )  # fmt: skip
        plan.batches = [b for one in batches if len((b := self._corrected(one, plan)).rows)]
        return plan

    def _device_says(
        self, plan: _Plan, key: Key, batch: Batch, i: int, receipted: AbstractSet[BatchName]
    ) -> None:
        """Note what the device said, before anything is written over it."""
        rows, by_hand = batch.rows, batch.name.boot == HAND_BOOT
        if not by_hand and batch.name not in receipted:
            plan.said[key] = Said(
                value=float(rows.value[i]), quality=int(rows.quality[i]), received=batch.received
            )
            return
        # A redelivered row stands only where nothing was: a late one brings nothing older back.
        if key in plan.said and (by_hand or plan.said[key].received is not None):
            return
        if self._site.points[int(rows.point[i])].gateway in self._by_hand:
            return
        nothing = Said(value=math.nan, quality=Quality.BAD, received=None)
        if by_hand:
            plan.said[key] = self._before(plan, key) or nothing
            return
        own = Said(
            value=float(rows.value[i]), quality=int(rows.quality[i]), received=batch.received
        )
        present = None if key in plan.said else self._before(plan, key)
        mine = present is not None and present.value == plan.applied.get(key)
        plan.said[key] = own if present is None or mine else present

    def _before(self, plan: _Plan, key: Key) -> Said | None:
        """What the store has of a moment; all of a write are asked for together."""
        if plan.there is None:
            plan.there = self._present(list(plan.applied))
        return plan.there.get(key)

    def _present(self, keys: Sequence[Key]) -> dict[Key, Said]:
        """What the store has of some moments: a read for those of a point that lie together."""
        found: dict[Key, Said] = {}
        times: dict[str, list[int]] = {}
        for point, at in keys:
            times.setdefault(point, []).append(at)
        for point, ats in times.items():
            asked = np.unique(np.array(ats, np.int64))
            for near in np.split(asked, np.flatnonzero(np.diff(asked) > DAY_MS) + 1):
                stored = self._store.read(
                    [self._site.index[point]], int(near[0]) - 1, int(near[-1])
                )
                for i in np.flatnonzero(np.isin(stored.rows.at, near)).tolist():
                    found[point, int(stored.rows.at[i])] = Said(
                        value=float(stored.rows.value[i]), quality=int(stored.rows.quality[i]),
                        received=int(stored.received[i]),
                    )  # fmt: skip
        return found

    def _corrected(self, batch: Batch, plan: _Plan) -> Batch:
        rows, keep = batch.rows, np.ones(len(batch.rows), np.bool_)
        value, quality = rows.value.copy(), rows.quality.copy()
        for _, i in self._touched([batch]):
            stands = plan.applied[self._key(batch, i)]
            if stands is None:
                # Taken back while it was under way.
                keep[i] = batch.name.boot != HAND_BOOT
            elif value[i] != stands:
                value[i], quality[i] = stands, self._quality(int(rows.point[i]), stands)
        same = np.array_equal(value, rows.value, equal_nan=True)
        plan.changed = plan.changed or not same or not keep.all()
        new = Columns(point=rows.point, at=rows.at, value=value, quality=quality)
        return Batch(name=batch.name, rows=new.keep(keep), received=batch.received)

    def _quality(self, point: int, value: float) -> int:
        """A person's word is doubted only where the instrument cannot show it."""
        fits = self._low[point] <= value <= self._high[point]
        return Quality.GOOD if fits else Quality.SUSPECT

    def _steady(self, plan: _Plan) -> bool:
        """Until what is written is what stands; whether anything had to be written for it."""
        changed, keys = False, list(plan.applied)
        while keys:
            standing = self._corrections.standing(keys)
            other = {k: standing.get(k) for k in keys if standing.get(k) != plan.applied[k]}
            if not other:
                break
            self._corrections.keep(
                {k: plan.said[k] for k in other if k in plan.said and k in standing}
            )
            for key, stands in other.items():
                self._put(key, stands, plan)
            plan.applied |= other
            changed = True
        return changed

    def _put(self, key: Key, stands: float | None, plan: _Plan) -> None:
        (id_, at), said = key, plan.said.get(key)
        point = self._site.index[id_]
        if stands is not None:
            self._write(point, at, stands, self._quality(point, stands), plan.received)
            return
        if said is None or said.received is None or said.quality == Quality.BAD:
            # Of a register the use up to here goes too: without this read there may be none.
            before = self._store.read_before([point], at - 1).rows.at
            self._store.erase(point, int(before[-1]) if len(before) else at - 1, at)
        if said is not None and said.received is not None:
            self._write(point, at, said.value, said.quality, said.received)

    def _write(self, point: int, at: int, value: float, quality: int, received: int) -> None:
        rows = Columns.of([point], [at], [value], [quality])
        name = BatchName(self._site.points[point].gateway, _MENDED, 0)
        self._store.write([Batch(name=name, rows=rows, received=received)], receipted=frozenset())
