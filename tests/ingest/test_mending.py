"""Replays of what a person mended: another point, unit or scale, rehearsed and then done."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.records.quarantine import Chosen
from core.batch import Columns
from core.replaying import Held, Mending
from ingest.mending import mended
from ingest.rehearse import rehearse
from tests.ingest.places import NOW, QUARTER, payload, point, site_of, topic
from tests.ingest.standing import Standing, standing

SITE = site_of(point("a.m.power"), point("a.z.zone_temp"), point("b.m.power", "gw-b"))
TABLE = (("old.power", "kW"), ("a.z.zone_temp", "°F"))
ROWS = Columns.of([0, 1], [NOW, NOW], [2.0, 68.0])


def ask(here: Standing, *mends: Mending, **chosen: str) -> int:
    return here.records.quarantine.ask(
        Chosen(**chosen), "chen.jing", here.clock.now(), mends=mends, note="the meter was renamed"  # type: ignore[arg-type]
    )  # fmt: skip


def rehearsed(here: Standing, *mends: Mending) -> tuple[Held, ...]:
    return tuple(here.records.quarantine.held(Chosen(), 50, mends))


@pytest.mark.parametrize(
    ("mend", "table", "values"),
    [
        (Mending(point="old.power", to="a.m.power"), ("a.m.power", "kW"), [2.0, 68.0]),
        (Mending(point="old.power", factor=50), ("old.power", "kW"), [100.0, 68.0]),
        (
            Mending(point="old.power", to="a.m.power", unit="MW", factor=0.5),
            ("a.m.power", "kW"), [1000.0, 68.0],
        ),
        # A unit that the point has not is refused again, never guessed.
        (Mending(point="old.power", to="a.m.power", unit="°F"), ("a.m.power", "°F"), [2.0, 68.0]),
        (Mending(point="nobody", to="a.m.power"), TABLE[0], [2.0, 68.0]),
    ],
)  # fmt: skip
def test_a_point_becomes_what_was_said(
    mend: Mending, table: tuple[str, str], values: list[float]
) -> None:
    refs, rows = mended(TABLE, ROWS, [mend], SITE)
    assert refs == (table, TABLE[1])
    assert rows.value.tolist() == pytest.approx(values)


def test_of_two_on_one_point_the_later_stands_and_temperatures_have_their_offset() -> None:
    mends = [Mending(point="a.z.zone_temp", factor=9.0), Mending(unit="°F")]
    refs, rows = mended(TABLE, ROWS, mends, SITE)
    assert refs == (("old.power", "kW"), ("a.z.zone_temp", "°C"))
    assert rows.value.tolist() == pytest.approx([2.0, 20.0])


def test_a_renamed_point_is_stored_and_who_said_so_when_and_why_stays(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        here.deliver(topic("gw-a", 1), payload([("old.power", NOW - QUARTER, 3.0)]))
        here.deliver(topic("gw-a", 2), payload([("other.power", NOW - QUARTER, 4.0)]))
        mend = Mending(point="old.power", to="a.m.power", unit="MW")
        (seen,) = rehearse(rehearsed(here, mend), SITE, store=here.store)
        assert (seen.tried.stored, seen.tried.left, seen.present) == (1, 0, 0)
        (change,) = seen.changes
        assert (change.point, change.value, change.unit) == ("old.power", 3.0, "kW")
        assert (change.to_point, change.to_value, change.to_unit) == ("a.m.power", 3000.0, "kW")
        assert here.values() == {}, "a rehearsal writes nothing"
        assert {row.state for row in here.records.quarantine.list()} == {"open"}
        assert ask(here, mend) == 1, "of the entries, the one that holds the point"
        here.done()
        assert here.values() == {NOW - QUARTER: 3000.0}
        other, row = here.records.quarantine.list()
        assert (row.state, row.how, other.state) == ("settled", "replayed", "open")
        assert row.mends == [{
            "point": "old.power", "to": "a.m.power", "unit": "MW", "factor": 1.0,
            "by": "chen.jing", "at": here.clock.now(), "note": "the meter was renamed",
        }]  # fmt: skip
        assert b"old.power" in row.payload, "it stays as it came"


def test_what_is_still_refused_keeps_its_mending_and_a_later_one_replaces_it(
    tmp_path: Path,
) -> None:
    with standing(tmp_path, SITE) as here:
        here.deliver(topic("gw-a", 1), payload([("old.power", NOW - QUARTER, 3.0)]))
        ask(here, Mending(point="old.power", to="b.m.power"))
        here.done()
        (row,) = here.records.quarantine.list()
        assert row.state == "open"
        assert "identity" in row.said, "mending is no way around whose point it is"
        ask(here, Mending(point="old.power", to="a.m.power", factor=-1.0))
        here.done()
        assert here.values() == {NOW - QUARTER: -3.0}
        assert len(here.records.quarantine.list()[0].mends) == 2


def test_a_rehearsal_tells_what_the_store_has_already(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        rows = [("old.power", NOW - n * QUARTER, 3.0) for n in (1, 2, 3)]
        here.deliver(topic("gw-a", 1), payload(rows))
        here.deliver(topic("gw-a", 2), payload([("a.m.power", NOW - QUARTER, 9.0)]))
        mend = Mending(point="old.power", to="a.m.power")
        (seen,) = rehearse(rehearsed(here, mend), SITE, store=here.store)
        assert (seen.tried.stored, seen.present) == (3, 1)
        ask(here, mend)
        here.done()
        assert here.values()[NOW - QUARTER] == 9.0, "what came later stays"


def test_a_factor_beyond_all_numbers_is_refused_and_shown_as_none(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        here.deliver(topic("gw-a", 1), payload([("old.power", NOW - QUARTER, 30.0)]))
        mend = Mending(point="old.power", to="a.m.power", factor=1e308)
        (seen,) = rehearse(rehearsed(here, mend), SITE)
        assert (seen.tried.stored, seen.tried.left) == (0, 1)
        assert seen.changes[0].to_value is None
        assert "domain" in seen.tried.said


def test_what_cannot_be_read_cannot_be_mended_and_is_not_asked_for(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        here.deliver(topic("gw-a", 1), b"{torn")
        assert ask(here, Mending(factor=2.0)) == 0
        assert rehearsed(here, Mending(factor=2.0)) == ()
        (seen,) = rehearse(rehearsed(here), SITE)
        assert seen.tried.said.startswith("not_json")
        assert seen.changes == ()
