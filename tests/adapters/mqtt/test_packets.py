"""Our own reading of MQTT against paho's: the same packets mean the same, in whatever pieces."""

from __future__ import annotations

import os
from itertools import pairwise

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from adapters.mqtt import packets

versions = st.sampled_from([MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311])
topics = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="+#\0"), min_size=1,
                 max_size=20)  # fmt: skip
Heard = tuple[str, bytes, bool, int]


class Wire:
    """A socket that gives paho what was laid into it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def recv(self, size: int) -> bytes:
        given_, self._data = self._data[:size], self._data[size:]
        if not given_:
            raise BlockingIOError
        return given_

    def send(self, data: bytes) -> int:
        return len(data)

    def close(self) -> None:
        pass

    def fileno(self) -> int:
        return -1


def by_paho(data: bytes, version: MQTTProtocolVersion) -> list[Heard] | None:
    """What paho hears; None where it ends the connection."""
    heard: list[Heard] = []
    client = paho.Client(
        CallbackAPIVersion.VERSION2, protocol=version, manual_ack=True, reconnect_on_failure=False
    )
    client.on_message = lambda _c, _d, m: heard.append(
        (m.topic, bytes(m.payload), m.retain, m.mid if m.qos else 0)
    )
    client._sock = Wire(data)  # type: ignore[assignment] # noqa: SLF001 no other way in
    for _ in range(len(data) + 1):
        code = client._packet_read()  # noqa: SLF001
        if code is MQTTErrorCode.MQTT_ERR_AGAIN:
            break
        if code is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            return None
    return heard


def by_us(pieces: list[bytes], version: MQTTProtocolVersion) -> list[Heard]:
    stream, five = packets.Stream(), version is MQTTProtocolVersion.MQTTv5
    return [
        packets.publication(first, buffer, here, end, five=five)
        for piece in pieces
        for first, buffer, here, end in packets.packets(stream, piece)
        if first >> 4 == packets.PUBLISH
    ]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(p % (len(data) + 1) for p in places), len(data)]
    return [piece for a, b in pairwise(edges) if (piece := data[a:b])]


@st.composite
def publications(draw: st.DrawFn) -> tuple[bytes, MQTTProtocolVersion, list[Heard]]:
    """Some publications as brokers send them, with properties where the version has them."""
    version, data, said = draw(versions), b"", []
    for _ in range(draw(st.integers(1, 4))):
        topic, mid, retain = draw(topics), draw(st.integers(0, 65_535)), draw(st.booleans())
        payload = draw(
            st.one_of(st.binary(max_size=40), st.just(bytes(200)), st.just(bytes(70_000)))
        )
        properties = b""
        if version is MQTTProtocolVersion.MQTTv5:
            told = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            if draw(st.booleans()):
                told.UserProperty = ("a", "b" * draw(st.sampled_from([1, 200])))
            properties = told.pack()  # type: ignore[no-untyped-call]
        name = topic.encode()
        body = len(name).to_bytes(2, "big") + name + (mid.to_bytes(2, "big") if mid else b"")
        data += packets._packet(0x30 | retain | (2 if mid else 0), body + properties + payload)  # noqa: SLF001
        said.append((topic, payload, retain, mid))
    return data, version, said


@given(publications(), st.lists(st.integers(0, 10**6), max_size=5))
def test_hears_what_paho_hears_in_whatever_pieces(
    sent: tuple[bytes, MQTTProtocolVersion, list[Heard]], places: list[int]
) -> None:
    data, version, said = sent
    assert by_us(cut(data, places), version) == said
    assert by_paho(data, version) == said


@given(publications(), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=3))
def test_noise_costs_a_connection_and_nothing_else(
    sent: tuple[bytes, MQTTProtocolVersion, list[Heard]], wrong: list[tuple[int, int]]
) -> None:
    """Never another error; what both hear of a broken stream is the same."""
    data, version, _ = sent
    broken = bytearray(data)
    for place, byte in wrong:
        broken[place % len(broken)] = byte
    try:
        ours = by_us([bytes(broken)], version)
    except packets.Malformed:
        return
    try:
        theirs = by_paho(bytes(broken), version)
    except Exception:  # noqa: BLE001 paho's own ways to fail
        return
    if theirs is not None:
        assert ours == theirs


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for version in (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311):
        five = version is MQTTProtocolVersion.MQTTv5
        for read in (
            lambda: by_us([data], version),  # noqa: B023 called at once
            lambda: packets.accepted(data, five=five),  # noqa: B023
            lambda: packets.subscribed(data, five=five),  # noqa: B023
            lambda: packets.acknowledged(data),
        ):
            try:
                read()
            except packets.Malformed:
                continue


def test_a_large_packet_in_many_pieces_is_put_together_once() -> None:
    payload = os.urandom(1_000_000)
    data = packets.publish("a", payload, mid=7, retain=False, again=False, five=True)
    pieces = [data[i : i + 1000] for i in range(0, len(data), 1000)]
    assert by_us(pieces, MQTTProtocolVersion.MQTTv5) == [("a", payload, False, 7)]


def test_acknowledgements_are_packets_of_four_bytes() -> None:
    assert packets.acknowledgements([1, 65_535]) == b"\x40\x02\x00\x01\x40\x02\xff\xff"


@pytest.mark.parametrize(
    ("data", "what"),
    [(b"\x34\x07\x00\x01a\x00\x01\x00x", "QoS 2"), (b"\x32\x06\x00\x01a\x00\x00\x00", "id"),
     (b"\x30\x04\x00\x00\x00x", "topic"), (b"\x30\x05\x00\x01\xff\x00x", "UTF-8"),
     (b"\x30\xff\xff\xff\xff\xff\x01", "four bytes"), (b"\x30\x05\x00\x01a\x09x", "properties")],
)  # fmt: skip
def test_what_is_wrong_is_said(data: bytes, what: str) -> None:
    with pytest.raises(packets.Malformed, match=what):
        by_us([data], MQTTProtocolVersion.MQTTv5)


def test_an_answer_of_the_other_version_is_understood() -> None:
    assert packets.accepted(b"\x00\x01", five=True) == packets.Accepted(False, 1)
    said = Properties(PacketTypes.CONNACK)  # type: ignore[no-untyped-call]
    said.ReceiveMaximum, said.ServerKeepAlive = 20, 9
    body = b"\x01\x00" + said.pack()  # type: ignore[no-untyped-call]
    assert packets.accepted(body, five=True) == packets.Accepted(True, 0, 20, 9)
