"""What is wrong alike on every day, and which carriers it bears on."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from core.words import Carrier

PLANT_METER = "plant_meter"
"""Group of what a plant's own meters count."""

# Plans that were frozen before name what is given back as a group.
_ELECTRIC = frozenset({"cop", "take_back_cold"})
_HEAT = frozenset({"efficiency", "take_back"})


def groups_of(
    groups: Mapping[str, float], carrier: Carrier, metered: AbstractSet[Carrier] = frozenset()
) -> dict[str, float]:
    """Systematic parts that bear on a carrier: a COP is none of the heat's. [1]

    Args:
        groups: Half-width by group, the site's names.
        carrier: Which.
        metered: Carriers that the plant's meters count: nothing but these is wrong of them.
    """
    electric, found = carrier is Carrier.ELECTRICITY, {}
    for name, share in groups.items():
        word = name.partition(":")[0]
        if (word == PLANT_METER) != (carrier in metered):
            continue
        if (word in _ELECTRIC and not electric) or (word in _HEAT and electric):
            continue
        found[name] = share
    return found
