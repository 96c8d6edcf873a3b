"""What a meter shows of a fault behind it: one order, where the fault is."""

from __future__ import annotations

from collections.abc import Sequence

from core.site import Site


def causes_behind(site: Site, asset: str, families: Sequence[str]) -> list[str]:
    """Causes of some families on what lies between a meter and the meters below it.

    A tank fills through the main and feeds the pump that feeds the toilets: what runs over
    there runs through the main, and through no meter below.

    Args:
        site: The model.
        asset: Whose symptom it may be.
        families: Of :attr:`core.rulecard.RuleCard.behind`.
    """
    below = {
        e.id for e in site.equipment.values() if e.meter is not None and e.meter.parent == asset
    }
    behind: list[str] = []
    fed = below
    while fed:
        feeders = [e for e in site.equipment.values() if fed & set(e.feeds) and e.meter is None]
        new = [e.id for e in feeders if e.id not in behind]
        behind += new
        fed = set(new)
    return [f"{one}|{family}" for one in sorted(behind) for family in families]
