"""What only a DuckDB file can suffer: kills, full disks, other processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import numpy as np
import pytest

from adapters.store import open_store, restore_store
from adapters.store.duck_database import borrow, give_back
from core.batch import Batch, BatchName, Columns
from core.errors import Fatal, Retryable
from core.ports import ReadingStore
from tests.adapters.store.sites import GAUGE, SECOND, site
from tests.servers import wait_for

ROWS = 500
FAR = 10**12
WRITER = f"""
import itertools, sys
import numpy as np
from adapters.store import open_store
from core.batch import Batch, BatchName, Columns
from tests.adapters.store.sites import site

store = open_store(sys.argv[1], site())
for seq in itertools.count(int(sys.argv[2])):
    at = seq * {ROWS} + np.arange({ROWS})
    rows = Columns.of(np.zeros({ROWS}, np.int32), at, np.full({ROWS}, float(seq)))
    name = BatchName("gw-a", "b1", seq)
    store.write([Batch(name=name, rows=rows, received=seq)], receipted=set())
    print(seq, flush=True)
"""
FULL = """
import resource, sys
import numpy as np
from adapters.store import open_store
from core.batch import Batch, BatchName, Columns
from core.errors import Retryable
from tests.adapters.store.sites import site

def batch(seq):
    rng = np.random.default_rng(seq)
    rows = Columns.of(np.zeros(20_000, np.int32), seq * 20_000 + np.arange(20_000),
                      rng.random(20_000))
    return Batch(name=BatchName("gw-a", "b1", seq), rows=rows, received=1)

store = open_store(sys.argv[1], site())
store.write([batch(0)], receipted=set())
free, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, most))
stored = 1
try:
    while stored < 100:
        store.write([batch(stored)], receipted=set())
        stored += 1
    raise SystemExit("the disk never filled")
except Retryable as error:
    print("away:", error)
try:
    store.write([batch(stored)], receipted=set())
    raise SystemExit("it fitted after all")
except Retryable as error:
    pass
resource.setrlimit(resource.RLIMIT_FSIZE, (free, most))
assert store.count()["gauge"] == stored * 20_000, store.count()
for seq in range(stored + 2):
    store.write([batch(seq)], receipted={batch(0).name})
