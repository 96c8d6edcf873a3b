"""``plantroom run``: the parts, live, until they are stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Annotated

import structlog
import typer

from adapters.settings import Settings, load_settings
from adapters.sites import load_site, load_slice
from core.clock import SystemClock
from core.errors import Misconfigured, Mistake, Retryable
from core.site import UNATTENDED, Site
from core.topics import gateway_of
from plantroom.drivers import driver_for
from plantroom.handwork import WRITES
from plantroom.logs import configure
from plantroom.output import out, speaks
from plantroom.plant import BrokerAt, Plant, embedded, external

log = structlog.get_logger(__name__)
PARTS = ("edge", "ingest", "analytics", "api")
_STEP_S = 5.0
"""How often windows are looked at. Rules judge five minutes at the least, so sooner finds
nothing new; much later and a burst pipe waits for us."""
_LOOK_S = 1.0


@speaks
def run(
    parts: Annotated[
        list[str] | None, typer.Argument(help="Any of edge, ingest, analytics, api; all without.")
    ] = None,
    *,
    embed: Annotated[
        bool, typer.Option("--embedded-broker", help="A broker in this process, for a try.")
    ] = False,
) -> None:
    """Run the parts on real input until Ctrl-C or SIGTERM.

    All in one process by default. Parts that share readings across processes need InfluxDB
    (PLANTROOM_STORE) and PostgreSQL (PLANTROOM_RECORDS); this says so where they are missing.
    """
    wanted = tuple(dict.fromkeys(parts or PARTS))
    settings = load_settings()
    configure(settings.log_level)
    check_parts(wanted, settings)
    site = _site(settings, wanted)
    broker = None
    if embed:
        broker, at = embedded(settings, site, port=settings.broker_port)
    else:
        at = external(settings)
    plant = Plant(settings=settings, site=site, clock=SystemClock(), broker=at)
    stopping = threading.Event()
    for wake in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wake, lambda *_: stopping.set())
    stops: list[Callable[[], None]] = []
    try:
        for part in ("ingest", "analytics", "api", "edge"):  # sinks first
            if part in wanted:
                stops.append(_START[part](plant, at))
                out.print(f"{part} runs")
        while not stopping.wait(_LOOK_S):
            check_alive(plant)
        out.print("stopping …")
    finally:
        for stop in reversed(stops):
            stop()
        plant.stop()
        if broker is not None:
            broker.stop()


def check_parts(wanted: tuple[str, ...], settings: Settings) -> None:
    """Whether these parts can run apart from the others.

    Raises:
        Misconfigured: One is unknown, or they need servers that are not set.
    """
    unknown = [part for part in wanted if part not in PARTS]
    mistakes = [
        Mistake(file="", line=0, what=f"there is no part '{part}'", expected=", ".join(PARTS))
        for part in unknown
    ]
    sharing = set(wanted) & {"ingest", "analytics", "api"}
    if 0 < len(sharing) < len({"ingest", "analytics", "api"}):
        if settings.store_url.startswith("duckdb:"):
            mistakes.append(
                Mistake(file="", line=0, what="DuckDB serves one process: ingest, analytics and "
                        "api must then run together", expected="PLANTROOM_STORE=influxdb://…")
            )  # fmt: skip
        if settings.records_url.startswith("sqlite:"):
            mistakes.append(
                Mistake(file="", line=0, what="SQLite serves one host and process: ingest, "
                        "analytics and api must then run together",
                        expected="PLANTROOM_RECORDS=postgresql+psycopg://…")
            )  # fmt: skip
    if mistakes:
        raise Misconfigured(mistakes)


def _site(settings: Settings, wanted: tuple[str, ...]) -> Site:
    if wanted == ("edge",) and settings.site.is_file():
        return load_slice(settings.site)
    return load_site(settings.site)


def check_alive(plant: Plant) -> None:
    """A part that stopped by itself ends all: who supervises us starts us again.

    Raises:
        Fatal: Ingest has stopped; it says why.
    """
    ingest = plant.__dict__.get("ingest")  # only if it was started
    if ingest is not None:
        ingest.idle()


def _ingest(plant: Plant, _: BrokerAt) -> Callable[[], None]:
    plant.ingest.start()
    return lambda: None


def _analytics(plant: Plant, _: BrokerAt) -> Callable[[], None]:
    ended = threading.Event()

    def turn() -> None:
        while not ended.wait(_STEP_S):
            try:
                plant.engine.step(plant.clock.now())
            except Retryable as why:
                log.warning("analytics waits", reason=str(why))
            except Exception:
                # A thread that dies in silence would find nothing any more; what was read
                # is judged by the next step.
                log.exception("a step of analytics failed; tried again")

    thread = threading.Thread(target=turn, name="analytics", daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        thread.join(30)

    return stop


def _api(plant: Plant, _: BrokerAt) -> Callable[[], None]:
    from api.app import create_app  # noqa: PLC0415 an edge box has no web server
    from plantroom.server import ConsoleServer  # noqa: PLC0415

    plant.orders.start()
    settings = plant.settings
    server = ConsoleServer(create_app(plant.services()), settings.http_host, settings.http_port)
    server.start()
    out.print(f"console at {settings.address}")
    shown = plant.homeassistant() if settings.homeassistant else None
    if shown is None:
        return server.stop
    shown.start()

    def stop() -> None:
        shown.stop()
        server.stop()

    return stop


def _edge(plant: Plant, at: BrokerAt) -> Callable[[], None]:
    # What comes to ingest by itself needs no edge.
    read = [g for g, box in plant.site.gateways.items() if box.driver not in UNATTENDED]
    known = {gateway_of(user) for user in at.users}
    mine = [g for g in read if not known or g in known]
    drivers = [
        driver_for(
            plant.site, g, clock=plant.clock, after=plant.outbox(g).read_until,
            journal=plant.settings.var / WRITES,
        )
        for g in mine
    ]  # fmt: skip
    for gateway, driver in zip(mine, drivers, strict=True):
        plant.agent(gateway, driver).start()

    def stop() -> None:
        # What a driver has read already, its agent still takes.
        for driver in drivers:
            driver.close()

    return stop


_START: dict[str, Callable[[Plant, BrokerAt], Callable[[], None]]] = {
    "ingest": _ingest,
    "analytics": _analytics,
    "api": _api,
    "edge": _edge,
}


def alone() -> None:
    """``plantroom run`` without the other commands."""
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="markdown")
    app.callback()(lambda: None)
    app.command()(run)
    app(prog_name="plantroom")
