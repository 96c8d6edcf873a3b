"""Ingest beside Telegraf: values a CPU-second of the whole process, draining a broker's backlog.

Both at QoS 1 in a persistent session, both acknowledge after InfluxDB has the batch. A program is
started, stores a little and is stopped (SIGSTOP) while the backlog comes to the broker; then it
goes on, and what its process uses until all is stored is its time: no start, no empty waiting, and
not what it uses by the clock when nothing comes (where other work stretches the wall time, that
would be counted several times).
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import backlog, telegraf
from benchmarks.backlog import GATEWAYS, Readings
from benchmarks.brokers import MOSQUITTO
from benchmarks.measured import Result
from core.site import Site
from tests.servers import CACHE, Influx, free_port, listening, make_influx2, wait_for

ROUNDS = 3
BATCH_MINUTES, SINGLE_MINUTES = 800, 100
"""Of a thousand readings each: some seconds a round for either program."""
OURS = ("gauge", "register", "state")
"""Measurements that hold readings."""
WARM_MINUTES = 10
"""Stored before the time that counts: a program that has just started looks everything up once."""
_SINGLE_BYTES = 300
_IDLE_S = 6.0
_LIMIT_S = 300.0
_LOOK_S = 0.5
_STILL_S = 0.02
"""Less processor time in half a second than this, and a program has nothing to do. [s]"""
_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_CONF = """listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages 20000
{user}"""


@dataclass(frozen=True, slots=True)
class Place:
    """Servers, and where files go."""

    folder: Path
    model: Site
    broker: int
    influx: Influx


def measure(folder: Path) -> list[Result]:
    """Nothing where a server or Telegraf is missing: there is a word to stderr."""
    missing = missing_servers()
    if not telegraf.PROGRAM.exists():
        missing.append(telegraf.PROGRAM.name)
    if missing:
        sys.stderr.write(
            f"not measured beside Telegraf: {', '.join(missing)} not on this machine\n"
        )
        return []
    with place_in(folder) as place:
        return [_batches(place), _singles(place), _foreign(place)]


def missing_servers() -> list[str]:
    """What is needed and not here."""
    needed = (Path(MOSQUITTO), CACHE / "influxd-2.7.12")
    return [program.name for program in needed if not program.exists()]


def _batches(place: Place) -> Result:
    return _rounds(
        place, "batches of 100", BATCH_MINUTES,
        lambda told, boot: backlog.our_batches(place.model, told, boot),
        lambda told: backlog.their_batches(place.model, told),
    )  # fmt: skip


def _singles(place: Place) -> Result:
    return _rounds(
        place, "single values", SINGLE_MINUTES,
        lambda told, _: backlog.our_singles(place.model, told),
        lambda told: backlog.their_singles(place.model, told),
    )  # fmt: skip


def _foreign(place: Place) -> Result:
    """The same payloads to both, read by a template of the site's file."""
    return _rounds(
        place, "single values of foreign JSON", SINGLE_MINUTES,
        lambda told, _: backlog.their_singles(place.model, told),
        lambda told: backlog.their_singles(place.model, told), foreign=True,
    )  # fmt: skip


def _rounds(
    place: Place, what: str, minutes: int,
    ours: Callable[[Readings, str], Iterator[tuple[str, bytes]]],
    theirs: Callable[[Readings], Iterator[tuple[str, bytes]]], *, foreign: bool = False,
) -> Result:  # fmt: skip
    rates: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        start = start_of(minutes)
        told = backlog.readings(place.model, minutes, start)
        took = ours_s(
            place, told, ours(told, f"boot{number}"), f"{what[-6:]}{number}", foreign=foreign
        )
        count = len(told) - len(told.first(WARM_MINUTES))
        rates[0].append(count / took)
        took = theirs_s(place, told, theirs(told), f"telegraf_{what[-6:]}{number}")
        rates[1].append(count / took)
    each = [a / b for a, b in zip(*rates, strict=True)]
    return Result(
        name=f"ingest beside Telegraf, {what}", unit="values a CPU-second",
        ours=rates[0], plain=rates[1],
        baseline="Telegraf 1.39.3, mqtt_consumer and json_v2, acknowledged after InfluxDB",
        note=f"{minutes * 1000:,} values a round drained from mosquitto into InfluxDB 2.7.12; "
        f"ratio of each round {min(each):.2f} … {max(each):.2f}, "
        f"median {statistics.median(each):.2f}",
    )  # fmt: skip


_next = [0]


