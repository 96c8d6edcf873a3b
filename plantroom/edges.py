"""The edge's part of a process: an agent a gateway, which takes up a site that has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog

from core.errors import Misconfigured, Mistake
from core.ports import Driver
from core.site import UNATTENDED, Site
from core.topics import gateway_of
from core.wire import ConfigHealth
from edge.agent import Agent
from edge.changing import ChangingDriver
from plantroom.drivers import driver_for
from plantroom.handwork import WRITES
from plantroom.plant import BrokerAt, Plant

log = structlog.get_logger(__name__)
_SETTLE_S = 5.0
"""How long a gateway that is taken out of the site may still be confirmed."""


class Edges:
    """All gateways that this process reads.

    Args:
        plant: Whose; its site is the one that runs.
        at: The broker, and whose passwords are known.
    """

    def __init__(self, plant: Plant, at: BrokerAt) -> None:
        self._plant = plant
        self._known = {gateway_of(user) for user in at.users}
        self._drivers: dict[str, Driver] = {}
        self._agents: dict[str, Agent] = {}
        self._on: dict[str, Site] = {}
        self._config: ConfigHealth | None = None

    def start(self) -> None:
        """Read all of them.

        Raises:
            Misconfigured: One cannot be read here.
        """
        site = self._plant.site
        made = {gateway: self._driver(site, gateway) for gateway in self._mine(site)}
        for gateway, driver in made.items():
            self._begin(site, gateway, driver)

    def check(self, site: Site) -> None:
        """Whether another version of the site could be read here; nothing is opened for it.

        Raises:
            Misconfigured: It could not; all mistakes are in it.
        """
        mistakes: list[Mistake] = []
        for gateway in self._mine(site):
            try:
                self._driver(site, gateway, trying=True)
            except Misconfigured as error:
                mistakes += error.mistakes
        if mistakes:
            raise Misconfigured(mistakes)

    def take_up(self, site: Site) -> None:
        """Read by another version; gateways whose devices and points did not change go on.

        Raises:
            Retryable: An outbox cannot be written; call it again.
            Misconfigured: A gateway cannot be read any more; it goes on as it was.
        """
        mine = self._mine(site)
        for gateway in [g for g in self._agents if g not in mine]:
            self._end(gateway)
        mistakes: list[Mistake] = []
        for gateway in mine:
            try:
                if gateway not in self._agents:
                    self._begin(site, gateway, self._driver(site, gateway))
                elif _part(site, gateway) != _part(self._on[gateway], gateway):
                    self._change(site, gateway)
            except Misconfigured as error:  # a file that was there when it was checked
                mistakes += error.mistakes
                continue
            self._on[gateway] = site
        if mistakes:
            raise Misconfigured(mistakes)

    def tell(self, config: ConfigHealth) -> None:
        """What health says of the site files from now on."""
        self._config = config
        for agent in self._agents.values():
            agent.runs_on(config)

    def close(self) -> None:
        """Release all buses; what a driver has read already, its agent still takes."""
        for driver in self._drivers.values():
            driver.close()

    def _mine(self, site: Site) -> list[str]:
        # What comes to ingest by itself needs no edge.
        read = [g for g, box in site.gateways.items() if box.driver not in UNATTENDED]
        return [g for g in read if not self._known or g in self._known]

    def _driver(self, site: Site, gateway: str, *, trying: bool = False) -> Driver:
        plant = self._plant
        known = gateway in self._agents or not trying
        return driver_for(
            site, gateway, clock=plant.clock,
            after=plant.outbox(gateway).read_until if known else None,
            journal=None if trying else plant.settings.var / WRITES,
        )  # fmt: skip

    def _begin(self, site: Site, gateway: str, driver: Driver) -> None:
        agent = self._plant.agent(gateway, driver, site)
        self._drivers[gateway], self._agents[gateway] = driver, agent
        self._on[gateway] = site
        if self._config is not None:
            agent.runs_on(self._config)
        agent.start()

    def _change(self, site: Site, gateway: str) -> None:
        before, agent = self._drivers[gateway], self._agents[gateway]
        goes_on = isinstance(before, ChangingDriver) and (
            site.gateways[gateway].driver == self._on[gateway].gateways[gateway].driver
        )
        make: Callable[[], Driver] | None = partial(self._driver, site, gateway)
        self._drivers[gateway] = agent.change(site, None if goes_on else make)
        log.info("gateway changed", gateway=gateway, kept=goes_on)

    def _end(self, gateway: str) -> None:
        """What it read is still sent for a while; what is left lasts until it is back."""
        driver, agent = self._drivers.pop(gateway), self._agents.pop(gateway)
        driver.close()
        agent.wait_settled(_SETTLE_S)
        agent.stop()
        self._plant.agents.remove(agent)
        waiting = agent.counts().waiting
        self._plant.outboxes.pop(gateway).close()
        self._on.pop(gateway)
        log.info("gateway ended", gateway=gateway, waiting=waiting)


def _part(site: Site, gateway: str) -> tuple[object, ...]:
    """What a driver is made from."""
    points = tuple(point for point in site.points if point.gateway == gateway)
    return site.timezone, site.gateways[gateway], points
