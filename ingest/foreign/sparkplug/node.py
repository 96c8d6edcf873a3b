"""One Sparkplug edge node as its host follows it: births, aliases, sequence, deaths."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.quality import Quality
from core.site import SPARKPLUG, Site
from ingest.foreign.sparkplug.payload import BD_SEQ, Metric, Payload, number_of
from ingest.foreign.told import Sense

_Which = Callable[[str], bool]
_SEQUENCES = 256
LOST = "lost_unconfirmed"
"""Reason of messages that a node sent and that never came."""
NAMED = 5
"""Metrics named in a detail; a birth may have thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMap:
    """What the site's file says of one node.

    Attributes:
        gateway: The gateway that it is here.
        group: Its group id.
        node: Its edge node id.
        senses: By device (empty: the node itself) and metric, the points that it is.
    """

    gateway: str
    group: str
    node: str
    senses: Mapping[tuple[str, str], tuple[Sense, ...]]

    @property
    def filters(self) -> tuple[str, ...]:
        """All that the node and its devices say, but not what they are told."""
        stem = f"spBv1.0/{self.group}"
        own = [f"{stem}/{kind}/{self.node}" for kind in ("NBIRTH", "NDEATH", "NDATA")]
        below = [f"{stem}/{kind}/{self.node}/+" for kind in ("DBIRTH", "DDEATH", "DDATA")]
        return (*own, *below)

    @property
    def command(self) -> str:
        """Where it is told something."""
        return f"spBv1.0/{self.group}/NCMD/{self.node}"


def nodes_of(site: Site) -> tuple[NodeMap, ...]:
    """All nodes of the site."""
    return tuple(
        _node(site, g.id, written)
        for g in site.gateways.values()
        if g.driver == SPARKPLUG and isinstance(written := g.options.get("sparkplug"), Mapping)
    )


@dataclass(slots=True)
class Said:
    """What one message of a node came to.

    Attributes:
        readings: Point, number (None: no value), time, quality, whether it is sent later.
        wrong: What cannot be read, by reason, each with its words.
        born: Whether the node's birth has come.
        wanting: Whether its birth is missing.
        state: ``online`` or ``offline``, where it changed.
    """

    readings: list[tuple[Sense, float | None, int, Quality, bool]] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    born: bool = False
    wanting: bool = False
    state: str | None = None


@dataclass(slots=True)
class _Birth:
    """What a birth of the node or of a device has defined.

    Attributes:
        names: Metric by alias.
        types: Declared type by metric.
        sure: False once a message is missing: it may have been a newer birth.
    """

    names: dict[int, str] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    sure: bool = True


