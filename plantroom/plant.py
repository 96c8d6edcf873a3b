"""The parts, wired: what ``demo``, ``replay`` and ``run`` start, each in its own way."""

from __future__ import annotations

import contextlib
import os
import secrets
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import generate_latest

from adapters.forecast import FileForecast
from adapters.mqtt import Session
from adapters.settings import Settings
from adapters.sites import load_levels, load_licences, load_people
from adapters.store import open_store
from core.clock import Clock, SystemClock
from core.errors import Misconfigured, Mistake, PlantroomError
from core.finding import FindingEvent
from core.ports import Broker, Driver, FindingSink, Forecast, ReadingStore
from core.rulecard import RuleCard
from core.site import Site
from core.teaching import Taught
from core.topics import gateway_of
from edge.agent import Agent
from edge.limits import Limits
from edge.outbox import Outbox

if TYPE_CHECKING:
    from adapters.mqtt.embedded import EmbeddedBroker
    from adapters.records import Records
    from analytics.engine import Engine
    from api.services import Services
    from ingest.foreign.host import Foreign
    from ingest.rates import Rate
    from ingest.service import Ingest
    from ingest.spool import Spool
    from plantroom.homeassistant import HomeAssistant
    from workorders.cmms.connector import Connector
    from workorders.ledger.service import Ledger
    from workorders.notify.installed import Installed
    from workorders.service import WorkOrders
    from workorders.teaching.service import Teaching

# A part is imported when it is first asked for: an edge alone needs neither pandas nor a web
# server, and ingest alone starts three times as fast and in half the memory.

INGEST = "ingest"
WINDOW = 10_000
"""Messages that ingest may have unacknowledged: single values of foreign devices then come in
writes of thousands. More, and a restart has more delivered again."""
WORKERS = "ingest"
"""Group of the shared subscription of several workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAt:
    """Where the broker is, and who may log in there: password by user, ingest's among them."""

    host: str
    port: int
    users: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


