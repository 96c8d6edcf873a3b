"""Messages of all Sparkplug nodes to readings, by what the site's file maps."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from core.errors import Undecodable
from core.site import Site
from ingest.arrival import Arrival, Spoken
from ingest.decode import refused_whole
from ingest.foreign.sparing import Sparing
from ingest.foreign.sparkplug import payload as codec
from ingest.foreign.sparkplug.node import LOST, Node, Said, nodes_of
from ingest.foreign.told import LATE_MS, Heard, Rows, Told

_NODE_PARTS, _DEVICE_PARTS = 4, 5  # spBv1.0, group, kind, node, and a device where it is one
_OF_NODE = frozenset({"NBIRTH", "NDATA", "NDEATH"})
_OF_DEVICE = frozenset({"DBIRTH", "DDATA", "DDEATH"})
_REMEMBERED = 2_048
"""Messages told from their repeats; one write holds at most some hundreds."""
_SPARED = frozenset({"before_birth", "unmapped", LOST})


class SparkplugReader:
    """Follows every node of the site; called by the one thread that writes.

    Args:
        site: The compiled model.
        want: Told of a gateway whose node should be asked for its birth.
        born: Told of a gateway whose node was born.
    """

    def __init__(
        self, site: Site, want: Callable[[str], None], born: Callable[[str], None]
    ) -> None:
        self.nodes = {(n.group, n.node): Node(n) for n in nodes_of(site)}
        self._want, self._born = want, born
        self._sparing = Sparing()
        self._doubt = threading.Event()
        self._seen: OrderedDict[tuple[int, str, int], None] = OrderedDict()

    def doubt(self) -> None:
        """The connection was lost: nothing is certain until births come. From any thread."""
        self._doubt.set()

    def read(self, arrival: Arrival) -> Told:
        """What a message says; nothing where it is of no node of ours."""
        kind, node, device = self._address(arrival.topic)
        if node is None or arrival.retain:
            return Told()  # births and data are never kept by a broker: an old one is no news
        if self._came_before(arrival):
            return Told()
        self._settle_doubt()
        try:
            payload = codec.decode(arrival.payload)
        except Undecodable as error:
            detail = f"{kind} of {node.map.group}/{node.map.node}: {error}"
            told = Told()
            told.refused.append(refused_whole(arrival, node.map.gateway, error.reason, detail))
            return told
        said = node.read(kind, device, payload, arrival.received)
        if said.born:
            self._born(node.map.gateway)
        if said.wanting:
            self._want(node.map.gateway)
        return self._told(arrival, node, said)

    def gaps(self) -> dict[str, int]:
        """Times that messages of a node were missing, by gateway."""
        return {node.map.gateway: node.gaps for node in self.nodes.values()}

    def _came_before(self, arrival: Arrival) -> bool:
        """Whether this very message was read: while the store was away it was put on disk too.

        Read twice it would be a gap in the sequence that there was not. Two messages of one
        moment and of one content would have one number in the sequence: there are no such two.
        """
        mark = (arrival.received, arrival.topic, hash(arrival.payload))
        if mark in self._seen:
            return True
        self._seen[mark] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return False

    def _settle_doubt(self) -> None:
        if self._doubt.is_set():
            self._doubt.clear()
            for node in self.nodes.values():
                node.doubt()

    def _address(self, topic: str) -> tuple[str, Node | None, str]:
        parts = topic.split("/")
        if parts[0] != "spBv1.0" or len(parts) not in {_NODE_PARTS, _DEVICE_PARTS}:
            return "", None, ""
        device = parts[4] if len(parts) == _DEVICE_PARTS else ""
        if parts[2] not in (_OF_DEVICE if device else _OF_NODE):
            return "", None, ""
        return parts[2], self.nodes.get((parts[1], parts[3])), device

    def _told(self, arrival: Arrival, node: Node, said: Said) -> Told:
        gateway = node.map.gateway
        told = Told()
        live, kept = Rows(), Rows()
        for sense, number, at, quality, historical in said.readings:
            late = historical or at < arrival.received - LATE_MS
            (kept if late else live).add(sense, number, at, quality)
        for rows in (kept, live):
            if len(rows):
                told.heard.append(
                    Heard(gateway, arrival.topic, arrival.received, rows is kept, rows)
                )
        for reason, detail in said.wrong:
            if reason in _SPARED and not self._sparing.keeps((gateway, reason), arrival.received):
                told.spared = True
            else:
                refused = refused_whole(arrival, gateway, reason, detail)
                # What is missing is not in the message that shows it.
                told.refused.append(replace(refused, payload=b"") if reason == LOST else refused)
        if said.state is not None:
            told.spoken.append(Spoken(gateway=gateway, received=arrival.received, state=said.state))
        return told
