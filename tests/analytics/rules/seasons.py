"""Some days of the sample campus with given faults, judged by given rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adapters.store.duck import DuckStore
from analytics.backtest import Backtest, backtest
from analytics.rule import Rule
from core.batch import Batch, BatchName, Columns
from core.clock import DAY_MS
from core.quality import Quality
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from tests.analytics.plant import SITE

SEED = 5


def ill(kind: FaultKind, asset: str, point: str, onset: int, severity: float = 1.0) -> Fault:
    """A sudden fault."""
    return Fault(
        id=f"{kind.value}@{asset}.{point}", kind=kind, asset=asset, point=point, onset=onset,
        severity=severity,
    )  # fmt: skip


def judge(start: int, days: int, faults: Sequence[Fault], rules: Sequence[Rule]) -> Backtest:
    """What the rules say of the plant; meters are not asked."""
    campus, end = Campus(SITE, SEED, start, faults), start + days * DAY_MS
    store = DuckStore(":memory:", SITE)
    try:
        rows = Columns.joined([campus.read(g, end) for g in sorted(SITE.gateways)])
        beyond = (rows.value < SITE.span_low[rows.point]) | (
            rows.value > SITE.span_high[rows.point]
        )
        quality = np.where(beyond, int(Quality.SUSPECT), int(Quality.GOOD)).astype(np.int8)
        marked = Columns.of(rows.point, rows.at, rows.value, quality)
        name = BatchName("gw", "boot", 0)
        store.write([Batch(name=name, rows=marked, received=end)], receipted=set())
        return backtest(SITE, store, start, end, rules)
    finally:
        store.close()
