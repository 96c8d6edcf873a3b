"""The figures of a score, from judged seasons; the keys are read by other programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from core.clock import DAY_MS, HOUR_MS
from scoring.bounds import share_low
from scoring.matching import Judged, Word, match
from scoring.places import Places
from scoring.records import Cause, Visit
from scoring.season import Season
from scoring.survival import quantile

Figures = dict[str, object]
COUNTED = frozenset(Word) - {Word.UNHEARD, Word.DORMANT, Word.LEFT}
"""What stands in the denominator of a precision."""
_ON_A_FAULT = {Word.TRUE, Word.REPEAT, Word.SYMPTOM}
_ON_THE_ASSET = {Word.TRUE, Word.WRONG_TRADE}
_HIT = {Word.TRUE, Word.REPEAT, Word.WRONG_TRADE, Word.SYMPTOM}
_CREDITED = {Word.TRUE, Word.DORMANT, Word.REPEAT}
_RIGHT = {"effective": {"verified"}, "useless": {"refused"}}
_OF_CHEATS = {"refused", "returned", "waiting"}
_LEAST_USE = 0.01
"""Of the building's use of a carrier: a smaller truth is no denominator (savings.md)."""
_LEAST_AMOUNT = 0.1
"""A day's kWh or m³ below which a building uses nothing of a carrier: what is left of sums in July
is no denominator either."""
_WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True)
class Scored:
    """What one set of figures is made from; a part of it for each line of ``by``.

    Attributes:
        judged: Alarms with what they were, each with its season.
        causes: Faults, each with its season.
        visits: Repairs of what their order is about: who also works on another fault of the asset
            proves nothing of that. Where an order is credited with no fault, all of them.
        weeks: Building-weeks.
        whole: Whether faults that nobody found are among the causes, so that a share of them
            means something.
    """

    judged: Sequence[tuple[Season, Judged]]
    causes: Sequence[tuple[Season, Cause]]
    visits: Sequence[Visit] = ()
    weeks: float = 0.0
    whole: bool = True
    by_id: Mapping[tuple[int, str], Cause] = field(default_factory=dict)


def scored(seasons: Sequence[Season], places: Places) -> Scored:
    """Matches every season by itself and lays them together."""
    judged = [
        (season, judged)
        for season in seasons
        for judged in match(season.alarms, season.causes, places, season.distractors, season.visits)
    ]
    causes = [(season, cause) for season in seasons for cause in season.causes]
    about = {one.alarm.id: one.cause for _, one in judged if one.word in _CREDITED}
    return Scored(
        judged=judged, causes=causes,
        visits=[v for s in seasons for v in s.visits if about.get(v.order, v.cause) == v.cause],
        weeks=sum((s.end - s.start) / _WEEK_MS * len(s.buildings) for s in seasons),
        by_id={(season.seed, cause.id): cause for season, cause in causes},
    )  # fmt: skip


def figures(of: Scored) -> Figures:
    """One set of figures; None where there is nothing to judge by."""
    counted = [(s, j) for s, j in of.judged if j.word in COUNTED]
    true = [(s, j) for s, j in counted if j.word is Word.TRUE]
    visible = [(s, c) for s, c in of.causes if c.visible is not None]
    strict = share(len(true), len(counted))
    recall = share(len(true), len(visible)) if of.whole else None
    return {
        "orders": len(counted),
        "faults": len(of.causes),
        "visible": len(visible),
        "precision": share(sum(j.word in _ON_A_FAULT for _, j in counted), len(counted)),
        "precision_strict": strict,
        "precision_low": rounded(share_low(_clusters(counted))),
        "recall": recall,
        "recall_all": _recall_all(of),
        "found": _found(of, len(visible)) if of.whole else None,
        "f1": _f1(strict, recall),
        "time_to_detect_h": _time_to_detect(of, visible) if of.whole else None,
        "orders_per_fault": _orders_per_fault(counted),
        "false_alarms_per_building_week": _per_week(of, counted),
        "distractors_alarmed": len({
            (s.seed, j.cause) for s, j in counted if j.word is Word.DISTRACTED
        }),
        "trade_right": share(len(true), sum(j.word in _ON_THE_ASSET for _, j in counted)),
        "waste_error": _waste_error(of, true),
        "verification_right": verification_right(of.visits),
        "inconclusive": sum(v.judged and v.said == "inconclusive" for v in of.visits),
    }  # fmt: skip


