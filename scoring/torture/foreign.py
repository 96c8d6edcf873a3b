"""Devices that know no confirmation: for them an acknowledgement is all there is."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from functools import partial

import msgspec

from core import topics
from scoring.torture.account import Published
from scoring.torture.grounds import PLAIN, POISON, SITE, Row
from scoring.torture.poison import publish
from scoring.torture.processes import wait_until
from scoring.torture.rig import Rig
from scoring.torture.scale import Scale

_A_ROUND = 200


def outage(rig: Rig, scale: Scale) -> Published:
    """Values come while the store is down; ingest is killed, and the broker loses all it kept.

    So what was acknowledged stands in ingest's spool alone.
    """
    assert rig.influx is not None  # noqa: S101 for the type checker
    rig.wait_progress(1)
    rows = _say(rig, 0)
    rig.wait_progress(2)
    rig.influx.kill()
    for part in (1, 2):
        rows += _say(rig, part)
        wait_until(partial(_spooled, rig, part * _A_ROUND), "the spool", 60)
        time.sleep(scale.outage_s / 3)
    for _ in range(2):
        rig.ingest.kill()
        rig.broker_loses_all()
        rig.ingest.start()
    rig.influx.start()
    rig.wait_progress()
    wait_until(lambda: not _spooled(rig, 1), "the emptying of the spool", 60)
    return Published(rows=tuple(rows))


def _spooled(rig: Rig, least: int) -> bool:
    """Whether so many messages are in the spool's file, read from beside."""
    path = rig.folder / "ingest" / "spool.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as db:
        return int(db.execute("SELECT count(*) FROM message").fetchone()[0]) >= least


def _say(rig: Rig, part: int) -> list[Row]:
    begin = int(time.time() * 1000)
    rows = [
        Row(point=PLAIN, at=begin + n, value=float(part * _A_ROUND + n)) for n in range(_A_ROUND)
    ]
    topic = topics.value_topic(SITE, POISON, PLAIN)
    publish(rig, [
        (topic, msgspec.json.encode({"value": row.value, "unit": "kW", "at": row.at}))
        for row in rows
    ])  # fmt: skip
    return rows
