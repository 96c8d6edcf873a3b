"""AC-14: a loop that hunts: its valve or damper swings to and fro without end."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.moves import DEADBAND
from analytics.rule import Basis, Rule, Target
from analytics.targets import equipment_targets
from core.batch import Bools, Floats
from core.clock import HOUR_MS
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Trade

_DRIVEN = ("cool_valve", "heat_valve", "oa_damper")

CARD = RuleCard(
    id="AC-14",
    family="ahu_hunting",
    discipline=Discipline.AIR,
    trade=Trade.HVAC,
    severity=3,
    title="A loop of {target} hunts",
    explanation=(
        "Within an hour a valve or damper of {target} travels five times its whole way and more, "
        "by up to {margin} % beyond that, to and fro. Its actuator wears out, the supply swings "
        "and the coils work by turns against each other. Rules that lean on these commands stay "
        "silent until it rests."
    ),
    applies_to=(EquipmentClass.AHU, EquipmentClass.FRESH_AIR_UNIT),
    roles=("fan_status",),
    optional_roles=_DRIVEN,
    modes=("running",),
    interval_s=3600,
    counted_in="minutes",
    longest_period_s=300,
    sufficiency=0.8,
    condition=(
        "In an hour of which the fan runs the half or more, one of the commands to the cooling "
        "valve, the heating valve and the outdoor damper travels 500 % or more an hour of running, "
        "turns four times or more and spans 20 % or more; moves up to 1 % are no travel. Readings "
        "of five minutes see less of the travel than there is, so that the rule then says less."
    ),
    hold=Hold(minutes=60),
    clear_at="No command travels more than 200 % in an hour of which the fan runs all, and one "
    "moves.",
    clears_when="Three days with an hour in which the loop is in use and travels no more.",
    waste_formula="none claimed: 1–3 % of the unit's energy, which nothing here measures",
    causes=(
        "Gain too high or integral time too short, for the season or since somebody tuned it",
        "Valve too large for its coil, or too much pressure across it",
        "Actuator sticks and then jumps",
        "Sensor too near the coil or too noisy",
    ),
    checks=(
        "Trend setpoint, supply temperature and command for an hour at a minute or less",
        "Put the loop in hand: does the temperature come to rest",
        "Move the actuator by hand through its range and look for stiff places and play",
    ),
    parts=("Valve or damper actuator",),
    isolation="None for tuning; stop and lock the fan before opening the unit.",
    effort_min=90,
    desk=False,
    # Its loop swings about a valve that sticks or passes, and rests when its setpoint is moved.
    behind=("ahu_cooling_valve", "ahu_heating_valve"),
    sources=("domain sheet AC-14",),
    parameters={
        "travel": Parameter(value=500.0, unit="%/h", why="a healthy valve travels 12 to 29 % an "
            "hour, in its worst hours 82 (LBNL air handler MZVAV-2-1); less alarms on starts and "
            "on an economiser that comes and goes, more lets an actuator wear out"),
        "turns": Parameter(value=4.0, unit="1/h", why="fewer is a start, a stop and what follows"),
        "runs": Parameter(value=0.5, unit="1", why="of the hour; less takes a start for hunting, "
            "more leaves the hour of a stop to rules that take swinging for a fight"),
        "span": Parameter(value=20.0, unit="%", why="less moves no temperature that anybody feels"),
        "deadband": Parameter(value=DEADBAND, unit="%", why="an actuator rests within it"),
        "clear": Parameter(value=200.0, unit="%/h", why="twice the worst healthy hours; less does "
            "not believe a repair in changing weather, more believes half a one"),
    },
)  # fmt: skip


def judge(frame: Frame) -> Judged:
    """Judges hours in which the fan runs."""
    gate = _gate(frame)
    known, runs = _known(frame), frame.value("fan_status.mean")
    gate.exclude(~np.logical_or.reduce(known, axis=0), Reason.INSUFFICIENT)
    with np.errstate(invalid="ignore", divide="ignore"):
        travel = np.where(known, _column(frame, "travel") / np.minimum(runs, 1.0), 0.0)
        swings = (_column(frame, "turns") >= CARD.value("turns")) & (
            _column(frame, "high") - _column(frame, "low") >= CARD.value("span")
        )
        beyond = np.where(swings, travel, 0.0).max(axis=0) - CARD.value("travel")
    most = travel.max(axis=0)
    return gate.judge(
        beyond >= 0,
        clear=(runs >= 1.0) & (most <= CARD.value("clear")) & (most > 0.0),
        margin=beyond,
        good=np.where(known, _column(frame, "share"), 0.0).max(axis=0),
    )


def _gate(frame: Frame) -> Gate:
    gate, runs = Gate(frame.shape), frame.value("fan_status.mean")
    gate.exclude(frame.exempt[:, None], Reason.EXEMPT)
    gate.exclude(~frame.has_role("fan_status"), Reason.NO_POINT)
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude(frame.muted, Reason.MUTED)
    gate.exclude(np.isnan(runs), Reason.NO_DATA)
    gate.exclude(frame.good < CARD.sufficiency, Reason.INSUFFICIENT)
    gate.exclude(frame.declared, Reason.DECLARED)
    gate.exclude(~(np.nan_to_num(runs) >= CARD.value("runs")), Reason.OFF)
    return gate


def _column(frame: Frame, name: str) -> Floats:
    """(commands, targets, times)"""
    return np.array([frame.value(f"{role}.{name}") for role in _DRIVEN])


def _known(frame: Frame) -> Bools:
    """Which commands were read often enough. (commands, targets, times)"""
    with np.errstate(invalid="ignore"):
        enough: Bools = _column(frame, "share") >= CARD.sufficiency
    return enough


def targets(site: Site) -> tuple[Target, ...]:
    """Air handlers whose fan tells whether it runs, and one of whose commands is read."""
    found = equipment_targets(site, CARD, {})
    return tuple(
        t for t in found if "fan_status" in t.points and any(role in t.points for role in _DRIVEN)
    )


RULE = Rule(
    card=CARD,
    basis=Basis.MOVES,
    targets=targets,
    judge=judge,
    # Commands that swing say nothing of a state: who hunts heats and cools by turns.
    mutes=_DRIVEN,
    # It began in the hour before the first whole one that shows it.
    mutes_back_ms=HOUR_MS,
)
