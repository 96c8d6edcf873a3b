"""A port that is taken is stepped over; where none is free it is said."""

from __future__ import annotations

import socket

import pytest

from core.errors import Misconfigured
from plantroom.ports import next_free
from tests.servers import free_port


def test_a_free_port_is_taken_as_wanted() -> None:
    wanted = free_port()
    assert next_free(wanted) == wanted


def test_a_taken_port_gives_the_next_free_one() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        taken = held.getsockname()[1]
        got = next_free(taken)
        assert taken < got < taken + 50
        with socket.socket() as ours:
            ours.bind(("127.0.0.1", got))


def test_at_the_end_of_all_ports_it_says_so() -> None:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 65_535))
        held.listen()
        with pytest.raises(Misconfigured, match="ports 65535 to 65535 are all taken"):
            next_free(65_535)
