"""Fast time goes on only when everything of a step is finished, in the order of its way."""

from __future__ import annotations

import pytest

from core.clock import HOUR_MS, SteppedClock
from core.errors import Fatal
from plantroom.conductor import Conductor


class Part:
    """Writes down when it was asked, and what the clock said."""

    def __init__(self, name: str, diary: list[tuple[str, int, int]], clock: SteppedClock) -> None:
        self.name, self.diary, self.clock = name, diary, clock
        self.confirmed = True

    def step(self, to: int) -> None:
        self.diary.append((self.name, to, self.clock.now()))

    def wait_settled(self, timeout_s: float) -> bool:
        assert timeout_s > 10
        self.diary.append((f"{self.name} settled", 0, self.clock.now()))
        return self.confirmed


def conducted(clock: SteppedClock, diary: list[tuple[str, int, int]], agent: Part) -> Conductor:
    def world(to: int) -> None:
        diary.append(("world", to, clock.now()))

    def after(to: int) -> None:
        diary.append(("after", to, clock.now()))

    parts = [Part("engine", diary, clock), Part("orders", diary, clock)]
    return Conductor(clock=clock, agents=[agent], parts=parts, world=world, after=after)


def test_a_step_goes_the_way_of_a_reading() -> None:
    clock, diary = SteppedClock(0), list[tuple[str, int, int]]()
    conducted(clock, diary, Part("edge", diary, clock)).step(HOUR_MS)
    assert [name for name, _, _ in diary] == [
        "world", "edge", "edge settled", "engine", "orders", "after",
    ]  # fmt: skip
    assert diary[0] == ("world", HOUR_MS, 0), "the world moves before anybody's clock does"
    assert {now for _, _, now in diary[1:]} == {HOUR_MS}


def test_nothing_is_judged_of_readings_that_were_not_confirmed() -> None:
    clock, diary = SteppedClock(0), list[tuple[str, int, int]]()
    agent = Part("edge", diary, clock)
    agent.confirmed = False
    with pytest.raises(Fatal, match="not confirmed"):
        conducted(clock, diary, agent).step(HOUR_MS)
    assert "engine" not in [name for name, _, _ in diary]


def test_a_run_ends_exactly_where_it_should() -> None:
    clock, diary = SteppedClock(0), list[tuple[str, int, int]]()
    conducted(clock, diary, Part("edge", diary, clock)).run(0, 150, step_ms=60)
    assert [to for name, to, _ in diary if name == "after"] == [60, 120, 150]
    assert clock.now() == 150
