"""``plantroom edge write | release | writes``: a value set by hand, within what the site opens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from adapters.settings import Settings, load_settings
from core.clock import SystemClock
from core.errors import Refused
from edge.buses.contract import Link
from edge.buses.pace import Pace
from edge.buses.protocols import protocol
from edge.writing.hand import plan, put
from edge.writing.hand import release as give_back
from edge.writing.journal import Journal, State
from edge.writing.keeper import ALIVE_MS
from edge.writing.opening import Opening, check, opening_of, to_give_back
from plantroom.fieldbuses import fieldbus_gateways, site_here
from plantroom.handwork import WRITES, as_fields, moment, seconds_of, who
from plantroom.logs import configure
from plantroom.output import as_json, out, speaks, table

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@speaks
def write(
    point: Annotated[str, typer.Argument(help="Id of the point.")],
    value: Annotated[float, typer.Argument(help="In the unit of the point.")],
    *,
    for_: Annotated[str, typer.Option("--for", help="How long it stands: 90m, 2h, 1800 s.")] = "1h",
    why: Annotated[str, typer.Option(help="Why; kept with your name.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")
    ] = False,
    json_: Json = False,
) -> None:
    """Write one point that the site file opens, within its limits; it is given back in time.

    What stood before, who, when and why is on disk before the device is written. Whatever
    happens then, the agent of this box gives it back when its time is over: BACnet by
    relinquishing the priority, Modbus by writing the old value. Exit 2 where it may not be.
    """
    configure("warning")
    settings, now = load_settings(), SystemClock().now()
    site = site_here(settings)
    opening, for_s = opening_of(site, fieldbus_gateways(site), point), seconds_of(for_)
    check(opening, value, for_s, now)
    if not dry_run and not why.strip():
        raise Refused('say why: --why "…"')
    path = settings.var / WRITES
    journal = None if dry_run else Journal(path)
    standing = Journal(path).standing() if path.exists() else []
    with _link(opening, settings) as link:
        pace = Pace(opening.bus.longest_answer)
        planned = plan(opening, value, link, pace, standing)
        done = None if journal is None else put(
            opening, planned, link, pace, journal, by=who(), why=why.strip(), now=now, for_s=for_s
        )  # fmt: skip
    ends, unit = opening.ends(now, for_s), opening.point.unit
    if json_:
        as_json({
            "point": point, "was": planned.was, "value": planned.value, "unit": unit,
            "old_number": planned.old, "number": planned.number, "ends": ends,
            "written": done is not None,
        })  # fmt: skip
        return
    was = "no value" if planned.was is None else f"{planned.was:g} {unit}"
    verb = "would become" if done is None else "is"
    out.print(f"{point} {verb} {planned.value:g} {unit}; it was {was}", markup=False)
    out.print(f"given back at {moment(ends, site.timezone)}", markup=False)
    if journal is not None and not _alive(journal, now):
        out.print("No agent runs here: it is given back when one starts, or by "
                  f"plantroom edge release {point}", style="yellow", markup=False)  # fmt: skip


@speaks
def release(
    point: Annotated[str, typer.Argument(help="Id of the point.")],
) -> None:
    """Give back what stands written on a point before its time is over."""
    configure("warning")
    settings = load_settings()
    site, journal = site_here(settings), Journal(settings.var / WRITES)
    standing = next((one for one in journal.standing() if one.point == point), None)
    if standing is None:
        raise Refused(f"nothing stands written on '{point}'; plantroom edge writes shows all")
    found = (
        to_give_back(site, gateway, point, standing.priority) for gateway in fieldbus_gateways(site)
    )
    opening = next(filter(None, found), None)
    if opening is None:
        raise Refused(f"no device of the site file is read for '{point}' any more")
    with _link(opening, settings) as link:
        pace = Pace(opening.bus.longest_answer)
        state = give_back(opening, standing, link, pace, journal, by=who(), now=SystemClock().now())
    said = "given back" if state is State.RELEASED else "left: somebody wrote there since"
    out.print(f"{point}: {said}", markup=False)


@speaks
def writes(*, json_: Json = False) -> None:
    """What was written from this box: who, when, why, what it was, and what became of it."""
    settings = load_settings()
    site = site_here(settings)
    path = settings.var / WRITES
    found = Journal(path).all() if path.exists() else []
    if json_:
        as_json([as_fields(one) for one in found])
        return
    table(
        ("point", "written", "by", "was", "value", "until", "state", "why"),
        [(one.point, moment(one.at, site.timezone), one.by,
          "" if one.was is None else f"{one.was:g}", f"{one.value:g}",
          moment(one.ended or one.ends, site.timezone), one.state.value, one.why)
         for one in found],
        empty="Nothing was written from here.",
    )  # fmt: skip


@contextmanager
def _link(opening: Opening, settings: Settings) -> Iterator[Link]:
    """A link of our own, beside the agent's.

    Raises:
        Refused: A serial line that the agent has cannot be had a second time.
    """
    path = settings.var / WRITES
    serial = opening.bus.tcp is None and opening.bus.serial is not None
    if serial and path.exists() and _alive(Journal(path), SystemClock().now()):
        raise Refused(
            f"the agent has the line {opening.bus.serial.port if opening.bus.serial else ''}; "
            "stop it first", code="conflict",
        )  # fmt: skip
    link = protocol(opening.bus.protocol).open_link(
        opening.bus, [opening.device], lambda _d, _v: None
    )
    try:
        yield link
    finally:
        link.close()


def _alive(journal: Journal, now: int) -> bool:
    beat = journal.last_beat()
    return beat is not None and now - beat < ALIVE_MS
