"""A console over real parts: sample site, records, a DuckDB store with readings, two orders."""

from __future__ import annotations

import atexit
import re
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import numpy as np
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr

from adapters.records import ALL, Records
from adapters.records.ledger import AccountRow, DayRow, NodeRow, PlaceboRow, PlanRow
from adapters.settings import Settings
from adapters.sites import load_people
from adapters.sites.people import Person
from adapters.store import open_store
from analytics.rules import cards
from analytics.savings.plan import model_hash
from api.app import create_app
from api.identity import make_key
from api.services import Services
from core.actor import Actor
from core.batch import Batch, BatchName, Columns, Floats, Intervals, Ints
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS, SteppedClock
from core.finding import Evidence, Finding, FindingChange, FindingEvent, FindingState, Waste
from core.finding import finding_id as id_of
from core.health import GatewayNews
from core.meters import Crossing, Happening
from core.ports import GatewayProgress, Quarantined, ReadingStore
from core.quantity import Kind
from core.site import Site
from core.wire import DeviceHealth, HealthMessage
from core.words import Carrier, Role, Text
from plantroom.server import ConsoleServer
from tests.sample import records_in, wushan
from tests.servers import free_port
from tests.workorders.house import START
from workorders.duty import RosterDuty
from workorders.ledger import entries
from workorders.notify.installed import Installed
from workorders.service import WorkOrders

PASSWORD = "a long enough password"  # noqa: S105 - of tests
CARDS = {card.id: card for card in cards()}
NAMES = {Role.VIEWER: "vi", Role.TECHNICIAN: "te", Role.SUPERVISOR: "su", Role.ENGINEER: "en",
         Role.ADMIN: "ad"}  # fmt: skip
SCOPES: dict[str, frozenset[str] | None] = {
    "all": None, "a": frozenset({"a"}), "c": frozenset({"c"}),
}  # fmt: skip
"""Whole campus, the building of the orders and points that are asked for, and another."""
NAMES_OF_ALL = tuple(f"{name}.{scope}" for name in NAMES.values() for scope in SCOPES)


