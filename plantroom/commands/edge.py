"""``plantroom edge``: what is done at a gateway's box."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from adapters.settings import load_settings
from adapters.sites import load_site
from core.errors import Misconfigured, Mistake, Refused
from edge.outbox import Outbox
from plantroom.commands import edge_devices, edge_writing
from plantroom.output import out, speaks

app = typer.Typer(no_args_is_help=True, help="At a gateway's box.")
app.command()(edge_devices.read)
app.command()(edge_devices.scan)
app.command()(edge_devices.check)
app.command()(edge_writing.write)
app.command()(edge_writing.release)
app.command()(edge_writing.writes)
app.add_typer(edge_devices.template, name="template")


@app.command()
@speaks
def resend(
    gateway: Annotated[str, typer.Argument(help="Whose outbox.")],
    since: Annotated[str, typer.Option(help="Device time, site's zone: 2026-11-20 or …T06:00.")],
) -> None:
    """Send again what the outbox still keeps since a time, after the store was restored.

    It writes new batches: under their old names they would count as confirmed.
    """
    settings = load_settings()
    zone = ZoneInfo(load_site(settings.site).timezone)
    try:
        moment = datetime.fromisoformat(since).replace(tzinfo=zone)
    except ValueError:
        mistake = Mistake(file="", line=0, what=f"'{since}' is no date", expected="2026-11-20")
        raise Misconfigured([mistake]) from None
    path = settings.var / "outbox" / f"{gateway}.sqlite"
    if not path.exists():
        raise Refused(f"there is no outbox of '{gateway}' here")
    outbox = Outbox(path)
    try:
        again = outbox.resend(round(moment.timestamp() * 1000))
    finally:
        outbox.close()
    out.print(f"{again} readings will be sent again when the agent runs")
