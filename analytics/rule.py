"""A rule: its card, what it judges, and the pure function that judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from analytics.frame import Frame
from analytics.judged import Judged
from core.batch import Bools, Floats
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.rulecard import RuleCard
from core.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one rule judges.

    Attributes:
        id: Of the equipment, the point or the gateway.
        building: Its building.
        name: English name, for titles.
        equipment: The equipment whose hours and declarations count; empty for a gateway.
        points: Point index by role; only those that are there.
        less: Points whose use is taken off: the meters below it.
        parameters: What was declared of it, defaults filled in.
        exempt: Whether a declaration exempts it.
        gateways: Who may send its points.
        severity: Of its findings, where it is not the card's; 0 for the card's.
    """

    id: str
    building: str
    name: str
    equipment: str
    points: Mapping[str, int]
    gateways: frozenset[str]
    less: tuple[int, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    exempt: bool = False
    severity: int = 0


class Basis(Enum):
    """What a rule is given to judge."""

    MEANS = "means"
    """Means of an interval, short gaps filled."""
    SAMPLES = "samples"
    """Counts and extremes of the readings of one point in an interval."""
    MOVES = "moves"
    """How readings move from one to the next in an interval: names of a role and a column."""
    DAYS = "days"
    """A local day or night of quarter-hours, with references from the days before."""


LOOKBACK_MS = {
    Basis.MEANS: HOUR_MS, Basis.SAMPLES: 4 * HOUR_MS, Basis.MOVES: HOUR_MS, Basis.DAYS: DAY_MS,
}  # fmt: skip
"""How far behind an interval its verdict may look."""

LOOKAHEAD_MS = {Basis.MEANS: 10 * MINUTE_MS, Basis.SAMPLES: 0, Basis.MOVES: 0, Basis.DAYS: 0}
"""How far ahead: a gap is interpolated only once its other side is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """What a rule that counts nights or days brings besides its judgement.

    Attributes:
        within: The judged window, minutes of the local day.
        digest: A whole day in few numbers by target, for references; None where a day is
            judged by itself.
        references: From the digests of the days before: (days, targets) by name, which of
            them are working days, and which are sound (no case was open) to what the
            target is judged against. (targets,) by name
        frozen: Names of references that a finding keeps.
    """

    within: tuple[int, int]
    digest: Callable[[Frame], Mapping[str, Floats]] | None = None
    references: Callable[[Mapping[str, Floats], Bools, Bools], Mapping[str, Floats]] | None = None
    frozen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        card: All that is known of it.
        basis: What it is given.
        targets: What it judges on a site.
        judge: Judges a frame; pure.
        daily: Where it counts nights or days.
        mutes: Roles whose points its FAULT shows to be wrong, or to say nothing of a state:
            others that lean on them say nothing then.
        mutes_back_ms: How far before its FAULT they were wrong already. [ms]
    """

    card: RuleCard
    basis: Basis
    targets: Callable[[Site], tuple[Target, ...]]
    judge: Callable[[Frame], Judged]
    daily: Daily | None = None
    mutes: tuple[str, ...] = ()
    mutes_back_ms: int = 0

    @property
    def id(self) -> str:
        """The card's id."""
        return self.card.id

    @property
    def rank(self) -> int:
        """When in a step it is judged: what finds instruments wrong comes first."""
        if not self.mutes:
            return 2
        return 0 if self.basis is Basis.SAMPLES else 1

    @property
    def step_ms(self) -> int:
        """Length of an interval of its grid. [ms]"""
        return self.card.interval_s * 1000
