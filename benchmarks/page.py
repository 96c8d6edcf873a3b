"""The page of the documentation that holds the figures, and the file they are kept in."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measured import Result, span

FILE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
KEPT = FILE.with_suffix(".json")
_HEAD = """# Benchmarks

    make bench                                            # prints the table
    make bench ARGS=--write                               # and writes this page
    python -m benchmarks.run --only ingest --only campus  # some of it; --write replaces their rows
    python -m benchmarks.run --only ingest --json

Each figure stands beside a plain program that does the least of the same work in the same run:
the ratio is what the promises cost, and travels between machines where seconds do not. Figures
are the least and the most of the rounds of **one run**, nothing is averaged away. CPU-seconds are
of the measured process with all its threads; brokers, InfluxDB and what confirms the edge run
beside it and are not in them. Everything is on 127.0.0.1. Ingest beside Telegraf is
on [a page of its own](beside-telegraf.md).

"""
_READ = (
    "Of speeds more is better, of times and CPU-seconds less; the ratio is Plantroom's median over "
    "the baseline's.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one measurement gave, and when.

    Attributes:
        on: The machine and how busy it was.
        day: Of the run.
        seconds: How long it took. [s]
        results: Its rows.
    """

    on: str
    day: str
    seconds: float
    results: Sequence[Result]


def machine() -> str:
    """What it was measured on."""
    load = os.getloadavg()[0]
    cores = os.cpu_count() or 1
    busy = (
        f"**busy with other work** (load {load:.1f} on {cores} cores before it began)"
        if load > cores / 2 else f"otherwise idle (load {load:.1f})"
    )  # fmt: skip
    return f"{_processor()}, {cores} cores, Python {platform.python_version()}, {busy}"


def kept(file: Path = KEPT) -> dict[str, Measured]:
    """What earlier runs gave, by measurement."""
    if not file.exists():
        return {}
    rows = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: Measured(
            on=one["on"], day=one["day"], seconds=one["seconds"],
            results=[Result.from_dict(row) for row in one["results"]],
        )
        for name, one in rows.items()
    }  # fmt: skip


def keep(measured: Mapping[str, Measured], file: Path = KEPT) -> None:
    """Write what the page is made of."""
    rows = {
        name: {
            "on": one.on, "day": one.day, "seconds": round(one.seconds, 1),
            "results": [r.as_dict() for r in one.results],
        }
        for name, one in measured.items()
    }  # fmt: skip
    file.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def page(measured: Mapping[str, Measured]) -> str:
    """The whole page."""
    results = [row for one in measured.values() for row in one.results]
    lines = [
        "| measured | unit | Plantroom | baseline | ratio |",
        "|---|---|---|---|---|",
        *(f"| {r.name} | {r.unit} | {span(r.ours)} | {span(r.plain)} | {r.ratio:.3g} |"
          for r in results),
        "",
        _READ,
        *(f"- **{r.name}**: {r.note}. Baseline: {r.baseline}." for r in results),
        "",
        "When and on what, by the name that `--only` takes:\n",
        *_when(measured),
    ]  # fmt: skip
    return _HEAD + "\n".join(lines) + "\n"


def _when(measured: Mapping[str, Measured]) -> list[str]:
    """A line for each machine and day."""
    together: dict[tuple[str, str], list[str]] = {}
    for name, one in measured.items():
        together.setdefault((one.day, one.on), []).append(f"{name} {one.seconds:.0f} s")
    return [f"- {day}, {on}: {', '.join(names)}." for (day, on), names in together.items()]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
