"""What looks like a fault and is none, in words: what a kind is, and a line of the truth of it.

No order may come of any of these. Some happen (:mod:`simulators.physics.people.happenings`), some
are weather, some are healthy plant that naive rules accuse (:mod:`simulators.accused`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.site import DayMode, Site
from simulators.physics.people.happenings import Happening, HappeningKind

_K = HappeningKind


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a kind of distractor is.

    Attributes:
        meaning: In words.
        unit: Of its size; empty where it has none.
        span: Smallest and largest size, log-uniform between them.
        declared: The mode of its entry in the site's calendar, where a campus would make one.
        always: Whether it belongs to the building for good.
    """

    meaning: str
    unit: str = ""
    span: tuple[float, float] = (1.0, 1.0)
    declared: DayMode | None = None
    always: bool = False


ABOUT: Mapping[HappeningKind, About] = {
    _K.OVERTIME: About(
        meaning="booked overtime on three evenings", unit="share of the people",
        span=(0.1, 0.5), declared=DayMode.OVERTIME),
    _K.EXAM_WEEKEND: About(
        meaning="a weekend of exams", unit="× people", span=(0.7, 1.3),
        declared=DayMode.WORKDAY),
    _K.MAKE_UP_DAY: About(
        meaning="a Saturday that is worked for another day", declared=DayMode.WORKDAY),
    _K.SHUTDOWN: About(
        meaning="switchgear is serviced, everything off but the data room",
        declared=DayMode.SHUTDOWN),
    _K.POWER_CUT: About(meaning="the mains fail and plant starts again by itself"),
    _K.TANK_CLEANED: About(
        meaning="a tank is emptied, cleaned and filled by night", unit="m³", span=(3.0, 10.0),
        declared=DayMode.MAINTENANCE),
    _K.TOWER_FILLED: About(
        meaning="a cooling tower is filled for the season", unit="m³", span=(2.0, 8.0)),
    _K.NEW_TENANT: About(
        meaning="a tenant moves in", unit="share of the people", span=(0.08, 0.3)),
    _K.NEW_PLANT: About(
        meaning="a new machine works by day", unit="share of the desks' power",
        span=(0.05, 0.25)),
    _K.DAYLIGHT: About(
        meaning="lights at the windows go down when it is bright", unit="share of the circuit",
        span=(0.05, 0.2), always=True),
    _K.SENSOR_TENDED: About(
        meaning="a sensor is unplugged and compared", declared=DayMode.MAINTENANCE),
    _K.CO2_CALIBRATED: About(
        meaning="a CO₂ sensor calibrates itself", unit="ppm", span=(40.0, 80.0)),
    _K.METER_CHANGED: About(
        meaning="a meter is changed for another, whose register begins anew",
        declared=DayMode.MAINTENANCE),
    _K.LINE_CUT: About(
        meaning="a line is cut for works and a meter behind it changed; its readings come after",
        declared=DayMode.MAINTENANCE),
    _K.NIGHT_FLUSHES: About(
        meaning="a guard's round: some flushes at three", unit="flushes", span=(2.0, 4.0)),
    _K.HIGH_BASE: About(
        meaning="desks that stay on all night", unit="share of the day level",
        span=(0.15, 0.4), always=True),
    _K.WARM_CORE: About(
        meaning="a core room that needs cooling while others are heated", unit="kW/m²",
        span=(0.004, 0.015), always=True),
    _K.CLEANERS: About(
        meaning="cleaners from ten to two, floor by floor", unit="share of the corridors",
        span=(0.15, 0.4), always=True),
    _K.SOFTENER: About(
        meaning="a softener washes itself at three every third night", unit="m³",
        span=(0.3, 0.9), always=True),
    _K.STEADY_DRAW: About(
        meaning="a humidifier that draws some forty litres an hour by day", unit="m³/h",
        span=(0.034, 0.046), always=True),
    _K.PUMP_TEST: About(
        meaning="a standby pump is run every Wednesday", unit="kW", span=(3.0, 8.0),
        always=True),
    _K.LAYERED_AIR: About(
        meaning="a mixed air sensor that hangs in a layer nearer to outdoor air",
        unit="share of outdoor less return", span=(0.04, 0.12), always=True),
    _K.ONE_PHASE: About(
        meaning="a server that hangs on one phase, day and night", unit="kW", span=(1.5, 4.0),
        always=True),
    _K.IDLE_MOTORS: About(
        meaning="motors stand magnetised, capacitors rest while hardly anything runs",
        unit="kvar", span=(15.0, 35.0), always=True),
}  # fmt: skip
"""By kind. Sizes: chosen, as wide as such things are."""


class Distractor(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is no fault: a line of ``distractors.jsonl``.

    Attributes:
        id: Its name.
        kind: What it is, a stable word.
        meaning: In words.
        building: Where; empty for the whole campus.
        assets: Ids of the equipment that may look wrong by it.
        start: From when, UTC. [ms]
        end: Until when. [ms]
        size: In ``unit``.
        unit: Of the size; empty where it has none.
        declared: Mode of its entry in the site's calendar; empty where there is none.
    """

    id: str
    kind: str
    meaning: str
    building: str
    assets: tuple[str, ...]
    start: int
    end: int
    size: float = 1.0
    unit: str = ""
    declared: str = ""


def told(site: Site, happening: Happening) -> Distractor:
    """A happening as a line of the truth."""
    about = ABOUT[happening.kind]
    return Distractor(
        id=happening.id, kind=happening.kind.value, meaning=about.meaning,
        building=happening.building, assets=_looked_at(site, happening),
        start=happening.start, end=happening.end, size=happening.size, unit=about.unit,
        declared=about.declared.value if about.declared is not None else "",
    )  # fmt: skip


def scope_of(happening: Happening) -> str:
    """What its entry in the site's calendar is about: an asset, or the whole building."""
    whole = happening.kind is HappeningKind.LINE_CUT or not happening.asset
    return happening.building if whole else happening.asset


def gateway_of(site: Site, asset: str) -> str:
    """Gateway that reads an asset's points."""
    return next(p.gateway for p in site.points if p.equipment == asset)


def write_distractors(path: Path, lines: Iterable[Distractor]) -> None:
    """Writes ``distractors.jsonl``, one a line."""
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def _looked_at(site: Site, happening: Happening) -> tuple[str, ...]:
    """What may look wrong by it: its asset, else all that is metered and moved in its building."""
    if happening.kind is HappeningKind.LINE_CUT:
        # All that its gateway reads is silent, and comes late.
        gateway = gateway_of(site, happening.asset)
        return tuple(sorted({p.equipment for p in site.points if p.gateway == gateway}))
    if happening.asset:
        asset = site.equipment[happening.asset]
        parent = asset.meter.parent if asset.meter is not None else None
        return (asset.id, parent) if parent is not None else (asset.id,)
    return tuple(id_ for id_, e in sorted(site.equipment.items())
                 if e.building == happening.building)  # fmt: skip
