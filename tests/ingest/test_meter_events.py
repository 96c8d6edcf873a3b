"""Events of registers: found with their evidence, decided by people, counted, and undone."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import pytest

from adapters.records import ALL
from adapters.records.tables import AuditRow, MeterEventRow
from core.errors import Refused
from core.meters import EventState
from core.quality import IntervalState
from ingest import errands
from tests.ingest.places import NOW, QUARTER, RATED, UNRATED, payload, point, site_of, topic
from tests.ingest.standing import Standing, standing
from tests.servers import wait_for

SITE = site_of(point("a.m.energy", register=RATED), point("b.m.energy", "gw-b", register=UNRATED))
M, E, S = (int(s) for s in IntervalState)
Told = list[tuple[int, float | None, int]]


def feed(here: Standing, *values: float, first: int, of: str = "a.m.energy", seq: int = 1) -> None:
    """Readings a quarter apart, the first one so many quarters before now."""
    rows: list[tuple[str, int, float | None]] = [
        (of, NOW + (first + i) * QUARTER, value) for i, value in enumerate(values)
    ]
    here.deliver(topic("gw-a" if of.startswith("a") else "gw-b", seq), payload(rows))


def told(here: Standing, point: int = 0) -> Told:
    use = here.use(point)
    return [
        ((at - NOW) // QUARTER, None if isnan(v) else round(v, 6), s)
        for at, v, s in zip(use.at.tolist(), use.value.tolist(), use.state.tolist(), strict=True)
    ]


def events(here: Standing, state: str = "") -> list[MeterEventRow]:
    return list(here.records.meters.list(ALL, state=state))


def decide(here: Standing, state: EventState, **said: object) -> MeterEventRow:
    row = events(here)[0]
    made = here.records.meters.decide(ALL, row.id, row.version, state, "chen.jing", NOW, said)
    here.done()
    return made


def test_a_swap_is_suspect_then_proposed_then_continuous_then_undone(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        feed(here, 500, 502, 40, 41, 43, first=-8)
        suspect: Told = [(-7, 2, M), (-6, None, S), (-5, 1, M), (-4, 2, M)]
        assert told(here) == suspect
        (row,) = events(here)
        assert (row.kind, row.state, row.building) == ("swap", "proposed", "a")
        assert (row.before, row.first, row.at) == (502.0, 40.0, NOW - 6 * QUARTER)
        assert row.evidence["modulus"] == 10_000
        assert row.evidence["reads_since"] == 3
        decide(here, EventState.CONFIRMED, closing=503.0, opening=38.5)
        assert told(here) == [(-7, 2, M), (-6, 2.5, M), (-5, 1, M), (-4, 2, M)]
        changed = here.records.progress.late()
        assert any(r.start < NOW - 6 * QUARTER <= r.end for _, r in changed), "judged again"
        feed(here, 44, first=-3, seq=2)
        assert told(here)[1:] == [(-6, 2.5, M), (-5, 1, M), (-4, 2, M), (-3, 1, M)]
        decide(here, EventState.PROPOSED)
        assert told(here)[:4] == suspect
        (row,) = events(here)
        assert [step["state"] for step in row.history] == ["proposed", "confirmed", "proposed"]
        with here.records.session(ALL, reading=True) as session:
            kept = session.query(AuditRow).filter(AuditRow.action == "meter_event").all()
        assert [one.actor for one in kept] == ["chen.jing", "chen.jing"]
        assert "closing 503.0" in kept[0].detail


def test_a_decision_holds_over_a_restart_and_late_readings(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        feed(here, 500, 502, 40, 41, 43, first=-8)
        decide(here, EventState.CONFIRMED, closing=503.0, opening=38.5)
    with standing(tmp_path, SITE) as here:
        late = [("a.m.energy", NOW - 6 * QUARTER - 60_000, 502.5)]
        here.deliver(topic("gw-a", 2), payload(late))
        use = {at: value for at, value, _ in told(here)}
        assert use[-6] == 2.0, "0.5 to 503 on the old meter, and 1.5 on the new one"
        assert sum(v or 0 for v in here.use().value.tolist()) == pytest.approx(2 + 2.5 + 1 + 2)
        assert [row.state for row in events(here)] == ["confirmed"]


def test_what_is_rejected_stays_suspect_and_is_not_asked_again(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        feed(here, 500, 0, 1, 2, first=-8)
        assert events(here)[0].kind == "reset"
        decide(here, EventState.REJECTED, note="somebody turned it back")
        feed(here, 3, first=-4, seq=2)
        assert told(here)[0] == (-7, None, S)
        assert [row.state for row in events(here)] == ["rejected"]


def test_a_reset_that_nobody_read_off_is_an_estimate(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        feed(here, 500, 0.5, 1, 2, first=-8)
        decide(here, EventState.CONFIRMED, closing=500.0, opening=0.0, exact=False)
        assert told(here)[0] == (-7, 0.5, E)


def test_a_rollover_is_counted_and_told_and_can_be_refused(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        feed(here, 9_990, 9_995, 5, 10, first=-8)
        assert told(here)[1] == (-6, 10.0, M)
        (row,) = events(here)
        assert (row.kind, row.state) == ("rollover", "accepted")
        decide(here, EventState.REJECTED)
        feed(here, 12, first=-4, seq=2)
        assert told(here)[1] == (-6, None, S)
        decide(here, EventState.CONFIRMED, closing=10_000.0, opening=0.0)
        assert told(here)[1] == (-6, 10.0, M)


def test_a_rollover_that_nothing_makes_plausible_is_proposed(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        feed(here, 9_990, 9_995, 5, 6, 7, first=-8, of="b.m.energy")
        (row,) = events(here)
        assert (row.kind, row.state) == ("rollover", "proposed")
        assert row.evidence["rollover_use"] == 10
        assert "rated_per_h" not in row.evidence, "nobody said it"


def test_a_proposal_that_late_readings_explain_is_withdrawn(tmp_path: Path) -> None:
    """The outage hid a night's use: first a jump that cannot be, then the reads between."""
    with standing(tmp_path, SITE) as here:
        feed(here, 500, 900, 901, 902, first=-8)
        assert [row.kind for row in events(here)] == ["swap"]
        here.deliver(
            topic("gw-a", 2),
            payload([("a.m.energy", NOW - 9 * QUARTER, 499.0),
                     ("a.m.energy", NOW - 8 * QUARTER, 899.0)]),
        )  # fmt: skip
        # 499 to 899 is the jump now, and 899 is read where 500 was: it came later.
        (row,) = events(here)
        assert row.at == NOW - 8 * QUARTER
        assert [r.state for r in events(here, "withdrawn")] == ["withdrawn"]


