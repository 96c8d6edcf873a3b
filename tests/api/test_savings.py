"""The ledger on pages and for programs: figures, their days, and who sees them."""

from __future__ import annotations

import re

from tests.api.console import Console


def test_totals_hold_every_order_with_its_sign(looked_at: Console) -> None:
    found = looked_at.key("vi.all").get("/savings").json()
    totals = {t["carrier"]: t for t in found["totals"]}
    assert totals["gas"]["saving"] == sum(
        b["saving"] for b in found["bookings"] if b["carrier"] == "gas"
    )
    assert totals["electricity"]["saving"] < totals["gas"]["saving"]
    assert totals["gas"]["not_estimable_days"] == 1
    assert 0 < totals["gas"]["u"] < totals["gas"]["saving"]
    assert round(found["money"], 6) == round(sum(t["money"] for t in found["totals"]), 6)
    assert (found["nodes"][0]["meter"], found["nodes"][0]["state"]) == ("a.g-main", "agrees")


def test_each_figure_opens_its_days_and_a_day_its_readings(looked_at: Console) -> None:
    visitor, order = looked_at.as_("vi.all"), looked_at.order_in("a")
    page = visitor.get("/savings").text
    assert f'href="/savings/{order}"' in page
    days = visitor.get(f"/savings/{order}").text
    link = re.search(r'href="(/trend\?[^"]+)"', days)
    assert link is not None
    assert visitor.get(link[1].replace("&amp;", "&")).status_code == 200
    assert "weather outside what was seen before" in days


def test_who_sees_another_building_sees_none_of_it(looked_at: Console) -> None:
    found = looked_at.key("vi.c").get("/savings").json()
    assert (found["totals"], found["bookings"], found["nodes"]) == ([], [], [])
    assert "Nothing is booked yet" in looked_at.as_("vi.c").get("/savings").text


def test_an_order_without_a_plan_says_that_nothing_is_claimed(looked_at: Console) -> None:
    page = looked_at.as_("en.all").get(f"/savings/{looked_at.order_in('c')}").text
    assert "Nothing measures what this repair saves" in page


def test_entries_come_as_they_were_written(looked_at: Console) -> None:
    found = looked_at.key("vi.all").get(f"/savings/{looked_at.order_in('a')}").json()
    assert found["plan_hash"]
    states = [d["state"] for d in found["days"]]
    assert (states.count("verified"), states.count("not_estimable")) == (20, 2)
