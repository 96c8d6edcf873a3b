"""A process that makes orders of findings and sends their messages, and is killed again and again.

``python -m tests.workorders.notify.mortal FOLDER ADDRESS KILLS SEED``: forks a life, kills it at
a random point, forks the next; the last one may finish. Forked, since starting Python anew takes
a hundred times as long as a life.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from adapters.records import Records
from core.clock import MINUTE_MS, SteppedClock
from core.finding import Finding, FindingChange, FindingEvent
from tests.sample import records_in, wushan
from tests.workorders.house import CARDS, START, SameForAll, make_finding, opened
from workorders.duty import RosterDuty
from workorders.notify import Letter, Notifier, Sender
from workorders.notify.channels import Apprise, LogChannel
from workorders.service import WorkOrders

EVERY_MS = 15 * MINUTE_MS
"""Between two findings: so slow that none is part of a storm."""
_LIFE_S = 0.25
_PATIENCE_S = 5.0
"""For a step to come, on a machine with much else to do."""
_FAILED = 2


class At(IntEnum):
    """Where a life is when it is killed."""

    BEGIN = 0
    FOUND = 1
    """The finding is saved, and no order knows of it."""
    ORDERED = 2
    """The order is there, and nobody was told."""
    SENDING = 3
    """A message is on its way, and nothing says that it was taken."""
    SENT = 4


def findings_of(kills: int) -> int:
    """So many that some are left for the last life, which is not killed."""
    return kills + 5


def findings(count: int) -> list[Finding]:
    """Each of another machine, so each a cause of its own."""
    machines = sorted(wushan().equipment)[:count]
    return [
        make_finding(target=machine, onset=START + n * EVERY_MS - 60 * MINUTE_MS)
        for n, machine in enumerate(machines)
    ]


@dataclass(frozen=True)
class Marked:
    """A channel that says when it begins to send."""

    real: Sender
    where: mmap.mmap
    name: str = "hook"
    most_bytes: int = 10_000
    a_minute: int = 0

    def send(self, address: str, letter: Letter) -> None:
        """As the real one."""
        self.where[0] = At.SENDING
        self.real.send(address, letter)


class NoDashboards:
    """Takes what dashboards would be told."""

    def write_marks(self, marks: object) -> None:
        """Nowhere."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Made before the first life and connected to nothing yet: a life is short."""

    records: Records
    clock: SteppedClock
    orders: WorkOrders
    notifier: Notifier


def make(folder: Path, channel: Sender) -> Parts:
    """The parts over the records in a folder."""
    records = Records(f"sqlite:///{folder / 'records.sqlite'}")
    site, clock = wushan(), SteppedClock(START)
    duty = RosterDuty(records.people, site.timezone)
    orders = WorkOrders(
        site, records, NoDashboards(), clock,  # type: ignore[arg-type]
        cards=CARDS, verdicts=records.verdicts, duty=duty,
    )  # fmt: skip
    notifier = Notifier(records, duty, SameForAll([channel]), zone=site.timezone)
    return Parts(records=records, clock=clock, orders=orders, notifier=notifier)


def live(parts: Parts, where: mmap.mmap, count: int) -> None:
    """From the records on, as a started process does: open findings are told again."""
    records, clock, orders = parts.records, parts.clock, parts.orders
    again = records.findings.open()
    known = {finding.id for finding in again}
    orders.publish([FindingEvent(FindingChange.CONTINUED, f, f.last) for f in again])
    for n, finding in enumerate(findings(count)):
        clock.advance(START + n * EVERY_MS)
        if finding.id in known:
            continue
        event = opened(finding)
        records.findings.save([event])
        where[0] = At.FOUND
        orders.publish([event])
        where[0] = At.ORDERED
        orders.step(clock.now())
        parts.notifier.step()
        where[0] = At.SENT
    while parts.notifier.step():
        pass
    records.close()


def main(folder: Path, address: str, kills: int, seed: int) -> dict[str, int]:
    """All lives; where they ended."""
    chance, where = random.Random(seed), mmap.mmap(-1, 1)  # noqa: S311 - chance, no secret
    ends: Counter[str] = Counter()
    _warm(where)
    hook = Apprise(address.replace("http", "json") + "/{to}", "hook")
    parts = make(folder, Marked(hook, where))
    for nth in range(kills + 1):
        where[0] = At.BEGIN
        pid = os.fork()
        if not pid:
            try:
                live(parts, where, findings_of(kills))
            except BaseException:  # noqa: BLE001 - whatever it is, the parent must not go on twice
                os._exit(_FAILED)
            os._exit(0)
        if nth < kills:
            _wait(chance, where, pid)
            ends[At(where[0]).name] += 1
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        ends["failed"] += os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0
    return dict(ends)


def _warm(where: mmap.mmap) -> None:
    """One life elsewhere, so that the others find everything loaded."""
    with tempfile.TemporaryDirectory() as scratch:
        records_in(Path(scratch), staffed=True).close()
        live(make(Path(scratch), LogChannel()), where, count=1)


def _wait(chance: random.Random, where: mmap.mmap, pid: int) -> None:
    """Any moment, or one just after a step that must not be torn from the next."""
    wanted = chance.choice([None, At.FOUND, At.ORDERED, At.SENDING, At.SENT])
    if wanted is None:
        time.sleep(chance.uniform(0.0, _LIFE_S))
        return
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and not _ended(pid):
        if where[0] == wanted:
            time.sleep(chance.choice([0.0, 0.0, chance.uniform(0, 0.02)]))
            return
        time.sleep(0.0002)


def _ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


if __name__ == "__main__":
    said = main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    sys.stdout.write(json.dumps(said))
