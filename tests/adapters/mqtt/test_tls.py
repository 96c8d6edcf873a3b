"""An encrypted session: the broker is who its certificate says, or nothing is sent to it."""

from __future__ import annotations

import gc
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.mqtt import Session
from adapters.mqtt.accounts import rights_of
from adapters.settings import Settings
from core.errors import Misconfigured
from plantroom.plant import external
from tests import servers
from tests.adapters.mqtt.sessions import DIRECT, Heard

# paho leaves a socket whose handshake failed for Python to close.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
TOPIC = "plantroom/v1/x/gw-a/batch/b1/1"
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
"""Keys that are made at once."""
AGAIN_S = 0.5
"""Long enough for another try: a session waits 0.2 s at the most."""


@pytest.fixture(params=[False, True], ids=["paho", "direct"], autouse=True)
def spoken_by(request: pytest.FixtureRequest) -> Iterator[None]:
    """Encrypted by either client."""
    token = DIRECT.set(request.param)
    yield
    DIRECT.reset(token)
    gc.collect()  # what paho left is closed here, where nobody minds, and not in some later test


def _openssl(folder: Path, *arguments: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        servers.missing("openssl", "install Debian's openssl")
    subprocess.run([str(program), *arguments], cwd=folder, check=True, capture_output=True)


def authority(folder: Path, name: str) -> Path:
    """The certificate of a new authority."""
    _openssl(
        folder, "req", "-x509", *CURVE, "-nodes", "-days", "2", "-subj",
        f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    return folder / f"{name}.pem"


def certificate(folder: Path, by: str, alternative: str, name: str = "broker") -> tuple[Path, Path]:
    """Somebody's certificate and key, signed by an authority of the folder."""
    _openssl(folder, "req", *CURVE, "-nodes", "-subj", f"/CN={name}",
             "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
    (folder / "names.txt").write_text(f"subjectAltName={alternative}\n")
    _openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey",
             f"{by}.key", "-CAcreateserial", "-days", "2", "-extfile", "names.txt",
             "-out", f"{name}.pem")  # fmt: skip
    return folder / f"{name}.pem", folder / f"{name}.key"


@contextmanager
def broker(folder: Path, alternative: str, more: str = "") -> Iterator[int]:
    """The port of a mosquitto that speaks TLS alone, certified for a name by ``ours``."""
    authority(folder, "ours")
    pem, key = certificate(folder, "ours", alternative)
    server = servers.make_mosquitto(folder / "mosquitto")
    conf = server.folder / "mosquitto.conf"
    conf.write_text(
        f"{conf.read_text()}\ncertfile {pem}\nkeyfile {key}\ntls_version tlsv1.2\n{more}"
    )
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


@contextmanager
def session(
    port: int, name: str, ca: Path, filters: tuple[str, ...] = (), heard: Heard | None = None,
    own: tuple[Path, Path] | None = None,
) -> Iterator[Session]:  # fmt: skip
    """As the settings of a site make it."""
    heard = heard or Heard()
    cert, key = own or (None, None)
    at = external(
        Settings(broker_port=port, broker_tls=True, broker_ca=ca, broker_cert=cert, broker_key=key)
    )
    direct = DIRECT.get()
    made = Session(at.host, at.port, name, tls=at.tls, reconnect_cap_s=0.2, direct=direct)
    made.listen(filters, heard.message, heard.connected)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.mark.mosquitto
def test_readings_travel_encrypted(tmp_path: Path) -> None:
    heard, large = Heard(), b"\x00\xff" * 300_000
    with broker(tmp_path, "IP:127.0.0.1") as port:
        ours = tmp_path / "ours.pem"
        with (
            session(port, "ingest", ours, (TOPIC,), heard) as listener,
            session(port, "gw-a", ours) as sender,
        ):
            assert listener.wait_connected(30)
            assert sender.wait_connected(30)
            for n in range(50):
                assert sender.publish(TOPIC, b"%d" % n)
            assert sender.publish(TOPIC, large)
            servers.wait_for(lambda: len(heard.payloads) == 51, "the messages")
    assert heard.payloads == [*(b"%d" % n for n in range(50)), large]


@pytest.mark.mosquitto
@pytest.mark.parametrize(
    ("name", "trusted", "said"),
    [
        ("IP:127.0.0.1", "others", "unable to get local issuer certificate"),
        ("DNS:broker.example", "ours", "not valid for '127.0.0.1'"),
    ],
    ids=["another authority", "another name"],
)  # fmt: skip
def test_who_cannot_prove_to_be_the_broker_gets_nothing(
    tmp_path: Path, name: str, trusted: str, said: str
) -> None:
    authority(tmp_path, "others")
    heard = Heard()
    with broker(tmp_path, name) as port:
        ca = tmp_path / f"{trusted}.pem"
        with session(port, "gw-a", ca, (TOPIC,), heard) as deceived:
            servers.wait_for(lambda: deceived.refusal is not None, "a refusal")
            assert not deceived.wait_connected(AGAIN_S)
            assert said in str(deceived.refusal)
    assert heard.connections == []


@pytest.mark.mosquitto
def test_a_broker_may_know_gateways_by_their_certificates(tmp_path: Path) -> None:
    """Its name stands in the certificate, so nobody can publish as another."""
    (tmp_path / "acl").write_text(
        f"user listener\ntopic read plantroom/#\n\n{rights_of('x', 'gw-a', 'gw-a', foreign=False)}"
        f"\n\n{rights_of('x', 'gw-b', 'gw-b', foreign=False)}\n"
    )
    asks = (
        f"cafile {tmp_path / 'ours.pem'}\nrequire_certificate true\n"
        f"use_identity_as_username true\nacl_file {tmp_path / 'acl'}\n"
    )
    heard, theirs = Heard(), TOPIC.replace("gw-a", "gw-b")
    authority(tmp_path, "others")
    with broker(tmp_path, "IP:127.0.0.1", asks) as port:
        ca = tmp_path / "ours.pem"
        box, listener, forged = (
            certificate(tmp_path, by, "DNS:box.example", name)
            for by, name in (("ours", "gw-a"), ("ours", "listener"), ("others", "gw-b"))
        )
        with (
            session(port, "all", ca, ("plantroom/#",), heard, own=listener) as all_,
            session(port, "edge", ca, own=box) as gateway,
        ):
            assert all_.wait_connected(30)
            assert gateway.wait_connected(30)
            assert gateway.publish(theirs, b"as another")
            assert gateway.publish(TOPIC, b"as itself")
            servers.wait_for(lambda: bool(heard.payloads), "its own")
        for own in (None, forged):
            with session(port, "stranger", ca, own=own) as stranger:
                assert not stranger.wait_connected(1)
    assert heard.payloads == [b"as itself"]


@pytest.mark.mosquitto
def test_a_broker_that_speaks_no_tls_gets_nothing(tmp_path: Path) -> None:
    ca, server = authority(tmp_path, "ours"), servers.make_mosquitto(tmp_path / "mosquitto")
    server.start()
    try:
        with session(server.port, "gw-a", ca) as deceived:
            assert not deceived.wait_connected(2 * AGAIN_S)
    finally:
        server.stop()


def test_certificates_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    (tmp_path / "torn.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    for name in ("absent.pem", "torn.pem"):
        with pytest.raises(Misconfigured, match="certificates cannot be read"):
            external(Settings(broker_tls=True, broker_ca=tmp_path / name))
        with pytest.raises(Misconfigured, match="certificates cannot be read"):
            external(Settings(broker_tls=True, broker_cert=tmp_path / name))
