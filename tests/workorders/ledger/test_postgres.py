"""The ledger's own guards on PostgreSQL: cells, and entries that nobody changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from adapters.records.base import ALL
from tests.workorders.ledger.leaking import Leaking, leaking
from tests.workorders.ledger.test_booking import proven
from tests.workorders.ledger.test_events import counted
from workorders.ledger.entries import check
from workorders.ledger.events import check_events

pytestmark = pytest.mark.postgres


@pytest.fixture
def leak(postgres_url: str, tmp_path: Path, sites_dir: Path) -> Iterator[Leaking]:
    server = make_url(postgres_url)
    name = f"ledger_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = server.set(database=name).render_as_string(hide_password=False)
    with leaking(tmp_path, sites_dir, url) as made:
        yield made
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


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
    counted(leak)
    (total,) = leak.whole().book.totals
    assert total.adjusted is not None
    with engine.begin() as connection:
        connection.execute(text("UPDATE mv_event SET per_day = 999"))
        connection.execute(text("DELETE FROM mv_event_step"))
    with leak.house.records.session(ALL, reading=True) as session:
        assert (check_events(session).rows, check_events(session).broken) == (2, ())
    with pytest.raises(IntegrityError, match="never_more_than_used"), engine.begin() as connection:
        connection.execute(text("UPDATE cell_day SET booked = counterfactual + 1"))
