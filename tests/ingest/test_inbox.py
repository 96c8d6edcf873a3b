"""The inbox is bounded, and full it makes its sender wait."""

from __future__ import annotations

import threading

from ingest.arrival import Arrival
from ingest.inbox import Inbox
from tests.servers import wait_for


def arrival(size: int = 1) -> Arrival:
    return Arrival(topic="t", payload=b"x" * size, retain=False, received=0, ack=lambda: None)


def putting(inbox: Inbox, one: Arrival) -> tuple[threading.Thread, list[bool]]:
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(inbox.put(one)))
    thread.start()
    return thread, answers


def test_full_by_number_the_next_waits_for_room() -> None:
    inbox = Inbox(most=2, most_bytes=100)
    assert inbox.put(arrival())
    assert inbox.put(arrival())
    thread, answers = putting(inbox, arrival())
    thread.join(0.1)
    assert answers == []
    assert len(inbox.take(1, 100)) == 1
    thread.join(5)
    assert answers == [True]
    assert inbox.depth() == (2, 2)


def test_full_by_bytes_too_but_one_giant_passes_alone() -> None:
    inbox = Inbox(most=10, most_bytes=100)
    assert inbox.put(arrival(500))
    thread, answers = putting(inbox, arrival())
    thread.join(0.1)
    assert answers == []
    inbox.take(10, 100)
    thread.join(5)
    assert answers == [True]


def test_closing_lets_waiters_go_without_their_message() -> None:
    inbox = Inbox(most=1, most_bytes=100)
    inbox.put(arrival())
    thread, answers = putting(inbox, arrival())
    inbox.close()
    thread.join(5)
    assert answers == [False]
    assert len(inbox.take(10, 100)) == 1
    assert inbox.take(10, 100) == []


def test_idle_means_nothing_waits_and_nothing_is_worked_on() -> None:
    inbox = Inbox(most=9, most_bytes=100)
    assert inbox.idle()
    inbox.put(arrival())
    assert not inbox.idle()
    inbox.take(9, 100)
    assert not inbox.wait_idle(0.01)
    inbox.finished()
    assert inbox.wait_idle(0.01)


def test_a_take_is_bounded_by_number_and_bytes() -> None:
    inbox = Inbox(most=9, most_bytes=100)
    for size in (10, 10, 50):
        inbox.put(arrival(size))
    assert len(inbox.take(1, 100)) == 1
    assert len(inbox.take(9, 30)) == 1
    assert len(inbox.take(9, 30)) == 1, "one is always taken"


def test_a_nudge_wakes_who_waits() -> None:
    inbox = Inbox(most=9, most_bytes=100)
    taken: list[list[Arrival]] = []
    thread = threading.Thread(target=lambda: taken.append(inbox.take(9, 100)))
    thread.start()
    inbox.nudge()
    wait_for(lambda: taken == [[]], "the empty hand")
    thread.join(5)
