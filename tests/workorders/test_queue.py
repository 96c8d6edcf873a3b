"""The list of orders by pages: every order once, in its place, on both databases."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from adapters.records.orders import Order
from adapters.records.scoping import BY_KEY
from core.errors import Refused
from tests.workorders.house import House
from tests.workorders.test_many_orders import CREW, WHOLE, filled, own_postgres
from workorders.queue import Ask, View

__all__ = ["filled", "own_postgres"]


@pytest.mark.parametrize("view", [View.OPEN, View.MINE, View.LATE, View.CLOSED])
def test_pages_forth_and_back_hold_each_order_once(filled: House, view: View) -> None:
    desk = filled.orders.desk
    whole = [row.id for row in desk.page(CREW, Ask(view=view)).rows]
    assert len(whole) > 5
    most = -(-len(whole) // 4)
    pages = [desk.page(CREW, Ask(view=view, most=most))]
    while pages[-1].next is not None:
        pages.append(desk.page(CREW, Ask(view=view, most=most, after=pages[-1].next)))
        assert len(pages) < 9, "it ends"
    assert [row.id for page in pages for row in page.rows][: len(whole)] == whole
    assert [page.ahead for page in pages] == [n * most for n in range(len(pages))]
    back = [pages[-1]]
    while back[0].previous is not None:
        back.insert(0, desk.page(CREW, Ask(view=view, most=most, before=back[0].previous)))
    assert [p.rows[0].id for p in back] == [p.rows[0].id for p in pages]


def test_counts_are_those_of_the_lists(filled: House) -> None:
    counts = filled.orders.desk.counts(WHOLE, "a")
    for view in View:
        rows = filled.orders.desk.page(WHOLE, Ask(view=view, building="a")).rows
        assert len(rows) == min(counts.orders[view], 500), view
        if view is not View.CLOSED:
            assert counts.waste[view] == pytest.approx(sum(row.waste_per_day for row in rows))


@pytest.mark.parametrize("mark", ["x", "1_2", "1_nan_3_WO-1", "1_2_3_WO'--", "9" * 70, "1_2_3_4_5"])
def test_a_mark_that_no_page_gave_is_refused(filled: House, mark: str) -> None:
    with pytest.raises(Refused) as refused:
        filled.orders.desk.page(CREW, Ask(after=mark))
    assert refused.value.code == "invalid"


def test_a_query_by_keys_is_held_to_its_scope(filled: House) -> None:
    ids = [row.id for row in filled.orders.desk.queue(WHOLE)]
    query = select(Order.building).where(Order.id.in_(ids)).execution_options(**{BY_KEY: True})
    for scope in (frozenset({"a"}), frozenset({"b", "c"}), frozenset[str]()):
        with filled.records.session(scope, reading=True) as session:
            assert set(session.scalars(query)) == scope


def test_sums_are_those_of_the_open_orders(filled: House) -> None:
    desk = filled.orders.desk
    sums, counts = desk.sums(WHOLE), desk.counts(WHOLE)
    assert sum(one.orders for one in sums) == counts.orders[View.OPEN]
    assert sum(one.waste for one in sums) == pytest.approx(counts.waste[View.OPEN])
    rows = desk.page(WHOLE, Ask(building="a")).rows
    told = Counter((row.priority, row.rule) for row in rows)
    assert {(one.priority, one.rule): one.orders for one in sums if one.building == "a"} == told
    assert {one.building for one in desk.sums(CREW)} < {one.building for one in sums}
