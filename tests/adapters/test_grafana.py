"""Dashboards go into a Grafana over its own HTTP API: here a small one on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from adapters.grafana import FOLDER, push
from core.errors import Misconfigured, Retryable
from tests.servers import free_port

TOKEN = "a-service-account"  # noqa: S105
PAGE = {"uid": "plantroom-campus", "title": "Campus: now", "panels": []}


@dataclass
class Grafana:
    """What the server keeps, and how it is set to behave.

    Attributes:
        folders: Title by uid.
        boards: What was saved last, by the dashboard's uid.
        broken: Answers 503 to everything.
    """

    port: int
    folders: dict[str, str] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, method: str, path: str, token: str, body: Any) -> tuple[int, Any]:
        """As Grafana 11 answers these three requests."""
        if self.broken:
            return 503, {"message": "database is locked"}
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        if (method, path) == ("GET", "/api/folders"):
            return 200, [{"uid": u, "title": t, "id": 1} for u, t in self.folders.items()]
        if (method, path) == ("POST", "/api/folders"):
            self.folders["f1"] = body["title"]
            return 200, {"uid": "f1", "title": body["title"], "id": 1}
        if (method, path) == ("POST", "/api/dashboards/db"):
            known = self.boards.get(body["dashboard"]["uid"])
            if known is not None and not body.get("overwrite"):
                return 412, {"message": "The dashboard has been changed by someone else"}
            self.boards[body["dashboard"]["uid"]] = body
            return 200, {"status": "success", "uid": body["dashboard"]["uid"]}
        return 404, {"message": f"{method} {path}"}


@contextmanager
def serving() -> Iterator[Grafana]:
    """The server until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("GET")

        def do_POST(self) -> None:
            self._reply("POST")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its base's name
            """Silence."""

        def _reply(self, method: str) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            path = self.path.partition("?")[0]
            token = self.headers.get("Authorization", "")
            status, said = grafana.answer(method, path, token, body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    grafana = Grafana(port=server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield grafana
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_a_dashboard_is_put_into_our_folder_and_replaced_the_next_time() -> None:
    with serving() as grafana:
        assert list(push(grafana.url, TOKEN, [PAGE])) == ["Campus: now"]
        changed = {**PAGE, "title": "Campus: then"}
        assert list(push(grafana.url, TOKEN, [changed])) == ["Campus: then"]
        assert grafana.folders == {"f1": FOLDER}, "one folder, however often it is pushed"
        saved = grafana.boards["plantroom-campus"]
        assert saved["folderUid"] == "f1"
        assert saved["dashboard"]["title"] == "Campus: then"
        assert saved["dashboard"]["id"] is None, "ids are Grafana's own; ours is the uid"


def test_a_wrong_token_is_a_mistake_of_whoever_set_it() -> None:
    with serving() as grafana, pytest.raises(Misconfigured, match="refused: Unauthorized"):
        list(push(grafana.url, "another", [PAGE]))


def test_a_grafana_in_trouble_or_away_may_be_tried_again() -> None:
    with serving() as grafana:
        grafana.broken = True
        with pytest.raises(Retryable, match="does not answer"):
            list(push(grafana.url, TOKEN, [PAGE]))
    with pytest.raises(Retryable, match="does not answer"):
        list(push(f"http://127.0.0.1:{free_port()}", TOKEN, [PAGE]))


@pytest.mark.parametrize(("url", "token"), [("grafana:3000", TOKEN), ("http://grafana", "")])
def test_without_address_or_token_nothing_is_asked(url: str, token: str) -> None:
    with pytest.raises(Misconfigured, match="address and a token"):
        list(push(url, token, [PAGE]))
