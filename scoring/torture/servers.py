"""The servers of a torture run: a real broker, a real InfluxDB, a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.errors import Misconfigured, Mistake
from scoring.torture.processes import HOST, Program, free_port, listens, wait_until

TOKEN = "torture-token"  # noqa: S105 of a server that lives for minutes on the loopback
ORG = BUCKET = "plantroom"
_ROOT = Path(__file__).resolve().parents[2]
_SERVERS = "PLANTROOM_SERVERS"
_INFLUXD = ("influxd-2.7.12", "influxd")
_MOSQUITTO_CONF = """
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval {autosave}
max_queued_messages 0
max_inflight_messages {inflight}
log_type error
{user}
"""


def mosquitto(folder: Path, *, inflight: int = 1000, autosave_s: int = 1) -> Program:
    """A broker with persistence, not started; a SIGKILL forgets what came since it last saved."""
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    if not Path(program).exists():
        raise _missing("mosquitto", "install Debian's mosquitto")
    folder.mkdir(parents=True)
    port = free_port()
    # As root it would drop to its own user and then silently not write its persistence file.
    user = "user root" if os.geteuid() == 0 else ""
    conf = folder / "mosquitto.conf"
    conf.write_text(
        _MOSQUITTO_CONF.format(
            port=port, folder=folder, inflight=inflight, autosave=autosave_s, user=user
        ),
        encoding="utf-8",
    )
    broker = Program(
        name="mosquitto", command=[program, "-c", str(conf)], log=folder / "log",
        ready=lambda: listens(port),
    )  # fmt: skip
    broker.environment = {"PORT": str(port)}
    return broker


def amqtt(folder: Path, users: Sequence[str]) -> Program:
    """The embedded broker in a process of its own, not started; killed, it forgets everything."""
    folder.mkdir(parents=True)
    port = free_port()
    return Program(
        name="amqtt", log=folder / "log", ready=lambda: listens(port),
        command=[
            sys.executable, "-m", "scoring.torture.amqtt_broker", str(port), str(folder), *users,
        ],
        environment={"PORT": str(port), "PYTHONPATH": str(_ROOT)},
    )  # fmt: skip


def port_of(program: Program) -> int:
    """Where a server listens."""
    return int(program.environment["PORT"])


def influxd(folder: Path) -> Program:
    """An InfluxDB 2 with an empty bucket, started; its data stand in the folder."""
    folders = [Path(os.environ.get(_SERVERS, "~/.cache/plantroom/bin")).expanduser()]
    folders += [Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part]
    found = [path / name for name in _INFLUXD for path in folders if (path / name).is_file()]
    if not found:
        raise _missing(_INFLUXD[0], f"in the folder that {_SERVERS} names")
    port = free_port()
    server = Program(
        name="influxd", log=folder / "log", ready=lambda: _healthy(port),
        command=[
            str(found[0]), f"--http-bind-address={HOST}:{port}", f"--bolt-path={folder}/bolt",
            f"--engine-path={folder}/engine", f"--sqlite-path={folder}/sqlite",
            "--reporting-disabled", "--log-level=error",
        ],
        environment={"PORT": str(port)},
    )  # fmt: skip
    set_up(server)
    return server


def set_up(server: Program) -> None:
    """Start one without data, and give it its bucket and token."""
    server.log.parent.mkdir(parents=True, exist_ok=True)
    server.start()
    begin = {
        "username": "plantroom", "password": "torture-password", "org": ORG, "bucket": BUCKET,
        "token": TOKEN,
    }  # fmt: skip
    httpx.post(
        f"http://{HOST}:{port_of(server)}/api/v2/setup", json=begin, timeout=30, trust_env=False
    ).raise_for_status()


def influx_url(port: int) -> str:
    """Its address for ``PLANTROOM_STORE``."""
    return f"influxdb://{HOST}:{port}/{BUCKET}?org={ORG}&version=2&tls=0"


def _healthy(port: int) -> bool:
    try:
        answer = httpx.get(f"http://{HOST}:{port}/health", timeout=2, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.is_success


@dataclass(kw_only=True)
class Postgres:
    """A PostgreSQL of its own, with one database that can be emptied."""

    folder: Path
    programs: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address for ``PLANTROOM_RECORDS``."""
        return f"postgresql+psycopg://plantroom@{HOST}:{self.port}/postgres"

    def empty(self) -> None:
        """Forget all tables."""
        command = [
            str(self.programs / "psql"), "-h", HOST, "-p", str(self.port), "-U", "plantroom",
            "-d", "postgres", "-q", "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603

    def stop(self) -> None:
        """End it at once: nothing of it is wanted any more."""
        pid_file = self.folder / "data" / "postmaster.pid"
        if pid_file.exists():
            # The server's own: ending the program that changed the user would leave it orphaned.
            os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGINT)
        self.process.wait(30)


def postgres(folder: Path) -> Postgres:
    """A PostgreSQL, started; it syncs, so what it said is durable outlasts it."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not versions:
        raise _missing("postgresql", "install Debian's postgresql")
    programs, port = versions[-1], free_port()
    folder.mkdir(parents=True)
    become: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        become = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
        for parent in folder.parents:
            if str(parent).startswith("/tmp/") and not parent.stat().st_mode & 0o001:  # noqa: S108
                parent.chmod(parent.stat().st_mode | 0o011)
    data = folder / "data"
    subprocess.run(  # noqa: S603
        [*become, str(programs / "initdb"), "-D", str(data), "-U", "plantroom", "-A", "trust"],
        check=True, capture_output=True, cwd="/", timeout=120,
    )  # fmt: skip
    process = subprocess.Popen(  # noqa: S603
        [*become, str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder),
         "-c", f"listen_addresses={HOST}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    made = Postgres(folder=folder, programs=programs, port=port, process=process)
    wait_until(lambda: listens(port), "postgresql", 60)
    return made


def _missing(what: str, advice: str) -> Misconfigured:
    return Misconfigured([Mistake(file="", line=0, what=f"{what} is not here", expected=advice)])
