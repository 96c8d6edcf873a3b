"""What other programs publish becomes readings of the site's points, or stands in quarantine."""
# ruff: noqa: E501 - payloads as they come

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import HOUR_MS, MINUTE_MS
from core.quality import Quality
from ingest.foreign.dialects import Dialects
from ingest.foreign.told import Told
from tests.ingest.foreign.town import NOW, came, town

UP = "application/7/device/24e124136b000001/event/up"
TTN = "v3/hall@ttn/devices/attic-1/up"


def chirp(count: int, at: str = "2026-01-01T00:00:30.123456+00:00", **values: object) -> str:
    """An uplink as ChirpStack's integration publishes it, shortened."""
    return json.dumps({
        "deduplicationId": "3ac7e3c4", "time": at, "deviceInfo": {"devEui": "24e124136b000001"},
        "fCnt": count, "fPort": 85, "data": "A2frAARoUQ==", "object": values,
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -57}],
    })  # fmt: skip


def things(count: int, fahrenheit: float) -> str:
    """An uplink as The Things Stack publishes it, shortened."""
    return json.dumps({
        "end_device_ids": {"device_id": "attic-1"}, "received_at": "2026-01-01T00:00:31.1Z",
        "uplink_message": {
            "f_port": 1, "f_cnt": count, "decoded_payload": {"temp_f": fahrenheit},
            "received_at": "2026-01-01T00:00:30.900123456Z",
        },
    })  # fmt: skip


def readings(told: Told) -> dict[str, tuple[float, int, int]]:
    """Value, time and quality by point."""
    found = {}
    for one in told.reported:
        for i, (point, _) in enumerate(one.table):
            rows = one.rows
            found[point] = (float(rows.value[i]), int(rows.at[i]), int(rows.quality[i]))
    return found


def test_an_uplink_of_chirpstack_is_two_readings_at_its_own_time() -> None:
    told = Dialects(town()).read(came(UP, chirp(1, temperature=21.5, humidity=40.5)))
    at = NOW + 30_123
    assert readings(told) == {
        "a.lora.zone_temp": (21.5, at, Quality.GOOD), "a.lora.zone_rh": (40.5, at, Quality.GOOD),
    }  # fmt: skip
    assert told.reported[0].table == (("a.lora.zone_temp", "°C"), ("a.lora.zone_rh", "%RH"))
    assert told.reported[0].gateway == "gw-lora"
    assert not told.reported[0].backfill


def test_the_things_stack_in_fahrenheit() -> None:
    told = Dialects(town()).read(came(TTN, things(5, 68.0)))
    value, at, _ = readings(told)["a.ttn.zone_temp"]
    assert value == pytest.approx(20.0)
    assert at == NOW + 30_900


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("zigbee2mqtt/hall plug",
         '{"power": 1500, "state": "ON", "last_seen": "2026-01-01T08:00:10+08:00"}',
         {"a.plug.power": (1.5, NOW + 10_000, 0), "a.plug.fan_status": (1.0, NOW + 10_000, 0)}),
        # Tasmota's time is the site's; the transformer's factor of 2 is ours to apply.
        ("tele/tasmota_4F/SENSOR",
         '{"Time": "2026-01-01T08:00:20", "ENERGY": {"Total": 3.185, "Power": 40}}',
         {"a.tas.energy": (6.37, NOW + 20_000, 0), "a.tas.power": (0.04, NOW + 20_000, 0)}),
        ("homie/5/boiler-room/meter/energy", "12.5", {"a.hom.energy": (1250.0, NOW + MINUTE_MS, 0)}),
        ("homie/5/boiler-room/fan/running", "true",
         {"a.hom.fan_status": (1.0, NOW + MINUTE_MS, 0)}),
        ("shellies/shellyem-1/emeter/0/power", "-20.5", {"a.she.power": (-0.0205, NOW + MINUTE_MS, 0)}),
        ("meters/readings", f'{{"meta": {{"id": 7, "at": {NOW // 1000 + 5}}}, "values": [{{"x": "3.5"}}]}}',
         {"a.own.power": (3.5, NOW + 5_000, 0)}),
    ],
)  # fmt: skip
def test_each_dialect(
    topic: str, payload: str, expected: dict[str, tuple[float, int, int]]
) -> None:
    told = Dialects(town()).read(came(topic, payload))
    found = readings(told)
    assert found.keys() == expected.keys()
    for point, (value, at, quality) in expected.items():
        assert found[point][0] == pytest.approx(value)
        assert found[point][1:] == (at, quality)
    assert not told.refused


@pytest.mark.parametrize("written", ["null", '"n/a"', '""', '"NaN"', '"inf"', "1e999"])
def test_no_value_is_no_number(written: str) -> None:
    body = f'{{"meta": {{"id": 7, "at": {NOW // 1000}}}, "values": [{{"x": {written}}}]}}'
    told = Dialects(town()).read(came("meters/readings", body))
    if written == "1e999":  # not a number that JSON can hold
        assert [r.reason for r in told.refused] == ["not_json"]
        return
    value, _, quality = readings(told)["a.own.power"]
    assert math.isnan(value)
    assert quality == Quality.BAD


