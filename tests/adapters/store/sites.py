"""A small site of its own, so that the stores are tested without the site reader."""

from __future__ import annotations

from core.quality import Quality
from core.roles import ROLES
from core.site import Building, Point, Register, Schedule, Site

GAUGE, REGISTER, STATE, COMMAND, SECOND = range(5)
GOOD, SUSPECT, BAD = Quality.GOOD, Quality.SUSPECT, Quality.BAD


def point(id_: str, *, building: str = "a") -> Point:
    """A point whose last word is its role."""
    role = ROLES[id_.rpartition(".")[2]]
    return Point(
        id=id_,
        role=role,
        building=building,
        equipment=id_.rpartition(".")[0],
        gateway="gw-a",
        period_s=900,
        span=role.span,
        register=Register(modulus=1e6) if role.id == "energy" else None,
    )


def site(*points: Point, id_: str = "small") -> Site:
    """A site of some points; by default one of each kind and a second gauge."""
    chosen = points or (
        point("a.ahu1.sat"),
        point("a.meter.energy"),
        point("a.ahu1.fan_status"),
        point("a.boiler.boiler_cmd"),
        point("a.ahu1.rat"),
    )
    building = Building(
        id="a", names={"en": "A"}, area_m2=100.0, owner="o", schedule=Schedule((480, 1080))
    )
    return Site(
        id=id_, names={"en": "Small"}, version="1", timezone="UTC", country="", currency="EUR",
        money="€", buildings={"a": building}, systems={}, equipment={}, points=chosen, gateways={},
        prices={}, carbon={},
    )  # fmt: skip
