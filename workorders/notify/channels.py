"""Mail, ntfy and what else apprise knows, and the log of a demonstration."""

from __future__ import annotations

import logging
import warnings
from functools import cache
from urllib.parse import quote

import apprise

from core.errors import Misconfigured, Mistake, Retryable
from workorders.notify.letter import Letter, fitted

LOG = logging.getLogger(__name__)

_HTTP_SCHEMES = ("json://", "jsons://", "xml://", "xmls://", "form://", "forms://")
REFUSED = ("wecombot://", "dingtalk://", "feishu://", "lark://")
"""These answer success when they throttle, and apprise believes them."""


class Apprise:
    """One channel that apprise knows.

    Args:
        url: Its address in apprise's form; ``{to}`` in it becomes a person's address.
        name: As written beside what it took.

    Raises:
        Misconfigured: The address is not understood, or of a service that throttles in secret.
    """

    most_bytes = 30_000
    a_minute = 0

    def __init__(self, url: str, name: str) -> None:
        _load()
        self._url = url
        self._name = name
        _check(url.replace("{to}", "somebody@plantroom.example"), name)

    @property
    def name(self) -> str:
        """As written beside a message."""
        return self._name

    def send(self, address: str, letter: Letter) -> None:
        """To one address.

        Raises:
            Retryable: It was not taken.
        """
        sender = apprise.Apprise()
        # Quoted, or a person's address could set another server.
        url = keyed(self._url.replace("{to}", quote(address, safe="@")), letter.key)
        if not sender.add(url):
            raise Retryable(f"{address} is no address of {self._name}")
        body = "\n".join(part for part in (letter.body, letter.link) if part) or letter.title
        # Said, since strangers' words stand in it: mail would take them for HTML.
        sent = sender.notify(
            title=letter.title, body=fitted(body, self.most_bytes), notify_type=_kind(letter),
            body_format=apprise.NotifyFormat.TEXT,
        )  # fmt: skip
        if not sent:
            raise Retryable("it was not taken")


class LogChannel:
    """Says messages to the log: where no channel is set up, nothing is silently lost."""

    name = "log"
    most_bytes = 10_000
    a_minute = 0

    def send(self, address: str, letter: Letter) -> None:
        """One line."""
        LOG.info("to %s: %s", address, letter.title)


def keyed(url: str, key: str) -> str:
    """An address of a web hook with the message's idempotency key as a header."""
    if not url.startswith(_HTTP_SCHEMES):
        return url
    return f"{url}{'&' if '?' in url else '?'}+Idempotency-Key={key}"


def mail_url(server: str) -> str:
    """A mail server in apprise's form, sending to ``{to}``."""
    return f"{server}{'&' if '?' in server else '?'}to={{to}}"


def ntfy_url(server: str) -> str:
    """A ntfy server in apprise's form, sending to the topic ``{to}``."""
    before, mark, query = server.partition("?")
    return f"{before.rstrip('/')}/{{to}}{mark}{query}"


def _check(url: str, name: str) -> None:
    scheme = url.split(":", maxsplit=1)[0]
    if url.startswith(REFUSED):
        what = f"{name}: apprise takes throttling of {scheme} for success"
        expected = "PLANTROOM_NOTIFY_ROBOTS, which does not"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
    if not apprise.Apprise().add(url):
        # Never the address: a password may stand in it.
        what = f"{name}: an address of scheme {scheme[:20]} is not understood"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="one of apprise's")])


@cache
def _load() -> None:
    """Loads apprise's plugins; one of them imports what Python 3.11 calls deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise.Apprise().add("json://127.0.0.1")


def _kind(letter: Letter) -> apprise.NotifyType:
    return apprise.NotifyType.FAILURE if letter.priority == 1 else apprise.NotifyType.WARNING
