"""PWR-11: a circuit's meter no longer counts one of three phases."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analytics.frame import Frame
from analytics.judged import Judged
from analytics.references import percentile
from analytics.rule import Basis, Daily, Rule, Target
from analytics.rules.circuits import circuits, gate, known
from core.batch import Bools, Floats
from core.rulecard import Hold, Parameter, RuleCard
from core.site import EquipmentClass, Site
from core.verdict import Reason
from core.words import Discipline, Licence, Permit, Trade

CARD = RuleCard(
    id="PWR-11",
    family="phase_uncounted",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.ELECTRICIAN,
    severity=3,
    title="{target} no longer counts one of its phases",
    explanation=(
        "What the meter above counts and no circuit does has grown by half of what {target} "
        "reads, with its rise and fall, while {target} itself reads a third less than it used "
        "to: {margin} kWh a day are missing. One of its three current transformers is open or "
        "its wires are off."
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
        "Over a day the meter above, less all meters below it, exceeds its usual share by 0.35 to "
        "0.75 of what the circuit reads, quarter-hour by quarter-hour in proportion to it and to "
        "no other circuit as well, by more than three times what that share usually wanders, and "
        "the circuit reads 0.5 to 0.85 of what is usual on such a day."
    ),
    hold=Hold(need=3, of=3),
    clear_at="What is missing is below 0.15 of what the circuit reads.",
    clears_when="Three days on which the meter above and those below it agree again.",
    waste_formula="none claimed: what is not counted is used all the same",
    causes=(
        "A current transformer's secondary is open, or its wires are off the meter",
        "A fuse of the meter's voltage tap has blown",
        "One phase of the circuit was moved to another board",
    ),
    checks=(
        "Read current, voltage and power of each phase at the meter's display",
        "Clamp each phase and compare with the display",
        "Look at the short-circuit links of the current transformers",
    ),
    parts=("Fuse of a voltage tap",),
    isolation="Never open a current transformer's secondary under load: its voltage kills. Close "
    "the short-circuit link first.",
    licences=(Licence.ELECTRICIAN,),
    permits=(Permit.ISOLATION,),
    people=2,
    effort_min=60,
    desk=False,
    sources=("domain sheet PWR-11 (3 days; shift against its own median), SEN-10 (1/3)",),
    parameters={
        "least_k": Parameter(value=0.35, unit="1", why="missing over read; one of three equal "
            "phases is 0.5, one that carries a quarter of the load 0.33: less, and a circuit that "
            "nobody metered is blamed on a neighbour"),
        "most_k": Parameter(value=0.75, unit="1", why="a phase that carries 43 % of the load; "
            "more is another meter's ratio"),
        "explained": Parameter(value=0.5, unit="1", why="of the square of what is missing; less, "
            "and anything that runs by day alarms"),
        "wander": Parameter(value=3.0, unit="1", why="times the way from the usual share to its "
            "9th tenth; less alarms on one odd day in three"),
        "least_fall": Parameter(value=0.5, unit="1", why="of what is usual: a circuit that lost "
            "more than half lost load too"),
        "most_fall": Parameter(value=0.85, unit="1", why="of what is usual: where the circuit "
            "reads what it did, something new hangs before its meter"),
        "clear": Parameter(value=0.15, unit="1", why="missing over read: a third of what one "
            "phase is"),
        "nights": Parameter(value=60.0, unit="d", why="days the usual share is taken from"),
        "least_days": Parameter(value=10.0, unit="d", why="two working weeks"),
    },
)  # fmt: skip


def digest(frame: Frame) -> Mapping[str, Floats]:
    """What no circuit counts, of what the meter above does [1]; the circuit's mean. [kW]"""
    missing, above, own, quarters = known(frame)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = missing.sum(axis=1) / above.sum(axis=1)
        return {"share": share, "own": own.sum(axis=1) / quarters[:, 0]}


def references(digests: Mapping[str, Floats], working: Bools, sound: Bools) -> Mapping[str, Floats]:
    """Medians of the last sound days, and how far the share wanders."""
    least, nights = round(CARD.value("least_days")), round(CARD.value("nights"))
    recent = sound & (np.cumsum(sound[::-1], axis=0)[::-1] <= nights)
    usual = percentile(digests["share"], recent, 50, least)
    return {
        "share": usual,
        "wanders": percentile(digests["share"], recent, 90, least) - usual,
        "own_working": percentile(digests["own"], recent & working, 50, least // 2),
        "own_off": percentile(digests["own"], recent & ~working, 50, 2),
    }


def judge(frame: Frame) -> Judged:
    """Judges one whole day of each circuit."""
    past, (missing, above, own, quarters) = gate(frame, CARD), known(frame)
    usual, wanders = frame.reference("share"), frame.reference("wanders")
    works = frame.parameter("workday") > 0
    before = np.where(works, frame.reference("own_working"), frame.reference("own_off"))
    past.exclude(np.isnan(usual + wanders + before), Reason.NO_REFERENCE)
    with np.errstate(invalid="ignore", divide="ignore"):
        more = missing - usual * above
        squares = (own * own).sum(axis=1, keepdims=True)
        k = (more * own).sum(axis=1, keepdims=True) / squares
        rest = ((more - k * own) ** 2).sum(axis=1, keepdims=True)
        explained = 1.0 - rest / (more * more).sum(axis=1, keepdims=True)
        total = more.sum(axis=1, keepdims=True)
        usually = CARD.value("wander") * wanders * above.sum(axis=1, keepdims=True)
        fall = own.sum(axis=1, keepdims=True) / quarters / before
        like = (k >= CARD.value("least_k")) & (k <= CARD.value("most_k"))
        like &= (explained >= CARD.value("explained")) & (total > usually)
        like &= (fall >= CARD.value("least_fall")) & (fall <= CARD.value("most_fall"))
        return past.judge(
            like & _best(frame, np.where(like, explained, -np.inf)),
            clear=np.abs(k) <= CARD.value("clear"),
            margin=total * frame.grid.hours,
            good=frame.good.mean(axis=1, keepdims=True),
        )


def _best(frame: Frame, explained: Floats) -> Bools:
    """Of the circuits below one meter the one whose rise and fall tells most of it."""
    above = frame.parameters["above"]
    best = np.array([explained[above == one].max() for one in above])[:, None]
    found: Bools = (explained >= best) & np.isfinite(explained)
    return found


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
        frozen=("share", "wanders", "own_working", "own_off"),
    ),
)  # fmt: skip
