"""PWR-17: one of three phases of a circuit has no supply."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.references import percentile
from analytics.rule import Basis, Daily, Rule, Target
from analytics.rules.circuits import circuits, gate, known, sunny
from core.batch import Bools, Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Licence, Permit, Trade

CARD = RuleCard(
    id="PWR-17",
    family="phase_dead",
    discipline=Discipline.POWER,
    trade=Trade.ELECTRICIAN,
    severity=2,
    title="One phase of {target} has no supply",
    explanation=(
        "By day and by night alike {target} draws about two thirds of what it usually does at "
        "the same hour: {margin} kWh a day less. The meter above sees it too, so the meter is "
        "right: what hangs on one of three phases stands still."
    ),
    applies_to=(EquipmentClass.ELECTRIC_METER,),
    roles=("energy",),
    optional_roles=("power",),
    modes=("day",),
    interval_s=86_400,
    counted_in="days",
    longest_period_s=3600,
    sufficiency=0.75,
    condition=(
        "Over a day each of the four spells of six hours stands at 0.55 to 0.85 of what is "
        "usual then on such a day, their shares no more than 0.15 apart, while the share that no "
        "circuit counts stays what it was; where panels (pv_kwp) give, the share between 0 and "
        "4 h."
    ),
    hold=Hold(need=2, of=2),
    clear_at="A spell of six hours is above 0.90 of what is usual.",
    clears_when="Two days at the usual level, by day and by night.",
    waste_formula="none claimed: it is service that is lost",
    causes=(
        "A fuse or one pole of the breaker has opened",
        "A terminal of one phase has burnt off",
        "One phase was switched off for works and not on again",
    ),
    checks=(
        "Measure the three phases behind the circuit's breaker",
        "Look for a fuse that has opened and for heat marks",
        "Ask whose sockets or lamps are dead: every third one",
    ),
    parts=("Fuses of the circuit",),
    isolation="Isolate, lock and test the circuit before anything is opened.",
    licences=(Licence.ELECTRICIAN,),
    permits=(Permit.ISOLATION,),
    effort_min=60,
    desk=False,
    exposures=2,
    sources=("domain sheet PWR-13 (phase lost), seen at the circuit",),
    parameters={
        "least": Parameter(value=0.55, unit="1", why="of what is usual: a phase that carries 45 % "
            "of a circuit; less, and a floor that moved out alarms"),
        "most": Parameter(value=0.85, unit="1", why="of what is usual: loads are spread by hand, "
            "and the phase that carries least has 15 to 20 % of a circuit; more alarms when one "
            "floor of eight moves out"),
        "apart": Parameter(value=0.15, unit="1", why="between spells: who goes on holiday leaves "
            "the night's base where it was, so that the shares part by 0.3; less, and what six "
            "hours of an office differ from week to week, some 0.06 a spell, hides a phase"),
        "balance": Parameter(value=0.15, unit="1", why="of what the circuit lost: more of it that "
            "no circuit counts now, and the meter is wrong, not the supply"),
        "clear": Parameter(value=0.90, unit="1", why="of what is usual"),
        "nights": Parameter(value=30.0, unit="d", why="days the usual level is taken from; more, "
            "and the season is in it"),
        "least_days": Parameter(value=10.0, unit="d", why="two working weeks"),
    },
)  # fmt: skip

_SPELLS = 4
"""Of six hours: three differ too much from week to week, half a day mixes night and work."""


def digest(frame: Frame) -> Mapping[str, Floats]:
    """Mean of each six hours [kW]; what no circuit counts, of what the meter above does. [1]"""
    missing, above, _, _ = known(frame)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = missing.sum(axis=1) / above.sum(axis=1)
    return {f"spell{n}": level for n, level in enumerate(_levels(frame))} | {"share": share}


def references(digests: Mapping[str, Floats], working: Bools, sound: Bools) -> Mapping[str, Floats]:
    """Medians of the last sound days, working days and others apart."""
    nights, least = round(CARD.value("nights")), round(CARD.value("least_days"))
    recent = sound & (np.cumsum(sound[::-1], axis=0)[::-1] <= nights)
    found = {"share": percentile(digests["share"], recent, 50, least)}
    for n in range(_SPELLS):
        level = digests[f"spell{n}"]
        found[f"working{n}"] = percentile(level, recent & working, 50, least // 2)
        found[f"off{n}"] = percentile(level, recent & ~working, 50, 2)
    return found


def judge(frame: Frame) -> Judged:
    """Judges one whole day of each circuit."""
    past, now = gate(frame, CARD), _levels(frame).T
    works = frame.parameter("workday") > 0
    usual = np.where(works, _usual(frame, "working"), _usual(frame, "off"))
    past.exclude(
        np.isnan(usual).any(axis=1, keepdims=True) | np.isnan(frame.reference("share")),
        Reason.NO_REFERENCE,
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = now / usual
        lowest, highest = (f(axis=1, keepdims=True) for f in (shares.min, shares.max))
        lost = (usual - now).mean(axis=1, keepdims=True)
        missing, above, _, quarters = known(frame)
        more = missing - frame.reference("share") * above
        uncounted = more.sum(axis=1, keepdims=True) / quarters
        fault = (lowest >= CARD.value("least")) & (highest <= CARD.value("most"))
        fault &= highest - lowest <= CARD.value("apart")
        # The balance of the small hours is held against what was lost then.
        there = np.where(sunny(frame), (usual - now)[:, :1], lost)
        fault &= np.abs(uncounted) <= CARD.value("balance") * there
        return past.judge(
            fault,
            clear=highest > CARD.value("clear"),
            margin=lost * 24.0,
            good=frame.good.mean(axis=1, keepdims=True),
        )


def _usual(frame: Frame, kind: str) -> Floats:
    """(targets, spells) [kW]"""
    return np.array([frame.references[f"{kind}{n}"] for n in range(_SPELLS)]).T


def _levels(frame: Frame) -> Floats:
    """Mean of the circuit in each spell; NaN where a third of it is unknown. (spells, targets)"""
    own, quarters = frame.value("own"), frame.grid.count
    edges = np.linspace(0, quarters, _SPELLS + 1).astype(int)
    found = []
    for a, b in pairwise(edges):
        part = own[:, a:b]
        known = np.isfinite(part)
        count = known.sum(axis=1)
        mean = np.where(known, part, 0.0).sum(axis=1) / np.maximum(count, 1)
        found.append(np.where(count >= CARD.sufficiency * max(b - a, 1), mean, np.nan))
    return np.array(found)


def targets(site: Site) -> tuple[Target, ...]:
    """Circuits below a meter all of whose circuits tell what they use."""
    return circuits(site, CARD)


RULE = Rule(
    card=CARD,
    basis=Basis.DAYS,
    targets=targets,
    judge=judge,
    daily=Daily(
        within=(0, 24 * 60), digest=digest, references=references,
        frozen=("share", *(f"{kind}{n}" for kind in ("working", "off") for n in range(_SPELLS))),
    ),
)  # fmt: skip
