"""Receipts: merged under a lock, so that what any worker settled stays settled."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from adapters.records import Records
from core.batch import BatchName
from core.settled import Settled

MERGES = 1_000
"""Of each of two processes."""
ROOT = Path(__file__).parents[3]


def _name(seq: int, boot: str = "b1", gateway: str = "gw-a") -> BatchName:
    return BatchName(gateway, boot, seq)


def test_settles_marks_and_holes_by_boot(records: Records) -> None:
    said = records.receipts.settle([_name(1), _name(2), _name(5), _name(1, "b2")])
    assert said == {
        "gw-a": {"b1": Settled(upto=2, seen=5, holes=((3, 4),)), "b2": Settled(upto=1, seen=1)}
    }
    assert records.receipts.settled() == said


def test_says_every_boot_of_the_gateways_touched_and_of_no_other(records: Records) -> None:
    records.receipts.settle([_name(1, "old"), _name(1, "b", "gw-b")])
    assert set(records.receipts.settle([_name(1, "new")])["gw-a"]) == {"old", "new"}
    assert set(records.receipts.settle([_name(2, "new")])) == {"gw-a"}
    assert records.receipts.settle([]) == {}


def test_knows_what_is_settled_and_nothing_in_a_hole_or_beyond(records: Records) -> None:
    records.receipts.settle([_name(1), _name(3)])
    asked = [_name(seq) for seq in (1, 2, 3, 4)] + [_name(1, "other"), _name(1, "b1", "gw-b")]
    assert records.receipts.known(asked) == {_name(1), _name(3)}


def test_an_announced_discard_is_settled_and_twice_is_once(records: Records) -> None:
    records.receipts.settle([_name(4)])
    discarded = [("gw-a", "b1", 1, 3)]
    records.receipts.settle([], discarded)
    assert records.receipts.settle([], discarded) == {"gw-a": {"b1": Settled(upto=4, seen=4)}}


def test_is_there_after_the_records_were_opened_again(records: Records, url: str) -> None:
    records.receipts.settle([_name(7)])
    again = Records(url)
    assert again.receipts.known([_name(7)]) == {_name(7)}
    again.close()


def test_two_threads_lose_no_merge(records: Records) -> None:
    failed: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for i in range(MERGES // 5):
                records.receipts.settle([_name(first + 2 * i)])
        except BaseException as error:  # noqa: BLE001 a thread's failure belongs to the test
            failed.append(error)

    workers = [threading.Thread(target=work, args=(first,)) for first in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    total = 2 * MERGES // 5
    assert records.receipts.settled()["gw-a"]["b1"] == Settled(upto=total, seen=total)


PROCESS = """
import sys
from adapters.records import Records
from core.batch import BatchName
records = Records(sys.argv[1])
for i in range(int(sys.argv[3])):
    records.receipts.settle([BatchName("gw-a", "b1", int(sys.argv[2]) + 2 * i)])
records.close()
"""


@pytest.mark.slow
def test_two_processes_lose_none_of_two_thousand_merges(records: Records, url: str) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", PROCESS, url, str(first), str(MERGES)], cwd=ROOT)
        for first in (1, 2)
    ]
    assert [worker.wait(240) for worker in workers] == [0, 0]
    assert records.receipts.settled()["gw-a"]["b1"] == Settled(upto=2 * MERGES, seen=2 * MERGES)
