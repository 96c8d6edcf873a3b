"""A house for tests of orders: the sample site, its crew, real records, a clock that is set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.records import Records
from adapters.store import open_store
from core.actor import Actor
from core.clock import HOUR_MS, SteppedClock
from core.finding import Evidence, Finding, FindingChange, FindingEvent, FindingState, Waste
from core.finding import finding_id as id_of
from core.ports import ReadingStore
from core.rulecard import Hold, RuleCard
from core.site import Site
from core.verdict import Reason, Run, Verdict
from core.words import Carrier, Discipline, Text, Trade
from tests.sample import crew, records_in, wushan
from workorders.act import Act
from workorders.duty import RosterDuty
from workorders.notify import Notifier, Sender
from workorders.notify.sender import Group, Way
from workorders.requests.places import place_of
from workorders.service import WorkOrders
from workorders.states import Command
from workorders.views import OrderDetail, OrderRow


def at(text: str) -> int:
    """A local time of the sample site, as ms."""
    return round(datetime.fromisoformat(f"{text}+08:00").astimezone(UTC).timestamp() * 1000)


START = at("2026-03-11 10:00")
"""A Wednesday morning, no holiday near."""


def make_card(id_: str, family: str, trade: Trade, **more: Any) -> RuleCard:
    values: dict[str, Any] = {
        "id": id_, "family": family, "discipline": Discipline.AIR, "trade": trade, "severity": 3,
        "title": "{target} is at fault", "explanation": "It is.", "applies_to": (), "roles": (),
        "modes": ("run",), "interval_s": 300, "counted_in": "minutes", "longest_period_s": 900,
        "sufficiency": 0.6, "condition": "", "hold": Hold(minutes=60), "clear_at": "",
        "clears_when": "", "waste_formula": "", "causes": ("x",), "checks": ("x",), "parts": (),
        "isolation": "", "effort_min": 60, "desk": False, "sources": ("test",), "exposures": 3,
        "exposures_per_day": 1, **more,
    }  # fmt: skip
    return RuleCard(**values)


CARDS = {
    card.id: card
    for card in (
        make_card("AC-04", "ahu_simultaneous", Trade.HVAC),
        make_card("FC-5", "ahu_simultaneous", Trade.HVAC, severity=2),
        make_card("WAT-01", "night_flow", Trade.PLUMBER, severity=2, behind=("tank_overflow",)),
        make_card("WAT-07", "tank_overflow", Trade.PLUMBER, severity=2),
        make_card("PWR-03", "night_load", Trade.ELECTRICIAN, desk=True),
        make_card("SEN-01", "stuck", Trade.INSTRUMENT, behind=("night_flow",)),
        make_card("SEN-08", "data_missing", Trade.INSTRUMENT, stops=True),
        make_card("HTG-09", "pump_failed", Trade.HEATING, stops=True),
        make_card("SEN-09", "gateway_clock", Trade.INSTRUMENT),
        make_card("HTG-07", "late_stop", Trade.HEATING, seasonal=True),
    )
}


def make_finding(rule: str = "AC-04", target: str = "a.ahu1", **more: Any) -> Finding:
    """An open finding of two hours ago whose hold was met an hour ago."""
    onset = more.pop("onset", START - 2 * HOUR_MS)
    money = more.pop("money", 40.0)
    values: dict[str, Any] = {
        "id": id_of(rule, target, onset), "revision": 1, "state": FindingState.OPEN,
        "site": "wushan", "building": target.split(".", maxsplit=1)[0], "rule": rule,
        "target": target, "onset": onset, "opened": onset + HOUR_MS, "last": onset + 2 * HOUR_MS,
        "cleared": None, "mode": "run", "severity": CARDS[rule].severity, "references": {},
        "waste": (Waste(carrier=Carrier.HEAT, amount=100.0, money=money, kg_co2=None),),
        "confidence": 1.0, "evidence": Evidence(points=(), start=onset, end=onset + 2 * HOUR_MS),
        "title": Text("{target} heats and cools", {"target": target}),
        "explanation": Text("Heat is cooled away."), **more,
    }  # fmt: skip
    return Finding(**values)


def opened(finding: Finding) -> FindingEvent:
    return FindingEvent(FindingChange.OPENED, finding, finding.opened)


def later(finding: Finding, change: FindingChange, **more: Any) -> FindingEvent:
    """The finding's next revision."""
    states = {
        FindingChange.CLEARED: FindingState.CLEARED,
        FindingChange.WITHDRAWN: FindingState.WITHDRAWN,
    }
    values = {
        "revision": finding.revision + 1, "state": states.get(change, FindingState.OPEN), **more
    }  # fmt: skip
    changed = replace(finding, **values)
    return FindingEvent(change, changed, changed.last)


