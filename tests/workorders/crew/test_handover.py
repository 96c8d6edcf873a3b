"""The end of a shift: orders go over with a word, the list stays, the log is written once."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from adapters.records.base import ALL
from adapters.records.crew import ShiftLogRow
from core.errors import Fatal, Refused
from core.words import OrderState
from tests.workorders.house import START, House, make_finding, opened
from workorders.states import Command


def _two(house: House) -> list[str]:
    house.publish(opened(make_finding("PWR-03", "c.m-main", severity=1)),
                  opened(make_finding("PWR-03", "b.m-main", severity=1)))  # fmt: skip
    ids = sorted(row.id for row in house.queue())
    for row in house.queue():
        if row.person != "ma.chao":
            house.act("guo.hua", row.id, Command.REASSIGN, assignee="ma.chao")
    return ids


def test_what_is_open_goes_over_with_a_word_about_each(house: House) -> None:
    first, second = _two(house)
    house.act("ma.chao", first, Command.ACCEPT)
    house.act("ma.chao", first, Command.ARRIVE)
    giver, taker = house.actors["ma.chao"], house.actors["zhao.lei"]
    assert "zhao.lei" in house.orders.handovers.takers(giver)
    words = {first: "main switch is off, key at the desk", second: ""}
    assert house.orders.handovers.give(giver, "zhao.lei", "a quiet day", words) == 2
    for id_ in (first, second):
        row = house.get(id_).row
        assert (row.person, row.state) == ("zhao.lei", OrderState.ASSIGNED)
    (seen,) = house.orders.handovers.lists(taker)
    assert (seen.giver_name, seen.note, seen.taken_at) == ("Ma Chao", "a quiet day", None)
    assert [(o["id"], o["state"], o["word"]) for o in seen.orders] == [
        (first, "in_progress", "main switch is off, key at the desk"), (second, "assigned", ""),
    ]  # fmt: skip
    house.orders.handovers.taken(taker, seen.id)
    assert house.orders.handovers.lists(giver)[0].taken_at == START
    assert house.get(first).history[-1].note == "main switch is off, key at the desk"


def test_all_go_over_or_none(house: House) -> None:
    first, second = _two(house)
    with pytest.raises(Refused) as refused:
        house.orders.handovers.give(house.actors["ma.chao"], "wu.gang", "", {first: "", second: ""})
    assert str(refused.value) == f"Wu Gang cannot take {first}."
    assert {house.get(id_).row.person for id_ in (first, second)} == {"ma.chao"}
    assert house.orders.handovers.lists(house.actors["ma.chao"]) == []


def test_nobody_hands_over_what_is_not_theirs(house: House) -> None:
    first, _ = _two(house)
    with pytest.raises(Refused) as refused:
        house.orders.handovers.give(house.actors["zhao.lei"], "ma.chao", "", {first: ""})
    assert refused.value.code == "forbidden"


def test_a_list_is_for_two_people_and_those_who_lead(house: House) -> None:
    first, _ = _two(house)
    house.orders.handovers.give(house.actors["ma.chao"], "zhao.lei", "", {first: "x"})
    seen = {
        login: len(house.orders.handovers.lists(house.actors[login]))
        for login in ("ma.chao", "zhao.lei", "guo.hua", "wu.gang", "xu.mei")
    }
    assert seen == {"ma.chao": 1, "zhao.lei": 1, "guo.hua": 1, "wu.gang": 0, "xu.mei": 0}
    (row,) = house.orders.handovers.lists(house.actors["zhao.lei"])
    with pytest.raises(Refused):
        house.orders.handovers.taken(house.actors["guo.hua"], row.id)


def test_the_shift_log_is_of_a_building_and_written_once(house: House) -> None:
    handovers = house.orders.handovers
    handovers.log(house.actors["wu.gang"], "c", "pump 2 hums")
    assert [line.text for line in handovers.lines(house.actors["ma.chao"])] == ["pump 2 hums"]
    assert handovers.lines(house.actors["wang.fang"]) == [], "of another building"
    for login, building, text in (("xu.mei", "c", "x"), ("wang.fang", "c", "x"),
                                  ("wu.gang", "z", "x"), ("wu.gang", "c", " ")):  # fmt: skip
        with pytest.raises(Refused):
            handovers.log(house.actors[login], building, text)
    with pytest.raises(Fatal), house.records.session(ALL) as session:
        session.execute(update(ShiftLogRow).values(text="it never hummed"))
