"""The throttle of log-ins: tries count first, many at once no more than one after another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.records import ALL, Records
from adapters.records.tables import AttemptRow
from api.refusals import Told
from api.throttle import FREE_TRIES, LONGEST_WAIT_MS, OFFICE, charge, forgive, subjects_of
from tests.sample import records_in

ONE = ("login:x",)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    if request.param == "sqlite":
        made = records_in(tmp_path)
    else:
        made = Records(request.getfixturevalue("postgres_url"))
        made.upgrade()
    yield made
    made.close()


def taken(records: Records, subjects: tuple[str, ...], now: int) -> bool:
    try:
        charge(records, subjects, now)
    except Told:
        return False
    return True


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(records: Records) -> None:
    now, waits = 1_000_000, []
    for _ in range(20):
        assert taken(records, ONE, now)
        with records.session(ALL, reading=True) as session:
            until = session.scalars(select(AttemptRow.until)).one()
        waits.append(max(0, until - now))
        if waits[-1]:
            assert not taken(records, ONE, until - 1)
        now = max(until, now)
    assert waits[:7] == [0, 0, 0, 0, 1000, 2000, 4000]
    assert waits[-1] == LONGEST_WAIT_MS
    forgive(records, ONE)


def test_of_many_tries_at_once_the_free_ones_pass(records: Records) -> None:
    with ThreadPoolExecutor(16) as pool:
        passed = list(pool.map(lambda _: taken(records, ("login:many",), 5_000), range(40)))
    assert sum(passed) == FREE_TRIES
    forgive(records, ("login:many",))


def test_good_ones_cost_an_office_nothing(records: Records) -> None:
    for n in range(OFFICE * FREE_TRIES * 2):
        subjects = subjects_of(f"person{n}", "192.0.2.1")
        assert taken(records, subjects, 7_000)
        forgive(records, subjects)
    for _ in range(OFFICE * FREE_TRIES):
        assert taken(records, ("address:192.0.2.1",), 7_000)
    assert not taken(records, subjects_of("another", "192.0.2.1"), 7_500)
    assert taken(records, subjects_of("another", "192.0.2.2"), 7_500)


def test_half_a_day_later_all_is_forgotten(records: Records) -> None:
    for _ in range(FREE_TRIES):
        assert taken(records, ("login:old",), 9_000)
    assert not taken(records, ("login:old",), 9_001)
    later = 9_000 + 13 * 3_600_000
    assert all(taken(records, ("login:old",), later) for _ in range(FREE_TRIES))
    assert not taken(records, ("login:old",), later)
