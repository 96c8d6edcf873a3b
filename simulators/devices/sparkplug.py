"""A Sparkplug B edge node that publishes what a simulated campus measures."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.ports import Broker, Message, PointSource, Will
from core.quantity import Quantity, Unit, unit_for
from core.site import Point, Site
from simulators.devices.sparkplug_bytes import BOOLEAN, DOUBLE, INT64, Metric, payload

KEPT = 100_000
"""Readings kept while there is no connection; beyond it the oldest are dropped and counted."""
_MOST = 500  # metrics in one message
_SEQUENCES = 256


@dataclass(frozen=True, slots=True)
class _Told:
    """A metric of the node: its alias, and how a point's value becomes its number."""

    device: str
    name: str
    alias: int
    kind: int
    point: Point
    unit: Unit
    scale: float

    def metric(self, at: int, canonical: float, *, named: bool, historical: bool = False) -> Metric:
        value = None
        if not math.isnan(canonical):
            ratio = self.point.scale_at(at)
            value = (canonical / ratio - self.unit.offset) / self.unit.factor / self.scale
        return Metric(
            name=self.name if named else "", alias=self.alias, kind=self.kind, value=value, at=at,
            historical=historical,
        )  # fmt: skip


class SparkplugNode:
    """Born at each connection and when it is asked; what it could not send is sent later.

    Args:
        site: With a gateway of the driver ``sparkplug``.
        gateway: Which.
        source: What is measured.
        broker: A session that nobody else listens with; started and stopped here.
        now: System time. [ms]
    """

    def __init__(
        self, site: Site, gateway: str, source: PointSource, broker: Broker,
        now: Callable[[], int],
    ) -> None:  # fmt: skip
        written: Any = site.gateways[gateway].options["sparkplug"]
        self._gateway, self._source, self._broker, self._now = gateway, source, broker, now
        self._stem, self._node = f"spBv1.0/{written['group']}", str(written["node"])
        self._told = _metrics(site, written["metrics"])
        self._newest: dict[int, tuple[int, float]] = {}
        self._waiting: deque[tuple[int, int, float]] = deque()
        self._lock = threading.RLock()
        self._born = False
        self._seq = 0
        self.births = 0
        """Times it was born."""
        self.dropped = 0
        """Readings for which there was no room."""

    def start(self) -> None:
        """Connect; births follow each connection."""
        death = payload([Metric(name="bdSeq", kind=INT64, value=1)], at=None, seq=None)
        will = Will(topic=f"{self._stem}/NDEATH/{self._node}", payload=death, retain=False)
        command = f"{self._stem}/NCMD/{self._node}"
        self._broker.listen([command], self._on_command, self._on_connected, will=will)
        self._broker.start()

    def stop(self) -> None:
        """Die politely: a goodbye keeps the broker from sending the will."""
        death = payload([Metric(name="bdSeq", kind=INT64, value=1)], at=self._now(), seq=None)
        self._broker.publish(f"{self._stem}/NDEATH/{self._node}", death, qos=0)
        self._broker.stop()

    def advance(self, until: int) -> int:
        """Publish what is measured up to a time; how many readings were sent. [ms]"""
        rows = self._source.read(self._gateway, until)
        with self._lock:
            late = bool(self._waiting) or not self._born
            for point, at, value in zip(
                rows.point.tolist(), rows.at.tolist(), rows.value.tolist(), strict=True
            ):
                if point in self._told:
                    self._waiting.append((point, at, value))
                    self._newest[point] = (at, value)
            while len(self._waiting) > KEPT:
                self._waiting.popleft()
                self.dropped += 1
            return self._sent(historical=late)

    def _on_command(self, message: Message) -> None:
        message.ack()
        with self._lock:
            self._be_born()  # the only command that it knows

    def _on_connected(self, _session_present: bool) -> None:  # noqa: FBT001 the port's callback
        with self._lock:
            self._be_born()

    def _be_born(self) -> None:
        at = self._now()
        first = [
            Metric(name="bdSeq", kind=INT64, value=1, at=at),
            Metric(name="Node Control/Rebirth", kind=BOOLEAN, value=0, at=at),
        ]
        self._seq = 0
        self._born = self._say("NBIRTH", "", [*first, *self._values("")])
        for device in sorted({told.device for told in self._told.values()} - {""}):
            self._born = self._born and self._say("DBIRTH", device, self._values(device))
        self.births += self._born

    def _values(self, device: str) -> list[Metric]:
        """Every metric of the device with its newest value, or none."""
        return [
            told.metric(*self._newest.get(point, (self._now(), math.nan)), named=True)
            for point, told in self._told.items()
            if told.device == device
        ]

    def _sent(self, *, historical: bool) -> int:
        sent = 0
        while self._born and self._waiting:
            device = self._told[self._waiting[0][0]].device
            part: list[tuple[int, int, float]] = []
            while self._waiting and len(part) < _MOST:
                if self._told[self._waiting[0][0]].device != device:
                    break
                part.append(self._waiting.popleft())
            metrics = [
                self._told[point].metric(at, value, named=False, historical=historical)
                for point, at, value in part
            ]
            if not self._say("DDATA" if device else "NDATA", device, metrics):
                self._waiting.extendleft(reversed(part))
                self._born = False  # the next connection begins with a birth
                break
            sent += len(part)
        return sent

    def _say(self, kind: str, device: str, metrics: Iterable[Metric]) -> bool:
        body = payload(metrics, at=self._now(), seq=self._seq)
        topic = f"{self._stem}/{kind}/{self._node}" + (f"/{device}" if device else "")
        if not self._broker.publish(topic, body, qos=0):
            return False
        self._seq = (self._seq + 1) % _SEQUENCES
        return True


def _metrics(site: Site, written: Iterable[Mapping[str, Any]]) -> Mapping[int, _Told]:
    """By point, in the order of the site's file."""
    found: dict[int, _Told] = {}
    for alias, keys in enumerate(written, 1):
        index = site.index[str(keys["point"])]
        point = site.points[index]
        found[index] = _Told(
            device=str(keys.get("device", "")), name=str(keys["metric"]), alias=alias,
            kind=BOOLEAN if point.quantity is Quantity.STATUS else DOUBLE, point=point,
            unit=unit_for(point.quantity, str(keys["unit"])), scale=float(keys.get("scale", 1.0)),
        )  # fmt: skip
    return found
