"""Replays: what was refused is stored once the model is mended, and nothing is lost or undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.records.quarantine import Chosen
from adapters.records.tables import QuarantineRow
from adapters.sites import load_site
from adapters.store.duck import DuckStore
from core import topics, wire
from core.quality import IntervalState
from ingest.foreign.host import Foreign
from tests.ingest.foreign.test_dialects import UP, chirp
from tests.ingest.foreign.town import SITE as TOWN
from tests.ingest.foreign.town import write_town
from tests.ingest.parts import Diary, ListBroker
from tests.ingest.places import NOW, QUARTER, RATED, payload, point, site_of, topic
from tests.ingest.standing import Standing, standing
from tests.servers import wait_for

BEFORE = site_of(point("a.m.power"), point("b.m.power", "gw-b"))
AFTER = site_of(
    point("a.m.power"), point("a.m.energy", register=RATED), point("a.z.zone_temp"),
    point("b.m.power", "gw-b"),
)  # fmt: skip
ENERGY = AFTER.index["a.m.energy"]


def ask(here: Standing, **chosen: str) -> int:
    return here.records.quarantine.ask(Chosen(**chosen), "chen.jing", here.clock.now())  # type: ignore[arg-type]


def entries(here: Standing) -> list[QuarantineRow]:
    return list(reversed(here.records.quarantine.list()))


def energy(at: int, value: float) -> tuple[str, int, float | None]:
    return ("a.m.energy", NOW + at * QUARTER, value)


def test_what_the_corrected_model_knows_is_stored_and_its_use_derived(tmp_path: Path) -> None:
    with standing(tmp_path, BEFORE) as here:
        here.deliver(topic("gw-a", 1), payload([energy(-3, 5.0), energy(-2, 7.0)]))
        assert ask(here) == 1
        here.done()
        (row,) = entries(here)
        assert (row.state, row.tries, row.stored) == ("open", 1, 0), "nothing was corrected yet"
        assert "the site has no such point" in row.said
    with standing(tmp_path, AFTER) as here:
        here.deliver(topic("gw-a", 2), payload([energy(-1, 10.0)]))
        assert ask(here) == 1
        here.done()
        (row,) = entries(here)
        assert (row.state, row.how, row.stored, row.said, row.by) == (
            "settled", "replayed", 2, "", "chen.jing",
        )  # fmt: skip
        use = here.use(ENERGY)
        assert use.value.tolist() == [2.0, 3.0]
        assert set(use.state.tolist()) == {IntervalState.MEASURED}
        late = here.records.progress.late()
        assert {r.point for _, r in late} == {"a.m.energy"}, "what depended on it is judged again"
        assert here.ingest.counts()["replayed"] == 2


def test_an_entry_of_which_a_part_is_still_refused_stays_open(tmp_path: Path) -> None:
    rows = [energy(-2, 5.0), ("a.nobody.power", NOW - QUARTER, 1.0)]
    with standing(tmp_path, BEFORE) as here:
        here.deliver(topic("gw-a", 1), payload(rows))
    with standing(tmp_path, AFTER) as here:
        ask(here, reason="unknown_point")
        here.done()
        (row,) = entries(here)
        assert (row.state, row.readings, row.stored) == ("open", 2, 1)
        assert "a.nobody.power" in row.said
        assert here.values(ENERGY) == {NOW - 2 * QUARTER: 5.0}
        count = here.records.quarantine.by("reason")[0]
        assert (count.open, count.unstored) == (1, 1)


def test_a_replay_never_replaces_what_came_later(tmp_path: Path) -> None:
    with standing(tmp_path, BEFORE) as here:
        here.deliver(topic("gw-a", 1), payload([energy(-2, 5.0)]))
    with standing(tmp_path, AFTER) as here:
        here.deliver(topic("gw-a", 2), payload([energy(-2, 6.0)]))
        ask(here)
        here.done()
        assert here.values(ENERGY) == {NOW - 2 * QUARTER: 6.0}
        assert entries(here)[0].state == "settled"


def test_single_values_and_unreadable_messages_are_tried_by_their_own_reader(
    tmp_path: Path,
) -> None:
    value = wire.encode(wire.ValueMessage(value=21.5, unit="°C", at=NOW - QUARTER))
    with standing(tmp_path, BEFORE) as here:
        here.deliver(topics.value_topic("small", "gw-a", "a.z.zone_temp"), value)
        here.deliver(topic("gw-a", 2), b"{torn")
    with standing(tmp_path, AFTER) as here:
        assert ask(here) == 2
        here.done()
        first, second = entries(here)
        assert (first.reason, first.state) == ("unknown_point", "settled")
        assert here.values(AFTER.index["a.z.zone_temp"]) == {NOW - QUARTER: 21.5}
        assert (second.reason, second.state, second.tries) == ("not_json", "open", 1)
        assert second.said.startswith("not_json")


def test_a_gateway_may_send_what_was_anothers_once_the_model_says_so(tmp_path: Path) -> None:
    moved = site_of(point("a.m.power", "gw-b"), point("b.m.power", "gw-b"))
    with standing(tmp_path, BEFORE) as here:
        here.deliver(topic("gw-b", 1), payload([("a.m.power", NOW - QUARTER, 3.0)]))
        assert [row.reason for row in entries(here)] == ["identity"]
        assert here.values(0) == {}
    with standing(tmp_path, moved) as here:
        ask(here)
        here.done()
        assert here.values(0) == {NOW - QUARTER: 3.0}


def test_wishes_outlast_a_restart_and_the_settled_are_not_asked_again(tmp_path: Path) -> None:
    with standing(tmp_path, BEFORE, look=False) as here:
        here.deliver(topic("gw-a", 1), payload([energy(-2, 5.0)]))
        assert ask(here) == 1
    with standing(tmp_path, AFTER) as here:
        here.done()
        assert entries(here)[0].state == "settled"
        assert ask(here) == 0


def test_many_entries_are_replayed_in_parts_and_every_reading_counted(tmp_path: Path) -> None:
    with standing(tmp_path, BEFORE) as here:
        for seq in range(1, 131):
            here.broker.deliver(topic("gw-a", seq), payload([energy(-seq, 500.0 - seq)]))
        assert here.ingest.wait_idle(20)
    with standing(tmp_path, AFTER) as here:
        assert ask(here, gateway="gw-a") == 130
        here.done()
        assert len(here.values(ENERGY)) == 130
        assert len(here.use(ENERGY)) == 129
        assert {row.state for row in entries(here)} == {"settled"}


@pytest.mark.parametrize("notice", [True, False])
def test_what_tells_of_a_loss_is_dismissed_never_replayed(tmp_path: Path, notice: bool) -> None:  # noqa: FBT001
    with standing(tmp_path, BEFORE) as here:
        if notice:
            lost = [("boot0", 1, 4, NOW - 9 * QUARTER, NOW - 5 * QUARTER)]
            here.deliver(topic("gw-a", 1), payload([], discarded=lost))
        else:
            here.deliver(topic("gw-a", 1), b"{torn")
        (row,) = entries(here)
        assert ask(here) == (0 if notice else 1)
        here.done()
        assert here.records.quarantine.dismiss(row.id, "chen.jing", NOW, "the box was replaced")
        (row,) = entries(here)
        assert (row.state, row.how, row.note) == ("settled", "dismissed", "the box was replaced")
        assert not here.records.quarantine.dismiss(row.id, "chen.jing", NOW, "again")


def test_an_uplink_of_a_device_that_was_mapped_since_is_stored(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    stranger = UP.replace("0001", "0002")
    for mapped in ("0001", "0002"):
        file = TOWN.replace("device: 24e124136b000001", f"device: 24e124136b00{mapped}")
        site = load_site(write_town(folder, file))
        broker = ListBroker(Diary())
        foreign = Foreign(site, broker, ListBroker(Diary()), host="here")
        with standing(tmp_path, site, foreign=foreign) as here:
            if mapped == "0001":
                broker.deliver(stranger, chirp(1, temperature=20.0).encode())
                wait_for(lambda: bool(entries(here)), "the quarantine")
            assert ask(here) == 1
            here.done()
            (row,) = entries(here)
            assert (row.state, row.stored) == (
                ("open", 0) if mapped == "0001" else ("settled", 1)
            ), row.said
    index = site.index["a.lora.zone_temp"]
    store = DuckStore(str(tmp_path / "readings.duckdb"), site)
    assert store.read([index], 0, 4 * 10**12).rows.value.tolist() == [20.0]
    store.close()
