"""How each gateway is: heard when, what waits there, which devices answer, what came from it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import msgspec

from adapters.records.tables import GatewayHealthRow
from api.scoped import ScopedReader
from api.services import Services
from core.actor import Actor
from core.clock import HOUR_MS, MINUTE_MS
from core.errors import Refused
from core.ports import GatewayProgress
from core.quality import Quality
from core.site import Point, Site
from core.wire import ConfigHealth, HealthMessage
from workorders.silent_device import FEWEST
from workorders.tally import open_at

_Behind = tuple[str, str]
"""A gateway and equipment behind it."""

SILENT_MS = 5 * MINUTE_MS
"""A gateway says each minute how it is: five words missed are no jitter. An order waits for
longer (SEN-08), since a gateway that starts again is back by then."""
CLOCK_WARN_MS = 30_000
"""Domain sheet, SEN-09: farther off is worth a word."""
TOO_FAST_MS = HOUR_MS
"""So long after a flood it is worth a look: a device gone wild comes back."""
FULL_WARN = 0.8
"""An outbox fuller than this must be looked at: at its bound it drops its oldest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device behind a gateway; times in UTC [ms]."""

    name: str
    last_good: int | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentDevice:
    """Equipment behind a gateway of which no point has been read for long, whatever it measures.

    Attributes:
        points: How many it has behind the gateway.
        newest: Device time of its newest reading; what was never heard is not silent. [ms]
    """

    id: str
    names: Mapping[str, str]
    points: int
    newest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayView:
    """One gateway.

    Attributes:
        state: ``online``, ``offline`` (it said so, or the broker for it), ``silent`` or
            ``never heard``.
        heard: When it was heard last, run clock. [ms]
        newest: Device time of its newest reading. [ms]
        points: In scope; ``fresh`` of them have a reading that is not old.
        deferred: Batches that ingest put off, since they came above its rate.
        over_at: When anything last came above it, run clock. [ms]
        too_fast: Whether that was within the hour.
        outbox_readings: Waiting there; None where it did not say.
        outbox_full: Share of the outbox's bound.
        config: The site files that it runs on, and what it refused of them since.
        written: Points that stand written by hand, until they are given back.
        dropping: It is so full that it drops its oldest, and says so.
        oldest_unsent: Device time of the oldest reading that waits there. [ms]
        clock_offset: Its clock less ours. [ms]
        silent: Devices of which nothing comes while others are heard; of a gateway that is not
            heard none, since then it is the gateway.
        order: Id of the open order for it, where there is one: a dead gateway is one.
    """

    id: str
    names: Mapping[str, str]
    driver: str
    state: str
    heard: int | None
    newest: int | None
    points: int
    fresh: int
    outbox_readings: int | None = None
    outbox_bytes: int | None = None
    outbox_full: float | None = None
    oldest_unsent: int | None = None
    discarded: int = 0
    deferred: int = 0
    over_at: int | None = None
    too_fast: bool = False
    dropping: bool = False
    written: tuple[str, ...] = ()
    said_at: int | None = None
    boot: str = ""
    version: str = ""
    config: ConfigHealth | None = None
    clock_offset: int | None = None
    twins: int = 0
    batches: int = 0
    readings: int = 0
    quarantined: int = 0
    duplicates: int = 0
    devices: tuple[Device, ...] = field(default_factory=tuple)
    silent: tuple[SilentDevice, ...] = ()
    order: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What somebody should look at, in words of the catalogue."""
        clock = self.clock_offset is not None and abs(self.clock_offset) > CLOCK_WARN_MS
        found = (
            ("its clock is off", clock),
            ("its outbox is full and drops its oldest readings", self.dropping),
            (
                "its outbox is nearly full",
                (self.outbox_full or 0.0) >= FULL_WARN and not self.dropping,
            ),
            ("it sends faster than it may", self.too_fast),
            ("a point stands written by hand", bool(self.written)),
            (
                "its site files are refused: it runs on older ones",
                self.config is not None and bool(self.config.refused),
            ),
            ("two boots were live at once", self.twins > 0),
            ("it had to drop readings", self.discarded > 0),
            ("a device does not answer", any(d.error for d in self.devices)),
            ("all points of a device are silent", bool(self.silent)),
        )
        return tuple(words for words, so in found if so)


WORDS = (
    "online", "offline", "silent", "never heard", "its clock is off", "its outbox is nearly full",
    "its outbox is full and drops its oldest readings",
    "it sends faster than it may", "two boots were live at once", "it had to drop readings",
    "a device does not answer", "a point stands written by hand",
    "all points of a device are silent",
    "its site files are refused: it runs on older ones",
)  # fmt: skip
"""Everything here that is said through a variable, for the catalogue."""


