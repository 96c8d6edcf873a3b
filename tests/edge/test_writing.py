"""Writing a point, over loopback: opened, limited, noted first, and given back whatever happens."""
# ruff: noqa: E501 - templates as people write them

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.sites import check_site
from core.errors import PlantroomError, Refused
from core.site import Site
from edge.buses.contract import Denied, Link, NoAnswer
from edge.buses.fieldbus import FieldbusDriver
from edge.buses.pace import Pace
from edge.buses.protocols import protocol
from edge.writing import hand
from edge.writing.hand import plan, put, release
from edge.writing.journal import Journal, State, Written
from edge.writing.opening import Opening, check, opening_of, openings, to_give_back
from simulators.devices.bacnet import BacnetDevice, BacnetServer
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import site_of, template_of
from tests.servers import wait_for

MODBUS = """\
make: Test
model: T1
protocol: modbus
source: written for tests
values:
  power: {quantity: active_power, unit: W, role: power, modbus: {address: 0, type: int32, words: little}}
  frequency: {quantity: frequency, unit: Hz, role: frequency, scale: 0.01, modbus: {address: 40, type: uint16}}
  energy: {quantity: active_energy, unit: kWh, role: energy, modbus: {address: 2, type: uint32, function: 4}}
"""
BACNET = """\
make: Test
model: B1
protocol: bacnet
source: written for tests
values:
  power: {quantity: active_power, unit: kW, role: power, bacnet: {object: "analog-value:1"}}
  frequency: {quantity: frequency, unit: Hz, role: frequency, bacnet: {object: "analog-output:2"}}
  energy: {quantity: active_energy, unit: kWh, role: energy, bacnet: {object: "analog-input:3"}}
"""
POINT = "a.m1.frequency"
WRITE = '{low: 48, high: 52, until: "2126-12-31", longest: 7200}'


@dataclass
class Bench:
    """A device that serves, a site that opens one point of it, and a journal."""

    server: ModbusServer | BacnetServer
    site: Site
    journal: Journal
    path: Path
    address: str

    @property
    def opening(self) -> Opening:
        return opening_of(self.site, ["gw"], POINT)

    @contextmanager
    def link(self) -> Iterator[Link]:
        keys = self.opening
        link = protocol(keys.bus.protocol).open_link(keys.bus, [keys.device], lambda _d, _v: None)
        try:
            yield link
        finally:
            link.close()

    def set(self, value: float) -> None:
        self.server.set(self.address, "frequency", value)

    def shown(self) -> float:
        """What the point shows to a reader."""
        with self.link() as link:
            (values,) = link.poll(self.opening.device, ("frequency",), Pace(1.0))
        value = self.opening.value(values["frequency"])
        assert value is not None
        return value

    def put(self, value: float, for_s: float = 3600.0) -> Written:
        now = round(time.time() * 1000)
        with self.link() as link:
            standing = self.journal.standing()
            planned = plan(self.opening, value, link, Pace(1.0), standing)
            return put(self.opening, planned, link, Pace(1.0), self.journal, by="ada",
                       why="a test", now=now, for_s=for_s)  # fmt: skip

    def release(self, written: Written) -> State:
        with self.link() as link:
            return release(self.opening, written, link, Pace(1.0), self.journal, by="ada", now=1)


def _site(folder: Path, bus: str, address: str, template: str, write: str = WRITE) -> Site:
    device = (
        f"- id: main\n  bus: lan\n  address: {address}\n  template: made\n  equipment: a.m1\n"
        f"  points: {{power: power, energy: energy, frequency: {{value: frequency, write: {write}}}}}"
    )
    return site_of(folder / "site", [bus], device.splitlines(), template=template)