def run_of(
    start: int, hours: float, verdict: Verdict, *, rule: str = "AC-04", target: str = "a.ahu1",
    reason: Reason | None = None, mode: str = "run",
) -> Run:  # fmt: skip
    usual = {
        Verdict.FAULT: Reason.CONDITION,
        Verdict.OK: Reason.CLEAR,
        Verdict.NOT_EVALUABLE: Reason.OFF,
    }
    return Run(
        rule=rule, target=target, start=start, end=start + round(hours * HOUR_MS),
        verdict=verdict, mode="" if verdict is Verdict.NOT_EVALUABLE else mode,
        reason=reason or usual[verdict],
    )  # fmt: skip


@dataclass(frozen=True)
class SameForAll:
    """Everybody is reached by their log-in over the same channels; nobody has a telephone."""

    channels: Sequence[Sender]
    groups: Sequence[Group] = ()
    telephones: Sequence[Sender] = ()

    def of(self, login: str, mail: str, phone: str) -> Sequence[Way]:
        del mail, phone
        return [Way(sender, login) for sender in self.channels]

    def ringing(self, login: str, mail: str, phone: str) -> Sequence[Way]:
        del mail
        return [Way(line, phone or login) for line in self.telephones]


@dataclass(kw_only=True)
class House:
    """All parts, and short words for what tests do with them."""

    site: Site
    records: Records
    store: ReadingStore
    clock: SteppedClock
    orders: WorkOrders
    sites: Path
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def now(self) -> int:
        return self.clock.now()

    def hire(self) -> None:
        """Everybody of the crew file comes to work."""
        self.records.people.import_people(*crew())
        self.know()

    def know(self) -> None:
        """Look up everybody who has a log-in."""
        self.actors = {person.login: person.actor() for person in self.records.people.all()}

    def publish(self, *events: FindingEvent) -> None:
        self.orders.publish(events)

    def step(self, hours: float = 0.0) -> None:
        """Time goes on, and orders with it."""
        self.clock.advance(self.now + round(hours * HOUR_MS))
        self.orders.step(self.now)

    def judge(self, *runs: Run) -> None:
        """Verdicts come in; what they overlap is replaced."""
        for run in runs:
            self.records.verdicts.replace(run.rule, run.target, run.start, run.end, [run])

    def queue(self, login: str = "admin") -> list[OrderRow]:
        return [*self.orders.desk.queue(self.actors[login])]

    def only(self) -> OrderRow:
        """The one order that there is open."""
        (row,) = self.queue()
        return row

    def get(self, id_: str, login: str = "admin") -> OrderDetail:
        return self.orders.desk.order(self.actors[login], id_)

    def act(self, login: str, id_: str, do: Command, **said: Any) -> OrderRow:
        """As somebody who has just looked at the order."""
        version = said.pop("version", None) or self.get(id_).row.version
        if do is Command.INSPECT and not said.keys() & {"place", "elsewhere"}:
            said["place"] = self.scan(login, self.get(id_).row.asset)
        act = Act(order=id_, do=do, version=version, **said)
        return self.orders.desk.act(self.actors[login], act)

    def scan(self, login: str, place: str) -> str:
        """What the label of a place gives to somebody."""
        found = place_of(self.site, place)
        assert found is not None
        return self.orders.requests.presence(self.actors[login], found)

    def repair(self, id_: str) -> OrderRow:
        """Accepted, gone to, done; by whom it belongs to."""
        person = self.get(id_).row.person
        assert person is not None
        self.act(person, id_, Command.ACCEPT)
        return self.repair_rest(id_)

    def repair_rest(self, id_: str) -> OrderRow:
        """Gone to and done, after it was accepted."""
        person = self.get(id_).row.person
        assert person is not None
        self.act(person, id_, Command.ARRIVE)
        return self.act(
            person, id_, Command.DONE, cause="valve", note="valve seat cleaned", minutes=45
        )


@contextmanager
def make_house(
    folder: Path, sites: Path, *, url: str | None = None, people: bool = True,
    channels: Sequence[Sender] = (), start: int = START,
) -> Iterator[House]:  # fmt: skip
    """A house over an empty database, with the sample site's people."""
    site = wushan()
    if url is None:
        records = records_in(folder, staffed=people)
    else:
        records = Records(url)
        records.upgrade()
    store = open_store(f"duckdb:{folder / 'store.duckdb'}", site)
    clock = SteppedClock(start)
    duty = RosterDuty(records.people, site.timezone, records.staff)
    notify = (
        Notifier(records, duty, SameForAll(channels), zone=site.timezone, clock=clock)
        if channels else None
    )  # fmt: skip
    orders = WorkOrders(
        site, records, store, clock, cards=CARDS, verdicts=records.verdicts, duty=duty,
        notify=notify, system=clock,
    )  # fmt: skip
    try:
        made = House(site=site, records=records, store=store, clock=clock, orders=orders,
                     sites=sites)  # fmt: skip
        if people and url is not None:
            made.hire()
        made.know()
        yield made
    finally:
        store.close()
        records.close()