@dataclass(kw_only=True)
class Plant:
    """One installation's parts over one site, store and clock; made when first asked for.

    Attributes:
        settings: How it is set.
        site: The compiled model.
        clock: The run clock of all parts.
        broker: Where the broker is.
        listen: Told of every finding event, after work orders were.
    """

    settings: Settings
    site: Site
    clock: Clock
    broker: BrokerAt
    agents: list[Agent] = field(default_factory=list)
    outboxes: dict[str, Outbox] = field(default_factory=dict)
    listen: Callable[[FindingEvent], None] | None = None

    @cached_property
    def store(self) -> ReadingStore:
        """Where readings last."""
        return open_store(self.settings.store_url, self.site, token=influx_token())

    @cached_property
    def records(self) -> Records:
        """Everything else, its tables brought up to date."""
        from plantroom.database import opened_records  # noqa: PLC0415

        return opened_records(self.settings)

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        """Rule cards by id."""
        from analytics.rules import RULES  # noqa: PLC0415
        from workorders.ownplant.cards import CARDS  # noqa: PLC0415

        return {rule.card.id: rule.card for rule in RULES} | dict(CARDS)

    @cached_property
    def ingest(self) -> Ingest:
        """Broker to store; one of several workers where the settings name it."""
        from ingest.foreign.hand.source import HandSource  # noqa: PLC0415 not on an edge's box
        from ingest.service import Ingest  # noqa: PLC0415

        worker = self.settings.ingest_worker
        client = f"ingest-{self.site.id}{'-' if worker else ''}{worker}"
        return Ingest(
            self.site, self.store, self.records.receipts, self.records.quarantine,
            self.records.progress, self.session(INGEST, client, direct=True), self.clock,
            shared=WORKERS if worker else None, spool=self.spool,
            foreign=self._foreign(),
            hand=HandSource(self.site, self.records.hand, self.clock)
            if self.settings.hears_foreign else None,
            corrections=self.records.corrections,
            replays=self.records.quarantine, events=self.records.meters,
            book=self.records.gateways, rate=self._rate(),
        )  # fmt: skip

    def _rate(self) -> Rate | None:
        """What one gateway may send. Where time is stepped days of all come within seconds."""
        from ingest.rates import Rate  # noqa: PLC0415 not on an edge's box

        given = self.settings
        if not isinstance(self.clock, SystemClock):
            return None
        return Rate(
            messages_per_s=given.rate_messages, values_per_s=given.rate_values,
            burst_s=given.rate_burst_s,
        )  # fmt: skip

    @cached_property
    def spool(self) -> Spool | None:
        """Where messages of foreign devices wait for the store; one a worker."""
        from ingest.spool import Spool  # noqa: PLC0415

        if not self.settings.spool_bytes:
            return None
        worker = self.settings.ingest_worker
        path = self.settings.var / f"spool{'-' if worker else ''}{worker}.sqlite"
        return Spool(path, most_bytes=self.settings.spool_bytes)

    @cached_property
    def orders(self) -> WorkOrders:
        """Findings to repairs."""
        from workorders.duty import RosterDuty  # noqa: PLC0415
        from workorders.notify import Notifier  # noqa: PLC0415
        from workorders.service import WorkOrders  # noqa: PLC0415

        duty = RosterDuty(self.records.people, self.site.timezone, self.records.staff)
        return WorkOrders(
            self.site, self.records, self.store, self.clock, cards=self.cards,
            verdicts=self.records.verdicts, duty=duty,
            notify=Notifier(self.records, duty, self.ways, zone=self.site.timezone,
                            address=self.settings.address),
            levels=load_levels(self.settings.site),
            ledger=self.ledger, teaching=self.teaching, plans=self._plans(),
            forecast=self._forecast(),
        )  # fmt: skip

    @cached_property
    def taught(self) -> Taught:
        """What engineers accepted of what false alarms teach."""
        from adapters.records.teaching import RecordLessons  # noqa: PLC0415

        return RecordLessons(self.records, self.site.timezone)

    @cached_property
    def teaching(self) -> Teaching | None:
        """What proposes it."""
        from analytics.rules import RULES  # noqa: PLC0415
        from workorders.teaching.service import Teaching  # noqa: PLC0415

        return Teaching(
            site=self.site, sessions=self.records, verdicts=self.records.verdicts,
            store=self.store, rules=RULES, taught=self.taught,
        )  # fmt: skip

    def _forecast(self) -> Forecast | None:
        """What outdoor air will be, where a file says."""
        if self.settings.forecast is None:
            return None
        return FileForecast(path=self.settings.forecast, zone=self.site.timezone)

    def _plans(self) -> bool:
        """Whether planned work makes orders; where time is stepped, only if that is asked for."""
        wished = self.settings.planned
        return wished == "always" or (wished == "live" and isinstance(self.clock, SystemClock))

    @cached_property
    def cmms(self) -> Connector | None:
        """Orders as tickets in another system, where the settings name one."""
        from adapters.cmms.opening import open_cmms  # noqa: PLC0415
        from workorders.cmms.connector import Connector  # noqa: PLC0415

        settings, orders = self.settings, self.orders
        system = open_cmms(settings)
        if system is None:
            return None
        word = partial(
            orders.wording, language=settings.notify_language, address=settings.external_address
        )
        return Connector(self.records, system, word, orders.remark, least=settings.cmms_priority)

    @cached_property
    def ledger(self) -> Ledger:
        """What proven repairs save."""
        from analytics.calendar import Calendar  # noqa: PLC0415
        from analytics.rules import RULES  # noqa: PLC0415
        from workorders.ledger.ground import Ground  # noqa: PLC0415
        from workorders.ledger.service import Ledger  # noqa: PLC0415

        return Ledger(
            Ground(
                site=self.site, calendar=Calendar(self.site), store=self.store,
                sessions=self.records, verdicts=self.records.verdicts,
                findings=self.records.findings, rules=RULES, clock=self.clock,
                key=self.settings.ledger_key.get_secret_value().encode(),
            )
        )  # fmt: skip

    @cached_property
    def ways(self) -> Installed:
        """How people are reached here."""
        from workorders.notify.installed import Installed  # noqa: PLC0415

        return Installed(self.settings, self.records, address=self.settings.address)

    @cached_property
    def engine(self) -> Engine:
        """Readings to findings."""
        from analytics.engine import Engine  # noqa: PLC0415

        return Engine(
            self.site, self.store, self.records.verdicts, self.records.findings,
            self.records.progress, self._sink(), self.clock,
            lateness_ms=self.settings.lateness_s * 1000, taught=self.taught,
        )  # fmt: skip

    def session(
        self, user: str, client_id: str, *, clean: bool = False, direct: bool = False
    ) -> Broker:
        """A session at the broker, not yet started; a clean one is not kept while it is away.

        A direct one is for who receives thousands of messages a second.
        """
        # While a gateway's credential rotates, its user is not its id.
        login = next((name for name in self.broker.users if gateway_of(name) == user), user)
        return Session(
            self.broker.host, self.broker.port, client_id, username=login or None,
            password=self.broker.users.get(login), tls=self.broker.tls, clean_start=clean,
            direct=direct, receive_maximum=WINDOW if direct else 1000,
        )  # fmt: skip

    def outbox(self, gateway: str) -> Outbox:
        """A gateway's outbox, opened when first asked for."""
        opened = self.outboxes.get(gateway)
        if opened is None:
            opened = self.outboxes[gateway] = self._open_outbox(gateway)
        return opened

    def _open_outbox(self, gateway: str) -> Outbox:
        limits = Limits(
            window=self.settings.window, max_bytes=self.settings.outbox_bytes,
            max_age_s=float(self.settings.outbox_age_s),
        )  # fmt: skip
        path = self.settings.var / "outbox" / f"{gateway}.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        return Outbox(path, limits=limits)

    def agent(self, gateway: str, driver: Driver, site: Site | None = None) -> Agent:
        """An edge agent with an outbox of its own under ``var/``."""
        agent = Agent(
            site or self.site, gateway, driver, self.outbox(gateway),
            self.session(gateway, f"edge-{gateway}"), self.clock,
        )  # fmt: skip
        self.agents.append(agent)
        return agent

    def homeassistant(self) -> HomeAssistant:
        """What shows every point in Home Assistant; not yet started."""
        from plantroom.homeassistant import HomeAssistant  # noqa: PLC0415 not on an edge's box

        session = self.session(INGEST, f"homeassistant-{self.site.id}", clean=True)
        return HomeAssistant(
            self.site, self.store, session, prefix=self.settings.homeassistant_prefix
        )

    def services(self, hints: Sequence[tuple[str, str]] = ()) -> Services:
        """What the console is given."""
        from api.services import Services  # noqa: PLC0415

        return Services(
            site=self.site, settings=self.settings, records=self.records, store=self.store,
            orders=self.orders, cards=self.cards, clock=self.clock, metrics=self._metrics,
            ways=self.ways, hints=tuple(hints),
        )  # fmt: skip

    def import_people(self, folder: Path) -> None:
        """People, rosters and licences of the site's files, where nobody is known yet.

        Afterwards people are changed in the console; ``plantroom user import`` reads the files
        again.
        """
        if (folder / "crew.csv").exists() and not self.records.people.all():
            people, shifts = load_people(folder)
            self.records.people.import_people(people, shifts)
            self.records.staff.replace_licences(load_licences(folder, self.site.timezone))

    def stop(self) -> None:
        """Sources first, sinks last; what was made is closed."""
        for agent in self.agents:
            agent.stop()
        self.stop_sinks()
        for outbox in self.outboxes.values():
            outbox.close()

    def renew(self, site: Site) -> None:
        """Another version of the site: all but the edge's agents is made anew when asked for."""
        self.stop_sinks()
        for name, made in vars(Plant).items():
            if isinstance(made, cached_property):
                self.__dict__.pop(name, None)
        self.site = site

    def stop_sinks(self) -> None:
        """End all but the edge's agents and their outboxes."""
        for name in ("ingest", "cmms", "orders"):
            part = self.__dict__.get(name)
            if part is not None:
                part.stop()
        if "engine" in self.__dict__:
            # Verdicts are written together; what waits would only be judged again.
            with contextlib.suppress(PlantroomError):
                self.engine.finish()
        for name in ("spool", "store", "records"):
            part = self.__dict__.get(name)
            if part is not None:
                part.close()

    def _foreign(self) -> Foreign | None:
        """What other programs publish, where the site has any of it."""
        from ingest.foreign import host  # noqa: PLC0415 protobuf is not on an edge's box

        if not self.settings.hears_foreign or not host.needed(self.site):
            return None
        name = f"foreign-{self.site.id}"
        return host.Foreign(
            self.site, self.session(INGEST, name, direct=True),
            self.session(INGEST, f"{name}-live", clean=True, direct=True),
            host=self.settings.sparkplug_host,
        )  # fmt: skip

    def _sink(self) -> FindingSink:
        from plantroom.story import Telling  # noqa: PLC0415

        return Telling(self.orders, self.listen) if self.listen else self.orders

    def _metrics(self) -> bytes:
        return generate_latest(self.ingest.metrics) if "ingest" in self.__dict__ else b""


