"""Every packaged template against a simulated device of its own: each value comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from adapters.sites.devicekeys import BusKeys, SerialKeys
from adapters.sites.templatekeys import TemplateKeys
from adapters.sites.templates import LIBRARY, load_file
from core.errors import Misconfigured
from core.quantity import Quantity
from edge.buses.device import Device, in_unit
from edge.buses.pace import Pace
from edge.buses.proof import disproof
from edge.buses.protocols import protocol
from edge.template import load_packaged, packaged
from edge.templates_page import table
from simulators.devices.bacnet import BacnetDevice, BacnetServer
from simulators.devices.metered import MeteredLine
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import METER, device_of

Set = Callable[[str, float | None], None]
Read = Callable[[Sequence[str]], dict[str, float]]
NEEDED = 15
"""Templates that a campus is to find here, at least."""


def _reader(device: Device, bus: BusKeys) -> tuple[Read, Callable[[], None]]:
    link = protocol(device.template.protocol).open_link(bus, [device], lambda _d, _v: None)

    def read(wanted: Sequence[str]) -> dict[str, float]:
        numbers: dict[str, float | None] = {}
        for values in link.poll(device, wanted, Pace(3.0)):
            numbers.update(values)
        return {n: in_unit(device.template.values[n], numbers[n]) for n in wanted}

    return read, link.close


@contextmanager
def _modbus(template: TemplateKeys) -> Iterator[tuple[Set, Read]]:
    registers = ModbusRegisters(template, fill=True)
    with ModbusServer({1: registers}) as server:
        read, close = _reader(
            device_of(template), BusKeys(protocol="modbus", tcp=server.endpoint)
        )  # fmt: skip
        yield registers.set, read
        close()


@contextmanager
def _metered(template: TemplateKeys) -> Iterator[tuple[Set, Read]]:
    address = {"dlt645": "202103160005", "cjt188": "78330011223344", "mbus": "12345678"}
    meter = address[template.protocol]
    with MeteredLine({meter: template}) as line:
        bus = BusKeys(
            protocol=template.protocol, tcp=line.endpoint, serial=SerialKeys(baud=115_200)
        )  # fmt: skip
        read, close = _reader(device_of(template, meter), bus)
        yield lambda name, value: line.set(meter, name, value), read
        close()


@contextmanager
def _bacnet(template: TemplateKeys) -> Iterator[tuple[Set, Read]]:
    served = BacnetDevice(1, template)
    with BacnetServer([served]) as server:
        read, close = _reader(
            device_of(template, served.endpoint),
            BusKeys(protocol="bacnet", udp="127.0.0.1/32:0"),
        )
        yield lambda name, value: server.set("1", name, value), read
        close()


METERED = ("dlt645", "cjt188", "mbus")
SERVED = {"bacnet": _bacnet, "modbus": _modbus, **dict.fromkeys(METERED, _metered)}
"""By protocol: a simulated device of a template, what sets its values and what reads them."""


def test_there_are_enough() -> None:
    assert len(packaged()) >= NEEDED


@pytest.mark.parametrize("name", packaged())
def test_every_value_comes_back(name: str) -> None:
    template = load_packaged(name)
    proved = {proof.value for proof in template.proof}
    given = {
        value: 0.5 if keys.quantity is Quantity.POWER_FACTOR
        else 1.0 if keys.quantity is Quantity.STATUS
        else 11.0 + i  # a power of DL/T 645 ends at 79.9999 kW
        for i, (value, keys) in enumerate(template.values.items())
        if value not in proved
    }  # fmt: skip
    with SERVED[template.protocol](template) as (set_, read):
        for value, number in given.items():
            set_(value, number)
        assert read(list(given)) == pytest.approx(given, rel=1e-6)


@pytest.mark.parametrize("name", [n for n in packaged() if load_packaged(n).proof])
def test_it_proves_itself_and_no_other_device(name: str) -> None:
    template = load_packaged(name)
    device = device_of(template)
    with SERVED[template.protocol](template) as (set_, read):
        scale = {n: v.scale for n, v in template.values.items()}
        assert disproof(device, {n: v / scale[n] for n, v in read(device.proving).items()}) is None
        for value in device.proving:
            set_(value, 12.0)
        against = disproof(device, {n: v / scale[n] for n, v in read(device.proving).items()})
        assert against is not None
        assert f"is no {template.make}" in against


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": "little"}, {"bytes": "little"}, {"base": 1}, {"function": 3},
        {"words": "little", "bytes": "little"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_order_base_or_function_is_disproved(wrong: dict[str, object]) -> None:
    """A frequency of 49 to 51 Hz is not what other registers, or its words turned, give."""
    right = load_packaged("eastron-sdm630")
    assert right.modbus is not None
    keys = msgspec.structs.replace(right.modbus, **wrong)
    device = device_of(msgspec.structs.replace(right, modbus=keys))
    registers = ModbusRegisters(right, fill=True)
    for name, number in (("power", 12e3), ("power_factor", 0.98), ("energy", 98765.4)):
        registers.set(name, number)
    with ModbusServer({1: registers}) as server:
        read, close = _reader(device, BusKeys(protocol="modbus", tcp=server.endpoint))
        assert disproof(device, read(device.proving)) is not None
        close()


def test_every_source_is_named() -> None:
    for name in packaged():
        source = load_packaged(name).source
        assert len(source) > 20, name
        assert "://" not in source, f"{name}: a document by its name, not an address"


def test_the_page_holds_the_table() -> None:
    page = LIBRARY.parents[1] / "docs" / "devices.md"
    assert table() in page.read_text(encoding="utf-8"), "plantroom docs makes it anew"


def test_the_folder_is_in_the_package() -> None:
    assert LIBRARY.parent.name == "edge"
    assert (LIBRARY.parent / "__init__.py").exists()


BROKEN = [
    # written, instead, what is wrong, what is meant
    ("unit: W,", "unit: Watt,", "'Watt' is not a unit of active power", ""),
    ("role: power,", "role: powr,", "'power': no role 'powr'", "power"),
    ("role: power,", "role: energy,", "the role 'energy' active_energy", ""),
    ("protocol: modbus", "protocol: modbuss", "no protocol 'modbuss'", "modbus"),
    ("modbus: {address: 0, type: int32}", "note: x", "unknown key 'note'", ""),
    (", modbus: {address: 0, type: int32}", "", "'power' does not say where it stands", ""),
    ("address: 0, type: int32", "address: 65535, type: int32", "register 65535 of 2 words", ""),
    ("address: 0, type: int32", "address: 0, type: int33", "'int33' is not allowed", "int32"),
    ("address: 0, type: int32", "address: 0, type: bit", "type bit with function 3", ""),
    ("type: int32}", "type: int32, bit: 32}", "bits 32 to 32 of 32", ""),
    ("type: int32}", "type: float32, bit: 3}", "a float32 has no fields", ""),
    ("type: int32}", "type: int32, exponent: 400}", "401 registers", ""),
    ("type: int32}", "type: int32, function: 6}", "function 6 does not read", ""),
    ("source: written", "proof: [{value: hz, near: [50]}]\nsource: w", "no value 'hz'", ""),
    ("source: written for tests\n", "", "'source' is missing", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "instead", "what", "meant"), BROKEN)
def test_a_mistake_has_its_line(tmp_path: Path, written: str, instead: str, what: str, meant: str) -> None:  # fmt: skip # noqa: E501
    assert written in METER
    path = tmp_path / "broken.yaml"
    path.write_text(METER.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(Misconfigured) as wrong:
        load_file(path)
    (mistake, *_) = [m for m in wrong.value.mistakes if what in m.what]
    assert mistake.file == "broken.yaml"
    assert mistake.line > 0
    assert mistake.suggestion == meant
