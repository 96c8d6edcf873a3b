"""Devices that know no confirmation: for them the broker's acknowledgement is all there is."""

from __future__ import annotations

import time

import msgspec

from core import topics
from scoring.torture.account import Published
from scoring.torture.grounds import PLAIN, POISON, SITE, Row
from scoring.torture.poison import publish
from scoring.torture.rig import Rig
from scoring.torture.scale import Scale

_A_ROUND = 200


def outage(rig: Rig, scale: Scale) -> Published:
    """Values come while the store is down; ingest is killed and the broker forgets."""
    assert rig.influx is not None  # noqa: S101 for the type checker
    rig.wait_progress(1)
    rows = _say(rig, 0)
    rig.influx.kill()
    rows += _say(rig, 1)
    time.sleep(scale.outage_s / 3)
    rig.ingest.kill()
    rig.ingest.start(wait=False)
    rows += _say(rig, 2)
    time.sleep(scale.outage_s / 3)
    rig.influx.start()
    rig.wait_progress()
    return Published(rows=tuple(rows))


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