@pytest.fixture(params=["modbus", "bacnet"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    text = MODBUS if request.param == "modbus" else BACNET
    template = template_of(text, tmp_path)
    server: ModbusServer | BacnetServer
    if request.param == "modbus":
        server = ModbusServer({7: ModbusRegisters(template, fill=True)})
        server.start()
        bus, address = (
            f'lan: {{protocol: modbus, tcp: "{server.endpoint}", longest_answer: 0.5}}',
            "7",
        )
    else:
        device = BacnetDevice(1001, template)
        server = BacnetServer([device])
        server.start()
        bus = 'lan: {protocol: bacnet, udp: "127.0.0.1/32:0", longest_answer: 0.5}'
        address = f'"{device.endpoint}"'
    try:
        site = _site(tmp_path, bus, address, text)
        path = tmp_path / "writes.sqlite"
        bench = Bench(
            server, site, Journal(path), path, "7" if request.param == "modbus" else "1001"
        )
        bench.set(50.0)
        yield bench
    finally:
        server.stop()


def test_a_value_is_written_read_back_and_given_back(made: Bench) -> None:
    written = made.put(49.5)
    assert made.shown() == pytest.approx(49.5)
    assert written.was == pytest.approx(50.0)
    assert written.value == pytest.approx(49.5)
    assert (written.by, written.state) == ("ada", State.STANDING)
    with pytest.raises(Refused, match="stands written already"):
        made.put(49.0)
    assert made.release(written) is State.RELEASED
    assert made.shown() == pytest.approx(50.0)
    (kept,) = made.journal.all()
    assert (kept.state, kept.ended_by, kept.why) == (State.RELEASED, "ada", "a test")
    made.put(51.0)
    assert made.shown() == pytest.approx(51.0)


def test_a_plan_writes_nothing(made: Bench) -> None:
    with made.link() as link:
        planned = plan(made.opening, 49.5, link, Pace(1.0))
    assert planned.was == pytest.approx(50.0)
    assert planned.value == pytest.approx(49.5)
    assert made.shown() == pytest.approx(50.0)
    assert made.journal.all() == []


def test_an_agent_gives_back_what_is_over_also_after_a_crash(made: Bench) -> None:
    """Written by a process that is gone; the agent starts after its end."""
    made.put(49.5, for_s=0.2)
    time.sleep(0.3)
    driver = FieldbusDriver(made.site, "gw", journal=made.path)
    try:
        driver.read(round(time.time() * 1000))
        wait_for(lambda: not made.journal.standing(), "the release")
        assert driver.health()["main"][1] is None
    finally:
        driver.close()
    assert made.shown() == pytest.approx(50.0)
    assert made.journal.all()[0].ended_by == "agent"


def test_what_was_begun_and_never_finished_is_given_back(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill between the write and the word that it stands; the device has the value."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(made.journal, "became", killed)
    with pytest.raises(KeyboardInterrupt):
        made.put(49.5)
    assert made.shown() == pytest.approx(49.5)
    monkeypatch.undo()
    (begun,) = made.journal.standing()
    assert (begun.state, begun.ends > time.time() * 1000) == (State.BEGUN, True)
    monkeypatch.setattr("edge.writing.keeper._UNSURE_MS", 100)
    time.sleep(0.2)
    driver = FieldbusDriver(made.site, "gw", journal=made.path)
    try:
        driver.read(round(time.time() * 1000))
        wait_for(lambda: not made.journal.standing(), "the release")
    finally:
        driver.close()
    assert made.shown() == pytest.approx(50.0)


def test_an_agent_says_what_stands_and_beats(made: Bench) -> None:
    made.put(49.5)
    driver = FieldbusDriver(made.site, "gw", journal=made.path)
    try:
        driver.read(round(time.time() * 1000))
        wait_for(lambda: driver.alarms() == (f"written:{POINT}",), "the alarm")
        assert made.journal.last_beat() is not None
    finally:
        driver.close()
    assert made.shown() == pytest.approx(49.5), "an agent that ends leaves what is not over"


def test_what_somebody_else_wrote_since_is_left_alone(made: Bench) -> None:
    written = made.put(49.5)
    if isinstance(made.server, ModbusServer):
        made.set(48.2)
    else:
        with made.link() as link:
            opening = made.opening
            link.write(opening.device, "frequency", 48.2, Pace(1.0), 8)  # type: ignore[attr-defined]
    assert made.release(written) is State.LEFT
    assert made.shown() == pytest.approx(48.2, abs=0.01)
    assert "48.2" in made.journal.all()[0].said or "4820" in made.journal.all()[0].said


def test_limits_span_of_time_and_opening_say_what_to_do(made: Bench) -> None:
    opening, now = made.opening, round(time.time() * 1000)
    with pytest.raises(Refused, match="open from 48 to 52 Hz, not for 60"):
        check(opening, 60.0, 60.0, now)
    with pytest.raises(Refused, match="7200 s at the most"):
        check(opening, 50.0, 7201.0, now)
    with pytest.raises(Refused, match="was open until 2126-12-31"):
        check(opening, 50.0, 60.0, opening.closes)
    assert opening.ends(opening.closes - 1000, 3600.0) == opening.closes
    with pytest.raises(Refused, match=r"only read. To open it.*write: \{low"):
        opening_of(made.site, ["gw"], "a.m1.power")
    with pytest.raises(Refused, match="no point"):
        opening_of(made.site, ["gw"], "a.m1.nothing")
    assert list(openings(made.site, "gw")) == [POINT]
    closed = to_give_back(made.site, "gw", "a.m1.power", 9)
    assert closed is not None
    assert (closed.keys.priority, closed.closes) == (9, 0)


def test_a_device_that_refuses_or_does_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = template_of(MODBUS, tmp_path)
    with ModbusServer({7: ModbusRegisters(template, fill=True)}) as server:
        bus = f'lan: {{protocol: modbus, tcp: "{server.endpoint}", longest_answer: 0.3}}'
        site = _site(tmp_path, bus, "7", MODBUS)
        bench = Bench(server, site, Journal(tmp_path / "w.sqlite"), tmp_path / "w.sqlite", "7")
        bench.set(50.0)
        server.faults.deaf = True
        with pytest.raises(Refused, match="holds 5000, not 4950"):
            bench.put(49.5)
        (begun,) = bench.journal.standing()
        assert bench.release(begun) is State.RELEASED
        server.faults.deaf = False
        real = hand._writing  # noqa: SLF001

        def refusing(link: Link, opening: Opening) -> object:
            server.faults.refused = {40} if server.faults.refused else set()
            return real(link, opening)

        monkeypatch.setattr(hand, "_writing", refusing)
        with bench.link() as link:
            planned = plan(bench.opening, 49.5, link, Pace(0.3))
            server.faults.refused = {40}
            with pytest.raises(Denied, match="no such register"):
                put(bench.opening, planned, link, Pace(0.3), bench.journal, by="a", why="b",
                    now=1, for_s=1.0)  # fmt: skip
        assert bench.journal.standing() == []
        server.faults.refused = set()
        server.faults.dead = {7}
        with bench.link() as link, pytest.raises(NoAnswer):
            plan(bench.opening, 49.5, link, Pace(0.3))


def test_words_are_written_in_the_order_of_the_template(tmp_path: Path) -> None:
    template = template_of(MODBUS, tmp_path)
    with ModbusServer({7: ModbusRegisters(template, fill=True)}) as server:
        bus = f'lan: {{protocol: modbus, tcp: "{server.endpoint}", longest_answer: 0.5}}'
        site = _site(tmp_path, bus, "7", MODBUS)
        opening = opening_of(site, ["gw"], POINT)
        link = protocol("modbus").open_link(opening.bus, [opening.device], lambda _d, _v: None)
        try:
            link.write(opening.device, "power", -123_456.0, Pace(0.5), 8)  # type: ignore[attr-defined]
            assert link.held(opening.device, "power", Pace(0.5), 8) == -123_456.0  # type: ignore[attr-defined]
            assert server.written == [(7, 16, 0, [0x1DC0, 0xFFFE])]
            with pytest.raises(Denied, match="does not fit int32"):
                link.write(opening.device, "power", 1e12, Pace(0.5), 8)  # type: ignore[attr-defined]
        finally:
            link.close()


@pytest.mark.parametrize(
    ("write", "says"),
    [
        ('{low: 52, high: 48, until: "2126-12-31"}', "low lies above high"),
        ('{low: -1000, high: 52, until: "2126-12-31"}', "beyond the span"),
        ('{low: 48, high: 52, until: "2126-02-31"}', "is no date"),
        ("{low: 48, high: 52}", "until"),
    ],
)
def test_an_opening_that_cannot_stand_is_a_mistake(tmp_path: Path, write: str, says: str) -> None:
    bus = 'lan: {protocol: modbus, tcp: "127.0.0.1:1"}'
    with pytest.raises(PlantroomError, match=says):
        _site(tmp_path, bus, "7", MODBUS, write)


def test_totals_and_inputs_cannot_be_opened(tmp_path: Path) -> None:
    _site(tmp_path, 'lan: {protocol: modbus, tcp: "127.0.0.1:1"}', "7", MODBUS)
    file = tmp_path / "site" / "site.yaml"
    opened = f"energy: {{value: energy, write: {WRITE}}}"
    file.write_text(file.read_text().replace("energy: energy", opened))
    assert "cannot be written: it is a total" in str(check_site(tmp_path / "site")[0])
