"""Gateways as people and programs see them: heard, silent, waiting, and in whose buildings."""

from __future__ import annotations

from core import topics, wire
from core.batch import Batch, BatchName, Columns
from core.clock import HOUR_MS, MINUTE_MS
from core.health import GatewayNews
from tests.api.console import Console, find
from tests.api.working import working
from tests.servers import wait_for
from tests.workorders.house import make_finding, opened


def test_what_a_gateway_says_and_what_came_from_it(console: Console) -> None:
    now, site = console.clock.now(), console.site.id
    rows = Columns.of([0, 1, 0], [now - MINUTE_MS, now - MINUTE_MS, now], [20.0, 1.0, 21.0])
    live = wire.encode(
        wire.batch_message(rows, [("b.ahu1.sat", "°C"), ("b.no.power", "kW")], sent_at=now + 45_000)
    )
    health = wire.HealthMessage(
        v=1, sent_at=now, boot="b1", version="0.1.0", outbox_rows=7, outbox_bytes=512,
        outbox_full=0.9, oldest_unsent=now - HOUR_MS, alarms=["written:b.ahu1.sat_sp"],
        devices={"bus-1": wire.DeviceHealth(last_good=now), "bus-2": wire.DeviceHealth(error="x")},
    )  # fmt: skip
    with working(console) as broker:
        broker.deliver(topics.batch_topic(site, BatchName("gw-b", "b1", 1)), live)
        broker.deliver(topics.batch_topic(site, BatchName("gw-b", "b1", 1)), live)
        broker.deliver(topics.health_topic(site, "gw-b"), wire.encode(health))
        wait_for(lambda: "gw-b" in console.records.progress.gateways(), "the gateway")
    found = console.key("vi.all").get("/gateways/gw-b").json()
    assert (found["state"], found["heard"], found["newest"]) == ("online", now, now)
    assert (found["batches"], found["readings"], found["quarantined"]) == (1, 3, 1)
    assert found["duplicates"] == 3
    assert (found["outbox_readings"], found["oldest_unsent"]) == (7, now - HOUR_MS)
    assert (found["clock_offset"], found["version"]) == (45_000, "0.1.0")
    assert [d["name"] for d in found["devices"]] == ["bus-1", "bus-2"]
    assert found["warnings"] == [
        "its clock is off", "its outbox is nearly full", "a point stands written by hand",
        "a device does not answer",
    ]  # fmt: skip
    assert found["written"] == ["b.ahu1.sat_sp"]
    page = console.as_("vi.all").get("/gateways/gw-b").text
    assert "b.ahu1.sat_sp" in page
    assert "its outbox is nearly full" in page
    assert "bus-2" in page


def test_a_flood_is_named_for_an_hour_and_counted_for_good(console: Console) -> None:
    now = console.clock.now()
    console.records.gateways.note([GatewayNews(gateway="gw-b", deferred=40, over_at=now)])
    console.records.gateways.note([GatewayNews(gateway="gw-b", deferred=2, over_at=now - 5)])
    found = console.key("vi.all").get("/gateways/gw-b").json()
    assert (found["deferred"], found["over_at"]) == (42, now)
    assert found["warnings"] == ["it sends faster than it may"]
    assert "it sends faster than it may" in console.as_("vi.all").get("/gateways/gw-b").text
    console.clock.advance(now + HOUR_MS)
    found = console.key("vi.all").get("/gateways/gw-b").json()
    assert (found["deferred"], found["warnings"]) == (42, [])


def test_counts_outlast_a_restart(console: Console) -> None:
    site, now = console.site.id, console.clock.now()
    for seq in (1, 2):
        rows = Columns.of([0], [now - seq], [20.0])
        payload = wire.encode(wire.batch_message(rows, [("b.ahu1.sat", "°C")], sent_at=now))
        with working(console) as broker:
            broker.deliver(topics.batch_topic(site, BatchName("gw-b", "b1", seq)), payload)
    assert console.key("vi.all").get("/gateways/gw-b").json()["batches"] == 2


