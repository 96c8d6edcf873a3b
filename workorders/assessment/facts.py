"""From columns to facts: one row for each thing that a figure counts, and whose it is. Pure.

A fact belongs to the moment at which it was decided, and with it to that month for good: an
answer to when it was given, a promise to when it was kept or broken, a repair to when it was done.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.actor import SYSTEM
from core.batch import Bools, Floats, Ints
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.words import CancelReason, OrderState, Origin, Outcome
from workorders.assessment.columns import NEVER, NOBODY, Work
from workorders.clocks import capped

PLANNED = (Origin.PLAN.value, "planned")
"""Origins of an order that somebody planned."""
MENDED = (OrderState.DONE.value, OrderState.VERIFYING.value, OrderState.CLOSED.value)


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows that one figure is made of.

    Attributes:
        order: Row of the order.
        who: Person that it is about, or -1.
        at: When it was decided. [ms]
        value: A time, 1 or 0, an amount; NaN where it is not decided yet.
        weight: What a share is weighted by; each alike where left out.
    """

    order: Ints
    who: Ints
    at: Ints
    value: Floats
    weight: Floats | None = None

    def where(self, kept: Bools) -> Facts:
        """Some of them."""
        weight = None if self.weight is None else self.weight[kept]
        return Facts(self.order[kept], self.who[kept], self.at[kept], self.value[kept], weight)

    def __len__(self) -> int:
        return len(self.order)


def planned(work: Work) -> Bools:
    """Orders that somebody planned; the others are reactive."""
    return work.orders.origin.among(PLANNED)


def folded(work: Work) -> Bools:
    """Orders that the system put into another one: they are that one."""
    orders = work.orders
    duplicate = orders.reason.of(CancelReason.DUPLICATE.value)
    return cancelled(work) & duplicate & orders.closer.of(SYSTEM.login)


def cancelled(work: Work) -> Bools:
    """Orders that ended without a repair."""
    return work.orders.state.of(OrderState.CANCELLED.value)


def reactive(work: Work) -> Bools:
    """Orders that are judged by how soon and how well they were answered."""
    return ~planned(work) & ~folded(work)


def mender(work: Work) -> Ints:
    """Who mended each order; who has it where nobody did, and of what was cancelled."""
    orders = work.orders
    by = np.where(orders.mender == NOBODY, orders.holder, orders.mender)
    held = cancelled(work) & (orders.holder != NOBODY)
    found: Ints = np.where(held, orders.holder, by)
    return found


def holder_at(work: Work, order: Ints, at: Ints) -> Ints:
    """Who had orders at times."""
    found = work.orders.holder[order].copy()
    if work.hands:
        changed = np.isin(order, np.fromiter(work.hands, dtype=np.int64))
        for row in np.flatnonzero(changed):
            hands = work.hands[int(order[row])]
            had = [who for since, who in hands if since <= at[row]]
            found[row] = had[-1] if had else hands[0][1]
    return found


def acknowledged(work: Work) -> Facts:
    """From the start of an order's clocks to the first answer. [min]"""
    orders, promises = work.orders, work.promises
    first = (
        promises.kind.of("acknowledge") & (promises.met != NEVER)
        & (promises.started == orders.opened[promises.order]) & reactive(work)[promises.order]
    )  # fmt: skip
    order, at = _first(promises.order[first], promises.met[first])
    return _since(work, order, at, MINUTE_MS)


def arrived(work: Work) -> Facts:
    """From the start of an order's clocks to who was first at the place. [min]"""
    order, at = _first(work.arrivals.order, work.arrivals.at)
    kept = reactive(work)[order]
    return _since(work, order[kept], at[kept], MINUTE_MS)


def mended(work: Work, *, held: bool = True) -> Facts:
    """From the start of an order's clocks to the *done* that stands. [h]

    Args:
        work: The columns.
        held: Whether holds that stop the clock to restore count too.
    """
    orders = work.orders
    rows = np.flatnonzero(orders.state.among(MENDED) & (orders.done != NEVER) & reactive(work))
    took = (orders.done - orders.opened)[rows].astype(np.float64)
    if not held:
        for row in np.intersect1d(rows, np.fromiter(work.holds, dtype=np.int64)):
            n = np.searchsorted(rows, row)
            for start, end in capped(work.holds[int(row)]):
                inside = min(end, int(orders.done[row])) - max(start, int(orders.opened[row]))
                took[n] -= max(inside, 0)
    return Facts(rows, mender(work)[rows], orders.done[rows], np.maximum(took, 0.0) / HOUR_MS)


def detected(work: Work) -> Facts:
    """From when a fault began to the repair that telemetry proved. [d]"""
    orders = work.orders
    rows = np.flatnonzero(
        orders.outcome.of(Outcome.VERIFIED.value) & (orders.done != NEVER) & ~planned(work)
    )
    took = (orders.done - orders.seen)[rows] / DAY_MS
    return Facts(rows, mender(work)[rows], orders.done[rows], np.maximum(took, 0.0))


def hours_planned(work: Work) -> Facts:
    """Hours worked, 1 where somebody had planned them; reports by people are left out."""
    orders = work.orders
    rows = np.flatnonzero(
        orders.state.among(MENDED) & (orders.done != NEVER) & (orders.minutes > 0)
        & ~orders.origin.of(Origin.REQUEST.value)
    )  # fmt: skip
    return Facts(
        rows, mender(work)[rows], orders.done[rows], planned(work)[rows].astype(np.float64),
        orders.minutes[rows] / 60.0,
    )  # fmt: skip


def planned_in_time(work: Work) -> Facts:
    """1 for each due date of planned work that was kept, 0 for each that was missed."""
    due = work.occurrences
    return Facts(due.order, mender(work)[due.order], due.at, due.kept.astype(np.float64))


def rated(work: Work) -> Facts:
    """Stars of reporters; NaN for silence and for what counts in no average."""
    ratings, closed = work.ratings, work.orders.closed
    counts = (ratings.stars > 0) & ~ratings.left_out
    value = np.where(counts, ratings.stars, np.nan)
    who = mender(work)[ratings.order]
    return Facts(ratings.order, who, closed[ratings.order], value)


def _since(work: Work, order: Ints, at: Ints, unit: int) -> Facts:
    took = np.maximum(at - work.orders.opened[order], 0) / unit
    return Facts(order, holder_at(work, order, at), at, took)


def _first(order: Ints, at: Ints) -> tuple[Ints, Ints]:
    """The earliest time of each order."""
    by = np.lexsort((at, order))
    found, first = np.unique(order[by], return_index=True)
    return found, at[by][first]
