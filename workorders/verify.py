"""Asks telemetry of every repair said to be done, and acts on the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import func, select

from adapters.records.orders import Order, OrderFinding, Watch
from analytics.doubts import SETTLE_MS, Doubts
from analytics.proof import PATIENCE_MS, Proof, ProofState
from core.clock import DAY_MS, HOUR_MS
from core.finding import Finding
from core.rulecard import RuleCard
from core.verdict import Run
from core.words import OrderState, Origin, Outcome, ProofKind, Text, Trade
from workorders import dispatch, messages, returning, watching
from workorders.awaiting import Awaiting
from workorders.book import Book
from workorders.cases import SILENT_FAMILY
from workorders.deeds import close
from workorders.happenings import Happening
from workorders.ownplant.cards import FAMILIES as OWN_PLANT
from workorders.ranking import Loss, rank
from workorders.routing import gateways_of
from workorders.sequels import before, wrong_clock
from workorders.states import Command

ASK_AGAIN_MS = HOUR_MS
"""Without new verdicts a proof is asked again after this: patience runs by the run clock."""

UNJUDGED = Text("For seven days nobody has judged this rule here: is the asset still in the model?")

WORKS = Text("Its points give nothing while works go on that were announced.")

LOST_FAMILY = "points_lost"
LOST_EFFORT_MIN = 60
"""A sensor or its line, found and mended. [min]"""


class Prove(Protocol):
    """What the verdicts say of a repair: :func:`analytics.proof.prove`."""

    def __call__(
        self, card: RuleCard, runs: Sequence[Run], *, done_at: int, now: int, judged_until: int,
        doubts: Sequence[tuple[int, int]], settle_ms: int,
    ) -> Proof: ...  # fmt: skip


class RunsOf(Protocol):
    """The stream of verdicts, as far as proofs read it."""

    def runs(self, rule: str, target: str, start: int, end: int | None = None) -> Sequence[Run]:
        """Runs that overlap ``(start, end]``, in time order."""
        ...

    def judged_until(self) -> Mapping[tuple[str, str], int]:
        """By (rule, target): up to where verdicts stand. [ms]"""
        ...


class FindingsOf(Protocol):
    """Findings, as far as proofs read them."""

    def open(self) -> Sequence[Finding]:
        """All that are open."""
        ...

    def since(self, start: int) -> Sequence[Finding]:
        """All whose last fault is not before a time."""
        ...


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """Moves orders out of *verifying*."""

    verdicts: RunsOf
    findings: FindingsOf
    doubts: Doubts
    prove: Prove
    awaiting: Awaiting

    def step(self, book: Book) -> None:
        """Asks where something new can be known."""
        query = select(Order.id, Order.version).where(
            Order.state == OrderState.VERIFYING, Order.proof == ProofKind.TELEMETRY,
            Order.family.not_in(sorted(OWN_PLANT)),
        )  # fmt: skip
        waiting = book.session.execute(query.order_by(Order.id)).all()
        if not waiting:
            return
        judged, wrong = self.verdicts.judged_until(), self._wrong(book)
        for id_, version in waiting:
            order = book.lock(id_, version)
            if order is not None:
                self._ask(book, order, judged, wrong)

    def _wrong(self, book: Book) -> list[Finding]:
        """Instruments found at fault, now or since the oldest repair that waits."""
        waiting = select(func.min(Order.done_at)).where(Order.state == OrderState.VERIFYING)
        oldest = book.session.scalar(waiting)
        found = {f.id: f for f in (*self.findings.since(oldest or 0), *self.findings.open())}
        return [f for f in found.values() if f.rule in self.doubts.accusers]

    def _ask(
        self, book: Book, order: Order, judged: Mapping[tuple[str, str], int],
        wrong: Sequence[Finding],
    ) -> None:  # fmt: skip
        watches = watching.live(book, order)
        asked = [self._one(book, order, watch, judged, wrong) for watch in watches]
        said = watching.combined(watches)
        alone = self.doubts.accusers
        if said is ProofState.VERIFIED and (first := before(book, order, alone)) is not None:
            _wait_for(watches, _behind(first))
            said = ProofState.WAITING
        if said is ProofState.POINTS_LOST and (clock := wrong_clock(book, order)) is not None:
            # Its points are well, and nobody at the plant can set a gateway's clock.
            _wait_for(watches, _clock(clock))
            said = ProofState.WAITING
        if said is ProofState.POINTS_LOST and _announced(book, order, watches):
            _wait_for(watches, WORKS)
            said = ProofState.WAITING
        if said in _ENDS:
            _ENDS[said](book, order, watches)
        elif said in _TOLD and _TOLD[said][0] not in order.told:
            _say(book, order, watches, *_TOLD[said])
        elif any(asked):
            book.touch(order)

    def _one(
        self, book: Book, order: Order, watch: Watch, judged: Mapping[tuple[str, str], int],
        wrong: Sequence[Finding],
    ) -> bool:  # fmt: skip
        """Asks one watch again where there is something new; whether it was asked."""
        until = judged.get((watch.rule, watch.target), watch.done_at)
        idle = watch.asked_at is not None and book.now - watch.asked_at < ASK_AGAIN_MS
        if until == watch.judged_until and idle:
            return False
        card = book.office.cards[watch.rule]
        runs = self.verdicts.runs(watch.rule, watch.target, _onset(book, order, watch))
        proof = self.prove(
            card, runs, done_at=watch.done_at, now=book.now, judged_until=until,
            doubts=self.doubts.spans(wrong, watch.rule, watch.target, watch.done_at, until),
            settle_ms=SETTLE_MS,
        )  # fmt: skip
        if proof.outcome is ProofState.WAITING and book.now - until >= PATIENCE_MS:
            proof = replace(proof, outcome=ProofState.INCONCLUSIVE, awaited=UNJUDGED)
        lacking = self.awaiting.of(card, watch, runs, until)
        _keep(book, watch, proof, until, lacking)
        return True


def _behind(first: str) -> Text:
    return Text("Clear; waits for {order} on the same asset, which it may come from.",
                {"order": first})  # fmt: skip


def _clock(first: str) -> Text:
    return Text("Waits for {order}: the clock of the gateway that its points come through is "
                "wrong.", {"order": first})  # fmt: skip


def _announced(book: Book, order: Order, watches: Sequence[Watch]) -> bool:
    """Whether works were announced at the asset within the day that its points were lost in.

    Behind a line that is cut by plan no instrument is wrong.
    """
    until = max(watch.judged_until or watch.done_at for watch in watches)
    spans = book.office.calendar.spans(order.asset)
    return any(start < until and end > until - DAY_MS for start, end in spans)


def _wait_for(watches: Sequence[Watch], why: Text) -> None:
    words = messages.dumped(why)
    for watch in watches:
        watch.outcome = ProofState.WAITING
        watch.asked_at = None
        watch.detail = {**watch.detail, "awaited": words}


def _keep(book: Book, watch: Watch, proof: Proof, until: int, lacking: Mapping[str, Any]) -> None:
    watch.asked_at = book.now
    watch.judged_until = until
    watch.outcome = proof.outcome
    watch.exposures = proof.exposures
    watch.needed = proof.needed
    watch.clear_since = proof.clear_since
    watch.detail = {
        "awaited": messages.dumped(proof.awaited),
        "decided": proof.decided,
        "windows": [[run.start, run.end] for run in proof.deciding],
        **lacking,
    }


def _onset(book: Book, order: Order, watch: Watch) -> int:
    """Where the fault began: the modes that showed it are read from there on."""
    query = select(OrderFinding.onset).where(
        OrderFinding.order_id == order.id,
        OrderFinding.rule == watch.rule,
        OrderFinding.target == watch.target,
    )
    return min(book.session.scalars(query), default=watch.done_at)


def _verified(book: Book, order: Order, watches: Sequence[Watch]) -> None:
    close(book, order, "system", Outcome.VERIFIED)
    book.step(order, Command.VERIFY, OrderState.CLOSED, **_shown(watches))
    people = [order.repaired_by] if order.repaired_by else []
    book.tell(order, people, Command.VERIFY, messages.VERIFIED)


def _refused(book: Book, order: Order, watches: Sequence[Watch]) -> None:
    shown = _shown(watches)
    data = returning.back(book, order)
    book.step(order, Command.REFUSE, OrderState.ASSIGNED, assignee=order.assignee, **data, **shown)
    people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
    book.tell(order, people, Command.REFUSE, messages.REFUSED)


def _lost(book: Book, order: Order, watches: Sequence[Watch]) -> None:
    """The order goes back, and the instrument that cannot speak gets an order of its own."""
    lost = [watch for watch in watches if watch.outcome == ProofState.POINTS_LOST]
    itself = order.trade is Trade.INSTRUMENT
    instrument = order.id if itself else open_instrument(book, order, lost[0])
    returning.again(book, order)
    book.step(
        order, Command.RETURN, OrderState.ASSIGNED, assignee=order.assignee,
        instrument=instrument, **_shown(watches),
    )  # fmt: skip
    people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
    book.tell(order, people, Command.RETURN, messages.RETURNED)


def _say(book: Book, order: Order, watches: Sequence[Watch], what: Happening, head: str) -> None:
    """Once, that a proof does not come by itself."""
    order.told = [*order.told, what]
    book.happen(order, what, **_shown(watches))
    book.tell(order, book.supervisors(order), what, head)


def _shown(watches: Sequence[Watch]) -> dict[str, Any]:
    return {
        "watches": [
            {
                "rule": watch.rule, "target": watch.target, "outcome": watch.outcome,
                "exposures": watch.exposures, "needed": watch.needed, **watch.detail,
            }
            for watch in watches
        ]
    }  # fmt: skip


def open_instrument(book: Book, order: Order, watch: Watch) -> str:
    """The open order for points that give no data, made where there is none; its id.

    What a rule has found silent on the same asset is the same sensor or line, and what is wrong
    with the gateway that it comes through is mended there: one visit.
    """
    cause = f"{watch.target}|{LOST_FAMILY}"
    places = Order.asset.in_(sorted({order.asset, *gateways_of(book.office.site, order.asset)}))
    silent = places & (Order.family == SILENT_FAMILY)
    known = select(Order.id).where((Order.cause == cause) | silent, Order.closed_at.is_(None))
    found = book.session.scalars(known.order_by(Order.id)).first()
    if found is not None:
        return found
    effort = rank([Loss(target=watch.target, money_per_day=0.0, confidence=1.0)], wear=0.0,
                  effort_min=LOST_EFFORT_MIN, rates=book.office.rates)  # fmt: skip
    new = Order(
        id=book.number(), building=order.building, origin=Origin.FINDING, cause=cause,
        asset=order.asset, family=LOST_FAMILY, rule=watch.rule, target=watch.target,
        trade=Trade.INSTRUMENT, skill=Trade.INSTRUMENT, proof=ProofKind.INSPECTION,
        title=messages.dumped(messages.POINTS_LOST_TITLE),
        explanation=messages.dumped(messages.POINTS_LOST_WORDS), severity=3, priority=3,
        reasons=[], told=[], waste_raised=False, state=OrderState.NEW, version=0, marking=0,
        marked=-1, attempt=1, refusals=0, tried=[], count=1, first_seen=book.now,
        last_seen=book.now, opened_at=book.now, changed_at=book.now, minutes=0,
        effort_min=LOST_EFFORT_MIN, score=effort.score, terms=[],
    )  # fmt: skip
    book.session.add(new)
    book.session.flush()
    book.happen(new, Happening.OPENED, because_of=order.id)
    book.start_clocks(new, book.now)
    book.step(new, Command.TRIAGE, OrderState.TRIAGED, priority=new.priority, skill=new.skill)
    dispatch.assign(book, new)
    return new.id


_ENDS: dict[ProofState, Callable[[Book, Order, Sequence[Watch]], None]] = {
    ProofState.VERIFIED: _verified,
    ProofState.REFUSED: _refused,
    ProofState.POINTS_LOST: _lost,
}

_TOLD: dict[ProofState, tuple[Happening, str]] = {
    ProofState.INCONCLUSIVE: (Happening.INCONCLUSIVE, messages.INCONCLUSIVE),
    ProofState.PARKED: (Happening.PARKED, messages.PARKED),
}
