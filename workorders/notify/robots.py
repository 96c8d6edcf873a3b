"""Robots of groups in WeCom, DingTalk and Feishu.

They answer HTTP 200 whatever happens: only a code of 0 in the answer means that a message was
taken. An address is ``https://…#SECRET``; what stands after ``#`` never leaves this machine and
signs what is sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag

from core.clock import Clock, SystemClock
from core.errors import Retryable
from workorders.notify.letter import Letter, fitted, literal
from workorders.notify.pace import A_MINUTE
from workorders.notify.sender import Throttled
from workorders.notify.web import asked_json

_Body = tuple[dict[str, str] | None, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """What the robots of one service are like.

    Attributes:
        code: Field of the answer that is 0 where a message was taken.
        said: Field with words beside it.
        busy: Codes that mean too many at once.
        wait_s: How long it then takes nothing. [s]
        most_bytes: Longest text. [bytes]
        body: Query and body for a text, a secret and a time [ms].
    """

    code: str
    said: str
    busy: frozenset[int]
    wait_s: float
    most_bytes: int
    body: Callable[[str, str, int], _Body]


def _wecom(text: str, _secret: str, _now: int) -> _Body:
    return None, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(text: str, secret: str, now: int) -> _Body:
    params = None
    if secret:
        params = {"timestamp": str(now), "sign": signature(secret, f"{now}\n{secret}")}
    return params, {"msgtype": "text", "text": {"content": text}}


def _feishu(text: str, secret: str, now: int) -> _Body:
    said: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        at = str(now // 1000)
        # Its key is time and secret together, over nothing.
        said |= {"timestamp": at, "sign": signature(f"{at}\n{secret}", "")}
    return None, said


WECOM = Make(
    code="errcode", said="errmsg", busy=frozenset({45009}), wait_s=60.0, most_bytes=2_048,
    body=_wecom,
)  # fmt: skip
DINGTALK = Make(
    code="errcode", said="errmsg", busy=frozenset({130101}), wait_s=600.0, most_bytes=18_000,
    body=_dingtalk,
)  # fmt: skip
"""Its documents say that a robot is silent for ten minutes after more than 20 in one."""
FEISHU = Make(
    code="code", said="msg", busy=frozenset({9499, 11232}), wait_s=60.0, most_bytes=18_000,
    body=_feishu,
)  # fmt: skip


class Robot:
    """A robot of one group; ``send`` is given no address, since it has only this one.

    Args:
        url: Its address, with the secret that signs after ``#`` where it has one.
        name: As written beside what it took.
        make: Of which service it is.
    """

    a_minute = A_MINUTE

    def __init__(self, url: str, name: str, make: Make, *, clock: Clock | None = None) -> None:
        self._url, self._secret = urldefrag(url)
        self._name = name
        self._make = make
        self._clock = clock or SystemClock()

    @property
    def name(self) -> str:
        """As written beside a message."""
        return self._name

    @property
    def most_bytes(self) -> int:
        """Longest text. [bytes]"""
        return self._make.most_bytes

    def send(self, address: str, letter: Letter) -> None:
        """To the group; ``address`` is not used.

        Raises:
            Throttled: Too many at once.
            Retryable: It was not taken for another reason.
        """
        del address
        text = fitted(literal(letter.text), self._make.most_bytes)
        params, said = self._make.body(text, self._secret, self._clock.now())
        taken(self._make, asked_json(self._url, said, params=params))


def taken(make: Make, answer: Mapping[str, Any]) -> None:
    """Nothing where an answer says that a message was taken.

    Raises:
        Throttled: It says that there were too many.
        Retryable: It says anything else, or nothing.
    """
    code = answer.get(make.code)
    if code == 0 and not isinstance(code, bool):
        return
    words = f"{make.code} {code}: {str(answer.get(make.said, ''))[:200]}"
    if code in make.busy:
        raise Throttled(words, retry_after_s=make.wait_s)
    raise Retryable(words)


def signature(key: str, text: str) -> str:
    """HMAC-SHA256 in base64, as DingTalk and Feishu ask for it."""
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
