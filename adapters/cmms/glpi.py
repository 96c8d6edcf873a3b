"""GLPI through its REST interface (``apirest.php``), as its own documentation describes it.

Facts of paths, headers, answers and error words: GLPI's ``apirest.md``; numbers of a ticket's
status: ``src/CommonITILObject.php`` of the same project. Never tried on a real server.
"""

from __future__ import annotations

import contextlib
import html
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from adapters.cmms.asking import TIMEOUT_S, Asking, Unauthorized
from core.cmms import Ticket, TicketState, Wording
from core.errors import PlantroomError, Refused, Retryable

STATUS: Mapping[TicketState, str] = {
    TicketState.OPEN: "1", TicketState.ASSIGNED: "2", TicketState.WORKING: "2",
    TicketState.WAITING: "4", TicketState.CLOSED: "6",
}  # fmt: skip
"""1 new, 2 processing (assigned), 3 processing (planned), 4 pending, 5 solved, 6 closed."""
_ENDED = frozenset({"5", "6"})
_URGENCY = {1: 5, 2: 4, 3: 3, 4: 2}
"""Ours to theirs: 5 is very high."""
_TYPE = 1
"""An incident; 2 would be a request."""
_NAME, _ID = "1", "2"
"""Search options that GLPI always shows."""
_MOST_TITLE = 255
_MOST_FOUND = 50


class Glpi:
    """Implements :class:`core.cmms.Cmms`.

    Args:
        url: Ending in ``apirest.php``.
        user_token: Of the user that tickets are made as.
        app_token: Of the API client; empty where none is asked for.
        timeout_s: The longest that an answer is waited for. [s]
    """

    name = "GLPI"

    def __init__(
        self, url: str, user_token: str, app_token: str = "", *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._asking = Asking(url, timeout_s=timeout_s)
        self._user_token, self._app_token = user_token, app_token
        self._session: str | None = None

    def status_of(self, state: TicketState) -> str:
        """See the port."""
        return STATUS[state]

    def find(self, key: str) -> Ticket | None:
        """See the port."""
        params = {
            "criteria[0][field]": _NAME, "criteria[0][searchtype]": "contains",
            "criteria[0][value]": key, "forcedisplay[0]": _ID, "range": f"0-{_MOST_FOUND - 1}",
        }  # fmt: skip
        _, found = self._ask("GET", "search/Ticket", params=params)
        ids = sorted(int(row[_ID]) for row in _rows(found) if str(row[_NAME]).startswith(key))
        return self.get(str(ids[0])) if ids else None

    def get(self, ticket: str) -> Ticket | None:
        """See the port."""
        status, found = self._ask("GET", f"Ticket/{ticket}")
        if status == HTTPStatus.NOT_FOUND or not isinstance(found, dict):
            return None
        if found.get("is_deleted"):
            return None  # in its dustbin: nobody there works on it
        return _ticket(str(found["id"]), str(found["status"]))

    def open(self, wording: Wording) -> Ticket:
        """See the port."""
        said = {"input": {**_fields(wording), "type": _TYPE}}
        _, made = self._ask("POST", "Ticket", said)
        if not isinstance(made, dict) or not made.get("id"):
            raise Refused(f"made no ticket: {_message(made)}")
        return _ticket(str(made["id"]), STATUS[wording.state])

    def update(self, ticket: str, wording: Wording) -> Ticket:
        """See the port."""
        status, done = self._ask("PUT", f"Ticket/{ticket}", {"input": _fields(wording)})
        if status == HTTPStatus.NOT_FOUND or not (
            isinstance(done, list) and done and isinstance(done[0], dict) and done[0].get(ticket)
        ):
            raise Refused(f"did not change ticket {ticket}: {_message(done)}")
        return _ticket(ticket, STATUS[wording.state])

    def remark(self, ticket: str, words: str) -> None:
        """See the port: a followup."""
        said = {"input": {"itemtype": "Ticket", "items_id": int(ticket), "content": _rich(words)}}
        self._ask("POST", "ITILFollowup", said)

    def leave(self) -> None:
        """See the port."""
        if self._session is not None:
            with contextlib.suppress(PlantroomError):
                self._asking.ask("GET", "killSession", headers=self._headers())
            self._session = None

    def _ask(
        self, method: str, path: str, said: Mapping[str, Any] | None = None, *,
        params: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:  # fmt: skip
        """With a session, a new one where the old one is over."""
        fresh = self._session is None
        if fresh:
            self._begin()
        try:
            return self._asking.ask(method, path, said, headers=self._headers(), params=params)
        except Unauthorized:
            if fresh:
                raise
            self._begin()
        return self._asking.ask(method, path, said, headers=self._headers(), params=params)

    def _begin(self) -> None:
        self._session = None
        headers = {**self._headers(), "Authorization": f"user_token {self._user_token}"}
        _, said = self._asking.ask("GET", "initSession", headers=headers)
        token = said.get("session_token") if isinstance(said, dict) else None
        if not token:
            raise Retryable("began no session")
        self._session = str(token)

    def _headers(self) -> dict[str, str]:
        found = {"Content-Type": "application/json"}
        if self._app_token:
            found["App-Token"] = self._app_token
        if self._session is not None:
            found["Session-Token"] = self._session
        return found


def _fields(wording: Wording) -> dict[str, Any]:
    return {
        "name": wording.title[:_MOST_TITLE], "content": _rich(wording.body),
        "urgency": _URGENCY[wording.priority], "status": int(STATUS[wording.state]),
    }  # fmt: skip


def _rich(words: str) -> str:
    """As the HTML that it keeps: what somebody wrote is shown, never run."""
    return html.escape(words).replace("\n", "<br>")


def _ticket(id_: str, status: str) -> Ticket:
    return Ticket(id=id_, status=status, closed=status in _ENDED)


def _rows(found: Any) -> list[dict[str, Any]]:
    """Rows of a search: a list, or by id where it was asked so; nothing where there are none."""
    data = found.get("data", []) if isinstance(found, dict) else []
    rows = list(data.values()) if isinstance(data, dict) else data
    return [row for row in rows if isinstance(row, dict) and _ID in row and _NAME in row]


def _message(said: Any) -> str:
    if isinstance(said, list) and said and isinstance(said[0], dict):
        said = said[0]
    return str(said.get("message", "")) if isinstance(said, dict) else "no reason given"
