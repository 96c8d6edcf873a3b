"""Findings are kept whole, and no older word replaces a newer."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from adapters.records import ALL, Records
from adapters.records.tables import ChangeRow
from core.finding import (
    Evidence,
    Finding,
    FindingChange,
    FindingEvent,
    FindingState,
    Waste,
    finding_id,
)
from core.words import Carrier, Text

FINDING = Finding(
    id=finding_id("HTG-07", "a.ahu1", 1_000), revision=1, state=FindingState.OPEN, site="wushan",
    building="a", rule="HTG-07", target="a.ahu1", onset=1_000, opened=2_000, last=3_000,
    cleared=None, mode="os2", severity=2, references={"sat": 15.5, "n": 3.0},
    waste=(Waste(carrier=Carrier.HEAT, amount=81.5, money=None, kg_co2=17.25),), confidence=0.875,
    evidence=Evidence(points=("a.ahu1.sat",), start=0, end=3_000, windows=((1_000, 3_000),)),
    title=Text("Valve of {asset} leaks", {"asset": "AHU-1"}),
    explanation=Text("{n} nights, {kwh} kWh", {"n": 3, "kwh": 81.5}),
)  # fmt: skip


def _event(finding: Finding, change: FindingChange = FindingChange.CONTINUED) -> FindingEvent:
    return FindingEvent(change, finding, 5_000)


def test_a_finding_comes_back_as_it_was(records: Records) -> None:
    records.findings.save([_event(FINDING)])
    assert records.findings.get(FINDING.id) == FINDING
    assert records.findings.get("nothing") is None
    assert records.findings.open() == [FINDING]


def test_a_higher_revision_replaces_and_no_other_does(records: Records) -> None:
    newer = replace(FINDING, revision=3, last=9_000)
    records.findings.save([_event(FINDING), _event(newer), _event(replace(FINDING, revision=2))])
    assert records.findings.get(FINDING.id) == newer
    records.findings.save([_event(FINDING), _event(replace(newer, last=1))])
    assert records.findings.get(FINDING.id) == newer


def test_open_and_of_tell_them_apart(records: Records) -> None:
    cleared = replace(FINDING, id="c", state=FindingState.CLEARED, onset=100, last=900, cleared=950)
    elsewhere = replace(FINDING, id="e", target="b.ahu1", building="b")
    records.findings.save([_event(FINDING), _event(cleared), _event(elsewhere)])
    assert {f.id for f in records.findings.open()} == {FINDING.id, "e"}
    assert [f.id for f in records.findings.of("HTG-07", "a.ahu1", 900)] == ["c", FINDING.id]
    assert [f.id for f in records.findings.of("HTG-07", "a.ahu1", 901)] == [FINDING.id]


def test_a_change_is_told_with_it_once(records: Records) -> None:
    records.findings.save([_event(FINDING)])
    records.findings.save([_event(FINDING)])
    with records.session(ALL, reading=True) as session:
        rows = session.scalars(select(ChangeRow)).all()
    assert [(r.kind, r.building, r.ref, r.at) for r in rows] == [
        ("finding", "a", FINDING.id, 5_000)
    ]


def test_numbers_of_numpy_come_back_as_numbers(records: Records) -> None:
    records.findings.save([_event(replace(FINDING, references={"x": np.float64(1.5)}))])
    found = records.findings.get(FINDING.id)
    assert found is not None
    assert found.references == {"x": 1.5}


def test_a_number_that_is_none_is_refused_before_anything_is_kept(records: Records) -> None:
    bad = replace(FINDING, id="bad", references={"x": math.nan})
    with pytest.raises(ValueError, match="holds a number that is none"):
        records.findings.save([_event(FINDING), _event(bad)])
    assert records.findings.open() == []


def test_two_thousand_at_once(records: Records) -> None:
    events = [_event(replace(FINDING, id=f"f{i}")) for i in range(2_000)]
    records.findings.save(events)
    records.findings.save(events)
    assert len(records.findings.open()) == 2_000
