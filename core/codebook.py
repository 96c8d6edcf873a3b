"""Energy item codes (分类分项), by version of the codebook.

A code has five characters: class (2 digits), sub-item (a letter), level 1 (a digit),
level 2 (a letter); ``0`` means not subdivided. The same code means different things in
different codebooks, so a code never stands without its codebook's version.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.words import Carrier

CODEBOOKS: Mapping[str, Mapping[str, str]] = {
    "2008": {
        "01000": "electricity",
        "01A00": "lighting and sockets",
        "01A10": "indoor lighting and sockets",
        "01A20": "corridor and emergency lighting",
        "01A30": "façade lighting",
        "01B00": "air conditioning",
        "01B10": "cooling and heating plant",
        "01B20": "air-conditioning terminals",
        "01C00": "power equipment",
        "01C10": "lifts",
        "01C20": "pumps",
        "01C30": "fans",
        "01D00": "special use",
        "01D10": "data centre",
        "01D20": "laundry",
        "01D30": "kitchen",
        "01D40": "pool",
        "01D50": "gym",
        "01D60": "other special use",
        "02000": "water",
        "03000": "gas",
        "04000": "district heat",
        "05000": "district cooling",
    }
}
"""What each code means, by version: 2008 is the ministry guideline of that year (domain
sheet, A1)."""

_CLASS: Mapping[Carrier, str] = {
    Carrier.ELECTRICITY: "01",
    Carrier.WATER: "02",
    Carrier.GAS: "03",
    Carrier.HEAT: "04",
    Carrier.COOLING: "05",
}


def items_of(codebook: str, carrier: Carrier) -> Mapping[str, str]:
    """The codes of a codebook that are of a carrier, with their meaning; none if unknown."""
    known = CODEBOOKS.get(codebook, {})
    return {code: name for code, name in known.items() if code.startswith(_CLASS[carrier])}
