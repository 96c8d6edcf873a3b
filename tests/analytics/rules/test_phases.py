"""PWR-11 and PWR-17 on hand-made days of a board with three circuits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.judged import REASONS, Judged
from analytics.rules import lost_phase, meter_balance
from core.batch import Floats
from core.verdict import Reason, Verdict
from tests.analytics.rules.frames import FAULT, NE, OK, frame, judged

LIGHTS, SOCKETS, DATA = 0, 1, 2
NAMES = ("lights", "sockets", "data")


def profiles() -> Floats:
    """Lights by day alone, sockets with a base, a data room that never changes. [kW]"""
    hours = np.arange(96) / 4
    lights = np.where((hours >= 8) & (hours < 19), 9.0, 0.6)
    sockets = 4.0 + 8.0 * np.exp(-(((hours - 13.0) / 4.0) ** 2))
    return np.stack([lights, sockets, np.full(96, 12.0)])


def board(
    read: Floats,
    drawn: Floats,
    *,
    more: Floats | None = None,
    usual: Floats | None = None,
    sunny: bool = False,
) -> Frame:
    """What the circuits read, what they draw; the meter above counts that and 3 % of losses."""
    above = 1.03 * drawn.sum(axis=0) + (0.0 if more is None else more)
    before = profiles() if usual is None else usual
    wobble = 1.0 + 0.01 * np.sin(np.arange(96))
    one = frame({"rate": 1.0}, count=96, step_s=900,
                parameters={"workday": 1.0, "above": 0.0, "sunny": float(sunny)})  # fmt: skip
    healthy, nowhere = 0.03 / 1.03, np.zeros((3, 96), dtype=np.bool_)
    spells = before.reshape(3, 4, 24).mean(axis=2)
    references = {
        "share": np.full(3, healthy), "wanders": np.full(3, 0.004),
        "own_working": before.mean(axis=1), "own_off": before.mean(axis=1),
        **{f"{kind}{n}": spells[:, n] for kind in ("working", "off") for n in range(4)},
    }  # fmt: skip
    return replace(
        one,
        targets=NAMES,
        values={
            "own": read, "total": np.tile(above * wobble, (3, 1)),
            "rate": np.tile(above * wobble - read.sum(axis=0), (3, 1)),
        },
        has={"rate": np.ones(3, dtype=np.bool_), "own": np.ones(3, dtype=np.bool_)},
        good=np.ones((3, 96)), coarse=np.zeros(3, dtype=np.bool_),
        exempt=np.zeros(3, dtype=np.bool_),
        beyond=nowhere, muted=nowhere, declared=nowhere,
        occupied=np.ones((3, 96), dtype=np.bool_),
        parameters={name: np.tile(value, 3) for name, value in one.parameters.items()},
        references=references,
    )  # fmt: skip


def said(result: Judged) -> list[tuple[Verdict, Reason]]:
    return [
        (Verdict(int(v)), REASONS[int(r)])
        for v, r in zip(result.verdict[:, -1], result.reason[:, -1], strict=True)
    ]


def faults(result: Judged) -> set[str]:
    return {
        name for name, (verdict, _) in zip(NAMES, said(result), strict=True) if verdict is FAULT
    }


def open_ct(of: int, share: float = 1 / 3) -> Frame:
    read = profiles()
    read[of] *= 1.0 - share
    return board(read, profiles())


@pytest.mark.parametrize("of", [LIGHTS, SOCKETS, DATA])
def test_the_circuit_whose_rise_and_fall_is_missing_is_named(of: int) -> None:
    """A third of 12 kW all day are 96 kWh; of the data room no other circuit has the shape."""
    result = judged("PWR-11", open_ct(of))
    assert faults(result) == {NAMES[of]}
    missing = profiles()[of].sum() / 4 / 3
    assert float(result.margin[of, 0]) == pytest.approx(missing, rel=0.1)


@pytest.mark.parametrize("share", [0.27, 0.42])
def test_phases_carry_unequal_loads(share: float) -> None:
    assert faults(judged("PWR-11", open_ct(SOCKETS, share))) == {"sockets"}


@pytest.mark.parametrize("share", [0.1, 0.6, -0.5])
def test_another_share_is_no_phase(share: float) -> None:
    assert not faults(judged("PWR-11", open_ct(SOCKETS, share)))


def test_a_healthy_board_is_clear() -> None:
    of = board(profiles(), profiles())
    assert said(judged("PWR-11", of)) == [(OK, Reason.CLEAR)] * 3


def test_a_machine_before_all_meters_is_nobodys_phase() -> None:
    """Something new that runs as the sockets do: they themselves read what they did."""
    of = board(profiles(), profiles(), more=0.5 * profiles()[SOCKETS])
    assert not faults(judged("PWR-11", of))


def test_a_dead_phase_is_no_uncounted_one_and_the_other_way_round() -> None:
    drawn = profiles()
    drawn[SOCKETS] *= 2 / 3
    assert faults(judged("PWR-17", board(drawn, drawn))) == {"sockets"}
    assert not faults(judged("PWR-11", board(drawn, drawn)))
    assert not faults(judged("PWR-17", open_ct(SOCKETS)))


def test_behind_panels_the_small_hours_tell_what_no_circuit_counts() -> None:
    """By day the meter above reads less than its circuits draw: what the sun gives."""
    drawn = profiles()
    drawn[SOCKETS] *= 2 / 3
    sun = -20.0 * np.clip(np.sin((np.arange(96) / 4 - 6.0) / 12.0 * np.pi), 0.0, 1.0)
    assert not faults(judged("PWR-17", board(drawn, drawn, more=sun)))
    assert faults(judged("PWR-17", board(drawn, drawn, more=sun, sunny=True))) == {"sockets"}
    read = profiles()
    read[SOCKETS] *= 2 / 3
    assert not faults(judged("PWR-17", board(read, profiles(), more=sun, sunny=True)))
    # Its base by night is all that is known of the circuit then.
    small = {"own_working": profiles()[:, :16].mean(axis=1), "own_off": np.full(3, np.nan)}
    uncounted = board(read, profiles(), more=sun, sunny=True)
    by_night = replace(uncounted, references={**uncounted.references, **small})
    assert faults(judged("PWR-11", by_night)) == {"sockets"}


@pytest.mark.parametrize(("share", "found"), [(0.17, True), (0.12, False)])
def test_a_phase_that_carries_a_sixth_of_a_circuit_is_one(share: float, *, found: bool) -> None:
    drawn = profiles()
    drawn[LIGHTS] *= 1.0 - share
    assert faults(judged("PWR-17", board(drawn, drawn))) == ({"lights"} if found else set())


def test_who_is_on_holiday_leaves_the_base() -> None:
    drawn = profiles()
    drawn[SOCKETS] = 4.0 + 0.1 * (drawn[SOCKETS] - 4.0)
    assert drawn[SOCKETS].mean() / profiles()[SOCKETS].mean() == pytest.approx(2 / 3, abs=0.01)
    assert not faults(judged("PWR-17", board(drawn, drawn)))


def test_a_floor_that_moved_out_takes_more_than_a_phase() -> None:
    drawn = profiles()
    drawn[SOCKETS] *= 0.5
    assert not faults(judged("PWR-17", board(drawn, drawn)))


@pytest.mark.parametrize("id_", ["PWR-11", "PWR-17"])
def test_what_silences_both(id_: str) -> None:
    drawn = profiles()
    drawn[SOCKETS] *= 2 / 3
    faulty = open_ct(SOCKETS) if id_ == "PWR-11" else board(drawn, drawn)
    everywhere, three = np.ones((3, 96), dtype=np.bool_), np.ones(3, dtype=np.bool_)
    cases = {
        Reason.MUTED: replace(faulty, muted=everywhere),
        Reason.DECLARED: replace(faulty, declared=everywhere),
        Reason.COARSE: replace(faulty, coarse=three),
        Reason.NO_POINT: replace(faulty, has={"own": three, "rate": ~three}),
        Reason.NO_DATA: replace(faulty, values={**faulty.values, "own": np.full((3, 96), np.nan)}),
        Reason.NO_REFERENCE: replace(
            faulty, references={name: np.full(3, np.nan) for name in faulty.references}
        ),
    }
    assert "sockets" in faults(judged(id_, faulty))
    for reason, changed in cases.items():
        assert said(judged(id_, changed)) == [(NE, reason)] * 3, reason


def test_a_weekend_is_held_against_weekends() -> None:
    drawn = profiles()
    drawn[SOCKETS] *= 2 / 3
    of = board(drawn, drawn)
    rested = {name: value * 3.0 for name, value in of.references.items() if "off" in name}
    of = replace(of, references={**of.references, **rested})
    weekend = replace(of, parameters={**of.parameters, "workday": np.zeros(3)})
    assert faults(judged("PWR-17", of)) == {"sockets"}
    assert not faults(judged("PWR-17", weekend))


def test_references_are_medians_of_sound_days_by_kind_of_day() -> None:
    """20 days, the last at fault: what it read is in no reference."""
    days, working = 20, np.array([n % 7 < 5 for n in range(20)])[:, None]
    sound = np.ones((days, 1), dtype=np.bool_)
    sound[-1] = False
    level = np.where(working, 10.0, 4.0)
    level[-1] = 99.0
    digests = {f"spell{n}": level for n in range(4)} | {"share": np.full((days, 1), 0.03)}
    found = lost_phase.references(digests, working, sound)
    assert (found["working3"][0], found["off3"][0]) == (10.0, 4.0)
    found = meter_balance.references(
        {"share": np.linspace(0.0, 0.19, days)[:, None], "own": level}, working, sound
    )
    assert found["share"][0] == pytest.approx(0.09)
    assert found["wanders"][0] == pytest.approx(0.072)
