"""A small site, a source with a known truth, and an ingest that only confirms: for edge tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from adapters.mqtt import Session
from core import topics, wire
from core.batch import Columns
from core.ports import Message
from core.quality import Quality
from core.roles import ROLES
from core.settled import Settled
from core.site import Gateway, Point, Site

SITE, GATEWAY = "x", "gw-a"
START = 1_700_000_000_000


def site(points: int = 3, gateways: Sequence[str] = (GATEWAY,), **options: object) -> Site:
    """A site with outdoor temperatures only, the same points for each gateway."""
    return Site(
        id=SITE, names={"en": "X"}, version="1", timezone="Europe/Berlin", country="DE",
        currency="EUR", money="€", buildings={}, systems={}, equipment={},
        points=tuple(
            Point(
                id=f"a.{gateway}-{n}.oat", role=ROLES["oat"], building="a",
                equipment=f"a.{gateway}-{n}", gateway=gateway, period_s=60, span=(-60.0, 60.0),
            )
            for gateway in gateways
            for n in range(points)
        ),
        gateways={
            g: Gateway(id=g, names={"en": g}, driver="simulated", options=options)
            for g in gateways
        },
        prices={}, carbon={},
    )  # fmt: skip


class Steady:
    """A point source: every point once a minute, value = minutes since the start."""

    def __init__(self, model: Site, *, minute_ms: int = 60_000) -> None:
        self._model, self._minute = model, minute_ms
        self._upto: dict[str, int] = {}

    def read(self, gateway: str, until: int) -> Columns:
        mine = [i for i, p in enumerate(self._model.points) if p.gateway == gateway]
        first = self._upto.get(gateway, 0)
        last = max((until - START) // self._minute, first)
        self._upto[gateway] = last
        minutes = np.arange(first + 1, last + 1, dtype=np.int64)
        return Columns.of(
            np.tile(np.array(mine, np.int32), len(minutes)),
            np.repeat(START + minutes * self._minute, len(mine)),
            np.repeat(minutes.astype(np.float64), len(mine)),
        )


class Receiver:
    """Stands for ingest: remembers what came and confirms it, or not."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.rows: dict[tuple[str, int], float] = {}
        self.bad: set[tuple[str, int]] = set()
        self.batches: list[tuple[topics.Address, wire.BatchMessage]] = []
        self.discarded: list[tuple[str, int, int, int, int]] = []
        self.other: list[tuple[topics.Address, bytes]] = []
        self.settled: dict[str, dict[str, Settled]] = {}
        self.confirming = True
        self._lock = threading.Lock()

    def message(self, message: Message) -> None:
        address = topics.parse(message.topic)
        assert address is not None
        with self._lock:
            if address.batch is None:
                self.other.append((address, message.payload))
            else:
                batch = wire.decode(message.payload, wire.BatchMessage)
                self.batches.append((address, batch))
                if self.confirming:
                    self._store(address, batch)
        if self.confirming and address.batch is not None:
            self.confirm(address.gateway)
        message.ack()

    def confirm(self, gateway: str = GATEWAY, *, waiting_until: int | None = None) -> None:
        """Publish what is settled."""
        said = wire.confirm_message(self.settled.get(gateway, {}), waiting_until=waiting_until)
        topic = topics.confirm_topic(SITE, gateway)
        self.session.publish(topic, wire.encode(said), retain=True)

    def connected(self, _present: bool) -> None:  # noqa: FBT001 as in the port
        for gateway in self.settled:
            self.confirm(gateway)

    def _store(self, address: topics.Address, batch: wire.BatchMessage) -> None:
        assert address.batch is not None
        rows = wire.batch_columns(batch)
        for p, at, x, q in zip(rows.point, rows.at, rows.value, rows.quality, strict=True):
            key = (batch.points[p].id, int(at))
            if q == Quality.BAD:
                self.bad.add(key)
            else:
                self.rows[key] = float(x)
        boots = self.settled.setdefault(address.gateway, {})
        boot = address.batch.boot
        boots[boot] = boots.get(boot, Settled()).add([address.batch.seq])
        for lost, start, end, first, last in batch.discarded or ():
            self.discarded.append((lost, start, end, first, last))
            boots[lost] = boots.get(lost, Settled()).add_ranges([(start, end)])


@contextmanager
def receiver(port: int, *, confirming: bool = True) -> Iterator[Receiver]:
    """A receiver that is connected."""
    session = Session(
        "127.0.0.1", port, "ingest", username="ingest", password="secret-i",  # noqa: S106
        reconnect_cap_s=0.2,
    )  # fmt: skip
    made = Receiver(session)
    made.confirming = confirming
    session.listen(topics.ingest_filters(SITE), made.message, made.connected)
    session.start()
    assert session.wait_connected(30)
    try:
        yield made
    finally:
        session.stop()


def gateway_session(port: int, gateway: str = GATEWAY) -> Session:
    """A session of a gateway, not started."""
    password = f"secret-{gateway[-1]}"
    return Session(
        "127.0.0.1", port, gateway, username=gateway, password=password, reconnect_cap_s=0.2
    )
