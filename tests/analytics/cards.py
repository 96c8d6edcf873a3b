"""Cards and runs made by hand, for tests of what the engine does with verdicts."""

from __future__ import annotations

from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.rulecard import Hold, RuleCard
from core.verdict import Reason, Run, Verdict
from core.words import Carrier, Discipline, Trade

T0 = 1_735_689_600_000
"""2025-01-01 00:00 UTC."""


def card(
    *, hold: Hold, exposures: int = 3, per_day: int = 1, seasonal: bool = False,
    served_when: str = "",
) -> RuleCard:  # fmt: skip
    return RuleCard(
        id="TST-01", family="test", discipline=Discipline.AIR, trade=Trade.HVAC, severity=3,
        title="{target} is at fault", explanation="It is.", applies_to=(), roles=("sat",),
        modes=("run",), interval_s=300, counted_in="minutes", longest_period_s=300,
        sufficiency=0.6, condition="", hold=hold, clear_at="", clears_when="", waste_formula="",
        causes=("x",), checks=("x",), parts=(), isolation="", effort_min=30, desk=False,
        sources=("test",), exposures=exposures, exposures_per_day=per_day, seasonal=seasonal,
        served_when=served_when,
    )  # fmt: skip


def run(
    from_h: float, to_h: float, verdict: Verdict, *, reason: Reason | None = None,
    mode: str = "run", good: float = 1.0, waste: float = 0.0,
) -> Run:  # fmt: skip
    """A run from and to an hour after T0."""
    usual = {
        Verdict.FAULT: Reason.CONDITION,
        Verdict.OK: Reason.CLEAR,
        Verdict.NOT_EVALUABLE: Reason.OFF,
    }
    return Run(
        rule="TST-01", target="a.ahu1", start=T0 + round(from_h * HOUR_MS),
        end=T0 + round(to_h * HOUR_MS), verdict=verdict,
        mode="" if verdict is Verdict.NOT_EVALUABLE else mode,
        reason=reason or usual[verdict], good=good,
        waste={Carrier.HEAT: waste} if waste else {},
    )  # fmt: skip


def day(n: int, from_h: float, to_h: float, verdict: Verdict, **more: object) -> Run:
    """A run between two hours of the n-th day."""
    return run(24 * n + from_h, 24 * n + to_h, verdict, **more)  # type: ignore[arg-type]


__all__ = ["DAY_MS", "HOUR_MS", "MINUTE_MS", "T0", "card", "day", "run"]
