"""``plantroom report``: a month on the terminal, for programs and as a file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.plantroom.conftest import Cli
from tests.workorders.ledger.leaking import leaking
from tests.workorders.ledger.test_booking import proven
from workorders.assessment.period import month_of


@pytest.fixture
def booked(var: Path, sites_dir: Path) -> tuple[str, str]:
    """An installation in whose ledger a leak is booked; its order, and the month."""
    with leaking(var, sites_dir) as made:
        proven(made)
        closed = made.house.get(made.order).row.closed_at
        assert closed is not None
        return made.order, month_of(closed, made.house.site.timezone)


def test_a_month_in_each_form(cli: Cli, var: Path, booked: tuple[str, str]) -> None:
    _, month = booked
    found = json.loads(cli("report", "month", month, "--json").output)
    assert found["month"] == month
    assert [t["carrier"] for t in found["savings"]] == ["water"]
    assert found["savings"][0]["u"] > 0
    figure = found["figures"]["repair"]
    assert (figure["n"], figure["value"] > 0) == (1, True)
    said = cli("report", "month", month)
    assert "Savings of proven repairs" in said.output
    file = var / "report.xlsx"
    assert cli("report", "month", month, "--out", str(file)).exit_code == 0
    assert "Savings" in load_workbook(io.BytesIO(file.read_bytes())).sheetnames
    paper = var / "report.pdf"
    assert cli("report", "month", month, "--out", str(paper)).exit_code == 0
    assert paper.read_bytes().startswith(b"%PDF-")


def test_what_is_no_month_or_no_form_is_a_mistake(cli: Cli, var: Path) -> None:
    assert cli("report", "month", "2026-13", "--json").exit_code == 2
    assert cli("report", "month", "2126-01", "--json").exit_code == 2
    assert cli("report", "month", "2026-03", "--out", str(var / "report.doc")).exit_code == 2
    assert cli("report", "month", "2026-03", "--language", "eo").exit_code == 2
