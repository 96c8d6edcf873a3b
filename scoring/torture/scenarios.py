"""What is done to an installation while it works, one way of suffering at a time."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from scoring.torture import foreign, outboxes, servers
from scoring.torture.account import Published
from scoring.torture.poison import poison
from scoring.torture.processes import wait_until
from scoring.torture.proxy import Mood
from scoring.torture.rig import Rig, StoreKind, Wishes
from scoring.torture.scale import Scale

Story = Callable[[Rig, Scale], Published | None]
_PLAIN = Wishes(store="duckdb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story, and the installations it is played on.

    Attributes:
        name: Short, for tables and ``--only``.
        wishes: How the rig is built; its store is set when it is played.
        story: What happens between the start and the finish.
        stores: On which it means something.
        waits: Whether something is to wait in it, so that the account tells how often.
    """

    name: str
    story: Story
    wishes: Wishes = _PLAIN
    stores: tuple[StoreKind, ...] = ("duckdb", "influxdb")
    waits: bool = False

    def on(self, store: StoreKind) -> Wishes:
        """How its rig is built on one store."""
        return replace(self.wishes, store=store)


def kills_of_ingest(rig: Rig, scale: Scale) -> None:
    """From the moment at which it runs, some before its first write and some amid it."""
    for _ in range(scale.ingest_kills):
        rig.pause(0.0, 1.5)
        rig.ingest.kill()
        rig.ingest.start()


def kills_of_edge(rig: Rig, scale: Scale) -> None:
    """Also before it is connected, and amid a commit."""
    for _ in range(scale.edge_kills):
        rig.pause(0.2, 3.0)
        rig.edge.kill()
        rig.edge.start(wait=rig.dice.random() < 0.7)  # noqa: PLR2004


def broker_restarts(rig: Rig, scale: Scale) -> None:
    """A SIGKILL, then a polite restart, and again."""
    for _ in range(scale.broker_kills):
        rig.pause(0.5, 3.0)
        rig.broker.kill()
        rig.pause(0.0, 1.0)
        rig.broker.start()
        rig.pause(1.5, 4.0)
        rig.broker.stop()
        rig.broker.start()
    rig.wait_progress()


def broker_killed_while_the_store_is_down(rig: Rig, scale: Scale) -> None:
    """Where everything that acknowledges on the broker's word loses what it had acknowledged."""
    with _store_down(rig, 0.0):
        for _ in range(scale.broker_kills):
            rig.pause(1.0, 4.0)
            rig.broker.kill()
            rig.broker.start()
        rig.pause(1.0, 2.0)
    rig.wait_progress()


def store_down(rig: Rig, scale: Scale) -> None:
    """It goes, and comes back after a while."""
    with _store_down(rig, scale.outage_s):
        pass
    rig.wait_progress()


def store_down_and_ingest_killed(rig: Rig, scale: Scale) -> None:
    """Ingest is killed while it waits, and starts without a store."""
    with _store_down(rig, scale.outage_s / 2):
        rig.ingest.kill()
        rig.ingest.start(wait=False)
        time.sleep(scale.outage_s / 2)
    rig.wait_progress()


def all_but_edges_killed(rig: Rig, scale: Scale) -> None:
    """Store, ingest and broker, and the broker has kept nothing: only the outboxes are left."""
    for _ in range(max(scale.broker_kills, 2)):
        rig.pause(0.5, 2.0)
        _all_but_edges_lose_power(rig)
        rig.wait_progress(1)


def store_spoilt(mood: Mood) -> Story:
    """The store behind its proxy is in a mood for a while, and ingest is killed in it."""

    def story(rig: Rig, scale: Scale) -> None:
        assert rig.proxy is not None  # noqa: S101 for the type checker
        for _ in range(2):
            rig.proxy.mood = mood
            rig.pause(scale.outage_s / 6, scale.outage_s / 4)
            rig.ingest.kill()
            rig.ingest.start(wait=False)
            rig.pause(1.0, 2.0)
            rig.proxy.mood = Mood.WELL
            rig.wait_progress()

    return story


def disk_full(rig: Rig, scale: Scale) -> None:
    """Edge, ingest and store each run out of room, together and apart, and get it back."""
    for names in (("ingest",), ("influx",), ("edge",), ("edge", "ingest", "influx")):
        rig.wait_progress(4)
        ballast = [rig.folder / name / "ballast" for name in names]
        for file in ballast:
            _fill(file)
        rig.pause(scale.calm_s, scale.calm_s + 2.0)
        for file in ballast:
            file.unlink(missing_ok=True)
        if rig.influx is not None and "influx" in names:
            _mended(rig)
        _restarted(rig)
        rig.wait_progress()


