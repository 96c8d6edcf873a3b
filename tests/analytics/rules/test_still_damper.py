"""AC-13 on hand-made days of one air handler."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import still_damper
from core.batch import Floats
from core.verdict import Reason
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import FAULT, NE, OK, frame, judged, last, with_values

QUARTERS = np.arange(96)
FAN = ((QUARTERS >= 28) & (QUARTERS < 74)) * 1.0
"""From 07:00 to 18:30."""


def day(share: Floats, command: Floats, *, oat: float = 10.0, wrong: float = 0.0) -> Frame:
    """A day whose mixed air holds this share of outdoor air; the sensor reads ``wrong`` too much.

    It gets warmer outdoors by 6 K until four o'clock, and a little indoors.
    """
    outdoor = oat + 6.0 * np.exp(-(((QUARTERS - 64) / 24.0) ** 2))
    back = 22.0 + 0.01 * QUARTERS
    layers = 0.3 * np.sin(QUARTERS / 3.0)
    return frame(
        {"fan_status": list(FAN), "oa_damper": list(command), "oat": list(outdoor),
         "rat": list(back), "mat": list(back + share * (outdoor - back) + layers + wrong)},
        count=96, step_s=900,
    )  # fmt: skip


def command(least: float = 40.0) -> Floats:
    """Opens from nine to noon, shuts again from three. [%]"""
    return np.interp(QUARTERS, [36, 48, 60, 70], [least, 100.0, 100.0, least])


def follows(asked: Floats) -> Floats:
    """The laboratory's unit: 0.22 at 40 %, 0.36 at 47, 0.86 at 100."""
    return np.interp(asked, [0.0, 40.0, 47.0, 100.0], [0.02, 0.22, 0.36, 0.86])


@pytest.mark.parametrize("wrong", [-1.5, 0.0, 1.5])
@pytest.mark.parametrize("oat", [4.0, 10.0])
def test_a_damper_that_follows_is_clear_whatever_its_sensor_is_off_by(
    oat: float, wrong: float
) -> None:
    asked = command()
    assert last(judged("AC-13", day(follows(asked), asked, oat=oat, wrong=wrong))) == (
        OK, Reason.CLEAR,
    )  # fmt: skip


@pytest.mark.parametrize("wrong", [-1.5, 0.0, 1.5])
@pytest.mark.parametrize("stands", [0.05, 0.4, 0.85])
def test_one_that_stands_is_found_wherever_it_does(stands: float, wrong: float) -> None:
    still = day(np.full(96, stands), command(), wrong=wrong)
    assert last(judged("AC-13", still)) == (FAULT, Reason.CONDITION)


def test_a_linkage_that_slips_by_half_is_not_accused() -> None:
    asked = command()
    half = 0.22 + 0.45 * (follows(asked) - 0.22)
    assert last(judged("AC-13", day(half, asked))) == (OK, Reason.CONDITION)


def test_air_that_hangs_in_layers_is_not_accused() -> None:
    """The sensor reads nearer to outdoor air by an eighth of the difference, half and half."""
    asked = command()
    share = follows(asked)
    layered = share + 0.12 * 4.0 * share * (1.0 - share)
    assert last(judged("AC-13", day(layered, asked))) == (OK, Reason.CLEAR)


def test_what_was_not_asked_is_not_judged() -> None:
    still = np.full(96, 0.3)
    steady = day(still, np.full(96, 100.0))
    assert last(judged("AC-13", steady)) == (NE, Reason.SMALL_SPREAD)
    mild = day(still, command(), oat=18.0)
    assert last(judged("AC-13", mild)) == (NE, Reason.SMALL_SPREAD)
    off = with_values(day(still, command()), fan_status=0.0)
    assert last(judged("AC-13", off)) == (NE, Reason.OFF)


def test_gates() -> None:
    of = day(np.full(96, 0.3), command())
    everywhere = np.ones(of.shape, dtype=np.bool_)
    assert last(judged("AC-13", replace(of, muted=everywhere))) == (NE, Reason.MUTED)
    assert last(judged("AC-13", replace(of, declared=everywhere))) == (NE, Reason.DECLARED)
    nothing = {name: np.full(of.shape, np.nan) for name in of.values}
    assert last(judged("AC-13", replace(of, values=nothing))) == (NE, Reason.NO_DATA)


def test_the_air_handlers_of_the_sample_site_tell_all_of_it() -> None:
    ids = {target.id for target in still_damper.targets(SITE)}
    assert {"a.ahu1", "c.ahu2"} <= ids
