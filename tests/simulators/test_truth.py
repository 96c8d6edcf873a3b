"""The truth file, and what a crew finds behind a symptom."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from core.words import Discipline
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.story import demo_story
from tests.simulators.parts import SEED, SITE, START, at, fault

K = FaultKind


def test_the_truth_is_written_in_own_words(tmp_path: Path) -> None:
    leak = fault(K.WATER_LEAK, "a.w-toilets", severity=0.2)
    stuck = fault(K.SENSOR_STUCK, "a.ahu2", point="rat", onset=at(3))
    campus = Campus(SITE, SEED, START, (stuck, leak))
    campus.advance(at(1, 8.0))
    campus.repair(at(1, 8.0), "useless", fault=leak.id)
    campus.advance(at(1, 9.0))
    campus.repair(at(1, 9.0), "effective", fault=leak.id)
    campus.write_truth(tmp_path / "truth.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == [leak.id, stuck.id]
    assert lines[0] == {
        "id": "water_leak", "kind": "water_leak", "meaning": "water runs away",
        "discipline": "water", "trade": "P", "family": "leak", "course": "sudden",
        "asset": "a.w-toilets", "point": "", "building": "a", "severity": 0.2, "unit": "m³/h",
        "onset": at(1, 6.0), "end": at(1, 9.0), "repaired": at(1, 9.0),
        "repairs": [
            {"at": at(1, 8.0), "effect": "useless"}, {"at": at(1, 9.0), "effect": "effective"},
        ],
    }  # fmt: skip
    assert lines[1]["point"] == "a.ahu2.rat"
    assert lines[1]["end"] is None


def test_the_truth_knows_no_rules() -> None:
    words = " ".join(
        f"{kind} {about.meaning} {about.family}" for kind, about in FAULT_KINDS.items()
    )
    assert not re.search(r"(PWR|WAT|HTG|AC|FC|SEN)-\d", words)


@pytest.mark.parametrize(
    ("one", "target", "found"),
    [
        (fault(K.WATER_LEAK, "a.w-toilets"), "a.w-toilets", True),
        (fault(K.WATER_LEAK, "a.w-toilets"), "a.w-main", True),
        (fault(K.WATER_LEAK, "a.w-toilets"), "c.w-main", False),
        (fault(K.WATER_LEAK, "c.w-main"), "c.m-pumps", True),
        (fault(K.PLANT_LEFT_ON, "c.ahu2"), "c.m-terminals", True),
        (fault(K.PLANT_LEFT_ON, "c.ahu2"), "c.m-plant", True),
        (fault(K.PLANT_LEFT_ON, "c.ahu2"), "a.m-terminals", False),
        (fault(K.SENSOR_STUCK, "a.ahu2", point="rat"), "a.ahu2.rat", True),
        (fault(K.SENSOR_OFFSET, "a.ahu2", point="mat"), "a.ahu2", True),
        (fault(K.SENSOR_STUCK, "a.ahu2", point="rat"), "a.ahu1.rat", False),
        (fault(K.GATEWAY_SILENT, "gw-c"), "c.ahu1.sat", True),
        (fault(K.GATEWAY_SILENT, "gw-c"), "gw-c", True),
        (fault(K.LOCKOUT_LOST, "a.boiler"), "a.hw-pump", True),
        (fault(K.HEAT_VALVE_PASSES, "c.ahu1"), "c.z-east", True),
    ],
)
def test_a_crew_finds_the_fault_behind_the_symptom(one: Fault, target: str, found: bool) -> None:  # noqa: FBT001
    campus = Campus(SITE, SEED, START, (one,))
    campus.advance(at(1, 6.5))
    assert campus.causes(target) == ((one.id,) if found else ())


def test_the_nearest_fault_is_found_first() -> None:
    near = fault(K.WATER_LEAK, "a.w-main", id="near")
    far = fault(K.WATER_LEAK, "a.w-toilets", id="far")
    campus = Campus(SITE, SEED, START, (far, near))
    campus.advance(at(1, 6.5))
    assert campus.causes("a.w-main") == ("near",)
    assert campus.causes("a.w-toilets") == ("far",)


def test_a_fault_to_come_is_not_found_and_not_mended() -> None:
    later = fault(K.WATER_LEAK, "a.w-main", onset=at(2))
    campus = Campus(SITE, SEED, START, (later,))
    campus.advance(at(1, 6.5))
    assert campus.causes("a.w-main") == ()
    assert campus.repair(campus.now, "effective", fault=later.id) == ()


def test_the_story_shows_every_discipline_in_its_first_days() -> None:
    story = demo_story(SITE)
    first = {
        FAULT_KINDS[f.kind].discipline for f in story.faults if f.onset < story.start + 4 * 864e5
    }
    assert first == set(Discipline) - {Discipline.GAS}
    assert set(story.botched) <= {f.id for f in story.faults}
    Campus(SITE, story.seed, story.start, story.faults)
