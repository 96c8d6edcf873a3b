"""The ledger as a part: driven with the orders, an hour and a local day at a time."""

from __future__ import annotations

import logging

from adapters.records.base import ALL
from core.clock import DAY_MS, MINUTE_MS
from core.errors import Retryable
from workorders.ledger.booking import Booker
from workorders.ledger.events import steps_said
from workorders.ledger.freezing import RENEW_MS, Freezer
from workorders.ledger.ground import Ground
from workorders.ledger.nodes import Reconciler

LOG = logging.getLogger(__name__)

BOOK_MS = DAY_MS
"""Days are booked so often: a day that is over is in the book within the next one. [ms]"""

URGENT_MS = 5 * MINUTE_MS
"""While a P1 is being mended its plan is looked at so often: a burst pipe is shut within the hour
in which it is found. [ms]"""


class Ledger:
    """Plans before *done*, days after it, and every meter above."""

    def __init__(self, ground: Ground, *, book_every_ms: int = BOOK_MS) -> None:
        self.ground = ground
        self._freezer = Freezer(ground)
        self._booker = Booker(ground=ground)
        self._reconciler = Reconciler(ground=ground)
        self._every = book_every_ms
        self._frozen_at = self._booked_at = 0
        self._said = 0

    def step(self, now: int) -> None:
        """Whatever is due by the run clock; while store or records are away it waits. [ms]"""
        try:
            since = now - self._frozen_at
            if since >= RENEW_MS or (since >= URGENT_MS and self._freezer.urgent(now)):
                self._freezer.step(now)
                self._frozen_at = now
            if now - self._booked_at >= self._every:
                self.book(now)
        except Retryable as why:
            LOG.warning("the ledger waits: %s", why)

    def book(self, now: int) -> int:
        """Books and reconciles now; entries written. [ms]"""
        written = self._booker.step(now)
        with self.ground.sessions.session(ALL, reading=True) as session:
            said = steps_said(session)
        if written or said != self._said:
            self._reconciler.step()
            self._said = said
        self._booked_at = now
        return written
