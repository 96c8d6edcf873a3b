"""What only a server can do: be away, ask to wait, refuse a line, forget a bucket."""

from __future__ import annotations

import itertools
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.store import open_store, restore_store
from adapters.store.address import InfluxAddress
from adapters.store.influx_server import LinesRefused, Server
from adapters.store.influx_write import write_lines
from core.batch import Batch, BatchName, Columns, Intervals
from core.errors import Fatal, Rejected, Retryable
from core.ports import Mark, ReadingStore
from tests import servers
from tests.adapters.store.sites import BAD, COMMAND, GAUGE, REGISTER, STATE, site

T0 = 1_700_000_000_000
FAR = T0 + 10**10
_numbers = itertools.count()


@pytest.fixture(
    params=[
        pytest.param("influx1", marks=pytest.mark.influx1),
        pytest.param("influx2", marks=pytest.mark.influx2),
    ]
)
def influx(request: pytest.FixtureRequest) -> servers.Influx:
    """A running server with a bucket of this test alone."""
    found = request.getfixturevalue(f"{request.param}_shared")
    assert isinstance(found, servers.Influx)
    bucket = other_bucket(found, f"test{next(_numbers)}")
    return replace(found, bucket=bucket, database=bucket.partition("/")[0])


def url(influx: servers.Influx, bucket: str = "") -> str:
    return (
        f"influxdb://127.0.0.1:{influx.server.port}/{bucket or influx.bucket}"
        f"?org={influx.org}&version={influx.version}"
    )


@contextmanager
def opened(influx: servers.Influx, bucket: str = "") -> Iterator[ReadingStore]:
    store = open_store(url(influx, bucket), site(), token=influx.token)
    yield store
    store.close()


@contextmanager
def server_of(influx: servers.Influx) -> Iterator[Server]:
    address = InfluxAddress(
        base=influx.url, bucket=influx.bucket, org=influx.org, version=influx.version
    )
    server = Server(address, influx.token)
    yield server
    server.close()


def batch(seq: int, points: list[int], at: list[int], value: list[float]) -> Batch:
    rows = Columns.of(points, at, value)
    rows.quality[np.isnan(rows.value)] = BAD
    return Batch(name=BatchName("gw-a", "b1", seq), rows=rows, received=T0)


def post(influx: servers.Influx, path: str, body: bytes, kind: str) -> None:
    request = urllib.request.Request(  # noqa: S310 loopback
        influx.url + path, data=body, method="POST",
        headers={"Content-Type": kind, "Authorization": f"Token {influx.token}"},
    )  # fmt: skip
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 loopback


def other_bucket(influx: servers.Influx, name: str, keep_s: int = 0) -> str:
    """Another bucket of the server, keeping its data for some time."""
    form = "application/x-www-form-urlencoded"
    if influx.version == 1:
        duration = f"{keep_s}s" if keep_s else "INF"
        question = f"CREATE DATABASE {name} WITH DURATION {duration} NAME keep"
        post(influx, "/query", b"q=" + question.replace(" ", "+").encode(), form)
        return f"{name}/keep"
    with urllib.request.urlopen(  # noqa: S310 loopback
        urllib.request.Request(  # noqa: S310 loopback
            influx.url + "/api/v2/orgs", headers={"Authorization": f"Token {influx.token}"}
        )
    ) as answer:
        org = json.load(answer)["orgs"][0]["id"]
    rules = [{"type": "expire", "everySeconds": keep_s}] if keep_s else []
    body = json.dumps({"orgID": org, "name": name, "retentionRules": rules}).encode()
    post(influx, "/api/v2/buckets", body, "application/json")
    return name


def test_a_killed_server_is_retryable_and_has_what_it_took(influx: servers.Influx) -> None:
    first, second = batch(1, [GAUGE], [T0], [1.0]), batch(2, [GAUGE], [T0 + 1], [2.0])
    with opened(influx) as store:
        store.write([first], receipted=frozenset())
        influx.server.kill()
        for call in (
            lambda: store.write([second], receipted=frozenset()),
            lambda: store.read([GAUGE], 0, FAR),
        ):
            with pytest.raises(Retryable, match="away"):
                call()
        influx.server.start()
        servers.wait_for(lambda: _writes(store, second), "the server's answer")
        assert store.read([GAUGE], 0, FAR).rows.value.tolist() == [1.0, 2.0]


