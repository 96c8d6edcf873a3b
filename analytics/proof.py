"""The proof of a repair: what the stream of verdicts after *done* says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from analytics.exposures import ClearCount, Persistence, shown_in
from analytics.runs import LOST_REASONS, cut, joined, part
from core.clock import DAY_MS, HOUR_MS
from core.rulecard import RuleCard
from core.verdict import Reason, Run, Verdict
from core.words import Text

PATIENCE_MS = 7 * DAY_MS
"""Without an exposure for this long a repair stays unproven (glossary of the design)."""

LOST_SHARE = 0.9
"""Share of a day without usable data from which the points count as lost. Lower, and a
gateway's restart takes the order away from its person; 1, and one stray reading a day
hides an unplugged sensor."""

IDLE_SHARE = 0.9
"""Share of a week from which a plant hardly ran. A healthy office week stands still for two thirds
of it; at 1, an hour of frost protection in a holiday asks for a signature."""

_IDLE = frozenset({Reason.OFF, Reason.NO_SERVICE, Reason.DECLARED})

GONE_MS = HOUR_MS
"""How long what lingers must have gone: a level that waves about its limit has not."""

_LOST_COUNT = 2
"""Nights or days in a row without usable data, where the rule counts those."""


class ProofState(StrEnum):
    """What is known of a repair."""

    WAITING = "waiting"
    VERIFIED = "verified"
    REFUSED = "refused"
    INCONCLUSIVE = "inconclusive"
    POINTS_LOST = "points_lost"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How far a repair is proven.

    Attributes:
        outcome: What is known.
        exposures: Clear exposures since the last FAULT.
        needed: Exposures that prove it.
        clear_since: Since when no FAULT was seen. [ms]
        decided: When the outcome was certain, by event time; 0 while waiting. [ms]
        deciding: The runs that decide: the clear exposures, or the FAULT that refuses.
        awaited: What is still awaited, or what decided, for a person.
    """

    outcome: ProofState
    exposures: int
    needed: int
    clear_since: int
    decided: int
    deciding: tuple[Run, ...]
    awaited: Text


def prove(
    card: RuleCard, runs: Sequence[Run], *, done_at: int, now: int, judged_until: int,
    doubts: Sequence[tuple[int, int]] = (), settle_ms: int = 0,
) -> Proof:  # fmt: skip
    """What the verdicts say of a repair that was reported done.

    Args:
        card: Of the rule that showed the fault.
        runs: Of its target, in time order, from the fault's onset or earlier: the modes
            that showed it are read from before ``done_at``.
        done_at: When the repair was done. [ms]
        now: Run clock. [ms]
        judged_until: Up to where verdicts stand. [ms]
        doubts: When an instrument that the rule leans on was at fault: what is clear then
            proves nothing, what is FAULT still refuses. [ms]
        settle_ms: How long after its last exposure a proof waits for such doubts. [ms]
    """
    horizon = min(now, judged_until)
    before = [run for run in runs if run.start < done_at]
    after = _after(card, runs, done_at, horizon)
    count = ClearCount(card=card, modes=shown_in(before), since=done_at, settle_ms=settle_ms)
    again = Persistence(card.hold)
    gone = _gone(card, after, done_at)
    if card.lingers_h or card.answers_h:
        after = [*cut(after, done_at, gone), *cut(after, gone, max(gone, horizon))]
    for run, doubtful in _weighed(card, after, doubts):
        proved = count.proved_at()
        if proved is not None and proved <= run.start:
            return _verified(count, proved)
        if run.start >= gone and again.add(run):
            return _refused(count, again)
        if run.verdict is Verdict.FAULT:
            count.fault(run.end)
        elif doubtful:
            count.pause(run)
        else:
            count.add(run)
    proved = count.proved_at()
    if proved is not None and proved <= horizon:
        return _verified(count, proved)
    blind = any(start < horizon <= end for start, end in doubts)
    return _undecided(card, count, after, done_at, horizon, blind=blind)


def _gone(card: RuleCard, after: Sequence[Run], done_at: int) -> int:
    """From when on FAULT refuses. [ms]

    At once, or since what lingers of it had once gone, or since nobody is asked any more.
    """
    if card.answers_h:
        return done_at + round(card.answers_h * HOUR_MS)
    latest = done_at + round(card.lingers_h * HOUR_MS)
    since: int | None = None
    for run in after if card.lingers_h else ():
        if run.verdict is Verdict.FAULT:
            since = None
        elif since is None:
            since = run.start
        if since is not None and run.end - since >= GONE_MS:
            return min(run.end, latest)
    return latest


def _after(card: RuleCard, runs: Sequence[Run], done_at: int, horizon: int) -> list[Run]:
    """Runs after *done*; a night or day in which the repair was made proves nothing."""
    if card.hold.counted:
        return [run for run in runs if run.start >= done_at and run.end <= horizon]
    return cut(joined(runs), done_at, horizon)


