"""Messages to one person in WeCom, DingTalk and Feishu, by user id, from an app of the house.

An app's address holds its id and secret: ``https://ID:SECRET@host/AGENT``. As with robots, only a
code of 0 is a message taken, and a user id that nobody has may hide behind it.
"""

from __future__ import annotations

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from core.clock import Clock, SystemClock
from core.errors import Misconfigured, Mistake, Retryable
from workorders.notify.letter import Letter, fitted, literal
from workorders.notify.robots import DINGTALK, FEISHU, WECOM, Make, taken
from workorders.notify.sender import NoSuchAddress
from workorders.notify.web import asked_json

_EARLY_MS = 5 * 60_000
"""A token is renewed this long before it ends: clocks differ, and a message takes its time."""


class App(ABC):
    """What the three have in common: who the app is, and the token that it sends with."""

    a_minute = 0
    make: Make
    no_token: frozenset[int] = frozenset()
    """Codes that mean that a token has ended before its time."""
    no_user: frozenset[int] = frozenset()
    """Codes that mean that nobody has the user id."""

    def __init__(self, url: str, name: str, *, clock: Clock | None = None) -> None:
        parts = urlsplit(url)
        last = parts.path.strip("/")
        if not (parts.hostname and parts.username and parts.password and last):
            raise Misconfigured([
                Mistake(file="", line=0, what=f"the address of the {name} app is not whole",
                        expected="https://ID:SECRET@host/AGENT")
            ])  # fmt: skip
        port = f":{parts.port}" if parts.port else ""
        self.base = f"{parts.scheme}://{parts.hostname}{port}"
        self.id, self.secret = unquote(parts.username), unquote(parts.password)
        self.agent = last
        self._name = name
        self._clock = clock or SystemClock()
        self._token = ("", 0)
        self._one = threading.Lock()

    @property
    def name(self) -> str:
        """As written beside a message."""
        return self._name

    @property
    def most_bytes(self) -> int:
        """Longest text. [bytes]"""
        return self.make.most_bytes

    def send(self, address: str, letter: Letter) -> None:
        """To one user id.

        Raises:
            Throttled: Too many at once.
            NoSuchAddress: Nobody has the id.
            Retryable: It was not taken for another reason.
        """
        text = fitted(literal(letter.text), self.make.most_bytes)
        answer = self.post(self.token(), address, text, letter)
        if answer.get(self.make.code) in self.no_token:
            self._token = ("", 0)
            answer = self.post(self.token(), address, text, letter)
        if answer.get(self.make.code) in self.no_user or self.unheard(answer):
            raise NoSuchAddress(f"nobody has the id {address} in {self._name}")
        taken(self.make, answer)

    def token(self) -> str:
        """What the app shows with each message; asked for again before it ends."""
        with self._one:
            if self._token[1] <= self._clock.now():
                answer = self.ask_token()
                taken(self.make, answer)
                said = str(answer.get("access_token") or answer.get("tenant_access_token") or "")
                if not said:
                    raise Retryable("answered without a token")
                seconds = int(answer.get("expires_in") or answer.get("expire") or 0)
                lasts = max(seconds * 1000 - _EARLY_MS, 0)
                self._token = (said, self._clock.now() + lasts)
            return self._token[0]

    @abstractmethod
    def ask_token(self) -> dict[str, Any]:
        """The service's answer to id and secret."""

    @abstractmethod
    def post(self, token: str, address: str, text: str, letter: Letter) -> dict[str, Any]:
        """The service's answer to a message."""

    def unheard(self, answer: Mapping[str, Any]) -> bool:
        """Whether nobody got a message that was taken."""
        del answer
        return False


def short(key: str) -> str:
    """An idempotency key of a length that every service takes."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


class WeComApp(App):
    """An app of WeCom."""

    make = WECOM
    no_token = frozenset({40014, 42001})
    no_user = frozenset({40003, 60111, 81013})

    def ask_token(self) -> dict[str, Any]:
        """By corporation and secret."""
        params = {"corpid": self.id, "corpsecret": self.secret}
        return asked_json(f"{self.base}/cgi-bin/gettoken", params=params)

    def post(self, token: str, address: str, text: str, letter: Letter) -> dict[str, Any]:
        """Told to drop what says the same again within half an hour."""
        del letter
        said = {
            "touser": address, "msgtype": "text", "agentid": int(self.agent),
            "text": {"content": text}, "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }  # fmt: skip
        url = f"{self.base}/cgi-bin/message/send"
        return asked_json(url, said, params={"access_token": token})

    def unheard(self, answer: Mapping[str, Any]) -> bool:
        """Code 0 stands beside ids that got nothing."""
        return bool(answer.get("invaliduser") or answer.get("unlicenseduser"))


class DingTalkApp(App):
    """An app of DingTalk: work notifications."""

    make = DINGTALK
    no_token = frozenset({40014, 42001})
    no_user = frozenset({33012, 40021, 400002})

    def ask_token(self) -> dict[str, Any]:
        """By key and secret."""
        params = {"appkey": self.id, "appsecret": self.secret}
        return asked_json(f"{self.base}/gettoken", params=params)

    def post(self, token: str, address: str, text: str, letter: Letter) -> dict[str, Any]:
        """It drops the same text to the same person on the same day: the key makes it another."""
        said = {
            "agent_id": int(self.agent), "userid_list": address,
            "msg": {"msgtype": "text", "text": {"content": f"{text}\n[{short(letter.key)}]"}},
        }  # fmt: skip
        url = f"{self.base}/topapi/message/corpconversation/asyncsend_v2"
        return asked_json(url, said, params={"access_token": token})


class FeishuApp(App):
    """An app of Feishu; the last part of its address is the kind of id that people have."""

    make = FEISHU
    no_token = frozenset({99991661, 99991663, 99991668})
    no_user = frozenset({230013, 230034, 99992351, 99992360})

    def ask_token(self) -> dict[str, Any]:
        """By id and secret."""
        said = {"app_id": self.id, "app_secret": self.secret}
        url = f"{self.base}/open-apis/auth/v3/tenant_access_token/internal"
        return asked_json(url, said)

    def post(self, token: str, address: str, text: str, letter: Letter) -> dict[str, Any]:
        """Under a key by which Feishu drops repeats within the hour."""
        said = {
            "receive_id": address, "msg_type": "text", "uuid": short(letter.key),
            "content": json.dumps({"text": text}, ensure_ascii=False),
        }  # fmt: skip
        return asked_json(
            f"{self.base}/open-apis/im/v1/messages", said,
            headers={"Authorization": f"Bearer {token}"}, params={"receive_id_type": self.agent},
        )  # fmt: skip
