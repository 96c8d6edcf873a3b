"""Orders as pages and programs show them: words, places, times."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.locales import Translator
from api import formats
from api.awaited import awaited_words
from api.series import point_name
from api.services import Services
from core.finding import Finding
from core.site import Site
from core.words import CARRIER_UNIT, Discipline, OrderState, Text, Trade
from workorders.requests import places
from workorders.silent_device import silent_points
from workorders.views import DueTime, OrderDetail, OrderRow, WatchView

STATE_WORDS = {
    OrderState.NEW: "new",
    OrderState.TRIAGED: "triaged",
    OrderState.ASSIGNED: "assigned",
    OrderState.ACCEPTED: "accepted",
    OrderState.IN_PROGRESS: "on site",
    OrderState.ON_HOLD: "on hold",
    OrderState.DONE: "done",
    OrderState.VERIFYING: "waiting for proof",
    OrderState.CLOSED: "closed",
    OrderState.CANCELLED: "cancelled",
}
DISCIPLINE_OF = {
    Trade.ELECTRICIAN: Discipline.POWER,
    Trade.PLUMBER: Discipline.WATER,
    Trade.HVAC: Discipline.AIR,
    Trade.HEATING: Discipline.HEATING,
    Trade.INSTRUMENT: Discipline.INSTRUMENT,
    Trade.OPERATOR: Discipline.INSTRUMENT,
}
"""Of an order that no rule opened."""
PROMISES = {
    "acknowledge": "accept", "arrive": "be there", "safe": "make safe", "restore": "restore",
    "permanent": "mend for good", "planned": "do the planned work",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One order as a row.

    Attributes:
        money: Wasted a day; None where nothing has a price. [site currency]
        waste: Why it stands where it stands, term by term.
        due_share: Share of the next promise's time that has passed, in percent.
        refused: The last repair was refused by telemetry.
        taught: Whether something that was taught holds for its rule there.
        advice: Whether its rule only advises.
    """

    id: str
    building: str
    rule: str
    discipline: str
    priority: int
    title: str
    place: str
    money: float | None
    waste: tuple[str, ...]
    opened: int
    count: int
    person: str
    state: str
    state_words: str
    outcome: str | None
    due_words: str
    due_share: int | None
    late: bool
    refused: bool
    taught: bool = False
    advice: bool = False


Marks = tuple[frozenset[tuple[str, str]], frozenset[str]]
"""Rules and targets for which something taught holds; rules that only advise."""


def summary(
    given: Services, row: OrderRow, tr: Translator, marks: Marks = (frozenset(), frozenset())
) -> Summary:
    """A row of the list."""
    now, site = given.clock.now(), given.site
    card = given.cards.get(row.rule)
    running = row.state not in {OrderState.CLOSED, OrderState.CANCELLED}
    refused = row.attempt > 1 and row.state in {
        OrderState.ASSIGNED, OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.ON_HOLD,
    }  # fmt: skip
    return Summary(
        id=row.id,
        building=row.building,
        rule=row.rule,
        discipline=(card.discipline if card else DISCIPLINE_OF[row.trade]).value,
        priority=int(row.priority),
        title=tr.say(named(row.title, row.target, site, tr)),
        place=place_of(site, row.asset, tr),
        money=row.waste_per_day or None,
        waste=terms_words(row, site, tr),
        opened=row.opened_at,
        count=row.count,
        person=row.person_name,
        state=row.state.value,
        state_words=state_words(row, tr, refused=refused),
        outcome=row.outcome.value if row.outcome else None,
        due_words=due_words(row, now, site.timezone, tr),
        due_share=share_passed(row.due, now) if running and row.due else None,
        late=row.late or (row.due is not None and row.due.due < now),
        refused=refused,
        taught=(row.rule, row.target) in marks[0],
        advice=row.rule in marks[1],
    )


def terms_words(row: OrderRow, site: Site, tr: Translator) -> tuple[str, ...]:
    """What an order is ranked by, in short: value a day by its terms, over the expected work."""
    terms = [(tr(term.name), formats.money(term.amount, site.money))
             for term in row.terms if term.amount]  # fmt: skip
    value = " + ".join(f"{name} {amount}" for name, amount in terms)
    if not value:
        return ()
    return (f"{value} / {tr('{n} min', n=row.effort_min)}",)


def state_words(row: OrderRow, tr: Translator, *, refused: bool) -> str:
    """The state as people say it; how it closed where it closed."""
    if row.needs_signature:
        return tr("needs a signature")
    if row.outcome is not None:
        return tr(row.outcome.value)
    words = tr(STATE_WORDS[row.state])
    return tr("refused, {state}", state=words) if refused else words


