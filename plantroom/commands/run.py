"""``plantroom run``: the parts, live, until they are stopped."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from adapters.settings import Settings, load_settings
from adapters.sites import load_site, load_slice
from core.clock import SystemClock
from core.errors import Misconfigured, Mistake
from core.site import Site
from plantroom.logs import configure
from plantroom.output import out, speaks
from plantroom.plant import Plant, embedded, external
from plantroom.reloading import Reloading
from plantroom.running import Running

PARTS = ("edge", "ingest", "analytics", "api")
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

    SIGHUP has it look at the site files now: what changed is taken up, what is wrong refused.
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
    asked = threading.Event()
    signal.signal(signal.SIGHUP, lambda *_: asked.set())
    running = Running(plant, at, wanted)
    reloading = Reloading(
        settings.site, site, running.wiring(settings), plant.clock, every_s=settings.site_watch_s
    )
    try:
        running.start()
        while not stopping.wait(_LOOK_S):
            check_alive(plant)
            reloading.look(asked=_taken(asked))
        out.print("stopping …")
    finally:
        running.stop()
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


def _taken(event: threading.Event) -> bool:
    """Whether it was set since it was last asked."""
    was = event.is_set()
    event.clear()
    return was


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


def alone() -> None:
    """``plantroom run`` without the other commands."""
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="markdown")
    app.callback()(lambda: None)
    app.command()(run)
    app(prog_name="plantroom")