def influx_token() -> str | None:
    """From the environment alone, so that nothing that prints settings can print it."""
    return os.environ.get("PLANTROOM_INFLUX_TOKEN") or None


def embedded(settings: Settings, site: Site, *, port: int = 0) -> tuple[EmbeddedBroker, BrokerAt]:
    """A broker in this process, with a new password for every user at every start."""
    users = {name: secrets.token_urlsafe(24) for name in (*site.gateways, INGEST)}
    from adapters.mqtt.embedded import EmbeddedBroker  # noqa: PLC0415

    broker = EmbeddedBroker(port, settings.var / "broker", users, ingest=INGEST)
    broker.start()
    return broker, BrokerAt(host="127.0.0.1", port=broker.port, users=users)


def external(settings: Settings) -> BrokerAt:
    """The broker that the settings name.

    Raises:
        Misconfigured: Its certificates cannot be read.
    """
    tls = None
    if settings.broker_tls:
        try:
            tls = ssl.create_default_context(
                cafile=str(settings.broker_ca) if settings.broker_ca else None
            )
            if settings.broker_cert is not None:
                tls.load_cert_chain(settings.broker_cert, settings.broker_key)
        except (OSError, ssl.SSLError) as error:
            what = f"the broker's certificates cannot be read: {error}"
            raise Misconfigured([Mistake(file="", line=0, what=what)]) from error
    password = settings.broker_password.get_secret_value()
    users = {settings.broker_user: password} if password else {}
    return BrokerAt(host=settings.broker_host, port=settings.broker_port, users=users, tls=tls)
