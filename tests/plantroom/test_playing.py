"""A campus played live to a real broker, as its edges would say it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import msgspec
import pytest

from adapters.mqtt import Session
from adapters.settings import Settings
from core import topics, wire
from core.errors import Misconfigured
from core.ports import Message
from plantroom.playing import at_broker, play
from plantroom.season import Run, Wishes
from simulators.worlds import of_buildings
from tests.plantroom.conftest import ROOT, Cli
from tests.scoring.parts import SITE
from tests.servers import Server, wait_for

FAST = 80_000.0
SITE_OF = of_buildings(SITE, ["c"])


def run_of_a_day() -> Run:
    """One building, one day, one fault."""
    wishes = Wishes(folder=ROOT / "sites" / "wushan", seed=3, days=1, distractors=0.0)
    return Run(SITE_OF, wishes)


class Listener:
    """Somebody else's program on the broker."""

    def __init__(self, port: int) -> None:
        self.readings: set[tuple[str, int]] = set()
        self.batches: list[str] = []
        self._session = Session("127.0.0.1", port, "somebody")
        self._session.listen([f"{topics.PREFIX}/#"], self._hear)
        self._session.start()
        assert self._session.wait_connected(30)

    def _hear(self, message: Message) -> None:
        address = topics.parse(message.topic)
        if address is not None and address.channel == "batch":
            body = msgspec.json.decode(message.payload, type=wire.BatchMessage)
            self.batches.append(message.topic)
            names = [ref.id for ref in body.points]
            self.readings |= {
                (names[n], body.t0 + dt) for n, dt in zip(body.p, body.dt, strict=True)
            }
        message.ack()

    def stop(self) -> None:
        """Leaves."""
        self._session.stop()


def test_every_reading_of_a_day_reaches_who_listens(mosquitto: Server, tmp_path: Path) -> None:
    run = run_of_a_day()
    heard = Listener(mosquitto.port)
    settings = Settings(_env_file=None).model_copy(update={"var": tmp_path})  # type: ignore[call-arg]
    shares: list[float] = []
    played = play(
        run, at_broker(settings, f"mqtt://127.0.0.1:{mosquitto.port}"), FAST, confirm=True,
        progress=shares.append,
    )  # fmt: skip
    campus = run.campus()
    said = {
        (SITE_OF.points[point].id, int(at))
        for gateway in run.site.gateways
        for rows in [campus.read(gateway, run.end)]
        for point, at in zip(rows.point, rows.at, strict=True)
    }
    wait_for(lambda: len(heard.readings) >= len(said), "the last batch")
    heard.stop()
    assert heard.readings == said
    assert played.readings == len(said)
    assert played.unconfirmed == 0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_it_ends_when_told_and_says_what_nobody_confirmed(
    mosquitto: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plantroom.playing._LEAVE_S", 0.5)
    settings = Settings(_env_file=None).model_copy(update={"var": tmp_path})  # type: ignore[call-arg]
    ends = threading.Event()

    def end_at_once(share: float) -> None:
        assert share < 1.0
        ends.set()

    played = play(
        run_of_a_day(), at_broker(settings, f"mqtt://127.0.0.1:{mosquitto.port}"), 600.0,
        confirm=False, progress=end_at_once, stopping=ends,
    )  # fmt: skip
    assert played.readings > 0
    assert played.unconfirmed > 0


@pytest.mark.parametrize(
    "url",
    ["localhost", "http://x", "mqtt://", "mqtt://x:99999", "mqtt://me:secret@x", "mqtt://x/site"],
)
def test_what_is_no_brokers_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Misconfigured) as told:
        at_broker(Settings(_env_file=None), url)  # type: ignore[call-arg]
    assert "secret" not in str(told.value)


def test_an_address_names_host_port_and_whether_it_is_encrypted() -> None:
    plain = Settings(_env_file=None)  # type: ignore[call-arg]
    one, other = at_broker(plain, "mqtt://broker"), at_broker(plain, "mqtts://10.0.0.1:9883")
    assert (one.broker_host, one.broker_port, one.broker_tls) == ("broker", 1883, False)
    assert (other.broker_host, other.broker_port, other.broker_tls) == ("10.0.0.1", 9883, True)


def test_the_command_plays_and_says_how_much(cli: Cli, mosquitto: Server) -> None:
    said = cli(
        "simulate", "--mqtt", f"mqtt://127.0.0.1:{mosquitto.port}", "--speed", "80000", "--days",
        "1", "--buildings", "1", "--distractors", "0", "--data", "real", "--confirm", "--json",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    whole = json.loads(said.output)
    assert whole["unconfirmed"] == 0
    assert whole["readings"] > 10_000


@pytest.mark.parametrize("words", [(), ("--mqtt", "nowhere"), ("--out", "x", "--climate", "lunar")])
def test_what_makes_no_sense_is_refused(cli: Cli, words: tuple[str, ...]) -> None:
    said = cli("simulate", *words)
    assert said.exit_code != 0
    assert "Traceback" not in said.output
