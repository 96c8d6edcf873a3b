"""Rules over history: what they would have found, without telling anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics.calendar import Calendar
from analytics.engine import Engine
from analytics.exposures import Persistence
from analytics.memory import MemoryFindings, MemoryProgress, MemoryVerdicts, Silent
from analytics.rule import Rule
from analytics.rules import RULES
from analytics.runs import cut
from core.clock import DAY_MS, HOUR_MS, SteppedClock
from core.finding import Finding
from core.ports import GatewayProgress, ReadingStore
from core.site import Site
from core.teaching import Taught
from core.verdict import Run, Verdict

_CHUNK_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """What one rule said of one target on one local day.

    Attributes:
        hours: By verdict, and for NOT EVALUABLE by reason: ``FAULT``, ``OK``, ``unsteady``. [h]
        held: Whether FAULT stood long enough to count, by the rule's hold in minutes.
    """

    day: date
    rule: str
    target: str
    hours: dict[str, float]
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What came of it.

    Attributes:
        start: UTC. [ms]
        end: UTC. [ms]
        findings: In order of onset; cleared ones too.
        verdicts: All verdicts by (rule, target).
    """

    site: Site
    start: int
    end: int
    findings: tuple[Finding, ...]
    verdicts: dict[tuple[str, str], list[Run]]

    def summary(self) -> dict[str, dict[str, float]]:
        """By rule: hours by verdict, and for NOT EVALUABLE by reason. [h]"""
        found: dict[str, dict[str, float]] = {}
        for (rule, _), runs in sorted(self.verdicts.items()):
            of = found.setdefault(rule, {})
            for word, hours in _hours(runs).items():
                of[word] = round(of.get(word, 0.0) + hours, 3)
        return found

    def days(self, rule: Rule, target: str) -> list[DayLine]:
        """A line a local day of what one rule said of one target."""
        calendar = Calendar(self.site)
        runs = self.verdicts.get((rule.id, target), [])
        lines = []
        for day, a, b in calendar.windows(self.start, self.end + DAY_MS, (0, 24 * 60)):
            of_day = cut(runs, a, b)
            if of_day:
                held = _held(rule, of_day)
                lines.append(
                    DayLine(day=day, rule=rule.id, target=target, hours=_hours(of_day), held=held)
                )
        return lines


def backtest(
    site: Site, store: ReadingStore, start: int, end: int, rules: Sequence[Rule] = RULES,
    taught: Taught | None = None,
) -> Backtest:  # fmt: skip
    """Judges ``(start, end]`` of a store that is already filled; writes nothing to it.

    References look up to 90 days behind ``start``, where the store has them. What was taught, or
    might be, counts where it is given.
    """
    verdicts, findings, progress = MemoryVerdicts(), MemoryFindings(), MemoryProgress()
    progress.report(
        [
            GatewayProgress(gateway=gateway, newest=end, oldest_unsent=None, heard=end)
            for gateway in site.gateways
        ],
        [],
    )
    engine = Engine(
        site, store, verdicts, findings, progress, Silent(), SteppedClock(end),
        rules=rules, backlog_ms=end - start, chunk_ms=_CHUNK_MS, expected=False,
        taught=taught,
    )  # fmt: skip
    engine.step(end)
    engine.finish()
    return Backtest(
        site=site,
        start=start,
        end=end,
        findings=tuple(sorted(findings.found.values(), key=lambda f: (f.onset, f.rule, f.target))),
        verdicts=verdicts.streams,
    )


def _hours(runs: Sequence[Run]) -> dict[str, float]:
    found: dict[str, float] = {}
    for run in runs:
        word = run.reason.value if run.verdict is Verdict.NOT_EVALUABLE else run.verdict.name
        found[word] = found.get(word, 0.0) + (run.end - run.start) / HOUR_MS
    return found


def _held(rule: Rule, runs: Sequence[Run]) -> bool:
    if rule.card.hold.counted:
        return any(run.verdict is Verdict.FAULT for run in runs)
    held = Persistence(rule.card.hold)
    return any(held.add(run) for run in runs)
