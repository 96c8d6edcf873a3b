"""Use by interval with state and method, and what days are made of: through ingest to the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from api import meter_days
from api.formats import day_start
from core import topics, wire
from core.batch import BatchName, Columns
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tests.api.console import Console
from tests.api.working import done, working
from tests.ingest.parts import ListBroker
from tests.servers import wait_for
from tests.workorders.house import START

POINT = "a.m-sockets.energy"
QUARTER = 15 * MINUTE_MS
ZONE = "Asia/Shanghai"
YESTERDAY = day_start(day_start(START, ZONE) - 1, ZONE)
ASK: dict[str, str | int] = {"point": POINT, "from": YESTERDAY, "to": YESTERDAY + DAY_MS}


def send(console: Console, broker: ListBroker, seq: int, quarters: Sequence[int]) -> None:
    """Reads of half a kilowatt-hour a quarter, from yesterday's midnight on; taken in."""
    at = [YESTERDAY + i * QUARTER for i in quarters]
    rows = Columns.of([0] * len(at), at, [500.0 + i / 2 for i in quarters])
    name = BatchName(console.site.points[console.site.index[POINT]].gateway, "b9", seq)
    message = wire.batch_message(rows, [(POINT, "kWh")], sent_at=console.clock.now())
    before = console.store.count().get("register", 0)
    broker.deliver(topics.batch_topic(console.site.id, name), wire.encode(message))
    wait_for(lambda: console.store.count().get("register", 0) == before + len(at), "the reads")


def answer(console: Console, **more: str | int) -> dict[str, Any]:
    given = console.key("vi.all").get("/use", params={**ASK, **more})
    assert given.status_code == 200, given.text
    found: dict[str, Any] = given.json()
    return found


def test_late_reads_raise_the_completeness_of_their_day(console: Console) -> None:
    with working(console) as broker:
        send(console, broker, 1, [*range(41), *range(52, 97)])
        wait_for(lambda: len(answer(console)["intervals"]) == 96, "the use")
        (before,) = answer(console)["days"]
        states = [one["state"] for one in answer(console)["intervals"]]
        send(console, broker, 2, range(41, 52))
        wait_for(lambda: answer(console)["days"][0]["whole"], "the late reads")
    assert (before["due"], before["measured"], before["spread"]) == (96, 0.875, 0.125)
    assert (before["whole"], states.count("estimated")) == (False, 12)
    after = answer(console)
    (day,) = after["days"]
    assert (day["measured"], day["spread"], day["missing"]) == (1.0, 0.0, 0.0)
    assert day["use_measured"] == before["use_measured"] + before["use_spread"] == 48.0
    assert {one["method"] for one in after["intervals"]} == {None}
    assert max(one["revision"] for one in after["intervals"]) > 0, "derived anew"
    assert all(a["end"] == b["start"] for a, b in pairwise(after["intervals"]))


def test_a_guessed_closing_is_an_estimate_by_another_method(console: Console) -> None:
    with working(console) as broker:
        send(console, broker, 1, [*range(41), *range(45, 97)])
        wait_for(lambda: len(answer(console)["intervals"]) == 96, "the use")
        body = {"point": POINT, "at": YESTERDAY + 60 * QUARTER - MINUTE_MS, "closing": 530.0,
                "opening": 529.6, "exact": False}  # fmt: skip
        assert console.key("en.all").post("/meter-events", json=body).status_code == 201
        done(console)
    found = answer(console)
    methods = [one["method"] for one in found["intervals"]]
    assert [i for i, m in enumerate(methods) if m == "spread"] == [40, 41, 42, 43, 44]
    assert methods[59] == "declared"
    assert found["days"][0]["declared"] == pytest.approx(1 / 96)
    page = console.as_("en.a").get(f"/trend?point={POINT}&days=2").text
    assert "Days of the registers" in page
    assert "1.0 %" in page


def test_what_never_came_is_missing_and_the_page_says_so(looked_at: Console) -> None:
    start = START - 2 * DAY_MS
    found = looked_at.key("vi.all").get("/use", params={**ASK, "from": start, "to": START}).json()
    holed = [day for day in found["days"] if not day["whole"]]
    assert [day["missing"] > 0.1 for day in holed] == [True]
    for day in found["days"]:
        shares = (day[name] for name in ("measured", "spread", "declared", "suspect", "missing"))
        assert sum(shares) == pytest.approx(1.0)
    page = looked_at.as_("vi.a").get(f"/trend?point={POINT}&point=a.ahu1.sat&days=2").text
    assert "The others stand in no total." in page
    assert page.count('class="meter-days"') == 1, "a gauge has no such days"
    assert "meter-days" not in looked_at.as_("vi.a").get("/trend?point=a.ahu1.sat").text


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"point": "a.ahu1.sat"}, 422),
        ({"point": "a.none"}, 404),
        ({"to": YESTERDAY}, 422),
        ({"from": YESTERDAY - meter_days.MOST_DAYS * DAY_MS}, 422),
        ({"from": YESTERDAY - (meter_days.MOST_DAYS - 1) * DAY_MS}, 200),
        ({"from": 0, "to": HOUR_MS}, 200),
        ({"from": 253_402_300_799_000 - HOUR_MS, "to": 253_402_300_799_000}, 200),
        ({"from": START, "to": START + 30 * DAY_MS}, 200),
    ],
)
def test_limits(looked_at: Console, params: dict[str, str | int], status: int) -> None:
    given = looked_at.key("vi.all").get("/use", params={**ASK, **params})
    assert given.status_code == status, given.text


def test_another_building_is_as_absent_as_nothing(looked_at: Console) -> None:
    theirs = looked_at.key("en.c").get("/use", params=ASK)
    nobodys = looked_at.key("en.c").get("/use", params={**ASK, "point": "a.none"})
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json()["title"] == nobodys.json()["title"]


@pytest.mark.parametrize("until", ["0001-01-01T00:00", "1970-01-01T09:00", "9999-12-31T23:59"])
def test_a_trend_of_times_that_never_were_has_a_page(looked_at: Console, until: str) -> None:
    page = looked_at.as_("vi.a").get(f"/trend?point={POINT}&days=2&until={until}")
    assert page.status_code in {200, 422}
