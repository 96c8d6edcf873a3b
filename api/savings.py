"""The ledger as pages show it: amounts with their interval, and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from adapters.locales import Translator
from api import formats
from api.orders import place_of
from api.services import Services
from core.words import CARRIER_UNIT, Carrier
from workorders.ledger.looking import DayEntry, OrderBook, PlanView
from workorders.ledger.totals import Booking, Node

WHY_WORDS = {
    "": "booking goes on",
    "term": "would have been found by now anyway",
    "season": "the season ended",
    "site_median": "such faults stood open no longer here before",
    "twelve_months": "after twelve months the new level is the baseline",
    "relapse": "the fault came back",
    "changed": "the model of the plant or its hours changed",
    "no_data": "three days without data",
    "no_plan": "no plan was frozen before it was done",
    "no_window": "too little was measured before the repair",
    "too_uncertain": "what it saves is known too badly to be booked",
    "model": "the reckoning has changed since its plan was frozen",
    "no_construction": "nothing measures this kind of repair",
    "plan_changed": "the plan is not as it was frozen",
    "refused": "the repair was refused",
    "withdrawn": "the finding was withdrawn",
}
"""Why booking has ended, or never began."""

STATE_WORDS = {
    "provisional": "waits for proof",
    "verified": "booked",
    "reversed": "taken back",
    "disputed": "disputed",
    "not_estimable": "not estimable",
}
DAY_WHY_WORDS = {
    "drivers": "weather outside what was seen before",
    "no_data": "no data",
    "day_type": "the fault was not seen on such a day",
    "cell": "more than the meter would have used",
    "late_readings": "late readings changed it",
    "relapse": "the fault came back",
    "refused": "the repair was refused",
    "withdrawn": "the finding was withdrawn",
}
NODE_WORDS = {"agrees": "agrees", "disputed": "disputed", "unknown": "cannot tell yet"}
CARRIER_WORDS = {
    Carrier.ELECTRICITY: "electricity",
    Carrier.WATER: "mains water",
    Carrier.GAS: "gas",
    Carrier.HEAT: "heat",
    Carrier.COOLING: "cooling",
}
OPTION_WORDS = {
    "A": "option A: the fault's own points, with a nameplate among them",
    "B": "option B: the fault's own points, all of them measured",
}
GROUP_WORDS = {
    "air_flow": "air flow",
    "cop": "COP of the chiller",
    "fan_power": "power of the fan",
    "efficiency": "efficiency of the boiler",
    "meter": "the meter",
    "pressure": "the pressure",
    "formula": "what a unit of the formula costs",
    "plant_meter": "the plant's own meters",
    "take_back": "heat that the building gives back",
    "take_back_cold": "cold that the building gives back",
    "mixing": "mixing of the air",
}
WORDS = tuple(
    word
    for table in (
        WHY_WORDS,
        STATE_WORDS,
        DAY_WHY_WORDS,
        NODE_WORDS,
        CARRIER_WORDS,
        OPTION_WORDS,
        GROUP_WORDS,
    )
    for word in table.values()
)
"""Everything here that is said through a variable, for the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One repair and carrier as a row."""

    order: str
    rule: str
    place: str
    carrier: str
    saving: str
    unit: str
    money: float | None
    days: int
    blind: int
    disputed: int
    alone: bool
    state: str
    state_words: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """One entry of an order's days as a row; ``trend`` opens its readings."""

    day: str
    carrier: str
    counterfactual: float
    actual: float
    saving: str
    unit: str
    state: str
    state_words: str
    why: str
    money: float | None
    trend: str


def signed(value: float, u: float | None = None) -> str:
    """With its sign, and what it may be wrong by."""
    text = f"{'−' if value < 0 else ''}{formats.number(abs(value))}"
    return text if u is None else f"{text} ± {formats.number(abs(u))}"


def line(given: Services, booking: Booking, tr: Translator) -> Line:
    """A row of the list; what waits for its proof is shown as such."""
    waits = booking.state == "provisional"
    said = signed(booking.provisional) if waits else signed(booking.saving, booking.u)
    return Line(
        order=booking.order, rule=booking.rule, place=place_of(given.site, booking.target, tr),
        carrier=tr(CARRIER_WORDS[booking.carrier]), saving=said, unit=booking.unit,
        money=None if waits else booking.money, days=booking.days, blind=booking.blind,
        disputed=booking.disputed, alone=booking.significant, state=booking.state,
        state_words=tr(STATE_WORDS[_shown(booking)]), why=why_words(booking.ended_why, tr),
    )  # fmt: skip


def why_words(why: str, tr: Translator) -> str:
    """Why booking ended, as people say it."""
    return tr(WHY_WORDS.get(why, why))


def day_lines(given: Services, book: OrderBook, tr: Translator) -> list[DayLine]:
    """Every entry of an order, the newest day first."""
    return [_day_line(given, book, entry, tr) for entry in book.days]


