"""``plantroom savings``: what proven repairs save."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import typer
from sqlalchemy import select

from adapters.records import ALL
from adapters.records.ledger import PlaceboRow
from adapters.records.orders import OrderFinding
from adapters.settings import load_settings
from adapters.sites import load_site
from api.savings import signed
from core.actor import SYSTEM
from core.clock import DAY_MS, SystemClock
from plantroom.database import opened_records
from plantroom.output import FAILED, as_json, err, out, speaks, table
from plantroom.plant import BrokerAt, Plant
from workorders.ledger.entries import check as walk
from workorders.ledger.events import check_events, read_events
from workorders.ledger.looking import Reading
from workorders.ledger.placebo import Sham, shams
from workorders.ledger.switchbacks import read_switchback
from workorders.ledger.totals import Adjusted

app = typer.Typer(no_args_is_help=True, help="What proven repairs save.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]

_QUIET_DAYS = 14
"""Around a case, in which an asset is no placebo. [d]"""


def _reading() -> Reading:
    settings = load_settings()
    return Reading(sessions=opened_records(settings), site=load_site(settings.site))


@app.command("list")
@speaks
def list_(*, json_: Json = False) -> None:
    """Totals a carrier, then every order with its sign."""
    found = _reading().whole(SYSTEM)
    totals = [
        {"carrier": t.carrier.value, "saving": t.saving, "u": t.u, "unit": t.unit,
         "money": t.money, "kg_co2": t.kg_co2, "orders": t.orders, "days": t.days,
         "not_estimable": t.blind, "disputed": t.disputed, "adjusted": _second(t.adjusted)}
        for t in found.book.totals
    ]  # fmt: skip
    orders = [
        {"order": b.order, "rule": b.rule, "target": b.target, "carrier": b.carrier.value,
         "saving": b.saving, "u": b.u, "unit": b.unit, "money": b.money, "days": b.days,
         "state": b.state, "ended": b.ended_why, "until": b.until, "until_why": b.until_why,
         "adjusted": _second(b.second)}
        for b in found.book.bookings
    ]  # fmt: skip
    if json_:
        as_json({"money": found.money, "labour": found.labour, "net": found.net,
                 "kg_co2": found.kg_co2, "totals": totals, "orders": orders})  # fmt: skip
        return
    rows = [(t.carrier.value, f"{signed(t.saving, t.u)} {t.unit}", _said(t.adjusted),
             signed(t.money or 0.0), t.orders, t.days, t.blind)
            for t in found.book.totals]  # fmt: skip
    table(("carrier", "saved", "with events", "money", "orders", "days", "not estimable"), rows,
          empty="Nothing is booked yet.")  # fmt: skip
    if found.book.bookings:
        out.print()
        table(
            ("order", "rule", "carrier", "saved", "with events", "days", "state", "ended"),
            [(b.order, b.rule, b.carrier.value, f"{signed(b.saving, b.u)} {b.unit}",
              _said(b.second), b.days, b.state, b.ended_why) for b in found.book.bookings],
            empty="",
        )  # fmt: skip


def _second(of: Adjusted | None) -> dict[str, float | None] | None:
    if of is None:
        return None
    return {"saving": of.saving, "u": of.u, "money": of.money, "kg_co2": of.kg_co2}


def _said(of: Adjusted | None) -> str:
    return signed(of.saving, of.u) if of is not None else ""


@app.command()
@speaks
def order(
    id_: Annotated[str, typer.Argument(metavar="ORDER", help="Such as WO-2026-0001.")],
    *,
    json_: Json = False,
) -> None:
    """One order's entries, as they were written, the newest day first."""
    book = _reading().order(SYSTEM, id_)
    names = ("day", "carrier", "counterfactual", "actual", "saving", "u", "state", "why")
    rows = [[getattr(d, name) for name in names] for d in book.days]
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    table(names, rows, empty="Nothing is booked for this order.")


@app.command()
@speaks
def events(*, json_: Json = False) -> None:
    """Non-routine events that people entered, the newest first, and what was said of them."""
    with opened_records(load_settings()).session(ALL, reading=True) as session:
        found = read_events(session)
    names = ("id", "place", "carrier", "first", "last", "a day", "±", "source", "standing", "by",
             "confirmed or refused by", "what", "document")  # fmt: skip
    rows = [
        (e.id, e.place, e.carrier.value, e.first.isoformat(), e.last.isoformat(), e.per_day, e.u,
         e.source.value, e.standing.value, e.by, e.decided.by if e.decided else "", e.words,
         e.document)
        for e in found
    ]  # fmt: skip
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    table(names, rows, empty="Nobody has entered an event.")


