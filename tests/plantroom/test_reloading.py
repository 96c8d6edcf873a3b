"""Site files that change: when they are read, what is refused, what ingest does with the new."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.mqtt import Session
from adapters.settings import Settings
from adapters.sites import load_site
from core import topics, wire
from core.batch import BatchName, Columns
from core.clock import SystemClock
from core.errors import Misconfigured, Mistake, Retryable
from core.site import Site
from core.wire import ConfigHealth
from plantroom.plant import BrokerAt, Plant
from plantroom.reloading import Reloading, Wiring
from plantroom.running import Running
from tests.edge.fieldbus import site_of
from tests.servers import Server, wait_for

BUS = ['lan: {protocol: modbus, tcp: "127.0.0.1:1"}']
UNIT = {"power": "kW", "energy": "kWh", "frequency": "Hz"}


def _device(number: int) -> str:
    return (
        f"- {{id: d{number}, bus: lan, address: {number}, template: made, period: 1,"
        f" equipment: a.m{number}}}"
    )


def _site(folder: Path, meters: int) -> Site:
    return site_of(folder, BUS, [_device(i + 1) for i in range(meters)], meters=meters)


@dataclass
class Parts:
    """What a reload did with them."""

    folder: Path
    away: bool = False
    wrong: str = ""
    taken: list[Site] = field(default_factory=list)
    told: list[ConfigHealth] = field(default_factory=list)

    def wiring(self) -> Wiring:
        return Wiring(
            load=lambda: load_site(self.folder), check=self._check, take_up=self._take_up,
            tell=self.told.append,
        )  # fmt: skip

    def _check(self, _site: Site) -> None:
        if self.wrong:
            raise Misconfigured([Mistake(file="", line=0, what=self.wrong)])

    def _take_up(self, site: Site) -> None:
        if self.away:
            raise Retryable("the disk is full")
        self.taken.append(site)


def _reloading(parts: Parts, site: Site, every_s: float = 1e-9) -> Reloading:
    return Reloading(parts.folder, site, parts.wiring(), SystemClock(), every_s=every_s)


def test_a_file_is_read_when_it_has_stood_still_for_a_look(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    reloading = _reloading(parts, _site(tmp_path, 1))
    assert not reloading.look()
    changed = _site(tmp_path, 2)
    assert not reloading.look(), "somebody may still write"
    path = tmp_path / "site.yaml"
    path.write_text(path.read_text() + "# and on\n")
    assert not reloading.look()
    assert reloading.look()
    assert [len(site.points) for site in parts.taken] == [len(changed.points)]
    assert not reloading.look()


def test_a_comment_begins_nothing_anew(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    reloading = _reloading(parts, _site(tmp_path, 1))
    path = tmp_path / "site.yaml"
    path.write_text(path.read_text() + "# nothing\n")
    assert reloading.look(asked=True)
    assert parts.taken == []
    assert parts.told[-1].hash == load_site(tmp_path).version


def test_what_is_refused_keeps_its_first_moment_until_the_files_are_well(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    site = _site(tmp_path, 1)
    reloading = _reloading(parts, site)
    path = tmp_path / "site.yaml"
    right = path.read_text()
    path.write_text(right.replace("template: made", "template: mode"))
    reloading.look(asked=True)
    first = parts.told[-1]
    path.write_text(right.replace("id: test", "id: [").replace("site: test", "site: ["))
    reloading.look(asked=True)
    second = parts.told[-1]
    assert first.refused_since == second.refused_since
    assert first.refused != second.refused
    assert (first.hash, second.hash) == (site.version, site.version)
    path.write_text(right)
    reloading.look(asked=True)
    assert not parts.told[-1].refused
    assert parts.taken == [], "they are those that run"


def test_another_site_and_what_a_part_cannot_run_on_are_refused(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    reloading = _reloading(parts, _site(tmp_path, 1))
    path = tmp_path / "site.yaml"
    path.write_text(path.read_text().replace("site: test", "site: other"))
    reloading.look(asked=True)
    assert "the site is 'other', and 'test' runs" in parts.told[-1].why
    _site(tmp_path, 2)
    parts.wrong = "no such serial port"
    reloading.look(asked=True)
    assert parts.told[-1].why == "no such serial port"
    assert parts.taken == []


def test_what_must_wait_is_tried_again_by_itself(tmp_path: Path) -> None:
    parts = Parts(tmp_path, away=True)
    reloading = _reloading(parts, _site(tmp_path, 1))
    _site(tmp_path, 2)
    reloading.look(asked=True)
    assert parts.taken == []
    parts.away = False
    assert reloading.look()
    assert len(parts.taken) == 1


def test_without_an_interval_only_a_signal_has_it_look(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    reloading = _reloading(parts, _site(tmp_path, 1), every_s=0)
    _site(tmp_path, 2)
    assert not any(reloading.look() for _ in range(3))
    assert reloading.look(asked=True)


@pytest.mark.mosquitto
def test_what_came_before_its_point_was_known_is_stored_when_it_is(
    tmp_path: Path, mosquitto: Server
) -> None:
    folder, clock = tmp_path / "site", SystemClock()
    before, settings = _site(folder, 1), Settings(_env_file=None)  # type: ignore[call-arg]
    settings = settings.model_copy(update={"var": tmp_path, "site": folder})
    at = BrokerAt(host="127.0.0.1", port=mosquitto.port)
    plant = Plant(settings=settings, site=before, clock=clock, broker=at)
    running = Running(plant, at, ("ingest",))
    running.start()
    edge = Session("127.0.0.1", mosquitto.port, "edge", clean_start=True)
    edge.listen([topics.confirm_topic("test", "gw")], lambda message: message.ack())
    edge.start()
    assert edge.wait_connected(30)
    now = clock.now()
    names = [f"a.m{i}.{role}" for i in (1, 2) for role in UNIT]
    rows = Columns.of(list(range(6)), [now] * 6, [5.0, 100.0, 50.0] * 2)
    table = [(name, UNIT[name.rpartition(".")[2]]) for name in names]
    batch = wire.encode(wire.batch_message(rows, table, sent_at=now))
    try:
        edge.publish(topics.batch_topic("test", BatchName("gw", "boot", 1)), batch)
        wait_for(lambda: plant.ingest.counts()["quarantined"] == 3, "the unknown in quarantine")
        after = _site(folder, 2)
        running.wiring(settings).take_up(after)
        assert plant.site is after

        def stored() -> int:
            return len(plant.store.read(range(len(after.points)), 0, clock.now()).rows)

        wait_for(lambda: stored() == 6, "all of it in the store")

        def waiting() -> list[tuple[str, int]]:
            return [(one.key, one.open) for one in plant.records.quarantine.by("reason")]

        # An entry is settled after what it held is stored.
        wait_for(lambda: waiting() == [("unknown_point", 0)], "the entry to be settled")
    finally:
        edge.stop()
        running.stop()
        plant.stop()
