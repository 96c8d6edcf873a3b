"""What is wrong alike on every day, and which carriers it bears on."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.words import Carrier

FORMULA = "formula"
"""Group of what a carrier's formula is doubted, or was measured to: ``formula:a.ahu1:heat``."""


def bearing(groups: Mapping[str, float], carriers: Collection[Carrier]) -> dict[str, float]:
    """Groups without those of a formula of other carriers."""
    words = {carrier.value for carrier in carriers}
    return {
        name: share
        for name, share in groups.items()
        if name.partition(":")[0] != FORMULA or name.rpartition(":")[2] in words
    }


def groups_of(groups: Mapping[str, float], carrier: Carrier) -> dict[str, float]:
    """Systematic parts that bear on a carrier: what is wrong of heat is none of the electricity's.

    Args:
        groups: Half-width by group, the site's names. [1]
        carrier: Which.
    """
    electric, found = carrier is Carrier.ELECTRICITY, {}
    for name, share in groups.items():
        word, _, of = name.partition(":")
        if word == FORMULA and not of.endswith(f":{carrier.value}"):
            continue
        if word == "efficiency" and electric:
            continue
        found[name] = share
    return found
