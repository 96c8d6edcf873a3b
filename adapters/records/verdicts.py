"""The stream of verdicts, as runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from adapters.records.base import ALL
from adapters.records.engine import insert_for
from adapters.records.source import Source
from adapters.records.tables import JudgedRow, RunRow
from core.verdict import Reason, Run, Verdict
from core.words import Carrier

Part = tuple[str, str, int, int, Sequence[Run]]
_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""


class RecordVerdicts:
    """Implements :class:`core.ports.Verdicts`."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def replace(self, rule: str, target: str, start: int, end: int, runs: Sequence[Run]) -> None:
        """See the port."""
        self.replace_all([(rule, target, start, end, runs)])

    def replace_all(self, parts: Sequence[Part]) -> None:
        """See the port."""
        if not parts:
            return
        upsert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            since = min(start for _, _, start, _, _ in parts)
            rules = {rule for rule, *_ in parts}
            # One query finds whatever any part could overlap; most steps overlap nothing.
            query = select(RunRow).where(RunRow.end > since, RunRow.rule.in_(sorted(rules)))
            before: dict[tuple[str, str], list[RunRow]] = {}
            for row in session.scalars(query):
                before.setdefault((row.rule, row.target), []).append(row)
            gone: list[int] = []
            rows: list[dict[str, Any]] = []
            for rule, target, start, end, runs in parts:
                for row in before.get((rule, target), ()):
                    if row.start < end and row.end > start:
                        gone.append(row.id)
                        rows.extend(_outside(_run(row), start, end))
                rows.extend(_values(run) for run in runs)
            for first in range(0, len(gone), _MANY):
                session.execute(delete(RunRow).where(RunRow.id.in_(gone[first : first + _MANY])))
            session.expunge_all()
            if rows:
                session.execute(insert(RunRow), rows)
            statement = upsert(JudgedRow)
            reached: dict[tuple[str, str], int] = {}
            for rule, target, _, end, _ in parts:
                reached[rule, target] = max(end, reached.get((rule, target), 0))
            session.execute(
                statement.on_conflict_do_update(
                    index_elements=["rule", "target"],
                    set_={"until": statement.excluded.until},
                    where=JudgedRow.until < statement.excluded.until,
                ),
                [{"rule": r, "target": t, "until": until} for (r, t), until in reached.items()],
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


def _run(row: RunRow) -> Run:
    return Run(
        rule=row.rule, target=row.target, start=row.start, end=row.end,
        verdict=Verdict(row.verdict), mode=row.mode, reason=Reason(row.reason), good=row.good,
        waste={Carrier(k): v for k, v in (row.waste or {}).items()}, margin=row.margin,
    )  # fmt: skip


def _values(run: Run) -> dict[str, Any]:
    return {
        "rule": run.rule, "target": run.target, "start": run.start, "end": run.end,
        "verdict": int(run.verdict), "mode": run.mode, "reason": run.reason.value,
        "good": run.good, "waste": {k.value: v for k, v in run.waste.items()} or None,
        "margin": run.margin,
    }  # fmt: skip


def _outside(run: Run, start: int, end: int) -> list[dict[str, Any]]:
    """What is left of a run before and after ``(start, end]``, its waste shared by time."""
    left = []
    for a, b in ((run.start, min(run.end, start)), (max(run.start, end), run.end)):
        if a < b:
            share = (b - a) / (run.end - run.start)
            waste = {carrier: amount * share for carrier, amount in run.waste.items()}
            values = _values(run) | {"start": a, "end": b}
            left.append(values | {"waste": {k.value: v for k, v in waste.items()} or None})
    return left
