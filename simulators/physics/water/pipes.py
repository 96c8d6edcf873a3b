"""How a building's water runs: what each branch serves, and what lies between it and the street.

A branch meter declares what it serves (:class:`Use`); one that declares nothing serves toilets.
What feeds branches says so by ``feeds``: a pressure reducer (a machine that ``reduces_pressure``),
a booster (a pump that ``boosts_water``), the break tank that feeds the booster, and a tank on the
roof (one with a ``height_m``), which a pump that ``fills_tank`` fills from the break tank, and
which may feed the booster too. What nothing feeds hangs at the street's pressure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.site import Equipment, EquipmentClass, MeterRole, Site
from core.words import Carrier
from simulators.physics.plan import Plan, boosts, fills_tank


class Use(StrEnum):
    """What a branch serves, by the parameter that declares it."""

    TOILETS = ""
    KITCHEN = "cooks"
    IRRIGATION = "irrigates"
    TOWER = "fills_tower"
    HOT_WATER = "feeds_hot_water"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipes:
    """One building's water.

    Attributes:
        branches: Indices of its branch meters in the plan.
        reduced: Of those, the ones behind the reducer.
        lifted: The ones behind the booster.
        tower: The one that fills the cooling tower.
        reducer: Between the main meter and the lower branches, with all that no branch counts.
        booster: Pumps what is lifted.
        tank: Break tank in front of the booster or of the roof's pump; a booster without one draws
            from the main.
        hung: Branches below the tank on the roof.
        roof: That tank.
        transfer: The pump that fills it.
    """

    branches: tuple[int, ...]
    reduced: tuple[int, ...]
    lifted: tuple[int, ...]
    tower: int | None
    reducer: Equipment | None
    booster: Equipment | None
    tank: Equipment | None
    hung: tuple[int, ...] = ()
    roof: Equipment | None = None
    transfer: Equipment | None = None

    @property
    def direct(self) -> tuple[int, ...]:
        """Branches at the street's pressure."""
        return tuple(i for i in self.branches if i not in {*self.reduced, *self.lifted, *self.hung})


def use_of(meter: Equipment) -> Use:
    """What a branch serves."""
    return next((use for use in Use if use and meter.declared(use.value)), Use.TOILETS)


def serves(equipment: Equipment, use: Use) -> bool:
    """Whether it is a branch of water for this use."""
    meter = equipment.meter
    if meter is None or meter.carrier is not Carrier.WATER:
        return False
    return meter.role is MeterRole.BRANCH and use_of(equipment) is use


def reduces(equipment: Equipment) -> bool:
    """Whether it is a pressure reducer."""
    return equipment.declared("reduces_pressure")


def breaks(equipment: Equipment) -> bool:
    """Whether it is a break tank with a float valve."""
    return equipment.cls is EquipmentClass.TANK and bool(equipment.feeds) and not hangs(equipment)


def hangs(equipment: Equipment) -> bool:
    """Whether it is a tank on a roof: water falls from it."""
    return equipment.cls is EquipmentClass.TANK and "height_m" in equipment.parameters


def pipes_of(plan: Plan) -> tuple[Pipes, ...]:
    """By building."""
    return tuple(_of(plan, name) for name in plan.buildings)


def _of(plan: Plan, building: str) -> Pipes:
    here = [e for _, e in sorted(plan.site.equipment.items()) if e.building == building]
    reducer = next((e for e in here if reduces(e)), None)
    booster = next((e for e in here if boosts(e)), None)
    roof = next((e for e in here if hangs(e)), None)
    transfer = next((e for e in here if fills_tank(e)), None)
    drawing = {p.id for p in (booster, transfer) if p is not None}
    tanks = [e for e in here if breaks(e) and drawing & set(e.feeds)]
    branches = tuple(i for i, m in enumerate(plan.water) if m.building == building)
    towers = [i for i in branches if use_of(plan.water[i]) is Use.TOWER]
    return Pipes(
        branches=branches,
        reduced=_fed(plan, branches, reducer),
        lifted=_fed(plan, branches, booster),
        tower=towers[0] if towers else None,
        reducer=reducer, booster=booster, tank=tanks[0] if tanks else None,
        hung=_fed(plan, branches, roof), roof=roof, transfer=transfer,
    )  # fmt: skip


def _fed(plan: Plan, branches: tuple[int, ...], by: Equipment | None) -> tuple[int, ...]:
    return tuple(i for i in branches if by is not None and plan.water[i].id in by.feeds)


def water_points(site: Site) -> frozenset[int]:
    """Indices of the points of tanks, boosters, reducers and of the mains' pressure."""
    of = (boosts, reduces, breaks, hangs, fills_tank)
    owners = {e.id for e in site.equipment.values() if any(one(e) for one in of)}
    return frozenset(
        i for i, p in enumerate(site.points) if p.equipment in owners or p.role.id == "pressure"
    )
