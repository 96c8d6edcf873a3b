"""Real servers for tests: found on this machine, started on free ports, ended by their process.

A missing server skips a test with the reason, unless ``PLANTROOM_REQUIRE`` names it
(comma-separated, or ``all``): then it fails, as it must where everything is installed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("PLANTROOM_SERVERS", "~/.cache/plantroom/bin")).expanduser()
POSTGRES_BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def missing(what: str, advice: str) -> None:
    """Skip, or fail where the environment requires the server."""
    required = os.environ.get("PLANTROOM_REQUIRE", "").split(",")
    if what in required or "all" in required:
        pytest.fail(f"{what} is required here and missing: {advice}")
    pytest.skip(f"{what} is not on this machine: {advice}")


def long_one(what: str) -> None:
    """Skip what takes minutes, unless the environment requires it, as ``.ci/run`` does."""
    required = os.environ.get("PLANTROOM_REQUIRE", "").split(",")
    if "long" not in required and "all" not in required:
        pytest.skip(f"{what} takes minutes: PLANTROOM_REQUIRE=long runs it, as .ci/run does")


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(ready: Callable[[], bool], what: str, *, timeout_s: float = 20.0) -> None:
    """Poll until something is so; a test's failure says what never came."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if ready():
            return
        time.sleep(0.02)
    pytest.fail(f"{what} did not come within {timeout_s} s")


def listening(port: int) -> bool:
    """Whether somebody accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Whether a server answers an HTTP request with success."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 loopback
            return int(answer.status) < 300
    except (OSError, urllib.error.URLError):
        return False


@dataclass
class Server:
    """A server process that can be killed and started again on the same data.

    Attributes:
        port: Its port on 127.0.0.1.
        folder: Its data.
        command: How it is started.
        ready: When it can be used.
    """

    port: int
    folder: Path
    command: list[str]
    ready: Callable[[], bool]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    host: str = "127.0.0.1"

    def start(self) -> None:
        """Start and wait until it can be used."""
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            self.command, stdout=log, stderr=log, env={**os.environ, **self.environment}
        )
        log.close()
        wait_for(self.ready, self.command[0], timeout_s=30)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def stop(self) -> None:
        """End it politely."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None


MOSQUITTO_CONF = """
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1
max_queued_messages 100000
max_inflight_messages {inflight}
log_type error
log_type warning
{user}
"""


def make_mosquitto(folder: Path, *, inflight: int = 1000) -> Server:
    """A mosquitto with persistence on a free port, not yet started."""
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    if not Path(program).exists():
        missing("mosquitto", "install Debian's mosquitto")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    # As root it would drop to its own user and then silently could not write its persistence file.
    user = "user root" if os.geteuid() == 0 else ""
    conf = folder / "mosquitto.conf"
    conf.write_text(MOSQUITTO_CONF.format(port=port, folder=folder, inflight=inflight, user=user))
    return Server(port, folder, [program, "-c", str(conf)], lambda: listening(port))


@dataclass
class Influx:
    """An influxd with what a client needs to write to it.

    ``version`` is 1 or 2; on 1 the bucket is ``database/policy`` and the token ``user:password``.
    """

    server: Server
    version: int
    url: str
    token: str
    org: str
    bucket: str
    database: str


def make_influx1(folder: Path) -> Influx:
    """An influxd 1.8.10 with Flux on, started, with an empty database."""
    program = CACHE / "influxd-1.8.10"
    if not program.exists():
        missing("influx1", "go install github.com/influxdata/influxdb/cmd/influxd@v1.8.10")
    folder.mkdir(parents=True, exist_ok=True)
    port, rpc = free_port(), free_port()
    conf = folder / "influx.toml"
    conf.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
        f'[meta]\n dir = "{folder}/meta"\n'
        f'[data]\n dir = "{folder}/data"\n wal-dir = "{folder}/wal"\n index-version = "inmem"\n'
        f'[http]\n bind-address = "127.0.0.1:{port}"\n flux-enabled = true\n log-enabled = false\n'
        "[monitor]\n store-enabled = false\n"
    )
    url = f"http://127.0.0.1:{port}"
    server = Server(
        port, folder, [str(program), "-config", str(conf)], lambda: answers(url + "/ping")
    )
    server.start()
    request = urllib.request.Request(  # noqa: S310 loopback
        url + "/query", data=b"q=CREATE DATABASE plantroom", method="POST"
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 loopback
    return Influx(server, 1, url, "user:password", "-", "plantroom/autogen", "plantroom")


def make_influx2(folder: Path) -> Influx:
    """An influxd 2.7.12, started and set up, with an empty bucket."""
    program = CACHE / "influxd-2.7.12"
    if not program.exists():
        missing("influx2", "run .ci/build-influxd2")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        str(program), f"--http-bind-address=127.0.0.1:{port}", f"--bolt-path={folder}/bolt",
        f"--engine-path={folder}/engine", f"--sqlite-path={folder}/sqlite", "--reporting-disabled",
        "--log-level=error",
    ]  # fmt: skip
    server = Server(port, folder, command, lambda: answers(url + "/health"))
    server.start()
    body = (
        b'{"username":"plantroom","password":"plantroom-tests","org":"plantroom",'
        b'"bucket":"plantroom","token":"plantroom-test-token"}'
    )
    request = urllib.request.Request(  # noqa: S310 loopback
        url + "/api/v2/setup", data=body, method="POST",
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    urllib.request.urlopen(request, timeout=20).close()  # noqa: S310 loopback
    return Influx(server, 2, url, "plantroom-test-token", "plantroom", "plantroom", "plantroom")


def make_postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own; yields the SQLAlchemy URL of an empty database."""
    if not POSTGRES_BIN:
        missing("postgres", "install Debian's postgresql")
    programs, port = POSTGRES_BIN[-1], free_port()
    root = os.geteuid() == 0
    # It refuses to run as root, and its own user must be able to reach the folder.
    become = ["runuser", "-u", "postgres", "--"] if root else []
    if root:
        shutil.chown(folder, "postgres")
        for parent in folder.parents:
            if parent.name.startswith(("pytest-", "popen-")) and parent.owner() != "postgres":
                parent.chmod(parent.stat().st_mode | 0o011)
    data = folder / "data"
    subprocess.run(
        [*become, programs / "initdb", "-D", data, "-U", "plantroom", "-A", "trust", "-N"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    command = [
        *become, str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder),
        "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=50",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
    try:
        wait_for(lambda: listening(port), "postgres", timeout_s=30)
        url = f"postgresql+psycopg://plantroom@127.0.0.1:{port}/postgres"
        yield url
    finally:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The server's own pid: ending runuser would leave it orphaned.
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, 2)
        process.wait(20)
