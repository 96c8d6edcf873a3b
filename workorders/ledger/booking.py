"""Days after a repair, booked one by one; what proves wrong is taken back by counter-entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.ledger import AccountRow, DayRow, PlanRow
from adapters.records.orders import Order
from analytics.runs import LOST_REASONS, cut
from analytics.savings.bought import Conversion
from analytics.savings.constructions import CONSTRUCTIONS, Kind
from analytics.savings.ending import LOST_DAYS
from analytics.savings.levels import estimate
from analytics.savings.plan import MODEL, Plan
from analytics.savings.sight import Sight
from core.finding import FindingState
from core.words import Carrier
from workorders.ledger.accounts import ENDED, PROVISIONAL, REVERSED, VERIFIED, open_new
from workorders.ledger.accounts import fate as fate_of
from workorders.ledger.cells import Ceilings, claim, release
from workorders.ledger.cells import ceilings as ceilings_of
from workorders.ledger.days import Day, each
from workorders.ledger.entries import Entry, revision, write
from workorders.ledger.freezing import scene_of
from workorders.ledger.ground import Daily, Ground

AGAIN_DAYS = 3
"""Days that are looked at again: late readings of a gateway that was away. [d]"""

_SAME = 1e-4
"""By which a day's saving must differ to be booked anew; less is the order of adding. [1]"""

_LOST_SHARE = 0.5
"""Of a day without usable data of the fault's points, from which the day is lost. [1]"""


