"""Places that have a label: rooms and machines, and the addresses that their QR codes hold."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from core.site import EquipmentClass, Names, Site

_SIGNED = 10
"""Hexadecimal digits of a signature: a million million guesses for one place that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room, a floor or a machine.

    Attributes:
        id: As in the site model.
        names: Of it alone.
        within: Of the space that a machine or a room is in; the building's own for a floor.
    """

    id: str
    building: str
    names: Names
    within: Names


def places(site: Site, building: str) -> list[Place]:
    """Every place of a building, floor by floor, and its machines after the rooms.

    A zone is air, not a thing: its room is the place.
    """
    known = site.buildings[building]
    names = {space.id: space.names for space in known.spaces}
    rooms = [
        Place(id=space.id, building=building, names=space.names,
              within=names.get(space.part_of, known.names))
        for space in known.spaces
    ]  # fmt: skip
    machines = [
        Place(id=one.id, building=building, names=one.names,
              within=names.get(one.location, known.names))
        for one in site.equipment.values()
        if one.building == building and one.cls is not EquipmentClass.ZONE
    ]  # fmt: skip
    return [*rooms, *sorted(machines, key=lambda place: place.id)]


def place_of(site: Site, id_: str) -> Place | None:
    """A place by its id; None where there is none."""
    building = id_.split(".", maxsplit=1)[0]
    if building not in site.buildings:
        return None
    return next((place for place in places(site, building) if place.id == id_), None)


def signed(key: bytes, id_: str) -> str:
    """What stands at the end of a label's address: the place, and that we made the label."""
    return f"{id_}.{_signature(key, id_)}"


def unsigned(key: bytes, token: str) -> str | None:
    """The place that a label is of; None where it is none of ours."""
    id_, _, signature = token.rpartition(".")
    return id_ if id_ and hmac.compare_digest(signature, _signature(key, id_)) else None


def _signature(key: bytes, id_: str) -> str:
    return hmac.new(key, f"place:{id_}".encode(), hashlib.sha256).hexdigest()[:_SIGNED]
