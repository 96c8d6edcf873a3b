"""What people call a month, a person, a crew, a building."""

from __future__ import annotations

from collections.abc import Mapping

from babel.dates import format_date

from adapters.locales import Translator
from api.people import TRADE_WORDS
from core.site import Site
from core.words import Trade
from workorders.assessment.assess import By
from workorders.assessment.period import day_of


def month_name(month: str, tr: Translator) -> str:
    """``November 2026``."""
    pattern = "y年M月" if tr.language.startswith("zh") else "MMMM y"
    return format_date(day_of(month), pattern, locale=tr.language)


def row_name(site: Site, by: By, key: str, names: Mapping[str, str], tr: Translator) -> str:
    """Of a row of an assessment."""
    if by is By.CREW:
        return tr(TRADE_WORDS[Trade(key)]) if key in set(Trade) else key
    if by is By.BUILDING:
        building = site.buildings.get(key)
        return tr.name(building.names) if building is not None else key
    if by is By.MONTH:
        return month_name(key, tr)
    return names.get(key, key)
