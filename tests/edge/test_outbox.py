"""The outbox forgets nothing but on confirmation, or by a discard that it announces."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import wire
from core.batch import Columns
from core.errors import Fatal, Refused, Retryable
from core.settled import Settled
from edge import payload
from edge.limits import Limits
from edge.outbox import Entry, Outbox

POINTS = [("a.m.kwh", "kWh")]
T = 1_700_000_000_000


def rows(n: int = 1, at: int = T) -> Columns:
    """Readings of one point, a second apart."""
    return Columns.of([0] * n, [at + 1000 * i for i in range(n)], [float(i) for i in range(n)])


def message(outbox: Outbox, entry: Entry) -> wire.BatchMessage:
    """What would be sent of a batch."""
    body = outbox.body(entry.id)
    assert body is not None
    sent = payload.payload(body, sent_at=1, backfill=True, oldest_unsent=None)
    return wire.decode(sent, wire.BatchMessage)


class Now:
    """The machine's time, as a test sets it."""

    ms = T

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.db") as made:
        yield made


def test_names_count_from_one_in_each_boot_and_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "outbox.db"
    with Outbox(path) as first:
        first.append(rows(), POINTS)
        first.append(rows(3), POINTS)
        boot = first.boot
    with Outbox(path) as second:
        assert second.boot != boot
        second.append(rows(), POINTS, read_until=T + 5)
        names = [(e.boot, e.seq, e.readings) for e in second.unsent((), 10)]
        assert names == [(boot, 1, 1), (boot, 2, 3), (second.boot, 1, 1)]
        assert second.read_until == T + 5


