"""The session against real brokers: amqtt (3.1.1) and mosquitto (5)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from adapters.mqtt import Session
from core.ports import Broker, Message, Will
from tests.adapters.mqtt.conftest import USERS
from tests.adapters.mqtt.sessions import DIRECT, Heard, session
from tests.servers import Server, free_port, wait_for


@pytest.fixture(params=[False, True], ids=["paho", "direct"], autouse=True)
def spoken_by(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every promise holds by either client."""
    token = DIRECT.set(request.param)
    yield
    DIRECT.reset(token)


ALL = "plantroom/v1/x/+/batch/#"
ONE = "plantroom/v1/x/gw-a/batch/b1/1"
RESTARTS = 5


def test_is_the_port() -> None:
    port: Broker = Session("127.0.0.1", 1, "anyone")
    assert port.publish("a", b"") is False


def test_a_message_reaches_a_listener(port: int) -> None:
    heard = Heard()
    with session(port, "ingest", (ALL,), heard) as ingest, session(port, "gw-a") as gateway:
        assert ingest.wait_connected(30)
        assert gateway.wait_connected(30)
        assert gateway.publish(ONE, b"\x00\xff" * 300_000)
        wait_for(lambda: bool(heard.messages), "the message")
    assert heard.payloads == [b"\x00\xff" * 300_000]
    assert heard.messages[0].topic == ONE
    assert heard.connections == [False]


def test_retained_reaches_who_comes_later(port: int) -> None:
    heard = Heard()
    with session(port, "ingest") as ingest:
        assert ingest.wait_connected(30)
        assert ingest.publish("plantroom/v1/x/gw-a/confirm", b"c", retain=True)
    with session(port, "gw-a", ("plantroom/v1/x/gw-a/confirm",), heard):
        wait_for(lambda: bool(heard.messages), "the retained message")
    assert heard.messages[0].retain
    assert heard.payloads == [b"c"]


def test_the_will_speaks_for_the_dead(port: int) -> None:
    heard = Heard()
    topic = "plantroom/v1/x/gw-a/state"
    with (
        session(port, "ingest", ("plantroom/v1/x/+/state",), heard) as ingest,
        session(port, "gw-a", will=Will(topic=topic, payload=b"offline")) as gateway,
    ):
        assert ingest.wait_connected(30)
        assert gateway.wait_connected(30)
        assert gateway._client is not None  # noqa: SLF001
        gateway._client.abandon()  # noqa: SLF001 a cable pulled out
        wait_for(lambda: b"offline" in heard.payloads, "the will")


def test_messages_wait_for_an_absent_listener(port: int) -> None:
    with session(port, "ingest", (ALL,)) as ingest:
        assert ingest.wait_connected(30)
    with session(port, "gw-a") as gateway:
        assert gateway.wait_connected(30)
        assert gateway.publish(ONE, b"kept")
        heard = Heard()
        with session(port, "ingest", (ALL,), heard):
            wait_for(lambda: b"kept" in heard.payloads, "the kept message")
            wait_for(lambda: heard.connections == [True], "the session to be known")


@pytest.mark.mosquitto
def test_who_leaves_a_shared_subscription_leaves_its_share_to_the_others(
    mosquitto: Server,
) -> None:
    """A worker that is stopped takes nothing with it; one that is killed keeps its part."""

    def worker(name: str, heard: Heard) -> Session:
        made = Session(
            "127.0.0.1", mosquitto.port, name, username="ingest", password=USERS["ingest"],
            direct=DIRECT.get(),
        )  # fmt: skip
        made.listen((f"$share/workers/{ALL}",), heard.message)
        made.start()
        assert made.wait_connected(30)
        return made

    first, second = Heard(), Heard()
    workers = [worker("ingest-1", first), worker("ingest-2", second)]
    with session(mosquitto.port, "gw-a") as gateway:
        assert gateway.wait_connected(30)
        for n in range(20):
            assert gateway.publish(ONE, b"%d" % n)
        wait_for(lambda: len(first.payloads) + len(second.payloads) == 20, "both")
        assert second.payloads
        workers[1].stop()
        for n in range(20, 40):
            assert gateway.publish(ONE, b"%d" % n)
        wait_for(lambda: b"39" in first.payloads, "what comes last")
        wait_for(
            lambda: {b"%d" % n for n in range(20, 40)} <= set(first.payloads), "all of the rest"
        )
    workers[0].stop()


@pytest.mark.mosquitto
def test_unacknowledged_comes_again_and_a_late_ack_does_nothing(mosquitto: Server) -> None:
    heard = Heard(acking=False)
    with (
        session(mosquitto.port, "ingest", (ALL,), heard) as ingest,
        session(mosquitto.port, "gw-a") as gateway,
    ):
        assert ingest.wait_connected(30)
        assert gateway.wait_connected(30)
        assert gateway.publish(ONE, b"1")
        wait_for(lambda: len(heard.messages) == 1, "the first delivery")
        assert ingest._client is not None  # noqa: SLF001
        ingest._client.abandon()  # noqa: SLF001
        wait_for(lambda: len(heard.messages) == 2, "the second delivery")
        heard.messages[0].ack()
        ingest._client.abandon()  # noqa: SLF001
        wait_for(lambda: len(heard.messages) == 3, "the third delivery, the old ack ignored")
        heard.messages[2].ack()
        ingest.stop()
        later = Heard()
        with session(mosquitto.port, "ingest", (ALL,), later) as again:
            assert again.wait_connected(30)
            assert gateway.publish(ONE, b"2")
            wait_for(lambda: b"2" in later.payloads, "the new message")
    assert later.payloads == [b"2"]


