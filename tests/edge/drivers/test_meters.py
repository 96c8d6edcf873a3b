"""Electricity, water and heat meters on their buses: every template, every way, every fault."""

from __future__ import annotations

import time

import pytest

from adapters.sites.templates import load_packaged, packaged
from core.errors import Retryable
from edge.buses.contract import Garbled, NoAnswer
from edge.buses.pace import Pace
from simulators.devices.dlt645 import SimulatedDlt645Meter
from simulators.devices.meter_bus import SimulatedMeter
from simulators.devices.pty import PtyPair
from tests.edge.fieldbus import device_of
from tests.edge.meters import CASES, Case, heat, linked, read

ONE_EACH = [CASES[0], CASES[2], CASES[5], CASES[6]]


def _named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda c: f"{c.template} {c.address}")


def _quick() -> Pace:
    """A pace that has seen prompt answers."""
    pace = Pace(3.0)
    for _ in range(50):
        pace.answered(0.01)
    return pace


def test_every_template_has_a_meter() -> None:
    ours = {n for n in packaged() if load_packaged(n).protocol in ("dlt645", "cjt188", "mbus")}
    assert {case.template for case in CASES} == ours
    for case in CASES:
        assert set(case.reads) == set(load_packaged(case.template).values)


@_named(CASES)
def test_reads_through_a_device_server(case: Case) -> None:
    device = case.device()
    with case.bus() as bus, linked(device, bus) as link:
        assert read(link, device) == pytest.approx(case.reads)


@_named(ONE_EACH)
def test_reads_from_a_serial_port_that_echoes(case: Case) -> None:
    device = case.device()
    with (
        PtyPair() as line,
        case.bus(echo=True, port=line.ends[1]) as bus,
        linked(device, bus, port=line.ends[0]) as link,
    ):
        assert read(link, device) == pytest.approx(case.reads)
        assert read(link, device) == pytest.approx(case.reads)


@_named(ONE_EACH)
def test_one_bad_answer_is_asked_for_again(case: Case) -> None:
    device = case.device()
    with case.bus() as bus, linked(device, bus) as link:
        faults = bus.meters[0].faults
        faults.wrong_sums = 1
        if device.template.protocol == "mbus":
            faults.wrong_sums, faults.garbage = 0, [b"\xe4\x10\x68"]
        assert read(link, device, _quick()) == pytest.approx(case.reads)
        faults.cut = [3] if device.template.protocol != "mbus" else []
        assert read(link, device, _quick()) == pytest.approx(case.reads)


@_named(ONE_EACH)
def test_bad_answers_are_no_values(case: Case) -> None:
    device = case.device()
    with case.bus() as bus, linked(device, bus) as link:
        faults = bus.meters[0].faults
        faults.garbage = [b"\x16\x68\x10\x01" * 9] * 2
        with pytest.raises(Garbled, match="without its answer"):
            read(link, device, _quick())
        assert read(link, device, _quick()) == pytest.approx(case.reads)


@_named(ONE_EACH)
def test_a_dead_meter_is_silent_once(case: Case) -> None:
    device = case.device()
    with case.bus() as bus, linked(device, bus) as link:
        bus.meters[0].faults.dead = True
        took = []
        for _ in range(2):
            begun = time.monotonic()
            with pytest.raises(NoAnswer, match="does not answer"):
                read(link, device, _quick())
            took.append(time.monotonic() - begun)
        assert min(took) < 1.0, "a machine may pause once, a line that waits does so each time"
        selections = [q for q in bus.asked if q[:1] != b"\x10" or q[1:3] != b"\x40\xfd"]
        assert len(selections) == 2, "once each time"
        bus.meters[0].faults.dead = False
        assert read(link, device, _quick()) == pytest.approx(case.reads)


@pytest.mark.parametrize(
    ("case", "prompt", "other", "energy"),
    [
        (CASES[0], 0, SimulatedDlt645Meter("202103160006", lambda: {0x00010000: 7.5}), "energy"),
        (CASES[6], 1, heat("12345679", 6, energy=7.5), "heat"),
    ],
    ids=["DL/T 645", "M-Bus"],
)
def test_a_late_answer_is_nobodys(
    case: Case, prompt: int, other: SimulatedMeter, energy: str
) -> None:
    """The answers of one meter come while the next one is waited for, and are not its own."""
    mine = case.device()
    theirs = device_of(mine.template, "202103160006" if prompt == 0 else "12345679")
    wanted = [energy]
    with case.bus(other) as bus, linked(mine, bus) as link:
        bus.meters[0].faults.late_s = [0.0] * prompt + [0.7, 0.7]
        with pytest.raises(NoAnswer):
            read(link, mine, _quick(), wanted)
        bus.meters[1].faults.late_s = [0.0] * prompt + [0.7]
        assert read(link, theirs, Pace(3.0), wanted) == {energy: pytest.approx(7.5, abs=0.5)}


def test_a_line_that_cannot_be_opened_is_said() -> None:
    device = CASES[0].device()
    with CASES[0].bus() as bus:
        pass
    with linked(device, bus) as link, pytest.raises(Retryable, match=f"no line to {bus.endpoint}"):
        read(link, device)
    port = "/nowhere"
    with linked(device, bus, port=port) as link, pytest.raises(Retryable, match=f"to {port}"):
        read(link, device)


def test_a_closed_connection_is_opened_again() -> None:
    case = CASES[0]
    device = case.device()
    with case.bus() as bus, linked(device, bus) as link:
        read(link, device)
        bus.hang_up()
        assert read(link, device) == pytest.approx(case.reads)
        assert bus.connections == 2
