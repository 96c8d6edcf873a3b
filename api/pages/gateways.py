"""Gateways: which are there, what waits at each, and which devices answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api import gateways
from api.asker import ActorDep, ReaderDep, ServicesDep
from api.pages.frame import Framed
from api.view import page

router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=63)]


@router.get("/gateways")
def listed(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep, _: Framed
) -> Response:
    """The list."""
    return page(request, "gateways.html", rows=gateways.gateways(given, reader, actor))


@router.get("/x/gateways")
def listed_body(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep
) -> Response:
    """The list alone, for live updates."""
    return page(request, "gateways_body.html", rows=gateways.gateways(given, reader, actor))


@router.get("/gateways/{gateway}")
def one(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep, _: Framed,
    gateway: Id,
) -> Response:  # fmt: skip
    """One gateway."""
    view = gateways.gateway(given, reader, actor, gateway)
    return page(request, "gateway.html", g=view, full_warn=gateways.FULL_WARN)


@router.get("/x/gateways/{gateway}")
def one_body(
    request: Request, given: ServicesDep, actor: ActorDep, reader: ReaderDep, gateway: Id
) -> Response:
    """The gateway alone, for live updates."""
    view = gateways.gateway(given, reader, actor, gateway)
    return page(request, "gateway_body.html", g=view, full_warn=gateways.FULL_WARN)
