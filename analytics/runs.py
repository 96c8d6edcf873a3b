"""Streams of verdicts as runs: cutting, joining, and what their times add up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.verdict import Reason, Run, Verdict
from core.words import Carrier

LOST_REASONS = frozenset(
    {Reason.NO_POINT, Reason.NO_DATA, Reason.INSUFFICIENT, Reason.COARSE, Reason.MUTED}
)
"""Reasons that say the points are gone, not that the plant is in another mode."""


def cut(runs: Iterable[Run], start: int, end: int) -> list[Run]:
    """The parts of the runs within ``(start, end]``, waste shared out by time."""
    return [
        part(run, max(run.start, start), min(run.end, end))
        for run in runs
        if run.start < end and run.end > start
    ]


def part(run: Run, start: int, end: int) -> Run:
    """A part of a run; its waste is the part's share by time."""
    if start == run.start and end == run.end:
        return run
    share = (end - start) / (run.end - run.start)
    waste = {carrier: amount * share for carrier, amount in run.waste.items()}
    return replace(run, start=start, end=end, waste=waste)


def joined(runs: Sequence[Run]) -> list[Run]:
    """The same stream with touching runs of one verdict, mode and reason made one.

    However the stream was written, in hours or in days, it reads the same afterwards.
    """
    result: list[Run] = []
    for run in runs:
        if result and _continues(result[-1], run):
            result[-1] = _with(result[-1], run)
        else:
            result.append(run)
    return result


def spliced(stream: Sequence[Run], start: int, end: int, runs: Sequence[Run]) -> list[Run]:
    """A stream in which ``(start, end]`` holds these runs and nothing else."""
    far = max((run.end for run in stream), default=end)
    near = min((run.start for run in stream), default=start)
    return [*cut(stream, min(near, start), start), *runs, *cut(stream, end, max(far, end))]


def wasted(runs: Iterable[Run]) -> dict[Carrier, float]:
    """What all the runs lose, by carrier, in its unit."""
    total: dict[Carrier, float] = {}
    for run in runs:
        for carrier, amount in run.waste.items():
            total[carrier] = total.get(carrier, 0.0) + amount
    return total


def lasting(runs: Iterable[Run], *verdicts: Verdict) -> int:
    """How long the runs with one of these verdicts last together. [ms]"""
    return sum(run.end - run.start for run in runs if run.verdict in verdicts)


def _continues(before: Run, after: Run) -> bool:
    return (
        before.end == after.start
        and before.verdict is after.verdict
        and before.mode == after.mode
        and before.reason is after.reason
    )


def _with(before: Run, after: Run) -> Run:
    first, second = before.end - before.start, after.end - after.start
    return Run(
        rule=before.rule,
        target=before.target,
        start=before.start,
        end=after.end,
        verdict=before.verdict,
        mode=before.mode,
        reason=before.reason,
        good=(before.good * first + after.good * second) / (first + second),
        waste=wasted((before, after)) if before.waste or after.waste else {},
        margin=max(before.margin, after.margin),
    )
