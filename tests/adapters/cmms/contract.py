"""A server on loopback that holds its clients to a written contract, and forgets nothing."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HERE = Path(__file__).parent
SESSION = "{session}"


def contract(name: str) -> dict[str, Any]:
    """A contract as it was written down."""
    found: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def like(given: Any, written: Any) -> bool:
    """Whether something has the fields and types of an example, no more and no fewer."""
    if isinstance(written, dict):
        return (
            isinstance(given, dict) and set(given) == set(written)
            and all(like(given[key], value) for key, value in written.items())
        )  # fmt: skip
    if isinstance(written, list):
        return isinstance(given, list) and all(like(one, written[0]) for one in given if written)
    return type(given) is type(written)


@dataclass
class Faults:
    """What goes wrong next, one a request: a status, ``slow``, or ``mute`` (done, no answer)."""

    next: deque[int | str] = field(default_factory=deque)
    on: str = ""
    """Only for the exchange of this name; every one where empty."""
    slow_s: float = 2.0

    def take(self, name: str) -> int | str | None:
        return self.next.popleft() if self.next and self.on in {"", name} else None


@dataclass
class Side:
    """One system: its contract, its tickets, and every request by name."""

    name: str
    url: str = ""
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    remarks: list[tuple[int, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What a client did against the contract."""
    faults: Faults = field(default_factory=Faults)
    sessions: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.said = contract(self.name)
        self._lock = threading.Lock()

    def answer(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str],
        body: Any,
    ) -> tuple[str, int, Any]:  # fmt: skip
        """Name of the exchange, status and body."""
        with self._lock:
            for one in self.said["exchanges"]:
                pattern = re.escape(one["request"]["path"]).replace(r"\{id\}", r"(\d+)")
                found = re.fullmatch(pattern, path)
                if found is None or one["request"]["method"] != method:
                    continue
                self.asked.append(one["name"])
                wrong = self._wrong(one["request"], query, headers, body)
                if wrong:
                    self.broken.append(f"{one['name']}: {wrong}")
                    return one["name"], *self._refusal(wrong)
                ticket = int(found[1]) if found.groups() else 0
                if ticket and ticket not in self.tickets:
                    return one["name"], *self._refusal("absent")
                said = one["answer"]
                return one["name"], said["status"], self._do(one["name"], ticket, query, body)
            self.broken.append(f"{method} {path}")
            return "", *self._refusal("path")

    def _refusal(self, why: str) -> tuple[int, Any]:
        said = self.said["refusals"][why]
        return said["status"], said["body"]

    def _wrong(
        self, written: Mapping[str, Any], query: Mapping[str, str], headers: Mapping[str, str],
        body: Any,
    ) -> str:  # fmt: skip
        for name, value in written["headers"].items():
            given = headers.get(name, "")
            begins, _, ends = value.partition(SESSION)
            known = given.startswith(begins) and given[len(begins) :] in self.sessions
            if given != value and not (SESSION in value and not ends and known):
                return name if name in self.said["refusals"] else "body"
        if "password" in (written.get("body") or {}) and body != written["body"]:
            return "login"
        if "body" in written and not like(body, written["body"]):
            return "body"
        if set(query) != set(written.get("query", {})):
            return "body"
        return ""

    def _do(self, name: str, ticket: int, query: Mapping[str, str], body: Any) -> Any:
        if name == "begin":
            token = f"s{len(self.asked)}"
            self.sessions.add(token)
            return {"session_token": token} if self.name == "glpi" else {"accessToken": token}
        does = _GLPI if self.name == "glpi" else _ATLAS
        return does[name](self, ticket, query, body)


def _found(side: Side, key: str, title: str) -> list[tuple[int, dict[str, Any]]]:
    return [(id_, t) for id_, t in sorted(side.tickets.items()) if key in t[title]]


