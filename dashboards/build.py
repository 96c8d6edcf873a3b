"""Dashboards and their provisioning as files, made from the site model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from core.site import Site
from dashboards.campus import campus
from dashboards.influxql import SOURCE

_DATASOURCE = """apiVersion: 1
datasources:
  - name: Plantroom
    uid: {uid}
    type: influxdb
    access: proxy
    url: $PLANTROOM_INFLUX_URL
    isDefault: true
    database: $PLANTROOM_INFLUX_BUCKET
    jsonData:
      dbName: $PLANTROOM_INFLUX_BUCKET
      httpHeaderName1: Authorization
      httpMode: GET
    secureJsonData:
      httpHeaderValue1: Token $PLANTROOM_INFLUX_TOKEN
"""
_PROVIDER = """apiVersion: 1
providers:
  - name: Plantroom
    folder: Plantroom
    type: file
    allowUiUpdates: false
    options:
      path: /var/lib/grafana/dashboards
"""


def dashboards(site: Site, console: str) -> dict[str, dict[str, Any]]:
    """Every dashboard as Grafana's JSON, by file name."""
    built = {"campus.json": campus(site, console).build()}
    return {
        name: json.loads(JSONEncoder(sort_keys=True).encode(page)) for name, page in built.items()
    }


def build(site: Site, console: str, folder: Path) -> list[Path]:
    """Write dashboards and provisioning below a folder; returns the files."""
    files = {
        "provisioning/datasources/plantroom.yaml": _DATASOURCE.format(uid=SOURCE.uid),
        "provisioning/dashboards/plantroom.yaml": _PROVIDER,
    }
    for name, page in dashboards(site, console).items():
        files[f"json/{name}"] = json.dumps(page, indent=2, ensure_ascii=False) + "\n"
    written = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        written.append(path)
    return written


def queries(page: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Title and query of every target of a dashboard, for whoever wants to run them."""
    for panel in page["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["query"]
