"""What stands in the payloads: the codec of the wire contract (docs/wire-contract.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np

from core.batch import Columns
from core.errors import Undecodable
from core.quality import Quality
from core.settled import Settled

VERSION = 1
MAX_PAYLOAD_BYTES = 1_048_576
"""Larger payloads are quarantined unread: a broker's default of 256 MiB would let one
message fill the memory of ingest; below 100 kB an hour of a busy gateway would not fit."""
MAX_ROWS = 20_000
"""Rows in one batch; with more, one clash makes too much wait for its hunt."""

WIDEST_MS = 10**13
"""Three centuries: a wider batch is a mistake, and sums must stay within 64 bits."""

Version = Literal[1]
Ms = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_000)]
Seq = Annotated[int, msgspec.Meta(ge=1, le=10**18)]


class PointRef(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """One entry of a batch's point table: ``[id, unit]``."""

    id: str
    unit: str


class BatchMessage(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A batch of readings in columns, or a notice of what was discarded.

    Attributes:
        v: Version of this contract.
        sent_at: When this sending left the edge, by its run clock; set anew at every sending. [ms]
        backfill: False only where the readings are sent as they were read.
        oldest_unsent: Device time of the oldest reading still waiting at the edge. [ms]
        points: The points named in this batch, each with its unit.
        t0: Base time. [ms]
        p: Index into ``points``, a row each.
        dt: Device time less ``t0``, a row each. [ms]
        x: Value; null where the device said that it has none.
        q: Quality, a row each; absent where all are good.
        discarded: ``[boot, from, to, first time, last time]`` of what the outbox had to drop.
    """

    v: Version
    sent_at: Ms
    points: list[PointRef] = []
    t0: Ms = 0
    p: list[int] = []
    dt: list[int] = []
    x: list[float | None] = []
    q: list[int] | None = None
    backfill: bool = False
    oldest_unsent: Ms | None = None
    discarded: list[tuple[str, Seq, Seq, Ms, Ms]] | None = None


class ValueMessage(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A single value of a foreign device; the point stands in the topic.

    Attributes:
        value: Null where the device has none.
        unit: Spelled as in docs/nomenclature.md.
        at: Device time; the server's where absent, and then the quality is suspect. [ms]
    """

    value: float | None
    unit: str
    at: Ms | None = None


class StateMessage(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Retained: whether the gateway is there; the will says offline."""

    v: Version
    state: Literal["online", "offline"]
    boot: str | None = None
    version: str | None = None
    since: Ms | None = None


class DeviceHealth(msgspec.Struct, omit_defaults=True):
    """Last good read of one device. [ms]"""

    last_good: Ms | None = None
    error: str | None = None


class ConfigHealth(msgspec.Struct, omit_defaults=True):
    """The site files that a gateway runs on, by their hash, and those that it refused since."""

    hash: str
    since: Ms
    refused: str = ""
    refused_since: Ms | None = None
    why: str = ""


class HealthMessage(msgspec.Struct, omit_defaults=True):
    """How a gateway is; ``alarms`` are stable words, such as ``outbox_nearly_full``."""

    v: Version
    sent_at: Ms
    boot: str
    version: str
    outbox_rows: int
    outbox_bytes: int
    outbox_full: float
    oldest_unsent: Ms | None = None
    discarded_batches: int = 0
    alarms: list[str] = []
    devices: dict[str, DeviceHealth] = {}
    config: ConfigHealth | None = None


class SettledMessage(msgspec.Struct, forbid_unknown_fields=True):
    """:class:`core.settled.Settled` on the wire."""

    upto: int
    seen: int
    holes: list[tuple[int, int]] = []


class ConfirmMessage(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is durable, by boot; retained.

    Attributes:
        boots: Every open boot of the gateway.
        waiting_until: While ingest waits for the store: the edge's timer rests until
            then, system time. [ms]
    """

    v: Version
    boots: dict[str, SettledMessage]
    waiting_until: Ms | None = None


M = TypeVar("M", BatchMessage, ValueMessage, StateMessage, HealthMessage, ConfirmMessage)
_encoder = msgspec.json.Encoder()
_decoders: dict[type[msgspec.Struct], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind)
    for kind in (BatchMessage, ValueMessage, StateMessage, HealthMessage, ConfirmMessage)
}


def encode(message: msgspec.Struct) -> bytes:
    """The payload of a message."""
    return _encoder.encode(message)


def decode(payload: bytes, kind: type[M]) -> M:
    """Read a payload and check it against its schema.

    Raises:
        Undecodable: It is not JSON, not of this version, or not of this shape.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise Undecodable("too_large", f"{len(payload)} bytes, at most {MAX_PAYLOAD_BYTES}")
    try:
        message: M = _decoders[kind].decode(payload)
    except msgspec.ValidationError as error:
        reason = "version" if str(error).endswith("`$.v`") else "schema"
        raise Undecodable(reason, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable("not_json", str(error)) from error
    return message


def batch_message(
    rows: Columns,
    points: Sequence[tuple[str, str]],
    *,
    sent_at: int,
    backfill: bool = False,
    oldest_unsent: int | None = None,
) -> BatchMessage:
    """A batch message of rows whose ``point`` indexes ``points`` (id, unit)."""
    used = np.unique(rows.point)
    t0 = int(rows.at.min()) if len(rows) else sent_at
    missing = np.isnan(rows.value) | (rows.quality == Quality.BAD)
    return BatchMessage(
        v=1,
        sent_at=sent_at,
        backfill=backfill,
        oldest_unsent=oldest_unsent,
        points=[PointRef(*points[i]) for i in used.tolist()],
        t0=t0,
        p=np.searchsorted(used, rows.point).tolist(),
        dt=(rows.at - t0).tolist(),
        x=[None if m else v for m, v in zip(missing.tolist(), rows.value.tolist(), strict=True)],
        q=rows.quality.tolist() if rows.quality.any() else None,
    )


def batch_columns(message: BatchMessage) -> Columns:
    """Rows of a batch message; ``point`` indexes the message's own table.

    Raises:
        Undecodable: The columns do not fit together.
    """
    n = len(message.p)
    if not (len(message.dt) == len(message.x) == n and (message.q is None or len(message.q) == n)):
        raise Undecodable("columns", "p, dt, x and q differ in length")
    if n > MAX_ROWS:
        raise Undecodable("too_large", f"{n} rows, at most {MAX_ROWS}")
    try:
        point = np.array(message.p, dtype=np.int64)
        offset = np.array(message.dt, dtype=np.int64)
        quality = np.array(message.q or np.zeros(n), dtype=np.int64)
    except OverflowError as error:
        raise Undecodable("columns", "a whole number is beyond 64 bits") from error
    value = np.array([np.nan if x is None else x for x in message.x], dtype=np.float64)
    if n and (point.min() < 0 or point.max() >= len(message.points)):
        raise Undecodable("columns", "p names a point that is not in the table")
    # Compared on both sides: the lowest number of 64 bits has no absolute value.
    if n and (offset.min() < -WIDEST_MS or offset.max() > WIDEST_MS):
        raise Undecodable("columns", "dt is more than three centuries")
    if n and (quality.min() < Quality.GOOD or quality.max() > Quality.BAD):
        raise Undecodable("columns", "q is not 0, 1 or 2")
    quality[np.isnan(value)] = Quality.BAD
    value[quality == Quality.BAD] = np.nan
    return Columns.of(point.astype(np.int32), message.t0 + offset, value, quality.astype(np.int8))


def confirm_message(
    boots: Mapping[str, Settled], *, waiting_until: int | None = None
) -> ConfirmMessage:
    """The confirmation of one gateway."""
    return ConfirmMessage(
        v=1,
        boots={
            boot: SettledMessage(upto=s.upto, seen=s.seen, holes=list(s.holes))
            for boot, s in boots.items()
        },
        waiting_until=waiting_until,
    )


def confirmed(message: ConfirmMessage) -> dict[str, Settled]:
    """What a confirmation says, by boot."""
    return {
        boot: Settled(upto=s.upto, seen=s.seen, holes=tuple(s.holes))
        for boot, s in message.boots.items()
    }
