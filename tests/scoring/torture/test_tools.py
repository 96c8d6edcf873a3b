"""The proxy, the bad line and the page of a torture do what they say."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from adapters.mqtt import Session
from core import topics
from core.batch import BatchName
from core.errors import Fatal
from core.ports import Message
from scoring.torture.account import Account
from scoring.torture.grounds import SITE
from scoring.torture.page import PAGE, written
from scoring.torture.play import Played
from scoring.torture.processes import Program
from scoring.torture.proxy import Mood, Proxy
from scoring.torture.relay import Relay
from scoring.torture.scale import Scale
from tests.servers import make_mosquitto, wait_for


class Store(BaseHTTPRequestHandler):
    """A store that remembers what was written."""

    got: list[bytes]

    def do_POST(self) -> None:
        self.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def store() -> Iterator[HTTPServer]:
    Store.got = []
    server = HTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("mood", "status", "stored"),
    [(Mood.WELL, 204, 1), (Mood.BUSY, 503, 0), (Mood.DEAF, 503, 1), (Mood.CUT, 0, 1)],
)
def test_a_proxy_answers_as_it_is_told(
    store: HTTPServer, mood: Mood, status: int, stored: int
) -> None:
    proxy = Proxy(store.server_port)
    proxy.mood = mood
    url = f"http://127.0.0.1:{proxy.port}/api/v2/write"
    try:
        if status:
            assert httpx.post(url, content=b"a", trust_env=False).status_code == status
        else:
            with pytest.raises(httpx.TransportError):
                httpx.post(url, content=b"a", trust_env=False)
    finally:
        proxy.stop()
    assert [b"a"] * stored == Store.got
    assert proxy.spoilt == (mood is not Mood.WELL)


@pytest.mark.mosquitto
def test_a_bad_line_repeats_and_lets_overtake_and_loses_nothing(tmp_path: Path) -> None:
    near, far = (make_mosquitto(tmp_path / name) for name in ("near", "far"))
    near.start()
    far.start()
    got: list[str] = []
    confirmed: list[bytes] = []

    def batch(message: Message) -> None:
        got.append(message.topic)
        message.ack()

    relay = Relay(near.port, far.port, seed=1, twice=0.5)
    edge = Session("127.0.0.1", near.port, "edge")
    ingest = Session("127.0.0.1", far.port, "ingest")
    edge.listen([topics.confirm_topic(SITE, "gw-1")], lambda m: confirmed.append(m.payload))
    ingest.listen(topics.ingest_filters(SITE), batch)
    try:
        ingest.start()
        assert ingest.wait_connected(30)
        relay.start()
        edge.start()
        assert edge.wait_connected(30)
        time.sleep(0.3)  # the relay's own subscription
        sent = [topics.batch_topic(SITE, BatchName("gw-1", "b", n)) for n in range(1, 41)]
        for topic in sent:
            assert edge.publish(topic, b"x")
        wait_for(lambda: set(got) == set(sent), "all of it")
        assert [t for t in dict.fromkeys(got)] != sent  # noqa: C416 the order of arrival
        assert relay.overtaken > 0
        ingest.publish(topics.confirm_topic(SITE, "gw-1"), b"c", retain=True)
        wait_for(lambda: confirmed == [b"c"], "the confirmation")
        wait_for(lambda: relay.repeated > 5, "repetitions")
    finally:
        relay.stop()
        edge.stop()
        ingest.stop()
        near.kill()
        far.kill()


def test_a_program_that_ends_by_itself_is_told_with_its_log(tmp_path: Path) -> None:
    program = Program(
        name="it", command=["sh", "-c", "echo out of luck; exit 7"], log=tmp_path / "log",
        ready=lambda: False,
    )  # fmt: skip
    with pytest.raises(Fatal, match=r"it ended by itself \(7\):\nout of luck"):
        program.start()
    assert not program.runs


def test_figures_go_into_their_place_of_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    sound = Account(given=1000, sent=1000, stored=999, quarantined=1)
    played = [
        Played(scenario="ingest killed", store="duckdb", account=sound, seconds=61.2, kills=100),
        Played(scenario="disk full", store="influxdb", account=Account(), seconds=1,
               failure="it takes root\nand more"),
    ]  # fmt: skip
    once = written(page, played, seed=7, scale=Scale())
    assert "| duckdb | ingest killed | 100 | 1,000 | 1,000 | 999 | 1 | 0 | 0 | 0 | 61 |" in once
    assert "- influxdb, disk full: it takes root\n" in once
    assert "Seed 7; 100 kills of ingest" in once
    assert written(once, played, seed=7, scale=Scale()) == once
    assert once.count("# Reliability") == 1
    with pytest.raises(ValueError, match="no place"):
        written("# Another page", played, seed=7, scale=Scale())
    assert not played[1].sound


def test_a_run_of_some_scenarios_takes_no_other_row_away() -> None:
    page, sound = PAGE.read_text(encoding="utf-8"), Account(given=1000, sent=1000, stored=1000)
    good = Played(scenario="ingest killed", store="duckdb", account=sound, seconds=61.2)
    bad = Played(scenario="disk full", store="duckdb", account=Account(), seconds=1,
                 failure="it takes root")  # fmt: skip
    page = written(page, [good, bad], seed=7, scale=Scale())
    other = Played(scenario="edge killed", store="duckdb", account=sound, seconds=5)
    page = written(page, [other], seed=7, scale=Scale())
    assert "| duckdb | ingest killed | 0 | 1,000 |" in page
    assert "| duckdb | edge killed | 0 | 1,000 |" in page
    assert "- duckdb, disk full: it takes root\n" in page
    mended = Played(scenario="disk full", store="duckdb", account=sound, seconds=9)
    page = written(page, [mended], seed=7, scale=Scale())
    assert "| duckdb | disk full | 0 | 1,000 |" in page
    assert "it takes root" not in page
    page = written(page, [other], seed=8, scale=Scale())
    assert "| duckdb | ingest killed |" not in page, "another seed is another table"
