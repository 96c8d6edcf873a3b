"""A file of records that several open at once for the first time."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from adapters.records.engine import log_ahead

_TRIES = 150
"""SQLite refuses two to twenty in a hundred: all these pass once in twenty runs at most."""


def test_two_who_open_a_new_file_at_once_both_get_it(tmp_path: Path) -> None:
    failed: list[str] = []

    def turn(path: Path, together: threading.Barrier) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        cursor = connection.execute("PRAGMA busy_timeout=30000")
        together.wait()
        try:
            log_ahead(cursor)
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("CREATE TABLE IF NOT EXISTS x (a)")
            cursor.execute("COMMIT")
        except sqlite3.OperationalError as error:
            failed.append(str(error))
        connection.close()

    for n in range(_TRIES):
        together = threading.Barrier(2)
        made = (tmp_path / f"{n}.sqlite", together)
        threads = [threading.Thread(target=turn, args=made) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
