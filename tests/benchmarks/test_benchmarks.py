"""What the benchmarks measure is real: everything arrives, on both sides, and is the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import fieldbus_site, ingest, meters, plain, run
from benchmarks.load import GATEWAY, messages, readings
from benchmarks.measured import Result, span
from benchmarks.page import Measured, keep, kept, page
from benchmarks.run import app
from core import wire
from edge.buses.device import devices_of
from edge.drivers.modbus.blocks import plan

MINUTES = 20


def test_the_load_is_the_same_each_time_and_travels_whole() -> None:
    rows = readings(MINUTES)
    assert np.array_equal(rows.value, readings(MINUTES).value)
    sent = messages(rows, "boot")
    assert len(sent) == MINUTES
    decoded = [wire.batch_columns(wire.decode(p, wire.BatchMessage)) for _, p in sent]
    assert sorted(np.concatenate([d.value for d in decoded])) == sorted(rows.value)
    energy = rows.value[rows.point == 1]
    assert (np.diff(energy) >= 0).all(), "registers only count up"


def test_the_baseline_stores_every_reading(tmp_path: Path) -> None:
    rows = readings(MINUTES)
    plain.ingest(tmp_path / "plain.sqlite", [payload for _, payload in messages(rows, "boot")])
    opened = sqlite3.connect(tmp_path / "plain.sqlite")
    ((count, total),) = opened.execute("SELECT count(*), sum(value) FROM reading")
    opened.close()
    assert count == len(rows)
    assert total == pytest.approx(rows.value.sum())


def test_a_time_is_refused_if_readings_are_missing(tmp_path: Path) -> None:
    sent = messages(readings(MINUTES), "boot")
    place = ingest.Place(name="duckdb", url=lambda number: f"duckdb:{tmp_path}/{number}.duckdb")
    count = len(readings(MINUTES))
    assert ingest.travel_s(place, 0, tmp_path, sent, count) > 0
    with pytest.raises(RuntimeError, match="readings stored of"):
        ingest.travel_s(place, 1, tmp_path, sent[:-1], count)


def test_figures_keep_the_digits_they_bear() -> None:
    assert span([123_456.0, 98_765.0]) == "98,800 … 123,000"
    assert span([0.01234, 0.4]) == "0.0123 … 0.4"
    assert span([31.62]) == "31.6"
    result = Result(name="x", unit="ms", ours=[4.0, 6.0], plain=[2.0, 3.0], baseline="y")
    assert result.ratio == pytest.approx(2.0)
    one = Measured(on="a machine", day="2026-01-01", seconds=1.0, results=[result])
    assert "| x | ms | 4 … 6 | 2 … 3 | 2 |" in page({"part": one})


def _of(measure: Callable[[str], list[Result]], name: str, _folder: Path) -> list[Result]:
    return measure(name)


def test_a_part_measured_again_replaces_its_own_rows_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "FILE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(run, "kept", lambda: kept(tmp_path / "kept.json"))
    monkeypatch.setattr(run, "keep", lambda every: keep(every, tmp_path / "kept.json"))
    figures = {"edge": 1.0, "ingest": 2.0}

    def measure(name: str) -> list[Result]:
        if figures[name] < 0:
            raise RuntimeError("a server that does not start")
        return [Result(name=name, unit="ms", ours=[figures[name]], plain=[1.0], baseline="y")]

    for name in figures:
        monkeypatch.setitem(run.MEASURES, name, partial(_of, measure, name))
    both = ["--only", "edge", "--only", "ingest", "--write"]
    assert CliRunner().invoke(app, both).exit_code == 0
    figures["edge"], figures["ingest"] = 3.0, -1.0
    answer = CliRunner().invoke(app, both)
    assert answer.exit_code == 1
    assert "not measured: ingest" in answer.output
    written = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "| edge | ms | 3 | 1 | 3 |" in written
    assert "| ingest | ms | 2 | 1 | 2 |" in written, "what failed keeps its row"


def test_the_field_bus_is_what_its_note_says(tmp_path: Path) -> None:
    model = fieldbus_site.site(tmp_path, 502)
    assert len(model.points) == fieldbus_site.POINTS == 500
    buses, devices = devices_of(model, GATEWAY)
    assert len(buses) == len(devices) == fieldbus_site.METERS
    blocks = plan(devices[0].template, devices[0].wanted).blocks
    assert [(b.start, b.count) for b in blocks] == [(0, 12), (52, 22)]


def test_what_cannot_be_measured_is_said() -> None:
    answer = CliRunner().invoke(app, ["--only", "nothing"])
    assert answer.exit_code == 2
    assert "none of bacnet, campus, delay" in answer.output


@pytest.mark.parametrize(("name", "questions"), [("DL/T 645", 9), ("CJ/T 188", 1), ("M-Bus", 2)])
def test_a_polled_meter_gives_every_value(name: str, questions: int) -> None:
    device = meters.device_of(*meters.METERS[name])
    assert len(meters.asked(device)) == questions
