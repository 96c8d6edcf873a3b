"""Whether an order of silent points stands for a whole device. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.finding import Finding, FindingState
from core.rulecard import RuleCard
from core.site import Site
from workorders.cases import SILENT_FAMILY

FEWEST = 2
"""Of a device with one point the point is what is silent."""


def silent_points(
    site: Site, asset: str, findings: Iterable[Finding], cards: Mapping[str, RuleCard]
) -> int:
    """How many points of some equipment are silent, where all that are judged are; 0 elsewhere.

    Args:
        site: The model.
        asset: The order's equipment.
        findings: Of the order; those that are open count.
        cards: By rule; a point read more rarely than its card bears is not judged.
    """
    families = {id_: card for id_, card in cards.items() if card.family == SILENT_FAMILY}
    longest_s = max((card.longest_period_s for card in families.values()), default=0)
    judged = {
        site.points[i].id
        for i in site.points_of(asset).values()
        if site.points[i].period_s <= longest_s
    }
    silent = {f.target for f in findings if f.rule in families and f.state is FindingState.OPEN}
    return len(judged) if len(judged) >= FEWEST and judged <= silent else 0
