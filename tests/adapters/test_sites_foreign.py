"""Mistakes in what gateways without an edge map: each with its line and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sites import check_site
from adapters.sites.dialects import dialects
from core.patterns import topic_pattern
from tests.ingest.foreign.town import SITE, town, write_town

CASES = [
    # written, instead, what is wrong, what is meant
    ("template: chirpstack", "template: chirpstock", "no template 'chirpstock'", "chirpstack"),
    ("template: shelly\n", "payload: plain\n", "neither a template nor a topic", ""),
    (
        "a.lora.zone_temp, unit: °C",
        "a.lora.zone_tmp, unit: °C",
        "no point 'a.lora.zone_tmp'",
        "a.lora.zone_temp",
    ),
    (
        "a.lora.zone_temp, unit: °C",
        "a.lora.zone_temp, unit: C",
        "'C' is not a unit of temperature",
        "°C",
    ),
    ("a.lora.zone_temp, unit", "a.plug.power, unit", "'a.plug.power' is sent by 'gw-home'", ""),
    (
        "object.humidity, point: a.lora.zone_rh",
        "object.humidity, point: a.lora.zone_temp",
        "'a.lora.zone_temp' is mapped twice",
        "",
    ),
    ("path: object.humidity", "pth: object.humidity", "unknown key 'pth'", "path"),
    ("device: meta.id", "counter: n", "nothing in 'meters/readings' names the device", ""),
    ("topic: meters/readings", "topic: meters/+/readings", "is no topic pattern", ""),
    ("topic: meters/readings", "topic: plantroom/readings", "is no topic pattern", ""),
    (
        "format: epoch_s}",
        "format: epoch_s, timezone: Mars/Base}",
        "'Mars/Base' is no time zone",
        "",
    ),
    ("format: epoch_s}", "format: unix}", "'unix' is not allowed here", ""),
    ("path: meter/energy, point", "point", "'' is no path of 'homie/5/{device}/{path*}'", ""),
    ("scale: 0.1", "scale: 0", "0 makes every value 0", ""),
    (
        'ignore: ["24e124136b000009"]',
        'ignore: ["24e124136b000001"]',
        "the device '24e124136b000001' stands twice",
        "",
    ),
    ("driver: sparkplug", "driver: sparkplugg", "no driver 'sparkplugg'", "sparkplug"),
    ("group: Town", "group: Town/A", "'Town/A' cannot stand in a topic", ""),
    (
        "metric: Outdoor, point: a.plc.oat",
        "metric: Outdoor, point: a.pump.oat",
        "no point 'a.pump.oat'",
        "a.plc.oat",
    ),
]


@pytest.mark.parametrize(("old", "new", "what", "meant"), CASES)
def test_each_mistake_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, what: str, meant: str
) -> None:
    assert SITE.count(old) == 1, f"{old!r} stands {SITE.count(old)} times"
    mistakes = check_site(write_town(tmp_path, SITE.replace(old, new)))
    found = [m for m in mistakes if what in m.what]
    assert found, [str(m) for m in mistakes]
    assert found[0].file == "site.yaml"
    line = SITE[: SITE.index(old)].count("\n") + 1
    assert abs(found[0].line - line) <= 2, "at the entry that is wrong"
    if meant:
        assert found[0].suggestion == meant


def test_a_driver_has_its_own_option_and_no_other(tmp_path: Path) -> None:
    wrong = SITE.replace("driver: sparkplug", "driver: hand")
    assert any(
        "the driver hand has no 'sparkplug'" in m.what
        for m in check_site(write_town(tmp_path, wrong))
    )
    bare = SITE[: SITE.index("  gw-plc:")] + "  gw-plc: {name: PLC, driver: sparkplug}\n"
    assert any("maps nothing" in m.what for m in check_site(write_town(tmp_path, bare)))


@pytest.mark.parametrize(("period", "right"), [(900, False), (86_400, True)])
def test_people_are_not_asked_to_read_all_day(tmp_path: Path, period: int, right: bool) -> None:  # noqa: FBT001
    hand = SITE + "  gw-hand: {name: Rounds, driver: hand}\n"
    folder = write_town(tmp_path, hand)
    block = (folder / "buildings" / "a.yaml").read_text(encoding="utf-8")
    meter = "  - {id: w, class: Water_Meter, name: W, gateway: gw-hand, period: %d, "
    meter += "meter: {role: building, carrier: water}, points: {volume: {}}}\n"
    (folder / "buildings" / "a.yaml").write_text(block + meter % period, encoding="utf-8")
    said = [str(m) for m in check_site(folder)]
    assert (said == []) is right, said
    assert right or "is to be read by people every 900 s" in said[0]


def test_a_node_is_one_gateway(tmp_path: Path) -> None:
    twice = SITE + SITE[SITE.index("  gw-plc:") :].replace("gw-plc", "gw-plc2")
    assert any(
        "is another gateway already" in m.what for m in check_site(write_town(tmp_path, twice))
    )


def test_every_dialect_that_comes_with_it_is_whole() -> None:
    assert {
        "chirpstack",
        "the-things-stack",
        "zigbee2mqtt",
        "tasmota",
        "homie",
        "shelly",
    } <= dialects().keys()
    for name, dialect in dialects().items():
        assert "device" in topic_pattern(dialect.topic).parts, name
        assert dialect.source


def test_a_gateway_is_given_its_dialect_filled_in() -> None:
    written = town().gateways["gw-lora"].options["mqtt"]
    assert isinstance(written, list)
    first, second = written
    assert first["topic"] == dialects()["chirpstack"].topic
    assert first["counter"] == "fCnt"
    assert second["counter"] == "uplink_message.f_cnt"
    assert second["time"] == {"path": "uplink_message.received_at"}