@dataclass(frozen=True, kw_only=True)
class Booker:
    """Books what can be booked."""

    ground: Ground

    def step(self, now: int) -> int:
        """Entries written."""
        with self.ground.sessions.session(ALL) as session:
            open_new(session, self.ground)
        with self.ground.sessions.session(ALL, reading=True) as session:
            live = session.scalars(
                select(AccountRow.id).where(AccountRow.state != REVERSED).order_by(
                    AccountRow.done_at, AccountRow.id)
            ).all()  # fmt: skip
        sight = self.ground.sight()
        daily = Daily(self.ground, sight)
        judged = self.ground.verdicts.judged_until()
        return sum(self._account(sight, daily, id_, judged, now) for id_ in live)

    def _account(
        self, sight: Sight, daily: Daily, id_: int, judged: Mapping[tuple[str, str], int], now: int
    ) -> int:
        with self.ground.sessions.session(ALL, reading=True) as session:
            account = session.get_one(AccountRow, id_)
            order = session.get_one(Order, account.order_id)
            planned = session.get(PlanRow, account.plan_id) if account.plan_id else None
        fate = fate_of(order, account)
        if fate == REVERSED:
            return self._reverse(id_, now, "withdrawn" if order.withdrawn_at else "refused")
        if planned is None or planned.why:
            return 0
        days: list[Day] = []
        relapse = self._relapse(planned, account.done_at)
        if account.state != ENDED:
            last = self._last(planned, account, judged, relapse)
            proven = fate == VERIFIED and account.state == PROVISIONAL
            days = self._days(sight, planned, account, last, whole=proven)
        elif relapse is None:
            return 0
        ceilings = ceilings_of(self.ground, daily, days) if fate == VERIFIED else {}
        return self._write(id_, planned, days, fate, ceilings, relapse, now)

    def _last(
        self, planned: PlanRow, account: AccountRow, judged: Mapping[tuple[str, str], int],
        relapse: date | None,
    ) -> date:  # fmt: skip
        """The last day that can be booked now."""
        reached = judged.get((planned.rule, planned.target), 0)
        last = min(date.fromisoformat(account.until), self._complete(reached))
        if relapse is not None:
            last = min(last, relapse - timedelta(days=1))
        if account.ended_why:
            last = min(last, date.fromisoformat(account.next) - timedelta(days=1))
        return last

    def _complete(self, reached: int) -> date:
        """The last whole local day up to where verdicts stand."""
        return self.ground.calendar.day_of(reached + 1) - timedelta(days=1)

    def _relapse(self, planned: PlanRow, done: int) -> date | None:
        """Local day on which the rule was at fault again after the repair."""
        again = [
            finding.onset
            for finding in self.ground.findings.of(planned.rule, planned.target, done)
            if finding.onset > done and finding.state is not FindingState.WITHDRAWN
        ]
        return self.ground.day(min(again)) if again else None

    def _days(
        self, sight: Sight, planned: PlanRow, account: AccountRow, last: date, *, whole: bool
    ) -> list[Day]:
        """Estimates from the next day on, and of those before that late readings may change.

        When the proof has come, of all days: only then are they taken out of their cells.
        """
        first = date.fromisoformat(account.first)
        if not whole:
            again = date.fromisoformat(account.next) - timedelta(days=AGAIN_DAYS)
            first = max(first, again)
        if last < first or _outdated(planned):
            return []
        kept, detail = Plan.of(planned.detail), planned.detail
        start, end = self.ground.midnight(first), self.ground.midnight(last + timedelta(days=1))
        gas = detail.get("gas_per_heat")
        node = Conversion(per_unit=gas, share=0.0) if gas else None
        units = sight.units(planned.rule, planned.target, start, end, node).scaled(kept.factors)
        made = CONSTRUCTIONS[planned.family]
        by_slot = made.kind is Kind.CIRCUIT or made.timed
        found: list[Day] = []
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            mine = units.of_day(day)
            lost = self._lost(planned, day, empty=not len(mine))
            of = estimate(kept.levels, mine, by_slot=by_slot)
            found += each(planned, kept, day, of, "no_data" if lost else of.why)
        return found

    def _lost(self, planned: PlanRow, day: date, *, empty: bool) -> bool:
        """Whether the fault's own points said too little on a day."""
        start, end = self.ground.midnight(day), self.ground.midnight(day + timedelta(days=1))
        if CONSTRUCTIONS[planned.family].kind is not Kind.PLANT:
            return empty
        runs = self.ground.verdicts.runs(planned.rule, planned.target, start, end)
        silent = sum(r.end - r.start for r in cut(runs, start, end) if r.reason in LOST_REASONS)
        return silent >= _LOST_SHARE * (end - start)

    def _write(
        self, id_: int, planned: PlanRow, days: Sequence[Day], fate: str,
        ceilings: Ceilings, relapse: date | None, now: int,
    ) -> int:  # fmt: skip
        with self.ground.sessions.session(ALL) as session:
            account = session.get_one(AccountRow, id_)
            rows: list[DayRow] = []
            latest = _latest(session, id_)
            if relapse is not None:
                rows += self._back(session, latest, relapse.isoformat(), "relapse", now)
            rows += [
                row
                for day in days
                for row in self._news(session, account, latest, day, fate, ceilings, now)
            ]
            if fate == VERIFIED and account.state == PROVISIONAL:
                account.state = VERIFIED
            count = write(session, rows, self.ground.key)
            self._go_on(account, planned, days, relapse)
        return count

    def _news(
        self, session: Session, account: AccountRow, latest: dict[tuple[str, str], DayRow],
        day: Day, fate: str, ceilings: Ceilings, now: int,
    ) -> Iterator[DayRow]:  # fmt: skip
        """The entries that a day's estimate asks for: none where it is booked so already."""
        key = (day.day.isoformat(), day.carrier.value)
        before = latest.get(key)
        wanted = Entry.NOT_ESTIMABLE if day.why else (
            Entry.VERIFIED if fate == VERIFIED else Entry.PROVISIONAL
        )  # fmt: skip
        if before is not None and _same(before, day, wanted):
            return
        if before is not None and before.state == Entry.VERIFIED:
            yield self._counter(session, before, "late_readings", now)
        row = self._row(account, day, wanted, now)
        if wanted is Entry.VERIFIED and not claim(session, account, row, ceilings):
            row.state, row.why = Entry.DISPUTED.value, "cell"
        row.revision = revision(session, account.id, row.day, row.carrier)
        if before is not None and before.state == Entry.VERIFIED:
            row.revision += 1
        latest[key] = row
        yield row

    def _back(
        self, session: Session, latest: dict[tuple[str, str], DayRow], since: str, why: str,
        now: int,
    ) -> list[DayRow]:  # fmt: skip
        return [
            self._counter(session, row, why, now)
            for row in latest.values()
            if row.state == Entry.VERIFIED and row.day >= since
        ]

    def _counter(self, session: Session, before: DayRow, why: str, now: int) -> DayRow:
        """What takes an entry back, out of its cell too."""
        row = _copy(before, now)
        row.state, row.why, row.saving = Entry.REVERSED.value, why, -before.saving
        row.revision = revision(session, before.account_id, before.day, before.carrier)
        release(session, before)
        return row

    def _reverse(self, id_: int, now: int, why: str) -> int:
        """Everything of a repair that did not hold."""
        with self.ground.sessions.session(ALL) as session:
            account = session.get_one(AccountRow, id_)
            back = self._back(session, _latest(session, id_), "", why, now)
            count = write(session, back, self.ground.key)
            account.state, account.ended_why = REVERSED, why
        return count

    def _go_on(
        self, account: AccountRow, planned: PlanRow, days: Sequence[Day], relapse: date | None
    ) -> None:
        """Where booking stands now, and whether it has ended."""
        if days:
            last = max(day.day for day in days)
            account.next = max(account.next, (last + timedelta(days=1)).isoformat())
            account.lost = _lost_at_end(days)
        why = ""
        if relapse is not None:
            why = "relapse"
        elif _outdated(planned):
            why = "model"
        elif planned.scene != scene_of(self.ground, planned.target):
            why = "changed"
        elif account.lost >= LOST_DAYS:
            why = "no_data"
        elif account.next > account.until:
            why = account.until_why
        if why and account.state in {PROVISIONAL, VERIFIED} and not account.ended_why:
            account.ended_why = why
        if account.ended_why and account.state == VERIFIED:
            account.state = ENDED

    def _row(self, account: AccountRow, day: Day, state: Entry, now: int) -> DayRow:
        at = self.ground.midnight(day.day)
        price, since = _valid(self.ground, day.carrier, at)
        factor, from_ = _factor(self.ground, day.carrier, at)
        kept = not day.why
        return DayRow(
            account_id=account.id, order_id=account.order_id, building=account.building, at=now,
            day=day.day.isoformat(), carrier=day.carrier.value, cell=day.cell,
            counterfactual=round(day.counterfactual, 6) if kept else 0.0,
            actual=round(day.actual, 6) if kept else 0.0,
            saving=round(day.saving, 6) if kept else 0.0, hours=round(day.hours, 4),
            u=round(day.u, 6) if kept else 0.0, state=state.value, why=day.why, price=price,
            price_from=since, factor=factor, factor_from=from_, revision=1,
        )  # fmt: skip


