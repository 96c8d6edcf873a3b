"""From the ledger of a run to what is scored: what was booked, and what the placebo would book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.ledger import DayRow
from adapters.records.orders import OrderFinding
from core.clock import DAY_MS
from plantroom.plant import Plant
from scoring.records import Booked, Placebo
from workorders.ledger.counted import counted
from workorders.ledger.ground import Daily
from workorders.ledger.placebo import shams
from workorders.ledger.totals import Booking, read

_QUIET_MS = 14 * DAY_MS
"""Before and after a case, in which an asset is no placebo. [ms]"""


def booked_of(plant: Plant, seed: int, start: int) -> list[Booked]:
    """What counts at the end of a run, by order and carrier; ids unique over seeds."""
    ground = plant.ledger.ground
    daily = Daily(ground, ground.sight())
    with plant.records.session(ALL, reading=True) as session:
        book = read(session, plant.site)
        cells = {
            (account, carrier): cell
            for account, carrier, cell in session.execute(
                select(DayRow.account_id, DayRow.carrier, DayRow.cell).distinct()
            )
        }
        days = counted(session)
    found = []
    for booking in book.bookings:
        key = (booking.account, booking.carrier.value)
        dates = sorted(days.get(key, ()))
        found.append(_booked(plant, daily, booking, dates, cells.get(key, ""), seed, start))
    return found


def _booked(
    plant: Plant, daily: Daily, booking: Booking, dates: Sequence[date], cell: str, seed: int,
    start: int,
) -> Booked:  # fmt: skip
    midnight = plant.ledger.ground.midnight
    use = float(np.nansum(daily.use(cell, dates))) if dates and cell else 0.0
    return Booked(
        order=f"{seed}/{booking.order}", done=booking.done_at, rule=booking.rule,
        carrier=booking.carrier.value,
        days=tuple((midnight(day) - start) // DAY_MS for day in dates), saving=booking.saving,
        u=booking.u, use=use, price=plant.site.price(booking.carrier, booking.done_at) or 0.0,
        disputed=booking.disputed, blind=booking.blind,
    )  # fmt: skip


def placebos_of(plant: Plant, seed: int, first: int, end: int) -> list[Placebo]:
    """The reckoning on assets that nobody touched, over the days of the run.

    Args:
        plant: The installation.
        seed: Of the dates.
        first: From when plant points are read. [ms]
        end: Of the run. [ms]
    """
    ground = plant.ledger.ground
    touched: dict[str, list[tuple[date, date]]] = {}
    with plant.records.session(ALL, reading=True) as session:
        links = session.execute(select(OrderFinding.target, OrderFinding.onset, OrderFinding.last))
        for target, onset, last in links:
            span = ground.day(onset - _QUIET_MS), ground.day(last + _QUIET_MS)
            touched.setdefault(target, []).append(span)
    last_day = ground.day(end) - timedelta(days=1)
    return [
        Placebo(carrier=s.carrier.value, saving=s.saving, u=s.u, use=s.use)
        for s in shams(ground, ground.day(first), last_day, touched, seed=seed)
    ]
