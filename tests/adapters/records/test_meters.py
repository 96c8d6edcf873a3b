"""Events of registers last: proposed once, decided by version, counted, seen in scope alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.records import ALL, Records
from core.errors import Refused
from core.meters import Crossing, Decision, EventState, Happening, Looked, Undecided

SWAP = Crossing(
    point="a.m.energy", building="a", kind=Happening.SWAP, accepted=False, before_at=1_000,
    before=502.0, at=2_000, first=40.0, evidence={"modulus": 1e4},
)  # fmt: skip
ROLLED = replace(SWAP, kind=Happening.ROLLOVER, accepted=True, at=9_000, before_at=8_000)
NUMBERS = {"kind": "swap", "closing": 503.0, "opening": 38.5, "exact": True, "note": ""}
A = frozenset({"a"})


def looked(after: int, until: int) -> list[Looked]:
    return [Looked(point="a.m.energy", after=after, until=until)]


def test_the_same_twice_is_one_and_what_is_not_found_again_is_withdrawn(records: Records) -> None:
    for _ in range(2):
        records.meters.found([SWAP, ROLLED], looked(0, 10_000))
    assert [(e.at, e.state, e.version) for e in records.meters.list(A)] == [
        (9_000, "accepted", 1), (2_000, "proposed", 1),
    ]  # fmt: skip
    records.meters.found([], looked(0, 1_999))
    records.meters.found([], looked(2_000, 8_000))
    assert len(records.meters.list(A, state="open")) == 1, "it was not looked there"
    records.meters.found([], looked(1_999, 2_000))
    assert records.meters.list(A, state="open") == []
    records.meters.found([replace(SWAP, first=41.0)], [])
    (again,) = records.meters.list(A, state="open")
    assert [step["state"] for step in again.history] == ["proposed", "withdrawn", "proposed"]
    assert again.first == 41.0


def test_a_decision_waits_until_it_is_counted(records: Records) -> None:
    records.meters.found([SWAP], [])
    (row,) = records.meters.list(A)
    records.meters.decide(A, row.id, 1, EventState.CONFIRMED, "chen", 5, NUMBERS)
    (waits,) = records.meters.waiting(9)
    assert (waits.point, waits.at, waits.version) == ("a.m.energy", 2_000, 2)
    said = {"a.m.energy": [Decision(at=2_000, closing=503.0, opening=38.5, exact=True)]}
    assert records.meters.decided() == records.meters.decided(["a.m.energy"]) == said
    assert records.meters.decided(["b.m.energy"]) == {}
    records.meters.decide(A, row.id, 2, EventState.REJECTED, "chen", 6, {"note": "no"})
    records.meters.counted([waits])
    assert [one.version for one in records.meters.waiting(9)] == [3], "the newer one still waits"
    assert records.meters.decided()["a.m.energy"][0].closing is None
    records.meters.counted(records.meters.waiting(9))
    assert records.meters.waiting(9) == []
    records.meters.found([], looked(0, 10_000))
    assert records.meters.get(A, row.id).state == "rejected", "ingest never undoes a person"


def test_what_nobody_told_of_waits_until_somebody_decides(records: Records) -> None:
    records.meters.found([SWAP, ROLLED], [])
    waits = Undecided(point="a.m.energy", before_at=1_000, at=2_000)
    assert records.progress.undecided(0) == [waits]
    row = records.meters.list(A, state="open")[0]
    records.meters.decide(A, row.id, 1, EventState.CONFIRMED, "chen", 7_000, NUMBERS)
    decided = [replace(waits, until=7_000)]
    assert records.progress.undecided(6_999) == decided
    assert records.progress.undecided(7_000) == []
    records.meters.decide(A, row.id, 2, EventState.REJECTED, "chen", 9_000, {"note": "no"})
    assert records.progress.undecided(0) == decided, "who says it again waited no longer"
    records.meters.decide(A, row.id, 3, EventState.PROPOSED, "chen", 9_500, {})
    assert records.progress.undecided(0)[0].until is None


def test_what_was_declared_never_waited(records: Records) -> None:
    records.meters.declare(
        A, point="a.m.energy", building="a", at=2_000, by="chen", now=3_000, said=NUMBERS
    )
    records.meters.found([SWAP], [])
    assert records.progress.undecided(0) == []


def test_what_is_stale_twice_or_out_of_scope_is_refused(records: Records) -> None:
    records.meters.found([SWAP], [])
    (row,) = records.meters.list(A)
    with pytest.raises(Refused, match="meanwhile"):
        records.meters.decide(A, row.id, 7, EventState.CONFIRMED, "chen", 5, NUMBERS)
    with pytest.raises(Refused, match="no such event"):
        records.meters.decide(frozenset({"b"}), row.id, 1, EventState.CONFIRMED, "x", 5, NUMBERS)
    records.meters.decide(ALL, row.id, 1, EventState.CONFIRMED, "chen", 5, NUMBERS)
    with pytest.raises(Refused, match="so already"):
        records.meters.decide(ALL, row.id, 2, EventState.CONFIRMED, "chen", 5, NUMBERS)
    with pytest.raises(Refused, match="decide that one"):
        records.meters.declare(
            ALL, point="a.m.energy", building="a", at=2_000, by="chen", now=5, said=NUMBERS
        )
    with pytest.raises(Refused):
        records.meters.declare(
            frozenset({"b"}), point="a.m.energy", building="a", at=3_000, by="x", now=5,
            said=NUMBERS,
        )  # fmt: skip
    assert records.meters.list(frozenset({"b"})) == []
