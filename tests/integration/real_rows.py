"""Every cell of a set of files by what becomes of it and why, through the code that does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adapters.sites import load_site
from core.batch import Columns
from core.quality import IntervalState, Quality
from edge.drivers.csv import CsvDriver
from ingest.crossings import crossings
from ingest.rederive import good_reads
from ingest.registers import Rules, linked
from ingest.spread import spread
from ingest.validate import Limits, Pace, beyond_span, unplaceable, with_suspects

FOREVER = 4 * 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What became of a set.

    Attributes:
        rows: Of the files.
        cells: By state and reason; their sum is all cells.
        twice: Of the stored, those that a later row of the same point and time replaces.
        use: Intervals of registers by state.
        events: What registers are proposed to have done, by kind; ``accepted`` of them count
            without being asked.
        accepted: The same.
    """

    rows: int
    cells: Mapping[str, int]
    twice: int
    use: Mapping[str, int]
    events: Mapping[str, int]
    accepted: int


def rows_of(name: str, gateway: str, sites: Path, data: Path, like: str = "") -> Rows:
    """Count a set; of its points only those whose id contains ``like``."""
    site = load_site(sites / "examples" / name)
    driver = CsvDriver(site, gateway, data / name)
    rows = driver.read(FOREVER)
    account = driver.account()
    driver.close()
    wanted = [i for i, p in enumerate(site.points) if like in p.id]
    rows = rows.keep(np.isin(rows.point, wanted))
    limits = Limits.of(site)
    refused = unplaceable(rows, np.full(len(rows), FOREVER), limits) != 0
    beyond = beyond_span(rows, limits) & ~refused
    fast = Pace(limits).too_fast(with_suspects(rows, beyond)) & ~beyond & ~refused
    none = rows.quality == Quality.BAD
    cells = Counter({
        "stored": int((~(refused | beyond | fast | none)).sum()),
        "stored, no value": int((none & ~refused).sum()),
        "suspect, beyond its span": int(beyond.sum()),
        "suspect, faster than it can change": int(fast.sum()),
        "quarantined": int(refused.sum()),
        "empty": account.empty,
    })  # fmt: skip
    cells_a_row = account.cells // max(account.rows, 1)
    for reason, count in account.problems.items():
        cells[f"lost, {reason}"] += count * cells_a_row
    kept = with_suspects(with_suspects(rows.keep(~refused), beyond[~refused]), fast[~refused])
    use, events, accepted = _registers(kept, Rules.of(site))
    return Rows(
        rows=account.rows if not like else len(rows), cells=+cells,
        twice=len(rows) - len(np.unique(np.stack([rows.point, rows.at]), axis=1).T),
        use=use, events=events, accepted=accepted,
    )  # fmt: skip


def _registers(rows: Columns, rules: Rules) -> tuple[Mapping[str, int], Mapping[str, int], int]:
    reads = good_reads(rows.keep(rules.is_register[rows.point]))
    if not len(reads):
        return {}, {}, 0
    links = linked(reads, rules, {})
    nothing = (np.empty(0, np.int32), np.empty(0, np.int64))
    use = spread(reads, links, rules, nothing)
    found = crossings(reads, links, rules, {}, np.ones(len(reads), np.bool_))
    states = {s.name.lower(): int((use.state == s).sum()) for s in IntervalState}
    kinds = Counter(one.kind.value for one in found)
    return states, kinds, sum(one.accepted for one in found)
