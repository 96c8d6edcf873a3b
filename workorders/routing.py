"""Who gets an order: trade, place and roster, then the least loaded; with the reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from core.site import Site
from core.words import Licence, Trade
from workorders.people import Duty


class RouteReason(StrEnum):
    """Why this person."""

    LEAST_LOADED = "least_loaded"
    ONLY_ONE_ON_CALL = "only_one_on_call"
    SAME_PERSON = "same_person"
    """The repair was refused; who made it mends it."""
    OWNER = "owner"
    """Nobody (else) of the trade is on call."""
    SUPERVISOR = "supervisor"
    """Nobody on call, and the owner cannot have it."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A person, or None where nobody can be found.

    Attributes:
        loads: Open work of those who were compared. [min]
    """

    login: str | None
    reason: RouteReason
    loads: Mapping[str, int]


SECOND_SKILL: Mapping[Trade, Trade] = {
    Trade.HVAC: Trade.INSTRUMENT,
    Trade.HEATING: Trade.HVAC,
    Trade.PLUMBER: Trade.HEATING,
    Trade.ELECTRICIAN: Trade.INSTRUMENT,
    Trade.INSTRUMENT: Trade.ELECTRICIAN,
    Trade.OPERATOR: Trade.HVAC,
}
"""Who looks at it after two refused repairs: the trade whose mistakes look alike."""


def route(
    *,
    skill: Trade,
    building: str,
    owner: str,
    at: int,
    duty: Duty,
    load: Mapping[str, int],
    without: AbstractSet[str] = frozenset(),
    licences: AbstractSet[Licence] = frozenset(),
) -> Route:
    """The least loaded on call for a skill and building, not one of ``without``.

    Who holds the licences goes before who does not. Ties go to who stands first in the roster.
    Then the owner of the asset, then a supervisor; each only where the log-in (still) exists
    and is not on leave.
    """
    crew = [x for x in duty.on_call(skill, building, at) if x not in without]
    if licences:
        crew = [x for x in crew if licences <= duty.licences(x, at)] or crew
    if crew:
        loads = {login: load.get(login, 0) for login in crew}
        reason = RouteReason.LEAST_LOADED if len(crew) > 1 else RouteReason.ONLY_ONE_ON_CALL
        return Route(login=min(crew, key=loads.__getitem__), reason=reason, loads=loads)
    heads = [x for x in dict.fromkeys((owner, *duty.supervisors(building))) if x not in without]
    heads = [x for x in heads if duty.person(x) is not None and not duty.away(x, at)]
    if licences:
        heads.sort(key=lambda login: not licences <= duty.licences(login, at))
    if heads:
        reason = RouteReason.OWNER if heads[0] == owner else RouteReason.SUPERVISOR
        return Route(login=heads[0], reason=reason, loads={})
    return Route(login=None, reason=RouteReason.NOBODY, loads={})


def asset_of(site: Site, target: str) -> str:
    """The equipment that a rule's target is, or that the point belongs to."""
    if target in site.index:
        return site.points[site.index[target]].equipment
    return target


def gateways_of(site: Site, asset: str) -> frozenset[str]:
    """What the points of some equipment come through."""
    return frozenset(site.points[i].gateway for i in site.points_of(asset).values())


def owner_of(site: Site, asset: str, building: str) -> str:
    """Log-in of who is responsible for an asset, or for its building."""
    equipment = site.equipment.get(asset)
    if equipment is not None and equipment.owner:
        return equipment.owner
    known = site.buildings.get(building)
    return known.owner if known is not None else ""
