"""Plans: frozen while the fault still stands, renewed until *done*, never after."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.ledger import PlanRow
from adapters.records.orders import Order, OrderClock, OrderFinding
from analytics.savings.bought import Conversion, bought, cell_of
from analytics.savings.choosing import known_enough
from analytics.savings.constructions import CONSTRUCTIONS, Construction, Kind
from analytics.savings.plan import Plan, Window, model_hash, plan
from analytics.savings.sight import Sight
from analytics.savings.units import Units, joined
from core.clock import DAY_MS, HOUR_MS
from core.finding import FindingState
from core.rulecard import RuleCard
from core.service import ClockKind
from core.words import Carrier, OrderState, ProofKind
from workorders.ledger.ground import Ground
from workorders.ledger.open_days import OpenTerms, known_families
from workorders.ledger.pricing import BASELINE_DAYS, Span, costs_of, formula_groups, too_short

RENEW_MS = HOUR_MS
"""A plan looks again at the earliest after this. [ms]"""

RENEW_SHARE = 0.05
"""Of the fault's age, after which its plan looks again: what it has not seen is never more. [1]"""

HEALTHY_DAYS: Mapping[Kind, int] = {Kind.PLANT: 14, Kind.LEAK: 60, Kind.CIRCUIT: 28}
"""Before the fault; as long as references look back, and as plant points are kept dense. [d]"""

MOST_DAYS = 30
"""Of the fault, before the repair: what stood open for a year is known from its last month. [d]"""

_METERED_MS = (BASELINE_DAYS + MOST_DAYS) * DAY_MS
"""As far as the days of meters that price a formula can reach back. [ms]"""