@pytest.mark.parametrize(
    ("topic", "payload", "reason", "words"),
    [
        (UP, "{", "not_json", ""),
        (UP, chirp(1, temperature={"v": 1}), "schema", "object.temperature is a mapping"),
        (UP, chirp(1, temperature="warm"), "schema", "'warm', where a number"),
        (UP, chirp(1, temperature="2_0"), "schema", "'2_0', where a number"),
        (UP, chirp(1, at="yesterday", temperature=1), "schema", "'yesterday', where an ISO time"),
        (UP, chirp(1, light=3), "unmapped", "nothing stands at object.temperature"),
        (UP.replace("0001", "0002"), chirp(1, temperature=1), "unmapped", "24e124136b000002"),
        ("meters/readings", '{"meta": {}}', "schema", "no device stands at meta.id"),
        ("homie/5/boiler-room/meter/energy", "much", "schema", "'much', where a number"),
        (UP, b"\xff\xfe", "not_json", ""),
        (UP, b"[" * 100_000, "not_json", ""),
        (UP, b" " * 1_048_577, "too_large", "1048577 bytes"),
    ],
)
def test_what_cannot_be_read_is_kept_with_its_reason(
    topic: str, payload: str | bytes, reason: str, words: str
) -> None:
    told = Dialects(town()).read(came(topic, payload))
    assert [r.reason for r in told.refused] == [reason]
    assert words in told.refused[0].detail
    assert told.refused[0].payload
    assert not told.reported


def test_one_bad_value_does_not_stand_in_the_way_of_the_other() -> None:
    told = Dialects(town()).read(came(UP, chirp(1, temperature="hot", humidity=40)))
    assert list(readings(told)) == ["a.lora.zone_rh"]
    assert [r.reason for r in told.refused] == ["schema"]


def test_an_uplink_heard_by_two_networks_is_one() -> None:
    dialects = Dialects(town())
    first = dialects.read(came(TTN, things(5, 68.0)))
    again = dialects.read(came(TTN.replace("hall@ttn", "hall@eu"), things(5, 68.0)))
    assert len(first.reported) == 1
    assert (again.reported, again.repeated) == ([], 1)
    # The same count with another value is another reading: the device began to count again.
    assert dialects.read(came(TTN, things(5, 70.0))).reported
    assert dialects.read(came(TTN, things(6, 70.0))).reported


def test_a_device_that_counts_anew_is_heard() -> None:
    dialects = Dialects(town())
    later = things(0, 68.0).replace("2026-01-01T00:00:30.9", "2026-01-01T02:00:30.9")
    assert dialects.read(came(TTN, things(0, 68.0))).reported
    assert dialects.read(came(TTN, later, NOW + 3 * HOUR_MS)).reported


def test_a_late_message_is_backfill_so_that_its_window_is_judged_again() -> None:
    told = Dialects(town()).read(came(UP, chirp(1, temperature=20), NOW + HOUR_MS))
    assert told.reported[0].backfill


def test_a_message_without_its_time_is_a_doubt_and_one_kept_by_the_broker_is_none() -> None:
    dialects = Dialects(town())
    doubt = dialects.read(came("zigbee2mqtt/hall plug", '{"power": 5}'))
    assert readings(doubt) == {"a.plug.power": (0.005, NOW + MINUTE_MS, Quality.SUSPECT)}
    kept = dialects.read(came("shellies/shellyem-1/emeter/0/power", "5", retain=True))
    assert not kept
    timed = dialects.read(came(UP, chirp(1, temperature=20), retain=True))
    assert timed.reported, "its own time holds, whoever kept it"


def test_strangers_are_kept_once_a_minute_and_counted_otherwise() -> None:
    dialects = Dialects(town())
    stranger = UP.replace("0001", "0002")
    told = [dialects.read(came(stranger, chirp(i), NOW + i * 1000)) for i in range(120)]
    assert sum(len(t.refused) for t in told) == 2
    assert sum(t.spared for t in told) == 118
    many = [
        dialects.read(came(f"application/7/device/x{i}/event/up", chirp(0), NOW + 200_000))
        for i in range(500)
    ]
    assert sum(len(t.refused) for t in many) == 60
    assert sum(t.spared for t in many) == 440


def test_ignored_devices_and_other_topics_are_nothing() -> None:
    dialects = Dialects(town())
    assert not dialects.read(came(UP.replace("0001", "0009"), chirp(1, temperature=1)))
    assert not dialects.read(came("homie/5/boiler-room/$state", "ready"))
    assert not dialects.read(came("tele/tasmota_4F/STATE", "{}"))
    assert not dialects.read(came("shellies/shellyem-1/online", "true"))


def test_a_device_that_speaks_may_say_other_things_too() -> None:
    dialects = Dialects(town())
    assert dialects.read(came(UP, chirp(1, temperature=20))).reported
    assert not dialects.read(came(UP, chirp(2, battery=90)))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["object", "temperature", "time", "fCnt", "x"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(_json | st.binary(max_size=40))
def test_whatever_comes_is_a_reading_or_has_a_reason(document: object) -> None:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    told = Dialects(town()).read(came(UP, body))
    assert told or body == b""
    for one in told.reported:
        assert one.rows.quality[np.isnan(one.rows.value)].tolist() == [Quality.BAD] * int(
            np.isnan(one.rows.value).sum()
        )
    assert all(r.reason in {"not_json", "schema", "unmapped"} for r in told.refused)
