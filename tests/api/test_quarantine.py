"""The quarantine as a workplace: counted, shown, tried again, dismissed, purged; by whom."""

from __future__ import annotations

import pytest

from adapters.records.tables import QuarantineRow
from core import wire
from core.batch import BatchName, Columns
from core.clock import DAY_MS, MINUTE_MS
from core.ports import Quarantined
from tests.api.console import Console
from tests.api.working import done, working


def keep(console: Console, seq: int, point: str, *, days: int = 0, reason: str = "unknown_point",
         gateway: str = "gw-a") -> None:  # fmt: skip
    """An entry with one reading of a point, received some days ago."""
    received = console.clock.now() - days * DAY_MS
    rows = Columns.of([0], [received - MINUTE_MS], [21.5])
    message = wire.batch_message(rows, [(point, "°C")], sent_at=received, backfill=True)
    console.records.quarantine.keep([
        Quarantined(
            gateway=gateway, topic=f"plantroom/v1/{console.site.id}/{gateway}/batch/b1/{seq}",
            payload=wire.encode(message), reason=reason, detail=f"{point}: no such point",
            readings=1, received=received, name=BatchName(gateway, "b1", seq), point=point,
        )
    ])  # fmt: skip


def newest(console: Console) -> int:
    return console.records.quarantine.list(limit=1)[0].id


def newest_row(console: Console) -> QuarantineRow:
    return console.records.quarantine.list(limit=1)[0]


def test_counts_by_reason_gateway_point_and_day(console: Console) -> None:
    for seq, days in enumerate((0, 0, 3), 1):
        keep(console, seq, "a.ahu1.sat", days=days)
    keep(console, 4, "c.ahu1.sat", gateway="gw-c", reason="unit")
    key = console.key("en.all")
    found = key.get("/quarantine/counts").json()
    assert {c["key"]: c["open"] for c in found["by_reason"]} == {"unknown_point": 4, "unit": 1}
    assert {c["key"]: c["entries"] for c in found["by_gateway"]} == {"gw-a": 4, "gw-c": 1}
    assert {c["key"]: c["entries"] for c in found["by_point"]} == {"a.ahu1.sat": 3, "c.ahu1.sat": 1}
    assert [c["entries"] for c in found["days"]] == [1, 4]
    assert (int(found["days"][0]["key"]) + 8 * 3_600_000) % DAY_MS == 0, "local midnights"
    narrowed = key.get("/quarantine/counts", params={"gateway": "gw-c"}).json()
    assert [c["key"] for c in narrowed["by_point"]] == ["c.ahu1.sat"]
    page = console.as_("en.all").get("/quarantine?gateway=gw-c").text
    assert "c.ahu1.sat" in page
    assert "a.ahu1.sat" not in page


def test_an_entry_shows_the_readings_in_it(console: Console) -> None:
    keep(console, 1, "a.ahu1.sat")
    page = console.as_("su.all").get(f"/quarantine/{newest(console)}").text
    assert "21.5" in page
    assert "Supply air" in page or "supply air" in page, "the point by its name"
    assert "Try it again" not in page, "a supervisor looks"
    assert "Try it again" in console.as_("en.all").get(f"/quarantine/{newest(console)}").text


def test_what_is_tried_again_is_stored_and_settled_with_who(console: Console) -> None:
    keep(console, 1, "a.ahu1.sat")
    entry = newest(console)
    visitor = console.as_("en.all")
    with working(console):
        visitor.get(f"/quarantine/{entry}")
        assert visitor.post(f"/quarantine/{entry}/replay", {}).status_code == 303
        done(console)
    shown = console.key("en.all").get(f"/quarantine/{entry}").json()
    assert (shown["state"], shown["how"], shown["by"], shown["stored"]) == (
        "settled", "replayed", "en.all", 1,
    )  # fmt: skip
    assert "Everything in it is stored." in visitor.get(f"/quarantine/{entry}").text
    index = console.site.index["a.ahu1.sat"]
    assert console.store.latest([index]).rows.value.tolist() == [21.5]


def test_the_whole_list_is_tried_again_as_it_is_narrowed(console: Console) -> None:
    keep(console, 1, "a.ahu1.sat")
    keep(console, 2, "a.ahu1.mat")
    keep(console, 3, "c.ahu1.sat", gateway="gw-c")
    visitor = console.as_("en.all")
    visitor.get("/quarantine")
    answer = visitor.post("/quarantine/replay", {"gateway": "gw-a", "reason": "unknown_point"})
    assert answer.status_code == 303
    states = {r.point: r.state for r in console.records.quarantine.list()}
    assert states["c.ahu1.sat"] == "open"
    assert states["a.ahu1.sat"] == states["a.ahu1.mat"] == "asked"
    answer2 = console.key("ad.all").post("/quarantine/replay", json={"point": "c.ahu1.sat"})
    assert (answer2.status_code, answer2.json()) == (202, {"asked": 1})


