"""A simulated campus played live to a broker, at any speed, by real edge agents."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from adapters.mqtt import Session
from adapters.settings import Settings
from core import topics, wire
from core.clock import MINUTE_MS, SteppedClock
from core.errors import Misconfigured, Mistake, Retryable
from core.ports import Broker, Message
from core.settled import Settled
from edge.drivers.simulated import SimulatedDriver
from plantroom.plant import Plant, external
from plantroom.season import Run

_TICK_S = 0.5
"""Pause between two reads of the devices: shorter sends many small batches, longer plays in
jerks. [s]"""
_CONNECT_S, _LEAVE_S = 10.0, 30.0
_PORTS = {"mqtt": 1883, "mqtts": 8883}

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What was played: readings given to the edges, and batches that nobody confirmed."""

    readings: int
    unconfirmed: int


def at_broker(settings: Settings, url: str) -> Settings:
    """The settings with the broker of an address; user and password stay the settings' own.

    Raises:
        Misconfigured: It is no ``mqtt://HOST[:PORT]`` or ``mqtts://…``.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    named = parts.username or parts.password or parts.path.strip("/") or parts.query
    if parts.scheme not in _PORTS or not parts.hostname or port == 0 or named:
        expected = (
            "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]; user and password by "
            "PLANTROOM_BROKER_USER and PLANTROOM_BROKER_PASSWORD"
        )
        what = "this is no address of a broker"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
    return settings.model_copy(
        update={
            "broker_host": parts.hostname, "broker_port": port or _PORTS[parts.scheme],
            "broker_tls": parts.scheme == "mqtts",
        }
    )  # fmt: skip


def play(
    run: Run, settings: Settings, speed: float, *, confirm: bool, progress: Progress,
    stopping: threading.Event | None = None,
) -> Played:  # fmt: skip
    """Plays the scored days of a campus that nobody repairs, stamped with its own time.

    Args:
        run: Seed and days.
        settings: Where the broker is.
        speed: Seconds of the campus in one of ours.
        confirm: Whether nobody behind the broker is Plantroom's ingest: then its confirmations
            are given here, or the edges would hold back what nobody seems to store.
        progress: Told how much of the time has passed.
        stopping: Ends it early.

    Raises:
        Retryable: The broker does not answer.
    """
    ends = stopping or threading.Event()
    clock = SteppedClock(run.start)
    with tempfile.TemporaryDirectory(prefix="plantroom-play-") as folder:
        here = settings.model_copy(update={"var": Path(folder)})
        plant = _Player(settings=here, site=run.staged.site, clock=clock, broker=external(here))
        receiver = _Receiver(plant, confirm=confirm)
        campus = run.campus()
        readings = 0
        try:
            receiver.start()
            for gateway in plant.site.gateways:
                plant.agent(gateway, SimulatedDriver(campus, gateway))
            begun, at = time.monotonic(), run.start
            while at < run.end and not ends.wait(_TICK_S if at > run.start else 0.0):
                passed = int((time.monotonic() - begun + _TICK_S) * speed * 1000)
                at = min(run.start + passed - passed % MINUTE_MS, run.end)
                campus.advance(at)
                clock.advance(at)
                readings += sum(agent.step(at) for agent in plant.agents)
                progress((at - run.start) / (run.end - run.start))
            # The last ones may still be on their way; who is not confirmed is counted.
            _settle(plant)
            waiting = sum(agent.counts().waiting for agent in plant.agents)
        finally:
            plant.stop()
            receiver.stop()
    return Played(readings=readings, unconfirmed=waiting)


def _settle(plant: Plant) -> None:
    until = time.monotonic() + _LEAVE_S
    for agent in plant.agents:
        agent.wait_settled(max(0.0, until - time.monotonic()))


class _Player(Plant):
    """Edges that log in by the one user of the settings, as whoever plays has no others."""

    def session(
        self, user: str, client_id: str, *, clean: bool = False, direct: bool = False
    ) -> Broker:
        """See :class:`plantroom.plant.Plant`."""
        known, where = self.settings.broker_user, self.broker
        return Session(
            where.host, where.port, client_id, username=known or user,
            password=where.users.get(known), tls=where.tls, clean_start=clean,
            direct=direct,
        )  # fmt: skip


class _Receiver:
    """Knows that the broker answers; confirms its batches as whoever stores them would."""

    def __init__(self, plant: Plant, *, confirm: bool) -> None:
        self._site = plant.site.id
        # Not the ingest's own name: a second of that name would throw the first out.
        self._session = plant.session("player", f"player-{plant.site.id}")
        self._settled: dict[str, dict[str, Settled]] = {}
        what = "batch/#" if confirm else "state"
        self._session.listen([f"{topics.PREFIX}/{self._site}/+/{what}"], self._on_message)

    def start(self) -> None:
        """Connects first: a broker keeps no batch for who comes later.

        Raises:
            Retryable: It does not answer.
        """
        self._session.start()
        if not self._session.wait_connected(_CONNECT_S):
            raise Retryable("the broker does not answer, or does not let us in")

    def stop(self) -> None:
        """Leaves."""
        self._session.stop()

    def _on_message(self, message: Message) -> None:
        address = topics.parse(message.topic)
        if address is not None and address.batch is not None:
            boots = self._settled.setdefault(address.gateway, {})
            name = address.batch
            boots[name.boot] = boots.get(name.boot, Settled()).add([name.seq])
            payload = wire.encode(wire.confirm_message(boots))
            self._session.publish(
                topics.confirm_topic(self._site, address.gateway), payload, retain=True
            )
        message.ack()
