"""Changes of value: subscribed, renewed by us, and there again after the device was away."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.buses.contract import Denied, NoAnswer, Values
from tests.edge.drivers.bacnet.conftest import INSTANCE, Bench, bench, running
from tests.servers import wait_for

PAUSE_S = 2.0
"""For which a busy machine may stand still."""
TOLD = ("temp", "flow", "valve", "fan", "mode")
"""Objects of the device that can tell; its accumulator cannot."""


def _listening(telling: Bench) -> None:
    """Until every object has told its value once."""
    with pytest.raises(Denied, match="does not tell changes of energy") as denied:
        _until(telling.read, 5.0)
    assert "temp" not in str(denied.value)
    wait_for(lambda: all(telling.heard(name) for name in TOLD), "the first values", timeout_s=5)


def _until(work: Callable[[], object], most_s: float) -> None:
    """Again and again, until it raises."""
    until = time.monotonic() + most_s
    while time.monotonic() < until:
        with contextlib.suppress(NoAnswer):  # a machine that is busy
            work()
        time.sleep(0.05)


def _comes(telling: Bench, value: float, within_s: float) -> None:
    """Within that time, and what a machine may pause."""
    telling.set("temp", value)
    wait_for(lambda: value in telling.heard("temp"), f"{value}", timeout_s=within_s + PAUSE_S)


def test_changes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody polls, and the next renewal is a minute away: whatever comes was told."""
    for made in running(bench(tmp_path, cov=True, lifetime_s=120)):
        _listening(made)
        _comes(made, 22.5, 0.5)
        made.set("mode", 1.0)
        made.set("temp", None)
        wait_for(lambda: 1.0 in made.heard("mode"), "the mode")  # noqa: B023 - waited for here
        # A broken sensor tells that it is one.
        wait_for(lambda: None in made.heard("temp"), "the fault")  # noqa: B023


def test_a_device_that_does_not_tell_is_polled_and_health_says_so(tmp_path: Path) -> None:
    for made in running(bench(tmp_path, cov=True, lifetime_s=4)):
        made.faults.no_cov = True
        with pytest.raises(Denied, match="does not tell changes of temp"):
            _until(made.read, 5.0)
        made.set("temp", 19.0)
        values: list[Values] = []
        with pytest.raises(Denied):
            values.extend(made.link.poll(made.device, made.device.wanted, made.pace))
        assert values[0]["temp"] == 19.0


def test_a_device_that_tells_without_wanting_an_answer(telling: Bench) -> None:
    telling.faults.no_confirmed = True
    _listening(telling)
    _comes(telling, 21.0, 0.5)


def test_one_question_at_a_time(telling: Bench) -> None:
    """Polls and subscriptions of a device wait for each other."""
    telling.faults.late_s = 0.02
    _listening(telling)
    assert telling.questions("SubscribeCOV") > 5
    assert telling.simulated.load.most == 1


def test_subscriptions_are_renewed_at_half_of_their_life(telling: Bench) -> None:
    _listening(telling)
    before = telling.questions("SubscribeCOV")
    time.sleep(3.2)
    # Five objects, each every 1.5 s.
    assert 2 * len(TOLD) - 1 <= telling.questions("SubscribeCOV") - before <= 3 * len(TOLD)
    _comes(telling, 23.5, 0.5)


def test_a_device_that_started_anew_is_heard_again_at_its_renewal(telling: Bench) -> None:
    """Half of the lifetime of 3 s later."""
    _listening(telling)
    telling.server.restart(str(INSTANCE), says_so=False)
    _comes(telling, 24.5, 2.3)


def test_a_device_that_says_it_started_anew_is_heard_at_once(tmp_path: Path) -> None:
    """Long before the next renewal."""
    for made in running(bench(tmp_path, cov=True, lifetime_s=120)):
        _listening(made)
        made.server.restart(str(INSTANCE), says_so=True)
        _comes(made, 24.5, 0.8)


def test_a_device_that_was_away_is_heard_again(telling: Bench) -> None:
    """Away for longer than its subscriptions live, and nobody polled it meanwhile."""
    _listening(telling)
    telling.faults.silent = True
    time.sleep(3.5)
    telling.server.restart(str(INSTANCE), says_so=False)
    telling.faults.silent = False
    # Retried at a quarter of the lifetime of 3 s, with a time-out of 1 s.
    _comes(telling, 25.5, 2.4)


def test_a_poll_that_finds_it_again_subscribes_anew(tmp_path: Path) -> None:
    for made in running(bench(tmp_path, cov=True, lifetime_s=120)):
        _listening(made)
        made.faults.silent = True
        with pytest.raises(NoAnswer):
            made.read()
        made.server.restart(str(INSTANCE), says_so=False)
        made.faults.silent = False
        made.read()  # and what was refused is tried once more
        _comes(made, 26.5, 1.0)


def test_a_notice_that_nobody_wanted_is_refused(telling: Bench) -> None:
    _listening(telling)
    telling.link.close()
    told = len(telling.told)
    telling.set("temp", 30.0)
    time.sleep(0.3)
    assert len(telling.told) == told
    # And the port is free for the next one.
    with pytest.raises(Denied):
        _until(telling.read, 5.0)
    _comes(telling, 31.0, 1.0)
