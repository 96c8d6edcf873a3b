"""Other programs' JSON and plain messages to readings, by what the site's file maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from core import wire
from core.quality import Quality
from core.site import Site
from ingest.arrival import Arrival
from ingest.decode import refused_whole
from ingest.foreign.mapping import Shape, Steps, shapes_of
from ingest.foreign.paths import ABSENT, find, number_of, time_of
from ingest.foreign.repeats import Repeats
from ingest.foreign.sparing import Sparing
from ingest.foreign.told import LATE_MS, Heard, Rows, Sense, Told

_TOPICS_KEPT = 20_000
"""Topics whose shapes are remembered; devices of a campus speak under a few each."""
_json = msgspec.json.Decoder()


class _Bad(Exception):
    """This message cannot be read.

    Attributes:
        reason: Its word in quarantine.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class _Said(msgspec.Struct, frozen=True):
    """A message that is of a shape.

    Attributes:
        document: The JSON, or the payload's text where it is plain.
        path: What the topic holds behind its device, where the shape says so.
    """

    shape: Shape
    device: str
    document: object
    path: str


class Dialects:
    """Reads messages of other programs; called by the one thread that writes."""

    def __init__(self, site: Site) -> None:
        self.shapes = shapes_of(site)
        self._repeats = Repeats()
        self._sparing = Sparing()
        self._speaking: set[tuple[str, str]] = set()
        self._matched: dict[str, list[tuple[Shape, Mapping[str, str]]]] = {}

    def read(self, arrival: Arrival) -> Told:
        """What a message says; nothing where no shape has its topic."""
        matched = self._matched.get(arrival.topic)
        if matched is None:
            matched = self._match(arrival.topic)
        if not matched or not arrival.payload:
            return Told()
        try:
            if len(matched) == 1:
                heard = [_said(*matched[0], arrival.payload)]
                if heard[0].device in heard[0].shape.devices:
                    return self._mapped(heard[0], arrival)
            heard = [_said(shape, parts, arrival.payload) for shape, parts in matched]
            known = [h for h in heard if h.device in h.shape.devices]
            if len(known) == 1:
                return self._mapped(known[0], arrival)
            if known:
                return self._joined(self._mapped(h, arrival) for h in known)
        except _Bad as bad:
            return _refused(arrival, matched[0][0].gateway, bad)
        if any(h.device in h.shape.ignore for h in heard):
            return Told()
        return self._unmapped(heard[0], arrival, "no message of this device is mapped")

    def _match(self, topic: str) -> list[tuple[Shape, Mapping[str, str]]]:
        if len(self._matched) >= _TOPICS_KEPT:
            self._matched.clear()
        matched = self._matched[topic] = [
            (shape, parts)
            for shape in self.shapes
            if (parts := shape.pattern.match(topic)) is not None
        ]
        return matched

    @staticmethod
    def _joined(parts: Iterable[Told]) -> Told:
        """Two gateways may map values of one device."""
        whole = Told()
        for part in parts:
            whole.heard += part.heard
            whole.refused += part.refused
            whole.repeated += part.repeated
            whole.spared = whole.spared or part.spared
        return whole

    def _mapped(self, heard: _Said, arrival: Arrival) -> Told:
        shape = heard.shape
        if arrival.retain and not shape.timed:
            return Told()  # kept by the broker, it was true at a time that nobody knows
        numbers, wrong = _numbers(heard)
        told = Told()
        if wrong:
            detail = f"{heard.device}: {'; '.join(wrong)}"
            told.refused.append(refused_whole(arrival, shape.gateway, "schema", detail))
        if not numbers:
            return told if wrong else self._silent(heard, arrival)
        self._speaking.add((shape.gateway, heard.device))
        at, quality = _moment(heard, arrival)
        rows = Rows()
        for sense, number in numbers:
            rows.add(sense, number, at, quality)
        if shape.counter and self._again(heard, at, rows):
            told.repeated = len(rows)
            return told
        backfill = at < arrival.received - LATE_MS
        told.heard.append(Heard(shape.gateway, arrival.topic, arrival.received, backfill, rows))
        return told

    def _again(self, heard: _Said, at: int, rows: Rows) -> bool:
        count = find(heard.document, heard.shape.counter)
        if count is ABSENT or not isinstance(count, int | str):
            return False
        return self._repeats.seen(heard.shape.gateway, heard.device, count, at, rows.value)

    def _silent(self, heard: _Said, arrival: Arrival) -> Told:
        """None of what is mapped: usual for a device that speaks, else perhaps a wrong path."""
        if (heard.shape.gateway, heard.device) in self._speaking or heard.shape.plain:
            return Told()
        paths = ", ".join(".".join(steps) for steps, _ in heard.shape.devices[heard.device])
        return self._unmapped(heard, arrival, f"nothing stands at {paths}")

    def _unmapped(self, heard: _Said, arrival: Arrival, why: str) -> Told:
        gateway = heard.shape.gateway
        if not self._sparing.keeps((gateway, heard.device), arrival.received):
            return Told(spared=True)
        detail = f"device '{heard.device}': {why}; map it or ignore it at the gateway '{gateway}'"
        return Told(refused=[refused_whole(arrival, gateway, "unmapped", detail)])


def _said(shape: Shape, parts: Mapping[str, str], payload: bytes) -> _Said:
    if len(payload) > wire.MAX_PAYLOAD_BYTES:
        limit = f"{len(payload)} bytes, at most {wire.MAX_PAYLOAD_BYTES}"
        raise _Bad("too_large", limit)
    device = parts.get("device", "")
    if shape.plain:
        document: object = payload.decode(errors="replace")
        rest = shape.pattern.parts[-1] if shape.pattern.text.endswith("*}") else ""
        return _Said(shape, device, document, parts[rest] if rest else "")
    try:
        document = _json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _Bad("not_json", str(error)) from error
    if shape.device:
        named = find(document, shape.device)
        if not isinstance(named, str | int) or isinstance(named, bool):
            raise _Bad("schema", f"no device stands at {'.'.join(shape.device)}")
        device = str(named)
    return _Said(shape, device, document, "")


def _numbers(heard: _Said) -> tuple[list[tuple[Sense, float | None]], list[str]]:
    """What is mapped and stands there, and what stands there and is no number."""
    shape = heard.shape
    numbers: list[tuple[Sense, float | None]] = []
    wrong: list[str] = []
    for steps, sense in shape.devices[heard.device]:
        value = _standing(heard, steps)
        if value is ABSENT:
            continue
        try:
            numbers.append((sense, number_of(value, shape.words, shape.missing)))
        except ValueError as error:
            wrong.append(f"{'.'.join(steps) or 'the payload'} is {error}")
    return numbers, wrong


def _standing(heard: _Said, steps: Steps) -> object:
    if not heard.shape.plain:
        return find(heard.document, steps)
    return heard.document if heard.path == (steps[0] if steps else "") else ABSENT


def _moment(heard: _Said, arrival: Arrival) -> tuple[int, Quality]:
    """When it was measured. Where the shape has a time and this message none, that is a doubt."""
    shape = heard.shape
    if not shape.timed:
        return arrival.received, Quality.GOOD
    written = find(heard.document, shape.time)
    if written is ABSENT or written is None:
        return arrival.received, Quality.SUSPECT
    try:
        return time_of(written, shape.written, shape.zone), Quality.GOOD
    except ValueError as error:
        raise _Bad("schema", f"{'.'.join(shape.time)} is {error}") from error


def _refused(arrival: Arrival, gateway: str, bad: _Bad) -> Told:
    return Told(refused=[refused_whole(arrival, gateway, bad.reason, str(bad))])