def _writes(store: ReadingStore, sent: Batch) -> bool:
    try:
        return not store.write([sent], receipted=frozenset())
    except Retryable:
        return False


def test_a_store_can_be_opened_while_its_server_is_away(influx: servers.Influx) -> None:
    influx.server.stop()
    with opened(influx) as store:
        with pytest.raises(Retryable):
            store.latest([GAUGE])
        influx.server.start()
        assert len(store.latest([GAUGE]).rows) == 0


def test_measurements_tags_and_field_types_are_those_of_the_contract(
    influx: servers.Influx,
) -> None:
    points, at = [GAUGE, REGISTER, STATE, COMMAND], [T0] * 4
    one = np.array([REGISTER], np.int32)
    with opened(influx) as store, server_of(influx) as server:
        store.write([batch(1, points, at, [21.0, 5.0, 1.0, 0.0])], receipted=frozenset())
        store.write_intervals(
            Intervals(
                point=one, at=np.array([T0]), value=np.array([2.0]),
                state=np.array([0], np.int8), revision=np.array([1], np.int32),
            )
        )  # fmt: skip
        store.write_expected(GAUGE, [T0], [1.0], [2.0], [3.0])
        store.write_marks([
            Mark(measurement="order", building="a", id="WO-1", at=T0, fields={"state": "new"})
        ])  # fmt: skip
        found = _types(server)
        keys = {row[0] for s in server.query(["SHOW SERIES"])[0] for row in s["values"]}
    reading = {"quality": "integer", "received": "integer"}
    assert found == {
        "gauge": reading | {"value": "float"},
        "register": reading | {"value": "float"},
        "state": reading | {"value": "integer"},
        "command": reading | {"value": "integer"},
        "interval": {"value": "float", "state": "integer", "revision": "integer"},
        "expected": {"low": "float", "mid": "float", "high": "float"},
        "order": {"state": "string"},
    }
    assert "gauge,building=a,point=a.ahu1.sat,quantity=temperature,site=small" in keys
    assert "order,building=a,id=WO-1,site=small" in keys


def _types(server: Server) -> dict[str, dict[str, str]]:
    answer: list[dict[str, Any]] = server.query(["SHOW FIELD KEYS"])[0]
    return {series["name"]: dict(series["values"]) for series in answer}


def test_no_value_is_an_absent_field_for_whoever_draws_it(influx: servers.Influx) -> None:
    with opened(influx) as store, server_of(influx) as server:
        for seq, value in enumerate([5.0, float("nan")]):
            store.write([batch(seq, [GAUGE], [T0], [value])], receipted=frozenset())
        row = server.query(['SELECT value, quality FROM "gauge"'])[0][0]["values"][0]
    assert row == [T0, None, BAD]


def test_a_field_of_another_type_refuses_its_rows_and_no_others(influx: servers.Influx) -> None:
    with opened(influx) as store, server_of(influx) as server:
        server.write(f"state,point=theirs,site=other value=1.5 {T0}".encode())
        sent = batch(
            1, [GAUGE, STATE, GAUGE, STATE], [T0, T0, T0 + 1, T0 + 1], [1.0, 1.0, 2.0, 0.0]
        )
        refused = store.write([sent], receipted=frozenset())
        assert [(r.name, r.reason, r.rows.value.tolist()) for r in refused] == [
            (sent.name, "field_type", [1.0, 0.0])
        ]
        assert store.read([GAUGE, STATE], 0, FAR).rows.value.tolist() == [1.0, 2.0]
        server.write(f"interval,point=theirs,site=other state=1.5 {T0}".encode())
        with pytest.raises(Rejected, match="field_type"):
            store.write_intervals(
                Intervals(
                    point=np.array([REGISTER], np.int32), at=np.array([T0]),
                    value=np.array([1.0]), state=np.array([0], np.int8),
                    revision=np.array([1], np.int32),
                )
            )  # fmt: skip


def test_what_the_bucket_no_longer_keeps_is_refused_alone(influx: servers.Influx) -> None:
    bucket = other_bucket(influx, f"{influx.database}short", keep_s=7 * 86_400)
    now = time.time_ns() // 1_000_000
    at = [now - i for i in range(1000)]
    at[313] = at[314] = now - 30 * 86_400_000
    with opened(influx, bucket) as store:
        refused = store.write([batch(1, [GAUGE] * 1000, at, [1.0] * 1000)], receipted=frozenset())
        assert [(r.reason, r.rows.at.tolist()) for r in refused] == [("retention", [at[313]])]
        assert store.count()["gauge"] == 998


