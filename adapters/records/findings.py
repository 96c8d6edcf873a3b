"""Where findings last."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.source import Source
from adapters.records.tables import ChangeRow, FindingRow
from core.finding import Finding, FindingEvent, FindingState

_decoder = msgspec.json.Decoder(Finding)


class RecordFindings:
    """Implements :class:`core.ports.Findings`."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def save(self, events: Sequence[FindingEvent]) -> None:
        """See the port; a revision that is already there changes nothing."""
        if not events:
            return
        with self._records.session(ALL) as session:
            ids = [event.finding.id for event in events]
            known = {
                row.id: row
                for row in session.scalars(select(FindingRow).where(FindingRow.id.in_(ids)))
            }
            for event in events:
                finding = event.finding
                row = known.get(finding.id)
                if row is None:
                    row = known[finding.id] = FindingRow(id=finding.id, revision=0)
                    session.add(row)
                if finding.revision <= row.revision:
                    continue
                row.building, row.rule, row.target = finding.building, finding.rule, finding.target
                row.state, row.revision = finding.state.value, finding.revision
                row.onset, row.last, row.cleared = finding.onset, finding.last, finding.cleared
                row.money_per_day = finding.money_per_day
                row.body = msgspec.json.encode(finding)
                session.add(
                    ChangeRow(
                        building=finding.building, at=event.at, kind="finding", ref=finding.id
                    )
                )

    def open(self) -> Sequence[Finding]:
        """See the port."""
        return self._found(FindingRow.state == FindingState.OPEN.value)

    def of(self, rule: str, target: str, since: int) -> Sequence[Finding]:
        """See the port."""
        return self._found(
            FindingRow.rule == rule, FindingRow.target == target, FindingRow.last >= since
        )

    def get(self, id_: str) -> Finding | None:
        """See the port."""
        return next(iter(self._found(FindingRow.id == id_)), None)

    def since(self, start: int) -> Sequence[Finding]:
        """All that were open at some time since; for costs and reports."""
        return self._found(FindingRow.last >= start)

    def _found(self, *conditions: object) -> list[Finding]:
        query = select(FindingRow.body).where(*conditions).order_by(FindingRow.onset)  # type: ignore[arg-type]
        with self._records.session(ALL, reading=True) as session:
            return [_decoder.decode(body) for body in session.scalars(query)]
