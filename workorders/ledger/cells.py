"""Cells: a meter's day, out of which nothing is booked twice; the database holds the sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.ledger import AccountRow, CellDayRow, DayRow
from workorders.ledger.days import Day
from workorders.ledger.ground import Daily, Ground

Ceilings = dict[tuple[str, str, str], float]
"""By cell, day and carrier: the most that may be booked. [kWh, m³]"""


def ceilings(ground: Ground, daily: Daily, days: Sequence[Day]) -> Ceilings:
    """The most that each cell would have used on each day without this repair.

    Its baseline of before, or what it used, with the half-width; and what the fault took,
    which the baseline of a sound meter does not hold.
    """
    found: Ceilings = {}
    for cell in sorted({day.cell for day in days if day.cell}):
        mine = [day for day in days if day.cell == cell]
        dates = sorted({day.day for day in mine})
        of = daily.baseline(cell, _first(ground, cell) or dates[0])
        used = np.nan_to_num(daily.use(cell, dates))
        most, width = used, 0.0
        if of is not None:
            most = np.maximum(used, of.expected(*daily.drivers(cell, dates)))
            width = of.of_sum(1) or 0.0
        by_day = dict(zip(dates, most.tolist(), strict=True))
        for day in mine:
            key = (cell, day.day.isoformat(), day.carrier.value)
            found[key] = by_day[day.day] + width + max(day.counterfactual, 0.0)
    return found


def _first(ground: Ground, cell: str) -> date | None:
    """The first day that anything was booked out of a cell."""
    with ground.sessions.session(ALL, reading=True) as session:
        query = select(DayRow.day).where(DayRow.cell == cell).order_by(DayRow.day).limit(1)
        day = session.scalars(query).one_or_none()
    return date.fromisoformat(day) if day is not None else None


def claim(session: Session, account: AccountRow, row: DayRow, allowed: Ceilings) -> bool:
    """Takes a saving out of its cell's day; False where that much was never there.

    The same transaction that writes the entry; whoever claims at once waits for the row.
    """
    if not row.cell:
        return True
    key = (row.cell, row.day, row.carrier)
    most = allowed.get(key, max(row.counterfactual, 0.0))
    cell = session.get(CellDayRow, key, with_for_update=True)
    if cell is None:
        session.add(
            CellDayRow(cell=row.cell, day=row.day, carrier=row.carrier, booked=0.0,
                       building=account.building, counterfactual=most)
        )  # fmt: skip
    elif cell.counterfactual < most:
        cell.counterfactual = most
    session.flush()
    mine = update(CellDayRow).where(
        CellDayRow.cell == row.cell, CellDayRow.day == row.day, CellDayRow.carrier == row.carrier,
        CellDayRow.booked + row.saving <= CellDayRow.counterfactual,
    )  # fmt: skip
    taken = session.execute(mine.values(booked=CellDayRow.booked + row.saving),
                            execution_options={"synchronize_session": False})  # fmt: skip
    return isinstance(taken, CursorResult) and taken.rowcount == 1


def release(session: Session, of: DayRow) -> None:
    """Gives back what an entry took."""
    mine = update(CellDayRow).where(
        CellDayRow.cell == of.cell, CellDayRow.day == of.day, CellDayRow.carrier == of.carrier
    )
    session.execute(mine.values(booked=CellDayRow.booked - of.saving),
                    execution_options={"synchronize_session": False})  # fmt: skip
