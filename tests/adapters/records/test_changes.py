"""Changes are numbered in the order of commits: a reader that has seen one has missed none."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from adapters.records import ALL, Records
from adapters.records.changes import record_change
from adapters.records.tables import ChangeRow
from core.errors import Refused
from tests.servers import wait_for


def _seen(records: Records) -> list[str]:
    with records.session(ALL, reading=True) as session:
        return list(session.scalars(select(ChangeRow.ref).order_by(ChangeRow.seq)))


def test_a_change_is_there_with_what_was_changed_or_not_at_all(records: Records) -> None:
    def write(ref: str, *, fail: bool) -> None:
        with records.session(ALL) as session:
            record_change(session, kind="order", building="a", ref=ref, at=5, payload={"n": 1})
            session.flush()
            if fail:
                raise KeyError

    write("kept", fail=False)
    with pytest.raises(KeyError):
        write("lost", fail=True)
    with records.session(ALL, reading=True) as session:
        row = session.scalars(select(ChangeRow)).one()
    assert (row.kind, row.building, row.ref, row.at, row.payload) == (
        "order", "a", "kept", 5, {"n": 1},
    )  # fmt: skip


def test_whoever_comes_second_is_numbered_second(records: Records) -> None:
    """The first has its number and waits to commit: a second must not be seen before it."""
    numbered, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with records.session(ALL) as session:
            record_change(session, kind="order", building="a", ref="first", at=1)
            session.flush()
            numbered.set()
            go_on.wait(20)

    def second() -> None:
        with records.session(ALL) as session:
            record_change(session, kind="order", building="a", ref="second", at=2)

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert numbered.wait(20)
    threads[1].start()
    threads[1].join(0.3)
    assert _seen(records) == [], "the second was seen while the first was still to come"
    go_on.set()
    for thread in threads:
        thread.join(20)
    wait_for(lambda: len(_seen(records)) == 2, "both changes")
    assert _seen(records) == ["first", "second"]


def test_a_scope_tells_nothing_of_another_building(records: Records) -> None:
    with pytest.raises(Refused), records.session(frozenset({"a"})) as session:
        record_change(session, kind="order", building="b", ref="x", at=1)