def _mended(rig: Rig) -> None:
    """What InfluxDB 2.7.12 asks for after its disk was full (docs/reliability.md).

    It answers every write with an error until it is restarted. Its first start cuts a torn record
    off its log and then writes behind the place where that ended: what comes before its second
    start is gone after it. So it starts twice while nobody writes.
    """
    assert rig.influx is not None  # noqa: S101 for the type checker
    rig.ingest.stop()
    for _ in range(2):
        rig.influx.stop()
        rig.influx.start()
    rig.ingest.start()


def store_forgets(rig: Rig, scale: Scale) -> None:
    """InfluxDB loses what it acknowledged, as after a full disk; the edges still have it."""
    assert rig.influx is not None  # noqa: S101 for the type checker
    rig.wait_progress(4)
    ballast = rig.folder / "influx" / "ballast"
    _fill(ballast)
    time.sleep(scale.calm_s + 2.0)
    ballast.unlink()
    rig.influx.stop()
    rig.influx.start()
    rig.wait_progress(4)
    rig.influx.stop()
    rig.influx.start()
    _resend(rig)


def _resend(rig: Rig) -> None:
    """As whoever runs the edges would."""
    rig.edge.stop()
    for gateway in rig.grounds.gateways:
        rig.command("edge", "resend", gateway, "--since", "2020-01-01", edge=True)
    rig.edge.start()
    rig.wait_progress()


def bad_line(rig: Rig, scale: Scale) -> None:
    """What passes comes late, in another order, and now and then twice; and ingest is killed."""
    for _ in range(3):
        rig.pause(scale.calm_s, scale.calm_s + 2.0)
        rig.ingest.kill()
        rig.ingest.start()


def poisoned(rig: Rig, scale: Scale) -> Published:
    """Every kind of bad message among the good ones; then ingest is killed."""
    rig.pause(1.0, scale.calm_s)
    published = poison(rig)
    rig.wait_progress(4)
    rig.ingest.kill()
    rig.ingest.start()
    return published


