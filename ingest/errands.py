"""What people asked of ingest while it runs: replays of the quarantine, decisions on meters.

They wait in the records, over any restart, and are done by the thread that writes: so what
it remembers of registers stays true. Doing one twice is harmless.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import structlog

from core.clock import Clock
from core.errors import Retryable
from core.hand import Corrections, HandReading
from core.health import GatewayBook
from core.meters import MeterEvents, Waiting
from core.ports import Progress, ReadingStore, Receipts
from core.replaying import Replays
from core.site import Site
from ingest.counts import Counts, Tally
from ingest.gateways import Gateways
from ingest.judge import Judge
from ingest.overlay import Overlay
from ingest.progress import Placed, Tracker
from ingest.registers import Rules
from ingest.replay import Replayer
from ingest.sort import Foreign
from ingest.use import Derived, Use

log = structlog.get_logger(__name__)

LOOK_S = 1.0
"""How often is looked whether somebody asked: they wait before their page, and two queries
of an index cost less than a millisecond."""
MOST = 50
"""Entries of one replay: between two of them what arrives has its turn."""
NOTE_EVERY = 10
"""Looks between two notes of how gateways are: after a kill these ten seconds are missing
from their counts, and from nothing else."""


class Errands:
    """Does what waits, a part at a time; for the thread that writes alone.

    Args:
        replayer: Tries entries of the quarantine.
        use: Of registers.
        tracker: What has to be judged again.
        progress: Where that is told.
        replays: Where entries wait that are to be tried again.
        events: Where decisions on registers wait.
        counts: Of this ingest.
        clock: The run clock.
        overlay: Puts back what devices said where people took back what they entered.
        corrections: Where that waits.
    """

    def __init__(
        self, replayer: Replayer, use: Use, tracker: Tracker, progress: Progress,
        replays: Replays, events: MeterEvents, counts: Counts, clock: Clock,
        overlay: Overlay, corrections: Corrections | None = None,
    ) -> None:  # fmt: skip
        self._overlay, self._corrections = overlay, corrections
        self._replayer, self._use, self._tracker = replayer, use, tracker
        self._progress, self._replays, self._events = progress, replays, events
        self._counts, self._clock = counts, clock

    def due(self) -> bool:
        """Whether anything waits; callable from any thread.

        Raises:
            Retryable: The records are away.
        """
        return bool(
            self._replays.asked(1) or self._events.waiting(1)
            or (self._corrections and self._corrections.taken_back(1))
        )  # fmt: skip

    def begin(self) -> None:
        """Take up what was decided so far.

        Raises:
            Retryable: The records are away.
        """
        self._use.hear()

    def run(self) -> bool:
        """Do a part of it; whether there was any.

        Raises:
            Retryable: Store or records are away; all of it still waits.
        """
        decided = self._events.waiting(MOST)
        if decided:
            self._decided(decided)
        undone = self._corrections.taken_back(MOST) if self._corrections else ()
        if undone:
            self._undone(undone)
        held = self._replays.asked(MOST)
        if held:
            done = self._replayer.replay(held)
            self._progress.report([], done.late)
            self._events.found(done.use.crossings, done.use.looked)
            self._replays.tried(done.tried, self._clock.now())
            stored = sum(one.stored for one in done.tried)
            self._count(done.use, stored, len(done.late))
            refused = sum(bool(one.said) for one in done.tried)
            log.info("replayed", entries=len(held), stored=stored, still_refused=refused)
        return bool(held or decided or undone)

    def _undone(self, undone: Sequence[HandReading]) -> None:
        """What devices said again, and all that follows from it as of any late reading.

        Told before it is noted as done, so that a crash between the two repeats it.
        """
        put = self._overlay.put_back(undone)
        use = self._use.derive(put.moments, certain=False)
        none = np.zeros(len(put.moments), np.int64)
        placed = Placed(put.moments, none, np.ones(len(put.moments), np.bool_))
        late = self._tracker.late(placed, use.changed)
        self._progress.report([], late)
        self._events.found(use.crossings, use.looked)
        self._overlay.gave_back(undone, put, self._clock.now())
        self._count(use, 0, len(late))
        log.info("took back readings of people", readings=len(undone))

    def _decided(self, waiting: Sequence[Waiting]) -> None:
        """The use of registers as people said that it was."""
        self._use.hear()
        done = Derived()
        for one in waiting:
            done += self._use.again(one.point, one.at)
        late = self._tracker.again(done.changed)
        self._progress.report([], late)
        self._events.found(done.crossings, done.looked)
        self._events.counted(waiting)
        self._count(done, 0, len(late))
        log.info("counted decisions on registers", events=len(waiting), rows=done.rows)

    def _count(self, use: Derived, stored: int, late: int) -> None:
        self._counts.add(
            Tally(
                replayed=stored, intervals=use.rows, intervals_suspect=use.suspect,
                resets=use.resets, late=late,
            )
        )  # fmt: skip


def standing_alone(
    site: Site, store: ReadingStore, receipts: Receipts, progress: Progress, replays: Replays,
    events: MeterEvents, clock: Clock, foreign: Foreign | None = None,
    corrections: Corrections | None = None,
) -> Errands:  # fmt: skip
    """Errands where no ingest runs: it remembers nothing, so all is derived from the store.

    ``foreign`` reads once more what is not of our own wire.

    Raises:
        Retryable: Store or records are away.
    """
    newest = store.latest(range(len(site.points))).rows
    judge, tracker = Judge(site), Tracker(site)
    judge.remember(newest)
    tracker.begin(progress.gateways(), newest)
    use = Use(Rules.of(site), store, alone=False, said=events.decided)
    overlay = Overlay(site, store, corrections)
    replayer = Replayer(site, overlay, receipts, judge, use, tracker, foreign)
    made = Errands(
        replayer, use, tracker, progress, replays, events, Counts(), clock, overlay, corrections
    )
    made.begin()
    return made


class Watch:
    """Looks now and then whether there is an errand, and writes down how gateways are.

    Args:
        errands: What is looked for.
        tell: Called when something is due.
        gateways: What is known of them.
        book: Where that is written.
    """

    def __init__(
        self, errands: Errands, tell: Callable[[], None], gateways: Gateways, book: GatewayBook
    ) -> None:
        self._errands, self._tell = errands, tell
        self._gateways, self._book = gateways, book
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest-errands", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and write down what is known."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()
            self._note()

    def _run(self) -> None:
        looks = 0
        while not self._ended.wait(LOOK_S):
            looks += 1
            try:
                if self._errands.due():
                    self._tell()
            except Retryable as why:
                log.warning("errands wait", reason=str(why))
            if looks % NOTE_EVERY == 0:
                self._note()

    def _note(self) -> None:
        news = self._gateways.take_news()
        try:
            self._book.note(news)
        except Retryable as why:
            self._gateways.keep_news(news)
            log.warning("the health of gateways waits", reason=str(why))
