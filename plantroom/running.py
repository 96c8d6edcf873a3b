"""The parts of ``plantroom run``: started, stopped, and started anew on a site that has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from adapters.settings import Settings
from adapters.sites import check_site, load_site, load_slice
from core.errors import Fatal, Misconfigured, Retryable
from core.site import Site
from core.wire import ConfigHealth
from plantroom.edges import Edges
from plantroom.output import out
from plantroom.plant import BrokerAt, Plant
from plantroom.reloading import Wiring

log = structlog.get_logger(__name__)
SINKS = ("ingest", "analytics", "api")
_STEP_S = 5.0
"""How often windows are looked at. Rules judge five minutes at the least, so sooner finds
nothing new; much later and a burst pipe waits for us."""
_UNKNOWN = "unknown_point"


class Running:
    """The parts of one process.

    Args:
        plant: What they are made of.
        at: The broker.
        wanted: Which parts.
    """

    def __init__(self, plant: Plant, at: BrokerAt, wanted: tuple[str, ...]) -> None:
        self._plant, self._wanted = plant, wanted
        self._edges = Edges(plant, at) if "edge" in wanted else None
        self._stops: list[Callable[[], None]] = []

    def start(self) -> None:
        """Start them, sinks first."""
        self._start_sinks()
        if self._edges is not None:
            self._edges.start()
            out.print("edge runs")

    def stop(self) -> None:
        """Stop them, sources first; what the plant has made is the plant's to close."""
        if self._edges is not None:
            self._edges.close()
        self._stop_sinks()

    def wiring(self, settings: Settings) -> Wiring:
        """How a site that has changed reaches the parts."""
        return Wiring(
            load=lambda: load_whole(settings, self._wanted), check=self._check,
            take_up=self._take_up, tell=self._tell,
        )  # fmt: skip

    def _check(self, site: Site) -> None:
        if self._edges is not None:
            self._edges.check(site)

    def _take_up(self, site: Site) -> None:
        """Sinks first, so that a new point is known before it is read."""
        if self._stops and site != self._plant.site:
            before = self._plant.site
            self._stop_sinks()
            self._plant.renew(site)
            try:
                self._start_sinks()
            except Misconfigured as why:  # there is nothing to go on with
                raise Fatal(f"the parts do not start on the changed site: {why}") from why
            self._try_again(before)
        self._plant.site = site
        if self._edges is not None:
            self._edges.take_up(site)

    def _try_again(self, before: Site) -> None:
        """What came of a point before ingest knew it is not left in the quarantine."""
        new = self._plant.site.index.keys() - before.index.keys()
        if "ingest" not in self._wanted or not new:
            return
        from adapters.records.quarantine import Chosen  # noqa: PLC0415 not on an edge's box

        try:
            asked = self._plant.records.quarantine.ask(
                Chosen(reason=_UNKNOWN), "site", self._plant.clock.now()
            )
        except Retryable as why:
            log.warning("what was refused is not tried again", reason=str(why))
            return
        log.info("tried again with the new site", points=len(new), entries=asked)

    def _tell(self, config: ConfigHealth) -> None:
        if self._edges is not None:
            self._edges.tell(config)

    def _start_sinks(self) -> None:
        for part in SINKS:
            if part in self._wanted:
                self._stops.append(_START[part](self._plant))
                out.print(f"{part} runs")

    def _stop_sinks(self) -> None:
        while self._stops:
            self._stops.pop()()


def load_whole(settings: Settings, wanted: tuple[str, ...]) -> Site:
    """The site of the settings, every file of it checked, crew and levels too.

    Raises:
        Misconfigured: It has mistakes.
    """
    if wanted == ("edge",) and settings.site.is_file():
        return load_slice(settings.site)
    mistakes = check_site(settings.site)
    if mistakes:
        raise Misconfigured(mistakes)
    return load_site(settings.site)


def _ingest(plant: Plant) -> Callable[[], None]:
    plant.ingest.start()
    return lambda: None


def _analytics(plant: Plant) -> Callable[[], None]:
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


def _api(plant: Plant) -> Callable[[], None]:
    from api.app import create_app  # noqa: PLC0415 an edge box has no web server
    from api.second import seal_kept  # noqa: PLC0415
    from plantroom.server import ConsoleServer  # noqa: PLC0415

    plant.orders.start()
    if plant.cmms is not None:
        plant.cmms.start()
    settings = plant.settings
    seal_kept(plant.records, lambda: settings.factor_seal)
    server = ConsoleServer(
        create_app(plant.services()), settings.http_host, settings.http_port,
        proxies=settings.proxies,
    )  # fmt: skip
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


_START: dict[str, Callable[[Plant], Callable[[], None]]] = {
    "ingest": _ingest,
    "analytics": _analytics,
    "api": _api,
}
