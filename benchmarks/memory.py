"""Memory of a simulated year: ``python -m benchmarks.memory [DAYS]`` streams ten buildings of it.

The sample campus' four buildings stand there two or three times each. Every day is read and
forgotten, as an edge does it; the process says how much it has held at most, so that one sees
whether a year needs more than a week.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.sites import load_site
from core.clock import DAY_MS
from core.site import Site
from simulators.campus import Campus

WUSHAN = Path(__file__).parent.parent / "sites" / "wushan"
SEED, BUILDINGS, YEAR_DAYS = 1, 10, 365
FIRST = datetime(2026, 1, 1)  # noqa: DTZ001 - local to the site
SAID_EVERY = 30
"""Days between two lines. [days]"""
LIMIT_MB = 1000.0
"""What a year of ten buildings has to fit in. [MB]"""


def estate(folder: Path) -> Site:
    """The sample campus with ten buildings: a to d as they are, then copies of them by turns."""
    there = folder / "estate"
    shutil.copytree(WUSHAN, there)
    main = there / "site.yaml"
    text = main.read_text(encoding="utf-8")
    gateways = ""
    for n in range(4, BUILDINGS):
        old, new = "abcd"[n % 4], "abcdefghij"[n]
        plan = (there / "buildings" / f"{old}.yaml").read_text(encoding="utf-8")
        plan = re.sub(rf"\b(building|measures): {old}\b", rf"\1: {new}", plan)
        plan = plan.replace(f"gateway: gw-{old}", f"gateway: gw-{new}")
        (there / "buildings" / f"{new}.yaml").write_text(plan, encoding="utf-8")
        gateways += f"  gw-{new}: {{name: {{en: Gateway {new.upper()}}}, driver: simulated}}\n"
    main.write_text(text.replace("gateways:\n", f"gateways:\n{gateways}"), encoding="utf-8")
    return load_site(there)


def held_mb() -> float:
    """The most that this process has had in memory so far. [MB]"""
    # Of this program alone: getrusage also counts who started it, until it became this one.
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    if found is None:
        raise LookupError("this system does not say how much memory a process has had")
    return int(found[1]) * 1024 / 1e6


def streamed(site: Site, days: int) -> Iterator[tuple[int, int, float]]:
    """After each day: how many have passed, readings so far, and the most held by then [MB]."""
    start = int(FIRST.replace(tzinfo=ZoneInfo(site.timezone)).timestamp() * 1000)
    campus, said = Campus(site, SEED, start), 0
    for day in range(1, days + 1):
        until = start + day * DAY_MS
        said += sum(len(campus.read(gateway, until)) for gateway in sorted(site.gateways))
        yield day, said, held_mb()


def main(days: int) -> None:
    """Prints a line every thirty days, and the last."""
    with tempfile.TemporaryDirectory() as folder:
        site = estate(Path(folder))
    print(f"{len(site.buildings)} buildings, {len(site.points)} points; {held_mb():.0f} MB empty")
    for day, said, most in streamed(site, days):
        if day in {1, 7, days} or day % SAID_EVERY == 0:
            print(f"day {day}: {said} readings, {most:.0f} MB at most", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else YEAR_DAYS)
