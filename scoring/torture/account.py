"""What became of every reading: the ledger and the outbox against the store and quarantine.

Told apart by (point, time) and value; no counter of the system is asked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from adapters.records import Records
from adapters.sites import load_site
from adapters.store import open_store
from core import wire
from core.batch import Intervals, Stored
from core.errors import Undecodable
from core.site import Site
from scoring.torture import outboxes
from scoring.torture.grounds import Grounds, Row, read_ledger

Key = tuple[str, int]
_FOREVER_MS = 4 * 10**12
_KWH = 1e-6
"""Sums of thousands of differences differ by less than this from the difference of the ends."""
_MOST_NAMED = 5


@dataclass(kw_only=True)
class Account:
    """Of one scenario; ``lost``, ``duplicated`` and ``invented`` must be 0.

    Attributes:
        given: Readings that the devices gave while they were read, by the ledger.
        sent: Of these, committed to an outbox, or published by a device that has none.
        stored: Distinct readings in the store.
        quarantined: Readings, and messages that could not be read, in quarantine.
        lost: Given and neither stored nor in quarantine.
        duplicated: Rows in the store beside the first of their point and time.
        invented: Stored without having been given, or with another value; and registers whose
            use is not what they counted.
        notes: What was done, and the first things that are wrong.
    """

    given: int = 0
    sent: int = 0
    stored: int = 0
    quarantined: int = 0
    lost: int = 0
    duplicated: int = 0
    invented: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is lost, doubled or invented."""
        return self.given > 0 and not (self.lost or self.duplicated or self.invented)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Published:
    """What was published beside the edges, and what should become of it.

    Attributes:
        rows: Readings that should be stored.
        refused: Entries that should be in quarantine, by reason.
    """

    rows: tuple[Row, ...] = ()
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where everything stands that is counted; nobody else has it open.

    Attributes:
        grounds: Site and ledgers.
        outboxes: File of each gateway's outbox.
        store_url: The store itself, past any proxy.
        token: Of the store.
        records_url: Where quarantine is.
    """

    grounds: Grounds
    outboxes: Mapping[str, Path]
    store_url: str
    token: str
    records_url: str


def account(found: Evidence, published: Published | None = None) -> Account:
    """Count what became of every reading."""
    published = published or Published()
    said = Account()
    given = _given(found, published.rows)
    sent = _sent(found, said, published.rows)
    site = load_site(found.grounds.site)
    stored, use, rows_counted = _held(found, site)
    held, rows = _by_key(site, stored)
    refused, reasons = _quarantined(found)
    said.given, said.sent, said.stored = len(given), len(sent), len(held)
    said.quarantined = sum(reasons.values())
    said.duplicated = max(rows, rows_counted) - len(held)
    missing = [key for key in given if key not in held and key not in refused]
    unsent = [key for key in given if key not in sent]
    strange = [key for key, value in held.items() if given.get(key) != value]
    strange += [key for key, value in sent.items() if given.get(key) != value]
    said.lost = len({*missing, *unsent})
    said.invented = len(set(strange))
    _note(said, "lost", missing)
    _note(said, "never committed", unsent)
    _note(said, "invented", strange)
    _judge_quarantine(said, reasons, published.refused)
    _judge_use(said, site, given, use)
    return said


def _given(found: Evidence, published: Iterable[Row]) -> dict[Key, float]:
    given = {(row.point, row.at): row.value for row in published}
    for gateway in found.grounds.gateways:
        given |= {(row.point, row.at): row.value for row in read_ledger(found.grounds, gateway)}
    return given


def _sent(found: Evidence, said: Account, published: Iterable[Row]) -> dict[Key, float]:
    sent = {(row.point, row.at): row.value for row in published}
    for gateway in found.grounds.gateways:
        path = found.outboxes[gateway]
        sent |= {(row.point, row.at): row.value for row in outboxes.committed(path)}
        if dropped := outboxes.discarded(path):
            said.notes.append(f"{gateway} discarded {dropped} batches")
    return sent


def _held(found: Evidence, site: Site) -> tuple[Stored, Intervals, int]:
    store = open_store(found.store_url, site, token=found.token)
    try:
        every = range(len(site.points))
        counted = store.count()
        rows = sum(counted[kind] for kind in ("gauge", "register", "state", "command"))
        return store.read(every, 0, _FOREVER_MS), store.read_intervals(every, 0, _FOREVER_MS), rows
    finally:
        store.close()


def _by_key(site: Site, stored: Stored) -> tuple[dict[Key, float], int]:
    rows = stored.rows
    columns = (rows.point.tolist(), rows.at.tolist(), rows.value.tolist())
    return {
        (site.points[point].id, at): value for point, at, value in zip(*columns, strict=True)
    }, len(rows)


def _quarantined(found: Evidence) -> tuple[set[Key], Counter[str]]:
    """Readings of batches that can be read, and entries by reason."""
    keys: set[Key] = set()
    reasons: Counter[str] = Counter()
    records = Records(found.records_url)
    try:
        for entry in records.quarantine.list(limit=1_000_000):
            reasons[entry.reason] += 1
            try:
                message = wire.decode(bytes(entry.payload), wire.BatchMessage)
            except Undecodable:
                continue
            keys |= {
                (message.points[p].id, message.t0 + dt)
                for p, dt in zip(message.p, message.dt, strict=False)
                if p < len(message.points)
            }
    finally:
        records.close()
    return keys, reasons


def _judge_quarantine(said: Account, found: Counter[str], expected: Counter[str]) -> None:
    for reason, more in (expected - found).items():
        said.lost += more
        said.notes.append(f"{more} of '{reason}' should be in quarantine and are not")
    for reason, more in (found - expected).items():
        said.notes.append(f"{more} of '{reason}' in quarantine")


def _judge_use(said: Account, site: Site, given: dict[Key, float], use: Intervals) -> None:
    """Use of each register must add up to what it counted, each interval once."""
    totals: dict[str, list[tuple[int, float]]] = {}
    for (point, at), value in given.items():
        if point.endswith(".energy"):
            totals.setdefault(point, []).append((at, value))
    sums: dict[str, float] = {}
    times: set[tuple[int, int]] = set()
    for point, at, value in zip(
        use.point.tolist(), use.at.tolist(), use.value.tolist(), strict=True
    ):
        said.duplicated += (point, at) in times
        times.add((point, at))
        name = site.points[point].id
        sums[name] = sums.get(name, 0.0) + value
    for point, reads in totals.items():
        counted = max(reads)[1] - min(reads)[1]
        if not math.isclose(sums.get(point, 0.0), counted, abs_tol=_KWH):
            said.invented += 1
            said.notes.append(f"{point} counted {counted:.3f} kWh, its use is {sums.get(point)}")


def _note(said: Account, what: str, keys: list[Key]) -> None:
    if keys:
        some = ", ".join(f"{point} at {at}" for point, at in sorted(keys)[:_MOST_NAMED])
        said.notes.append(f"{what}: {len(keys)}, such as {some}")
