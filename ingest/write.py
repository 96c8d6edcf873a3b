"""The last stage between the broker and the store: durable first, then confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from core.batch import BatchName, Columns
from core.clock import Clock
from core.hand import Corrections
from core.meters import MeterEvents
from core.ports import Progress, Quarantine, Quarantined, ReadingStore, Receipts, RefusedRows
from core.quality import Quality
from core.replaying import Replays
from core.site import Site
from ingest.arrival import Arrival, Reported
from ingest.clocks import Clocks
from ingest.confirm import Confirmations
from ingest.counts import Counts, Tally
from ingest.errands import Errands
from ingest.excess import Excess, set_aside
from ingest.gateways import Gateways
from ingest.judge import Accepted, Judge
from ingest.overlay import Overlay, Written
from ingest.patience import Patience
from ingest.progress import Tracker
from ingest.rates import Rates
from ingest.refuse import refused_rows
from ingest.registers import Rules
from ingest.replay import Replayer
from ingest.sort import Foreign, Lot, Sorter
from ingest.use import Derived, Use


class Writer:
    """Makes one write of whatever has arrived.

    The order is the promise: readings, their use, progress, what was refused, receipt,
    confirmation, acknowledgement. A crash between two of them repeats work and loses
    nothing. One thread calls it.

    Args:
        events: Where what happened to registers is proposed; nowhere without.
        alone: Whether no other worker writes to this store.
        foreign: Reads what is not of our own wire.
        again: Reads such messages that were in quarantine.
        rates: What one gateway may send.
        corrections: What people said, which stands over what devices send.
    """

    def __init__(
        self,
        site: Site,
        store: ReadingStore,
        receipts: Receipts,
        quarantine: Quarantine,
        progress: Progress,
        confirmations: Confirmations,
        counts: Counts,
        gateways: Gateways,
        *,
        events: MeterEvents | None = None,
        alone: bool = True,
        foreign: Foreign | None = None,
        again: Foreign | None = None,
        rates: Rates | None = None,
        corrections: Corrections | None = None,
    ) -> None:
        self._site, self._store = site, store
        self._receipts, self._quarantine, self._progress = receipts, quarantine, progress
        self._confirmations, self._counts, self._gateways = confirmations, counts, gateways
        self._judge, self._sorter = Judge(site), Sorter(site.id, foreign)
        self._tracker, self._clocks = Tracker(site), Clocks(site)
        self._rates = rates
        self._overlay = Overlay(site, store, corrections)
        self._corrections = corrections
        self._events, self._again = events, again
        rules = Rules.of(site)
        self._use = (
            Use(rules, store, alone=alone, said=events.decided)
            if events
            else Use(rules, store, alone=alone)
        )
        self._waiting_for: set[str] = set()
        self.patience = Patience(lambda: confirmations.rest(self._waiting_for))

    def errands(self, replays: Replays, clock: Clock) -> Errands | None:
        """What this writer does for people, between two writes; needs somewhere for events."""
        if self._events is None:
            return None
        replayer = Replayer(
            self._site, self._overlay, self._receipts, self._judge, self._use, self._tracker,
            self._again,
        )  # fmt: skip
        return Errands(
            replayer, self._use, self._tracker, self._progress, replays, self._events,
            self._counts, clock, self._overlay, self._corrections,
        )  # fmt: skip

    def begin(self) -> None:
        """Take up what store and records know, and say again what is confirmed.

        Raises:
            Interrupted: :meth:`Patience.stop` was called while they were away.
            Fatal: They will never answer.
        """
        run = self.patience.run
        newest = run(lambda: self._store.latest(range(len(self._site.points))), "store").rows
        self._judge.remember(newest)
        run(self._use.hear, "records")
        self._tracker.begin(run(self._progress.gateways, "records"), newest)
        self.announce()

    def announce(self) -> None:
        """Say every confirmation again, as after each connection."""
        self.patience.run(self._confirmations.publish_all, "records")

    def write(self, arrivals: Sequence[Arrival], *, bounded: bool = True) -> None:
        """Make all readings of these messages durable, then settle and acknowledge them.

        ``bounded`` whether rates hold: what was spooled came over an hour and comes at once.

        Raises:
            Interrupted: Told to stop while the store was away: nothing is acknowledged
                that was not settled.
            Fatal: Going on would lose or invent data.
        """
        lot = self._sorter.sort(arrivals)
        self._waiting_for = lot.gateways()
        excess = set_aside(lot, self._rates) if self._rates and bounded else Excess()
        tally = Tally(
            messages=len(arrivals), ignored=lot.ignored, unreadable=len(lot.refused),
            spared=lot.spared, shed=excess.shed, excess=excess.readings,
        )  # fmt: skip
        known = self._known(lot)
        accepted = self._judge.accept(lot.reported)
        written = self._stored(accepted, known)
        refused = written.refused
        use = self._used(accepted, known, written)
        tally.late = self._reported(lot, accepted, use, known)
        lost = [notice for one in lot.reported for notice in _losses(one)]
        kept = [
            *lot.refused, *excess.refused, *accepted.refused,
            *self._refusals(accepted, refused), *lost,
        ]  # fmt: skip
        if kept:
            self.patience.run(lambda: self._quarantine.keep(kept), "records")
        self._settled(lot)
        for arrival in arrivals:
            arrival.ack()
        self._told(lot, known, kept)
        for gateway, readings in excess.of.items():
            self._gateways.note_over(
                gateway, arrivals[-1].received, messages=excess.messages[gateway], readings=readings
            )
        _count(tally, lot, accepted, refused, known, use)
        self._counts.add(tally)

    def _known(self, lot: Lot) -> AbstractSet[BatchName]:
        names = list(lot.names)
        return self.patience.run(lambda: self._receipts.known(names), "records") if names else set()

    def _stored(self, accepted: Accepted, known: AbstractSet[BatchName]) -> Written:
        if not accepted.batches:
            return Written()
        return self.patience.run(
            lambda: self._overlay.write(accepted.batches, receipted=known), "store"
        )

    def _used(
        self,
        accepted: Accepted,
        known: AbstractSet[BatchName],
        written: Written,
    ) -> Derived:
        rows = accepted.placed.rows
        certain = not written.refused and not written.changed and known.isdisjoint(accepted.of)
        return self.patience.run(lambda: self._use.derive(rows, certain=certain), "store")

    def _reported(
        self, lot: Lot, accepted: Accepted, use: Derived, known: AbstractSet[BatchName]
    ) -> int:
        late = self._tracker.late(accepted.placed, use.changed)
        if self._events is not None and (use.crossings or use.looked):
            events = self._events
            self.patience.run(lambda: events.found(use.crossings, use.looked), "records")
        progress = self._tracker.heard(lot.reported, lot.spoken, accepted.placed)
        clocks = self._clocks.seen([one for one in lot.reported if one.name not in known])
        if progress or late or clocks:
            self.patience.run(lambda: self._progress.report(progress, late, clocks), "records")
        return len(late)

    def _refusals(self, accepted: Accepted, refused: Sequence[RefusedRows]) -> list[Quarantined]:
        table = self._judge.table
        return [
            entry
            for r in refused
            for entry in refused_rows(accepted.of[r.name], r.rows, table, "store", r.reason)
        ]

    def _settled(self, lot: Lot) -> None:
        names = list(lot.names)
        if not names:
            return
        discarded = [
            (one.gateway, boot, first, last)
            for one in lot.reported
            for boot, first, last, _, _ in one.discarded
        ]
        settled = self.patience.run(lambda: self._receipts.settle(names, discarded), "records")
        self._confirmations.publish(settled)
        self._confirmations.work_again()

    def _told(self, lot: Lot, known: AbstractSet[BatchName], kept: Sequence[Quarantined]) -> None:
        bad = Counter[BatchName | str]()
        for refusal in kept:
            bad[refusal.name or refusal.topic] += refusal.readings
        for one in lot.reported:
            again = one.name in known
            # Of single values side by side the first report of a write takes what its topics have.
            several = sum(bad.pop(topic, 0) for topic in one.topics) if bad else 0
            refused = several + bad[one.name or one.topic]
            self._gateways.note_counts(one, again=again, refused=refused)
            if not again:
                self._gateways.note(one)
        for gateway, readings in lot.repeats.items():
            self._gateways.note_repeats(gateway, readings)
        for word in lot.spoken:
            self._gateways.note_health(word)


def _losses(reported: Reported) -> list[Quarantined]:
    """What the edge had to drop, written down: lost, by policy."""
    return [
        Quarantined(
            gateway=reported.gateway,
            topic=reported.topic,
            payload=b"",
            reason="lost_by_policy",
            detail=f"batches {first} to {last} of boot {boot}, readings of {start} to {end} ms: "
            "dropped by the outbox, which was full or kept them too long",
            readings=0,
            received=reported.received,
            name=BatchName(reported.gateway, boot, first),
        )
        for boot, first, last, start, end in reported.discarded
    ]


def _count(
    tally: Tally,
    lot: Lot,
    accepted: Accepted,
    refused: Sequence[RefusedRows],
    known: AbstractSet[BatchName],
    use: Derived,
) -> None:
    """Share the readings out: each is stored, quarantined or a duplicate, never two of these."""
    again = [one.name in known for one in lot.reported]
    read = sum(len(one.rows) for one in lot.reported)
    known_rows = sum(len(o.rows) for o, a in zip(lot.reported, again, strict=True) if a)
    bad = [(q.name, q.readings) for q in accepted.refused]
    bad += [(accepted.of[r.name].name, len(r.rows)) for r in refused]
    tally.received = read + lot.repeated + tally.excess
    tally.duplicates = known_rows + lot.repeated
    tally.quarantined = sum(n for name, n in bad if name not in known) + tally.excess
    tally.stored = tally.received - tally.duplicates - tally.quarantined
    tally.suspect = _suspects(accepted.placed.rows, np.array(again, np.bool_), accepted)
    tally.discarded = sum(
        last - first + 1
        for one, a in zip(lot.reported, again, strict=True)
        if not a
        for _, first, last, _, _ in one.discarded
    )
    tally.batches = len(lot.names.keys() - known)
    tally.intervals, tally.intervals_suspect = use.rows, use.suspect
    tally.resets, tally.writes = use.resets, int(bool(accepted.batches))


def _suspects(
    rows: Columns, again: np.ndarray[tuple[int], np.dtype[np.bool_]], accepted: Accepted
) -> int:
    first = ~again[accepted.placed.owner]
    return int(((rows.quality == Quality.SUSPECT) & first).sum())
