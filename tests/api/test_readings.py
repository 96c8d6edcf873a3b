"""Readings that people take, by form and by key: who may, what is told, what is kept."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.batch import Batch, BatchName, Columns
from core.clock import HOUR_MS
from core.words import Role
from tests.api.console import NAMES, Console

WATER = "c.w-main.volume"


def kept(console: Console) -> list[tuple[str, float, str, str]]:
    return [(r.point, r.value, r.person, r.via) for r in console.records.hand.list("all")]


def stored(console: Console) -> float:
    """The register's last reading, of an hour ago."""
    index, now = console.site.index[WATER], console.clock.now()
    rows = Columns.of([index, index], [now - HOUR_MS, now - HOUR_MS // 2], [100.0, np.nan])
    name = BatchName(console.site.points[index].gateway, "b1", 1)
    console.store.write([Batch(name=name, rows=rows, received=now)], receipted=frozenset())
    return 100.0


def test_a_form_enters_a_reading_under_the_name_of_who_sent_it(console: Console) -> None:
    visitor = console.as_("te.all")
    total = str(stored(console) + 5)
    at = console.clock.now()
    page = visitor.get("/readings").text
    now = re.search(r'name="at" type="datetime-local" value="([^"]+)"', page)
    assert now is not None
    answer = visitor.post(
        "/readings", {"point": WATER, "value": total, "at": now[1], "note": "by <torch>"}
    )
    assert answer.status_code == 303
    assert kept(console) == [(WATER, float(total), "te.all", "console")]
    (one,) = console.records.hand.list("all")
    assert abs(one.at - at) < 60_000
    shown = visitor.get("/readings").text
    assert "waits" in shown
    assert "by &lt;torch&gt;" in shown
    assert "te.all" not in console.as_("en.a").get("/readings").text, "another building's"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value": "much"}, "The value is no number."),
        ({"value": "1e999"}, "The value is no number."),
        ({"at": "yesterday"}, "That is no date and time: yesterday"),
        ({"point": "c.w-main.volum"}, "Did you mean c.w-main.volume?"),
        ({"unit": "kWh"}, "kWh is no unit of it. Expected: m³ / L / ft³."),
        ({"at": "2031-01-01T00:00"}, "The time is before 2000 or still to come."),
    ],
)
def test_a_form_that_cannot_stand_comes_back_as_it_was(
    console: Console, wrong: dict[str, str], words: str
) -> None:
    visitor = console.as_("te.all")
    visitor.get("/readings")
    sent = {"point": WATER, "value": "7", "at": "2020-06-01T08:30", "note": "mine"} | wrong
    answer = visitor.post("/readings", sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert ">mine</textarea>" in answer.text
    assert kept(console) == []


def test_a_total_that_fell_is_entered_by_who_is_sure(console: Console) -> None:
    visitor = console.as_("te.all")
    page = visitor.get("/readings").text
    now = re.search(r'name="at" type="datetime-local" value="([^"]+)"', page)
    assert now is not None
    sent = {"point": WATER, "value": str(stored(console) - 1), "at": now[1]}
    answer = visitor.post("/readings", sent)
    assert answer.status_code == 422
    assert "that was read before" in answer.text
    assert visitor.post("/readings", sent | {"sure": "1"}).status_code == 303
    assert len(kept(console)) == 1


@pytest.mark.parametrize("role", list(Role))
def test_rights_by_key_and_scope(console: Console, role: Role) -> None:
    body = {"readings": [{"point": WATER, "at": 1_577_836_800_000, "value": 0.5}]}
    own = console.key(f"{NAMES[role]}.c").post("/hand-readings", json=body)
    other = console.key(f"{NAMES[role]}.a").post("/hand-readings", json=body)
    if role in {Role.VIEWER, Role.SUPERVISOR}:
        assert (own.status_code, other.status_code) == (403, 403)
        assert kept(console) == []
        return
    assert own.json() == {"entered": 1, "known": 0, "refused": []}
    (refused,) = other.json()["refused"]
    assert refused["what"] == f"There is no point {WATER} here."
    assert kept(console) == [(WATER, 0.5, f"{NAMES[role]}.c", "api")]
    assert console.key(f"{NAMES[role]}.a").get("/hand-readings").json() == []
    listed = console.key(f"{NAMES[role]}.c").get("/hand-readings").json()
    assert [(r["point"], r["taken"]) for r in listed] == [(WATER, None)]


def test_each_of_a_list_is_judged_by_itself_and_again_changes_nothing(console: Console) -> None:
    values = [(0.1, "m³"), (0.2, "gallon"), (250.0, "L")]
    rows: list[dict[str, object]] = [
        {"point": WATER, "at": 1_577_836_800_000 + i, "value": value, "unit": unit}
        for i, (value, unit) in enumerate(values)
    ]
    client = console.key("en.all")
    answer = client.post("/hand-readings", json={"readings": rows}).json()
    assert (answer["entered"], [r["index"] for r in answer["refused"]]) == (2, [1])
    again = client.post("/hand-readings", json={"readings": rows}).json()
    assert (again["entered"], again["known"]) == (0, 2)
    wrong: list[list[dict[str, object]]] = [[], [{"point": WATER}], rows * 100]
    for listed in wrong:
        assert client.post("/hand-readings", json={"readings": listed}).status_code == 422


def test_a_reading_is_taken_back_once_by_who_may_enter_in_its_building(console: Console) -> None:
    body = {"readings": [{"point": WATER, "at": 1_577_836_800_000, "value": 0.5}]}
    assert console.key("te.all").post("/hand-readings", json=body).json()["entered"] == 1
    (one,) = console.records.hand.list("all")
    way = f"/hand-readings/{one.id}/undo"
    assert console.key("en.a").post(way).status_code == 404, "another building's"
    assert console.key("vi.all").post(way).status_code == 403
    visitor = console.as_("en.all")
    assert f"/readings/{one.id}/undo" in visitor.get("/readings").text
    assert visitor.post(f"/readings/{one.id}/undo", {}).status_code == 303
    assert console.key("te.all").post(way).status_code == 409
    page = visitor.get("/readings").text
    assert "taken back" in page
    assert f"/readings/{one.id}/undo" not in page
    (listed,) = console.key("en.all").get("/hand-readings").json()
    assert (listed["undone_by"], listed["undone"] is not None) == ("en.all", True)
    assert console.key("te.all").post("/hand-readings", json=body).json()["entered"] == 1, "anew"