def _glpi_search(side: Side, _: int, query: Mapping[str, str], __: Any) -> Any:
    found = _found(side, query["criteria[0][value]"], "name")
    rows = [{"1": ticket["name"], "2": id_} for id_, ticket in found]
    return {"totalcount": len(rows), "count": len(rows), "data": rows}


def _glpi_open(side: Side, _: int, __: Mapping[str, str], body: Any) -> Any:
    id_ = 15 + len(side.tickets)
    more = {"is_deleted": 0, "date_mod": "2026-03-11 10:00:00"}
    side.tickets[id_] = {"id": id_, **body["input"], **more}
    return {"id": id_, "message": ""}


def _glpi_update(side: Side, ticket: int, _: Mapping[str, str], body: Any) -> Any:
    side.tickets[ticket] |= body["input"]
    return [{str(ticket): True, "message": ""}]


def _glpi_remark(side: Side, _: int, __: Mapping[str, str], body: Any) -> Any:
    side.remarks.append((body["input"]["items_id"], body["input"]["content"]))
    return {"id": len(side.remarks), "message": ""}


def _glpi_end(side: Side, _: int, __: Mapping[str, str], ___: Any) -> Any:
    side.sessions.clear()


def _atlas_search(side: Side, _: int, __: Mapping[str, str], body: Any) -> Any:
    found = [ticket for _, ticket in _found(side, body["filterFields"][0]["value"], "title")]
    return {"content": found, "totalElements": len(found), "number": 0, "size": body["pageSize"]}


def _atlas_open(side: Side, _: int, __: Mapping[str, str], body: Any) -> Any:
    id_ = 15 + len(side.tickets)
    more = {"customId": f"WO{id_:06}", "status": "OPEN", "archived": False}
    side.tickets[id_] = {"id": id_, **body, **more}
    return dict(side.tickets[id_])


def _atlas_update(side: Side, ticket: int, _: Mapping[str, str], body: Any) -> Any:
    side.tickets[ticket] |= body
    return dict(side.tickets[ticket])


def _atlas_remark(side: Side, _: int, __: Mapping[str, str], body: Any) -> Any:
    side.remarks.append((body["workOrder"]["id"], body["content"]))
    return {"id": len(side.remarks), "content": body["content"]}


def _shown(side: Side, ticket: int, _: Mapping[str, str], __: Any) -> Any:
    return dict(side.tickets[ticket])


_GLPI = {
    "search": _glpi_search, "get": _shown, "open": _glpi_open, "update": _glpi_update,
    "remark": _glpi_remark, "end": _glpi_end,
}  # fmt: skip
_ATLAS = {
    "search": _atlas_search, "get": _shown, "open": _atlas_open, "update": _atlas_update,
    "status": _atlas_update, "remark": _atlas_remark,
}  # fmt: skip


@contextmanager
def serving(name: str) -> Iterator[Side]:
    """A system on loopback, until the block is left."""
    side = Side(name)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            query = dict(parse_qsl(parts.query))
            exchange = _named(side, self.command, parts.path)
            fault = side.faults.take(exchange)
            if isinstance(fault, int):
                self._say(fault, {"message": "no"}, {"Retry-After": "7"} if fault == 429 else {})
                return
            _, status, said = side.answer(self.command, parts.path, query, self.headers, body)  # type: ignore[arg-type]
            if fault == "slow":
                time.sleep(side.faults.slow_s)
            if fault == "mute":
                self.close_connection = True
                return
            self._say(status, said, {})

        do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 - the names are the library's

        def _say(self, status: int, said: Any, more: Mapping[str, str]) -> None:
            sent = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            for key, value in {"Content-Length": str(len(sent)), **more}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    side.url = f"http://127.0.0.1:{server.server_port}"
    if name == "glpi":
        side.url += "/apirest.php"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield side
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _named(side: Side, method: str, path: str) -> str:
    for one in side.said["exchanges"]:
        pattern = re.escape(one["request"]["path"]).replace(r"\{id\}", r"\d+")
        if one["request"]["method"] == method and re.fullmatch(pattern, path):
            return str(one["name"])
    return ""
