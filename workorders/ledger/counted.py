"""Which days of an account count, counter-entries taken off."""

from __future__ import annotations

from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from adapters.records.ledger import DayRow
from workorders.ledger.entries import COUNTED, Entry


def counted(session: Session) -> dict[tuple[int, str], dict[date, float]]:
    """By account and carrier: what is booked of each day that counts. [kWh, m³]"""
    sign = case((DayRow.state == Entry.VERIFIED.value, 1), else_=-1)
    query = (
        select(DayRow.account_id, DayRow.carrier, DayRow.day, func.sum(DayRow.saving))
        .where(DayRow.state.in_(COUNTED))
        .group_by(DayRow.account_id, DayRow.carrier, DayRow.day)
        .having(func.sum(sign) > 0)
        .order_by(DayRow.account_id, DayRow.carrier, DayRow.day)
    )
    found: dict[tuple[int, str], dict[date, float]] = {}
    for account, carrier, day, saving in session.execute(query):
        found.setdefault((account, carrier), {})[date.fromisoformat(day)] = float(saving)
    return found