stored += 2
assert store.count()["gauge"] == stored * 20_000, store.count()
store.close()
print("rows", stored * 20_000)
"""


def url(folder: Path) -> str:
    return f"duckdb:{folder}/r.duckdb"


def write(store: ReadingStore, seq: int, point: int, at: range, value: float) -> None:
    n = len(at)
    rows = Columns.of([point] * n, list(at), [value] * n)
    assert not store.write(
        [Batch(name=BatchName("gw-a", "b1", seq), rows=rows, received=1)], receipted=frozenset()
    )


def test_nothing_written_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    told = 0
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, url(tmp_path), str(told)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        for _ in range(15):
            told = int(process.stdout.readline())
        process.kill()
        rest = process.stdout.read().split()
        process.stdout.close()
        process.wait()
        told = int(rest[-1]) if rest else told
    store = open_store(url(tmp_path), site())
    rows = store.read([GAUGE], -1, FAR).rows
    assert np.array_equal(rows.at, np.arange(len(rows)))
    assert len(rows) in {(told + 1) * ROWS, (told + 2) * ROWS}
    assert np.array_equal(rows.value, rows.at // ROWS)
    store.close()


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, url(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "away:" in done.stdout
    store = open_store(url(tmp_path), site())
    assert f"rows {store.count()['gauge']}" in done.stdout
    store.close()


def test_a_file_of_another_process_is_refused_in_plain_words(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, url(tmp_path), "0"], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(Fatal, match="open in another process"):
            open_store(url(tmp_path), site())
        process.kill()


@pytest.mark.parametrize("content", [b"not a database" * 100, b"x"])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.duckdb").write_bytes(content)
    with pytest.raises(Fatal):
        open_store(url(tmp_path), site())


def test_another_database_or_layout_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(f"{tmp_path}/r.duckdb") as other:
        other.execute("CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(Fatal, match="not one of Plantroom's"):
        open_store(url(tmp_path), site())
    with duckdb.connect(f"{tmp_path}/r.duckdb") as other:
        other.execute("CREATE TABLE layout AS SELECT 99 AS version")
    with pytest.raises(Fatal, match="layout 99"):
        open_store(url(tmp_path), site())


def test_many_writers_and_readers_leave_each_row_once(tmp_path: Path) -> None:
    stores = [open_store(url(tmp_path), site()) for _ in range(3)]
    errors: list[BaseException] = []
    seen: list[int] = []
    done = threading.Event()

    def write_all(store: ReadingStore, value: float) -> None:
        try:
            for seq in range(20):
                write(store, seq, GAUGE, range(seq * 50, seq * 50 + 100), value)
        except BaseException as error:  # noqa: BLE001 shown by the test
            errors.append(error)

    def read_all(store: ReadingStore) -> None:
        try:
            while not done.is_set():
                rows = store.read([GAUGE], -1, FAR).rows
                assert len(np.unique(rows.at)) == len(rows)
                store.read_before([GAUGE], 700, 3)
                store.latest([GAUGE, SECOND])
                seen.append(len(rows))
        except BaseException as error:  # noqa: BLE001 shown by the test
            errors.append(error)

    writers = [threading.Thread(target=write_all, args=(s, float(i))) for i, s in enumerate(stores)]
    reader = threading.Thread(target=read_all, args=(stores[0],))
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    wait_for(lambda: bool(errors) or 1050 in seen, "a look at all rows")
    done.set()
    reader.join()
    assert not errors
    assert stores[1].count()["gauge"] == 1050
    for store in stores:
        store.close()


def test_an_interruption_right_after_the_commit_leaves_no_row_twice(tmp_path: Path) -> None:
    store = open_store(url(tmp_path), site())
    write(store, 1, GAUGE, range(3), 1.0)
    database = borrow(f"{tmp_path}/r.duckdb")

    def interrupted() -> None:
        raise KeyboardInterrupt

    def write_aside() -> None:
        with database.transaction() as (cursor, then):
            cursor.execute("INSERT INTO reading VALUES (0, 7, 1.0, 0, 1)")
            then.append(interrupted)

    with pytest.raises(KeyboardInterrupt):
        write_aside()
    give_back(database)
    assert store.latest([GAUGE]).rows.at.tolist() == [7]
    write(store, 2, GAUGE, range(7, 8), 2.0)
    assert store.read([GAUGE], -1, FAR).rows.value.tolist() == [1.0, 1.0, 1.0, 2.0]
    store.close()


def test_the_file_stays_open_until_its_last_user_closes(tmp_path: Path) -> None:
    first, second = open_store(url(tmp_path), site()), open_store(url(tmp_path), site())
    first.close()
    first.close()
    write(second, 1, GAUGE, range(3), 1.0)
    assert second.count()["gauge"] == 3
    second.close()
    assert not (tmp_path / "r.duckdb.wal").exists()


def test_stores_in_memory_are_apart() -> None:
    first, second = open_store("duckdb::memory:", site()), open_store("duckdb::memory:", site())
    write(first, 1, GAUGE, range(3), 1.0)
    assert second.count()["gauge"] == 0
    first.close()
    second.close()


@pytest.mark.parametrize("where", ["file", "memory"])
def test_a_backup_is_a_store_and_can_be_restored(tmp_path: Path, where: str) -> None:
    store = open_store(url(tmp_path) if where == "file" else "duckdb::memory:", site())
    write(store, 1, GAUGE, range(100), 1.5)
    store.backup(tmp_path / "saved")
    write(store, 2, GAUGE, range(100, 200), 2.5)
    with pytest.raises(Fatal, match="not empty"):
        store.backup(tmp_path / "saved")
    store.close()
    to = f"duckdb:{tmp_path}/new/r.duckdb"
    restore_store(tmp_path / "saved", to)
    with pytest.raises(Fatal, match="already"):
        restore_store(tmp_path / "saved", to)
    with pytest.raises(Fatal, match="no backup"):
        restore_store(tmp_path, f"duckdb:{tmp_path}/other.duckdb")
    again = open_store(to, site())
    assert again.read([GAUGE], -1, FAR).rows.value.tolist() == [1.5] * 100
    write(again, 2, GAUGE, range(99, 101), 3.0)
    assert again.count()["gauge"] == 101
    again.close()


def test_a_folder_that_cannot_be_written_is_retryable(tmp_path: Path) -> None:
    (tmp_path / "r.duckdb").mkdir()
    with pytest.raises((Retryable, Fatal)):
        open_store(url(tmp_path), site())
