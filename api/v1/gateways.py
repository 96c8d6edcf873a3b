"""How gateways are, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api import gateways
from api.asker import ActorDep, ReaderDep, ServicesDep

router = APIRouter(tags=["gateways"])


class DeviceOut(BaseModel):
    """A device behind it; ``last_good`` in UTC ms."""

    name: str
    last_good: int | None
    error: str


class SilentOut(BaseModel):
    """Equipment of which no point is heard while its gateway is; times in UTC ms."""

    id: str
    points: int
    newest: int


class GatewayOut(BaseModel):
    """A gateway; times in UTC ms, ``clock_offset`` its clock less ours in ms.

    Counts are since it was first heard; ``order`` is the open order for it, if any.
    """

    id: str
    driver: str
    state: str
    heard: int | None
    newest: int | None
    points: int
    fresh: int
    outbox_readings: int | None
    outbox_bytes: int | None
    outbox_full: float | None
    oldest_unsent: int | None
    discarded: int
    deferred: int
    over_at: int | None
    said_at: int | None
    boot: str
    version: str
    config: str | None
    config_since: int | None
    config_refused: str | None
    clock_offset: int | None
    twins: int
    batches: int
    readings: int
    quarantined: int
    duplicates: int
    warnings: list[str]
    written: list[str]
    devices: list[DeviceOut]
    silent: list[SilentOut]
    order: str | None


@router.get("/gateways", operation_id="listGateways")
def listed(given: ServicesDep, actor: ActorDep, reader: ReaderDep) -> list[GatewayOut]:
    """What is amiss first."""
    return [_out(one) for one in gateways.gateways(given, reader, actor)]


@router.get("/gateways/{gateway}", operation_id="getGateway")
def one(
    given: ServicesDep, actor: ActorDep, reader: ReaderDep,
    gateway: Annotated[str, Path(max_length=63, pattern=r"^[a-z0-9][a-z0-9._-]*$")],
) -> GatewayOut:  # fmt: skip
    """One gateway with its devices."""
    return _out(gateways.gateway(given, reader, actor, gateway))


def _out(one: gateways.GatewayView) -> GatewayOut:
    same = (
        "id", "driver", "state", "heard", "newest", "points", "fresh", "outbox_readings",
        "outbox_bytes", "outbox_full", "oldest_unsent", "discarded", "deferred", "over_at",
        "said_at", "boot", "version",
        "clock_offset", "twins", "batches", "readings", "quarantined", "duplicates",
    )  # fmt: skip
    return GatewayOut(
        **{name: getattr(one, name) for name in same},
        config=one.config.hash if one.config else None,
        config_since=one.config.since if one.config else None,
        config_refused=(one.config.why or None) if one.config else None,
        warnings=list(one.warnings),
        written=list(one.written),
        devices=[DeviceOut(name=d.name, last_good=d.last_good, error=d.error) for d in one.devices],
        silent=[SilentOut(id=d.id, points=d.points, newest=d.newest) for d in one.silent],
        order=one.order,
    )
