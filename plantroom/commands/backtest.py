"""``plantroom backtest``: what the rules would have found, without telling anybody."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import SecretStr

from adapters.settings import Settings, load_settings
from adapters.sites import load_site
from adapters.store import open_store
from analytics.backtest import Backtest
from analytics.backtest import backtest as judge
from analytics.rules import RULES
from core.clock import DAY_MS, SteppedClock
from core.errors import Misconfigured, Mistake
from core.site import Site
from plantroom.account import account
from plantroom.conductor import Conductor
from plantroom.files import opened, playing
from plantroom.logs import configure
from plantroom.output import as_json, out, speaks, table
from plantroom.plant import influx_token

_STEP_MS = 10 * DAY_MS


@speaks
def backtest(
    *,
    site: Annotated[Path | None, typer.Option(help="Folder of the site.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of files; the store of this site without.")
    ] = None,
    from_: Annotated[str, typer.Option("--from", help="Local date; all there is without.")] = "",
    to: Annotated[str, typer.Option(help="Local date, not included; all there is without.")] = "",
    days: Annotated[bool, typer.Option("--days", help="A line a day and rule.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Run the rules over history or files; opens no order and changes no data."""
    settings = load_settings()
    configure("warning")
    folder = site or settings.site
    model = load_site(folder)
    begun = time.monotonic()
    if data is None:
        start, end = _moment(from_, model), _moment(to, model)
        if start is None or end is None:
            what = "a store has no first and last day to go by"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected="--from and --to")])
        store = open_store(settings.store_url, model, token=influx_token())
        try:
            result, rows = judge(model, store, start, end), None
        finally:
            store.close()
    else:
        result, rows = of_files(settings, model, data, _moment(from_, model), _moment(to, model))
    _print(model, result, rows, round(time.monotonic() - begun, 1), days=days, json_=json_)


def of_files(
    settings: Settings, site: Site, files: Path, start: int | None, end: int | None
) -> tuple[Backtest, dict[str, object]]:
    """Judge files: read, sent, validated and stored as live readings are, then thrown away.

    With it comes what became of every row.

    Raises:
        Misconfigured: The files hold no reading.
    """
    read = opened(site, files)
    first, last = read.first, read.last
    with tempfile.TemporaryDirectory() as folder:
        own = settings.model_copy(
            update={
                "var": Path(folder), "store": SecretStr("duckdb::memory:"),
                "records": SecretStr(f"sqlite:///{folder}/records.sqlite"),
            }
        )  # fmt: skip
        clock = SteppedClock(first)
        with playing(own, site, read, clock) as plant:
            conductor = Conductor(clock=clock, agents=plant.agents, parts=[])
            conductor.run(first - 1, last + 1, step_ms=_STEP_MS)
            rows = account(plant, read.drivers, last + DAY_MS)
            return judge(site, plant.store, start or first - 1, end or last + 1), rows


def _moment(text: str, site: Site) -> int | None:
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(site.timezone))
    except ValueError:
        mistake = Mistake(file="", line=0, what=f"'{text}' is no date", expected="2026-11-20")
        raise Misconfigured([mistake]) from None
    return round(when.timestamp() * 1000)


def _local(at: int, site: Site) -> str:
    when = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(site.timezone))
    return when.strftime("%Y-%m-%d %H:%M")


def _print(
    site: Site, result: Backtest, rows: dict[str, object] | None, seconds: float, *,
    days: bool, json_: bool,
) -> None:  # fmt: skip
    findings: list[dict[str, Any]] = [
        {
            "rule": f.rule, "target": f.target, "onset": _local(f.onset, site),
            "last": _local(f.last, site), "state": f.state.value, "title": str(f.title),
            "waste_per_day": {w.carrier.value: round(w.amount, 3) for w in f.waste},
            "money_per_day": f.money_per_day, "confidence": f.confidence,
        }
        for f in result.findings
    ]  # fmt: skip
    if json_:
        as_json({"seconds": seconds, "rows": rows, "findings": findings, "hours": result.summary()})
        return
    table(
        ("rule", "target", "from", "to", "wasted a day", "what"),
        [
            (f["rule"], f["target"], f["onset"], f["last"],
             ", ".join(f"{v:g} {k}" for k, v in f["waste_per_day"].items()), f["title"])
            for f in findings
        ],
        empty="Nothing found.",
    )  # fmt: skip
    words = sorted({w for hours in result.summary().values() for w in hours})
    table(
        ("rule, hours", *words),
        [(rule, *(hours.get(w, 0.0) for w in words)) for rule, hours in result.summary().items()],
        empty="No rule could judge anything.",
    )
    if days:
        _days(result)
    out.print(f"[dim]{seconds} s[/]")


def _days(result: Backtest) -> None:
    rows = [
        (line.day, line.rule, line.target, "held" if line.held else "",
         ", ".join(f"{k} {v:.2f} h" for k, v in sorted(line.hours.items())))
        for rule in RULES
        for (id_, target) in result.verdicts
        if id_ == rule.id
        for line in result.days(rule, target)
    ]  # fmt: skip
    table(("day", "rule", "target", "hold", "hours"), rows, empty="No day.")
