"""Meter events: proposed with evidence, decided by engineers in their scope, and taken back."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.records import ALL
from core import topics, wire
from core.batch import BatchName, Columns
from core.clock import HOUR_MS, MINUTE_MS
from tests.api.console import Console
from tests.api.working import done, working
from tests.servers import wait_for

POINT = "a.m-sockets.energy"
QUARTER = 15 * MINUTE_MS


def swapped(console: Console) -> int:
    """A meter that showed 502 and then 40, found by ingest; the id of the event."""
    now, gateway = console.clock.now(), console.site.points[console.site.index[POINT]].gateway
    values = [500.0, 502.0, 40.0, 41.0, 43.0]
    at = [now - (8 - i) * QUARTER for i in range(len(values))]
    rows = Columns.of([0] * len(at), at, values)
    payload = wire.encode(wire.batch_message(rows, [(POINT, "kWh")], sent_at=now))
    with working(console) as broker:
        topic = topics.batch_topic(console.site.id, BatchName(gateway, "b9", 1))
        broker.deliver(topic, payload)
        wait_for(lambda: bool(console.records.meters.list(ALL, point=POINT)), "the proposal")
    return console.records.meters.list(ALL, point=POINT)[0].id


def crossing(console: Console) -> float:
    """Use of the quarter in which the meter was changed. [kWh]"""
    at = console.clock.now() - 6 * QUARTER
    use = console.store.read_intervals([console.site.index[POINT]], at - 1, at)
    return float(use.value[0])


def test_a_swap_is_confirmed_on_its_page_and_taken_back(console: Console) -> None:
    id_ = swapped(console)
    assert np.isnan(crossing(console))
    visitor = console.as_("en.a")
    assert "meter swap" in visitor.get("/meters").text
    page = visitor.get(f"/meters/{id_}").text
    assert "502 kWh" in page
    assert 'value="502"' in page, "the numbers that are usually right"
    form = {"do": "confirm", "version": "1", "kind": "swap", "closing": "503", "opening": "38.5",
            "exact": "yes", "note": "meter 7731 for 5529"}  # fmt: skip
    with working(console):
        assert visitor.post(f"/meters/{id_}/decide", form).status_code == 303
        done(console)
        assert crossing(console) == pytest.approx(2.5)
        shown = console.key("vi.all").get(f"/meter-events/{id_}").json()
        assert (shown["state"], shown["derived"], shown["version"]) == ("confirmed", True, 2)
        assert shown["history"][-1]["note"] == "meter 7731 for 5529"
        assert "en.a" in visitor.get(f"/meters/{id_}").text
        undo = visitor.post(f"/meters/{id_}/decide", {"do": "undo", "version": "2"})
        assert undo.status_code == 303
        done(console)
    assert np.isnan(crossing(console))


@pytest.mark.parametrize(
    ("closing", "opening", "said"),
    [
        ("480", "38", "had shown 502 kWh already; 480 is less"),
        ("503", "41", "showed 40 kWh at its first reading; 41 is more"),
        ("900", "38", "in 0.25 h; at most 54.0 can pass"),
        ("many", "38", "A field of the form cannot be read."),
    ],
)
def test_numbers_that_cannot_be_come_back_as_they_were_typed(
    console: Console, closing: str, opening: str, said: str
) -> None:
    id_, visitor = swapped(console), console.as_("en.all")
    visitor.get(f"/meters/{id_}")
    form = {"do": "confirm", "version": "1", "kind": "swap", "closing": closing,
            "opening": opening, "exact": "yes"}  # fmt: skip
    answer = visitor.post(f"/meters/{id_}/decide", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{closing}"' in answer.text
    assert console.records.meters.get(ALL, id_).state == "proposed"


def test_who_decided_meanwhile_is_told_apart_by_the_version(console: Console) -> None:
    id_ = swapped(console)
    body = {"do": "reject", "version": 1}
    engineer = console.key("en.all")
    assert engineer.post(f"/meter-events/{id_}/decide", json=body).status_code == 200
    late = console.key("ad.all").post(f"/meter-events/{id_}/decide", json=body)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


def test_a_swap_is_declared_and_counted(console: Console) -> None:
    index, now = console.site.index[POINT], console.clock.now()
    name = BatchName(console.site.points[index].gateway, "b9", 1)
    rows = Columns.of([0, 0], [now - 2 * QUARTER, now - QUARTER], [502.0, 101.0])
    payload = wire.encode(wire.batch_message(rows, [(POINT, "kWh")], sent_at=now))
    at = now - 2 * QUARTER + 300_000
    with working(console) as broker:
        broker.deliver(topics.batch_topic(console.site.id, name), payload)
        wait_for(lambda: console.store.latest([index]).rows.value.tolist() == [101.0], "them")
        body = {"point": POINT, "at": at, "closing": 502.5, "opening": 100.0}
        made = console.key("en.all").post("/meter-events", json=body)
        assert made.status_code == 201
        done(console)
    use = console.store.read_intervals([index], now - 2 * QUARTER, now)
    assert use.value.tolist() == [1.5]
    twice = console.key("en.all").post("/meter-events", json=body)
    assert twice.status_code == 409


@pytest.mark.parametrize(
    ("point", "hours", "status"),
    [("a.ahu1.sat", -1, 422), ("a.nothing", -1, 404), ("c.m-main.energy", -1, 404),
     (POINT, 1, 422)],
)  # fmt: skip
def test_only_registers_in_scope_are_declared(
    console: Console, point: str, hours: int, status: int
) -> None:
    at = console.clock.now() + hours * HOUR_MS
    body = {"point": point, "at": at, "closing": 1.0, "opening": 0.0}
    assert console.key("en.a").post("/meter-events", json=body).status_code == status
    visitor = console.as_("en.a")
    visitor.get("/meters")
    form = {"point": point, "at": "2026-01-01T10:00" if hours < 0 else "2999-01-01T10:00",
            "kind": "swap", "closing": "1", "opening": "0"}  # fmt: skip
    answer = visitor.post("/meters", form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("who", ["vi.a", "te.a", "su.all"])
def test_who_may_not_decide_sees_no_button_and_changes_nothing(console: Console, who: str) -> None:
    id_ = console.records.meters.list(ALL)[0].id
    visitor, key = console.as_(who), console.key(who)
    assert "Confirm</button>" not in visitor.get(f"/meters/{id_}").text
    form = {"do": "reject", "version": "1"}
    body = {"point": POINT, "at": 0, "closing": 1.0}
    answers = [
        visitor.post(f"/meters/{id_}/decide", form),
        visitor.post("/meters", {"point": POINT, "at": "2026-01-01T10:00", "closing": "1"}),
        key.post(f"/meter-events/{id_}/decide", json={"do": "reject", "version": 1}),
        key.post("/meter-events", json=body),
    ]
    assert {a.status_code for a in answers} == {403}
    assert console.key("en.c").get(f"/meter-events/{id_}").status_code == 404
    foreign = console.key("en.c").post(f"/meter-events/{id_}/decide", json={
        "do": "reject", "version": 1})  # fmt: skip
    assert foreign.status_code == 404
    assert console.records.meters.get(ALL, id_).state == "proposed"
