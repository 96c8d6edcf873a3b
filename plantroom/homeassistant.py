"""Shows a site in Home Assistant by itself: announces every point, keeps their states said."""

from __future__ import annotations

import importlib.metadata
import threading

import structlog

from adapters.mqtt import homeassistant as ha
from api.series import role_words
from core.errors import PlantroomError
from core.ports import Broker, Message, ReadingStore, Will
from core.site import Site

log = structlog.get_logger(__name__)

_LOOK_S = 10.0
"""Home Assistant shows what people watch: sooner asks the store more and shows no more."""
_OLD_MOST = 10_000  # announcements to take back at a time; the rest at the next connection


class HomeAssistant:
    """One thread that publishes; an output only, nothing is read from there but its status.

    What cannot be handed over now (no connection, a full queue) is tried at the next look, so
    nothing waits here but the newest reading of each point.

    Args:
        site: The compiled model.
        store: Where readings last.
        broker: A session of its own.
        prefix: Home Assistant's discovery prefix.
        look_s: Pause between two looks at the store. [s]
    """

    def __init__(
        self, site: Site, store: ReadingStore, broker: Broker, *, prefix: str = "homeassistant",
        look_s: float = _LOOK_S,
    ) -> None:  # fmt: skip
        self._site, self._store, self._broker, self._look_s = site, store, broker, look_s
        self._topics = ha.Topics(site.id, prefix)
        version = importlib.metadata.version("plantroom")
        self._configs = {
            self._topics.config(p): ha.config(site, p, self._topics, role_words(p.role), version)
            for p in site.points
        }
        self._lock = threading.Lock()
        self._unsaid: set[str] = set()
        self._old: set[str] = set()
        self._said: dict[int, bytes] = {}
        self._again = False
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="homeassistant", daemon=True)

    def start(self) -> None:
        """Begin; once."""
        will = Will(topic=self._topics.available, payload=b"offline")
        self._broker.listen(
            (self._topics.status, self._topics.own), self._on_message, self._on_connected,
            will=will,
        )  # fmt: skip
        self._broker.start()
        self._thread.start()

    def stop(self) -> None:
        """Say that the states stand still from now on, and leave."""
        self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._broker.publish(self._topics.available, b"offline", retain=True)
        self._broker.stop()

    def _on_connected(self, _session_present: bool) -> None:  # noqa: FBT001 the port's callback
        self._broker.publish(self._topics.available, b"online", retain=True)
        self._announce()

    def _on_message(self, message: Message) -> None:
        message.ack()
        if message.topic == self._topics.status:
            if message.payload == b"online":
                self._announce()  # it was started anew, and may have lost what it knew
        elif self._stranger(message):
            with self._lock:
                self._old.add(message.topic)  # a point that the site has no more
            self._wake.set()

    def _stranger(self, message: Message) -> bool:
        """Whether it announces a point of this site that there is not."""
        mine = self._topics.mine(message.topic) and message.topic not in self._configs
        return mine and bool(message.payload) and len(self._old) < _OLD_MOST

    def _announce(self) -> None:
        with self._lock:
            self._unsaid.update(self._configs)
            self._again = True
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except PlantroomError as error:
                log.warning("home assistant waits", reason=str(error))
            except Exception:
                # A thread that dies in silence would let every state grow old.
                log.exception("a look for home assistant failed; tried again")
            self._wake.wait(self._look_s)
            self._wake.clear()

    def _look(self) -> None:
        for waiting, payloads in ((self._old, {}), (self._unsaid, self._configs)):
            with self._lock:
                topics = sorted(waiting)
            for topic in topics:
                if not self._broker.publish(topic, payloads.get(topic, b""), retain=True):
                    return
                with self._lock:
                    waiting.discard(topic)
        self._say_states()

    def _say_states(self) -> None:
        with self._lock:
            again, self._again = self._again, False
        if again:
            self._said.clear()
        rows = self._store.latest(range(len(self._site.points))).rows
        for index, at, value, quality in zip(
            rows.point.tolist(), rows.at.tolist(), rows.value.tolist(), rows.quality.tolist(),
            strict=True,
        ):  # fmt: skip
            point = self._site.points[index]
            # As it is written, so that NaN is equal to itself.
            payload = ha.state(point, at, value, quality)
            if self._said.get(index) == payload:
                continue
            if not self._broker.publish(self._topics.state(point), payload, retain=True):
                return
            self._said[index] = payload
