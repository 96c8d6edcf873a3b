"""MQTT topics of the wire contract, built and read in one place.

``plantroom/v1/{site}/{gateway}/batch/{boot}/{seq}``: the name of a batch stands where it
can be read when the payload cannot, in MQTT 3.1.1 too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.batch import BatchName

PREFIX = "plantroom/v1"
_LEAST_PARTS = 5  # plantroom, version, site, gateway, channel
_SEQ_DIGITS = 18  # a sequence fits a signed 64-bit column
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def valid_name(name: str) -> bool:
    """Whether a word may stand in a topic and in ids: short, lower case, no separators."""
    return _NAME.fullmatch(name) is not None


def valid_seq(word: str) -> bool:
    """Whether a word of a topic is the sequence of a batch: from 1, within 64 bits."""
    return word.isascii() and word.isdigit() and len(word) <= _SEQ_DIGITS and int(word) > 0


def login_of(gateway: str, number: int) -> str:
    """User of a gateway's nth credential: its id, and ``~2`` and so on while it rotates."""
    return gateway if number == 1 else f"{gateway}~{number}"


def gateway_of(user: str) -> str:
    """Whose user it is; no gateway has the sign in its name."""
    return user.partition("~")[0]


def number_of(user: str) -> int:
    """Which of its gateway's credentials it is, from 1."""
    number = user.partition("~")[2]
    return int(number) if number.isascii() and number.isdigit() else 1


def batch_topic(site: str, name: BatchName) -> str:
    """Where a gateway publishes one batch."""
    return f"{PREFIX}/{site}/{name.gateway}/batch/{name.boot}/{name.seq}"


def value_topic(site: str, gateway: str, point: str) -> str:
    """Where a foreign device publishes one value of one point."""
    return f"{PREFIX}/{site}/{gateway}/value/{point}"


def state_topic(site: str, gateway: str) -> str:
    """Retained: online or offline; also the topic of the will."""
    return f"{PREFIX}/{site}/{gateway}/state"


def health_topic(site: str, gateway: str) -> str:
    """How the gateway is: depth of its outbox, oldest unsent, last good reads."""
    return f"{PREFIX}/{site}/{gateway}/health"


def confirm_topic(site: str, gateway: str) -> str:
    """Retained, from ingest alone: who can forge it can delete data."""
    return f"{PREFIX}/{site}/{gateway}/confirm"


def ingest_filters(site: str, *, shared: str | None = None) -> tuple[str, ...]:
    """What ingest subscribes to; ``shared`` is the group of a shared subscription."""
    stem = f"{PREFIX}/{site}/+"
    filters = (f"{stem}/batch/#", f"{stem}/value/#", f"{stem}/state", f"{stem}/health")
    return tuple(f"$share/{shared}/{f}" if shared else f for f in filters)


@dataclass(frozen=True, slots=True)
class Address:
    """What a topic says by itself.

    Attributes:
        site: Site id.
        gateway: Gateway id.
        channel: ``batch``, ``value``, ``state``, ``health`` or ``confirm``.
        batch: Name of the batch, on ``batch``.
        point: Id of the point, on ``value``.
    """

    site: str
    gateway: str
    channel: str
    batch: BatchName | None = None
    point: str | None = None


def parse(topic: str) -> Address | None:
    """Read a topic; None where it is not one of ours."""
    parts = topic.split("/")
    if len(parts) < _LEAST_PARTS or "/".join(parts[:2]) != PREFIX:
        return None
    site, gateway, channel, rest = parts[2], parts[3], parts[4], parts[5:]
    if not (valid_name(site) and valid_name(gateway)):
        return None
    match channel, rest:
        case "batch", [boot, seq] if valid_seq(seq):
            if not valid_name(boot):
                return None
            return Address(site, gateway, channel, batch=BatchName(gateway, boot, int(seq)))
        case "value", [point]:
            return Address(site, gateway, channel, point=point)
        case (("state" | "health" | "confirm"), []):
            return Address(site, gateway, channel)
        case _:
            return None
