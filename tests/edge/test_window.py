"""The window: shared, bounded, patient."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.settled import Settled
from edge.limits import Limits
from edge.outbox import Entry
from edge.window import Window


def entry(n: int) -> Entry:
    return Entry(id=n, boot="b", seq=n, first=0, last=0, readings=1, notice=False)


def window(size: int = 8, jitter: float = 0.5) -> Window:
    return Window(Limits(window=size, resend_s=5, resend_cap_s=60), lambda: jitter)


def test_live_and_backlog_leave_each_other_a_reserve() -> None:
    w = window(8)
    assert w.room(live=False, contended=True) == 6
    for n in range(6):
        w.sent(entry(n), live=False, now=0)
    assert w.room(live=False, contended=True) == 0
    assert w.room(live=True, contended=True) == 2
    w = window(8)
    for n in range(6):
        w.sent(entry(n), live=True, now=0)
    assert w.room(live=True, contended=True) == 0
    assert w.room(live=True, contended=False) == 2
    assert w.room(live=False, contended=True) == 2


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60), st.integers(1, 12))
def test_never_more_than_the_window(wishes: list[tuple[bool, bool]], size: int) -> None:
    w = window(size)
    for n, (live, contended) in enumerate(wishes):
        if w.room(live=live, contended=contended) > 0:
            w.sent(entry(n), live=live, now=0)
        assert len(w) <= size
    if not wishes:
        assert w.room(live=False, contended=True) > 0


def test_waits_longer_from_sending_to_sending() -> None:
    w = window()
    w.sent(entry(1), live=True, now=0)
    now, pauses = 0.0, []
    for _ in range(6):
        due = w.next_due()
        assert due is not None
        assert w.due(due - 0.001) == []
        assert w.due(due) == [entry(1)]
        pauses.append(due - now)
        now = due
        w.sent_again(1, now)
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_jitter_spreads_the_pauses() -> None:
    for jitter, pause in ((0.0, 3.75), (1.0, 6.25)):
        w = window(jitter=jitter)
        w.sent(entry(1), live=True, now=0)
        assert w.next_due() == pause


def test_a_hole_is_hurried_but_not_at_once() -> None:
    w = window()
    for n in (1, 2, 3):
        w.sent(entry(n), live=True, now=0)
    assert w.settle({"b": Settled(upto=1, seen=3, holes=((2, 2),))}) == 2
    assert w.due(0.9) == []
    assert w.due(1.0) == [entry(2)]


def test_rests_while_ingest_waits_for_the_store() -> None:
    w = window()
    w.sent(entry(1), live=True, now=0)
    w.rest(30.0)
    assert w.due(29.9) == []
    assert w.next_due() == 30.0
    assert w.due(30.0) == [entry(1)]
    w.rest(0.0)
    assert w.due(5.0) == [entry(1)]


def test_a_lost_session_makes_all_due() -> None:
    w = window()
    w.sent(entry(1), live=True, now=0)
    assert set(w.handed_over) == {1}
    w.all_lost(1.0)
    assert set(w.handed_over) == set()
    assert w.due(1.0) == [entry(1)]
    w.sent_again(1, 1.0)
    assert set(w.handed_over) == {1}
