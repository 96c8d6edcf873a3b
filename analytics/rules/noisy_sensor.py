"""SEN-15: a sensor whose readings jitter by more than it may be wrong at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule, Target
from analytics.targets import point_target
from core.batch import Floats
from core.quantity import Quantity
from core.rulecard import Hold, Parameter, RuleCard
from core.site import Point, Site
from core.verdict import Reason
from core.words import Discipline, Trade

_DRIVEN = ("cool_valve", "heat_valve", "oa_damper")

CARD = RuleCard(
    id="SEN-15",
    family="sensor_noise",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="{target} jitters",
    explanation=(
        "For hours each reading of {target} differs from the one before by more than the sensor "
        "may be wrong at all, by up to {margin} beyond that: no air, water or room changes so. "
        "Who controls by it drives a valve to and fro."
    ),
    applies_to=(),
    roles=("value",),
    optional_roles=_DRIVEN,
    modes=("reading",),
    interval_s=14_400,
    counted_in="minutes",
    longest_period_s=300,
    sufficiency=0.8,
    condition=(
        "Standard deviation of what neighbouring readings do not share, over four hours, above "
        "0.3 K, 30 ppm or 2 % of humidity. It is the root of the mean of −Δᵢ·Δᵢ₋₁, each Δ counted "
        "up to four times the limit: what moves on, swings or starts counts nothing. Temperatures, "
        "CO₂ and humidity; ducts and water only where read every minute, and an air handler's only "
        "while none of its commands travels 400 % in them: what swings within two or three "
        "readings looks like jitter."
    ),
    hold=Hold(minutes=480),
    clear_at="Half of the limit.",
    clears_when="24 hours, eight of them at half of the limit or less.",
    waste_formula="none claimed: what it costs is at the valve it drives",
    causes=(
        "Loose terminal, moisture in the head, or a shield that is not earthed",
        "Cable beside a drive's motor cable",
        "Transmitter or input card failing",
    ),
    checks=(
        "Watch the reading with the neighbouring drive stopped",
        "Measure the sensor at its terminals, and wiggle the cable",
        "Put a fixed resistor in the sensor's place: does the input jitter still",
    ),
    parts=("Sensor of the same type", "Shielded cable"),
    isolation="None at extra-low voltage; stop the fan before reaching into a duct.",
    effort_min=60,
    desk=False,
    exposures=1,
    sources=(
        "domain sheet SEN-03 and SEN-04, in spirit",
        "IEC 60751 (class B)",
        "Roll's estimator of a spread from neighbouring differences (1984)",
    ),
    parameters={
        "kelvin": Parameter(value=0.3, unit="K", why="class B of IEC 60751 at 0 °C: what the "
            "element may be wrong by; healthy ducts jitter by up to 0.14 K from minute to minute "
            "(LBNL air handler MZVAV-2-1), so less sends people to sound ones, more leaves a "
            "valve driven"),
        "ppm": Parameter(value=30.0, unit="ppm", why="what makers of infrared cells state beside "
            "the share of the reading; five real rooms gave 5 to 6 ppm, and less calls somebody "
            "who breathes at the sensor a fault"),
        "percent": Parameter(value=2.0, unit="%", why="what makers of capacitive cells state"),
        "quick": Parameter(value=60.0, unit="s", why="longest period in ducts and water: a loop "
            "swings within some minutes"),
        "most": Parameter(value=4.0, unit="1", why="times the limit a move counts at most: less "
            "takes from jitter itself, more lets starts and spikes weigh as much"),
        "travel": Parameter(value=400.0, unit="%", why="in four hours; a healthy valve's worst "
            "hours are 82 % each (LBNL air handler MZVAV-2-1); less, and a jitter that drives a "
            "valve hides itself, more, and a loop that hunts accuses its sensors"),
        "clear_share": Parameter(value=0.5, unit="1", why="of the limit: a loose wire comes back"),
    },
)  # fmt: skip

_LIMIT: Mapping[Quantity, str] = {
    Quantity.TEMPERATURE: "kelvin", Quantity.CO2: "ppm", Quantity.HUMIDITY: "percent",
}  # fmt: skip
_SLOW = ("Zone_", "Outside_")
"""How Brick's classes of rooms and outdoors begin: nothing there moves within minutes."""


def judge(frame: Frame) -> Judged:
    """Judges four hours at a time."""
    gate, pairs = Gate(frame.shape), np.nan_to_num(frame.value("value.pairs"))
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude(frame.parameter("period_s") > frame.parameter("longest_s"), Reason.COARSE)
    gate.exclude(frame.muted, Reason.MUTED)
    gate.exclude(pairs <= 0, Reason.NO_DATA)
    gate.exclude(frame.declared, Reason.DECLARED)
    due = CARD.interval_s / frame.parameter("period_s")
    gate.exclude(pairs < CARD.sufficiency * due, Reason.INSUFFICIENT)
    gate.exclude(_travel(frame) > CARD.value("travel"), Reason.UNSTEADY)
    with np.errstate(invalid="ignore", divide="ignore"):
        jitter = np.sqrt(np.maximum(frame.value("value.scatter") / pairs, 0.0))
        limit = frame.parameter("limit")
        return gate.judge(
            jitter > limit,
            clear=jitter <= CARD.value("clear_share") * limit,
            margin=jitter - limit,
            good=frame.good,
        )


def _travel(frame: Frame) -> Floats:
    """How far the commands beside a sensor travelled at most; 0 where there are none. [%]"""
    travels = [np.nan_to_num(frame.value(f"{role}.travel")) for role in _DRIVEN]
    most: Floats = np.maximum.reduce(travels)
    return most


def targets(site: Site) -> tuple[Target, ...]:
    """Every sensor of temperature, CO₂ and humidity; setpoints are none."""
    return tuple(
        _target(site, index, point)
        for index, point in enumerate(site.points)
        if point.role.quantity in _LIMIT and point.role.brick.endswith("_Sensor")
    )


def _target(site: Site, index: int, point: Point) -> Target:
    found = point_target(site, index)
    slow, limit = point.role.brick.startswith(_SLOW), CARD.value(_LIMIT[point.role.quantity])
    return Target(
        id=found.id, building=found.building, name=found.name, equipment=found.equipment,
        points={**found.points, **_driven(site, point)}, gateways=found.gateways,
        severity=found.severity,
        parameters={
            "period_s": float(point.period_s),
            "longest_s": float(CARD.longest_period_s) if slow else CARD.value("quick"),
            "limit": limit,
            "most_move": CARD.value("most") * limit,
        },
    )  # fmt: skip


def _driven(site: Site, point: Point) -> dict[str, int]:
    """Commands of the same machine that come the same way."""
    own = {role: i for role, i in site.points_of(point.equipment).items() if role in _DRIVEN}
    return {role: i for role, i in own.items() if site.points[i].gateway == point.gateway}


RULE = Rule(card=CARD, basis=Basis.MOVES, targets=targets, judge=judge)
