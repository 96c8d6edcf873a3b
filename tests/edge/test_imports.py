"""An edge box installs little: what it runs imports none of what the server needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

EDGE = (
    "import edge.agent, edge.outbox, edge.drivers.csv, edge.drivers.simulated, adapters.mqtt,"
    " adapters.sites, edge.buses.fieldbus, edge.reading, edge.cycle, edge.scanning,"
    " plantroom.commands.run"
)
HEAVY = (
    "pandas", "sklearn", "scipy", "sqlalchemy", "duckdb", "influxdb_client", "fastapi", "amqtt",
    "holidays", "apprise",
    # Libraries of buses, until a gateway has such a bus.
    "pymodbus", "serial", "bacpypes3", "meterbus",
)  # fmt: skip


def test_imports_little() -> None:
    program = f"{EDGE}\nimport sys\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("client", ["paho", "ruamel"])
def test_edge_itself_knows_no_client(client: str) -> None:
    for path in (ROOT / "edge").rglob("*.py"):
        assert f"import {client}" not in path.read_text()
        assert f"from {client}" not in path.read_text()
