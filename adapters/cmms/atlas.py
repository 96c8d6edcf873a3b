"""Atlas CMMS (grashjs/cmms) through its REST interface, as its controllers describe it.

Facts of paths and fields: ``AuthController``, ``WorkOrderController``, ``CommentController`` and
their DTOs in the project's ``api/``. Never tried on a real server.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from adapters.cmms.asking import TIMEOUT_S, Asking, Unauthorized
from core.cmms import Ticket, TicketState, Wording
from core.errors import Refused, Retryable

STATUS: Mapping[TicketState, str] = {
    TicketState.OPEN: "OPEN", TicketState.ASSIGNED: "OPEN", TicketState.WORKING: "IN_PROGRESS",
    TicketState.WAITING: "ON_HOLD", TicketState.CLOSED: "COMPLETE",
}  # fmt: skip
_PRIORITY = {1: "HIGH", 2: "HIGH", 3: "MEDIUM", 4: "LOW"}
_MOST_BODY = 10_000
_MOST_TITLE = 255
_MOST_FOUND = 50


class Atlas:
    """Implements :class:`core.cmms.Cmms`.

    Args:
        url: Of its API.
        user: Mail address of the account that orders are made as.
        password: Of that account.
        timeout_s: The longest that an answer is waited for. [s]
    """

    name = "Atlas CMMS"

    def __init__(self, url: str, user: str, password: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._asking = Asking(url, timeout_s=timeout_s)
        self._user, self._password = user, password
        self._token: str | None = None

    def status_of(self, state: TicketState) -> str:
        """See the port."""
        return STATUS[state]

    def find(self, key: str) -> Ticket | None:
        """See the port."""
        said = {
            "filterFields": [
                {"field": "title", "operation": "cn", "value": key, "values": []}
            ],
            "direction": "ASC", "sortField": "id", "pageNum": 0, "pageSize": _MOST_FOUND,
        }  # fmt: skip
        _, found = self._ask("POST", "work-orders/search", said)
        rows = found.get("content", []) if isinstance(found, dict) else []
        mine = [row for row in rows if str(row.get("title", "")).startswith(key)]
        return _ticket(min(mine, key=lambda row: int(row["id"]))) if mine else None

    def get(self, ticket: str) -> Ticket | None:
        """See the port."""
        status, found = self._ask("GET", f"work-orders/{ticket}")
        if status == HTTPStatus.NOT_FOUND or not isinstance(found, dict):
            return None
        return None if found.get("archived") else _ticket(found)

    def open(self, wording: Wording) -> Ticket:
        """See the port; it begins as OPEN there."""
        _, made = self._ask("POST", "work-orders", _fields(wording))
        ticket = _ticket(_shown(made, "made no work order"))
        return self._in_state(ticket, wording.state)

    def update(self, ticket: str, wording: Wording) -> Ticket:
        """See the port. What a change leaves out it sets back, so all of it is said."""
        status, done = self._ask("PATCH", f"work-orders/{ticket}", _fields(wording))
        if status == HTTPStatus.NOT_FOUND:
            raise Refused(f"has no work order {ticket}")
        return self._in_state(_ticket(_shown(done, "changed nothing")), wording.state)

    def remark(self, ticket: str, words: str) -> None:
        """See the port: a comment."""
        self._ask("POST", "comments", {"workOrder": {"id": int(ticket)}, "content": words})

    def leave(self) -> None:
        """See the port; a token is only forgotten."""
        self._token = None

    def _in_state(self, ticket: Ticket, state: TicketState) -> Ticket:
        if ticket.status == STATUS[state]:
            return ticket
        said = {"status": STATUS[state]}
        _, done = self._ask("PATCH", f"work-orders/{ticket.id}/change-status", said)
        return _ticket(_shown(done, "changed no status"))

    def _ask(
        self, method: str, path: str, said: Mapping[str, Any] | None = None
    ) -> tuple[int, Any]:
        """With a token, a new one where the old one is over."""
        fresh = self._token is None
        if fresh:
            self._begin()
        try:
            return self._asking.ask(method, path, said, headers=self._headers())
        except Unauthorized:
            if fresh:
                raise
            self._begin()
        return self._asking.ask(method, path, said, headers=self._headers())

    def _begin(self) -> None:
        said = {"email": self._user, "password": self._password, "type": "client"}
        self._token = None
        _, answer = self._asking.ask("POST", "auth/signin", said, headers={})
        token = answer.get("accessToken") if isinstance(answer, dict) else None
        if not token:
            raise Retryable("gave no token")
        self._token = str(token)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


def _fields(wording: Wording) -> dict[str, Any]:
    return {
        "title": wording.title[:_MOST_TITLE], "description": wording.body[:_MOST_BODY],
        "priority": _PRIORITY[wording.priority],
    }  # fmt: skip


def _shown(said: Any, otherwise: str) -> dict[str, Any]:
    if not isinstance(said, dict) or "id" not in said:
        raise Refused(otherwise)
    return said


def _ticket(shown: Mapping[str, Any]) -> Ticket:
    status = str(shown.get("status", ""))
    return Ticket(id=str(shown["id"]), status=status, closed=status == STATUS[TicketState.CLOSED])
