"""AC-13: mixed air that does not follow the outdoor damper's command."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate, Judged
from analytics.rule import Basis, Daily, Rule, Target
from analytics.rules.gates import some
from analytics.targets import equipment_targets
from core.batch import Bools, Floats
from core.clock import HOUR_MS
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Trade

_ROLES = ("fan_status", "oa_damper", "mat", "rat", "oat")

CARD = RuleCard(
    id="AC-13",
    family="ahu_outdoor_air",
    discipline=Discipline.AIR,
    trade=Trade.HVAC,
    severity=3,
    title="The outdoor damper of {target} does not follow its command",
    explanation=(
        "Over a day the damper of {target} was asked to open and close, and the mixed air hardly "
        "followed: the share of outdoor air changed by {margin} less than a third of the change "
        "that was asked for. What it takes in is not what the controller believes."
    ),
    applies_to=(EquipmentClass.AHU,),
    roles=_ROLES,
    modes=("economising",),
    interval_s=86_400,
    counted_in="days",
    longest_period_s=900,
    sufficiency=0.6,
    condition=(
        "Of the quarter-hours of a day whose fan ran in the hour before too: MAT − RAT = "
        "k + (OAT − RAT)·(a + b·command) by least squares; b < 0.33. At least four hours, in which "
        "the command alone would have moved the mixed air by 0.7 K, the standard deviation of what "
        "(OAT − RAT)·command does beyond k and a."
    ),
    hold=Hold(need=2, of=3),
    clear_at="b ≥ 0.5.",
    clears_when="Three such days on which the mixed air follows.",
    waste_formula="none claimed: which way it is off, and for how long, is FC-10's and AC-08's",
    causes=(
        "Damper actuator stuck or without power",
        "Linkage loose on its shaft",
        "Outdoor damper left in hand",
        "Mixed air sensor wrong, or mounted where the air is not mixed",
    ),
    checks=(
        "Move the damper from the controller and look at its blades",
        "Look at the linkage and at the actuator's clutch",
        "Compare the temperatures with a hand instrument at the same place",
    ),
    parts=("Damper actuator", "Linkage"),
    isolation="Stop and lock the fan before opening the unit.",
    effort_min=90,
    desk=False,
    seasonal=True,
    sources=(
        "domain sheet AC-13 (a command moves and the response is flat)",
        "LBNL air handler MZVAV-2-1: outdoor share 0.20–0.23 at 40 %, 0.76–0.97 at 100 %",
    ),
    parameters={
        "follows": Parameter(value=0.33, unit="1", why="outdoor share for each of the command: a "
            "healthy unit's is 1.0 between 40 and 100 % (LBNL); a third of it is no damper that "
            "turns. More accuses a linkage that slips a little, less "
            "misses blades that still give way"),
        "clear": Parameter(value=0.5, unit="1", why="outdoor share for each of the command: half "
            "of a healthy unit's"),
        "quarters": Parameter(value=16.0, unit="n", why="quarter-hours, four hours: fewer are one "
            "weather and one start"),
        "moved": Parameter(value=0.7, unit="K", why="so far the command alone would move the mixed "
            "air, as a standard deviation: on days of two real units (LBNL) on which it was 0.7 to "
            "2.6 K the slope was 0.55 to 1.2, at 0.3 to 0.55 K 0.14 to 2.3 with no fault of the "
            "damper; more finds one in fewer weathers"),
        "settles": Parameter(value=60.0, unit="min", why="after a start: Guideline 36's mode delay "
            "twice; the box is warm from the night"),
    },
)  # fmt: skip


def judge(frame: Frame) -> Judged:
    """Judges one whole day of each air handler."""
    used = _used(frame)
    gate = _gate(frame, used)
    follows, moved = _slope(frame, used)
    with np.errstate(invalid="ignore"):
        gate.exclude(used.sum(axis=1, keepdims=True) < CARD.value("quarters"), Reason.OFF)
        gate.exclude(~(moved >= CARD.value("moved")), Reason.SMALL_SPREAD)
        beyond = CARD.value("follows") - follows
    return gate.judge(
        beyond > 0,
        clear=follows >= CARD.value("clear"),
        margin=beyond,
        good=_known(frame).mean(axis=1, keepdims=True),
    )


def _gate(frame: Frame, used: Bools) -> Gate:
    gate = Gate((len(frame.targets), 1))
    gate.exclude(frame.exempt[:, None], Reason.EXEMPT)
    for role in _ROLES:
        gate.exclude(~frame.has_role(role), Reason.NO_POINT)
    gate.exclude(frame.coarse[:, None], Reason.COARSE)
    gate.exclude(some(frame.muted), Reason.MUTED)
    gate.exclude(some(frame.declared), Reason.DECLARED)
    known = _known(frame).mean(axis=1, keepdims=True)
    gate.exclude(known == 0, Reason.NO_DATA)
    gate.exclude(known < CARD.sufficiency, Reason.INSUFFICIENT)
    gate.exclude(~some(used), Reason.OFF)
    return gate


def _known(frame: Frame) -> Bools:
    known: Bools = np.logical_and.reduce([np.isfinite(frame.value(role)) for role in _ROLES])
    return known


def _used(frame: Frame) -> Bools:
    """Quarter-hours in which the box has settled: the fan ran all of them and the hour before."""
    with np.errstate(invalid="ignore"):
        runs = frame.value("fan_status") >= 1.0
    settled = runs.copy()
    for k in range(1, round(CARD.value("settles") * HOUR_MS / 60 / frame.grid.step) + 1):
        settled[:, :k] = False
        settled[:, k:] &= runs[:, :-k]
    return settled & _known(frame)


def _slope(frame: Frame, used: Bools) -> tuple[Floats, Floats]:
    """Outdoor share for each of the command, and how far that alone moves the mixed air.

    Returns:
        ``b`` [1] and the standard deviation of its regressor beyond the others' [K], columns.
    """
    warmer = frame.value("oat") - frame.value("rat")
    asked = warmer * frame.value("oa_damper") / 100.0
    mixed = frame.value("mat") - frame.value("rat")
    count = np.maximum(used.sum(axis=1, keepdims=True), 1)
    x, z, y = (_centred(of, used, count) for of in (warmer, asked, mixed))
    with np.errstate(invalid="ignore", divide="ignore"):
        shared = (x * z).sum(axis=1, keepdims=True) / (x * x).sum(axis=1, keepdims=True)
        alone = z - np.nan_to_num(shared) * x
        size = (alone * alone).sum(axis=1, keepdims=True)
        return (alone * y).sum(axis=1, keepdims=True) / size, np.sqrt(size / count)


def _centred(of: Floats, used: Bools, count: Floats) -> Floats:
    kept = np.where(used, of, 0.0)
    return np.where(used, kept - kept.sum(axis=1, keepdims=True) / count, 0.0)


def targets(site: Site) -> tuple[Target, ...]:
    """Air handlers that tell all of it."""
    found = equipment_targets(site, CARD, {})
    return tuple(target for target in found if set(_ROLES) <= target.points.keys())


RULE = Rule(
    card=CARD, basis=Basis.DAYS, targets=targets, judge=judge, daily=Daily(within=(0, 24 * 60))
)
