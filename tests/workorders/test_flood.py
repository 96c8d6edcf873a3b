"""A flood of findings, and an asset that a site file drops: nothing is lost."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

from adapters.records.base import ALL
from adapters.records.orders import Order, OrderFinding
from core.clock import HOUR_MS, MINUTE_MS
from core.words import OrderState
from tests.sample import wushan
from tests.workorders.house import CARDS, House, make_finding, opened
from workorders.duty import RosterDuty
from workorders.service import WorkOrders

MOST = 3_000
PACE_S = 60.0 / 10_000
"""Ten thousand findings in a minute."""


def test_a_flood_of_findings_is_a_few_orders_and_none_is_lost(house: House) -> None:
    """As a storm sends them: every point of the campus, again and again, in batches."""
    points = [point.id for point in wushan().points]
    onset = house.now - 2 * HOUR_MS
    findings = [
        make_finding("SEN-01", points[n % len(points)], onset=onset + n * MINUTE_MS // 60)
        for n in range(MOST)
    ]
    assert len({finding.id for finding in findings}) == MOST
    began = time.monotonic()
    for first in range(0, MOST, 1000):
        house.publish(*(opened(finding) for finding in findings[first : first + 1000]))
    assert time.monotonic() - began < MOST * PACE_S
    with house.records.session(ALL) as session:
        assert session.scalar(select(func.count()).select_from(OrderFinding)) == MOST
        open_ = session.scalars(select(Order).where(Order.closed_at.is_(None))).all()
        assert sum(order.count for order in open_) == MOST
        alone = Counter(order.building for order in open_)
        linked = select(OrderFinding.order_id).distinct()
        assert set(session.scalars(linked)) == {order.id for order in open_}
    incidents = [order for order in open_ if order.family == "incident"]
    assert len(incidents) == len(wushan().buildings)
    assert max(alone.values()) <= 12, "one incident, and what was there before it"


def test_an_asset_that_the_site_file_drops_keeps_its_order(house: House, tmp_path: Path) -> None:
    house.publish(opened(make_finding()), opened(make_finding("WAT-01", "c.w-main")))
    dropped = next(row for row in house.queue() if row.asset == "a.ahu1")
    site = wushan()
    smaller = replace(
        site,
        equipment={id_: one for id_, one in site.equipment.items() if id_ != "a.ahu1"},
        points=tuple(point for point in site.points if point.equipment != "a.ahu1"),
    )
    house.orders = WorkOrders(
        smaller, house.records, house.store, house.clock, cards=CARDS,
        verdicts=house.records.verdicts, duty=RosterDuty(house.records.people, site.timezone),
    )  # fmt: skip
    house.step(0.1)
    house.step(0.1)
    told = [step.what for step in house.get(dropped.id).history]
    assert told.count("dropped") == 1
    assert len(house.queue()) == 2
    row = house.repair(dropped.id)
    assert row.state is OrderState.VERIFYING
    house.step(8 * 24)
    assert house.get(dropped.id).row.needs_signature, "no rule judges it any more: a person signs"
    assert tmp_path.exists()
