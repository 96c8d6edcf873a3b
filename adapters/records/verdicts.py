"""The stream of verdicts, as runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select, tuple_

from adapters.records.base import ALL, Base
from adapters.records.engine import insert_for
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import JudgedRow, RunRow
from core.verdict import Reason, Run, Verdict
from core.words import Carrier

Part = tuple[str, str, int, int, Sequence[Run]]
Kept = tuple[int | None, Run]
"""A run and its row; None where it has none yet."""
_RUNS, _JUDGED = Base.metadata.tables["verdict_run"], Base.metadata.tables["judged_until"]
_MANY = 400
"""Pairs of one IN list; SQLite's own limit has been 999 values."""


class RecordVerdicts:
    """Implements :class:`core.ports.Verdicts`."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def replace(self, rule: str, target: str, start: int, end: int, runs: Sequence[Run]) -> None:
        """See the port."""
        self.replace_all([(rule, target, start, end, runs)])

    def replace_all(self, parts: Sequence[Part]) -> None:
        """See the port; of the runs of a part only what lies in it is kept."""
        parts = [part for part in parts if part[2] < part[3]]
        if not parts:
            return
        upsert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            reached = _reached(session, sorted({(rule, target) for rule, target, *_ in parts}))
            streams = _overlapping(session, parts, reached)
            gone: list[int] = []
            for rule, target, start, end, runs in parts:
                key = (rule, target)
                cut, stream = _cut(streams.get(key, []), start, end)
                gone += cut
                streams[key] = [*stream, *((None, run) for run in _within(runs, start, end))]
                reached[key] = max(end, reached.get(key, end))
            for first in range(0, len(gone), _MANY):
                session.execute(delete(RunRow).where(RunRow.id.in_(gone[first : first + _MANY])))
            fresh = [run for stream in streams.values() for id_, run in stream if id_ is None]
            # Thousands of rows a step, and none of them an object afterwards: past the session.
            connection = session.connection()
            if fresh:
                connection.execute(insert(_RUNS), [_values(run) for run in fresh])
            statement = upsert(_JUDGED)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["rule", "target"],
                    set_={"until": statement.excluded.until},
                    where=_JUDGED.c.until < statement.excluded.until,
                ),
                [
                    {"rule": r, "target": t, "until": until, "building": _building(t)}
                    for (r, t), until in sorted(reached.items())
                ],
            )

    def runs(self, rule: str, target: str, start: int, end: int | None = None) -> Sequence[Run]:
        """See the port."""
        query = (
            select(RunRow)
            .where(RunRow.rule == rule, RunRow.target == target, RunRow.end > start)
            .order_by(RunRow.start)
        )
        if end is not None:
            query = query.where(RunRow.start < end)
        with self._records.session(ALL, reading=True) as session:
            return [_run(row) for row in session.scalars(query)]

    def judged_until(self) -> Mapping[tuple[str, str], int]:
        """See the port."""
        query = select(JudgedRow.rule, JudgedRow.target, JudgedRow.until)
        with self._records.session(ALL, reading=True) as session:
            return {(rule, target): until for rule, target, until in session.execute(query)}


def _reached(session: ScopedSession, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Up to where verdicts of some keys stand, locked: beyond it there is no run."""
    found: dict[tuple[str, str], int] = {}
    for first in range(0, len(keys), _MANY):
        wanted = tuple_(JudgedRow.rule, JudgedRow.target).in_(list(keys[first : first + _MANY]))
        columns = select(JudgedRow.rule, JudgedRow.target, JudgedRow.until)
        rows = session.execute(columns.where(wanted).with_for_update())
        found |= {(rule, target): until for rule, target, until in rows}
    return found


def _overlapping(
    session: ScopedSession, parts: Sequence[Part], reached: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], list[Kept]]:
    """Stored runs that the parts may cut, by rule and target; most steps only add."""
    behind = [p for p in parts if p[2] < reached.get((p[0], p[1]), p[2])]
    found: dict[tuple[str, str], list[Kept]] = {}
    keys = sorted({(rule, target) for rule, target, *_ in behind})
    for first in range(0, len(keys), _MANY):
        some = set(keys[first : first + _MANY])
        since = min(part[2] for part in behind if (part[0], part[1]) in some)
        until = max(part[3] for part in behind if (part[0], part[1]) in some)
        query = select(RunRow).where(
            tuple_(RunRow.rule, RunRow.target).in_(sorted(some)),
            RunRow.end > since,
            RunRow.start < until,
        )
        for row in session.scalars(query):
            found.setdefault((row.rule, row.target), []).append((row.id, _run(row)))
        session.expunge_all()
    return found


def _cut(stream: Sequence[Kept], start: int, end: int) -> tuple[list[int], list[Kept]]:
    """The stream without ``(start, end]``, and the rows that are no longer in it."""
    gone: list[int] = []
    left: list[Kept] = []
    for id_, run in stream:
        if run.end <= start or run.start >= end:
            left.append((id_, run))
            continue
        gone += [] if id_ is None else [id_]
        rest = (*_within([run], run.start, start), *_within([run], end, run.end))
        left += [(None, piece) for piece in rest]
    return gone, left


def _within(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    parts = ((run, max(run.start, start), min(run.end, end)) for run in runs)
    return [_part(run, first, last) for run, first, last in parts if first < last]


def _part(run: Run, start: int, end: int) -> Run:
    """A part of a run; its waste is the part's share by time."""
    if (start, end) == (run.start, run.end):
        return run
    share = (end - start) / (run.end - run.start)
    waste = {carrier: amount * share for carrier, amount in run.waste.items()}
    return replace(run, start=start, end=end, waste=waste)


def _building(target: str) -> str:
    return target.partition(".")[0]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _run(row: RunRow) -> Run:
    return Run(
        rule=row.rule, target=row.target, start=row.start, end=row.end,
        verdict=Verdict(row.verdict), mode=row.mode, reason=Reason(row.reason),
        good=math.nan if row.good is None else row.good,
        waste={Carrier(k): v for k, v in (row.waste or {}).items()},
        margin=math.nan if row.margin is None else row.margin,
    )  # fmt: skip


def _values(run: Run) -> dict[str, Any]:
    # int and float: a numpy number would be kept as bytes.
    return {
        "rule": run.rule, "target": run.target, "building": _building(run.target),
        "start": int(run.start), "end": int(run.end), "verdict": int(run.verdict),
        "mode": run.mode, "reason": run.reason.value, "good": _number(run.good),
        "waste": {k.value: float(v) for k, v in run.waste.items()} or None,
        "margin": _number(run.margin),
    }  # fmt: skip