@cache
def password_hash() -> str:
    """Of the same kind as real ones, but cheap: hundreds of log-ins verify it."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),))
    return cheap.hash(PASSWORD)


@cache
def trusting() -> ssl.SSLContext:
    """Who is trusted, read once: for each client anew it takes longer than most requests."""
    return ssl.create_default_context()


@dataclass
class Visitor:
    """A browser as far as HTTP goes: cookies, the origin header, the token of the last page."""

    address: str
    http: httpx.Client
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def get(self, path: str, **more: str) -> httpx.Response:
        return self.send("GET", path, headers=more)

    def post(self, path: str, form: dict[str, str], **more: str) -> httpx.Response:
        """Posts as the console's own page does."""
        headers = {"Sec-Fetch-Site": "same-origin", **more}
        return self.send("POST", path, headers=headers, data={"csrf": self.csrf, **form})

    def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        sent = {k.replace("_", "-"): v for k, v in (headers or {}).items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        answer = self.http.request(method, self.address + path, headers=sent, data=data)
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if not morsel.value:
                    del self.cookies[name]
        found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        self.csrf = found.group(1) if found else self.csrf
        return answer

    def log_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        answer = self.post("/login", {"login": login, "password": password})
        if answer.status_code == httpx.codes.SEE_OTHER:
            self.get("/orders")
        return answer


@dataclass(kw_only=True)
class Console:
    """The running console and the parts behind it."""

    port: int
    app: FastAPI
    site: Site
    records: Records
    store: ReadingStore
    clock: SteppedClock
    orders: WorkOrders
    behind: str = ""
    _inside: dict[str, Visitor] = field(default_factory=dict)
    _open: list[httpx.Client] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it listens, or what stands before it."""
        return self.behind or f"http://127.0.0.1:{self.port}"

    def visitor(self) -> Visitor:
        """Somebody who is not logged in."""
        client = httpx.Client(follow_redirects=False, timeout=20, verify=trusting())
        self._open.append(client)
        return Visitor(self.address, client)

    def as_(self, login: str) -> Visitor:
        """Somebody logged in; the same one each time."""
        if login not in self._inside:
            visitor = self.visitor()
            answer = visitor.log_in(login)
            assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
            self._inside[login] = visitor
        return self._inside[login]

    def actor(self, login: str) -> Actor:
        person = self.records.people.get(login)
        assert person is not None
        return person.actor()

    def key(self, login: str) -> httpx.Client:
        """A client with an API key."""
        headers = {"Authorization": f"Bearer {make_key(self.records, login, 1)}"}
        client = httpx.Client(
            base_url=f"{self.address}/api/v1", headers=headers, timeout=20, verify=trusting()
        )
        self._open.append(client)
        return client

    def order_in(self, building: str) -> str:
        """The number of the order of a building."""
        queue = self.orders.desk.queue(self.actor("ad.all"))
        return next(row.id for row in queue if row.building == building)

    def served(self) -> set[str]:
        """What the application serves, as ``METHOD /path``."""
        return {
            f"{method} {context.path}"
            for context in iter_route_contexts(self.app.routes)
            for method in (context.methods or {"GET"}) - {"HEAD"}
        }

    def step(self, hours: float) -> None:
        self.clock.advance(self.clock.now() + round(hours * HOUR_MS))
        self.orders.step(self.clock.now())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for client in self._open:
            client.close()


def find(console: Console, rule: str, target: str, **more: float) -> None:
    """A finding is made by hand and published."""
    card, building = CARDS[rule], target.split(".", maxsplit=1)[0]
    now = console.clock.now()
    onset, money = now - 2 * DAY_MS, more.get("money", 96.0)
    roles = console.site.points_of(target)
    drawn = [console.site.points[roles[r]].id for r in (*card.roles, *card.optional_roles)
             if r in roles]  # fmt: skip
    params: dict[str, str | int | float] = {
        "target": console.site.equipment[target].names["en"], "margin": 42.0, "hours": 31.0,
        "times": 9, "base": 4.0, "day": 21.0,
    }  # fmt: skip
    finding = Finding(
        id=id_of(rule, target, onset), revision=1, state=FindingState.OPEN, site=console.site.id,
        building=building, rule=rule, target=target, onset=onset, opened=onset + HOUR_MS,
        last=now - HOUR_MS, cleared=None, mode=card.modes[0], severity=card.severity,
        references={}, confidence=0.93,
        waste=(Waste(carrier=Carrier.HEAT, amount=267.0, money=money, kg_co2=105.0),),
        evidence=Evidence(points=tuple(drawn[:6]), start=onset - 6 * HOUR_MS, end=now,
                          windows=((onset, onset + 9 * HOUR_MS),)),
        title=Text(card.title, params), explanation=Text(card.explanation, params),
    )  # fmt: skip
    event = FindingEvent(FindingChange.OPENED, finding, finding.opened)
    console.records.findings.save([event])
    console.orders.publish([event])


def fill(console: Console, days: int = 3) -> None:
    """Readings of the last days, with a gap of three hours; the last one a quarter ago."""
    now, parts = console.clock.now(), []
    for index, point in enumerate(console.site.points):
        at = _times(now, days, point.period_s * 1000)
        curve = _curve(at)
        low, high = point.span
        middle = {"°C": (16.0, 10.0), "%": (20.0, 60.0), "kW": (8.0, 40.0)}
        base, spread = middle.get(point.unit, (max(low, 0.0), min(high - low, 5.0)))
        value = base + spread * curve
        if point.kind in {Kind.STATE, Kind.COMMAND}:
            value = np.round(curve)
        if point.kind is Kind.REGISTER:
            value = np.cumsum(curve)
        parts.append(Columns.of(np.full(len(at), index, np.int32), at, value))
    batch = Batch(name=BatchName("gw-a", "b1", 1), rows=Columns.joined(parts), received=now)
    console.store.write([batch], receipted=frozenset())
    _derive(console, _times(now, days, 15 * MINUTE_MS))


def _times(now: int, days: int, period: int) -> Ints:
    at = np.arange(now - days * DAY_MS, now + 1, period, dtype=np.int64)
    return at[(at < now - DAY_MS) | (at > now - DAY_MS + 3 * HOUR_MS)]


def _curve(at: Ints) -> Floats:
    """A working day, 0.1 to 0.9."""
    hour = ((at + 8 * HOUR_MS) % DAY_MS) / HOUR_MS
    return 0.5 + 0.4 * np.sin((hour - 9) * np.pi / 12)


def _derive(console: Console, at: Ints) -> None:
    """Use of registers, and what was expected."""
    curve, n = _curve(at), len(at)
    for index, point in enumerate(console.site.points):
        if point.kind is Kind.REGISTER:
            console.store.write_intervals(
                Intervals(point=np.full(n, index, np.int32), at=at, value=2 * curve,
                          state=np.zeros(n, np.int8), revision=np.ones(n, np.int32))
            )  # fmt: skip
        if point.role.id in {"power", "zone_temp", "heat_power"}:
            level = (16 + 10 * curve) if point.unit == "°C" else 6 + 36 * curve
            console.store.write_expected(index, at.tolist(), (level - 2).tolist(), level.tolist(),
                                         (level + 2).tolist())  # fmt: skip


@cache
def _staffed(sites: Path) -> Path:
    """Records with everybody in them, made once: migrations take longer than most tests."""
    folder = tempfile.mkdtemp(prefix="staffed-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "records.sqlite"
    records = records_in(path.parent)
    _hire(records, sites)
    records.close()
    return path


@cache
def _begun(sites: Path) -> Path:
    """The same with all that a console over no readings begins with."""
    folder = Path(tempfile.mkdtemp(prefix="begun-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with _parts(folder, sites, _staffed(sites)) as made:
        _begin(made)
    return folder / "records.sqlite"


@contextmanager
def running(
    folder: Path, sites: Path, *, filled: bool = True, external: str = ""
) -> Iterator[Console]:
    """A console with people of every role and scope, an order in each building."""
    begun = _staffed(sites) if filled else _begun(sites)
    with _parts(folder, sites, begun, external) as made:
        if filled:
            fill(made)
            _begin(made)
        server = ConsoleServer(made.app, "127.0.0.1", made.port)
        server.start()
        try:
            with made:
                yield made
        finally:
            server.stop()


@contextmanager
def _parts(folder: Path, sites: Path, records_of: Path, external: str = "") -> Iterator[Console]:
    """A console over a copy of some records, which does not listen yet."""
    site = wushan()
    settings = Settings(
        var=folder,
        site=sites / "wushan",
        notify_telephone_key=SecretStr("of the tests"),
        external_address=external,
    )
    shutil.copy(records_of, folder / "records.sqlite")
    records = Records(settings.records_url)
    store = open_store(settings.store_url, site)
    clock = SteppedClock(START)
    orders = WorkOrders(
        site, records, store, clock, cards=CARDS, verdicts=records.verdicts,
        duty=RosterDuty(records.people, site.timezone, records.staff),
    )  # fmt: skip
    app = create_app(
        Services(site=site, settings=settings, records=records, store=store, orders=orders,
                 cards=CARDS, clock=clock, ways=Installed(_channels(settings), records))
    )  # fmt: skip
    try:
        yield Console(
            port=free_port(), app=app, site=site, records=records, store=store, clock=clock,
            orders=orders,
        )  # fmt: skip
    finally:
        store.close()
        records.close()


def _begin(made: Console) -> None:
    find(made, "AC-04", "a.ahu1", money=96.0)
    find(made, "WAT-01", "c.w-main", money=288.0)
    book(made, made.order_in("a"))
    refuse(made)
    disturb(made)


def _channels(settings: Settings) -> Settings:
    """Mail, a telephone and a robot, which nobody sends by: the console shows them."""
    return settings.model_copy(update={
        "notify_mail": SecretStr("mailto://127.0.0.1:9?from=p@wushan.example"),
        "notify_telephone": SecretStr("http://127.0.0.1:9/call"),
        "notify_robots": (SecretStr("wecom:http://127.0.0.1:9/robot?key=k"),),
    })  # fmt: skip


def book(console: Console, order: str, days: int = 12) -> None:
    """A repair of the air handler in the ledger: proven, with a cold day and one taken back."""
    at = console.clock.now() - days * DAY_MS
    first = datetime.fromtimestamp(at / 1000, UTC).date() + timedelta(days=1)
    detail = {
        "model": "levels-1", "start": at - 2 * DAY_MS, "end": at, "hours": 18.5, "selected": True,
        "bins": [1, 2, 3], "bin_hours": [5.0, 9.0, 4.5], "low": 3.4, "high": 11.2,
        "rate": {"gas": [0.61, 0.55, 0.48], "electricity": [0.0, 0.4, 0.9]},
        "known": {"gas": [0.06, 0.2], "electricity": [0.09, 0.3]}, "gas_per_heat": 0.11,
        "groups": {"air_flow:a.ahu1": 0.15, "cop:a": 0.15, "efficiency:a": 0.03},
    }  # fmt: skip
    plan = PlanRow(
        order_id=order, building="a", seq=1, rule="AC-04", target="a.ahu1",
        family="ahu_heat_against_cool", option="A", onset=at - 3 * DAY_MS,
        carriers=["electricity", "gas"], boundary={"gas": "a.g-main", "electricity": "a.m-plant"},
        key="the smaller of what both coils do", detail=detail, hash=model_hash(detail), why="",
        scene="", frozen_at=at, expected={"gas": 7.2, "electricity": 5.1},
    )  # fmt: skip
    with console.records.session(ALL) as session:
        session.add(plan)
        session.flush()
        account = AccountRow(
            order_id=order, building="a", plan_id=plan.id, done_at=at, state="verified",
            first=first.isoformat(), until="2026-04-15", until_why="season",
            next=(first + timedelta(days=days - 1)).isoformat(), ended_why="", lost=0,
        )  # fmt: skip
        session.add(account)
        session.flush()
        entries.write(session, _days(console, account, first, days - 1))
        session.add(NodeRow(meter="a.g-main", carrier="gas", building="a", since=first.isoformat(),
                            upto="2026-03-10", booked=52.0, drop=61.5, u=30.2, excess=0.0,
                            state="agrees"))  # fmt: skip
        session.add(PlaceboRow(at=at, carrier="gas", runs=49, mean=-0.0009, coverage=0.94))


def _days(console: Console, account: AccountRow, first: date, days: int) -> Iterator[DayRow]:
    site = console.site
    for n in range(days):
        for carrier, was, now in ((Carrier.GAS, 6.1, 0.8), (Carrier.ELECTRICITY, 5.0, 5.4)):
            row = DayRow(
                account_id=account.id, order_id=account.order_id, building="a",
                at=console.clock.now(), day=(first + timedelta(days=n)).isoformat(),
                carrier=carrier.value, cell="a.g-main" if carrier is Carrier.GAS else "a.m-plant",
                counterfactual=was + 0.1 * n, actual=now, saving=was + 0.1 * n - now, hours=10.0,
                u=1.2, state="verified", why="", price=site.price(carrier, account.done_at),
                price_from=0, factor=site.carbon_factor(carrier, account.done_at), factor_from=0,
                revision=1,
            )  # fmt: skip
            if n == 3:
                row.state, row.why, row.saving = "not_estimable", "drivers", 0.0
                row.counterfactual = row.actual = row.u = 0.0
            yield row


def refuse(console: Console) -> None:
    """Something in quarantine, with a payload that would be markup."""
    console.records.quarantine.keep([
        Quarantined(
            gateway="gw-a", topic="wushan/gw-a/up", payload=b'{"p": ["<b>x</b>"]}',
            reason="unknown_point", detail="<script>alert(1)</script> is no point here",
            readings=3, received=console.clock.now(),
        )
    ])  # fmt: skip


def disturb(console: Console) -> None:
    """A meter of building a that was changed, and gateways of which one has fallen silent."""
    now = console.clock.now()
    console.records.meters.found([
        Crossing(
            point="a.m-main.energy", building="a", kind=Happening.SWAP, accepted=False,
            before_at=now - DAY_MS - HOUR_MS, before=184_332.7, at=now - DAY_MS, first=12.4,
            evidence={"gap_periods": 4.0, "modulus": 1e6, "step_per_h": -184_320.3,
                      "rollover_use": 815_679.7, "rollover_per_h": 815_679.7, "reset_use": 12.4,
                      "rated_per_h": 600.0, "usual_per_h": 48.0, "since_per_h": 36.2},
        )
    ], [])  # fmt: skip
    heard = {"gw-a": now, "gw-c": now - 7 * HOUR_MS}
    console.records.progress.report(
        [GatewayProgress(gateway=g, newest=at, oldest_unsent=None, heard=at, state="online")
         for g, at in heard.items()], [],
    )  # fmt: skip
    said = HealthMessage(
        v=1, sent_at=now, boot="9f3ac81d0b52", version="0.1.0", outbox_rows=1_250,
        outbox_bytes=40_960, outbox_full=0.02, oldest_unsent=now - HOUR_MS,
        devices={
            "modbus-1": DeviceHealth(last_good=now - MINUTE_MS),
            "modbus-2": DeviceHealth(last_good=now - 3 * HOUR_MS, error="no answer within 2 s"),
        },
    )  # fmt: skip
    console.records.gateways.note([
        GatewayNews(gateway="gw-a", said=said, said_at=now, clock_offset=-1_200, batches=4_100,
                    readings=1_204_311, quarantined=3, duplicates=640)
    ])  # fmt: skip


def _hire(records: Records, sites: Path) -> None:
    people, shifts = load_people(sites / "wushan")
    extra = [
        Person(login=f"{name}.{scope}", name=f"{name.title()} {scope}", role=role,
               trades=people[4].trades if role is Role.TECHNICIAN else (), buildings=buildings)
        for role, name in NAMES.items() for scope, buildings in SCOPES.items()
    ]  # fmt: skip
    everybody = [replace(person, language="en") for person in people]
    records.people.import_people([*everybody, *extra], shifts)
    for person in records.people.all():
        records.people.set_password(person.login, password_hash())
