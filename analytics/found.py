"""Episodes made into findings, with what they cost and what shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from analytics.episodes import Episode, confidence, waste_per_day
from analytics.rule import Rule, Target
from core.clock import DAY_MS, HOUR_MS
from core.finding import (
    Evidence,
    Finding,
    FindingChange,
    FindingEvent,
    FindingState,
    Waste,
    finding_id,
)
from core.site import Site
from core.verdict import Run
from core.words import Carrier, Text

_WINDOWS = 100
"""Shaded windows kept in the evidence: the newest, so that a month of faults still draws."""

_TOLD_AGAIN_MS = DAY_MS
"""A finding that goes on is told this often, or when its cost moved by a fifth."""
_MOVED = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All that a finding is made of, besides the episode.

    Attributes:
        references: What it was judged against at an onset, by name.
        runs: The target's verdicts, from a week before the onset or earlier.
    """

    site: Site
    rule: Rule
    target: Target
    references: Callable[[int], Mapping[str, float]]
    runs: Sequence[Run]


def changes(
    sight: Sight, episodes: Sequence[Episode], known: Sequence[Finding], since: int
) -> list[FindingEvent]:
    """What happened to a target's findings, now that its episodes read so.

    Args:
        sight: See :class:`Sight`.
        episodes: All that the verdicts show.
        known: Findings of the rule and target as they were last saved.
        since: Findings from before are beyond what the episodes can show. [ms]
    """
    events: list[FindingEvent] = []
    revisions = {f.id: f.revision for f in known}
    unmatched = {f.id: f for f in known if f.state is not FindingState.WITHDRAWN}
    for episode in episodes:
        same = [f for f in unmatched.values() if episode.covers(f.onset, f.last)]
        for finding in same[:1]:
            del unmatched[finding.id]
        if same and same[0].state is FindingState.CLEARED and same[0].onset < since:
            continue  # only its end is still in sight, and that is told
        events += _told(sight, episode, same[0] if same else None, revisions)
    for finding in unmatched.values():
        if finding.onset >= since:
            gone = replace(finding, revision=finding.revision + 1, state=FindingState.WITHDRAWN)
            events.append(FindingEvent(FindingChange.WITHDRAWN, gone, finding.last))
    return events


def finding_of(sight: Sight, episode: Episode, before: Finding | None) -> Finding:
    """The finding of an episode; it keeps the id and references it was first told with."""
    card, site, target = sight.rule.card, sight.site, sight.target
    waste = _waste(sight, episode)
    references = dict(sight.references(episode.onset) if before is None else before.references)
    params = _params(target, episode, references)
    return Finding(
        id=before.id if before is not None else finding_id(card.id, target.id, episode.onset),
        revision=1 if before is None else before.revision + 1,
        state=FindingState.OPEN if episode.cleared is None else FindingState.CLEARED,
        site=site.id,
        building=target.building,
        rule=card.id,
        target=target.id,
        onset=episode.onset,
        opened=episode.opened,
        last=episode.last,
        cleared=episode.cleared,
        mode=episode.faults[-1].mode,
        severity=target.severity or card.severity,
        references=references,
        waste=waste,
        confidence=round(confidence(episode, sight.runs), 3),
        evidence=_evidence(sight, episode),
        title=Text(card.title, params),
        explanation=Text(card.explanation, params),
    )


def _told(
    sight: Sight, episode: Episode, before: Finding | None, revisions: Mapping[str, int]
) -> list[FindingEvent]:
    if before is not None and episode.cleared is not None and before.cleared == episode.cleared:
        return []
    now = finding_of(sight, episode, before)
    if before is None:
        # The same data may show again what was withdrawn: the same id, a later revision.
        first = revisions.get(now.id, 0) + 1
        opened = replace(now, revision=first, state=FindingState.OPEN, cleared=None)
        events = [FindingEvent(FindingChange.OPENED, opened, episode.opened)]
        if episode.cleared is not None:
            cleared = replace(now, revision=first + 1)
            events.append(FindingEvent(FindingChange.CLEARED, cleared, episode.cleared))
        return events
    if episode.cleared is not None:
        return [FindingEvent(FindingChange.CLEARED, now, episode.cleared)]
    if _worth_telling(before, now):
        return [FindingEvent(FindingChange.CONTINUED, now, now.last)]
    return []


def _worth_telling(before: Finding, now: Finding) -> bool:
    if before.state is not now.state or before.onset != now.onset:
        return True
    if now.last - before.last >= _TOLD_AGAIN_MS:
        return True
    old, new = before.money_per_day or 0.0, now.money_per_day or 0.0
    return abs(new - old) > _MOVED * max(abs(old), 1.0)


def _waste(sight: Sight, episode: Episode) -> tuple[Waste, ...]:
    site, at = sight.site, episode.last
    found = []
    for carrier, amount in sorted(waste_per_day(episode, sight.runs).items()):
        price, factor = site.price(carrier, at), site.carbon_factor(carrier, at)
        found.append(
            Waste(
                carrier=Carrier(carrier),
                amount=round(amount, 3),
                money=None if price is None else round(amount * price, 2),
                kg_co2=None if factor is None else round(amount * factor, 2),
            )
        )
    return tuple(found)


def _evidence(sight: Sight, episode: Episode) -> Evidence:
    target = sight.target
    around = 3 * DAY_MS if sight.rule.card.hold.counted else 6 * HOUR_MS
    points = [sight.site.points[index].id for index in (*target.points.values(), *target.less)]
    return Evidence(
        points=tuple(dict.fromkeys(points)),
        start=episode.onset - around,
        end=episode.last + around,
        windows=tuple((run.start, run.end) for run in episode.faults[-_WINDOWS:]),
    )


def _params(
    target: Target, episode: Episode, references: Mapping[str, float]
) -> dict[str, str | int | float]:
    hours = sum(run.end - run.start for run in episode.faults) / HOUR_MS
    return {
        "target": target.name,
        "margin": _short(max(run.margin for run in episode.faults)),
        "hours": _short(hours),
        "times": len(episode.faults),
        **{name: _short(value) for name, value in references.items()},
    }


def _short(value: float) -> float:
    """Two figures behind the point where they say something, none where they do not."""
    large = 10.0
    return float(round(value)) if abs(value) >= large else round(value, 2)
