"""What a confirmation does to the outbox, inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping

from core.settled import Settled
from edge import forgetting
from edge.forgetting import Range
from edge.payload import Discarded


def apply(
    db: sqlite3.Connection,
    present_boot: str,
    boots: Mapping[str, Settled],
    *,
    now: int,
    window: int,
) -> int:
    """Settle what is covered, take back what fell out, announce what is gone; notices written.

    A confirmation may fall back after a restore of the store (delivery rule 10): what it
    names as a hole waits again, and so does what lay above its ``seen``, since of a boot
    that has ended no later batch will ever make it a hole. Two workers' confirmations that
    overtake each other look the same for a moment; that costs a sending, never a reading.
    """
    lost: list[Discarded] = []
    for boot, settled in boots.items():
        known = db.execute("SELECT last_seq, seen FROM boot WHERE id = ?", (boot,)).fetchone()
        if known is None:
            continue  # of another machine under our name: not ours to settle or to give up
        last_seq, seen = known
        holes = [(a, min(b, last_seq)) for a, b in settled.holes if a <= last_seq]
        _confirm(db, boot, _settled_ranges(settled), now)
        _reopen(db, boot, holes)
        if settled.seen < seen:
            _reopen(db, boot, [(settled.seen + 1, last_seq)])
            if seen - settled.seen > window:
                # More than overtaking can explain: the store has lost it.
                holes.append((settled.seen + 1, seen))
        lost += forgetting.missing(db, boot, holes)
        if settled.seen != seen:
            db.execute("UPDATE boot SET seen = ? WHERE id = ?", (settled.seen, boot))
    return forgetting.announce(db, present_boot, lost, now)


def absent(db: sqlite3.Connection, named: Collection[str]) -> None:
    """Take back what is kept of boots that were confirmed once and that ingest names no more.

    Nothing is announced as lost: ingest may as well have put an old boot away.
    """
    for boot, seen in db.execute("SELECT id, seen FROM boot WHERE seen > 0").fetchall():
        if boot not in named:
            _reopen(db, boot, [(1, seen)])
            db.execute("UPDATE boot SET seen = 0 WHERE id = ?", (boot,))


def _settled_ranges(settled: Settled) -> list[Range]:
    above = forgetting.without((settled.upto + 1, settled.seen), settled.holes)
    return [(1, settled.upto), *above]


def _confirm(db: sqlite3.Connection, boot: str, ranges: Iterable[Range], now: int) -> None:
    db.executemany(
        "UPDATE batch SET confirmed = ? WHERE confirmed IS NULL AND boot = ?"
        " AND seq BETWEEN ? AND ?",
        [(now, boot, a, b) for a, b in ranges],
    )


def _reopen(db: sqlite3.Connection, boot: str, ranges: Iterable[Range]) -> None:
    db.executemany(
        "UPDATE batch SET confirmed = NULL WHERE confirmed IS NOT NULL AND boot = ?"
        " AND seq BETWEEN ? AND ?",
        [(boot, a, b) for a, b in ranges],
    )