def verification_right(visits: Iterable[Visit]) -> float | None:
    """Share of repairs rightly judged, partial ones apart.

    An effective one is to be verified, a useless one refused: waiting or inconclusive is wrong.
    A cheat is to be refused or sent back, or its order stays open: what was stopped or unplugged
    shows nothing that could refuse it. Only repairs whose fault would have shown on three days
    within seven, or nobody could tell.
    """
    told = [v for v in visits if v.judged and v.effect != "partial"]
    right = sum(v.said in _RIGHT.get(v.effect, _OF_CHEATS) for v in told)
    return share(right, len(told))


def _recall_all(of: Scored) -> float | None:
    if not of.whole:
        return None
    words = {Word.TRUE, Word.DORMANT}
    credited = {(s.seed, j.cause) for s, j in of.judged if j.word in words}
    return share(len(credited), len(of.causes))


def _found(of: Scored, visible: int) -> float | None:
    hit = {(s.seed, j.cause) for s, j in of.judged if j.word in _ON_THE_ASSET}
    return share(len(hit), visible)


def _f1(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None or precision + recall == 0:
        return None
    return rounded(2 * precision * recall / (precision + recall))


def _time_to_detect(of: Scored, visible: Sequence[tuple[Season, Cause]]) -> Figures:
    opened = {(s.seed, j.cause): j.alarm.start for s, j in of.judged if j.word is Word.TRUE}
    times = []
    for season, cause in visible:
        seen = cause.visible or 0
        at = opened.get((season.seed, cause.id))
        last = season.end if cause.end is None else min(cause.end, season.end)
        until = last if at is None else at
        times.append((max(0.0, (until - seen) / HOUR_MS), at is not None))
    return {"median": rounded(quantile(times, 0.5), 1), "p90": rounded(quantile(times, 0.9), 1)}


def _orders_per_fault(counted: Sequence[tuple[Season, Judged]]) -> float | None:
    on = [(s.seed, j.cause) for s, j in counted if j.word in _HIT]
    return share(len(on), len(set(on)))


def _per_week(of: Scored, counted: Sequence[tuple[Season, Judged]]) -> float | None:
    wrong = sum(j.word in {Word.FALSE, Word.DISTRACTED} for _, j in counted)
    return rounded(wrong / of.weeks) if of.weeks else None


def _waste_error(of: Scored, true: Sequence[tuple[Season, Judged]]) -> Figures:
    errors = []
    for season, judged in true:
        cause = of.by_id[season.seed, judged.cause]
        for carrier, said in judged.alarm.waste.items():
            real, use = cause.waste.get(carrier, 0.0), cause.use.get(carrier, 0.0)
            least = max(abs(real), _LEAST_USE * use)
            if least > _LEAST_AMOUNT:
                errors.append((said - real) / least)
    return {
        "n": len(errors),
        "median": rounded(median(abs(e) for e in errors)) if errors else None,
        "bias": rounded(fmean(errors)) if errors else None,
    }


def _clusters(counted: Sequence[tuple[Season, Judged]]) -> list[tuple[int, int]]:
    groups: dict[tuple[int, str], list[int]] = {}
    for season, judged in counted:
        group = groups.setdefault((season.seed, judged.alarm.building), [0, 0])
        group[0] += judged.word is Word.TRUE
        group[1] += 1
    return [(right, of) for right, of in groups.values()]


def share(part: int, of: int) -> float | None:
    """A share, rounded; None of nothing."""
    return rounded(part / of) if of else None


def rounded(value: float | None, digits: int = 4) -> float | None:
    """As it is printed."""
    return None if value is None else round(value, digits)
