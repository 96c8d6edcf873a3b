"""The page of names is the vocabulary's own."""

from __future__ import annotations

from pathlib import Path

from core.codebook import CODEBOOKS, items_of
from core.nomenclature import page
from core.quantity import Quantity, units_of
from core.roles import ROLES
from core.site import DayMode, EquipmentClass, MeterRole
from core.words import Carrier, Trade

PAGE = Path(__file__).parents[2] / "docs" / "nomenclature.md"


def test_the_page_is_written_from_the_vocabulary() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write docs/nomenclature.md anew"


def test_every_name_is_on_the_page() -> None:
    text = page()
    for words in (Quantity, EquipmentClass, MeterRole, DayMode, Carrier, Trade, ROLES):
        for word in words:
            assert f"| `{word}` |" in text
    for quantity in Quantity:
        row = next(r for r in text.splitlines() if r.startswith(f"| `{quantity}` |"))
        for unit in units_of(quantity):
            assert unit in row


def test_codes_belong_to_one_carrier() -> None:
    by_carrier = [set(items_of("2008", carrier)) for carrier in Carrier]
    assert sum(map(len, by_carrier)) == len(set().union(*by_carrier)) == len(CODEBOOKS["2008"])
    assert all(len(code) == 5 for code in CODEBOOKS["2008"])
    assert items_of("1999", Carrier.GAS) == {}
