"""A JSON Schema of the site files, for editors that complete and check while one types."""

from __future__ import annotations

import copy
from typing import Any

import msgspec

from adapters.sites.compiling import DRIVERS
from adapters.sites.dialects import dialects
from adapters.sites.keys import BuildingKeys, SiteKeys
from adapters.sites.parameters import PARAMETERS
from adapters.sites.protocols import PROTOCOLS
from adapters.sites.templatekeys import TemplateKeys
from adapters.sites.templates import packaged
from core.codebook import CODEBOOKS
from core.roles import ROLES

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEMPLATE = "#/$defs/{name}"


def json_schema() -> dict[str, Any]:
    """The schema of ``site.yaml``, ``buildings/*.yaml`` and ``templates/*.yaml``, told by a key."""
    roots = [SiteKeys, BuildingKeys, TemplateKeys]
    references, parts = msgspec.json.schema_components(roots, ref_template=_TEMPLATE)
    parts = copy.deepcopy(parts)
    _name_words(parts)
    for part in parts.values():
        part["title"] = str(part.get("title", "")).removesuffix("Keys")
    return {
        "$schema": _DRAFT,
        "title": "Plantroom site file",
        "type": "object",
        "if": {"required": ["site"]},
        "then": references[0],
        "else": {"if": {"required": ["make"]}, "then": references[2], "else": references[1]},
        "$defs": parts,
    }


def _name_words(parts: dict[str, Any]) -> None:
    """What is looked up by name when a site is compiled, so that editors can complete it."""
    equipment = parts["EquipmentKeys"]["properties"]
    equipment["points"]["propertyNames"] = {"enum": sorted(ROLES)}
    equipment["parameters"]["properties"] = {
        name: {
            "type": "number" if unit else "boolean",
            "description": f"{meaning}. [{unit}]" if unit else meaning,
        }
        for name, (unit, meaning) in PARAMETERS.items()
    }
    parts["SiteKeys"]["properties"]["codebook"]["enum"] = list(CODEBOOKS)
    parts["GatewayKeys"]["properties"]["driver"]["enum"] = list(DRIVERS)
    parts["MessageKeys"]["properties"]["template"]["enum"] = ["", *dialects()]
    parts["BusKeys"]["properties"]["protocol"]["enum"] = list(PROTOCOLS)
    # Most addresses are numbers; they are read as they are written, zeros in front too.
    parts["DeviceKeys"]["properties"]["address"]["type"] = ["string", "integer"]
    # A site may have templates of its own: these are offered, not demanded.
    parts["DeviceKeys"]["properties"]["template"]["examples"] = list(packaged())
