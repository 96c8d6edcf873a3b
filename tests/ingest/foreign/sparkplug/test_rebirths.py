"""How often nodes are asked for their births."""

from __future__ import annotations

import itertools
import random

from ingest.foreign.sparkplug.rebirths import APART_MS, EACH_MS, JITTER_MS, Rebirths


def seeded(seed: int) -> Rebirths:
    return Rebirths(random.Random(seed))  # noqa: S311 - the same jitter at every run


def asked(
    rebirths: Rebirths, until: int, *, wanting: tuple[str, ...] = ()
) -> list[tuple[int, str]]:
    """What is asked when somebody looks every 10 ms, and these nodes want it all the time."""
    found = []
    for now in range(0, until, 10):
        for node in wanting:
            rebirths.want(node, now)
        taken = rebirths.take(now)
        if taken is not None:
            found.append((now, taken))
    return found


def test_a_node_is_asked_at_most_once_a_minute() -> None:
    times = [at for at, _ in asked(seeded(1), 200_000, wanting=("n",))]
    assert len(times) == 4
    assert all(b - a >= EACH_MS for a, b in itertools.pairwise(times))


def test_all_together_are_asked_at_most_ten_times_a_second() -> None:
    rebirths = seeded(1)
    for i in range(200):
        rebirths.want(f"n{i}", 0)
    found = asked(rebirths, 60_000)
    assert len(found) == len({node for _, node in found}) == 200
    times = [at for at, _ in found]
    assert all(b - a >= APART_MS for a, b in itertools.pairwise(times))


def test_hosts_that_lost_the_same_broker_do_not_ask_in_step() -> None:
    firsts = {asked(seeded(i), 5_000, wanting=("n",))[0][0] for i in range(20)}
    assert len(firsts) > 15
    assert max(firsts) <= JITTER_MS + 10


def test_a_birth_that_came_need_not_be_asked_for() -> None:
    rebirths = seeded(1)
    rebirths.want("n", 0)
    rebirths.born("n")
    assert asked(rebirths, 10_000) == []


def test_a_question_that_could_not_be_sent_is_asked_again_soon() -> None:
    rebirths = seeded(1)
    rebirths.want("n", 0)
    ((first, node),) = asked(rebirths, 3_000)
    rebirths.again(node, first)
    assert rebirths.take(first + JITTER_MS + 1) == "n"
