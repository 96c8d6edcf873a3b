"""Devices found by broadcast, over a pair of network namespaces: the loopback carries none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.plantroom.test_edge_bacnet import METER

US, THEM = "10.99.71.1", ("10.99.71.2", "10.99.71.3")
SERVE = """
import sys, time
from pathlib import Path
from adapters.sites.templates import load_file
from simulators.devices.bacnet import BacnetDevice, BacnetServer
template = load_file(Path(sys.argv[1]))
hosts = sys.argv[2:]
devices = [
    BacnetDevice(1001 + i, template, host=f"{host}/24", port=47808) for i, host in enumerate(hosts)
]
with BacnetServer(devices) as server:
    for device in devices:
        server.set(device.endpoint, "power", 1000.0 + device.instance)
    print("ready", flush=True)
    sys.stdin.read()
"""


ASK = """
import json, sys
from pathlib import Path
from adapters.sites.devicekeys import BusKeys
from adapters.sites.templates import load_file
from edge.buses.device import Channel, Device
from edge.buses.pace import Pace
from edge.drivers.bacnet import link, scan
from edge.scanning import draft
sys.modules["edge.drivers.bacnet.discovery"]._WAIT_S = 1.0
template, udp = load_file(Path(sys.argv[1])), sys.argv[2]
bus = BusKeys(protocol="bacnet", udp=udp)
everybody = list(scan(bus, []))
some = list(scan(bus, ["1002", "1003"]))
device = Device(
    id="d", bus="b", address="1002", template=template, period_s=1.0, options={},
    channels=tuple(Channel(i, name) for i, name in enumerate(template.values)),
)
opened = link.open_link(bus, [device], lambda _d, _v: None)
read = {}
for values in opened.poll(device, device.wanted, Pace(3.0)):
    read.update(values)
opened.close()
print(json.dumps({
    "everybody": [[f.address, f.says, list(f.own.values)] for f in everybody],
    "some": [f.address for f in some],
    "read": read,
    "draft": draft(bus, everybody),
}))
"""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The near end of a cable with devices 1001 and 1002 at the far one; and their template."""
    near, far = (f"plantroom-{os.getpid()}-{end}" for end in ("near", "far"))
    if shutil.which("ip") is None:
        pytest.skip("network namespaces need the program ip of iproute2")
    made = subprocess.run(["ip", "netns", "add", near], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no network namespaces here: {made.stderr.strip()}")
    try:
        _ip("netns", "add", far)
        peer = ("type", "veth", "peer", "name", "wire", "netns", far)
        _ip("link", "add", "wire", "netns", near, *peer)
        for end, addresses in ((near, (US,)), (far, THEM)):
            for address in addresses:
                _ip("-n", end, "addr", "add", f"{address}/24", "brd", "+", "dev", "wire")
            _ip("-n", end, "link", "set", "wire", "up")
        template = tmp_path / "meter.yaml"
        template.write_text(METER, encoding="utf-8")
        with subprocess.Popen(
            ["ip", "netns", "exec", far, sys.executable, "-c", SERVE, str(template), *THEM],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as devices:  # fmt: skip
            assert devices.stdout is not None
            assert devices.stdout.readline() == "ready\n"
            yield near, str(template)
    finally:
        for end in (near, far):
            subprocess.run(["ip", "netns", "del", end], capture_output=True, check=False)


def test_devices_are_found_by_broadcast_and_read_by_their_instance(wire: tuple[str, str]) -> None:
    near, template = wire
    said = subprocess.run(
        ["ip", "netns", "exec", near, sys.executable, "-c", ASK, template, f"{US}/24:47808"],
        cwd=ROOT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    answer = json.loads(said.stdout)
    for i, (address, says, values) in enumerate(answer["everybody"]):
        assert address == str(1001 + i)
        assert f"device {1001 + i} at {THEM[i]}, 3 objects" in says
        assert values == ["power", "energy", "frequency"]
    assert len(answer["everybody"]) == 2
    # A range wakes none but its own.
    assert answer["some"] == ["1002"]
    assert answer["read"]["power"] == 2002.0
    assert 'address: "1002", template: device-1002' in answer["draft"]
