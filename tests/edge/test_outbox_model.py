"""Random schedules: whatever is lost, restored or overtaken, in the end the store has it.

An ingest model stores what reaches it and confirms; messages and confirmations are lost,
repeated and overtake each other, the edge starts again, the store is restored with its
receipts. In the end each reading that was committed is stored or was announced as discarded.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core import wire
from core.batch import Columns
from core.settled import Settled
from edge import payload
from edge.limits import Limits
from edge.outbox import Entry, Outbox

POINTS = [("a.m.kwh", "kWh")]
Confirmation = dict[str, Settled]


class Delivery(RuleBasedStateMachine):
    """An edge and an ingest with everything that may come between them."""

    limits = Limits(window=4)

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name) / "outbox.db"
        self.outbox = Outbox(self.path, limits=self.limits)
        self.clock = 0
        self.written: set[int] = set()
        self.stored: set[int] = set()
        self.once_stored: set[int] = set()
        self.settled: Confirmation = {}
        self.discarded: set[tuple[str, int]] = set()
        self.said: list[Confirmation] = []
        self.backup: tuple[set[int], Confirmation] = (set(), {})
        self.under: dict[int, tuple[str, int]] = {}

    @rule(n=st.integers(1, 5))
    def read(self, n: int) -> None:
        times = list(range(self.clock + 1, self.clock + n + 1))
        self.clock += n
        written = self.outbox.append(Columns.of([0] * n, times, [1.0] * n), POINTS)
        self.written.update(times)
        self.under.update({t: (e.boot, e.seq) for e in written.entries for t in times})

    @rule(data=st.data())
    def deliver_some(self, data: st.DataObject) -> None:
        waiting = self.outbox.unsent((), 20)
        for entry in data.draw(st.permutations(waiting)) if waiting else ():
            if data.draw(st.booleans()):
                self._receive(entry)

    @rule()
    def confirm(self) -> None:
        self.said.append(dict(self.settled))
        self.outbox.settle(self.settled)

    @rule(n=st.integers(1, 3))
    def work(self, n: int) -> None:
        for _ in range(n):
            self.read(1)
            for entry in self.outbox.unsent((), 100):
                self._receive(entry)
            self.confirm()

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def an_old_confirmation_overtakes(self, data: st.DataObject) -> None:
        self.outbox.settle(data.draw(st.sampled_from(self.said[-5:])))

    @rule()
    def start_again(self) -> None:
        self.outbox.close()
        self.outbox = Outbox(self.path, limits=self.limits)

    @rule()
    def back_up(self) -> None:
        self.backup = (set(self.stored), dict(self.settled))

    @rule()
    def restore(self) -> None:
        self.stored, self.settled = set(self.backup[0]), dict(self.backup[1])

    @invariant()
    def nothing_is_confirmed_that_was_never_written(self) -> None:
        assert self.outbox.depth().batches >= 0

    def teardown(self) -> None:
        try:
            self._converge()
        finally:
            self.outbox.close()
            self._folder.cleanup()

    def _converge(self) -> None:
        self.read(1)
        for _ in range(30):
            for entry in self.outbox.unsent((), 10_000):
                self._receive(entry)
            self.outbox.settle(self.settled)
            if self.outbox.empty():
                break
        assert self.outbox.empty(), "the outbox never empties"
        lost = self.written - self.stored
        names = {self.under[t] for t in lost if not self.excused(t)}
        assert names <= self.discarded, "a reading was lost unannounced"
        assert all(not s.holes for s in self.settled.values()), "upto stands still"

    def excused(self, _at: int) -> bool:
        """Whether a reading may be lost without a word."""
        return False

    def _receive(self, entry: Entry) -> None:
        body = self.outbox.body(entry.id)
        assert body is not None
        sent = payload.payload(body, sent_at=1, backfill=True, oldest_unsent=None)
        message = wire.decode(sent, wire.BatchMessage)
        self.stored.update(wire.batch_columns(message).at.tolist())
        self.once_stored |= self.stored
        self._settle(entry.boot, entry.seq, entry.seq)
        for boot, start, end, _, _ in message.discarded or ():
            self.discarded.update((boot, seq) for seq in range(start, end + 1))
            self._settle(boot, start, end)

    def _settle(self, boot: str, start: int, end: int) -> None:
        self.settled[boot] = self.settled.get(boot, Settled()).add_ranges([(start, end)])


class Cramped(Delivery):
    """The same with a small outbox and no margin: readings are lost, and each is announced."""

    limits = Limits(window=4, max_bytes=400, keep_bytes=200)

    def excused(self, at: int) -> bool:
        # Confirmed, out of the margin, of a boot that has ended, and then the store was put
        # back behind it: no later batch can make it a hole, and a boot that ingest does not
        # name may as well have been put away.
        return at in self.once_stored and self.under[at][0] != self.outbox.boot


_SETTINGS = settings(
    max_examples=30, stateful_step_count=20, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
TestDelivery = Delivery.TestCase
TestDelivery.settings = _SETTINGS
TestCramped = Cramped.TestCase
TestCramped.settings = _SETTINGS
