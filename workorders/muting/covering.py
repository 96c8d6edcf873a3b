"""Which findings open no order now because something is muted; each of them is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from adapters.records.mutes import Mute, MutedFinding
from core.finding import Finding
from core.rulecard import RuleCard
from workorders.book import Book
from workorders.routing import asset_of
from workorders.symptoms import NEVER_FOLDED

NEVER_MUTED = NEVER_FOLDED
"""Severity of what no mute keeps back (crews.md)."""

_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Mutes and what they kept back, as far as some findings go.

    Attributes:
        mutes: By building, the newest first.
        kept: Findings that were kept back, by id.
    """

    mutes: dict[str, list[Mute]] = field(default_factory=dict)
    kept: dict[str, MutedFinding] = field(default_factory=dict)

    def knows(self, finding: Finding) -> bool:
        """Whether this revision of a muted finding was seen before; else it is taken over."""
        row = self.kept.get(finding.id)
        if row is None:
            return False
        if finding.revision <= row.revision:
            return True
        _copy(row, finding)
        return False

    def release(self, finding: Finding, now: int) -> None:
        """A finding that was kept back has an order now."""
        row = self.kept.get(finding.id)
        if row is not None and row.released_at is None:
            row.released_at = now

    def keep_back(self, book: Book, card: RuleCard, finding: Finding) -> bool:
        """Whether a finding opens no order for now; it is listed under what muted it."""
        mute = next(
            (m for m in self.mutes.get(finding.building, ()) if covers(book, m, card, finding)),
            None,
        )
        if mute is None:
            return False
        row = self.kept.get(finding.id)
        if row is None:
            row = MutedFinding(
                finding_id=finding.id, building=finding.building, rule=finding.rule,
                target=finding.target, opened=finding.opened, muted_at=book.now,
            )  # fmt: skip
            self.kept[finding.id] = row
        row.mute_id = mute.id
        row.released_at = None
        _copy(row, finding)
        book.session.add(row)
        return True


def covers(book: Book, mute: Mute, card: RuleCard, finding: Finding) -> bool:
    """Whether a mute keeps this finding back: by place, family, rule and time.

    It holds while it lasts; and afterwards for a fault that began and ended within it, of which
    the readings only came later.
    """
    if finding.severity <= NEVER_MUTED or mute.family not in {"", card.family}:
        return False
    if mute.rule not in {"", finding.rule}:
        return False
    lasts = mute.start <= book.now < mute.end
    within = mute.start <= finding.onset and finding.last <= mute.end
    return (lasts or within) and mute.scope in _places(book, finding)


def read(book: Book, findings: Sequence[Finding]) -> Coverage:
    """What may keep these findings back, and what was kept back of them."""
    found = Coverage()
    if not findings:
        return found
    buildings = sorted({finding.building for finding in findings})
    earliest = min(finding.onset for finding in findings)
    mutes = select(Mute).where(
        Mute.building.in_(buildings), Mute.until >= earliest, Mute.start <= book.now
    )
    for mute in book.session.scalars(mutes.order_by(Mute.id.desc())):
        found.mutes.setdefault(mute.building, []).append(mute)
    ids = [finding.id for finding in findings]
    for first in range(0, len(ids), _MANY):
        kept = select(MutedFinding).where(MutedFinding.finding_id.in_(ids[first : first + _MANY]))
        found.kept.update({row.finding_id: row for row in book.session.scalars(kept)})
    return found


def _places(book: Book, finding: Finding) -> set[str]:
    """Ids by which a mute may name what a finding is about."""
    site = book.office.site
    asset = asset_of(site, finding.target)
    equipment = site.equipment.get(asset)
    system = {equipment.system} if equipment is not None else set()
    own = {finding.building, finding.target, asset}
    return own | system | book.office.graph.carriers(asset)


def _copy(row: MutedFinding, finding: Finding) -> None:
    row.title = str(finding.title)[:1000]
    row.severity = finding.severity
    row.state = finding.state
    row.revision = finding.revision
    row.last = finding.last