def test_the_hunt_finds_single_bad_lines(influx: servers.Influx) -> None:
    lines = [f"gauge,point=p,site=s value={i}.5 {T0 + i}" for i in range(100)]
    lines[17], lines[50], lines[51] = "nonsense", f"gauge,point=p value=1i {T0}", "gauge x y z"
    with server_of(influx) as server:
        refused = write_lines(server, lines)
        stored = server.query(['SELECT count("value") FROM "gauge"'])[0][0]["values"][0][1]
    assert sorted(refused) == [17, 50, 51]
    assert stored == 97


def test_a_wrong_bucket_or_token_is_fatal(influx: servers.Influx) -> None:
    with opened(influx, "nobody") as store:
        with pytest.raises(Fatal, match="nobody"):
            store.read([GAUGE], 0, FAR)
        with pytest.raises(Fatal, match="nobody"):
            store.write([batch(1, [GAUGE], [T0], [1.0])], receipted=frozenset())
    if influx.version == 2:
        with (
            opened(replace(influx, token=influx.token + "-wrong")) as store,
            pytest.raises(Fatal) as caught,
        ):
            store.latest([GAUGE])
        assert influx.token not in str(caught.value)


class Busy(BaseHTTPRequestHandler):
    """A server that always asks to come again later."""

    status = 503
    after = "7"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.status)
        self.send_header("Retry-After", self.after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
        """Nothing: the test asks, nobody reads."""


@pytest.mark.parametrize(
    ("status", "after", "wait"), [(503, "7", 7.0), (429, "2.5", 2.5), (503, "Wed, 21 Oct", 1.0)]
)
def test_a_busy_server_says_when_to_come_again(status: int, after: str, wait: float) -> None:
    handler = type("Handler", (Busy,), {"status": status, "after": after})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as busy:
        threading.Thread(target=busy.serve_forever, daemon=True).start()
        address = InfluxAddress(
            base=f"http://127.0.0.1:{busy.server_port}", bucket="b", org="o", version=2
        )
        server = Server(address, "t")
        for call in (lambda: server.write(b"a b=1 1"), lambda: server.query(["SELECT 1"])):
            with pytest.raises(Retryable) as caught:
                call()
            assert caught.value.retry_after_s == wait
        server.close()
        busy.shutdown()


def test_a_refusal_tells_how_many_were_dropped() -> None:
    assert LinesRefused("partial write: … dropped=12").dropped == 12
    assert LinesRefused("unable to parse").dropped is None


def test_a_backup_is_restored_into_another_bucket(influx: servers.Influx, tmp_path: Path) -> None:
    sent = batch(
        1, [GAUGE, GAUGE, STATE, REGISTER], [T0, T0 + 1, T0, T0], [1.0, float("nan"), 1.0, 7.0]
    )
    mark = Mark(
        measurement="finding", building="a", id="f 1,2=3", at=T0,
        fields={"title": 'a "b" \\ c, d=e', "severity": 2},
    )  # fmt: skip
    many = batch(2, [GAUGE] * 15_000, [T0 + 10 + i for i in range(15_000)], [0.1] * 15_000)
    with opened(influx) as store:
        store.write([sent, many], receipted=frozenset())
        store.write_expected(GAUGE, [T0], [1.0], [float("nan")], [3.0])
        store.write_marks([mark])
        store.backup(tmp_path / "saved")
        with pytest.raises(Fatal, match="not empty"):
            store.backup(tmp_path / "saved")
        before, counted = store.read(range(5), 0, FAR), store.count()
    bucket = other_bucket(influx, f"{influx.database}restored")
    with pytest.raises(Fatal, match="no backup"):
        restore_store(tmp_path, url(influx, bucket), token=influx.token)
    restore_store(tmp_path / "saved", url(influx, bucket), token=influx.token)
    with opened(influx, bucket) as store:
        after = store.read(range(5), 0, FAR)
        assert store.count() == counted
        assert counted["gauge"] == 15_002
        band = store.read_expected(GAUGE, 0, FAR)
    assert np.array_equal(after.rows.value, before.rows.value, equal_nan=True)
    assert np.array_equal(after.rows.at, before.rows.at)
    assert np.array_equal(after.received, before.received)
    assert (band.low.tolist(), band.high.tolist()) == ([1.0], [3.0])
