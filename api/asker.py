"""FastAPI's view of who asks: the actor of a request, its session, its right to do it."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from adapters.photos import MOST_BYTES
from api.identity import actor_of_key, session_of
from api.scoped import ScopedReader
from api.services import Services, services
from api.shield import SAFE
from core.actor import Actor
from core.errors import Refused
from core.words import Role

COOKIE = "__Host-sid"
PLAIN_COOKIE = "sid"
"""Without HTTPS there is no ``__Host-`` cookie; only a setting allows that."""

ServicesDep = Annotated[Services, Depends(services, scope="function")]


def cookie_name(given: Services) -> str:
    """The name of the session cookie here."""
    return COOKIE if given.settings.secure_cookies else PLAIN_COOKIE


def asker(request: Request, given: ServicesDep) -> Actor:
    """Who asks.

    Raises:
        Refused: Nobody is logged in, or cookie and key came together.
    """
    secret = request.cookies.get(cookie_name(given))
    header = request.headers.get("Authorization", "")
    key = header.removeprefix("Bearer ") if header.startswith("Bearer ") else ""
    if secret and key:
        raise Refused("send a cookie or a key, not both", code="unauthenticated")
    actor: Actor | None = None
    if key:
        actor = actor_of_key(given.records, key)
    elif secret:
        session = session_of(given.records, secret)
        if session is not None:
            actor = session.actor
            request.state.csrf = session.csrf
            request.state.secret = secret
    if actor is None:
        raise Refused("log in first", code="unauthenticated")
    request.state.actor = actor
    return actor


ActorDep = Annotated[Actor, Depends(asker, scope="function")]


async def checked_form(request: Request, _: ActorDep) -> dict[str, str]:
    """The fields of a form that carries its session's token.

    Raises:
        Refused: It does not.
    """
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    expected = getattr(request.state, "csrf", "")
    sent = form.pop("csrf", "")
    if request.method not in SAFE and not (expected and hmac.compare_digest(sent, expected)):
        raise Refused("This form is of another log-in; load the page again.", code="forbidden")
    return form


FormDep = Annotated[dict[str, str], Depends(checked_form, scope="function")]


@dataclass(frozen=True, slots=True)
class Sent:
    """A photo of a form, with its form's token."""

    data: bytes
    note: str
    csrf: str


async def photo_of(request: Request) -> Sent:
    """The photo of a form; at most one byte more is read than is kept.

    Raises:
        Refused: There is none.
    """
    async with request.form(max_files=1, max_fields=5) as form:
        photo = form.get("photo")
        if not isinstance(photo, UploadFile):
            raise Refused("Choose a photo first.")
        note, csrf = form.get("note", ""), form.get("csrf", "")
        data = await photo.read(MOST_BYTES + 1)
    return Sent(data, note if isinstance(note, str) else "", csrf if isinstance(csrf, str) else "")


async def checked_photo(request: Request, _: ActorDep) -> Sent:
    """A photo that the log-in's own page sent.

    Raises:
        Refused: Another page did.
    """
    sent = await photo_of(request)
    expected = getattr(request.state, "csrf", "")
    if not (expected and hmac.compare_digest(sent.csrf, expected)):
        raise Refused("This form is of another log-in; load the page again.", code="forbidden")
    return sent


PhotoDep = Annotated[Sent, Depends(checked_photo, scope="function")]


async def keyed_photo(request: Request, _: ActorDep) -> bytes:
    """A photo that a program sent; nothing of it is read before it is known who sends it.

    Raises:
        Refused: There is none.
    """
    return (await photo_of(request)).data


KeyedPhotoDep = Annotated[bytes, Depends(keyed_photo, scope="function")]


def reader(given: ServicesDep, actor: ActorDep) -> ScopedReader:
    """Telemetry in the asker's scope."""
    return ScopedReader(given.store, given.site, actor)


ReaderDep = Annotated[ScopedReader, Depends(reader, scope="function")]


def allowed(*roles: Role) -> Callable[[Actor], Actor]:
    """A dependency that lets only some roles pass."""

    def check(actor: ActorDep) -> Actor:
        if actor.role not in roles:
            raise Refused("your role may not see this", code="forbidden")
        return actor

    return check


QUARANTINE_ROLES = (Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN)


def quarantine_reader(actor: Annotated[Actor, Depends(allowed(*QUARANTINE_ROLES))]) -> Actor:
    """Who may read refused payloads: they name points of any building.

    Raises:
        Refused: The role may not, or the scope is not the whole campus.
    """
    if actor.buildings is not None:
        raise Refused("quarantine is for those who see the whole campus", code="forbidden")
    return actor


QuarantineDep = Annotated[Actor, Depends(quarantine_reader, scope="function")]
