"""Signed web hooks: other programs hear of every message, and can tell that it is from here.

``Plantroom-Signature: v1=`` is the hex HMAC-SHA256, under the secret that both know, of the
seconds in ``Plantroom-Timestamp``, a dot, and the bytes of the body. A receiver refuses what is
older than five minutes and drops what has an ``Idempotency-Key`` that it has seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urldefrag

from core.clock import Clock, SystemClock
from core.errors import Misconfigured, Mistake
from workorders.notify.letter import Letter
from workorders.notify.web import asked


class WebHook:
    """One receiver; taken when it answers 2xx.

    Args:
        url: ``https://…#SECRET``; the secret never leaves this machine.
        name: As written beside what it took.
    """

    most_bytes = 1_000_000
    a_minute = 0

    def __init__(self, url: str, name: str, *, clock: Clock | None = None) -> None:
        self._url, self._secret = urldefrag(url)
        if not self._secret:
            raise Misconfigured([
                Mistake(file="", line=0, what=f"{name} has no secret to sign with",
                        expected="https://host/path#SECRET")
            ])  # fmt: skip
        self._name = name
        self._clock = clock or SystemClock()

    @property
    def name(self) -> str:
        """As written beside a message."""
        return self._name

    def send(self, address: str, letter: Letter) -> None:
        """As JSON; ``address`` is not used.

        Raises:
            Retryable: It was not taken.
        """
        del address
        body = json.dumps(
            {
                "key": letter.key, "kind": letter.kind, "order": letter.order or None,
                "priority": letter.priority, "title": letter.title, "body": letter.body,
                "link": letter.link or None, "at": letter.at,
            },
            ensure_ascii=False,
        ).encode()  # fmt: skip
        at = str(self._clock.now() // 1000)
        asked(
            "POST", self._url, content=body,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Idempotency-Key": letter.key,
                "Plantroom-Timestamp": at,
                "Plantroom-Signature": f"v1={signature(self._secret, at, body)}",
            },
        )  # fmt: skip


def signature(secret: str, at: str, body: bytes) -> str:
    """What a receiver computes too and compares in constant time."""
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
