"""Circuits below a board whose every circuit is metered: what rules of single phases judge."""

from __future__ import annotations

import numpy as np

from analytics.frame import Frame
from analytics.judged import Gate
from analytics.rule import Target
from analytics.rules.gates import some
from analytics.targets import equipment_target, submeters
from core.batch import Bools, Floats
from core.rulecard import RuleCard
from core.site import Equipment, Site
from core.verdict import Reason

_DARK = 16
"""Quarter-hours after local midnight in which no panel gives anything, whatever the season."""


def circuits(site: Site, card: RuleCard) -> tuple[Target, ...]:
    """``own`` is the circuit, ``rate`` the meter above less all meters below it.

    Behind panels (``pv_kwp``) the balance is *sunny*: what they give is in no meter of it.
    """
    found, panels = [], {e.building for e in site.equipment.values() if "pv_kwp" in e.parameters}
    for above in site.of_class(*card.applies_to):
        whole, below = _rate(site, above), submeters(site, above)
        rates = [_rate(site, meter) for meter in below]
        if whole is None or any(rate is None for rate in rates):
            continue
        less = [rate for rate in rates if rate is not None]
        asked = {"above": float(whole), "sunny": float(above.building in panels)}
        found += [
            equipment_target(site, card, meter, {"rate": whole, "own": own}, asked, less)
            for meter, own in zip(below, less, strict=True)
        ]
    return tuple(found)


def _rate(site: Site, meter: Equipment) -> int | None:
    points = site.points_of(meter.id)
    return points.get("energy", points.get("power"))


def gate(frame: Frame, card: RuleCard) -> Gate:
    """Past it the circuit and the meters around it are known for most of the day."""
    made = Gate((len(frame.targets), 1))
    known = np.isfinite(frame.value("rate")) & np.isfinite(frame.value("own"))
    share = known.mean(axis=1, keepdims=True)
    made.exclude(~(frame.has_role("rate") & frame.has_role("own")), Reason.NO_POINT)
    made.exclude(frame.coarse[:, None], Reason.COARSE)
    made.exclude(some(frame.muted), Reason.MUTED)
    made.exclude(some(frame.declared), Reason.DECLARED)
    made.exclude(share == 0, Reason.NO_DATA)
    made.exclude(share < card.sufficiency, Reason.INSUFFICIENT)
    return made


def sunny(frame: Frame) -> Bools:
    """Which balances the sun feeds into. (targets, 1)"""
    return frame.parameter("sunny") > 0


def known(frame: Frame) -> tuple[Floats, Floats, Floats, Floats]:
    """What no circuit counts, the meter above and the circuit [kW], 0 where any is unknown.

    With how many quarter-hours are known (targets, 1). Where panels give behind the meter above
    only the small hours are: by day what they give would hide what no circuit counts.
    """
    missing, above, own = frame.value("rate"), frame.value("total"), frame.value("own")
    there = np.isfinite(missing) & np.isfinite(own)
    there &= ~(sunny(frame) & (np.arange(there.shape[1]) >= _DARK))
    quarters: Floats = there.sum(axis=1, keepdims=True).astype(np.float64)
    none = np.zeros_like(missing)
    return (
        np.where(there, missing, none), np.where(there, above, none),
        np.where(there, own, none), quarters,
    )  # fmt: skip
