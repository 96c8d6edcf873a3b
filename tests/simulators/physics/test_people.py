"""Who is there, minute by minute."""

from __future__ import annotations

from datetime import date

from core.site import Schedule
from simulators.physics.people import presence

HOURS = Schedule(workday=(450, 1110))


def test_people_come_lunch_and_leave_and_stay_away_on_weekends() -> None:
    at_work = presence(1, "a", date(2026, 4, 13), HOURS, workday=True)
    assert at_work[:360].max() == 0.0
    assert at_work[600:700].mean() > 0.6
    assert at_work[745] < 0.8 * at_work[640]
    assert at_work[1200:].max() < 0.05
    assert presence(1, "a", date(2026, 4, 18), HOURS, workday=False).max() < 0.08
