"""Where findings last."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.changes import record_change
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import FindingRow
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
            known = _known(session, sorted({event.finding.id for event in events}))
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
                row.body = _body(finding)
                record_change(
                    session, kind="finding", building=finding.building, ref=finding.id, at=event.at
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


def _known(session: ScopedSession, ids: Sequence[str]) -> dict[str, FindingRow]:
    """Stored rows by id, locked: of two writers the second sees what the first wrote."""
    known: dict[str, FindingRow] = {}
    for first in range(0, len(ids), 500):
        query = select(FindingRow).where(FindingRow.id.in_(ids[first : first + 500]))
        rows = session.scalars(query.order_by(FindingRow.id).with_for_update())
        known |= {row.id: row for row in rows}
    return known


def _body(finding: Finding) -> bytes:
    """The finding as JSON, which has no NaN: it would be read back as something else.

    Raises:
        ValueError: A number in it is not finite.
    """
    numbers = [finding.confidence, *finding.references.values()]
    for waste in finding.waste:
        numbers += [x for x in (waste.amount, waste.money, waste.kg_co2) if x is not None]
    for text in (finding.title, finding.explanation):
        numbers += [x for x in text.params.values() if not isinstance(x, str)]
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError(f"finding {finding.id} of {finding.rule} holds a number that is none")
    return msgspec.json.encode(finding, enc_hook=_plain)


def _plain(value: object) -> object:
    """A numpy number as Python's own.

    Raises:
        NotImplementedError: It is something else, which JSON cannot hold.
    """
    item = getattr(value, "item", None)
    if item is None:
        raise NotImplementedError(f"a finding cannot hold {type(value).__name__}")
    return item()