def test_a_declared_swap_is_counted_when_its_readings_come(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        feed(here, 500, 502, first=-8)
        here.records.meters.declare(
            ALL, point="a.m.energy", building="a", at=NOW - 7 * QUARTER + 300_000,
            by="chen.jing", now=NOW, said={"kind": "swap", "closing": 502.5, "opening": 100.0},
        )  # fmt: skip
        here.done()
        feed(here, 101, first=-6, seq=2)
        assert told(here) == [(-7, 2, M), (-6, 1.5, M)], "known at once, without three readings"
        assert [row.state for row in events(here)] == ["confirmed"]


def test_a_stale_decision_is_refused(tmp_path: Path) -> None:
    with standing(tmp_path, SITE) as here:
        feed(here, 500, 502, 40, 41, 43, first=-8)
        row = events(here)[0]
        decide(here, EventState.REJECTED)
        with pytest.raises(Refused, match="meanwhile"):
            here.records.meters.decide(
                ALL, row.id, row.version, EventState.CONFIRMED, "wu.gang", NOW, {}
            )
        with pytest.raises(Refused, match="no such event"):
            here.records.meters.decide(
                frozenset({"b"}), row.id, 2, EventState.CONFIRMED, "wu.gang", NOW, {}
            )


def test_a_dial_that_jumps_all_day_asks_no_more_than_fifty_times(tmp_path: Path) -> None:
    values = [v for i in range(80) for v in (100.0 * i % 9_000, 100.0 * i % 9_000 + 1,
                                              100.0 * i % 9_000 + 2)]  # fmt: skip
    with standing(tmp_path, SITE) as here:
        feed(here, *[v * (1 if i % 6 < 3 else 0.5) for i, v in enumerate(values)], first=-260)
        assert len(events(here, "open")) == 50


def test_who_cannot_wait_for_the_next_look_has_it_done_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run whose hours pass within a second would be a day on before anybody looked."""
    with standing(tmp_path, SITE) as here:
        monkeypatch.setattr(errands, "LOOK_S", 60.0)
        wait_for(lambda: here.ingest.wait_errands(0.0), "nothing to be asked")
        feed(here, 500, 502, 40, 41, 43, first=-8)
        (row,) = events(here)
        here.records.meters.decide(
            ALL, row.id, row.version, EventState.CONFIRMED, "chen.jing", NOW,
            {"closing": 503.0, "opening": 38.5},
        )  # fmt: skip
        assert here.ingest.wait_errands(10.0)
        assert (-6, 2.5, M) in told(here)
