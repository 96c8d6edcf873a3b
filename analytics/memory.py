"""Verdicts, findings and progress in memory: for ``backtest``, which opens nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analytics.runs import spliced
from core.finding import Finding, FindingEvent, FindingState
from core.meters import Undecided
from core.ports import ClockSeen, GatewayProgress, LateRange
from core.verdict import Run


@dataclass
class MemoryVerdicts:
    """Implements :class:`core.ports.Verdicts`."""

    streams: dict[tuple[str, str], list[Run]] = field(default_factory=dict)
    until: dict[tuple[str, str], int] = field(default_factory=dict)

    def replace(self, rule: str, target: str, start: int, end: int, runs: Sequence[Run]) -> None:
        """See the port."""
        key = (rule, target)
        stream = self.streams.setdefault(key, [])
        if not stream or stream[-1].end <= start:
            stream.extend(runs)
        else:
            self.streams[key] = spliced(stream, start, end, runs)
        self.until[key] = max(self.until.get(key, end), end)

    def replace_all(self, parts: Sequence[tuple[str, str, int, int, Sequence[Run]]]) -> None:
        """See the port."""
        for rule, target, start, end, runs in parts:
            self.replace(rule, target, start, end, runs)

    def runs(self, rule: str, target: str, start: int, end: int | None = None) -> Sequence[Run]:
        """See the port."""
        return [
            run
            for run in self.streams.get((rule, target), [])
            if run.end > start and (end is None or run.start < end)
        ]

    def judged_until(self) -> Mapping[tuple[str, str], int]:
        """See the port."""
        return dict(self.until)


@dataclass
class MemoryFindings:
    """Implements :class:`core.ports.Findings`, and keeps what happened, in order."""

    found: dict[str, Finding] = field(default_factory=dict)
    events: list[FindingEvent] = field(default_factory=list)

    def save(self, events: Sequence[FindingEvent]) -> None:
        """See the port."""
        for event in events:
            before = self.found.get(event.finding.id)
            if before is not None and before.revision >= event.finding.revision:
                raise ValueError(f"{event.finding.id}: revision {event.finding.revision} is old")
            self.found[event.finding.id] = event.finding
        self.events.extend(events)

    def open(self) -> Sequence[Finding]:
        """See the port."""
        return [f for f in self.found.values() if f.state is FindingState.OPEN]

    def of(self, rule: str, target: str, since: int) -> Sequence[Finding]:
        """See the port."""
        return [
            f
            for f in self.found.values()
            if (f.rule, f.target) == (rule, target) and f.last >= since
        ]

    def get(self, id_: str) -> Finding | None:
        """See the port."""
        return self.found.get(id_)


@dataclass
class MemoryProgress:
    """Implements :class:`core.ports.Progress`."""

    by_gateway: dict[str, GatewayProgress] = field(default_factory=dict)
    waiting: dict[int, LateRange] = field(default_factory=dict)
    seen: dict[tuple[int, str], ClockSeen] = field(default_factory=dict)
    waits: list[Undecided] = field(default_factory=list)
    _next: int = 1

    def report(
        self, progress: Sequence[GatewayProgress], late: Sequence[LateRange],
        clocks: Sequence[ClockSeen] = (),
    ) -> None:  # fmt: skip
        """See the port."""
        self.seen.update({(one.since, one.gateway): one for one in clocks})
        self.by_gateway.update({p.gateway: p for p in progress})
        for change in late:
            self.waiting[self._next] = change
            self._next += 1

    def gateways(self) -> Mapping[str, GatewayProgress]:
        """See the port."""
        return dict(self.by_gateway)

    def clocks(self, since: int) -> Sequence[ClockSeen]:
        """See the port."""
        return [one for _, one in sorted(self.seen.items()) if one.until > since]

    def undecided(self, since: int) -> Sequence[Undecided]:
        """See the port."""
        return [one for one in self.waits if one.until is None or one.until > since]

    def late(self) -> Sequence[tuple[int, LateRange]]:
        """See the port."""
        return list(self.waiting.items())

    def forget_late(self, ids: Sequence[int]) -> None:
        """See the port."""
        for id_ in ids:
            self.waiting.pop(id_, None)


class Silent:
    """A finding sink that nobody listens to."""

    def publish(self, events: Sequence[FindingEvent]) -> None:
        """Does nothing."""
