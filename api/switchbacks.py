"""Switchbacks of an order's fix, as the ledger's pages show them."""

from __future__ import annotations

from datetime import date

from adapters.locales import Translator
from analytics.calendar import Calendar
from analytics.savings.switchback import Spell
from api.savings import CARRIER_WORDS, signed
from api.services import Services
from api.teaching import name_of
from core.errors import Refused
from core.words import CARRIER_UNIT
from workorders.ledger.ground import Ground
from workorders.ledger.switch_board import USUAL_PAIRS, SwitchBoard, SwitchView
from workorders.ledger.switchbacks import Measured


def switch_board(given: Services) -> SwitchBoard:
    """Who offers and decides them."""
    return SwitchBoard(
        ground=Ground(
            site=given.site, calendar=Calendar(given.site), store=given.store,
            sessions=given.records, verdicts=given.records.verdicts,
            findings=given.records.findings, rules=(), clock=given.clock,
        ), cards=given.cards,
    )  # fmt: skip


def wanted(form: dict[str, str]) -> tuple[date | None, int]:
    """The first day and the number of pairs of a form.

    Raises:
        Refused: One of them cannot be read.
    """
    try:
        first = date.fromisoformat(form["first"]) if form.get("first") else None
        return first, int(form.get("pairs") or USUAL_PAIRS)
    except ValueError as error:
        raise Refused("A field of the form cannot be read.") from error


def switch_lines(
    given: Services, view: SwitchView | None, tr: Translator
) -> dict[str, object] | None:
    """An order's as its page shows it; None where there is nothing to switch."""
    if view is None:
        return None
    of = view.accepted
    return {
        "v": view, "spells": [_spell(s, tr) for s in (of.spells if of else view.offer)],
        "found": [line for m in view.found for line in _found(m, tr)],
        "by": name_of(given, of.by) if of else "",
        "declined_by": name_of(given, view.declined_by),
        "stopped_by": name_of(given, of.stopped_by) if of else "",
    }  # fmt: skip


def _spell(spell: Spell, tr: Translator) -> dict[str, str]:
    counted = spell.counted
    return {
        "days": " – ".join(dict.fromkeys(d.isoformat() for d in (spell.days[0], spell.days[-1]))),
        "fix": tr("as mended") if spell.on else tr("put off: as it was before"),
        "on": "yes" if spell.on else "",
        "counted": ", ".join(day.isoformat() for day in counted) if spell.settling else "",
    }  # fmt: skip


def _found(of: Measured, tr: Translator) -> list[dict[str, str]]:
    return [
        {
            "carrier": tr(CARRIER_WORDS[of.carrier]),
            "type": tr("working days") if e.working else tr("days off"),
            "saved": f"{signed(e.per_day, e.u)} {CARRIER_UNIT[of.carrier]}/d",
            "pairs": str(e.pairs), "chance": "–" if of.chance is None else f"{of.chance:.0%}",
        }
        for e in of.effects
    ]  # fmt: skip