def test_readings_are_mended_shown_first_and_then_tried_again(console: Console) -> None:
    keep(console, 1, "a.ahu1.supply")
    entry, visitor = newest(console), console.as_("en.all")
    visitor.get(f"/quarantine/{entry}")
    form = {"point": "a.ahu1.supply", "to": "a.ahu1.sat", "unit": "°F", "factor": "1"}
    dry = visitor.post(f"/quarantine/{entry}/mend", form | {"dry": "yes"})
    assert dry.status_code == 200
    assert "1 reading would be stored" in dry.text
    assert "−5.8 °C" in dry.text or "-5.8 °C" in dry.text
    wrong = visitor.post(f"/quarantine/{entry}/mend", form)
    assert (wrong.status_code, "Say why it is mended." in wrong.text) == (422, True)
    for part in ({"to": "a.nothing"}, {"unit": "kWh"}, {"factor": "0"}, {"factor": "two"}):
        refused = visitor.post(f"/quarantine/{entry}/mend", form | part | {"note": "x"})
        assert refused.status_code == 422, part
    assert newest_row(console).mends == []
    with working(console):
        done_ = visitor.post(f"/quarantine/{entry}/mend", form | {"note": "renamed in May"})
        assert done_.status_code == 303
        done(console)
    page = visitor.get(f"/quarantine/{entry}").text
    assert "What was mended" in page
    assert "renamed in May" in page
    shown = console.key("en.all").get(f"/quarantine/{entry}").json()
    assert shown["mends"][0]["by"] == "en.all"
    index = console.site.index["a.ahu1.sat"]
    assert console.store.latest([index]).rows.value.tolist() == pytest.approx([(21.5 - 32) / 1.8])


def test_a_program_rehearses_and_mends(console: Console) -> None:
    keep(console, 1, "a.ahu1.supply")
    keep(console, 2, "c.ahu1.sat", gateway="gw-c")
    key = console.key("en.all")
    body = {"mends": [{"point": "a.ahu1.supply", "to": "a.ahu1.sat"}]}
    (seen,) = key.post("/quarantine/rehearse", json=body).json()
    assert (seen["stored"], seen["left"], seen["present"]) == (1, 0, 0)
    assert seen["changes"][0]["to_point"] == "a.ahu1.sat"
    assert key.post("/quarantine/replay", json=body).status_code == 422
    answer = key.post("/quarantine/replay", json=body | {"note": "renamed"})
    assert (answer.status_code, answer.json()) == (202, {"asked": 1})


def test_nobody_can_mend_it_needs_a_reason(console: Console) -> None:
    keep(console, 1, "a.ahu1.sat")
    entry, visitor = newest(console), console.as_("en.all")
    visitor.get(f"/quarantine/{entry}")
    refused = visitor.post(f"/quarantine/{entry}/dismiss", {"note": " "})
    assert refused.status_code == 422
    assert "Say why it is dismissed." in refused.text
    assert visitor.post(f"/quarantine/{entry}/dismiss", {"note": "old box"}).status_code == 303
    again = console.key("en.all").post(f"/quarantine/{entry}/dismiss", json={"note": "x"})
    assert again.status_code == 409
    assert "old box" in visitor.get(f"/quarantine/{entry}").text


def test_what_is_old_goes_and_its_count_stays(console: Console) -> None:
    for seq, days in enumerate((0, 100, 200), 1):
        keep(console, seq, "a.ahu1.sat", days=days)
    admin = console.key("ad.all")
    only = admin.post("/quarantine/purge", json={"older_than_days": 90}).json()
    assert only == {"entries": 0, "unstored": 0}, "none of them is settled"
    body = {"older_than_days": 90, "settled_only": False}
    assert admin.post("/quarantine/purge", json=body).json() == {"entries": 2, "unstored": 2}
    counts = admin.get("/quarantine/counts").json()
    assert [(c["key"], c["entries"], c["unstored"]) for c in counts["purged"]] == [
        ("unknown_point", 2, 2)
    ]
    visitor = console.as_("ad.all")
    visitor.get("/quarantine")
    gone = visitor.post("/quarantine/purge", {"days": "1", "all": "yes"})
    assert gone.headers["location"] == "/quarantine?gone=0"
    assert "2 old entries were removed so far" in visitor.get("/quarantine").text
    assert visitor.post("/quarantine/purge", {"days": "soon"}).status_code == 422


@pytest.mark.parametrize("who", ["vi.all", "te.all", "su.all", "en.a", "ad.c"])
def test_who_may_not_changes_nothing(console: Console, who: str) -> None:
    keep(console, 1, "a.ahu1.sat")
    entry, key, visitor = newest(console), console.key(who), console.as_(who)
    visitor.get("/orders")
    answers = [
        key.post("/quarantine/replay", json={}),
        key.post("/quarantine/purge", json={"older_than_days": 1, "settled_only": False}),
        key.post(f"/quarantine/{entry}/dismiss", json={"note": "x"}),
        key.post("/quarantine/rehearse", json={}),
        visitor.post(f"/quarantine/{entry}/mend", {"factor": "2", "note": "x"}),
        visitor.post("/quarantine/replay", {}),
        visitor.post(f"/quarantine/{entry}/replay", {}),
        visitor.post(f"/quarantine/{entry}/dismiss", {"note": "x"}),
        visitor.post("/quarantine/purge", {"days": "1"}),
    ]
    assert {a.status_code for a in answers} == {403}
    row = console.records.quarantine.show(entry)
    assert row is not None
    assert row.state == "open"
    engineer = console.key("en.all")
    assert engineer.post("/quarantine/purge", json={"older_than_days": 1}).status_code == 403


def test_a_form_without_its_token_does_nothing(console: Console) -> None:
    keep(console, 1, "a.ahu1.sat")
    visitor = console.as_("en.all")
    answer = visitor.post("/quarantine/replay", {"csrf": "guessed"})
    assert answer.status_code == 403
