"""What leaves the outbox other than by confirmation, and how that is told.

A range that was dropped is written down (``gone``) with its times, so that it can be
announced when ingest names it as a hole; unannounced, ``upto`` would stand still for ever.
All functions work inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from edge import payload
from edge.payload import Discarded

Range = tuple[int, int]

_GONE_SPAN = 1000
"""Sequences in one remembered range: its times stay close to those of what it holds."""
_SLACK = 20
"""A full outbox is emptied by a twentieth more than it must, so that notices stay rare."""
_PIECE = 200
"""Ranges in one notice, batches dropped in one go."""


def insert(
    db: sqlite3.Connection, boot: str, body: bytes, *, now: int, first: int, last: int,
    readings: int, notice: bool = False,
) -> int:  # fmt: skip
    """Write one batch under the next name of a boot; its row id."""
    seq = db.execute(
        "UPDATE boot SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq", (boot,)
    ).fetchone()[0]
    row = db.execute(
        "INSERT INTO batch (boot, seq, notice, first, last, readings, size, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (boot, seq, notice, first, last, readings, len(body), now),
    ).lastrowid
    db.execute("INSERT INTO body VALUES (?, ?)", (row, body))
    return int(row or 0)


def purge_kept(db: sqlite3.Connection, *, most_bytes: int, before: int) -> None:
    """Drop confirmed batches beyond the margin, oldest first."""
    while True:
        excess = _bytes(db, confirmed=True) - most_bytes
        rows = db.execute(
            "SELECT id, boot, seq, first, last, size, confirmed FROM batch"
            " WHERE confirmed IS NOT NULL ORDER BY id LIMIT ?", (_PIECE,),
        ).fetchall()  # fmt: skip
        dropped = 0
        for row, boot, seq, first, last, size, confirmed in rows:
            if excess <= 0 and confirmed >= before:
                break
            _drop(db, row, boot, seq, first, last)
            excess -= size
            dropped += 1
        if dropped < _PIECE:
            return


def discard_waiting(
    db: sqlite3.Connection, boot: str, *, now: int, most_bytes: int, before: int, new_from: int
) -> int:
    """Drop the oldest that wait, below the bounds, and announce them; how many batches.

    Notices that wait are written anew with it, as one: else an outbox that stays full would
    in the end hold nothing but notices.

    Args:
        db: Inside a transaction.
        boot: Under which the notice is written.
        now: System time. [ms]
        most_bytes: What may still wait.
        before: What was written earlier goes. [ms]
        new_from: Row id of what was just written, which stays.
    """
    excess = _bytes(db, confirmed=False) - most_bytes
    if excess > 0:
        excess += most_bytes // _SLACK
    dropped: list[Discarded] = []
    while True:
        rows = db.execute(
            "SELECT id, boot, seq, first, last, size, created FROM batch"
            " WHERE confirmed IS NULL AND notice = 0 AND id < ? ORDER BY id LIMIT ?",
            (new_from, _PIECE),
        ).fetchall()
        before_piece = len(dropped)
        for row, its_boot, seq, first, last, size, created in rows:
            if excess <= 0 and created >= before:
                break
            _drop(db, row, its_boot, seq, first, last)
            dropped.append((its_boot, seq, seq, first, last))
            excess -= size
        if len(dropped) - before_piece < _PIECE:
            break
    if dropped:
        announce(db, boot, [*_taken_notices(db), *dropped], now)
    return len(dropped)


def _taken_notices(db: sqlite3.Connection) -> list[Discarded]:
    """What waiting notices say, their own names too; they are gone after it."""
    said: list[Discarded] = db.execute(
        "SELECT told.boot, told.first_seq, told.last_seq, told.first, told.last FROM told"
        " JOIN batch ON batch.id = told.notice WHERE batch.confirmed IS NULL"
    ).fetchall()
    notices = db.execute(
        "SELECT id, boot, seq, first, last FROM batch WHERE confirmed IS NULL AND notice = 1"
    ).fetchall()
    for row, boot, seq, first, last in notices:
        _drop(db, row, boot, seq, first, last)
        said.append((boot, seq, seq, first, last))
    return said


def missing(db: sqlite3.Connection, boot: str, named: Iterable[Range]) -> list[Discarded]:
    """Of the ranges ingest wants, what is here no more and in no notice under way."""
    found: list[Discarded] = []
    for start, end in named:
        held = db.execute(
            "SELECT seq, seq FROM batch WHERE boot = ? AND seq BETWEEN ? AND ?", (boot, start, end)
        ).fetchall()
        told = db.execute(
            "SELECT first_seq, last_seq FROM told JOIN batch ON batch.id = told.notice"
            " WHERE batch.confirmed IS NULL AND told.boot = ? AND last_seq >= ? AND first_seq <= ?",
            (boot, start, end),
        ).fetchall()
        for a, b in without((start, end), [*held, *told]):
            first, last = db.execute(
                "SELECT coalesce(min(first), 0), coalesce(max(last), 0) FROM gone"
                " WHERE boot = ? AND last_seq >= ? AND first_seq <= ?", (boot, a, b),
            ).fetchone()  # fmt: skip
            found.append((boot, a, b, first, last))
    return found


def announce(
    db: sqlite3.Connection, boot: str, discarded: Sequence[Discarded], now: int
) -> int:  # fmt: skip
    """Write notices of what was dropped, each a batch of its own; how many."""
    ranges = joined(discarded)
    for i in range(0, len(ranges), _PIECE):
        piece = ranges[i : i + _PIECE]
        row = insert(
            db, boot, payload.notice(piece), now=now, first=min(r[3] for r in piece),
            last=max(r[4] for r in piece), readings=0, notice=True,
        )  # fmt: skip
        db.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?)", [(*r, row) for r in piece])
    return -(-len(ranges) // _PIECE)


def joined(discarded: Sequence[Discarded]) -> list[Discarded]:
    """Neighbouring ranges of one boot as one."""
    ranges: list[Discarded] = []
    for boot, start, end, first, last in sorted(discarded):
        if ranges and ranges[-1][0] == boot and ranges[-1][2] + 1 == start:
            _, a, _, t0, t1 = ranges[-1]
            ranges[-1] = (boot, a, end, min(t0, first), max(t1, last))
        else:
            ranges.append((boot, start, end, first, last))
    return ranges


def without(whole: Range, parts: Iterable[Range]) -> list[Range]:
    """What is left of a closed range."""
    left: list[Range] = []
    start = whole[0]
    for a, b in sorted(parts):
        if a > start:
            left.append((start, min(a - 1, whole[1])))
        start = max(start, b + 1)
    if start <= whole[1]:
        left.append((start, whole[1]))
    return left


def _drop(db: sqlite3.Connection, row: int, boot: str, seq: int, first: int, last: int) -> None:
    db.execute("DELETE FROM batch WHERE id = ?", (row,))
    db.execute("DELETE FROM told WHERE notice = ?", (row,))
    grown = db.execute(
        "UPDATE gone SET last_seq = ?, first = min(first, ?), last = max(last, ?)"
        " WHERE boot = ? AND last_seq = ? AND first_seq > ?",
        (seq, first, last, boot, seq - 1, seq - _GONE_SPAN),
    ).rowcount
    if not grown:
        db.execute(
            "INSERT OR REPLACE INTO gone VALUES (?, ?, ?, ?, ?)", (boot, seq, seq, first, last)
        )


def _bytes(db: sqlite3.Connection, *, confirmed: bool) -> int:
    row = db.execute("SELECT bytes FROM total WHERE confirmed = ?", (confirmed,)).fetchone()
    return int(row[0])