def due_words(row: OrderRow, now: int, zone: str, tr: Translator) -> str:
    """The next promise, or when it ended."""
    if row.closed_at is not None:
        return tr("closed {when}", when=formats.moment(row.closed_at, zone, tr, now=now))
    if row.due is None:
        return tr("a promise was missed") if row.late else tr("every promise kept")
    when = formats.due(row.due.due, now, zone, tr)
    planned = row.due.kind == "restore" and "plan_id" in row.title.params
    promise = PROMISES["planned" if planned else row.due.kind]
    return tr("{promise}: {when}", promise=tr(promise), when=when)


def share_passed(due: DueTime, now: int) -> int:
    """How much of a promise's time has passed, in percent."""
    whole = max(1, due.due - due.started)
    return max(0, min(100, round(100 * (now - due.started) / whole)))


def explained(detail: OrderDetail, given: Services, tr: Translator) -> str:
    """What an order is about; where all points of a device are silent, that too."""
    row = detail.row
    words = tr.say(named(row.explanation, row.target, given.site, tr))
    silent = silent_points(given.site, row.asset, detail.findings, given.cards)
    if not silent:
        return words
    device = tr.name(given.site.equipment[row.asset].names)
    more = tr(
        "Device {device} is silent, all {n} points of it: look at the device, its power and its "
        "line, not at each sensor.", device=device, n=silent,
    )  # fmt: skip
    return f"{words} {more}"


def named(text: Text, target: str, site: Site, tr: Translator) -> Text:
    """A text whose target, plan and point are called by their names in the reader's language."""
    planned = next((p for p in site.plans if p.id == text.params.get("plan_id")), None)
    if planned is not None:
        text = Text(text.msgid, {**text.params, "plan": tr.name(planned.names)})
    watched = site.index.get(str(text.params.get("point", "")))
    if watched is not None:
        text = Text(
            text.msgid, {**text.params, "point": point_name(site, site.points[watched], tr)}
        )
    if "target" not in text.params:
        return text
    point = site.index.get(target)
    if target in site.equipment:
        name = tr.name(site.equipment[target].names)
    elif target in site.gateways:
        name = tr.name(site.gateways[target].names)
    elif point is not None:
        name = point_name(site, site.points[point], tr)
    elif target in site.buildings:
        name = tr.name(site.buildings[target].names)
    elif (space := places.place_of(site, target)) is not None:
        name = tr.name(space.names)
    else:
        return text
    return Text(text.msgid, {**text.params, "target": name})


def place_of(site: Site, asset: str, tr: Translator) -> str:
    """Building, where in it, and the asset's name."""
    equipment = site.equipment.get(asset)
    if equipment is None:
        return _place_without_equipment(site, asset, tr)
    building = site.buildings[equipment.building]
    space = next((s for s in building.spaces if s.id == equipment.location), None)
    parts = [tr.name(building.names), tr.name(space.names) if space else equipment.location]
    return ", ".join([p for p in parts if p] + [tr.name(equipment.names)])


def _place_without_equipment(site: Site, asset: str, tr: Translator) -> str:
    """Of a gateway, a building or a room; of what is no longer in the model, its id."""
    if asset in site.gateways:
        return tr.name(site.gateways[asset].names)
    if asset in site.buildings:
        return tr.name(site.buildings[asset].names)
    place = places.place_of(site, asset)
    if place is None:
        return asset
    building = tr.name(site.buildings[place.building].names)
    parts = [building, tr.name(place.within), tr.name(place.names)]
    return ", ".join(dict.fromkeys(parts))


def waste_words(finding: Finding) -> tuple[str, ...]:
    """Amounts wasted a day, each with its unit."""
    return tuple(
        f"{formats.number(w.amount)} {CARRIER_UNIT[w.carrier]}" for w in finding.waste if w.amount
    )


def watch_words(watch: WatchView, now: int, site: Site, tr: Translator) -> str:
    """What telemetry says of a repair, where it has said anything yet, and what is awaited."""
    equipment = site.equipment.get(watch.target)
    name = tr.name(equipment.names) if equipment else watch.target
    if watch.awaited.msgid:
        said = tr.say(watch.awaited)
    elif not watch.needed:
        said = tr("The first readings since the repair are awaited.")
    else:
        said = tr("{exposures} of {needed} clear exposures so far.", exposures=watch.exposures,
                  needed=watch.needed)  # fmt: skip
    waits = awaited_words(watch.needs, now, site, tr) if watch.needs else ""
    return f"{watch.rule}, {name}: {said}{' ' if waits else ''}{waits}"
