"""From publish until InfluxDB gives the reading, at 2,000 values a second; and two workers."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from benchmarks import backlog, drain
from benchmarks.backlog import GATEWAYS, POINTS, Readings
from benchmarks.drain import Place
from benchmarks.measured import Result
from tests.servers import POSTGRES_BIN, make_postgres

PACE = 2_000
"""Values a second."""
SECONDS = 20
_WARM = 20
"""Batches before those that count."""
_LOST_S = 30.0
_WORKER_MINUTES = 60


def measure(folder: Path) -> list[Result]:
    """Nothing where a server is missing: there is a word to stderr."""
    missing = drain.missing_servers()
    if missing:
        sys.stderr.write(f"no delay measured: {', '.join(missing)} not on this machine\n")
        return []
    with drain.place_in(folder) as place:
        results = [_delay(place)]
        if POSTGRES_BIN:
            try:
                results.append(_workers(place))
            except RuntimeError as error:
                # One comparison that does not end is no reason to lose all others of the run.
                sys.stderr.write(f"workers not measured: {error}\n")
        return results


def _delay(place: Place) -> Result:
    took = delays_s(place, PACE * SECONDS // POINTS)
    shares = [float(np.percentile(took, share)) * 1000 for share in (50, 99)]
    return Result(
        name=f"publish to queryable at {PACE:,} values a second, p99", unit="ms",
        ours=[shares[1]], plain=[1500.0],
        baseline="the most that is promised",
        note=f"{len(took)} batches of {POINTS} of ten gateways through mosquitto into InfluxDB "
        f"2.7.12, one each {1000 * POINTS // PACE} ms, asked for without a pause; "
        f"half of them took {shares[0]:.0f} ms at most",
    )  # fmt: skip


def delays_s(place: Place, batches: int) -> list[float]:
    """How long each batch took until a query counts it. [s]

    Raises:
        RuntimeError: Some never came.
    """
    minutes = -(-(batches + _WARM) // GATEWAYS)
    told = backlog.readings(place.model, minutes, drain.start_of(minutes))
    command, environment = drain.our_command(place, "delay")
    with drain.running(place, command, environment) as program:
        drain.wait_still(program)
        sent = backlog.our_batches(place.model, told, "delay")
        return _paced(place, told, sent, batches + _WARM)[_WARM:]


def _paced(
    place: Place, told: Readings, sent: Iterator[tuple[str, bytes]], batches: int
) -> list[float]:
    """One process that publishes at its pace and asks between."""
    published: list[float] = []
    took: list[float] = []
    begun = time.monotonic()
    with backlog.connected(place.broker) as broker:
        while len(took) < batches:
            now = time.monotonic()
            if len(published) < batches and now - begun >= len(published) * POINTS / PACE:
                backlog.handed(broker, list(itertools.islice(sent, 1)))
                published.append(now)
                continue
            stored = drain.stored(place.influx, told, drain.OURS) // POINTS
            seen = time.monotonic()
            took += [seen - at for at in published[len(took) : stored]]
            if len(took) < len(published) and seen - published[len(took)] > _LOST_S:
                raise RuntimeError(f"a batch did not come within {_LOST_S} s")
    return took


def _workers(place: Place) -> Result:
    """One worker and two, each with the records in PostgreSQL."""
    place.folder.chmod(0o755)
    data = place.folder / "postgres"
    data.mkdir()
    with _postgres(data) as url:
        one, two = (_shared(place, url, n) for n in (1, 2))
    return Result(
        name="ingest, two workers on a shared subscription", unit="values a CPU-second",
        ours=[two[0]], plain=[one[0]], baseline="one worker on the same",
        note=f"{_WORKER_MINUTES * 1000:,} values in batches of {POINTS}, records in PostgreSQL, "
        f"processor time of all workers; {two[1]:,.0f} values a second of wall time, one worker "
        f"{one[1]:,.0f}, on two cores that the broker and both servers share",
    )  # fmt: skip


def _shared(place: Place, records: str, workers: int) -> tuple[float, float]:
    """Values a CPU-second of all workers together, and a second."""
    told = backlog.readings(place.model, _WORKER_MINUTES, drain.start_of(_WORKER_MINUTES))
    with ExitStack() as stack:
        programs = []
        for number in range(1, workers + 1):
            command, environment = drain.our_command(place, f"of{workers}-{number}")
            environment |= {
                # The names of the round before: the broker goes on giving its share to a member
                # of the group that is away.
                "PLANTROOM_RECORDS": records, "PLANTROOM_INGEST_WORKER": str(number),
            }  # fmt: skip
            programs.append(stack.enter_context(drain.running(place, command, environment)))
            drain.wait_still(programs[-1])
        _signal(programs, signal.SIGSTOP)
        backlog.publish(place.broker, backlog.our_batches(place.model, told, f"of{workers}"))
        before, begun = sum(drain.cpu_s(p.pid) for p in programs), time.monotonic()
        _signal(programs, signal.SIGCONT)
        drain.wait_stored(place.influx, programs, told, drain.OURS)
        wall = time.monotonic() - begun
        for program in programs:
            drain.wait_still(program)
        took = sum(drain.cpu_s(p.pid) for p in programs) - before
    return len(told) / took, len(told) / wall


def _signal(programs: Sequence[subprocess.Popen[bytes]], number: int) -> None:
    for program in programs:
        os.kill(program.pid, number)


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    yield from make_postgres(folder)
