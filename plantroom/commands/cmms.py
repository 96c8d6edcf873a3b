"""``plantroom cmms``: orders as tickets in a maintenance system of somebody else."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer
from sqlalchemy import select

from adapters.cmms.opening import open_cmms
from adapters.records import ALL, Records
from adapters.records.cmms import TicketRow
from adapters.settings import Settings, load_settings
from adapters.sites import load_levels, load_site
from adapters.store import open_store
from core.clock import SystemClock
from core.cmms import Cmms
from core.errors import Misconfigured, Mistake, PlantroomError
from plantroom.database import opened_records
from plantroom.output import AWAY, as_json, err, out, speaks, table
from workorders.cmms.connector import Connector
from workorders.cmms.wording import key_of
from workorders.duty import RosterDuty
from workorders.service import WorkOrders

app = typer.Typer(
    no_args_is_help=True, help="Orders as tickets in GLPI or Atlas CMMS: whether they arrive."
)
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
@speaks
def status(*, json_: Json = False) -> None:
    """How many tickets there are, and which wait or were given up. Exit 3 if any do."""
    settings = load_settings()
    system = _system(settings)
    with opened_records(settings).session(ALL, reading=True) as session:
        mine = select(TicketRow).where(TicketRow.system == system.name)
        rows = session.scalars(mine.order_by(TicketRow.order_id)).all()
    late = [row for row in rows if row.state in {"waiting", "failed"}]
    counts = {state: sum(row.state == state for row in rows)
              for state in ("sent", "waiting", "failed", "gone")}  # fmt: skip
    if json_:
        as_json({
            "system": system.name, **counts,
            "late": [{"order": r.order_id, "ticket": r.ticket, "state": r.state,
                      "attempts": r.attempts, "error": r.error} for r in late],
        })  # fmt: skip
    else:
        out.print(
            f"{system.name}: {counts['sent']} sent, {counts['waiting']} wait, "
            f"{counts['failed']} given up, {counts['gone']} deleted there"
        )
        table(
            ("order", "ticket", "is", "tries", "last error"),
            [(r.order_id, r.ticket or "", r.state, r.attempts, r.error or "") for r in late[:50]],
            empty="",
        )
    if late:
        raise typer.Exit(AWAY)


@app.command()
@speaks
def test() -> None:
    """Log in there and look for a ticket that does not exist; nothing is made. Exit 3 if not."""
    settings = load_settings()
    system = _system(settings)
    site = load_site(settings.site)
    try:
        system.find(key_of(site.id, "WO-0000-0000"))
    except PlantroomError as why:
        err.print(f"{system.name} {why}")
        raise typer.Exit(AWAY) from why
    finally:
        system.leave()
    out.print(f"{system.name} answers, and knows us")


@app.command()
@speaks
def sync(*, json_: Json = False) -> None:
    """Send and read all now, also what was given up. Exit 3 if something still waits.

    Where Plantroom runs it does so by itself every ten seconds; both together make no ticket twice.
    """
    settings = load_settings()
    records = opened_records(settings)
    done = _connector(settings, records, _system(settings)).step(now_all=True)
    if json_:
        as_json(asdict(done))
    else:
        out.print(
            f"{done.made} made, {done.found} found again, {done.changed} changed, {done.read} "
            f"read, {done.news} of them changed there; {done.waiting} wait"
        )
        if done.error:
            err.print(done.error)
    if done.waiting or done.error:
        raise typer.Exit(AWAY)


def _connector(settings: Settings, records: Records, system: Cmms) -> Connector:
    """Beside whatever runs: it needs orders and people, and no readings."""
    site = load_site(settings.site)
    duty = RosterDuty(records.people, site.timezone, records.staff)
    orders = WorkOrders(
        site, records, open_store("duckdb::memory:", site), SystemClock(), cards={},
        verdicts=records.verdicts, duty=duty, levels=load_levels(settings.site),
    )  # fmt: skip
    word = partial(
        orders.wording, language=settings.notify_language, address=settings.external_address
    )
    return Connector(records, system, word, orders.remark, least=settings.cmms_priority)


def _system(settings: Settings) -> Cmms:
    system = open_cmms(settings)
    if system is None:
        raise Misconfigured([
            Mistake(file="", line=0, what="no maintenance system is set",
                    expected="PLANTROOM_CMMS=glpi or atlas")
        ])  # fmt: skip
    return system