def test_a_dead_gateway_is_one_line_with_its_order_and_stands_first(console: Console) -> None:
    find(console, "AC-04", "c.ahu1")
    listed = console.key("en.all").get("/gateways").json()
    assert listed[0]["id"] in {"gw-b", "gw-c", "gw-d"}
    states = {g["id"]: g["state"] for g in listed}
    assert states == {"gw-a": "online", "gw-b": "never heard", "gw-c": "silent",
                      "gw-d": "never heard"}  # fmt: skip
    silent = console.as_("en.all").get("/gateways/gw-c").text
    points = sum(p.gateway == "gw-c" for p in console.site.points)
    assert f"the {points} points behind it are one event" in silent


def test_a_device_of_which_nothing_comes_while_its_gateway_is_heard(console: Console) -> None:
    """A line of its own, and one order for all its points that says what it is."""
    site, now = console.site, console.clock.now()
    dead, other = site.points_of("a.ahu1").values(), site.index["a.ahu2.sat"]
    before = now - 3 * HOUR_MS
    console.store.write([
        Batch(name=BatchName("gw-a", "b1", n), rows=Columns.of(points, at, [20.0] * len(points)),
              received=now)
        for n, (points, at) in enumerate([
            ([*dead], [before] * len(dead)), ([other], [now - MINUTE_MS]),
        ], start=1)
    ], receipted=frozenset())  # fmt: skip
    found = console.key("vi.all").get("/gateways/gw-a").json()
    assert found["silent"] == [{"id": "a.ahu1", "points": len(dead), "newest": before}]
    assert "all points of a device are silent" in found["warnings"]
    assert "Silent devices" in console.as_("vi.all").get("/gateways/gw-a").text
    for index in dead:
        finding = make_finding("SEN-08", site.points[index].id, onset=before)
        console.records.findings.save([opened(finding)])
        console.orders.publish([opened(finding)])
    (row,) = (r for r in console.key("vi.all").get("/orders").json() if r["rule"] == "SEN-08")
    words = f"is silent, all {len(dead)} points of it"
    assert words in console.as_("en.all").get(f"/orders/{row['id']}").text
    assert words in console.as_("en.all").get(f"/orders/{row['id']}/sheet").text


def test_where_no_device_is_heard_it_is_the_gateway(console: Console) -> None:
    site, now = console.site, console.clock.now()
    dead = [i for id_ in ("a.ahu1", "a.ahu2") for i in site.points_of(id_).values()]
    rows = Columns.of(dead, [now - 3 * HOUR_MS] * len(dead), [20.0] * len(dead))
    batch = Batch(name=BatchName("gw-a", "b1", 1), rows=rows, received=now)
    console.store.write([batch], receipted=frozenset())
    assert console.key("vi.all").get("/gateways/gw-a").json()["silent"] == []


def test_only_gateways_of_the_buildings_in_scope(console: Console) -> None:
    assert [g["id"] for g in console.key("te.c").get("/gateways").json()] == ["gw-c"]
    assert "gw-a" not in console.as_("te.c").get("/gateways").text


def test_site_files_that_it_refuses_are_named_beside_those_that_it_runs_on(
    console: Console,
) -> None:
    now = console.clock.now()
    config = wire.ConfigHealth(
        hash="6f1c0d2b9a3e", since=now - HOUR_MS, refused="0b77e1d4c2aa", refused_since=now,
        why="site.yaml:14: no template 'mode'",
    )  # fmt: skip
    said = wire.HealthMessage(
        v=1, sent_at=now, boot="b1", version="0.1.0", outbox_rows=0, outbox_bytes=0,
        outbox_full=0.0, config=config,
    )  # fmt: skip
    console.records.gateways.note([GatewayNews(gateway="gw-b", said=said, said_at=now)])
    found = console.key("vi.all").get("/gateways/gw-b").json()
    assert (found["config"], found["config_since"]) == ("6f1c0d2b9a3e", now - HOUR_MS)
    assert found["config_refused"] == "site.yaml:14: no template 'mode'"
    assert found["warnings"] == ["its site files are refused: it runs on older ones"]
    page = console.as_("vi.all").get("/gateways/gw-b").text
    assert "0b77e1d4c2aa" in page
    assert "site.yaml:14: no template &#39;mode&#39;" in page
