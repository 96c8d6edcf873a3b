"""Where somebody who works here does so: the network they come from, and the browser they use."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from fastapi import Request, Response

from api.services import Services

COOKIE = "__Host-staff"
PLAIN_COOKIE = "staff"
_KEPT_S = 400 * 86_400
"""As long as browsers keep a cookie at most; it opens nothing."""


def network_of(request: Request, given: Services) -> str:
    """The address that a request comes from; empty where it says nothing of who asks.

    That is this machine's own, behind a proxy that is not trusted, and those of networks that
    everybody shares.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    shared = (ip_network(part) for part in given.settings.shared)
    return "" if address.is_loopback or any(address in net for net in shared) else host


def works(request: Request, given: Services, login: str, answer: Response | None = None) -> None:
    """Notes that somebody works from here; a new log-in marks the browser too."""
    given.orders.requests.works_from(login, network_of(request, given))
    if answer is not None:
        secure = given.settings.secure_cookies
        answer.set_cookie(COOKIE if secure else PLAIN_COOKIE, "1", max_age=_KEPT_S, secure=secure,
                          httponly=True, samesite="lax", path="/")  # fmt: skip


def of_staff(request: Request) -> bool:
    """Whether somebody who works here has ever logged in in this browser."""
    return COOKIE in request.cookies or PLAIN_COOKIE in request.cookies