_BEFORE = (
    OrderState.TRIAGED, OrderState.ASSIGNED, OrderState.ACCEPTED, OrderState.IN_PROGRESS,
    OrderState.ON_HOLD,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An order that may get a plan, and the finding that it is measured by.

    Attributes:
        others: When other faults of the building stood open. [ms]
        safe: When somebody made it safe: what is measured then is no fault any more; 0 where
            nobody did. [ms]
    """

    order: str
    building: str
    rule: str
    target: str
    finding: str
    onset: int
    opened: int
    since: int
    tried: int
    safe: int
    seq: int
    hash: str
    due: bool
    others: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """Units of a window as far as they were read, and when they were read whole. [ms]"""

    whole_at: int
    until: int
    units: Units


@dataclass
class Freezer:
    """Freezes plans of open orders."""

    ground: Ground
    _healthy: dict[tuple[str, str, int], Units] = field(default_factory=dict)
    _nodes: dict[tuple[str, int], tuple[float, float] | None] = field(default_factory=dict)
    _seen: dict[tuple[str, str, int], Seen] = field(default_factory=dict)
    _terms: OpenTerms = field(init=False)

    def __post_init__(self) -> None:
        known_families(self.ground.site)
        self._terms = OpenTerms(self.ground)

    def urgent(self, now: int) -> bool:
        """Whether a P1 of the last day waits for its repair."""
        query = select(Order.id).where(
            Order.closed_at.is_(None), Order.priority == 1, Order.state.in_(_BEFORE),
            Order.opened_at > now - DAY_MS, Order.family.in_(sorted(CONSTRUCTIONS)),
        )  # fmt: skip
        with self.ground.sessions.session(ALL, reading=True) as session:
            return session.scalars(query.limit(1)).first() is not None

    def step(self, now: int) -> int:
        """Plans written."""
        sight = self.ground.sight()
        with self.ground.sessions.session(ALL, reading=True) as session:
            every = _cases(session, sight, now)
        self._forget(every)
        cases = [case for case in every if case.due]
        if not cases:
            return 0
        judged = self.ground.verdicts.judged_until()
        made = [self._row(sight, case, _end(case, judged, now), now) for case in cases]
        news = [row for row, case in zip(made, cases, strict=True) if row.hash != case.hash]
        with self.ground.sessions.session(ALL) as session:
            for row in news:
                order = session.get(Order, row.order_id)
                # Somebody may have said done meanwhile: then it is too late.
                if order is not None and order.state in _BEFORE:
                    session.add(row)
        return len(news)

    def _row(self, sight: Sight, case: Case, until: int, now: int) -> PlanRow:
        site = self.ground.site
        of = sight.construction(case.rule, case.target)
        card = {rule.id: rule.card for rule in self.ground.rules}[case.rule]
        node = self._node(case.building, case.onset)
        carriers = bought(site, case.building)
        detail, why = self._detail(sight, case, until, node)
        told = {Carrier(c) for c in detail.get("rate", ())} & carriers
        return PlanRow(
            order_id=case.order, building=case.building, seq=case.seq + 1, rule=case.rule,
            target=case.target, family=card.family, option=of.option.value if of else "",
            onset=case.onset, carriers=sorted(c.value for c in told),
            boundary={c.value: cell_of(site, case.target, card.family, c) for c in sorted(told)},
            key=of.key if of else "", detail=detail, hash=model_hash({"why": why, **detail}),
            why=why, scene=scene_of(self.ground, case.target), frozen_at=now,
            expected=self._expected(case, node, carriers),
        )  # fmt: skip

    def _detail(
        self, sight: Sight, case: Case, until: int, node: tuple[float, float] | None
    ) -> tuple[dict[str, Any], str]:
        of = sight.construction(case.rule, case.target)
        if of is None:
            return {}, "no_construction"
        made = self._plan(sight, of, case, until, node)
        if isinstance(made, str):
            return {}, made
        family = {rule.id: rule.card.family for rule in self.ground.rules}[case.rule]
        open_ = self._terms.of(family)
        said = {"open": open_.as_json()} if open_ is not None else {}
        return {**made.as_json(), "gas_per_heat": node[0] if node else None, **said}, ""

    def _plan(
        self, sight: Sight, of: Construction, case: Case, until: int,
        node: tuple[float, float] | None,
    ) -> Plan | str:  # fmt: skip
        """The plan, or why there is none."""
        to_gas = Conversion(per_unit=node[0], share=node[1]) if node else None
        start = max(case.onset, case.since, until - MOST_DAYS * DAY_MS)
        if of.kind is not Kind.PLANT:
            # A night or a day in which it began, or was worked on, is none of the fault's own.
            start = self.ground.midnight(self.ground.day(start))
        before = self._window(sight, of, case, (start, until), to_gas)
        window = Window(
            before=_since(before, case.tried, until), opened=case.opened,
            healthy=self._before(sight, of, case, to_gas),
            limit=self._limit(case) if of.kind is Kind.LEAK else math.nan,
            occupied=sight.occupied_slots(case.target) if of.kind is Kind.CIRCUIT else None,
        )  # fmt: skip
        span = Span(onset=case.onset, start=max(start, case.tried), until=until, others=case.others)
        if too_short(self.ground, of, span):
            return "no_window"
        costs = costs_of(self.ground, sight, of, case.target, window, span)
        groups = {**_groups(of, case, node), **formula_groups(case.building, case.target, costs)}
        made = plan(of, window, groups, costs)
        if made is None:
            return "no_window"
        return known_enough(of, window, made) or "too_uncertain"

    def _node(self, building: str, at: int) -> tuple[float, float] | None:
        key = (building, at)
        if key not in self._nodes:
            self._nodes[key] = self.ground.node(building, at)
        return self._nodes[key]

    def _window(
        self, sight: Sight, of: Construction, case: Case, span: tuple[int, int],
        node: Conversion | None,
    ) -> Units:  # fmt: skip
        """Units of the fault; of plant only what is new, and all of it once a day again."""
        start, until = span
        if of.kind is not Kind.PLANT:
            return sight.units(case.rule, case.target, start, until, node)
        key, now = (case.rule, case.target, start), self.ground.clock.now()
        seen = self._seen.get(key)
        if seen is None or now - seen.whole_at >= DAY_MS or until < seen.until:
            seen = Seen(now, until, sight.units(case.rule, case.target, start, until, node))
        else:
            more = sight.units(case.rule, case.target, seen.until, until, node)
            seen = Seen(seen.whole_at, until, joined([seen.units, more]))
        self._seen[key] = seen
        return seen.units

    def _forget(self, cases: Sequence[Case]) -> None:
        """What no open order needs any more."""
        wanted = {(case.rule, case.target) for case in cases}
        for key in [k for k in self._healthy if k[:2] not in wanted]:
            del self._healthy[key]
        for key in [k for k in self._seen if k[:2] not in wanted]:
            del self._seen[key]
        if not cases:
            self._nodes.clear()

    def _before(self, sight: Sight, of: Construction, case: Case, node: Conversion | None) -> Units:
        key = (case.rule, case.target, case.onset)
        if key not in self._healthy:
            end = case.onset
            if of.kind is not Kind.PLANT:
                end = self.ground.midnight(self.ground.day(end))
            start = end - HEALTHY_DAYS[of.kind] * DAY_MS
            self._healthy[key] = sight.units(case.rule, case.target, start, end, node)
        return self._healthy[key]

    def _limit(self, case: Case) -> float:
        """Night flow above which WAT-01 spoke: its frozen references. [m³/h]"""
        finding = self.ground.findings.get(case.finding)
        equipment = self.ground.site.equipment.get(case.target)
        if finding is None or equipment is None or equipment.meter is None:
            return math.nan
        card = {rule.id: rule.card for rule in self.ground.rules}[case.rule]
        return _night_limit(card, finding.references, equipment.meter.always_on)

    def _expected(
        self, case: Case, node: tuple[float, float] | None, carriers: frozenset[Carrier]
    ) -> dict[str, float]:
        """The finding's own estimate a day, in bought carriers."""
        finding = self.ground.findings.get(case.finding)
        found: dict[str, float] = {}
        for waste in finding.waste if finding is not None else ():
            carrier, amount = waste.carrier, waste.amount
            if carrier is Carrier.HEAT and node is not None:
                carrier, amount = Carrier.GAS, amount * node[0]
            if carrier in carriers:
                found[carrier.value] = round(found.get(carrier.value, 0.0) + amount, 6)
        return found


def scene_of(ground: Ground, target: str) -> str:
    """Hash of what the model says of an asset: plant, hours, area of its building."""
    equipment = ground.site.equipment.get(target)
    if equipment is None:
        return ""
    building = ground.site.buildings[equipment.building]
    hours = ground.calendar.hours(equipment)
    told = [equipment.id, sorted(equipment.parameters.items()), building.area_m2, hours.workday,
            hours.offday]  # fmt: skip
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def _night_limit(card: RuleCard, references: Mapping[str, float], legitimate: float) -> float:
    absolute = legitimate + card.value("margin")
    if "lowest" not in references:
        return absolute
    relative = card.value("ratio") * max(references["lowest"], card.value("floor"))
    return min(absolute, max(relative, legitimate))


def _since(before: Units, tried: int, until: int) -> Units:
    """A repair that did not help may have mended half: the level since is what counts."""
    own = before.between(tried, until)
    return own if tried and len(own) else before


def _groups(of: Construction, case: Case, node: tuple[float, float] | None) -> dict[str, float]:
    """Systematic half-widths by whose they are: a meter's, one building's boiler."""
    found = {
        f"{name}:{case.building if name == 'efficiency' else case.target}": share
        for name, share in of.groups.items()
    }
    if node is not None:
        found[f"efficiency:{case.building}"] = node[1]
    return found


def _cases(session: Session, sight: Sight, now: int) -> list[Case]:
    """Open orders whose plan is older than it should be, each with its finding."""
    query = select(Order).where(
        Order.closed_at.is_(None), Order.proof == ProofKind.TELEMETRY, Order.state.in_(_BEFORE)
    )
    orders = [o for o in session.scalars(query.order_by(Order.id)) if _claims(sight, o)]
    found = []
    for order in orders:
        last = session.scalars(
            select(PlanRow).where(PlanRow.order_id == order.id).order_by(PlanRow.seq.desc())
            .limit(1)
        ).one_or_none()  # fmt: skip
        link = _link(session, sight, order)
        if link is None:
            continue
        wait = max(RENEW_MS, round(RENEW_SHARE * (now - link.onset)))
        safe = _safe(session, order)
        due = last is None or now - last.frozen_at >= wait or last.frozen_at < safe <= now
        found.append(
            Case(
                order=order.id, building=order.building, rule=link.rule, target=link.target,
                finding=link.finding_id, onset=link.onset, opened=link.opened,
                since=_earlier(session, order), tried=order.done_at or 0, safe=safe,
                seq=last.seq if last is not None else 0,
                hash=last.hash if last is not None else "",
                due=due, others=_others(session, order, now),
            )
        )  # fmt: skip
    return found


def _end(case: Case, judged: Mapping[tuple[str, str], int], now: int) -> int:
    """Up to where the fault is looked at. [ms]"""
    until = judged.get((case.rule, case.target), now)
    return min(until, case.safe) if case.safe > max(case.onset, case.tried) else until


def _safe(session: Session, order: Order) -> int:
    """When it was last made safe. [ms]"""
    query = select(func.max(OrderClock.met_at)).where(
        OrderClock.order_id == order.id, OrderClock.kind == ClockKind.SAFE
    )
    return session.scalar(query) or 0


def _claims(sight: Sight, order: Order) -> bool:
    return order.family in CONSTRUCTIONS or (order.rule, order.target) in sight.targets


def _link(session: Session, sight: Sight, order: Order) -> OrderFinding | None:
    """The finding that the repair is measured by: the order's own rule, else the worst."""
    query = select(OrderFinding).where(
        OrderFinding.order_id == order.id, OrderFinding.state != FindingState.WITHDRAWN
    )
    links: Sequence[OrderFinding] = session.scalars(query.order_by(OrderFinding.onset)).all()
    usable = [link for link in links if (link.rule, link.target) in sight.targets]
    own = [link for link in usable if (link.rule, link.target) == (order.rule, order.target)]
    worst = sorted(usable, key=lambda link: (-link.money_per_day, link.onset))
    return next(iter(own or worst), None)


def _others(session: Session, order: Order, now: int) -> tuple[tuple[int, int], ...]:
    """When other faults that the same meters count stood open in the building. [ms]"""
    of = CONSTRUCTIONS.get(order.family)
    if of is None:
        return ()
    alike = [family for family, other in CONSTRUCTIONS.items() if other.kind is of.kind]
    ended = func.coalesce(Order.done_at, Order.closed_at)
    query = select(Order.first_seen, ended).where(
        Order.building == order.building, Order.id != order.id, Order.family.in_(alike),
        ended.is_(None) | (ended > now - _METERED_MS),
    )  # fmt: skip
    return tuple((first, done or now) for first, done in session.execute(query))


def _earlier(session: Session, order: Order) -> int:
    """When another repair of the same asset took effect: each counterfactual holds the earlier."""
    query = select(func.max(Order.done_at)).where(
        Order.asset == order.asset, Order.id != order.id, Order.done_at.is_not(None)
    )
    return session.scalar(query) or 0
