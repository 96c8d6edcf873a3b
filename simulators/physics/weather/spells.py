"""Heat waves and cold snaps: weather that is asked for, and is nobody's fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import msgspec
import numpy as np

from simulators.physics.streams import stream
from simulators.physics.weather.climate import Climate, season_of


class SpellKind(StrEnum):
    """What kind of extreme days."""

    HEAT_WAVE = "heat_wave"
    COLD_SNAP = "cold_snap"


@dataclass(frozen=True, slots=True)
class _Sort:
    """Ranges: how far from the season [K], how long [d], and logit added to the clouds."""

    kelvin: tuple[float, float]
    days: tuple[int, int]
    brighter: float


# A heat wave has at least three days above 35 °C, a cold snap falls at least 8 K in a day
# (GB/T 21987); a heat wave's sky is clear.
_SORTS = {
    SpellKind.HEAT_WAVE: _Sort((3.5, 6.0), (4, 9), 2.0),
    SpellKind.COLD_SNAP: _Sort((-13.0, -9.0), (3, 6), 0.0),
}
_ABOUT_DAYS = 20
_LAST_DAY_SHARE = 0.5


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """Some days that are far from the season.

    Attributes:
        kind: Heat or cold.
        start: First day.
        days: How many.
        kelvin: Added to each day's mean; the last day holds half of it. [K]
    """

    kind: SpellKind
    start: date
    days: int
    kelvin: float

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.start + timedelta(days=self.days)

    @property
    def name(self) -> str:
        """As ``heat_wave@2026-07-20``."""
        return f"{self.kind.value}@{self.start.isoformat()}"


def spell_of(seed: int, climate: Climate, kind: SpellKind, year: int) -> Spell:
    """A seeded spell in the season in which its kind falls: three draws, whatever it is."""
    sort, rng = _SORTS[kind], stream(seed, "spell", kind.value, year)
    mean = season_of(climate).mean
    middle = int(mean.argmax() if kind is SpellKind.HEAT_WAVE else mean.argmin())
    away = int(rng.integers(-_ABOUT_DAYS, _ABOUT_DAYS + 1))
    days = int(rng.integers(sort.days[0], sort.days[1] + 1))
    kelvin = float(rng.uniform(*sort.kelvin))
    start = date(year, 1, 1) + timedelta(days=(middle + away - days // 2) % 365)
    return Spell(kind=kind, start=start, days=days, kelvin=round(kelvin, 1))


def extra_kelvin(spells: Sequence[Spell], day: date) -> float:
    """What spells add to a day's mean. [K]"""
    return float(
        sum(
            s.kelvin * (_LAST_DAY_SHARE if day == s.end - timedelta(days=1) else 1.0)
            for s in spells
            if s.start <= day < s.end
        )
    )


def brighter(spells: Sequence[Spell], day: date) -> float:
    """What spells add to a day's logit of the clouds."""
    return float(np.sum([_SORTS[s.kind].brighter for s in spells if s.start <= day < s.end]))