class Node:
    """Follows one node; its messages must come in order, to one consumer."""

    def __init__(self, mapping: NodeMap) -> None:
        self.map = mapping
        self._births: dict[str, _Birth] = {}
        self._bd_seq: int | None = None
        self._next: int | None = None
        self.gaps = 0
        """Times that messages were missing."""

    @property
    def online(self) -> bool:
        """Whether a birth stands."""
        return "" in self._births

    def doubt(self) -> None:
        """The connection was lost: what was said meanwhile is not known."""
        self._next = None
        for birth in self._births.values():
            birth.sure = False

    def read(self, kind: str, device: str, payload: Payload, received: int) -> Said:
        """One message of the node: NBIRTH, DBIRTH, NDATA, DDATA, NDEATH or DDEATH."""
        said = Said()
        if kind == "NDEATH":
            self._died(payload, received, said)
            return said
        if kind == "NBIRTH":
            self._born(payload, said)
        else:
            self._follow(payload.seq, said)
        match kind:
            case "NBIRTH" | "DBIRTH" if self.online:
                self._births[device] = self._defined(payload.metrics)
                self._measured(device, payload, received, said)
                self._missed(device, said)
            case "NDATA" | "DDATA" if device in self._births:
                self._measured(device, payload, received, said)
            case "DDEATH" if device in self._births:
                del self._births[device]
                at = payload.at if payload.at is not None else received
                said.readings += self._stale(at, lambda d: d == device)
            case _:
                said.wanting = True
                what = f"device '{device}'" if device else "node"
                said.wrong.append(("before_birth", f"{kind} of a {what} whose birth is not known"))
        return said

    def _born(self, payload: Payload, said: Said) -> None:
        self._births.clear()
        self._births[""] = _Birth()
        self._bd_seq = payload.number(BD_SEQ)
        self._next = ((payload.seq or 0) + 1) % _SEQUENCES
        said.born, said.state = True, "online"

    def _died(self, payload: Payload, received: int, said: Said) -> None:
        """The node's will; one of an earlier connection says nothing of this one."""
        bd_seq = payload.number(BD_SEQ)
        if None not in (bd_seq, self._bd_seq) and bd_seq != self._bd_seq:
            return
        if self.online:
            # The will was written when it connected: its own time is not when it died.
            said.readings += self._stale(received, lambda _: True)
        self._births.clear()
        self._next = self._bd_seq = None
        said.state = "offline"

    def _follow(self, seq: int | None, said: Said) -> None:
        """A number that is skipped is a lost message: Sparkplug sends without confirmation."""
        if seq is None:
            if self._next == 0:
                self._next = 1
            return
        expected, self._next = self._next, (seq + 1) % _SEQUENCES
        if expected is None or seq == expected:
            return
        self.gaps += 1
        for birth in self._births.values():
            birth.sure = False
        said.wanting = True
        last = (seq - 1) % _SEQUENCES
        what = (
            f"messages {expected} to {last} of {self.map.group}/{self.map.node} never came: "
            "Sparkplug sends them unconfirmed; a birth is asked for"
        )
        said.wrong.append((LOST, what))

    @staticmethod
    def _defined(metrics: Sequence[Metric]) -> _Birth:
        birth = _Birth()
        for metric in metrics:
            if metric.name is None:
                continue
            if metric.alias is not None:
                birth.names[metric.alias] = metric.name
            if metric.datatype is not None:
                birth.types[metric.name] = metric.datatype
        return birth

    def _measured(self, device: str, payload: Payload, received: int, said: Said) -> None:
        """Readings of the metrics that are mapped."""
        birth = self._births[device]
        unsure = 0
        for metric in payload.metrics:
            name = metric.name
            if name is None:
                # Where zeros are left out, no alias at all is the alias 0.
                name = birth.names.get(metric.alias or 0)
                if not birth.sure or name is None:
                    unsure += 1
                    continue
            for sense in self.map.senses.get((device, name), ()):
                self._reading(sense, name, metric, birth, payload.at, received, said)
        if unsure:
            said.wanting = True
            why = "a message is missing" if not birth.sure else "no birth has it"
            what = f"{unsure} metrics are named by alias alone, and {why}"
            said.wrong.append(("before_birth", what))

    @staticmethod
    def _reading(
        sense: Sense, name: str, metric: Metric, birth: _Birth, sent: int | None, received: int,
        said: Said,
    ) -> None:  # fmt: skip
        at = metric.at if metric.at is not None else sent
        quality = Quality.GOOD if at is not None else Quality.SUSPECT
        try:
            number = number_of(metric, birth.types.get(name))
        except ValueError as error:
            said.wrong.append(("schema", f"metric '{name}' is {error}"))
            return
        when = received if at is None else at
        said.readings.append((sense, number, when, quality, metric.historical))

    def _missed(self, device: str, said: Said) -> None:
        """What is mapped and not in the birth will never come: somebody must look at the file."""
        born = {*self._births[device].types, *self._births[device].names.values()}
        absent = [name for d, name in self.map.senses if d == device and name not in born]
        if absent:
            more = f" and {len(absent) - NAMED} more" if len(absent) > NAMED else ""
            what = f"the birth of '{device or self.map.node}' has no {', '.join(absent[:NAMED])}"
            said.wrong.append(("unmapped", what + more))

    def _stale(
        self, at: int, dead: _Which
    ) -> Iterator[tuple[Sense, float | None, int, Quality, bool]]:
        """What died has no value from now on, instead of its last one for ever."""
        for (device, _), senses in self.map.senses.items():
            if dead(device):
                for sense in senses:
                    yield sense, None, at, Quality.BAD, False


def _node(site: Site, gateway: str, written: Mapping[str, Any]) -> NodeMap:
    senses: dict[tuple[str, str], tuple[Sense, ...]] = {}
    for metric in written["metrics"]:
        point = site.points[site.index[str(metric["point"])]]
        sense = Sense.of(point, str(metric["unit"]), float(metric.get("scale", 1.0)))
        key = (str(metric.get("device", "")), str(metric["metric"]))
        senses[key] = (*senses.get(key, ()), sense)
    return NodeMap(
        gateway=gateway, group=str(written["group"]), node=str(written["node"]), senses=senses
    )