def test_is_durable_before_it_returns(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with Outbox(path) as outbox:
        outbox.append(rows(2), POINTS)
        with sqlite3.connect(path) as other:
            assert other.execute("SELECT count(*) FROM batch").fetchone() == (1,)
        other.close()
        assert outbox._db.execute("PRAGMA synchronous").fetchone() == (2,)  # noqa: SLF001


def test_only_what_a_confirmation_covers_is_settled(outbox: Outbox) -> None:
    for _ in range(6):
        outbox.append(rows(), POINTS)
    outbox.settle({outbox.boot: Settled(upto=2, seen=5, holes=((3, 4),))})
    assert [e.seq for e in outbox.unsent((), 10)] == [3, 4, 6]
    outbox.settle({"another": Settled(upto=9, seen=9)}, complete=False)
    assert [e.seq for e in outbox.unsent((), 10)] == [3, 4, 6]
    depth = outbox.depth()
    assert (depth.batches, depth.readings, depth.kept) == (3, 3, 3)
    outbox.settle({outbox.boot: Settled(upto=6, seen=6)})
    assert outbox.empty()
    assert outbox.depth().oldest is None


def test_unsent_leaves_out_what_is_under_way(outbox: Outbox) -> None:
    for n in range(4):
        outbox.append(rows(at=T + 10_000 * (4 - n)), POINTS)
    first, second = outbox.unsent((), 2)
    assert [e.seq for e in outbox.unsent({first.id, second.id}, 1)] == [3]
    assert outbox.oldest_unsent(()) == T + 10_000
    assert outbox.oldest_unsent({outbox.unsent((), 4)[3].id}) == T + 20_000


def test_a_restored_store_gets_back_what_it_names(outbox: Outbox) -> None:
    for _ in range(5):
        outbox.append(rows(), POINTS)
    outbox.settle({outbox.boot: Settled(upto=5, seen=5)})
    assert outbox.empty()
    outbox.append(rows(), POINTS)
    outbox.settle({outbox.boot: Settled(upto=2, seen=6, holes=((3, 5),))})
    assert [e.seq for e in outbox.unsent((), 10)] == [3, 4, 5]


def test_a_fall_of_seen_takes_back_the_boots_that_ended(tmp_path: Path) -> None:
    """No later batch of an ended boot can ever make its lost tail a hole."""
    path = tmp_path / "outbox.db"
    with Outbox(path) as first:
        for _ in range(3):
            first.append(rows(), POINTS)
        old = first.boot
        first.settle({old: Settled(upto=3, seen=3)})
    with Outbox(path) as second:
        second.settle({old: Settled(upto=1, seen=1)})
        assert [(e.boot, e.seq) for e in second.unsent((), 9)] == [(old, 2), (old, 3)]
        second.settle({old: Settled(upto=3, seen=3)})
        second.append(rows(), POINTS)
        second.settle({second.boot: Settled(upto=1, seen=1)})
        assert [e.seq for e in second.unsent((), 9)] == [1, 2, 3], "a boot ingest forgot"
        second.settle({old: Settled(upto=3, seen=3)}, complete=False)
        assert second.empty(), "a word to rest need not name every boot"


def test_what_is_kept_no_more_is_announced_when_named(tmp_path: Path) -> None:
    limits = Limits(keep_bytes=0)
    with Outbox(tmp_path / "outbox.db", limits=limits) as outbox:
        for n in range(5):
            outbox.append(rows(at=T + n * 1000), POINTS)
        outbox.settle({outbox.boot: Settled(upto=5, seen=5)})
        assert outbox.depth().kept == 0
        outbox.append(rows(), POINTS)
        fallen = Settled(upto=2, seen=6, holes=((3, 5),))
        outbox.settle({outbox.boot: fallen})
        outbox.settle({outbox.boot: fallen})
        (notice,) = outbox.unsent((), 10)
        assert notice.notice
        said = message(outbox, notice).discarded
        assert said is not None
        assert [(b, a, z) for b, a, z, _, _ in said] == [(outbox.boot, 3, 5)]
        assert said[0][3] <= T + 2000
        assert said[0][4] >= T + 4000


def test_what_is_too_much_is_discarded_oldest_first_and_announced(tmp_path: Path) -> None:
    limits = Limits(max_bytes=1000)
    with Outbox(tmp_path / "outbox.db", limits=limits) as outbox:
        dropped = [outbox.append(rows(10, T + n * 10_000), POINTS).discarded for n in range(12)]
        assert sum(dropped) > 0
        waiting = outbox.unsent((), 100)
        told = [
            (boot, seq)
            for entry in waiting if entry.notice
            for boot, start, end, _, _ in message(outbox, entry).discarded or ()
            for seq in range(start, end + 1)
        ]  # fmt: skip
        held = [(e.boot, e.seq) for e in waiting]
        last_seq = max(e.seq for e in waiting)
        assert sorted(told + held) == [(outbox.boot, n) for n in range(1, last_seq + 1)]
        assert outbox.depth().discarded == sum(dropped)
        assert sum(entry.notice for entry in waiting) == 1, "notices are kept as one"
        assert outbox.depth().oldest == min(e.first for e in waiting if not e.notice)


def test_what_is_too_old_is_discarded(tmp_path: Path) -> None:
    now = Now()
    limits = Limits(max_age_s=3600)
    with Outbox(tmp_path / "outbox.db", limits=limits, now=now) as outbox:
        outbox.append(rows(), POINTS)
        now.ms += 3600_000
        assert outbox.tidy() == 0
        outbox.append(rows(), POINTS)
        now.ms += 1
        assert outbox.tidy() == 1
        assert [(e.seq, e.notice) for e in outbox.unsent((), 9)] == [(2, False), (3, True)]


def test_confirmed_batches_are_kept_as_long_as_stated(tmp_path: Path) -> None:
    now = Now()
    with Outbox(tmp_path / "outbox.db", limits=Limits(keep_s=60), now=now) as outbox:
        outbox.append(rows(), POINTS)
        outbox.settle({outbox.boot: Settled(upto=1, seen=1)})
        now.ms += 60_000
        outbox.tidy()
        assert outbox.depth().kept == 1
        now.ms += 1
        outbox.tidy()
        assert outbox.depth().kept == 0


def test_resend_writes_new_names_under_the_present_boot(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with Outbox(path) as first:
        for n in range(3):
            first.append(rows(2, T + n * 10_000), POINTS)
        first.settle({first.boot: Settled(upto=3, seen=3)})
        old = [message(first, e) for e in first._entries("1", ())]  # noqa: SLF001
    with Outbox(path) as second:
        assert second.resend(T + 11_000) == 4
        again = second.unsent((), 9)
        assert [(e.boot, e.seq) for e in again] == [(second.boot, 1), (second.boot, 2)]
        assert [message(second, e) for e in again] == old[1:]
    with Outbox(path, limits=Limits(max_bytes=150)) as third, pytest.raises(Refused):
        third.resend(0)


def test_resend_names_anew_what_still_waits(tmp_path: Path) -> None:
    """It may have a receipt already, of readings that the store has lost since."""
    path = tmp_path / "outbox.db"
    with Outbox(path) as first:
        first.append(rows(2), POINTS)
        first.append(rows(2, T + 10_000), POINTS)
        first.settle({first.boot: Settled(upto=1, seen=1)})
    with Outbox(path) as second:
        assert second.resend(T) == 4
        waiting = second.unsent((), 9)
        assert [(e.boot == second.boot, e.seq) for e in waiting] == [
            (False, 2), (True, 1), (True, 2),
        ]  # fmt: skip


def test_a_full_disk_loses_nothing_and_says_so(outbox: Outbox) -> None:
    outbox.append(rows(), POINTS)
    pages = outbox._db.execute("PRAGMA page_count").fetchone()[0]  # noqa: SLF001
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001
    with pytest.raises(Retryable, match="full"):
        outbox.append(rows(5000), POINTS)
    assert [e.seq for e in outbox.unsent((), 9)] == [1]
    outbox._db.execute("PRAGMA max_page_count = 100000")  # noqa: SLF001
    outbox.append(rows(5000), POINTS)
    assert [e.seq for e in outbox.unsent((), 9)] == [1, 2]


def test_what_is_no_outbox_is_refused(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(Fatal, match="damaged"):
        Outbox(garbage)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(Fatal, match="not an outbox"):
        Outbox(other)
