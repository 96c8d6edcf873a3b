"""Assessment on pages and for programs: figures, the orders behind them, and who sees whose."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from adapters.records import ALL
from adapters.records.orders import Order
from core.clock import DAY_MS, HOUR_MS
from tests.api.console import Console, running
from workorders.act import Act
from workorders.states import Command

FIGURES = 19
MONTH = "2026-03"


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory, sites_dir: Path) -> Iterator[Console]:
    """The order of building a was repaired in an hour and has held for three weeks."""
    with running(tmp_path_factory.mktemp("mended"), sites_dir, filled=False) as console:
        order = console.order_in("a")
        person = console.orders.desk.order(console.actor("ad.all"), order).row.person
        assert person is not None
        actor = console.actor(person)
        for do, hours in ((Command.ACCEPT, 0.5), (Command.ARRIVE, 0.25), (Command.DONE, 0.25)):
            console.clock.advance(console.clock.now() + round(hours * HOUR_MS))
            version = console.orders.desk.order(actor, order).row.version
            console.orders.desk.act(
                actor, Act(order=order, do=do, version=version, cause="worn_part", note="seat",
                           minutes=30),
            )  # fmt: skip
        _close(console, order)
        console.clock.advance(console.clock.now() + 16 * DAY_MS)
        yield console


def _close(console: Console, order: str) -> None:
    """As if telemetry had proved it: this console has no verdicts."""
    with console.records.session(ALL) as session:
        row = session.get_one(Order, order)
        row.state, row.outcome = "closed", "verified"  # type: ignore[assignment]
        row.closed_at, row.closed_by = console.clock.now(), "system"


def test_figures_for_programs(mended: Console) -> None:
    found = mended.key("vi.all").get("/assessment", params={"month": MONTH}).json()
    (row,) = found["rows"]
    figures = {f["figure"]: f for f in row["figures"]}
    assert len(figures) == FIGURES
    # It was found a good day before the console began; it was accepted half an hour after.
    assert figures["acknowledge"]["n"] == 1
    assert figures["arrive"]["value"] == figures["acknowledge"]["value"] + 15
    assert (figures["first_time"]["value"], figures["first_time"]["met"]) == (1.0, True)
    assert (figures["rating"]["value"], figures["rating"]["n"]) == (None, 0)
    assert figures["backlog"]["n"] == 1, "building c's order is open"


def test_each_figure_opens_its_orders(mended: Console) -> None:
    order = mended.order_in("c")
    client = mended.key("su.all")
    found = client.get("/assessment/orders", params={"figure": "backlog", "month": MONTH}).json()
    assert (found["total"], [c["order"] for c in found["counted"]]) == (1, [order])
    page = mended.as_("su.all").get(f"/assessment?month={MONTH}").text
    link = re.search(r'href="(/assessment/orders\?figure=backlog&amp;[^"]+)"', page)
    assert link is not None
    behind = mended.as_("su.all").get(link[1].replace("&amp;", "&")).text
    assert f'href="/orders/{order}"' in behind


@pytest.mark.parametrize("by", ["all", "person", "crew", "building", "contractor", "month"])
def test_every_way_to_look_at_it_has_a_page(mended: Console, by: str) -> None:
    answer = mended.as_("vi.all").get(f"/assessment?month={MONTH}&by={by}")
    assert answer.status_code == 200
    assert "Assessment" in answer.text


def test_a_technician_sees_their_own_and_nobody_elses(mended: Console) -> None:
    order = "a"
    with mended.records.session(ALL, reading=True) as session:
        person = session.query(Order.repaired_by).filter(Order.building == order).scalar()
    mine = mended.key(person).get("/assessment", params={"month": MONTH, "by": "person"}).json()
    assert [row["key"] for row in mine["rows"]] == [person]
    others = mended.key("te.all").get("/assessment", params={"month": MONTH, "by": "person"}).json()
    assert others["rows"] == []
    behind = mended.key("te.all").get(
        "/assessment/orders", params={"figure": "repair", "month": MONTH}
    )
    assert behind.json()["total"] == 0
    assert mended.as_("te.all").get(f"/assessment/report/{MONTH}").status_code == 403
    assert mended.as_("te.all").get(f"/assessment/report/{MONTH}.xlsx").status_code == 403


def test_another_building_is_not_in_it(mended: Console) -> None:
    found = mended.key("vi.c").get("/assessment", params={"month": MONTH, "by": "building"}).json()
    assert [row["key"] for row in found["rows"]] == ["c"]
    figures = {f["figure"]: f for f in found["rows"][0]["figures"]}
    assert figures["repair"]["n"] == 0


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"month": "2026-13"}, 422), ({"month": "March"}, 422),
        ({"month": "2026-03", "until": "2026-01"}, 422),
        ({"month": "2020-01", "until": "2026-01"}, 422), ({"by": "mood"}, 422),
        ({"month": "2026-01", "until": "2026-12"}, 200),
    ],
)  # fmt: skip
def test_months_that_cannot_be_asked_for(
    mended: Console, asked: dict[str, str], status: int
) -> None:
    assert mended.key("vi.all").get("/assessment", params=asked).status_code == status


def test_there_is_no_such_figure(mended: Console) -> None:
    client = mended.key("vi.all")
    assert client.get("/assessment/orders", params={"figure": "mood"}).status_code == 404
    assert mended.as_("vi.all").get("/assessment/orders?figure=mood").status_code == 404


def test_the_workbook_has_a_sheet_a_table_and_numbers_as_numbers(mended: Console) -> None:
    answer = mended.as_("vi.all").get(f"/assessment/report/{MONTH}.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[:5] == ["Figures", "Crews", "People", "Contractors", "Buildings"]
    rows = {row[0]: row for row in book["Figures"].iter_rows(values_only=True)}
    assert rows["Time to arrive"][1] - rows["Time to answer"][1] == 15
    assert rows["Mended at the first visit"][1] == 1
    assert rows["Satisfaction"][1] == "–", "nothing to judge is not zero"
    saved = {row[0]: row for row in book["Savings"].iter_rows(values_only=True)}
    ledger = mended.key("vi.all").get("/savings").json()["totals"]
    gas = next(t for t in ledger if t["carrier"] == "gas")
    assert 0 < saved["gas"][1] <= gas["saving"]
    assert 0 < saved["gas"][2] <= gas["u"]


def test_the_page_of_the_report_says_the_same(mended: Console) -> None:
    page = mended.as_("vi.all").get(f"/assessment/report/{MONTH}").text
    assert "Report of March 2026" in page
    assert "How orders ended, by kind of proof" in page
    file = mended.as_("vi.all").get(f"/assessment/report/{MONTH}.html")
    assert "attachment" in file.headers["content-disposition"]
    assert "<style>" in file.text
    assert 'href="/' not in file.text, "whole in itself"


def test_a_month_ahead_has_no_report(mended: Console) -> None:
    assert mended.as_("vi.all").get("/assessment/report/2027-01.pdf").status_code == 422
    assert mended.as_("vi.all").get("/assessment/report/2026-3").status_code == 422
