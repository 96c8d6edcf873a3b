"""What became of every row that a replay read, from the file to the store."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from core.actor import SYSTEM
from core.quality import IntervalState
from core.quantity import CANONICAL
from edge.drivers.csv import CsvDriver
from edge.drivers.csv_account import CsvAccount
from plantroom.plant import Plant
from workorders.tally import tally

_SHOWN = 10
"""Problems with their place that an account shows by gateway; all are counted."""

_COUNTED_S = 10.0
"""Long beside the milliseconds that it takes; what is not counted by then shows as unaccounted."""


def account(plant: Plant, drivers: Mapping[str, CsvDriver], until: int) -> dict[str, object]:
    """The account of a finished replay; only plain values, for programs and for people.

    Args:
        plant: The parts that it ran through, not yet stopped.
        drivers: Those that read the files, by gateway.
        until: The end of the replay. [ms]
    """
    _wait_counted(plant)
    accounts = {gateway: driver.account() for gateway, driver in drivers.items()}
    ingest = dict(plant.ingest.counts())
    sent = sum(agent.counts().readings for agent in plant.agents)
    settled = ingest["stored"] + ingest["quarantined"] + ingest["duplicates"]
    return {
        "files": {gateway: _rows(rows) for gateway, rows in accounts.items()},
        "problems": {g: [asdict(p) for p in a.listed[:_SHOWN]] for g, a in accounts.items()},
        "sent": sent,
        "ingest": ingest,
        "unaccounted": {
            "rows": sum(
                a.rows - a.selected - a.not_selected - a.skipped for a in accounts.values()
            ),
            "cells": sum(_unexplained(rows) for rows in accounts.values()),
            "edge": sum(a.readings + a.no_value + a.bad for a in accounts.values()) - sent,
            "readings": sent - settled,
        },
        "quarantine": {r: k for r, (_, k) in plant.records.quarantine.counts().items()},
        "store": dict(plant.store.count()),
        "use": _use(plant, until),
        "findings": dict(Counter(f.rule for f in plant.records.findings.since(0))),
        "orders": {s.value: n for s, n in tally(plant.records, SYSTEM).states.items()},
    }


def _wait_counted(plant: Plant) -> None:
    """Ingest counts what it did a moment after it has confirmed it."""
    end = time.monotonic() + _COUNTED_S
    while not plant.ingest.idle() and time.monotonic() < end:
        time.sleep(0.01)


def _rows(account: CsvAccount) -> dict[str, object]:
    return {k: v for k, v in asdict(account).items() if k != "listed"}


def _unexplained(a: CsvAccount) -> int:
    return a.cells - a.readings - a.no_value - a.bad - a.empty - a.lost


def _use(plant: Plant, until: int) -> dict[str, dict[str, float]]:
    """By quantity of the registers: use derived, and intervals by where it comes from."""
    registers: dict[str, list[int]] = {}
    for index, point in enumerate(plant.site.points):
        if point.register is not None:
            registers.setdefault(f"{point.quantity} [{CANONICAL[point.quantity]}]", []).append(
                index
            )
    found: dict[str, dict[str, float]] = {}
    for quantity, points in registers.items():
        rows = plant.store.read_intervals(points, 0, until)
        by_state = {s.name.lower(): int(np.sum(rows.state == s)) for s in IntervalState}
        found[quantity] = {"use": round(float(np.nansum(rows.value)), 3), **by_state}
    return found
