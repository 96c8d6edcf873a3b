"""The page of the documentation that holds the figures of a run."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import Result, span

FILE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

    make bench                                  # prints the table
    make bench ARGS=--write                     # and writes this page
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


def machine() -> str:
    """What it was measured on."""
    load = os.getloadavg()[0]
    cores = os.cpu_count() or 1
    busy = (
        f"**busy with other work** (load {load:.1f} on {cores} cores before it began)"
        if load > cores / 2 else f"otherwise idle (load {load:.1f})"
    )  # fmt: skip
    return f"{_processor()}, {cores} cores, Python {platform.python_version()}, {busy}"


def page(results: Sequence[Result], on: str, seconds: float) -> str:
    """The whole page."""
    lines = [
        f"Machine: {on}. The whole run took {seconds:.0f} s.\n",
        "| measured | unit | Plantroom | baseline | ratio |",
        "|---|---|---|---|---|",
        *(f"| {r.name} | {r.unit} | {span(r.ours)} | {span(r.plain)} | {r.ratio:.3g} |"
          for r in results),
        "",
        _READ,
        *(f"- **{r.name}**: {r.note}. Baseline: {r.baseline}." for r in results),
    ]  # fmt: skip
    return _HEAD + "\n".join(lines) + "\n"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
