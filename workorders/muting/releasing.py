"""When a mute ends, what still goes on opens its order after all."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from adapters.records.mutes import Mute, MutedFinding
from core.finding import FindingState
from core.ports import Findings
from workorders import triage
from workorders.book import Book


def step(book: Book, findings: Findings) -> None:
    """Settles every mute that has ended by now."""
    over: ColumnElement[bool] = or_(Mute.until <= book.now, Mute.ended_at <= book.now)
    ended = select(Mute).where(Mute.settled.is_(False), over).order_by(Mute.id)
    for mute in book.session.scalars(ended).all():
        waiting = select(MutedFinding.finding_id).where(
            MutedFinding.mute_id == mute.id, MutedFinding.released_at.is_(None),
            MutedFinding.state == FindingState.OPEN,
        )  # fmt: skip
        ids = book.session.scalars(waiting.order_by(MutedFinding.opened)).all()
        known = [finding for id_ in ids if (finding := findings.get(id_)) is not None]
        mute.settled = True
        triage.place_all(book, [one for one in known if one.state is FindingState.OPEN])
