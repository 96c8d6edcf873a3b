"""The ledger's own guards on PostgreSQL: cells, and entries that nobody changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from adapters.records.base import ALL
from tests.workorders.ledger.leaking import Leaking, leaking
from tests.workorders.ledger.test_booking import proven
from workorders.ledger.entries import check

pytestmark = pytest.mark.postgres


@pytest.fixture
def leak(postgres_records: str, tmp_path: Path, sites_dir: Path) -> Iterator[Leaking]:
    with leaking(tmp_path, sites_dir, postgres_records) as made:
        yield made


def test_booked_signed_and_guarded(leak: Leaking) -> None:
    proven(leak)
    (total,) = leak.whole().book.totals
    assert (total.days, total.orders) == (5, 1)
    engine = leak.house.records.engine
    with engine.begin() as connection:
        # The rule of the table turns both into nothing.
        connection.execute(text("UPDATE mv_day SET saving = 999"))
        connection.execute(text("DELETE FROM mv_day"))
    with leak.house.records.session(ALL, reading=True) as session:
        found = check(session)
    assert (found.entries, found.broken) == (len(leak.entries()), [])
    with pytest.raises(IntegrityError, match="never_more_than_used"), engine.begin() as connection:
        connection.execute(text("UPDATE cell_day SET booked = counterfactual + 1"))
