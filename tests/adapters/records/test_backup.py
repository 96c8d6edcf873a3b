"""A backup holds every row, is consistent, and fills an empty database of either kind."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import adapters.records.orders  # noqa: F401 - its tables are backed up too
from adapters.records import ALL, Records
from adapters.records.base import Base
from adapters.records.changes import record_change
from adapters.records.tables import AuditRow, ChangeRow
from adapters.sites.people import load_people
from core.batch import BatchName
from core.errors import Misconfigured
from core.verdict import Run, Verdict
from core.words import Carrier
from tests.adapters.records.test_findings import FINDING, _event
from tests.adapters.records.test_quarantine import ONE


@pytest.fixture
def filled(records: Records, sites_dir: Path) -> Records:
    """Records with something of everything that this folder writes."""
    records.receipts.settle([BatchName("gw-a", "b", s) for s in (1, 3)], [("gw-a", "c", 1, 9)])
    records.quarantine.keep([ONE])
    records.findings.save([_event(FINDING)])
    run = Run(rule="r", target="a.x", start=0, end=9, verdict=Verdict.FAULT,
              waste={Carrier.GAS: 1.5})  # fmt: skip
    records.verdicts.replace("r", "a.x", 0, 9, [run])
    records.people.import_people(*load_people(sites_dir / "wushan"))
    records.models.keep("wushan", "v1", b"\x00model", 5)
    return records


def _rows(records: Records) -> dict[str, list[Any]]:
    with records.session(ALL, reading=True) as session:
        connection = session.connection()
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def test_a_backup_restored_is_what_it_was(filled: Records, tmp_path: Path) -> None:
    kept = filled.backup(tmp_path / "backup")
    assert kept == tmp_path / "backup" / "records.sqlite"
    again = Records(f"sqlite:///{tmp_path / 'empty' / 'records.sqlite'}")
    again.restore(tmp_path / "backup")
    assert _rows(again) == _rows(filled)
    assert sum(map(len, _rows(again).values())) > 30
    again.close()


def test_either_database_is_restored_from_it_and_goes_on(
    records: Records, sites_dir: Path, tmp_path: Path
) -> None:
    other = Records(f"sqlite:///{tmp_path / 'other.sqlite'}")
    other.upgrade()
    with other.session(ALL) as session:
        session.add_all(AuditRow(at=i, actor="a", action="b") for i in range(3))
    other.people.import_people(*load_people(sites_dir / "wushan"))
    other.backup(tmp_path / "backup")
    records.restore(tmp_path / "backup")
    assert _rows(records) == _rows(other)
    with records.session(ALL) as session:
        row = AuditRow(at=9, actor="a", action="after")
        session.add(row)
        session.flush()
        assert row.id == 5
    other.close()


def test_a_backup_can_be_made_again_over_an_older_one(filled: Records, tmp_path: Path) -> None:
    filled.backup(tmp_path)
    filled.quarantine.keep([ONE])
    filled.receipts.settle([BatchName("gw-a", "b", 2)])
    again = Records(f"sqlite:///{filled.backup(tmp_path)}")
    assert _rows(again) == _rows(filled)
    again.close()


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(
    records: Records, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        seq = 0
        while not stop.is_set():
            seq += 1
            with records.session(ALL) as session:
                session.add(AuditRow(at=seq, actor="a", action="b"))
                record_change(session, kind="x", building="a", ref="x", at=seq)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for i in range(5):
            copy = Records(f"sqlite:///{records.backup(tmp_path / str(i))}")
            with copy.session(ALL, reading=True) as session:
                audit, changes = (
                    set(session.scalars(select(of.at))) for of in (AuditRow, ChangeRow)
                )
            copy.close()
            assert audit == changes
    finally:
        stop.set()
        writer.join()


def test_a_restore_mixes_no_two_histories(filled: Records, tmp_path: Path) -> None:
    filled.backup(tmp_path)
    with pytest.raises(Misconfigured, match="already hold"):
        filled.restore(tmp_path)


def test_a_folder_without_a_backup_is_told(records: Records, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"no records\.sqlite in the backup"):
        records.restore(tmp_path / "nothing")
