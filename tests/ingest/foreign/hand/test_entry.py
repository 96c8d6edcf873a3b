"""Readings that people take: checked, kept with who and when, stored by the one way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.records import Records
from core.actor import Actor
from core.clock import DAY_MS, HOUR_MS, SteppedClock
from core.errors import Refused
from core.ports import Message
from core.quality import IntervalState, Quality
from core.site import Site
from core.words import Role
from ingest.foreign.hand.entry import Account, Entering, Taken
from ingest.foreign.hand.source import HandSource
from tests.ingest.parts import bench
from tests.ingest.places import NOW, small_site
from tests.sample import records_in
from tests.servers import wait_for

BOB = Actor(login="bob", name="Bob", role=Role.TECHNICIAN, buildings=frozenset({"a"}))
ADA = Actor(login="ada", name="Ada", role=Role.ENGINEER)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    made = records_in(tmp_path)
    yield made
    made.close()


def entering(records: Records, site: Site | None = None) -> Entering:
    model = site or small_site()

    def before(point: int, at: int) -> float | None:
        return records.hand.before(model.points[point].id, at)

    return Entering(model, records.hand, SteppedClock(NOW), before)


def total(value: float, at: int = NOW - HOUR_MS, **more: object) -> Taken:
    return Taken(point="a.m.energy", at=at, value=value, **more)  # type: ignore[arg-type]


def said(account: Account) -> list[str]:
    return [str(unfit.mistake()) for unfit in account.refused]


def test_a_reading_is_kept_with_who_and_when(records: Records) -> None:
    one = total(1.5, unit="MWh", note="behind the hatch")
    account = entering(records).enter(BOB, [one], "console")
    assert (len(account.entered), account.known, account.refused) == (1, 0, [])
    (kept,) = records.hand.list("all")
    assert (kept.value, kept.person, kept.entered) == (1500.0, "bob", NOW)
    assert (kept.via, kept.note, kept.taken) == ("console", "behind the hatch", None)


def test_the_same_again_is_known_and_another_value_is_a_correction(records: Records) -> None:
    desk = entering(records)
    desk.enter(BOB, [total(10.0)], "console")
    assert desk.enter(ADA, [total(10.0)], "file").known == 1
    assert len(desk.enter(ADA, [total(10.5)], "file").entered) == 1
    assert [(k.value, k.person) for k in records.hand.list("all")] == [(10.5, "ada"), (10.0, "bob")]
    twice = desk.enter(ADA, [total(11.0, NOW), total(11.0, NOW)], "file")
    assert (len(twice.entered), twice.known) == (1, 1)


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (Taken(point="a.m.enrgy", at=NOW, value=1), "There is no point a.m.enrgy here."),
        (Taken(point="b.m.energy", at=NOW, value=1), "There is no point b.m.energy here."),
        (total(1.0, NOW + HOUR_MS), "still to come"),
        (total(1.0, 1), "before 2000"),
        (total(1.0, unit="m³"), "m³ is no unit of it.; expected kWh / Wh"),
        (total(float("nan")), "no number"),
        (total(float("inf")), "no number"),
        (Taken(point="a.ahu.fan_status", at=NOW, value=0.5), "not a whole number"),
        (Taken(point="a.z.zone_temp", at=NOW, value=140.0), "140 °C is more than the instrument"),
        (total(1.0, note="x" * 501), "note is too long"),
    ],
)
def test_what_cannot_stand_is_told(records: Records, taken: Taken, words: str) -> None:
    account = entering(records).enter(BOB, [taken], "console")
    assert not account.entered
    (line,) = said(account)
    assert words in line
    assert records.hand.list("all") == []


def test_a_misspelled_point_is_guessed(records: Records) -> None:
    account = entering(records).enter(BOB, [Taken(point="a.m.enrgy", at=NOW, value=1)], "api")
    assert account.refused[0].suggestion == "a.m.energy"


def test_a_register_that_runs_back_is_asked_about(records: Records) -> None:
    desk = entering(records)
    desk.enter(BOB, [total(100.0, NOW - DAY_MS)], "console")
    back = desk.enter(BOB, [total(20.0)], "console")
    assert "20 kWh is less than the 100 kWh that was read before" in said(back)[0]
    assert desk.enter(BOB, [total(20.0, sure=True)], "console").entered
    # Within one file too, in the order of their times.
    rows = [total(30.0, NOW - 10), total(25.0, NOW), total(31.0, NOW - 5)]
    both = desk.enter(BOB, rows, "file")
    assert [r.value for r in both.entered] == [30.0, 31.0]
    assert len(both.refused) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPERVISOR])
def test_who_only_looks_may_enter_nothing(records: Records, role: Role) -> None:
    with pytest.raises(Refused, match="may not enter"):
        entering(records).enter(Actor(login="v", name="V", role=role), [total(1.0)], "api")


def test_a_look_beforehand_keeps_nothing(records: Records) -> None:
    assert len(entering(records).enter(BOB, [total(1.0)], "file", keep=False).entered) == 1
    assert records.hand.list("all") == []


def test_entered_readings_are_stored_by_the_way_of_all_readings(tmp_path: Path) -> None:
    with bench(tmp_path, start=False) as parts:
        desk = entering(parts.records, parts.site)
        rows = [total(100.0, NOW - DAY_MS), total(124.0, NOW - HOUR_MS),
                Taken(point="a.z.zone_temp", at=NOW, value=60.0, sure=True)]  # fmt: skip
        desk.enter(BOB, rows, "file")
        source = HandSource(parts.site, parts.records.hand, parts.clock)
        parts.ingest._hand = source  # noqa: SLF001 the bench makes it without one
        parts.ingest.start()
        wait_for(lambda: all(k.taken for k in parts.records.hand.list("all")), "the store")
        stored = parts.store.all().rows
        assert stored.value.tolist() == [100.0, 124.0, 60.0]
        assert stored.quality.tolist() == [Quality.GOOD, Quality.GOOD, Quality.SUSPECT]
        use = parts.store.use()
        assert float(use.value.sum()) == pytest.approx(24.0)
        assert set(use.state.tolist()) == {IntervalState.ESTIMATED}
        assert parts.accounts()["stored"] == 3


def test_what_was_not_durable_is_delivered_again(records: Records) -> None:
    entering(records).enter(BOB, [total(1.0), total(2.0, NOW - 5)], "file")
    heard: list[Message] = []
    first = HandSource(small_site(), records.hand, SteppedClock(NOW))
    first.start(heard.append)
    wait_for(lambda: len(heard) == 2, "both")
    heard[0].ack()
    first.stop()
    again: list[Message] = []
    second = HandSource(small_site(), records.hand, SteppedClock(NOW))
    second.start(again.append)
    wait_for(lambda: bool(again), "the other one")
    second.stop()
    assert [m.topic for m in again] == [heard[1].topic]
    assert again[0].payload == heard[1].payload
