"""The account of a torture tells what is lost, doubled and invented; it is no use unless it can."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from adapters.records import Records
from adapters.sites import load_site
from adapters.store import open_store
from core.batch import Batch, BatchName, Columns, Intervals
from core.ports import Quarantined
from core.quality import IntervalState
from edge.outbox import Outbox
from ingest.arrival import Reported
from ingest.refuse import refused_rows
from scoring.torture import outboxes
from scoring.torture.account import Account, Evidence, Published, account
from scoring.torture.grounds import ROW_MS, Row, cut_ledger, make_grounds, points_of, read_ledger

START, ROWS = 1_795_000_000_000, 20
GATEWAY = "gw-1"


class Made:
    """An installation that stored everything, without a process."""

    def __init__(self, folder: Path) -> None:
        self.grounds = make_grounds(folder, gateways=1, start=START, rows=ROWS)
        self.site = load_site(self.grounds.site)
        self.evidence = Evidence(
            grounds=self.grounds, outboxes={GATEWAY: folder / "outbox.sqlite"}, token="",
            store_url=f"duckdb:{folder}/readings.duckdb",
            records_url=f"sqlite:///{folder}/records.sqlite",
        )  # fmt: skip
        self.rows = self._columns(read_ledger(self.grounds, GATEWAY))
        self.records = Records(self.evidence.records_url)
        self.records.upgrade()
        table = [(p.id, p.unit) for p in self.site.points]
        with Outbox(self.evidence.outboxes[GATEWAY]) as outbox:
            outbox.append(self.rows, table, read_until=START + ROWS * ROW_MS)

    def store(self, rows: Columns, use_kwh: float = 0.001) -> None:
        """Put rows, and the use of every register, into the store."""
        store = open_store(self.evidence.store_url, self.site)
        batch = Batch(name=BatchName(GATEWAY, "b", 1), rows=rows, received=START)
        store.write([batch], receipted=set())
        registers = [i for i, p in enumerate(self.site.points) if p.id.endswith(".energy")]
        at = START + ROW_MS * np.arange(1, ROWS, dtype=np.int64)
        n = len(registers) * len(at)
        store.write_intervals(Intervals(
            point=np.repeat(np.array(registers, np.int32), len(at)),
            at=np.tile(at, len(registers)), value=np.full(n, use_kwh),
            state=np.full(n, IntervalState.MEASURED, np.int8), revision=np.zeros(n, np.int32),
        ))  # fmt: skip
        store.close()

    def refuse(self, rows: Columns, reason: str) -> None:
        """Put rows into quarantine."""
        reported = Reported(
            gateway=GATEWAY, name=BatchName(GATEWAY, "b", 2), topic="t", table=(), rows=rows,
            received=START,
        )  # fmt: skip
        table = [(p.id, p.unit) for p in self.site.points]
        self.records.quarantine.keep(refused_rows(reported, rows, table, reason, "so it is"))

    def account(self, published: Published | None = None) -> Account:
        """Count."""
        return account(self.evidence, published)

    def _columns(self, rows: list[Row]) -> Columns:
        return Columns.of(
            [self.site.index[row.point] for row in rows], [row.at for row in rows],
            [row.value for row in rows],
        )  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "torture")


def figures(said: Account) -> tuple[int, int, int]:
    return said.lost, said.duplicated, said.invented


def test_all_stored_is_sound(made: Made) -> None:
    made.store(made.rows)
    said = made.account()
    every = ROWS * len(points_of(GATEWAY))
    assert (said.given, said.sent, said.stored) == (every, every, every)
    assert figures(said) == (0, 0, 0)
    assert said.sound


def test_what_is_neither_stored_nor_refused_is_lost(made: Made) -> None:
    made.store(made.rows.keep(np.arange(3, len(made.rows))))
    said = made.account()
    assert figures(said) == (3, 0, 0)
    assert not said.sound
    made.refuse(made.rows.keep(np.arange(3)), "domain")
    assert figures(made.account()) == (0, 0, 0), "in quarantine it is not lost"
    assert made.account().quarantined == 1


def test_what_the_edge_never_committed_is_lost_although_nobody_misses_it(made: Made) -> None:
    made.store(made.rows)
    with made.grounds.ledger(GATEWAY).open("a", encoding="utf-8") as ledger:
        ledger.write(f"{START + ROWS * ROW_MS},{','.join('1' * len(points_of(GATEWAY)))}\n")
    said = made.account()
    assert said.lost == len(points_of(GATEWAY))
    cut_ledger(made.grounds, GATEWAY, START + (ROWS - 1) * ROW_MS)
    assert made.account().sound


def test_another_value_and_another_time_are_invented(made: Made) -> None:
    value, at = made.rows.value.copy(), made.rows.at.copy()
    value[0] += 0.5
    made.store(Columns(point=made.rows.point, at=at, value=value, quality=made.rows.quality))
    assert figures(made.account()) == (0, 0, 1)
    made.store(Columns.of([0], [START + 1], [7.0]))
    assert figures(made.account()) == (0, 0, 2)


def test_use_that_is_not_what_a_register_counted_is_invented(made: Made) -> None:
    made.store(made.rows, use_kwh=0.0011)
    said = made.account()
    assert said.invented == 4, "each register"
    assert "counted 0.019 kWh" in said.notes[0]


def test_poison_that_is_not_in_quarantine_is_lost(made: Made) -> None:
    made.store(made.rows)
    expected = Published(refused=Counter({"not_json": 2}))
    bad = Quarantined(
        gateway=GATEWAY, topic="t", payload=b"{", reason="not_json", detail="", readings=0,
        received=START, name=BatchName(GATEWAY, "poison", 1),
    )  # fmt: skip
    made.records.quarantine.keep([bad])
    said = made.account(expected)
    assert figures(said) == (1, 0, 0)
    assert said.notes == ["1 of 'not_json' should be in quarantine and are not"]


def test_an_outbox_is_read_and_put_back_from_beside_it(made: Made, tmp_path: Path) -> None:
    path = made.evidence.outboxes[GATEWAY]
    saved = tmp_path / "saved"
    assert (outboxes.waiting(path), outboxes.confirmed(path), outboxes.discarded(path)) == (1, 0, 0)
    assert outboxes.read_until(path) == START + ROWS * ROW_MS
    outboxes.copy(path, saved)
    with Outbox(path) as outbox:
        outbox.append(made.rows, [(p.id, p.unit) for p in made.site.points])
        assert outboxes.waiting(path) == 2
    outboxes.put_back(saved, path)
    assert outboxes.waiting(path) == 1
    assert list(outboxes.committed(path)) == read_ledger(made.grounds, GATEWAY)
