"""SEN-11 and SEN-16: two temperature sensors of one machine in each other's place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.gates import data_gate, is_on
from analytics.targets import equipment_target, equipment_targets
from core.batch import Bools, Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import Equipment, EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Trade

_CAUSES = (
    "Wires of two sensors swapped at the controller",
    "Sensors hung in each other's place",
    "Two points mapped the wrong way round in the gateway",
)
_CHECKS = (
    "Warm one of the two sensors by hand and see which value moves",
    "Compare the terminals with the drawing",
    "Compare the gateway's mapping with the controller's list of points",
)
_CLEAR = Parameter(value=1.0, unit="K", why="the right way round; less is within the sensors")

WATER = RuleCard(
    id="SEN-11",
    family="sensors_swapped",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="Water temperatures of {target} are in each other's place",
    explanation=(
        "{target} works, and its water reads the wrong way round: what should leave warmer leaves "
        "colder, or the other way, by up to {margin} K beyond what sensors may be wrong by. Rules "
        "that lean on the two stay silent until it is mended."
    ),
    applies_to=(EquipmentClass.BOILER, EquipmentClass.SUBSTATION, EquipmentClass.CHILLER),
    roles=("leaving", "entering"),
    optional_roles=("running",),
    modes=("working",),
    interval_s=300,
    counted_in="minutes",
    longest_period_s=300,
    sufficiency=0.6,
    condition=(
        "A boiler or a station, its water above 30 °C and its status on where it has one: leaving "
        "2 K and more colder than entering. A chiller that is on: leaving 2 K and more warmer."
    ),
    hold=Hold(minutes=60),
    clear_at="The right way round by 1 K and more.",
    clears_when="Three days with an hour in which the machine works and reads right.",
    waste_formula="none claimed: what a wrong sensor costs is not in these points",
    causes=_CAUSES,
    checks=_CHECKS,
    parts=(),
    isolation="None at extra-low voltage; hot pipes burn.",
    effort_min=45,
    desk=False,
    sources=("domain sheet SEN-11",),
    parameters={
        "apart": Parameter(value=2.0, unit="K", why="elements of class B in wells differ by up to "
            "1 K; less alarms on a light load, more misses a boiler at its least fire"),
        "warm": Parameter(value=30.0, unit="°C", why="below it a heating loop stands, and what its "
            "pipes read is the plant room's"),
        "clear": _CLEAR,
    },
)  # fmt: skip

COILS = RuleCard(
    id="SEN-16",
    family="sensors_swapped",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="Air temperatures at a coil of {target} are in each other's place",
    explanation=(
        "The air before and behind a coil of {target} reads the wrong way round, by up to {margin} "
        "K beyond what sensors may be wrong by, and what stands before and behind them says so "
        "too. Rules that lean on them stay silent until it is mended."
    ),
    applies_to=(EquipmentClass.AHU,),
    exemptions=("dehumidifies",),
    roles=("fan_status", "sat", "mat", "ccet", "cclt", "hcet", "hclt"),
    modes=("cooling_coil", "heating_coil"),
    interval_s=300,
    counted_in="minutes",
    longest_period_s=300,
    sufficiency=0.6,
    condition=(
        "Fan on. Cooling coil: the air behind reads 3 K and more warmer than before, what is said "
        "to be before agrees within 1.5 K with the supply less the fan's heat, and what is said to "
        "be behind with the air behind the heating coil. Heating coil: the air before reads 3 K "
        "and more warmer than behind, agrees with the air before the cooling coil, and what is "
        "said to be behind agrees within 3 K with the mixed air. The heating coil comes first; "
        "units that dehumidify are exempt."
    ),
    hold=Hold(minutes=60),
    clear_at="The right way round by 1 K and more.",
    clears_when="Three days with an hour in which the coil works and reads right.",
    waste_formula="none claimed: what a wrong sensor costs is not in these points",
    causes=_CAUSES,
    checks=_CHECKS,
    parts=(),
    isolation="Stop and lock the fan before opening the unit.",
    effort_min=45,
    desk=False,
    sources=("domain sheet SEN-11", "ASHRAE Guideline 36 (errors of duct sensors)"),
    parameters={
        "apart": Parameter(value=3.0, unit="K", why="twice what two duct sensors of 1 K differ by; "
            "less takes two offsets for a swap, more waits for the hottest days"),
        "agrees": Parameter(value=1.5, unit="K", why="√2 · 1 K of Guideline 36, two duct sensors"),
        "mixed": Parameter(value=3.0, unit="K", why="Guideline 36 εMAT: mixed air is stratified"),
        "fan_rise": Parameter(value=1.0, unit="K", why="Guideline 36 ΔTSF"),
        "clear": _CLEAR,
    },
)  # fmt: skip


def judge_water(frame: Frame) -> Judged:
    """SEN-11."""
    gate = data_gate(frame, WATER.roles)
    leaving, entering = frame.value("leaving"), frame.value("entering")
    heats = frame.parameter("heats") > 0
    wrong = np.where(heats, entering - leaving, leaving - entering)
    gate.exclude(frame.has_role("running") & ~is_on(frame.value("running")), Reason.OFF)
    with np.errstate(invalid="ignore"):
        cold = np.fmax(leaving, entering) < WATER.value("warm")
        gate.exclude(heats & cold, Reason.OTHER_MODE)
        beyond = wrong - WATER.value("apart")
        right: Bools = wrong <= -WATER.value("clear")
        gate.exclude((beyond < 0) & ~right, Reason.SMALL_SPREAD)
    return gate.judge(beyond >= 0, clear=right, margin=beyond, good=frame.good)


def judge_coils(frame: Frame) -> Judged:
    """SEN-16."""
    gate = data_gate(frame, COILS.roles)
    gate.exclude(~is_on(frame.value("fan_status")), Reason.OFF)
    with np.errstate(invalid="ignore"):
        wrong = np.array([
            frame.value("cclt") - frame.value("ccet"), frame.value("hcet") - frame.value("hclt")
        ])  # fmt: skip
        beyond, right = wrong - COILS.value("apart"), wrong <= -COILS.value("clear")
        fault = (beyond >= 0) & _agreed(frame)
        gate.exclude(~_either((beyond >= 0) | right), Reason.SMALL_SPREAD)
    mode = np.where(_either(fault), fault.argmax(axis=0), right.argmax(axis=0))
    return gate.judge(
        _either(fault),
        clear=_either(right),
        margin=np.where(fault, beyond, -COILS.value("apart")).max(axis=0),
        good=frame.good,
        mode=mode.astype(np.int8),
    )


def _agreed(frame: Frame) -> Bools:
    """Whether what stands before and behind each coil says that its two are swapped."""
    near = COILS.value("agrees")
    supply = frame.value("sat") - COILS.value("fan_rise")
    cooling = _apart(frame.value("ccet"), supply) <= near
    cooling &= _apart(frame.value("cclt"), frame.value("hclt")) <= near
    heating = _apart(frame.value("hcet"), frame.value("ccet")) <= near
    heating &= _apart(frame.value("hclt"), frame.value("mat")) <= COILS.value("mixed")
    return np.array([cooling, heating])


def _either(coils: Bools) -> Bools:
    """Whether it holds of one of the coils. (targets, times)"""
    one: Bools = np.logical_or.reduce(coils, axis=0)
    return one


def _apart(one: Floats, other: Floats) -> Floats:
    return np.abs(one - other)


_PAIRS: Mapping[EquipmentClass, tuple[str, str, str]] = {
    EquipmentClass.BOILER: ("hw_leaving", "hw_entering", "boiler_status"),
    EquipmentClass.SUBSTATION: ("hw_leaving", "hw_entering", ""),
    EquipmentClass.CHILLER: ("chw_leaving", "chw_entering", "chiller_status"),
}


def _water(site: Site) -> tuple[Target, ...]:
    """Machines that tell both temperatures; a chiller must say that it runs."""
    found = (_machine(site, machine) for machine in site.of_class(*WATER.applies_to))
    return tuple(target for target in found if target is not None)


def _machine(site: Site, machine: Equipment) -> Target | None:
    own, cools = site.points_of(machine.id), machine.cls is EquipmentClass.CHILLER
    names = dict(zip(("leaving", "entering", "running"), _PAIRS[machine.cls], strict=True))
    points = {name: own[role] for name, role in names.items() if role in own}
    if not {"leaving", "entering"} <= points.keys() or (cools and "running" not in points):
        return None
    made = equipment_target(site, WATER, machine, points, {})
    return Target(
        id=made.id, building=made.building, name=made.name, equipment=made.equipment,
        points=points, gateways=made.gateways, exempt=made.exempt,
        parameters={"heats": 0.0 if cools else 1.0},
    )  # fmt: skip


def _coils(site: Site) -> tuple[Target, ...]:
    found = equipment_targets(site, COILS, {})
    return tuple(target for target in found if set(COILS.roles) <= target.points.keys())


RULES = (
    Rule(
        card=WATER,
        basis=Basis.MEANS,
        targets=_water,
        judge=judge_water,
        mutes=("leaving", "entering"),
    ),
    Rule(
        card=COILS,
        basis=Basis.MEANS,
        targets=_coils,
        judge=judge_coils,
        mutes=("ccet", "cclt", "hcet", "hclt"),
    ),
)
