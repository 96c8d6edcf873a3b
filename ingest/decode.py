"""Topic and payload to what was said; what cannot be read goes to quarantine by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core import topics, wire
from core.batch import BatchName
from core.errors import Undecodable
from core.ports import Quarantined
from core.quality import Quality
from core.wire_columns import BatchReader
from ingest.arrival import Arrival, Reported, Spoken

Decoded = Reported | Spoken | Quarantined | None
T = TypeVar("T", Reported, Spoken)
_VALUES_KEPT = 100_000
"""Topics of single values: one a point, and points of the largest campus."""
_BOOTS_KEPT = 10_000
"""Topics without their sequence: one a boot, so more than gateways of any campus."""


class Decoder:
    """Reads messages; by one thread, since it remembers what repeats itself.

    A broker may deliver what nobody asked for (amqtt sends retained messages of other
    filters), so the topic decides, and the retain flag never refuses a batch.

    Args:
        site: Id of the site whose messages are for us.
    """

    def __init__(self, site: str) -> None:
        self._site = site
        self._reader = BatchReader()
        self._boots: dict[str, topics.Address | None] = {}
        self._values: dict[str, tuple[str, str]] = {}

    def decode(self, arrival: Arrival) -> Decoded:
        """Read one message that is no single value; None where it is not for ingest at all."""
        address = self._address(arrival.topic)
        if address is None:
            return _stray(arrival, self._site)
        if address.site != self._site:
            return None
        match address:
            case topics.Address(batch=BatchName() as name):
                return _or_refused(
                    arrival, address.gateway, name, lambda: self._batch(arrival, name)
                )
            case topics.Address(channel="state" | "health") if arrival.payload:
                return _or_refused(
                    arrival, address.gateway, None, lambda: _spoken(arrival, address)
                )
            case _:
                return None

    def _address(self, topic: str) -> topics.Address | None:
        """Of batches of one boot only the sequence is new."""
        stem, _, last = topic.rpartition("/")
        known = self._boots.get(stem)
        if known is not None and known.batch is not None and topics.valid_seq(last):
            name = BatchName(known.gateway, known.batch.boot, int(last))
            return topics.Address(known.site, known.gateway, known.channel, batch=name)
        address = topics.parse(topic)
        if address is not None and address.batch is not None:
            if len(self._boots) >= _BOOTS_KEPT:
                self._boots.clear()
            self._boots[stem] = address
        return address

    def value(
        self, arrival: Arrival
    ) -> tuple[str, tuple[str, str, str], tuple[int, float | None, int]] | Quarantined | None:
        """A single value: gateway; topic, point and unit; time, value and quality.

        None where the topic is not one of single values of this site.
        """
        where = self._values.get(arrival.topic) or self._value_of(arrival.topic)
        if where is None:
            return None
        gateway, point = where
        try:
            message = wire.decode(arrival.payload, wire.ValueMessage)
        except Undecodable as error:
            return refused_whole(arrival, gateway, error.reason, str(error))
        at, value = message.at, message.value
        if value is None:
            quality = Quality.BAD
        else:
            # Without a time of its own it is only known when it came, so it proves nothing.
            quality = Quality.GOOD if at is not None else Quality.SUSPECT
        reading = (arrival.received if at is None else at, value, quality)
        return gateway, (arrival.topic, point, message.unit), reading

    def _value_of(self, topic: str) -> tuple[str, str] | None:
        address = topics.parse(topic) if "/value/" in topic else None
        if address is None or address.site != self._site or address.point is None:
            return None
        if len(self._values) >= _VALUES_KEPT:
            self._values.clear()
        where = self._values[topic] = address.gateway, address.point
        return where

    def _batch(self, arrival: Arrival, name: BatchName) -> Reported:
        read = self._reader.read(arrival.payload)
        return Reported(
            gateway=name.gateway,
            name=name,
            topic=arrival.topic,
            table=read.table,
            rows=read.rows,
            received=arrival.received,
            sent_at=read.sent_at,
            backfill=read.backfill,
            oldest_unsent=read.oldest_unsent,
            discarded=read.discarded,
        )


def _or_refused(
    arrival: Arrival, gateway: str, name: BatchName | None, read: Callable[[], T]
) -> T | Quarantined:
    try:
        return read()
    except Undecodable as error:
        return refused_whole(arrival, gateway, error.reason, str(error), name)


def refused_whole(
    arrival: Arrival, gateway: str, reason: str, detail: str, name: BatchName | None = None
) -> Quarantined:
    """A message that could not be read, with as much of its payload as one may have."""
    kept = arrival.payload[: wire.MAX_PAYLOAD_BYTES]
    cut = len(arrival.payload) - len(kept)
    return Quarantined(
        gateway=gateway,
        topic=arrival.topic,
        payload=kept,
        reason=reason,
        detail=f"{detail}; the last {cut} bytes are not kept" if cut else detail,
        readings=0,
        received=arrival.received,
        name=name,
    )


def _stray(arrival: Arrival, site: str) -> Quarantined | None:
    ours = f"{topics.PREFIX}/{site}/"
    if not arrival.topic.startswith(ours):
        return None
    gateway = arrival.topic[len(ours) :].partition("/")[0]
    return refused_whole(arrival, gateway[:63], "topic", "the topic names no batch and no value")


def _spoken(arrival: Arrival, address: topics.Address) -> Spoken:
    state, health = None, None
    if address.channel == "state":
        state = wire.decode(arrival.payload, wire.StateMessage).state
    else:
        health = wire.decode(arrival.payload, wire.HealthMessage)
    return Spoken(
        gateway=address.gateway,
        received=arrival.received,
        state=state,
        health=health,
        retained=arrival.retain,
    )