def _weighed(
    card: RuleCard, runs: Sequence[Run], doubts: Sequence[tuple[int, int]]
) -> Iterator[tuple[Run, bool]]:
    """Runs, cut where doubts begin and end, each with whether it is doubtful.

    A night or day is one: in doubt for an hour, it is in doubt.
    """
    for run in runs:
        edges = {run.start, run.end}
        if not card.hold.counted:
            edges |= {edge for span in doubts for edge in span if run.start < edge < run.end}
        for start, end in pairwise(sorted(edges)):
            yield part(run, start, end), any(a < end and b > start for a, b in doubts)


def _verified(count: ClearCount, proved: int) -> Proof:
    return Proof(
        outcome=ProofState.VERIFIED,
        exposures=len(count.exposed),
        needed=count.needed,
        clear_since=count.since,
        decided=proved,
        deciding=tuple(count.exposed),
        awaited=Text(
            "Clear in {exposures} exposures since the repair.", {"exposures": len(count.exposed)}
        ),
    )


def _refused(count: ClearCount, again: Persistence) -> Proof:
    return Proof(
        outcome=ProofState.REFUSED,
        exposures=0,
        needed=count.needed,
        clear_since=count.since,
        decided=again.met_at(),
        deciding=tuple(again.faults()),
        awaited=Text("The fault came back for as long as it took to report it."),
    )


def _undecided(
    card: RuleCard, count: ClearCount, after: Sequence[Run], done_at: int, horizon: int, *,
    blind: bool,
) -> Proof:  # fmt: skip
    exposures = len(count.exposed)
    outcome, text = ProofState.WAITING, _awaited(count, horizon)
    unserved = exposures >= count.needed and count.unserved
    idle_since = max(done_at, count.since if unserved else count.last_exposure)
    if _points_lost(card, after, horizon):
        outcome = ProofState.POINTS_LOST
        text = Text("The points that showed the fault give no usable data.")
    elif blind:
        # The instrument has an order of its own: what it hides is never a person's to sign.
        text = Text("Nothing is proven while an instrument that shows it is at fault.")
    elif unserved and horizon - idle_since >= PATIENCE_MS:
        outcome = ProofState.PARKED
        text = Text("Clear, but not seen in service: waits until it does its work again.")
    elif horizon - idle_since >= PATIENCE_MS and _shut(after, horizon):
        # What was shut or stopped shows nothing; a signature must not close it.
        outcome = ProofState.PARKED
        text = Text("Hardly used for seven days: waits until it does its work again.")
    elif horizon - idle_since >= PATIENCE_MS:
        outcome = ProofState.PARKED if card.seasonal else ProofState.INCONCLUSIVE
        text = (
            Text("Out of season: waits until the plant runs in the fault's mode again.")
            if card.seasonal
            else Text("Seven days without running in the mode that showed the fault.")
        )
    return Proof(
        outcome=outcome,
        exposures=exposures,
        needed=count.needed,
        clear_since=count.since,
        decided=horizon if outcome is not ProofState.WAITING else 0,
        deciding=tuple(count.exposed),
        awaited=text,
    )


def _awaited(count: ClearCount, horizon: int) -> Text:
    exposures = len(count.exposed)
    if exposures < count.needed:
        return Text(
            "{exposures} of {needed} clear exposures so far.",
            {"exposures": exposures, "needed": count.needed},
        )
    if count.unserved:
        return Text("Clear so far; that it does its work again is awaited.")
    left = max(0, (count.proved_at() or horizon) - horizon)
    return Text("Clear so far; {hours} h more are awaited.", {"hours": -(-left // 3_600_000)})


def _shut(after: Sequence[Run], horizon: int) -> bool:
    """Whether what is judged hardly did its work for a week: shut, stopped, or on holiday."""
    week = cut(after, horizon - PATIENCE_MS, horizon)
    whole = _length(week)
    unserved = _length([run for run in week if run.reason is Reason.NO_SERVICE])
    idle = _length([run for run in week if run.reason in _IDLE])
    return 2 * unserved > whole or (whole > 0 and idle >= IDLE_SHARE * whole)


def _length(runs: Sequence[Run]) -> int:
    return sum(run.end - run.start for run in runs)


def _points_lost(card: RuleCard, after: Sequence[Run], horizon: int) -> bool:
    if card.hold.counted:
        last = after[-_LOST_COUNT:]
        return len(last) == _LOST_COUNT and all(run.reason in LOST_REASONS for run in last)
    day = cut(after, horizon - DAY_MS, horizon)
    lost = sum(run.end - run.start for run in day if run.reason in LOST_REASONS)
    return lost >= LOST_SHARE * DAY_MS
