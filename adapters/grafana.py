"""Grafana's HTTP API, as far as dashboards are put into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException

from core.errors import Misconfigured, Mistake, Retryable

FOLDER = "Plantroom"


def push(url: str, token: str, pages: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Create or replace dashboards in the folder of ours; yields each title.

    Raises:
        Misconfigured: Address or token cannot be right.
        Retryable: Grafana does not answer.
    """
    if urlsplit(url).scheme not in {"http", "https"} or not token:
        what = "a Grafana address and a token are needed"
        expected = "--url http(s)://…, and PLANTROOM_GRAFANA_TOKEN with a service account's token"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
    api = GrafanaApi.from_url(url, credential=token)
    try:
        uid = _folder(api)
        for page in pages:
            body = {"dashboard": {**page, "id": None}, "folderUid": uid, "overwrite": True}
            api.dashboard.update_dashboard(body)
            yield str(page["title"])
    except GrafanaClientError as error:
        what = f"Grafana refused: {error}"
        raise Misconfigured([Mistake(file="", line=0, what=what)]) from error
    except (GrafanaException, OSError) as error:
        msg = f"Grafana does not answer: {error}"
        raise Retryable(msg) from error


def _folder(api: GrafanaApi) -> str:
    for folder in api.folder.get_all_folders():  # type: ignore[no-untyped-call]
        if folder["title"] == FOLDER:
            return str(folder["uid"])
    made = api.folder.create_folder(FOLDER)  # type: ignore[no-untyped-call]
    return str(made["uid"])
