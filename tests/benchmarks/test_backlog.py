"""Both sides of the comparison are sent the same readings, each in a form that says them all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adapters.mqtt import Session
from benchmarks import backlog, telegraf
from benchmarks.backlog import GATEWAYS, POINTS
from core import topics, wire
from core.ports import Message
from ingest.foreign.dialects import Dialects
from ingest.sort import Sorter
from tests.ingest.test_singles import arrival
from tests.servers import Influx, Server, make_mosquitto, wait_for

MINUTES, START = 2, 1_750_000_020_000
Reading = tuple[str, int, float]


def all_of(told: backlog.Readings) -> list[Reading]:
    ids = [p.id for p in backlog.site().points]
    return sorted(
        (ids[i], told.at(minute), float(value)) for (minute, i), value in np.ndenumerate(told.value)
    )


def stored(sent: Iterator[tuple[str, bytes]], *, foreign: bool = False) -> list[Reading]:
    model = backlog.site(foreign=foreign)
    sorter = Sorter(model.id, Dialects(model).read if foreign else None)
    lot = sorter.sort([arrival(topic, payload, START) for topic, payload in sent])
    assert not lot.refused
    return sorted(
        (one.table[p][0], at, x)
        for one in lot.reported
        for p, at, x in zip(
            one.rows.point.tolist(), one.rows.at.tolist(), one.rows.value.tolist(), strict=True
        )
    )


def test_every_form_says_the_same_readings() -> None:
    model = backlog.site()
    assert len(model.points) == GATEWAYS * POINTS
    told = backlog.readings(model, MINUTES, START)
    wanted = all_of(told)
    assert len(wanted) == len(told) == MINUTES * 1000
    assert stored(backlog.our_batches(model, told, "b")) == wanted
    assert stored(backlog.our_singles(model, told)) == wanted
    assert stored(backlog.their_singles(model, told), foreign=True) == wanted
    theirs = [one for _, body in backlog.their_batches(model, told) for one in json.loads(body)]
    assert sorted((one["point"], one["at"], one["value"]) for one in theirs) == wanted


def test_registers_go_on_from_one_round_to_the_next() -> None:
    model = backlog.site()
    first = backlog.readings(model, 30, START)
    second = backlog.readings(model, 30, first.end)
    registers = [i for i, p in enumerate(model.points) if p.register]
    assert (second.value[0, registers] >= first.value[-1, registers]).all()


@pytest.mark.mosquitto
def test_what_is_published_by_hand_arrives(tmp_path: Path) -> None:
    server = make_mosquitto(tmp_path)
    server.start()
    heard: list[Message] = []
    session = Session("127.0.0.1", server.port, "ingest", direct=True)

    def on_messages(messages: Sequence[Message]) -> None:
        heard.extend(messages)
        for message in messages:
            message.ack()

    session.listen_many(topics.ingest_filters("bench"), on_messages)
    session.start()
    try:
        assert session.wait_connected(30)
        model = backlog.site()
        told = backlog.readings(model, MINUTES, START)
        sent = [*backlog.our_batches(model, told, "b"), *backlog.our_singles(model, told)]
        assert backlog.publish(server.port, iter(sent)) == len(sent)
        wait_for(lambda: len(heard) == len(sent), "all of it")
        assert [(m.topic, m.payload) for m in heard] == sent
        assert wire.decode(heard[0].payload, wire.BatchMessage).t0 == told.at(0)
    finally:
        session.stop()
        server.stop()


def test_telegraf_is_told_where_and_what(tmp_path: Path) -> None:
    nowhere = Server(1, tmp_path, [], lambda: True)
    influx = Influx(nowhere, 2, "http://127.0.0.1:1", "secret", "org", "bucket", "database")
    command = telegraf.command(tmp_path, replace(influx, bucket="b2"), 99, "bench", "m0")
    said = Path(command[-1]).read_text(encoding="utf-8")
    for line in ("qos = 1", "persistent_session = true", 'bucket = "b2"', "tcp://127.0.0.1:99"):
        assert line in said
    assert 'measurement_name = "m0"' in said
