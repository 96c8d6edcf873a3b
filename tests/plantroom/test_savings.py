"""``plantroom savings``: what the ledger holds, said on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.records import Records
from tests.plantroom.conftest import Cli
from tests.workorders.ledger.leaking import DONE, leaking
from tests.workorders.ledger.test_booking import proven

_FOUND = "records.sqlite"


@pytest.fixture
def booked(var: Path, sites_dir: Path) -> str:
    """An installation in whose ledger a leak is booked; its order."""
    with leaking(var, sites_dir) as made:
        proven(made)
        assert made.house.now > DONE
        return made.order


def test_totals_and_orders(cli: Cli, booked: str) -> None:
    found = json.loads(cli("savings", "list", "--json").output)
    assert [t["carrier"] for t in found["totals"]] == ["water"]
    assert found["orders"][0]["order"] == booked
    assert found["net"] == pytest.approx(found["money"] - found["labour"])
    assert booked in cli("savings", "list").output


def test_an_orders_days(cli: Cli, booked: str) -> None:
    days = json.loads(cli("savings", "order", booked, "--json").output)
    assert [d["state"] for d in days].count("verified") == 5
    assert cli("savings", "order", "WO-2026-9999").exit_code == 2
    assert "Nobody has entered an event" in cli("savings", "events").output
    assert "None was accepted" in cli("savings", "switchback", booked).output


def test_a_changed_entry_is_an_exit_code(cli: Cli, var: Path, booked: str) -> None:
    assert cli("savings", "check").exit_code == 0
    records = Records(f"sqlite:///{var / _FOUND}")
    with records.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER mv_day_update"))
        connection.execute(text("UPDATE mv_day SET saving = 999 WHERE id = 1"))
    records.close()
    said = cli("savings", "check", "--json")
    assert (said.exit_code, booked != "") == (4, True)
    assert json.loads(said.stdout)["broken"] == [1]


def test_an_empty_ledger_says_so(cli: Cli) -> None:
    assert "Nothing is booked yet" in cli("savings", "list").output
