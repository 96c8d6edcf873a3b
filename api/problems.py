"""Errors as problem documents (RFC 9457) for programs and as pages for people."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.refusals import said
from api.view import error_page, language_of
from core.errors import Refused, Retryable

log = logging.getLogger(__name__)

STATUS_OF = {
    "absent": HTTPStatus.NOT_FOUND,
    "forbidden": HTTPStatus.FORBIDDEN,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "conflict": HTTPStatus.CONFLICT,
    "invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_many": HTTPStatus.TOO_MANY_REQUESTS,
    "range": HTTPStatus.UNPROCESSABLE_ENTITY,
}
ABSENT = "There is no such thing here."
"""One sentence for what is absent and what is out of scope, so that neither tells of the other."""
LOGGED = "Something went wrong here; it has been logged."
UNREADABLE = "The request cannot be read."
LARGE = "This is more than can be sent at once."
FOREIGN = "This request came from another site's page and was refused."
SAID = (ABSENT, LOGGED, UNREADABLE, LARGE, FOREIGN)
"""What an error page says through a variable, for the catalogue."""


class FieldProblem(BaseModel):
    """One field that cannot stand."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """What went wrong and what to do (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")
    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = Field(default_factory=list)
    request_id: str = ""


PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}}
    for status in (400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503)
}


def is_api(request: Request) -> bool:
    """Whether a program asks; people get pages."""
    return request.url.path.startswith("/api/")


def is_queue(request: Request) -> bool:
    """Whether a phone's queue asks, which shows a person what it was told."""
    return request.url.path.startswith("/x/crew/")


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[FieldProblem] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """An error in the form that the asker understands."""
    request_id = str(getattr(request.state, "request_id", ""))
    if is_queue(request):
        detail = language_of(request)(detail)
    elif not is_api(request):
        return error_page(request, status, detail, headers=headers)
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        errors=list(errors),
        request_id=request_id,
    )
    return JSONResponse(
        body.model_dump(), status, headers=headers, media_type="application/problem+json"
    )


def install(app: FastAPI) -> None:
    """Answer every error as a problem: ours, the framework's and the unforeseen."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Retryable, _retryable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


async def _refused(request: Request, error: Exception) -> Response:
    code = error.code if isinstance(error, Refused) else "invalid"
    status = STATUS_OF.get(code, HTTPStatus.UNPROCESSABLE_ENTITY)
    if code == "unauthenticated" and not is_api(request):
        if request.headers.get("HX-Request"):
            return Response(status_code=401, headers={"HX-Redirect": "/login"})
        return RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    detail = ABSENT if code == "absent" else str(error)
    if isinstance(error, Refused) and code != "absent" and not is_api(request):
        detail = said(error, language_of(request))
    headers = {"WWW-Authenticate": "Bearer"} if code == "unauthenticated" else None
    return problem(request, status, code, detail, headers=headers)


async def _retryable(request: Request, error: Exception) -> Response:
    wait = max(1, round(getattr(error, "retry_after_s", 1.0)))
    return problem(request, 503, "unavailable", str(error), headers={"Retry-After": str(wait)})


async def _invalid(request: Request, error: Exception) -> Response:
    # Never `input`: it echoes what was typed, passwords too.
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        FieldProblem(pointer="/" + "/".join(map(str, e.get("loc", ()))), detail=str(e.get("msg")))
        for e in found
    ]
    detail = "; ".join(f"{e.pointer}: {e.detail}" for e in errors) or UNREADABLE
    return problem(request, 422, "invalid", detail, errors=errors)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request)) or headers.get("allow", "GET")
        headers.pop("allow", None)
    detail = ABSENT if status == HTTPStatus.NOT_FOUND else str(getattr(error, "detail", ""))
    code = {404: "absent", 405: "method", 400: "invalid"}.get(status, "http")
    return problem(request, status, code, detail, headers=headers or None)


async def _unforeseen(request: Request, error: Exception) -> Response:
    log.error("unforeseen error on %s", request.url.path, exc_info=error)
    return problem(request, 500, "internal", LOGGED)


def _methods(request: Request) -> list[str]:
    """All methods of a path: the framework names only those of the first route that matches."""
    allowed: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        matches = getattr(route, "path_regex", None)
        if matches is not None and matches.match(request.url.path):
            allowed |= route.methods or set()
    return sorted(allowed)
