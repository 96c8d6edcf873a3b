"""What stands in an outbox's file, read from beside the agent: what it committed, and until when.

Not the agent's own counters, and none of its code but the names of its tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from scoring.torture.grounds import Row

_BUSY_S = 20.0


def waiting(path: Path) -> int:
    """Batches not yet confirmed."""
    with _open(path) as db:
        return int(db.execute("SELECT count(*) FROM batch WHERE confirmed IS NULL").fetchone()[0])


def confirmed(path: Path) -> int:
    """Batches confirmed and kept."""
    with _open(path) as db:
        return int(
            db.execute("SELECT count(*) FROM batch WHERE confirmed IS NOT NULL").fetchone()[0]
        )


def read_until(path: Path) -> int:
    """Up to where the driver was read at the last commit; 0 before the first. [ms]"""
    with _open(path) as db:
        found = db.execute("SELECT value FROM mark WHERE name = 'read_until'").fetchone()
    return int(found[0]) if found else 0


def discarded(path: Path) -> int:
    """Batches dropped unconfirmed."""
    with _open(path) as db:
        found = db.execute("SELECT value FROM mark WHERE name = 'discarded'").fetchone()
    return int(found[0]) if found else 0


def committed(path: Path) -> Iterator[Row]:
    """Every reading that stands in it, confirmed or not."""
    with _open(path) as db:
        for (body,) in db.execute("SELECT data FROM body ORDER BY id"):
            # What the agent puts before it at each sending is left out of what it keeps.
            told = msgspec.json.decode(b'{"v":1' + bytes(body))
            points = [entry[0] for entry in told.get("points", [])]
            begin = told.get("t0", 0)
            columns = (told.get(name, []) for name in ("p", "dt", "x"))
            for point, late, value in zip(*columns, strict=True):
                yield Row(point=points[point], at=begin + late, value=value)


def copy(path: Path, to: Path) -> None:
    """A copy as of now, whole, while the agent goes on."""
    to.unlink(missing_ok=True)
    with _open(path) as db, closing(sqlite3.connect(to)) as other:
        db.backup(other)


def put_back(saved: Path, path: Path) -> None:
    """Let the file be as it was; the agent must not run."""
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    path.write_bytes(saved.read_bytes())


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=_BUSY_S)) as db:
        yield db