@app.command()
@speaks
def switchback(
    id_: Annotated[str, typer.Argument(metavar="ORDER", help="Such as WO-2026-0001.")],
    *,
    json_: Json = False,
) -> None:
    """The accepted schedule of an order's switchback: when its fix is off, and when on."""
    with opened_records(load_settings()).session(ALL, reading=True) as session:
        said = read_switchback(session, id_)
    of = said.accepted
    names = ("pair", "fix", "first", "last", "compared")
    rows = [
        (s.pair + 1, "on" if s.on else "off", s.days[0].isoformat(), s.days[-1].isoformat(),
         " ".join(day.isoformat() for day in s.counted))
        for s in (of.spells if of is not None else ())
    ]  # fmt: skip
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    why = f"Declined: {said.declined.reason}" if said.declined is not None else "None was accepted."
    table(names, rows, empty=why)
    if of is not None and of.stopped is not None:
        out.print(f"stopped by {of.stopped_by}: {of.stopped_why}")


@app.command()
@speaks
def check(*, json_: Json = False) -> None:
    """Walk along all entries and say whether one was changed or is gone. Exit 4 if so."""
    settings = load_settings()
    key = settings.ledger_key.get_secret_value().encode()
    with opened_records(settings).session(ALL, reading=True) as session:
        found, beside = walk(session, key), check_events(session, key)
    if json_:
        as_json({"entries": found.entries, "signed": found.signed, "broken": list(found.broken),
                 "last": found.last, "events": beside.rows, "events_signed": beside.signed,
                 "events_broken": list(beside.broken)})  # fmt: skip
    else:
        out.print(f"{found.entries} entries, each as it was written; the last is {found.last}"
                  if not found.broken else f"{found.entries} entries")  # fmt: skip
        out.print(f"{found.signed} of them are signed by PLANTROOM_LEDGER_KEY")
        out.print(f"{beside.rows} rows of non-routine events, {beside.signed} of them signed")
    if found.broken or beside.broken:
        broken = [*found.broken, *beside.broken]
        err.print(f"changed, or without their forerunner: {broken}", style="red")
        raise typer.Exit(FAILED)


@app.command()
@speaks
def placebo(
    days: Annotated[int, typer.Option(min=30, help="Back from today.")] = 90,
    seed: Annotated[int, typer.Option(help="Of the dates.")] = 1,
    *,
    json_: Json = False,
) -> None:
    """Book pretended repairs where nothing was done; the page shows what came of it.

    Reads the store itself: a DuckDB file that a running installation holds cannot be read.
    """
    settings, clock = load_settings(), SystemClock()
    plant = Plant(settings=settings, site=load_site(settings.site), clock=clock,
                  broker=BrokerAt(host="", port=0))  # fmt: skip
    try:
        made = _shams(plant, days, seed)
        rows = _kept(plant, made, clock.now())
    finally:
        plant.stop()
    names = ("carrier", "tries", "mean of the use", "interval held")
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(names, rows, empty="Too few days without any case.")


def _shams(plant: Plant, days: int, seed: int) -> list[Sham]:
    ground = plant.ledger.ground
    last = ground.day(ground.clock.now()) - timedelta(days=1)
    touched: dict[str, list[tuple[date, date]]] = {}
    with plant.records.session(ALL, reading=True) as session:
        links = session.execute(select(OrderFinding.target, OrderFinding.onset, OrderFinding.last))
        for target, onset, end in links:
            span = (
                ground.day(onset - _QUIET_DAYS * DAY_MS),
                ground.day(end + _QUIET_DAYS * DAY_MS),
            )
            touched.setdefault(target, []).append(span)
    return list(shams(ground, last - timedelta(days=days), last, touched, seed=seed))


def _kept(plant: Plant, made: list[Sham], now: int) -> list[tuple[str, int, float, float]]:
    rows = []
    for carrier in sorted({sham.carrier for sham in made}):
        mine = [sham for sham in made if sham.carrier is carrier]
        mean = sum(s.saving for s in mine) / sum(s.use for s in mine)
        held = sum(abs(s.saving) <= s.u for s in mine) / len(mine)
        rows.append((carrier.value, len(mine), round(mean, 5), round(held, 3)))
    with plant.records.session(ALL) as session:
        for name, runs, mean, held in rows:
            session.add(PlaceboRow(at=now, carrier=name, runs=runs, mean=mean, coverage=held))
    return rows
