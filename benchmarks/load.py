"""What is sent: a gateway of a hundred points, half of them registers, once a minute."""

from __future__ import annotations

import numpy as np

from core import topics, wire
from core.batch import BatchName, Columns
from core.roles import ROLES
from core.site import Gateway, Point, Register, Site

GATEWAY, METERS, PERIOD_MS = "gw-a", 50, 60_000
START = 1_750_000_020_000
"""A minute of June 2025: readings look like today's."""
NOW = START + 10**9
"""When all of them are sent, eleven days later."""
_SEED = 1


def site() -> Site:
    """Fifty meters that give power and energy."""
    return Site(
        id="bench", names={"en": "Benchmark"}, version="1", timezone="UTC", country="",
        currency="EUR", money="€", buildings={}, systems={}, equipment={},
        points=tuple(
            Point(
                id=f"a.m{n}.{role}", role=ROLES[role], building="a", equipment=f"a.m{n}",
                gateway=GATEWAY, period_s=60, span=ROLES[role].span,
                register=Register(modulus=1e9, rated_per_h=1000.0) if role == "energy" else None,
            )
            for n in range(METERS)
            for role in ("power", "energy")
        ),
        gateways={GATEWAY: Gateway(id=GATEWAY, names={"en": "A"}, driver="simulated")},
        prices={}, carbon={},
    )  # fmt: skip


def readings(minutes: int, start: int = START) -> Columns:
    """Every point each minute; powers wander, energies are their sum."""
    chance = np.random.default_rng(_SEED)
    power = np.round(40.0 + chance.normal(0.0, 1.0, (minutes, METERS)).cumsum(axis=0) * 0.1, 2)
    energy = np.round(1000.0 + np.abs(power).cumsum(axis=0) / 60, 2)
    value = np.stack([power, energy], axis=2).reshape(-1)
    at = start + np.repeat(np.arange(1, minutes + 1), 2 * METERS) * PERIOD_MS
    point = np.tile(np.arange(2 * METERS, dtype=np.int32), minutes)
    return Columns.of(point, at, value)


def by_minute(rows: Columns) -> list[Columns]:
    """One batch a minute, as a live gateway sends them."""
    size = 2 * METERS
    return [rows.keep(np.arange(i, i + size)) for i in range(0, len(rows), size)]


def messages(rows: Columns, boot: str) -> list[tuple[str, bytes]]:
    """Topic and payload of each minute's batch."""
    model = site()
    points = [(p.id, p.unit) for p in model.points]
    return [
        (
            topics.batch_topic(model.id, BatchName(GATEWAY, boot, seq)),
            wire.encode(wire.batch_message(part, points, sent_at=NOW)),
        )
        for seq, part in enumerate(by_minute(rows), start=1)
    ]


class Minutes:
    """A source that has all minutes and gives those that are due."""

    def __init__(self, rows: Columns) -> None:
        self._rows, self._given = rows, 0

    def read(self, gateway: str, until: int) -> Columns:
        """See :class:`core.ports.PointSource`."""
        del gateway
        due = int(np.searchsorted(self._rows.at, until, side="right"))
        part = self._rows.keep(np.arange(self._given, due))
        self._given = due
        return part
