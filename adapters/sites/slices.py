"""A gateway's slice of a site: the one file that an edge needs of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from adapters.sites.log import nearest
from core.errors import Misconfigured, Mistake
from core.roles import ROLES
from core.site import Equipment, Site

_FORMAT = 1


def slice_of(site: Site, gateway: str) -> Site:
    """The part of a site that one gateway reads; money, carbon, calendar and plans stay behind.

    Raises:
        Misconfigured: The site has no such gateway.
    """
    if gateway not in site.gateways:
        known = ", ".join(site.gateways)
        raise _wrong(f"no gateway '{gateway}'", known, nearest(gateway, site.gateways))
    points = tuple(point for point in site.points if point.gateway == gateway)
    equipment = _with_parents(site, {point.equipment for point in points})
    buildings = {e.building for e in equipment.values()}
    return replace(
        site,
        buildings={id_: b for id_, b in site.buildings.items() if id_ in buildings},
        systems={id_: s for id_, s in site.systems.items() if s.building in buildings},
        equipment=equipment,
        points=points,
        gateways={gateway: site.gateways[gateway]},
        prices={},
        carbon={},
        calendar=(),
        worth={},
        seasons={},
        plans=(),
        targets={},
        open_days={},
    )


def encode_slice(site: Site, gateway: str) -> bytes:
    """A gateway's slice as a JSON file.

    Raises:
        Misconfigured: The site has no such gateway.
    """
    raw = msgspec.to_builtins(slice_of(site, gateway))
    raw["points"] = [_written(point) for point in raw["points"]]
    content = msgspec.json.encode({"format": _FORMAT, "site": raw})
    return msgspec.json.format(content, indent=1) + b"\n"


def load_slice(path: Path) -> Site:
    """The site of a slice's file.

    Raises:
        Misconfigured: It cannot be read, or was written for another version of Plantroom.
    """
    try:
        raw = msgspec.json.decode(path.read_bytes())
        if not isinstance(raw, dict) or raw.get("format") != _FORMAT:
            raise _wrong("not a slice of this version", "the output of 'plantroom site export'")
        raw["site"]["points"] = [_read(point) for point in raw["site"]["points"]]
        return msgspec.convert(raw["site"], Site)
    except OSError as error:
        raise _wrong(f"cannot be read: {error.strerror}", "a file", file=str(path)) from error
    except (msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError) as error:
        what = f"not a slice of a site: {error}"
        raise _wrong(what, "the output of 'plantroom site export'", file=str(path)) from error


def _with_parents(site: Site, ids: Iterable[str]) -> dict[str, Equipment]:
    """The equipment and all that it is part of, in the site's order."""
    wanted: set[str] = set()
    for id_ in ids:
        at: str | None = id_
        while at is not None:
            wanted.add(at)
            at = site.equipment[at].part_of
    return {id_: e for id_, e in site.equipment.items() if id_ in wanted}


def _written(point: dict[str, Any]) -> dict[str, Any]:
    """A point without what JSON cannot say (infinite is left out) and its role by name."""
    kept = {key: value for key, value in point.items() if value != math.inf}
    kept["role"] = point["role"]["id"]
    if point["register"] is not None:
        kept["register"] = {k: v for k, v in point["register"].items() if v != math.inf}
    return kept


def _read(point: dict[str, Any]) -> dict[str, Any]:
    word = point["role"]
    if word not in ROLES:
        raise _wrong(f"this version knows no role '{word}'", "a slice of this version")
    if point["register"] is not None:
        point["register"].setdefault("modulus", math.inf)
    return {**point, "role": msgspec.to_builtins(ROLES[word])}


def _wrong(what: str, expected: str, suggestion: str = "", *, file: str = "") -> Misconfigured:
    line = 0
    return Misconfigured(
        [Mistake(file=file, line=line, what=what, expected=expected, suggestion=suggestion)]
    )