def gateways(given: Services, reader: ScopedReader, actor: Actor) -> list[GatewayView]:
    """Gateways that have a point in scope: what is amiss first, then by id."""
    points = reader.points()
    mine = Counter(p.gateway for _, p in points)
    fresh, silent = _heard(given, reader)
    progress, health = given.records.progress.gateways(), given.records.gateways.all()
    orders = open_at(given.records, actor, list(given.site.gateways))
    whole = Counter(p.gateway for p in given.site.points)
    found = [
        _view(given, id_, (mine[id_], fresh[id_]), progress.get(id_), health.get(id_),
              orders.get(id_), silent.get(id_, ()), devices=mine[id_] == whole[id_])
        for id_ in given.site.gateways
        if mine[id_] or actor.buildings is None
    ]  # fmt: skip
    return sorted(found, key=lambda g: (g.state == "online", not g.warnings, g.id))


def gateway(given: Services, reader: ScopedReader, actor: Actor, id_: str) -> GatewayView:
    """One gateway.

    Raises:
        Refused: There is none in scope.
    """
    for one in gateways(given, reader, actor):
        if one.id == id_:
            return one
    raise Refused("no such gateway", code="absent")


def _heard(
    given: Services, reader: ScopedReader
) -> tuple[Counter[str], Mapping[str, tuple[SilentDevice, ...]]]:
    """By gateway: how many points are fresh, and devices of which none was heard of late.

    Fresh is a newest reading that is good and not older than three periods; heard is one of any
    quality that is no older.
    """
    points, now = dict(reader.points()), given.clock.now()
    rows = reader.latest(list(points)).rows
    fresh, heard, newest = Counter[str](), set[_Behind](), dict[_Behind, int]()
    for index, at, quality in zip(
        rows.point.tolist(), rows.at.tolist(), rows.quality.tolist(), strict=True
    ):
        point = points[index]
        behind = point.gateway, point.equipment
        newest[behind] = max(newest.get(behind, at), at)
        if now - at <= max(3 * point.period_s * 1000, HOUR_MS):
            heard.add(behind)
            fresh[point.gateway] += quality != Quality.BAD
    return fresh, _silent(given.site, points.values(), heard, newest)


def _silent(
    site: Site, points: Iterable[Point], heard: AbstractSet[_Behind], newest: Mapping[_Behind, int]
) -> Mapping[str, tuple[SilentDevice, ...]]:
    """Of gateways behind which another device is heard, those that are not. By gateway."""
    many = Counter((point.gateway, point.equipment) for point in points)
    speaking = {gateway for gateway, _ in heard}
    found: dict[str, tuple[SilentDevice, ...]] = defaultdict(tuple)
    for behind, last in sorted(newest.items()):
        gateway, id_ = behind
        if behind in heard or gateway not in speaking or many[behind] < FEWEST:
            continue
        device = SilentDevice(
            id=id_, names=site.equipment[id_].names, points=many[behind], newest=last
        )
        found[gateway] += (device,)
    return found


def _view(
    given: Services, id_: str, points: tuple[int, int], progress: GatewayProgress | None,
    row: GatewayHealthRow | None, order: str | None, silent: tuple[SilentDevice, ...], *,
    devices: bool,
) -> GatewayView:  # fmt: skip
    """``devices`` whether they are shown: they may belong to buildings out of scope."""
    what = given.site.gateways[id_]
    said = _said(row)
    more: dict[str, Any] = {}
    if row is not None:
        more = {
            "clock_offset": row.clock_offset, "twins": row.twins, "batches": row.batches,
            "readings": row.readings, "quarantined": row.quarantined,
            "duplicates": row.duplicates, "discarded": row.discarded, "said_at": row.said_at,
            "deferred": row.deferred, "over_at": row.over_at,
            "too_fast": row.over_at is not None
            and given.clock.now() - row.over_at < TOO_FAST_MS,
        }  # fmt: skip
    if said is not None:
        more |= {
            "outbox_readings": said.outbox_rows, "outbox_bytes": said.outbox_bytes,
            "outbox_full": said.outbox_full, "oldest_unsent": said.oldest_unsent,
            "written": tuple(
                word.removeprefix("written:") for word in said.alarms
                if word.startswith("written:")
            ),
            "dropping": "outbox_full" in said.alarms, "boot": said.boot, "version": said.version,
            "config": said.config,
            "devices": tuple(
                Device(name=name, last_good=device.last_good, error=device.error or "")
                for name, device in sorted(said.devices.items())
                if devices
            ),
        }  # fmt: skip
    state = _state(progress, given.clock.now())
    return GatewayView(
        id=id_, names=what.names, driver=what.driver, state=state,
        silent=silent if state == "online" else (),
        heard=progress.heard if progress else None,
        newest=(progress.newest or None) if progress else None,
        points=points[0], fresh=points[1], order=order, **more,
    )  # fmt: skip


def _state(progress: GatewayProgress | None, now: int) -> str:
    if progress is None or not progress.heard:
        return "never heard"
    if progress.state == "offline":
        return "offline"
    return "silent" if now - progress.heard > SILENT_MS else "online"


def _said(row: GatewayHealthRow | None) -> HealthMessage | None:
    if row is None or row.said is None:
        return None
    return msgspec.convert(row.said, HealthMessage)
