"""Ids of a site: each word once in its building, each reference to something that exists."""

from __future__ import annotations

from enum import Enum

from adapters.sites.document import Place
from adapters.sites.log import Log


class Kind(Enum):
    """What an id stands for; the value is how it is called in a mistake."""

    BUILDING = "building"
    SPACE = "space"
    SYSTEM = "system"
    EQUIPMENT = "piece of equipment"
    METER = "meter"


class Ids:
    """Every id with what it stands for and where it was written."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._known: dict[str, tuple[Kind, Place]] = {}

    def declare(self, kind: Kind, place: Place, word: str, building: str = "") -> bool:
        """Take an id into use; False, and a mistake, where it is in use already."""
        full = f"{building}.{word}" if building else word
        if full in self._known:
            taken, first = self._known[full]
            self._log.mistake(
                place,
                f"the id '{word}' stands twice",
                f"another id: {first.file}:{first.line} has it, a {taken.value}",
            )
            return False
        self._known[full] = (kind, place)
        return True

    def find(self, reference: str, building: str, place: Place, *kinds: Kind) -> str | None:
        """The id that a reference means: first in its own building, then in the site."""
        allowed = (*kinds, Kind.METER) if Kind.EQUIPMENT in kinds else kinds
        local = f"{building}.{reference}"
        full = local if local in self._known else reference
        kind, _ = self._known.get(full, (None, None))
        if kind in allowed:
            return full
        if kind is None and self._log.broken.intersection(reference.split(".")):
            return None
        names = " or ".join(k.value for k in kinds)
        what = f"'{reference}' is a {kind.value}" if kind else f"there is no '{reference}'"
        near = (reference, self._names(building, allowed))
        self._log.mistake(place, what, f"the id of a {names}", near=near)
        return None

    def _names(self, building: str, kinds: tuple[Kind, ...]) -> list[str]:
        full = [name for name, (kind, _) in self._known.items() if kind in kinds]
        own = f"{building}."
        return full + [name.removeprefix(own) for name in full if name.startswith(own)]