def two_workers(rig: Rig, scale: Scale) -> None:
    """One after the other is killed while the other goes on."""
    for n in range(max(scale.ingest_kills // 5, 2)):
        rig.pause(0.5, 2.0)
        worker = rig.workers[n % len(rig.workers)]
        worker.kill()
        rig.wait_progress(1)
        worker.start()


def small_window(rig: Rig, scale: Scale) -> None:
    """The broker hands over twenty messages at a time; a backlog is drained through it."""
    rig.ingest.kill()
    rig.pause(scale.calm_s, scale.calm_s * 2)
    rig.ingest.start()
    rig.wait_progress(30)


def power_cut(rig: Rig, scale: Scale) -> None:
    """The edge loses its power, and its disk the last commits that it had promised to keep."""
    for _ in range(max(scale.edge_kills // 3, 1)):
        rig.pause(1.0, 2.0)
        saved = {g: rig.folder / f"{g}.saved" for g in rig.grounds.gateways}
        for gateway, copy in saved.items():
            outboxes.copy(rig.outbox(gateway), copy)
        rig.pause(1.5, 4.0)
        rig.edge.kill()
        for gateway, copy in saved.items():
            outboxes.put_back(copy, rig.outbox(gateway))
        rig.edge.start()
        rig.wait_progress()


def restored(rig: Rig, scale: Scale) -> None:
    """The store's disk is gone; yesterday's backup is put back, and the edges send the rest."""
    time.sleep(scale.calm_s)
    rig.ingest.stop()
    backup = rig.folder / "backup"
    rig.command("backup", str(backup))
    rig.ingest.start()
    rig.wait_progress(4)
    time.sleep(scale.calm_s)
    rig.ingest.kill()
    _wipe(rig)
    rig.command("restore", str(backup))
    rig.ingest.start()
    _resend(rig)


def everything(rig: Rig, scale: Scale) -> Published:
    """A little of each, for a short form."""
    rig.wait_progress(1)
    published = poison(rig)
    # Poison stands in no outbox: what the broker forgets of it is gone.
    wait_until(lambda: rig.refused() >= published.refused.total(), "the poison", 60)
    for _ in range(scale.ingest_kills):
        rig.pause(0.1, 0.8)
        _all_but_edges_lose_power(rig)
    rig.edge.kill()
    rig.broker.kill()
    rig.broker.start()
    rig.edge.start()
    if rig.proxy is not None:
        proxy = rig.proxy
        proxy.mood = Mood.DEAF
        wait_until(lambda: proxy.spoilt > 0, "a write", 60)
        proxy.mood = Mood.WELL
    rig.wait_progress(1)
    return published


def _all_but_edges_lose_power(rig: Rig) -> None:
    """The store first, so that what ingest holds is stored nowhere when it is killed."""
    if rig.influx is not None:
        rig.influx.kill()
        rig.pause(1.0, 2.0)
    for worker in rig.workers:
        worker.kill()
    rig.broker_loses_all()
    for worker in rig.workers:
        worker.start(wait=rig.influx is None)
    if rig.influx is not None:
        rig.pause(0.5, 1.0)
        rig.influx.start()


@contextmanager
def _store_down(rig: Rig, seconds: float) -> Iterator[None]:
    assert rig.influx is not None  # noqa: S101 for the type checker
    rig.wait_progress()
    rig.influx.kill()
    time.sleep(seconds)
    yield
    rig.influx.start()


def _fill(ballast: Path) -> None:
    """Take what room is left."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65_536)


def _restarted(rig: Rig) -> None:
    """What has stopped by itself is started again, as whoever supervises it would."""
    programs = (rig.influx, *rig.workers, rig.edge)
    for program in programs:
        if program is not None and not program.runs:
            program.start()


def _wipe(rig: Rig) -> None:
    if rig.influx is not None and rig.postgres is not None:
        rig.influx.kill()
        shutil.rmtree(rig.folder / "influx")
        servers.set_up(rig.influx)  # at the same port, so that nobody need be told of it
        rig.postgres.empty()
    else:
        shutil.rmtree(rig.folder / "ingest")


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(name="ingest killed", story=kills_of_ingest),
    Scenario(name="edge killed", story=kills_of_edge),
    Scenario(name="broker killed", story=broker_restarts),
    Scenario(
        name="broker killed, store down", story=broker_killed_while_the_store_is_down,
        stores=("influxdb",),
    ),
    Scenario(name="all but edges killed, broker empty", story=all_but_edges_killed),
    Scenario(name="store down", story=store_down, stores=("influxdb",)),
    Scenario(
        name="store down, ingest killed", story=store_down_and_ingest_killed, stores=("influxdb",)
    ),
    *(
        Scenario(
            name=name, story=store_spoilt(mood), stores=("influxdb",), waits=True,
            wishes=Wishes(store="influxdb", proxied=True),
        )
        for name, mood in (
            ("store slow", Mood.SLOW), ("store answers 503", Mood.BUSY),
            ("store stores and answers 503", Mood.DEAF), ("store cuts its answers", Mood.CUT),
        )
    ),
    Scenario(name="disk full", story=disk_full, wishes=Wishes(store="duckdb", small_mb=192),
             waits=True),
    Scenario(name="late, out of order, twice", story=bad_line,
             wishes=Wishes(store="duckdb", relayed=0.01)),
    Scenario(name="poison", story=poisoned),
    Scenario(name="two workers", story=two_workers, stores=("influxdb",),
             wishes=Wishes(store="influxdb", workers=2)),
    Scenario(name="in-flight window of 20", story=small_window,
             wishes=Wishes(store="duckdb", inflight=20)),
    Scenario(name="power cut at the edge", story=power_cut),
    Scenario(name="store restored", story=restored),
    Scenario(name="store forgot what it acknowledged", story=store_forgets, stores=("influxdb",),
             wishes=Wishes(store="influxdb", small_mb=192)),
    Scenario(name="foreign devices, store down, ingest killed", story=foreign.outage,
             stores=("influxdb",)),
)  # fmt: skip
SHORT: tuple[Scenario, ...] = (
    Scenario(name="a little of each", story=everything, stores=("duckdb",),
             wishes=Wishes(store="duckdb", relayed=0.1)),
    Scenario(name="a little of each", story=everything, stores=("influxdb",),
             wishes=Wishes(store="influxdb", proxied=True, workers=2, inflight=20)),
)  # fmt: skip
EMBEDDED = Scenario(
    name="a little of each, on amqtt", story=everything, stores=("duckdb",),
    wishes=Wishes(store="duckdb", embedded=True),
)  # fmt: skip
"""On the broker that forgets sessions and queues with its process, and never redelivers."""
SHORT_SCALE = Scale(ingest_kills=2, edge_kills=1, broker_kills=1, outage_s=4.0, calm_s=1.0)
