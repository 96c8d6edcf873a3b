"""Readings counted on their way, against what a store holds of them."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.store import open_store
from core.batch import Batch, BatchName, Columns
from core.clock import DAY_MS, MINUTE_MS
from core.ports import ReadingStore
from plantroom.tap import Tap
from tests.sample import wushan

SITE = wushan()
TEMP, DIAL = SITE.index["a.ahu1.sat"], SITE.index["a.w-main.volume"]
START = 1_775_404_800_000


class Source:
    """Gives what it was made with, once."""

    def __init__(self, *rows: Columns) -> None:
        self._rows = list(rows)

    def read(self, gateway: str, until: int) -> Columns:
        del gateway, until
        return self._rows.pop(0)


def rows(point: int, minutes: list[int], values: list[float]) -> Columns:
    at = [START + m * MINUTE_MS for m in minutes]
    return Columns.of([point] * len(at), at, values)


def stored(*parts: Columns) -> ReadingStore:
    store = open_store("duckdb::memory:", SITE)
    for seq, part in enumerate(parts):
        name = BatchName("gw-a", "boot", seq + 1)
        store.write([Batch(name=name, rows=part, received=START)], receipted=frozenset())
    return store


def tapped(*parts: Columns) -> Tap:
    tap = Tap(SITE, Source(*parts), START, 3)
    for _ in parts:
        tap.read("gw-a", START)
    return tap


SENT = rows(TEMP, [1, 2, 3, 1500], [20.0, 21.0, 22.0, 30.0])


@pytest.mark.parametrize(
    ("kept", "quarantined", "lost", "invented"),
    [
        ([0, 1, 2, 3], 0, 0, 0), ([0, 1, 3], 0, 1, 0), ([0, 1, 3], 1, 0, 0), ([], 0, 4, 0),
    ],
)  # fmt: skip
def test_every_reading_is_looked_for(
    kept: list[int], quarantined: int, lost: int, invented: int
) -> None:
    store = stored(SENT.keep(np.array(kept, dtype=np.int64)))
    found = tapped(SENT).account(store, quarantined)
    assert (found.sent, found.stored) == (4, len(kept))
    assert (found.lost, found.invented, found.duplicated) == (lost, invented, 0)


def test_what_was_never_sent_is_invented() -> None:
    store = stored(SENT, rows(TEMP, [4], [99.0]), rows(DIAL, [2], [99.0]))
    found = tapped(SENT).account(store, 0)
    assert (found.stored, found.invented, found.lost) == (6, 2, 0)


def test_a_reading_that_is_sent_twice_is_one() -> None:
    found = tapped(SENT, SENT).account(stored(SENT), 0)
    assert (found.sent, found.stored, found.lost) == (4, 4, 0)


def test_days_hold_means_of_gauges_and_use_of_registers() -> None:
    dial = rows(DIAL, [15, 1440, 1455, 2880, 2890], [100.0, 104.0, 105.0, 110.0, 112.0])
    days = tapped(SENT, dial).days()
    assert days[TEMP].tolist()[:2] == [21.0, 30.0]
    assert np.isnan(days[TEMP, 2])
    assert np.isnan(days[DIAL, 0])
    assert days[DIAL].tolist()[1:] == [6.0, 2.0]
    assert DAY_MS == 1440 * MINUTE_MS
