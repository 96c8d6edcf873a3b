"""What the real rules find on a campus, which is healthy unless said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adapters.store.duck import DuckStore
from analytics.backtest import backtest
from core.batch import Batch, BatchName, Columns
from core.clock import DAY_MS
from core.finding import Finding
from core.quality import Quality
from core.site import Site
from ingest.registers import Rules
from ingest.use import Use
from simulators.campus import Campus
from simulators.physics.faults import Fault
from simulators.physics.people.happenings import Happening
from simulators.physics.weather.spells import Spell


def found(
    site: Site, seed: int, when: tuple[int, int], *, judged_by: Site | None = None,
    spells: Sequence[Spell] = (), happenings: Sequence[Happening] = (), nights: int = 30,
    behind: int = 14, faults: Sequence[Fault] = (),
) -> list[tuple[str, str]]:  # fmt: skip
    """Rules and targets of all findings.

    Args:
        site: What lives.
        seed: Of the campus.
        when: From which midnight [ms] and for how many days.
        judged_by: What the rules are told of it, where that is another declaration.
        spells: Heat waves and cold snaps.
        happenings: What happens.
        nights: Of the meters before,
        behind: and days of the plant, which are judged too.
        faults: What goes wrong.
    """
    start, days = when
    told = judged_by or site
    store = DuckStore(":memory:", told)
    use = Use(Rules.of(told), store)
    campus = Campus(site, seed, start, faults, spells=spells, happenings=happenings)
    try:
        for seq, (_, rows) in enumerate(campus.history(nights, plant_days=behind)):
            write(store, use, rows, (told, seq))
        for day in range(days):
            until = start + (day + 1) * DAY_MS
            rows = Columns.joined([campus.read(g, until) for g in sorted(site.gateways)])
            if len(rows):  # a line may be down all day
                write(store, use, rows, (told, 100 + day))
        findings: Sequence[Finding] = backtest(
            told, store, start - behind * DAY_MS, start + days * DAY_MS
        ).findings
        return [(f.rule, f.target) for f in findings]
    finally:
        store.close()


def write(store: DuckStore, use: Use, rows: Columns, of: tuple[Site, int]) -> None:
    """A campus' readings as ingest would store them, with their use; ``of``: site and sequence."""
    site, seq = of
    rows = rows.keep(np.argsort(rows.at, kind="stable"))
    beyond = (rows.value < site.span_low[rows.point]) | (rows.value > site.span_high[rows.point])
    quality = np.where(beyond, int(Quality.SUSPECT), int(Quality.GOOD)).astype(np.int8)
    marked = Columns.of(rows.point, rows.at, rows.value, quality)
    name = BatchName("gw", "boot", seq)
    store.write([Batch(name=name, rows=marked, received=int(rows.at[-1]))], receipted=set())
    use.derive(marked)
