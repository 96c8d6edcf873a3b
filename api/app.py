"""The application: pages for people, ``/api/v1`` for programs, one set of rights for both."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles

from api import live, problems, shield
from api.pages import (
    assessment,
    calls,
    checks,
    contractor,
    crew,
    gateways,
    handover,
    labels,
    login,
    messages,
    meters,
    mutes,
    now,
    orders,
    people,
    planned,
    points,
    quarantine,
    quotes,
    readings,
    report,
    ring,
    savings,
    savings_events,
    second,
    switch,
    teaching,
    work,
)
from api.services import Services
from api.v1 import assessment as v1_assessment
from api.v1 import checks as v1_checks
from api.v1 import gateways as v1_gateways
from api.v1 import handovers as v1_handovers
from api.v1 import messages as v1_messages
from api.v1 import meters as v1_meters
from api.v1 import mutes as v1_mutes
from api.v1 import orders as v1_orders
from api.v1 import people as v1_people
from api.v1 import planned as v1_planned
from api.v1 import quarantine as v1_quarantine
from api.v1 import readings as v1_readings
from api.v1 import requests as v1_requests
from api.v1 import savings as v1_savings
from api.v1 import savings_events as v1_savings_events
from api.v1 import switchbacks as v1_switchbacks
from api.v1 import teaching as v1_teaching
from api.v1 import telemetry
from api.v1 import work as v1_work
from api.view import FOLDER

VERSION = "1"


def create_app(services: Services) -> FastAPI:
    """The application of one installation."""
    app = FastAPI(
        title="Plantroom", version=VERSION, openapi_url="/api/v1/openapi.json",
        docs_url=None, redoc_url=None,  # the built-in ones load scripts from elsewhere
        responses=problems.PROBLEMS,
    )  # fmt: skip
    app.state.services = services
    problems.install(app)
    shield.install(
        app, external=services.settings.external_address,
        secure=services.settings.external_address.startswith("https://"),
    )  # fmt: skip
    v1 = APIRouter(prefix="/api/v1")
    parts = (
        telemetry, v1_orders, v1_quarantine, v1_readings, v1_meters, v1_gateways, v1_people,
        v1_work, v1_handovers, v1_mutes, v1_requests, v1_savings_events, v1_savings,
        v1_switchbacks,
        v1_teaching, v1_checks, v1_planned, v1_messages, v1_assessment,
    )  # fmt: skip
    for part in parts:
        v1.include_router(part.router)
    app.include_router(v1)
    pages = (
        login, now, orders, savings, savings_events, points, gateways, meters, quarantine, readings,
        live, people, work, handover, contractor, mutes, calls, labels, report, messages, ring,
        planned, teaching, checks, quotes, crew, switch, second, assessment,
    )  # fmt: skip
    for page in pages:
        app.include_router(page.router)
    app.mount("/s", StaticFiles(directory=FOLDER / "static"), name="static")

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        """Whether it answers; for a watchdog outside."""
        return PlainTextResponse("ok")

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> PlainTextResponse:
        """Counters for Prometheus."""
        return PlainTextResponse(services.metrics(), media_type="text/plain; version=0.0.4")

    return app