@pytest.mark.mosquitto
def test_who_stops_before_subscriptions_stand_still_writes_its_acknowledgement(
    mosquitto: Server,
) -> None:
    """A kept session's messages come before the answer to its subscription."""
    with session(mosquitto.port, "ingest", (ALL,)) as ingest:
        assert ingest.wait_connected(5)
    with session(mosquitto.port, "gw-a") as gateway:
        assert gateway.wait_connected(5)
        for n in range(RESTARTS):
            assert gateway.publish(ONE, b"%d" % n)
        seen: list[bytes] = []
        for n in range(RESTARTS):
            one = Session(
                "127.0.0.1", mosquitto.port, "ingest", username="ingest",
                password=USERS["ingest"], receive_maximum=1, direct=DIRECT.get(),
            )  # fmt: skip

            def take(message: Message, one: Session = one) -> None:
                message.ack()
                seen.append(message.payload)
                one.stop()

            one.listen((ALL,), take)
            one.start()
            wait_for(lambda n=n: len(seen) == n + 1, "a message")  # type: ignore[misc]
            wait_for(lambda one=one: not one.connected, "its end")  # type: ignore[misc]
    assert seen == [b"%d" % n for n in range(RESTARTS)]


@pytest.mark.mosquitto
def test_reconnects_when_the_broker_was_killed(mosquitto: Server) -> None:
    heard = Heard()
    with session(mosquitto.port, "gw-a", (), heard) as gateway:
        assert gateway.wait_connected(30)
        mosquitto.kill()
        wait_for(lambda: not gateway.publish(ONE, b"x"), "the loss to be seen")
        mosquitto.start()
        assert gateway.wait_connected(30)
        assert gateway.publish(ONE, b"x")


@pytest.mark.mosquitto
def test_a_blocked_listener_holds_back_but_the_session_goes_on(mosquitto: Server) -> None:
    """Back-pressure: little is buffered, and publishing is not blocked by it."""
    heard = Heard()
    heard.gate.clear()
    filters = (ALL, "plantroom/v1/x/gw-a/confirm")
    with (
        session(mosquitto.port, "ingest", filters, heard, receive_maximum=10) as ingest,
        session(mosquitto.port, "gw-a") as gateway,
    ):
        assert ingest.wait_connected(30)
        assert gateway.wait_connected(30)
        for n in range(200):
            assert gateway.publish(ONE, b"%d" % n)
        echo = Heard()
        with session(mosquitto.port, "gw-b", ("plantroom/v1/x/gw-b/confirm",), echo) as other:
            assert other.wait_connected(30)
            assert ingest.publish("plantroom/v1/x/gw-b/confirm", b"c")
            wait_for(lambda: bool(echo.messages), "a publish of the blocked session")
        assert len(ingest._inbox._events) <= 12  # noqa: SLF001
        heard.gate.set()
        wait_for(lambda: len(heard.messages) == 200, "everything")
    assert heard.payloads == [b"%d" % n for n in range(200)]


def test_a_failing_callback_does_not_end_the_session(port: int) -> None:
    heard = Heard()

    def fail_first(session_present: bool) -> None:  # noqa: FBT001 as in the port
        raise RuntimeError(session_present)

    heard.connected = fail_first  # type: ignore[method-assign]
    with session(port, "ingest", (ALL,), heard) as ingest, session(port, "gw-a") as gateway:
        assert ingest.wait_connected(30)
        assert gateway.wait_connected(30)
        assert gateway.publish(ONE, b"1")
        wait_for(lambda: bool(heard.messages), "the message")


def test_stops_quickly_where_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = Session("127.0.0.1", silent.getsockname()[1], "gw-a", direct=DIRECT.get())
        nobody = Session("127.0.0.1", free_port(), "gw-a", direct=DIRECT.get())
        for made in (mute, nobody):
            made.start()
            assert not made.wait_connected(0.1)
            began = time.monotonic()
            made.stop()
            assert time.monotonic() - began < 4.5, "less than a time-out, with a pause of ours"


def test_a_packet_that_makes_no_sense_costs_a_connection_not_the_session() -> None:
    """CONNACK, then a PUBLISH whose topic is longer than the packet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        made = Session(
            "127.0.0.1", server.getsockname()[1], "gw-a", reconnect_cap_s=0.1, direct=DIRECT.get()
        )
        heard = Heard()
        made.listen((), heard.message, heard.connected)
        made.start()
        for n in range(3):
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"\x20\x03\x00\x00\x00")
                wait_for(lambda n=n: len(heard.connections) == n + 1, "the connection")  # type: ignore[misc]
                connection.sendall(b"\x32\x03\xff\xff\xff")
                wait_for(lambda: not made.connected, "the end of the connection")
        made.stop()
    assert heard.messages == []
