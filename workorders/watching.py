"""The rows of a watch: which rules and targets a repair is held against, and their answers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adapters.records.orders import Order, Watch
from analytics.proof import ProofState
from core.finding import FindingState
from core.words import ProofKind
from workorders.book import Book
from workorders.happenings import Happening
from workorders.triage import links


def begin(book: Book, order: Order) -> Sequence[Watch]:
    """A watch for every rule and target that the order stands for, since it was done last.

    Called again, it adds what joined since: another fault of the same cause.
    """
    have = {(watch.rule, watch.target) for watch in of(book, order)}
    wanted = [
        (link.rule, link.target)
        for link in links(book, order.id)
        if link.state != FindingState.WITHDRAWN
    ]
    for rule, target in dict.fromkeys(wanted):
        if (rule, target) not in have and order.done_at is not None:
            book.session.add(
                Watch(
                    order_id=order.id, building=order.building, rule=rule, target=target,
                    done_at=order.done_at, outcome=ProofState.WAITING, exposures=0, needed=0,
                    detail={},
                )
            )  # fmt: skip
    book.session.flush()
    return of(book, order)


def of(book: Book, order: Order) -> Sequence[Watch]:
    """The watches of the last repair."""
    mine = select(Watch).where(Watch.order_id == order.id, Watch.done_at == order.done_at)
    return book.session.scalars(mine.order_by(Watch.id)).all()


def live(book: Book, order: Order) -> list[Watch]:
    """Those watches whose finding late data has not taken back."""
    kept = {
        (link.rule, link.target)
        for link in links(book, order.id)
        if link.state != FindingState.WITHDRAWN
    }
    return [watch for watch in begin(book, order) if (watch.rule, watch.target) in kept]


def by_inspection(order: Order) -> bool:
    """Whether another person's look proves it."""
    return order.proof is ProofKind.INSPECTION


def said_inconclusive(order: Order) -> bool:
    """Whether it was said that only a person's signature can close it."""
    return order.proof is ProofKind.TELEMETRY and Happening.INCONCLUSIVE in order.told


def inconclusive(book: Book, order: Order) -> bool:
    """Whether that still holds: newer verdicts may have begun to prove it."""
    return said_inconclusive(order) and combined(live(book, order)) is ProofState.INCONCLUSIVE


def combined(watches: Sequence[Watch]) -> ProofState:
    """One answer of several: what refuses goes before what is lost, and that before waiting.

    Without any watch (all findings were withdrawn) there is nothing that telemetry could
    prove.
    """
    said = {ProofState(watch.outcome) for watch in watches}
    for state in (ProofState.REFUSED, ProofState.POINTS_LOST, ProofState.WAITING,
                  ProofState.PARKED, ProofState.INCONCLUSIVE):  # fmt: skip
        if state in said:
            return state
    return ProofState.VERIFIED if said else ProofState.INCONCLUSIVE
