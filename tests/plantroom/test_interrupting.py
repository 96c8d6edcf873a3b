"""Ctrl-C raises, and is remembered where nobody could hear it."""

from __future__ import annotations

import signal
import weakref

import pytest

from plantroom.interrupting import remembered


class _Thing:
    """Something that dies."""


def test_it_raises_and_is_remembered() -> None:
    before = signal.getsignal(signal.SIGINT)
    with remembered() as asked:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
    assert signal.getsignal(signal.SIGINT) == before


def test_what_a_dying_object_swallows_is_still_known() -> None:
    thing = _Thing()
    with remembered() as asked:
        watch = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
        del thing
        assert watch() is None
        assert asked.is_set()
