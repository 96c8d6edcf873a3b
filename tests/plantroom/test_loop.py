"""The broker within one process says what a real one would."""

from __future__ import annotations

import threading

import pytest

from core.ports import Broker, Message
from plantroom.loop import Loop


class Heard:
    """A listener that can be waited for."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes, bool]] = []
        self._came = threading.Condition()

    def __call__(self, message: Message) -> None:
        with self._came:
            self.messages.append((message.topic, message.payload, message.retain))
            message.ack()
            self._came.notify_all()

    def wait(self, count: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: len(self.messages) >= count, 5.0)


def listening(loop: Loop, *filters: str) -> tuple[Broker, Heard]:
    session: Broker = loop.session()
    heard = Heard()
    session.listen(filters, heard)
    session.start()
    assert session.wait_connected(30)
    return session, heard


@pytest.mark.parametrize(
    ("filter_", "topic", "heard"),
    [
        ("a/+/c", "a/b/c", True), ("a/+/c", "a/b/c/d", False), ("a/#", "a/b/c", True),
        ("a/b", "a/b", True), ("a/b", "a", False), ("a/+", "a/b/c", False), ("b/#", "a/b", False),
    ],
)  # fmt: skip
def test_filters_match_as_the_standard_says(filter_: str, topic: str, heard: bool) -> None:  # noqa: FBT001
    session, listener = listening(Loop(), filter_, "end")
    session.publish(topic, b"x")
    session.publish("end", b"")
    listener.wait(1 + heard)
    assert [t for t, _, _ in listener.messages] == ([topic] if heard else []) + ["end"]
    session.stop()


def test_what_was_retained_is_heard_by_who_comes_later() -> None:
    loop = Loop()
    first, _ = listening(loop)
    first.publish("state", b"1", retain=True)
    first.publish("state", b"2", retain=True)
    first.publish("gone", b"3")
    later, heard = listening(loop, "#")
    heard.wait(1)
    assert heard.messages == [("state", b"2", True)]
    first.stop()
    later.stop()


def test_nobody_is_spoken_to_after_a_stop_or_before_a_start() -> None:
    loop = Loop()
    quiet: Broker = loop.session()
    assert not quiet.publish("a", b"")
    session, heard = listening(loop, "#")
    session.stop()
    other, _ = listening(loop)
    assert other.publish("a", b"")
    other.stop()
    assert heard.messages == []


def test_what_is_held_is_heard_afterwards_and_in_its_order() -> None:
    loop = Loop()
    session, heard = listening(loop, "#")
    other, _ = listening(loop)
    with loop.held():
        other.publish("a", b"1", retain=True)
        other.publish("b", b"2")
        assert heard.messages == []
    other.publish("c", b"3")
    heard.wait(3)
    assert [topic for topic, _, _ in heard.messages] == ["a", "b", "c"]
    later, kept = listening(loop, "a")
    kept.wait(1)
    assert kept.messages == [("a", b"1", True)]
    for each in (session, other, later):
        each.stop()
