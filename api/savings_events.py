"""Non-routine events beside savings: what is typed, and how they are shown."""

from __future__ import annotations

import math
from datetime import date

from adapters.locales import Translator
from analytics.calendar import Calendar
from api.orders import place_of
from api.savings import CARRIER_WORDS, signed
from api.services import Services
from api.teaching import name_of
from core.actor import Actor
from core.errors import Refused
from core.words import Carrier
from workorders.ledger.event_board import EventBoard, EventLine, Said
from workorders.ledger.events import EventStanding, LedgerEvent, Source, Step
from workorders.ledger.ground import Ground
from workorders.ledger.sizing import Sizing, Suggested

STANDING_WORDS = {
    EventStanding.WAITING: "waits for another person",
    EventStanding.COUNTS: "counts",
    EventStanding.REFUSED: "was refused",
    EventStanding.UNDONE: "taken back",
}
WORDS = tuple(STANDING_WORDS.values())
"""Everything here that is said through a variable, for the catalogue."""

FIELDS = ("place", "carrier", "first", "last", "per_day", "u", "words", "document", "like",
          "like_first", "like_last")  # fmt: skip
"""Of the form; the last three ask for an estimate in place of a size."""

_LONGEST = 500


def board(given: Services) -> EventBoard:
    """Who enters and decides events."""
    key = given.settings.ledger_key.get_secret_value().encode()
    return EventBoard(sessions=given.records, site=given.site, clock=given.clock, key=key)


def sizing(given: Services) -> Sizing:
    """Who estimates their size."""
    return Sizing(
        ground=Ground(
            site=given.site, calendar=Calendar(given.site), store=given.store,
            sessions=given.records, verdicts=given.records.verdicts,
            findings=given.records.findings, rules=(), clock=given.clock,
        )
    )  # fmt: skip


def suggested(given: Services, actor: Actor, form: dict[str, str]) -> Suggested | None:
    """The estimate that a form asks for; None where it asks for none.

    Raises:
        Refused: It cannot be made, or a field cannot be read.
    """
    if not form.get("like"):
        return None
    first = _day(form.get("like_first") or form.get("first", ""))
    last = _day(form.get("like_last") or form.get("last", ""))
    return sizing(given).suggest(actor, form["like"][:120], first, last)


def entered(form: dict[str, str], of: Suggested | None) -> Said:
    """What a form says; with an estimate its size is the estimate's, whatever was typed.

    Raises:
        Refused: A field cannot be read.
    """
    carrier = form.get("carrier", "")
    if carrier not in set(Carrier):
        raise Refused("A field of the form cannot be read.")
    return Said(
        place=form.get("place", "")[:120], carrier=Carrier(carrier),
        first=_day(form.get("first", "")), last=_day(form.get("last", "")),
        per_day=of.per_day if of else _number(form.get("per_day", "")),
        u=of.u if of else _number(form.get("u", "")), words=form.get("words", "")[:_LONGEST],
        document=form.get("document", "")[:_LONGEST], evidence=of.evidence if of else {},
    )  # fmt: skip


def places(given: Services, actor: Actor, tr: Translator) -> list[tuple[str, str]]:
    """Meters and machines that an event may act on, with their names."""
    return [
        (e.id, place_of(given.site, e.id, tr))
        for e in given.site.equipment.values()
        if actor.sees(e.building) and (e.meter is not None or given.site.points_of(e.id))
    ]


def event_lines(given: Services, actor: Actor, tr: Translator) -> list[dict[str, object]]:
    """Every event in scope as a row, the newest first."""
    return [_line(given, line, tr) for line in board(given).lines(actor)]


def size_words(per_day: float, u: float, unit: str) -> str:
    """``+12 ± 3 kWh``; what takes off has a minus."""
    return f"{'+' if per_day > 0 else ''}{signed(per_day, u)} {unit}"


def _line(given: Services, line: EventLine, tr: Translator) -> dict[str, object]:
    event = line.event
    return {
        "e": event, "place": place_of(given.site, event.place, tr), "orders": line.orders,
        "carrier": tr(CARRIER_WORDS[event.carrier]),
        "size": size_words(event.per_day, event.u, event.unit),
        "source": _source(given, event, tr), "by": name_of(given, event.by),
        "standing": tr(STANDING_WORDS[event.standing]),
        "said": [_step(given, step) for step in (event.decided, event.undone) if step is not None],
        "may_decide": line.may_decide, "may_refuse": line.may_refuse, "may_undo": line.may_undo,
        "counts": event.standing is EventStanding.COUNTS,
    }  # fmt: skip


def _source(given: Services, event: LedgerEvent, tr: Translator) -> str:
    if event.source is Source.STATED:
        return tr("size stated by the document")
    of = event.evidence
    return tr(
        "size estimated by {meter}: {during} days against {before} before",
        meter=place_of(given.site, str(of["meter"]), tr), during=of["during"], before=of["before"],
    )  # fmt: skip


def _step(given: Services, step: Step) -> dict[str, object]:
    return {"by": name_of(given, step.by), "at": step.at, "reason": step.reason}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("A field of the form cannot be read.") from error


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", "").replace("−", "-"))
    except ValueError as error:
        raise Refused("A field of the form cannot be read.") from error
    if not math.isfinite(value):
        raise Refused("A field of the form cannot be read.")
    return value


def filled(form: dict[str, str], of: Suggested | None) -> dict[str, str]:
    """The form as it was typed, with an estimate in its fields."""
    kept = dict.fromkeys(FIELDS, "") | {k: v for k, v in form.items() if k in FIELDS}
    if of is not None:
        kept |= {"per_day": f"{of.per_day:.4g}", "u": f"{of.u:.3g}", "carrier": of.carrier.value}
    return kept
