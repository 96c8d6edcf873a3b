"""PWR-05 and PWR-13: a supply that is too high, too low or crooked, and one that breaks."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.rule import Basis, Rule, Target
from analytics.rules.gates import data_gate
from analytics.targets import equipment_targets
from core.batch import Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Licence, Permit, Trade

_PHASES = ("voltage_a", "voltage_b", "voltage_c")
_DECLARED = {"nominal_voltage": 230.0}
"""Phase to neutral, of 230/400 V (IEC 60038), where a meter declares nothing else. [V]"""

PWR05 = RuleCard(
    id="PWR-05",
    family="supply_voltage",
    discipline=Discipline.POWER,
    trade=Trade.ELECTRICIAN,
    severity=2,
    title="Voltage at {target} is off",
    explanation=(
        "For half an hour a phase at {target} lies more than 7 % from its nominal voltage, or the "
        "three lie more than 2 % from their mean: {margin} points beyond that. Motors run hot and "
        "lamps and supplies age."
    ),
    applies_to=(EquipmentClass.ELECTRIC_METER,),
    roles=_PHASES,
    modes=("supplied",),
    interval_s=600,
    counted_in="minutes",
    longest_period_s=600,
    sufficiency=0.6,
    condition="Mean of ten minutes: max|U − U_n|/U_n > 7 %, or max|U − Ū|/Ū > 2 %. Where a phase "
    "is lost or the neutral is open it is PWR-13.",
    hold=Hold(minutes=30),
    clear_at="Within 80 % of both limits.",
    clears_when="Three days within the limits while the building is in use.",
    waste_formula="none claimed: what it costs is wear",
    causes=(
        "Transformer's tap set for another load",
        "One phase carries far more than the others",
        "The utility's supply is off",
    ),
    checks=(
        "Measure the three phases at the main board, by day and by night",
        "Read the position of the transformer's tap",
        "Compare the currents of the three phases",
    ),
    parts=(),
    isolation="The tap is changed with the transformer isolated, earthed and locked.",
    licences=(Licence.ELECTRICIAN,),
    permits=(Permit.ISOLATION,),
    effort_min=120,
    desk=False,
    sources=("domain sheet PWR-05", "GB/T 12325 (±7 %)", "GB/T 15543 (2 %)"),
    parameters={
        "off": Parameter(value=0.07, unit="1", why="of nominal: what the utility owes; less alarms "
            "on evenings and Sundays, more lets motors run hot"),
        "crooked": Parameter(value=0.02, unit="1", why="of the mean: a motor at 2 % already runs "
            "8 % hotter; less alarms on one big single-phase load"),
        "clear_share": Parameter(value=0.8, unit="1", why="of the limits"),
    },
)  # fmt: skip

PWR13 = RuleCard(
    id="PWR-13",
    family="supply_broken",
    discipline=Discipline.POWER,
    trade=Trade.ELECTRICIAN,
    severity=1,
    title="A phase is lost or the neutral is open at {target}",
    explanation=(
        "The phases at {target} lie more than a tenth apart, by {margin} points beyond that, or "
        "one has no voltage. With an open neutral sockets get up to 400 V: danger of fire and of "
        "shock."
    ),
    applies_to=(EquipmentClass.ELECTRIC_METER,),
    roles=_PHASES,
    modes=("supplied",),
    interval_s=300,
    counted_in="minutes",
    longest_period_s=300,
    sufficiency=0.6,
    condition="(U_max − U_min)/Ū > 10 %, or a phase below half of its nominal voltage while "
    "another has it.",
    hold=Hold(minutes=5),
    clear_at="Apart by no more than 5 %, all phases there.",
    clears_when="24 hours within it, the building in use.",
    waste_formula="none claimed: safety",
    causes=("Neutral loose, broken or burnt", "Fuse or switch of one phase", "Utility's fault"),
    checks=(
        "Measure each phase against the neutral and against earth at the main board",
        "Look at the neutral's terminals and its link for heat marks",
        "Ask the utility whether a phase is lost in the street",
    ),
    parts=("Neutral terminal or link", "Fuses"),
    isolation="Isolate at the main switch, lock and earth; keep people off the sockets until then.",
    licences=(Licence.ELECTRICIAN,),
    permits=(Permit.ISOLATION,),
    people=2,
    effort_min=120,
    stops=True,
    desk=False,
    exposures=1,
    sources=("domain sheet PWR-13",),
    parameters={
        "apart": Parameter(value=0.10, unit="1", why="of the mean: a healthy board stands within "
            "2 %; more, and an open neutral at light load is missed"),
        "lost": Parameter(value=0.5, unit="1", why="of nominal: motors feed a lost phase back to "
            "half"),
        "clear_share": Parameter(value=0.5, unit="1", why="of the limit: loose is not tight"),
    },
)  # fmt: skip


def judge_off(frame: Frame) -> Judged:
    """PWR-05."""
    gate, volts = data_gate(frame, _PHASES), _volts(frame)
    nominal = frame.parameter("nominal_voltage")
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = volts.mean(axis=0)
        off = np.abs(volts - nominal).max(axis=0) / nominal - PWR05.value("off")
        crooked = np.abs(volts - mean).max(axis=0) / mean - PWR05.value("crooked")
        beyond = np.maximum(off, crooked)
        gate.exclude(_apart(volts, nominal) > 0, Reason.OTHER_MODE)
        gate.exclude(~(beyond > 0) & ~frame.occupied, Reason.UNOCCUPIED)
        slack = 1.0 - PWR05.value("clear_share")
        clear = (off <= -slack * PWR05.value("off")) & (crooked <= -slack * PWR05.value("crooked"))
    return gate.judge(beyond > 0, clear=clear, margin=100.0 * beyond, good=frame.good)


def judge_broken(frame: Frame) -> Judged:
    """PWR-13."""
    gate, volts = data_gate(frame, _PHASES), _volts(frame)
    beyond = _apart(volts, frame.parameter("nominal_voltage"))
    with np.errstate(invalid="ignore"):
        gate.exclude(~(beyond > 0) & ~frame.occupied, Reason.UNOCCUPIED)
        slack = (1.0 - PWR13.value("clear_share")) * PWR13.value("apart")
    return gate.judge(beyond > 0, clear=beyond <= -slack, margin=100.0 * beyond, good=frame.good)


def _volts(frame: Frame) -> Floats:
    """(phases, targets, times) [V]"""
    return np.array([frame.value(role) for role in _PHASES])


def _apart(volts: Floats, nominal: Floats) -> Floats:
    """How far the phases lie apart beyond the limit; a lost one by all of it. [1]

    Where all are lost it is nobody's order here: the meter falls silent with its supply.
    """
    low, high = volts.min(axis=0), volts.max(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        there = high >= PWR13.value("lost") * nominal
        apart = (high - low) / volts.mean(axis=0) - PWR13.value("apart")
    return np.where(there, apart, np.where(np.isnan(high), np.nan, -PWR13.value("apart")))


def _rule(card: RuleCard) -> Rule:
    def of(site: Site) -> tuple[Target, ...]:
        return tuple(
            target
            for target in equipment_targets(site, card, _DECLARED)
            if set(_PHASES) <= target.points.keys()
        )

    judge = judge_off if card is PWR05 else judge_broken
    return Rule(card=card, basis=Basis.MEANS, targets=of, judge=judge)


OFF, BROKEN = _rule(PWR05), _rule(PWR13)
