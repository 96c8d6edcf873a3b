"""``plantroom dashboards``: Grafana's pages as files, or straight into a Grafana."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from adapters.grafana import push as push_to
from adapters.settings import load_settings
from adapters.sites import load_site
from dashboards.build import build as build_files
from dashboards.build import dashboards
from plantroom.output import out, speaks

app = typer.Typer(no_args_is_help=True, help="Grafana's dashboards, made from the site model.")


@app.command()
@speaks
def build(
    to: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("deploy/grafana"),
    site: Annotated[Path | None, typer.Option(help="Folder of the site.")] = None,
    console: Annotated[str, typer.Option(help="Address that links to orders open.")] = "",
) -> None:
    """Write dashboards and provisioning files; Grafana loads them when it starts."""
    settings = load_settings()
    model = load_site(site or settings.site)
    for path in build_files(model, console or settings.address, to):
        out.print(f"wrote {path}")


@app.command()
@speaks
def push(
    url: Annotated[str, typer.Option(help="Address of Grafana.")],
    site: Annotated[Path | None, typer.Option(help="Folder of the site.")] = None,
    console: Annotated[str, typer.Option(help="Address that links to orders open.")] = "",
) -> None:
    """Put the dashboards into a running Grafana; its token comes from PLANTROOM_GRAFANA_TOKEN."""
    settings = load_settings()
    pages = dashboards(load_site(site or settings.site), console or settings.address)
    for title in push_to(url, os.environ.get("PLANTROOM_GRAFANA_TOKEN", ""), pages.values()):
        out.print(f"pushed {title}")