def meter_words(given: Services, node: Node, tr: Translator) -> str:
    """The name of a meter above."""
    return place_of(given.site, node.meter, tr)


def plan_lines(given: Services, plan: PlanView, tr: Translator) -> list[tuple[str, str]]:
    """What a repair is held against, line by line."""
    zone, detail = given.site.timezone, plan.detail
    lines = [
        (tr("Frozen"), formats.moment(plan.frozen_at, zone, tr)),
        (tr("Measured by"), tr(OPTION_WORDS.get(plan.option, plan.option))),
        (tr("What the repair changes"), tr(plan.key)),
    ]
    if not detail:
        return [*lines, (tr("Nothing is claimed"), why_words(plan.why, tr))]
    span = " – ".join(formats.moment(detail[end], zone, tr) for end in ("start", "end"))
    lines.append((tr("Before the repair"), tr("{span}, {hours} h of exposure", span=span,
                                              hours=formats.number(detail["hours"]))))  # fmt: skip
    if detail["selected"]:
        lines.append((tr("Among it"), tr("what raised the alarm, for want of other readings")))
    if detail["low"] is not None:
        lines.append((tr("Outdoor air then"), f"{detail['low']:.1f} … {detail['high']:.1f} °C"))
    hours = sum(detail["bin_hours"]) or 1.0
    for carrier, rates in detail["rate"].items():
        mean = sum(r * h for r, h in zip(rates, detail["bin_hours"], strict=True)) / hours
        unit, name = CARRIER_UNIT[Carrier(carrier)], tr(CARRIER_WORDS[Carrier(carrier)])
        width = formats.number(detail["known"][carrier][0], 3)
        said = f"{formats.number(mean, 3)} ± {width} {unit}/h"
        lines.append((tr("Lost an hour before: {carrier}", carrier=name), said))
        if carrier in (costs := detail.get("costs", {})):
            lines.append((tr("A unit of the formula: {carrier}", carrier=name),
                          _cost(costs[carrier], tr)))  # fmt: skip
        if carrier in (growth := detail.get("growth", {})):
            lines.append(
                (
                    tr("Grew: {carrier}", carrier=name),
                    f"{formats.number(growth[carrier], 3)} {unit}/(h·d)",
                )
            )
    lines.extend(
        (tr("Not booked: {carrier}", carrier=tr(CARRIER_WORDS[Carrier(carrier)])),
         tr("known too badly"))
        for carrier in detail.get("unsure", ())
    )  # fmt: skip
    lines.extend(
        (tr("Wrong alike every day: {name}", name=_group(name, tr)), f"± {share:.0%}")
        for name, share in detail["groups"].items()
    )
    lines.append((tr("Fingerprint"), plan.hash[:16]))
    return lines


def _cost(cost: Sequence[float], tr: Translator) -> str:
    """What a unit of a formula costs, and who says so."""
    factor, half, days = cost
    said = f"× {formats.number(factor, 2)} ± {formats.number(half, 2)}"
    if not days:
        return tr("{factor}, believed: no meter told it", factor=said)
    return tr("{factor}, by {days} days of meters", factor=said, days=int(days))


def _group(name: str, tr: Translator) -> str:
    word = name.partition(":")[0]
    return tr(GROUP_WORDS.get(word, word))


def _shown(booking: Booking) -> str:
    if booking.state == "ended":
        return "verified" if booking.days or not booking.blind else "not_estimable"
    return booking.state


def _day_line(given: Services, book: OrderBook, entry: DayEntry, tr: Translator) -> DayLine:
    until = (date.fromisoformat(entry.day) + timedelta(days=1)).isoformat() + "T00:00"
    query = urlencode([*(("point", p) for p in _points(given, book)), ("days", 1),
                       ("until", until)])  # fmt: skip
    return DayLine(
        day=entry.day, carrier=tr(CARRIER_WORDS[entry.carrier]),
        counterfactual=entry.counterfactual, actual=entry.actual,
        saving=_saved(entry), unit=CARRIER_UNIT[entry.carrier], state=entry.state,
        state_words=tr(STATE_WORDS[entry.state]),
        why=tr(DAY_WHY_WORDS.get(entry.why, entry.why)) if entry.why else "",
        money=None if entry.price is None else entry.saving * entry.price,
        trend=f"/trend?{query}",
    )  # fmt: skip


def _saved(entry: DayEntry) -> str:
    return "–" if entry.state == "not_estimable" else signed(entry.saving, entry.u)


def _points(given: Services, book: OrderBook) -> Sequence[str]:
    """The points that a saving is read from: those of the evidence, at most six."""
    if book.plan is None:
        return ()
    site = given.site
    of = site.points_of(book.plan.target)
    wanted = [role for role in _DRAWN if role in of] or sorted(of)
    return [site.points[of[role]].id for role in wanted[:6]]


_DRAWN = ("volume", "energy", "hcet", "hclt", "ccet", "cclt", "heat_valve", "cool_valve", "mat",
          "sat", "fan_status", "oa_damper", "pressure")  # fmt: skip