def _outdated(planned: PlanRow) -> bool:
    """Whether a plant's plan was made for another reckoning, whose hours were others."""
    plant = CONSTRUCTIONS[planned.family].kind is Kind.PLANT
    return plant and planned.detail.get("model") != MODEL


def _latest(session: Session, account: int) -> dict[tuple[str, str], DayRow]:
    """The newest entry of each day and carrier."""
    rows = session.scalars(select(DayRow).where(DayRow.account_id == account).order_by(DayRow.id))
    return {(row.day, row.carrier): row for row in rows}


def _same(before: DayRow, day: Day, wanted: Entry) -> bool:
    if before.state == Entry.DISPUTED:
        return wanted is Entry.VERIFIED
    if before.state == Entry.REVERSED:
        return True
    if before.state != wanted:
        return False
    scale = max(abs(day.counterfactual), abs(day.actual), 1.0)
    return bool(day.why) or abs(before.saving - day.saving) <= _SAME * scale


def _copy(row: DayRow, now: int) -> DayRow:
    return DayRow(
        account_id=row.account_id, order_id=row.order_id, building=row.building, at=now,
        day=row.day, carrier=row.carrier, cell=row.cell, counterfactual=row.counterfactual,
        actual=row.actual, saving=row.saving, hours=row.hours, u=row.u, state=row.state,
        why=row.why, price=row.price, price_from=row.price_from, factor=row.factor,
        factor_from=row.factor_from, revision=row.revision + 1,
    )  # fmt: skip


def _lost_at_end(days: Sequence[Day]) -> int:
    """Days without data on end, up to the last."""
    lost = {day.day: day.why == "no_data" for day in days}
    count = 0
    for day in sorted(lost, reverse=True):
        if not lost[day]:
            break
        count += 1
    return count


def _valid(ground: Ground, carrier: Carrier, at: int) -> tuple[float | None, int | None]:
    valid = [p for p in ground.site.prices.get(carrier, ()) if p.valid_from <= at]
    return (valid[-1].per_unit, valid[-1].valid_from) if valid else (None, None)


def _factor(ground: Ground, carrier: Carrier, at: int) -> tuple[float | None, int | None]:
    valid = [f for f in ground.site.carbon.get(carrier, ()) if f.valid_from <= at]
    return (valid[-1].kg_per_unit, valid[-1].valid_from) if valid else (None, None)
