"""A site small enough to read, and batches of it."""

from __future__ import annotations

from collections.abc import Sequence

from core import topics, wire
from core.batch import BatchName, Columns
from core.roles import ROLES
from core.site import Gateway, Point, Register, Site

NOW = 1_767_225_600_000  # 2026-01-01 00:00 UTC
MINUTE = 60_000
QUARTER = 15 * MINUTE


def point(
    id_: str,
    gateway: str = "gw-a",
    *,
    period_s: int = 900,
    max_rate_per_h: float = float("inf"),
    register: Register | None = None,
) -> Point:
    """A point whose role is the last word of its id."""
    role = ROLES[id_.rpartition(".")[2]]
    return Point(
        id=id_, role=role, building=id_[0], equipment=id_.rpartition(".")[0], gateway=gateway,
        period_s=period_s, span=role.span, max_rate_per_h=max_rate_per_h, lively=role.lively,
        register=register,
    )  # fmt: skip


RATED = Register(modulus=10_000.0, quantum=0.01, rated_per_h=100.0)
UNRATED = Register(modulus=10_000.0)


def site_of(*points: Point, **options: object) -> Site:
    """A site of these points and of the gateways they name, each with these options."""
    return Site(
        id="small", names={"en": "Small"}, version="1", timezone="UTC", country="",
        currency="EUR", money="€", buildings={}, systems={}, equipment={}, points=points,
        gateways={
            g: Gateway(id=g, names={"en": g}, driver="csv", options=options)
            for g in {p.gateway for p in points}
        },
        prices={}, carbon={},
    )  # fmt: skip


def small_site() -> Site:
    """Two gateways; a meter, a room, a fan."""
    return site_of(
        point("a.m.power"),
        point("a.m.energy", register=RATED),
        point("a.z.zone_temp", period_s=60, max_rate_per_h=12.0),
        point("a.ahu.fan_status", period_s=60),
        point("b.m.power", "gw-b"),
        point("b.m.energy", "gw-b", register=UNRATED),
    )


def payload(
    rows: Sequence[tuple[str, int, float | None]],
    *,
    sent_at: int = NOW,
    units: dict[str, str] | None = None,
    backfill: bool = False,
    oldest_unsent: int | None = None,
    discarded: list[tuple[str, int, int, int, int]] | None = None,
) -> bytes:
    """A batch payload of (point, time, value)."""
    ids = sorted({id_ for id_, _, _ in rows})
    unit = {p.id: p.unit for p in small_site().points} | (units or {})
    values = [float("nan") if value is None else value for _, _, value in rows]
    message = wire.batch_message(
        Columns.of([ids.index(r[0]) for r in rows], [r[1] for r in rows], values),
        [(id_, unit.get(id_, "kW")) for id_ in ids],
        sent_at=sent_at,
        backfill=backfill,
        oldest_unsent=oldest_unsent,
    )
    message.discarded = discarded
    return wire.encode(message)


def topic(gateway: str, seq: int, boot: str = "boot1") -> str:
    """Topic of a batch of the small site."""
    return topics.batch_topic("small", BatchName(gateway, boot, seq))
