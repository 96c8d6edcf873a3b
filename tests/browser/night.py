"""One building, one night: a campus, edge, ingest, rules, orders, ledger and console, all real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from adapters.settings import Settings
from adapters.sites import load_people, load_site
from api.app import create_app
from core.clock import MINUTE_MS, SteppedClock
from core.ports import Broker
from edge.drivers.simulated import SimulatedDriver
from plantroom.conductor import Conductor
from plantroom.loop import Loop
from plantroom.past import PastFirst
from plantroom.plant import BrokerAt, Plant
from plantroom.server import ConsoleServer
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from tests.api.console import password_hash
from tests.servers import free_port
from tests.workorders.notify.listener import Answer, Asked, Listener, listening

FOLDER = Path(__file__).parent / "riverside"
SEED, NIGHTS = 7, 14
ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> int:
    """A local time. [ms]"""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


START = at("2026-04-14 00:00")
BURST = Fault(
    id="burst", kind=FaultKind.WATER_BURST, asset="e.w-main", onset=at("2026-04-15 02:10"),
    severity=30.0,
)  # fmt: skip


@dataclass(kw_only=True)
class Looped(Plant):
    """An installation on a broker within the process."""

    loop: Loop = field(default_factory=Loop)

    def session(
        self, user: str, client_id: str, *, clean: bool = False, direct: bool = False
    ) -> Broker:
        """See :class:`plantroom.plant.Plant`."""
        del user, client_id, clean, direct
        return self.loop.session()


@dataclass(kw_only=True)
class Night:
    """The installation, the campus behind it, and who is told."""

    address: str
    plant: Plant
    campus: Campus
    conductor: Conductor
    listener: Listener

    def until(self, text: str, *, step_min: int = 1) -> None:
        """Time goes on for all parts together."""
        self.conductor.run(self.campus.now, at(text), step_ms=step_min * MINUTE_MS)

    def rung(self) -> list[str]:
        """Numbers that were called, in order."""
        return [a.said["to"] for a in self.listener.asked if a.path == "/call"]

    def phone(self, login: str) -> str:
        person = self.plant.records.people.get(login)
        assert person is not None
        return person.phone


def _answer(asked: Asked) -> Answer:
    return 200, {"errcode": 0} if asked.path == "/robot" else {}


@contextmanager
def night(folder: Path) -> Iterator[Night]:
    """A fortnight has gone well; it is the day before."""
    site = load_site(FOLDER)
    port = free_port()
    with listening() as listener:
        listener.answer = _answer
        settings = Settings(_env_file=None).model_copy(update={  # type: ignore[call-arg]
            "var": folder, "site": FOLDER, "store": SecretStr("duckdb::memory:"), "notify": (),
            "records": SecretStr(f"sqlite:///{folder}/records.sqlite"),
            "external_address": f"http://127.0.0.1:{port}",
            "notify_robots": (SecretStr(f"wecom:{listener.address}/robot?key=k"),),
            "notify_telephone": SecretStr(f"{listener.address}/call"),
            "notify_telephone_key": SecretStr("of the tests"),
        })  # fmt: skip
        campus = Campus(site, SEED, START, [BURST])
        past = PastFirst(site, campus)
        clock = SteppedClock(START - (NIGHTS + 1) * 24 * 60 * MINUTE_MS)
        plant = Looped(settings=settings, site=site, clock=clock, broker=BrokerAt(host="", port=0))
        server = ConsoleServer(create_app(plant.services()), "127.0.0.1", port)
        try:
            plant.records.people.import_people(*load_people(FOLDER))
            for person in plant.records.people.all():
                plant.records.people.set_password(person.login, password_hash())
            for gateway in site.gateways:
                plant.agent(gateway, SimulatedDriver(past, gateway))
            plant.ingest.start()
            _well(plant, campus, past, clock)
            server.start()
            yield Night(
                address=settings.address, plant=plant, campus=campus, listener=listener,
                conductor=Conductor(
                    clock=clock, agents=plant.agents, parts=[plant.engine, plant.orders],
                    world=campus.advance,
                ),
            )  # fmt: skip
        finally:
            server.stop()
            plant.stop()


def _well(plant: Plant, campus: Campus, past: PastFirst, clock: SteppedClock) -> None:
    history = Conductor(clock=clock, agents=plant.agents, parts=[])
    for stop, rows in campus.history(NIGHTS, NIGHTS):
        past.put(rows)
        history.step(stop)
    past.end()
    plant.engine.step(campus.now)
    plant.orders.step(campus.now)