def start_of(minutes: int) -> int:
    """A stretch of past minutes that no round had before. [ms]"""
    if not _next[0]:
        _next[0] = (int(time.time()) // 60 - 100_000) * backlog.PERIOD_MS
    start = _next[0]
    _next[0] += minutes * backlog.PERIOD_MS
    return start


def ours_s(
    place: Place, told: Readings, sent: Iterator[tuple[str, bytes]], name: str, *,
    foreign: bool = False,
) -> float:  # fmt: skip
    """Processor time of ingest until all is stored. [s]"""
    command, environment = our_command(place, name, *(["foreign"] if foreign else []))
    return _drained_s(place, command, environment, sent, told, OURS)


def our_command(place: Place, name: str, *words: str) -> tuple[list[str], dict[str, str]]:
    """How to start ingest, with a folder of its own."""
    var = place.folder / name
    var.mkdir()
    influx = place.influx
    where = f"influxdb://127.0.0.1:{influx.server.port}/{influx.bucket}"
    environment = {
        "PLANTROOM_VAR": str(var),
        "PLANTROOM_STORE": f"{where}?org={influx.org}&version=2&tls=0",
        "PLANTROOM_RECORDS": f"sqlite:///{var}/records.sqlite",
        "PLANTROOM_INFLUX_TOKEN": influx.token,
        "PLANTROOM_BROKER_PORT": str(place.broker),
    }
    return [sys.executable, "-m", "benchmarks.drain_child", *words], environment


def theirs_s(place: Place, told: Readings, sent: Iterator[tuple[str, bytes]], name: str) -> float:
    """Processor time of Telegraf until all is stored. [s]"""
    command = telegraf.command(place.folder, place.influx, place.broker, backlog.THEIRS, name)
    return _drained_s(place, command, {}, sent, told, (name,))


def _drained_s(
    place: Place, command: Sequence[str], environment: dict[str, str],
    sent: Iterator[tuple[str, bytes]], told: Readings, measurements: Sequence[str],
) -> float:  # fmt: skip
    with running(place, command, environment) as program:
        wait_still(program)
        begun = told.first(WARM_MINUTES)
        first = next(sent)
        # The first message says how many there are a minute: one a gateway, or one a point.
        each = len(begun) if len(first[1]) < _SINGLE_BYTES else WARM_MINUTES * GATEWAYS
        backlog.publish(place.broker, itertools.chain([first], itertools.islice(sent, each - 1)))
        wait_stored(place.influx, [program], begun, measurements)
        wait_still(program)
        idle = _idle_share(program.pid)
        os.kill(program.pid, signal.SIGSTOP)
        backlog.publish(place.broker, sent)
        before, begun_at = cpu_s(program.pid), time.monotonic()
        os.kill(program.pid, signal.SIGCONT)
        wait_stored(place.influx, [program], told, measurements)
        wait_still(program)
        by_the_clock = idle * (time.monotonic() - begun_at)
        return cpu_s(program.pid) - before - by_the_clock


def _idle_share(pid: int) -> float:
    """What a program uses of a core when nothing comes: it would do so however long it takes."""
    before, begun = _running_s(pid), time.monotonic()
    time.sleep(_IDLE_S)
    return (_running_s(pid) - before) / (time.monotonic() - begun)


def _running_s(pid: int) -> float:
    """Of the threads that live, finer than a tick. [s]"""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="utf-8").split()[0]) for task in tasks) / 1e9


@contextmanager
def running(
    place: Place, command: Sequence[str], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A program until the block ends."""
    with (
        (place.folder / "program.log").open("ab") as log,
        subprocess.Popen(  # noqa: S603 our own programs
            command, env={**os.environ, **environment}, stdout=log, stderr=log
        ) as program,
    ):
        try:
            yield program
        finally:
            os.kill(program.pid, signal.SIGCONT)
            program.terminate()
            program.wait(30)


def wait_still(program: subprocess.Popen[bytes]) -> None:
    """Until it has started, or ended its work: no processor time for a while."""
    until, still, used = time.monotonic() + _LIMIT_S, 0, -1.0
    while still < 4:  # noqa: PLR2004 two seconds
        time.sleep(_LOOK_S)
        now = cpu_s(program.pid)
        still = still + 1 if now - used < _STILL_S and now > 0.0 else 0
        used = now
        if program.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the program ended, or never came to rest")


def wait_stored(
    influx: Influx, programs: Sequence[subprocess.Popen[bytes]], told: Readings,
    measurements: Sequence[str],
) -> None:  # fmt: skip
    """Until the store has each value once.

    Raises:
        RuntimeError: It never had, or has more: the time is of something else.
    """
    until, found = time.monotonic() + _LIMIT_S, 0
    while found < len(told):
        time.sleep(_LOOK_S)
        ended = any(program.poll() is not None for program in programs)
        if ended or time.monotonic() > until:
            raise RuntimeError(f"{found} values stored of {len(told)}")
        found = stored(influx, told, measurements)
    if found != len(told):
        raise RuntimeError(f"{found} values stored of {len(told)}")


def stored(influx: Influx, told: Readings, measurements: Sequence[str]) -> int:
    """Values of this stretch of time in the store."""
    names = ", ".join(f'"{m}"' for m in measurements)
    query = (
        f'SELECT count("value") FROM {names} '  # noqa: S608 our own words
        f"WHERE time > {told.start}ms AND time <= {told.end}ms"
    )
    words = urllib.parse.urlencode({"db": influx.bucket, "q": query})
    request = urllib.request.Request(  # noqa: S310 loopback
        f"{influx.url}/query?{words}", headers={"Authorization": f"Token {influx.token}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 loopback
        said = json.load(answer)
    return sum(int(series["values"][0][1]) for series in said["results"][0].get("series", ()))


def cpu_s(pid: int) -> float:
    """What a process has used, user and system, with all its threads. [s]"""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) * _TICK_S


@contextmanager
def place_in(folder: Path) -> Iterator[Place]:
    """Mosquitto and InfluxDB until the block ends."""
    port = free_port()
    conf = folder / "drain.conf"
    user = "user root\n" if os.geteuid() == 0 else ""
    conf.write_text(_CONF.format(port=port, user=user), encoding="utf-8")
    influx = make_influx2(folder / "drain-influx")
    with subprocess.Popen(  # noqa: S603 Debian's
        [MOSQUITTO, "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as broker:
        try:
            wait_for(lambda: listening(port), "mosquitto")
            yield Place(folder, backlog.site(), port, influx)
        finally:
            broker.terminate()
            broker.wait(20)
            influx.server.stop()
