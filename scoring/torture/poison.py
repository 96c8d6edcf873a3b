"""Bad messages of every kind, each with what should become of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass

import httpx

from adapters.mqtt import Session
from core import topics, wire
from core.batch import BatchName
from core.clock import DAY_MS
from core.errors import Fatal
from core.ports import Message
from scoring.torture.account import Published
from scoring.torture.grounds import PLAIN, POISON, SITE, STATE, Row, points_of
from scoring.torture.processes import HOST
from scoring.torture.rig import Rig
from scoring.torture.servers import BUCKET, ORG, TOKEN, port_of

BOOT = "poison"
_BACK = "torture/back"
MANY = 1000
"""Rows of the batch of which one is bad."""
_UNREADABLE = (
    (b"{21.5 degrees}", "not_json"),
    (b"\xff\xfe\x00", "not_json"),
    (b"", "not_json"),
    (b'{"v":1,"sent_at":1,"points":[["a.y.power","kW"]],"p":[0],"dt":[0],"x":[NaN]}', "not_json"),
    (b'{"v":1,"sent_at":1,"points":[["a.y.power","kW"]],"p":[0],"dt":[0],"x":["5"]}', "schema"),
    (b'{"v":1,"sent_at":1,"more":true}', "schema"),
    (b"[1,2,3]", "schema"),
    (b'{"v":9,"sent_at":1}', "version"),
    (b'{"v":1,"sent_at":1,"points":[["a.y.power","kW"]],"p":[0],"dt":[0,0],"x":[5]}', "columns"),
    (b'{"v":1,"sent_at":1,"points":[["a.y.power","kW"]],"p":[7],"dt":[0],"x":[5]}', "columns"),
    (b" " * (wire.MAX_PAYLOAD_BYTES + 10), "too_large"),
    (b"[" * 100_000, "schema"),
)


@dataclass(frozen=True, slots=True)
class _Bad:
    """One bad reading beside a good one."""

    point: str
    unit: str
    at: int
    value: float
    reason: str


def poison(rig: Rig) -> Published:
    """Publish all of it, in the name of the gateway whose devices say nothing."""
    now = int(time.time() * 1000) - DAY_MS // 24
    if rig.influx is not None:
        _pin_other_type(rig, now)
    refused: Counter[str] = Counter()
    messages: list[tuple[str, bytes]] = []
    rows: list[Row] = []
    for payload, reason in _UNREADABLE:
        messages.append((_topic(len(messages) + 1), payload))
        refused[reason] += 1
    for bad in _bad_rows(now):
        good = Row(point=PLAIN, at=now - len(messages) * 1000, value=float(len(messages)))
        table = [(PLAIN, "kW"), (bad.point, bad.unit)]
        messages.append((
            _topic(len(messages) + 1),
            _batch(table, [(0, good.at, good.value), (1, bad.at, bad.value)]),
        ))  # fmt: skip
        rows.append(good)
        refused[bad.reason] += 1
    many = [Row(point=PLAIN, at=now + n, value=float(n)) for n in range(1, MANY)]
    clash = (1, now, 0.5 if rig.influx is None else 1.0)
    body = [(0, row.at, row.value) for row in many]
    messages.append((
        _topic(len(messages) + 1),
        _batch([(PLAIN, "kW"), (STATE, "bool")], [*body[: MANY // 2], clash, *body[MANY // 2 :]]),
    ))  # fmt: skip
    refused["domain" if rig.influx is None else "store"] += 1
    messages.append((f"{topics.PREFIX}/{SITE}/{POISON}/batch/{BOOT}/zero", b"{}"))
    refused["topic"] += 1
    publish(rig, messages)
    return Published(rows=(*rows, *many), refused=refused)


def publish(rig: Rig, messages: list[tuple[str, bytes]]) -> None:
    """Hand messages to ingest's broker, one after the other, and wait until it has them.

    Raises:
        Fatal: It does not take them.
    """
    session = Session(HOST, port_of(rig.broker), "torture-poison", clean_start=True)
    # What a client said last may be lost with its connection; the broker takes messages in their
    # order, so when the last comes back it has all.
    came_back = threading.Event()

    def heard(message: Message) -> None:
        # amqtt hands a new session what is retained under other filters too.
        if message.topic == _BACK:
            came_back.set()
        message.ack()

    session.listen([_BACK], heard)
    session.start()
    try:
        if not session.wait_connected(20):
            raise Fatal("the broker does not answer")
        for topic, payload in [*messages, (_BACK, b"x")]:
            if not session.publish(topic, payload):
                raise Fatal("the broker takes nothing more")
        if not came_back.wait(30):
            raise Fatal("the broker does not take what was published")
    finally:
        session.stop()


def _topic(seq: int) -> str:
    return topics.batch_topic(SITE, BatchName(POISON, BOOT, seq))


def _bad_rows(now: int) -> list[_Bad]:
    mine = points_of("gw-1")[0]
    return [
        _Bad("a.x.nothing", "kW", now, 1.0, "unknown_point"),
        _Bad(mine, "kW", now, 1.0, "identity"),
        _Bad(PLAIN, "MW", now, 1.0, "unit"),
        _Bad(PLAIN, "kW", 0, 1.0, "time"),
        _Bad(PLAIN, "kW", now + 73 * 365 * DAY_MS, 1.0, "time"),
        _Bad(STATE, "bool", now, 0.5, "domain"),
    ]


def _batch(table: list[tuple[str, str]], rows: list[tuple[int, int, float]]) -> bytes:
    begin = rows[0][1]
    return wire.encode(
        wire.BatchMessage(
            v=1, sent_at=int(time.time() * 1000), backfill=True,
            points=[wire.PointRef(*entry) for entry in table], t0=begin,
            p=[row[0] for row in rows], dt=[row[1] - begin for row in rows],
            x=[row[2] for row in rows],
        )
    )  # fmt: skip


def _pin_other_type(rig: Rig, at: int) -> None:
    """Let the store hold states as numbers with a fraction, so that a whole one clashes."""
    assert rig.influx is not None  # noqa: S101 for the type checker
    httpx.post(
        f"http://{HOST}:{port_of(rig.influx)}/api/v2/write",
        params={"org": ORG, "bucket": BUCKET, "precision": "ms"},
        headers={"Authorization": f"Token {TOKEN}"}, timeout=30, trust_env=False,
        content=f"state,site=other value=1.5 {at}",
    ).raise_for_status()  # fmt: skip
