"""The whole report of a score: overall, beside baselines, and by part."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from core.site import EquipmentClass, Site
from scoring import baselines
from scoring.booking import booked_error
from scoring.figures import Figures, Scored, figures, rounded, scored
from scoring.matching import Judged, Word
from scoring.places import Places, places_of
from scoring.reach import WITHIN_REACH
from scoring.records import Alarm, Cause
from scoring.season import Readings, Season

Shuffle = Callable[[Sequence[Cause], int, int, int], list[Cause]]
"""Moves the faults of a run from its start to its end, by a seed. [ms]"""

_SHUFFLES = 20
"""Times that onsets are moved: one alone would be chance again."""
_OF_BASELINES = ("orders", "precision", "precision_strict", "recall", "recall_all", "found", "f1")


def report(seasons: Sequence[Season], site: Site) -> Figures:
    """All figures, overall and by discipline, kind, severity and rule."""
    places = places_of(site)
    whole = scored(seasons, places)
    readings = Readings()
    for season in seasons:
        readings = readings.plus(season.readings)
    return figures(whole) | {
        "baselines": _baselines(seasons, site, places),
        "air_handlers": _of_class(whole, site, EquipmentClass.AHU),
        "saved": _saved(seasons),
        "booked_error": booked_error(seasons),
        "readings": {name: getattr(readings, name) for name in readings.__struct_fields__},
        "by": {
            "discipline": _lines(whole, lambda c: c.discipline, lambda a: a.discipline),
            "kind": _lines(whole, lambda c: c.kind),
            "severity": _lines(whole, lambda c: c.severity),
            "rule": _rules(whole),
        },
    }


def _of_class(whole: Scored, site: Site, cls: EquipmentClass) -> Figures:
    """Of the faults of one class of equipment and the orders on it, whoever raised them."""
    mine = {e.id for e in site.of_class(cls)}
    return _part(
        whole,
        {j.alarm.id for _, j in whole.judged if j.alarm.asset in mine},
        {(s.seed, c.id) for s, c in whole.causes if c.asset in mine},
    )


def _saved(seasons: Sequence[Season]) -> Figures:
    """What all repairs together truly saved, by carrier, and how many saved anything."""
    savings = [saving for season in seasons for saving in season.savings]
    carriers = sorted({carrier for saving in savings for carrier in saving.saved})
    return {
        "visits": len(savings),
        "saving": sum(bool(saving.saved) for saving in savings),
        "by_carrier": {
            c: rounded(sum(saving.saved.get(c, 0.0) for saving in savings), 1) for c in carriers
        },
    }


def within_reach(seasons: Sequence[Season], site: Site) -> Figures:
    """Recall and time to detect over the kinds listed beforehand as within a rule's reach."""
    near = [
        replace(s, causes=tuple(c for c in s.causes if c.kind in WITHIN_REACH)) for s in seasons
    ]
    of = figures(scored(near, places_of(site)))
    return {
        "recall_within_reach": of["recall"],
        "time_to_detect_within_reach_h": of["time_to_detect_h"],
    }


def _baselines(seasons: Sequence[Season], site: Site, places: Places) -> Figures:
    blind = [replace(s, alarms=tuple(baselines.blind(site, s.start, s.end))) for s in seasons]
    single = [replace(s, alarms=s.threshold) for s in seasons]
    away, anywhere = (
        [_moved(season, number, by) for season in seasons for number in range(_SHUFFLES)]
        for by in (baselines.shuffled, baselines.shuffled_anywhere)
    )
    return {
        name: _short(figures(scored(of, places)))
        for name, of in (
            ("blind", blind), ("shuffled", away), ("shuffled_anywhere", anywhere),
            ("threshold", single),
        )
    }  # fmt: skip


def _moved(season: Season, number: int, by: Shuffle) -> Season:
    """A season of its own, so that its faults are nobody else's."""
    seed = season.seed * _SHUFFLES + number
    causes = by(season.causes, season.start, season.end, seed)
    return replace(season, seed=seed, causes=tuple(causes))


def _short(full: Figures) -> Figures:
    return {name: full[name] for name in _OF_BASELINES}


def _lines(
    of: Scored, word: Callable[[Cause], str], of_alarm: Callable[[Alarm], str] | None = None
) -> Figures:
    """A line for each word that a fault has; an order belongs to the fault behind it."""

    def belongs(season: int, judged: Judged) -> str:
        cause = of.by_id.get((season, judged.cause))
        if cause is not None:
            return word(cause)
        return of_alarm(judged.alarm) if of_alarm is not None else ""

    return {
        each: _part(
            of,
            {j.alarm.id for s, j in of.judged if belongs(s.seed, j) == each},
            {(s.seed, c.id) for s, c in of.causes if word(c) == each},
        )
        for each in sorted({word(c) for _, c in of.causes})
    }


def _rules(of: Scored) -> Figures:
    """A line a rule: its orders, and of the faults only those it found: it has no recall."""
    lines: Figures = {}
    for rule in sorted({j.alarm.rule for _, j in of.judged if j.alarm.rule}):
        its = [(s, j) for s, j in of.judged if j.alarm.rule == rule]
        found = {(s.seed, j.cause) for s, j in its if j.word is Word.TRUE}
        lines[rule] = _part(of, {j.alarm.id for _, j in its}, found, whole=False)
    return lines


def _part(
    of: Scored, orders: set[str], faults: set[tuple[int, str]], *, whole: bool = True
) -> Figures:
    seasons = list({s.seed: s for s, _ in (*of.judged, *of.causes)}.values())
    return {"booked_error": booked_error(seasons, orders)} | figures(
        Scored(
            judged=[(s, j) for s, j in of.judged if j.alarm.id in orders],
            causes=[(s, c) for s, c in of.causes if (s.seed, c.id) in faults],
            visits=[v for v in of.visits if v.order in orders],
            weeks=of.weeks, whole=whole, by_id=of.by_id,
        )
    )  # fmt: skip
