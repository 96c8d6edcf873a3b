"""SEN-10: a temperature that nothing there can have, and that makes sense in °F."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Rule, Target
from analytics.targets import point_target
from core.batch import Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import Site
from core.verdict import Reason
from core.words import Discipline, Trade

CARD = RuleCard(
    id="SEN-10",
    family="sensor_range",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="{target} reads °F as °C",
    explanation=(
        "{target} stands up to {margin} K above what there can be at that place, and makes sense "
        "if it is read as °F: the unit or the range set in the controller or the gateway is wrong. "
        "Rules that lean on it stay silent until it is mended."
    ),
    applies_to=(),
    roles=("value",),
    modes=("reading",),
    interval_s=14_400,
    counted_in="minutes",
    longest_period_s=3600,
    sufficiency=0.8,
    condition=(
        "All readings of four hours above the hottest that the medium has there (outdoor air 50, "
        "mixed, return and coil air 45, supply air 50, behind a heating coil 55, chilled water 40, "
        "cooling water 45, heating water 100, its branches and tanks 90 °C) and within the span; "
        "taken as °F all are below that. Beyond the span it is SEN-01, whose order it joins."
    ),
    hold=Hold(minutes=240),
    clear_at="Four hours of readings 5 K and more below the hottest.",
    clears_when="24 hours of readings 5 K and more below the hottest.",
    waste_formula="none; the rules it mutes",
    causes=(
        "The controller or the gateway sends °F",
        "Wrong range or scaling set in the controller",
        "Sensor of another type than the input expects",
    ),
    checks=(
        "Compare with a hand instrument at the same place",
        "Look for the unit and the range set in the controller and in the gateway",
        "Compare the element's resistance with the table of its type",
    ),
    parts=(),
    isolation="None at extra-low voltage; check the type plate first.",
    effort_min=30,
    desk=False,
    exposures=1,
    sources=("domain sheet SEN-10", "GB 50736 (supply air and water temperatures)"),
    parameters={
        "clear": Parameter(value=5.0, unit="K", why="below the hottest; less, and a hot day "
            "opens and closes it"),
    },
)  # fmt: skip

_AIR, _COIL, _CHILLED, _TOWER, _HEATING, _TANK = 45.0, 55.0, 40.0, 45.0, 100.0, 90.0
HOTTEST: Mapping[str, float] = {
    "oat": 50.0, "mat": _AIR, "rat": _AIR, "sat": 50.0, "ccet": _AIR, "cclt": _AIR,
    "hcet": _AIR, "hclt": _COIL, "chw_leaving": _CHILLED, "chw_entering": _CHILLED,
    "cw_to_chiller": _TOWER, "cw_from_chiller": _TOWER, "hw_leaving": _HEATING,
    "hw_entering": _HEATING, "branch_return": _TANK, "tank_temp": _TANK,
}  # fmt: skip
"""Hottest that there can be, by role: outdoors deserts alone are hotter, supply air for heating
goes to 50 and heating water to 95 °C (GB 50736), chilled water that stands takes its plant room's
heat. [°C]"""


def judge(frame: Frame) -> Judged:
    """Judges four hours at a time."""
    gate, low, high = Gate(frame.shape), frame.value("value.low"), frame.value("value.high")
    hottest = frame.parameter("hottest")
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude(np.isnan(low), Reason.NO_DATA)
    gate.exclude(frame.declared, Reason.DECLARED)
    gate.exclude(np.nan_to_num(frame.value("value.beyond")) > 0, Reason.MUTED)
    gate.exclude(frame.good < CARD.sufficiency, Reason.INSUFFICIENT)
    with np.errstate(invalid="ignore"):
        beyond = low - hottest
        return gate.judge(
            (beyond > 0) & (_celsius(high) < hottest),
            clear=high <= hottest - CARD.value("clear"),
            margin=beyond,
            good=frame.good,
        )


def _celsius(fahrenheit: Floats) -> Floats:
    return (fahrenheit - 32.0) / 1.8


def targets(site: Site) -> tuple[Target, ...]:
    """Temperatures whose hottest is known."""
    return tuple(
        _target(site, index, HOTTEST[point.role.id])
        for index, point in enumerate(site.points)
        if point.role.id in HOTTEST
    )


def _target(site: Site, index: int, hottest: float) -> Target:
    found = point_target(site, index)
    return Target(
        id=found.id, building=found.building, name=found.name, equipment=found.equipment,
        points=found.points, gateways=found.gateways, severity=found.severity,
        parameters={**found.parameters, "hottest": hottest},
    )  # fmt: skip


RULE = Rule(card=CARD, basis=Basis.MOVES, targets=targets, judge=judge, mutes=("value",))
