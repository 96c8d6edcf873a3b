"""Ways to reach people: apprise's many, and the log of a demonstration."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from functools import cache

import apprise

from core.errors import Retryable
from workorders.notify import Letter
from workorders.people import Person

LOG = logging.getLogger(__name__)

_HTTP_SCHEMES = ("json://", "jsons://", "xml://", "xmls://", "form://", "forms://")


class AppriseChannel:
    """Mail, ntfy, Slack, webhooks and what else apprise knows.

    WeCom, DingTalk and Feishu answer success when they throttle: they are refused here.

    Args:
        urls: The addresses of a person, in apprise's form.
        name: In the outbox, beside each message that it took.
    """

    def __init__(self, urls: Callable[[Person], Sequence[str]], name: str = "apprise") -> None:
        _load()
        self._urls = urls
        self._name = name

    @property
    def name(self) -> str:
        """As written beside a message."""
        return self._name

    def send(self, person: Person, letter: Letter) -> None:
        """To all addresses of a person; taken when one took it.

        Raises:
            Retryable: None took it, or there is none.
        """
        urls = self._urls(person)
        if not urls:
            raise Retryable(f"{person.login} has no address")
        taken = [self._one(url, letter) for url in urls]
        if not any(taken):
            raise Retryable(f"none of {len(urls)} addresses took it")

    def _one(self, url: str, letter: Letter) -> bool:
        if url.startswith(("wecombot://", "dingtalk://", "feishu://", "lark://")):
            LOG.error("%s takes throttling for success and is not used", _scheme(url))
            return False
        sender = apprise.Apprise()
        if not sender.add(keyed(url, letter.key)):
            LOG.error("an address of scheme %s is not understood", _scheme(url))
            return False
        body = letter.body or letter.title
        return bool(sender.notify(title=letter.title, body=body, notify_type=_kind(letter)))


class LogChannel:
    """Says messages to the log: where no address is set up, nothing is silently lost."""

    @property
    def name(self) -> str:
        """As written beside a message."""
        return "log"

    def send(self, person: Person, letter: Letter) -> None:
        """One line."""
        LOG.info("to %s: %s", person.login, letter.title)


@cache
def _load() -> None:
    """Loads apprise's plugins; one of them imports what Python 3.11 calls deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise.Apprise().add("json://127.0.0.1")


def keyed(url: str, key: str) -> str:
    """An address of a web hook with the message's idempotency key as a header."""
    if not url.startswith(_HTTP_SCHEMES):
        return url
    return f"{url}{'&' if '?' in url else '?'}+Idempotency-Key={key}"


def mail_urls(server: str) -> Callable[[Person], Sequence[str]]:
    """Addresses by mail, through a server in apprise's form without the ``to``."""

    def of(person: Person) -> Sequence[str]:
        if not person.mail:
            return ()
        return (f"{server}{'&' if '?' in server else '?'}to={person.mail}",)

    return of


def _scheme(url: str) -> str:
    """All of an address that may stand in a log."""
    return url.split(":", maxsplit=1)[0]


def _kind(letter: Letter) -> apprise.NotifyType:
    return apprise.NotifyType.FAILURE if letter.priority == 1 else apprise.NotifyType.WARNING
