"""The channels that the settings name, and the ways of each person over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from adapters.notify_settings import NotifySettings
from adapters.records.base import ALL
from adapters.records.notifying import WayKind, WayRow
from core.clock import Clock, SystemClock
from core.errors import Misconfigured, Mistake
from workorders.notify import answer as answers
from workorders.notify.apps import DingTalkApp, FeishuApp, WeComApp
from workorders.notify.channels import Apprise, LogChannel, mail_url, ntfy_url
from workorders.notify.letter import Letter
from workorders.notify.modem import Modem
from workorders.notify.robots import DINGTALK, FEISHU, WECOM, Robot
from workorders.notify.sender import Group, Sender, Way
from workorders.notify.telephone import HttpTelephone
from workorders.notify.webhook import WebHook
from workorders.office import Sessions

ROBOTS = {"wecom": WECOM, "dingtalk": DINGTALK, "feishu": FEISHU}


class Installed:
    """Implements :class:`workorders.notify.sender.Ways` over settings and records.

    Whoever has set no way is reached by the mail address and the telephone of their entry. Where
    nothing is set up that could write to anybody, messages are said to the log.

    Args:
        settings: What is installed.
        sessions: The records.
        address: Of the console, where a telephone service asks when a key was pressed.
        clock: System time.

    Raises:
        Misconfigured: A setting cannot stand.
    """

    def __init__(
        self, settings: NotifySettings, sessions: Sessions, *, address: str = "",
        clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self._sessions = sessions
        self.written = _written(settings)
        self.telephones = _telephones(settings, address, clock or SystemClock())
        self.groups: tuple[Group, ...] = _groups(settings)
        self._log = None if self.groups or self.written else LogChannel()

    @property
    def kinds(self) -> tuple[WayKind, ...]:
        """What a person can choose from here."""
        found = [kind for kind in WayKind if kind in self.written]
        return (*found, *([WayKind.TELEPHONE] if self.telephones else []))

    @property
    def senders(self) -> tuple[Sender, ...]:
        """All channels."""
        groups = [group.sender for group in self.groups]
        log = [self._log] if self._log is not None else []
        return (*self.written.values(), *self.telephones, *groups, *log)

    def of(self, login: str, mail: str, phone: str) -> Sequence[Way]:
        """Somebody's written ways, the first to be tried first."""
        del phone
        if self._log is not None:
            return (Way(self._log, login),)
        found = [
            Way(self.written[kind], address)
            for kind, address in self._rows(login)
            if kind in self.written
        ]
        if not found and mail and WayKind.MAIL in self.written:
            return (Way(self.written[WayKind.MAIL], mail),)
        return found

    def ringing(self, login: str, mail: str, phone: str) -> Sequence[Way]:
        """Their telephones, each by every line that there is."""
        del mail
        numbers = [a for kind, a in self._rows(login) if kind is WayKind.TELEPHONE]
        numbers = numbers or ([phone] if phone else [])
        return [Way(line, number) for number in numbers for line in self.telephones]

    def _rows(self, login: str) -> list[tuple[WayKind, str]]:
        query = select(WayRow.kind, WayRow.address).where(WayRow.login == login)
        with self._sessions.session(ALL, reading=True) as session:
            rows = session.execute(query.order_by(WayRow.rank)).all()
        return [(WayKind(kind), address) for kind, address in rows]


def _written(settings: NotifySettings) -> Mapping[WayKind, Sender]:
    made: dict[WayKind, Sender] = {}
    makers: Mapping[WayKind, tuple[str, Callable[[str], Sender]]] = {
        WayKind.WECOM: (settings.notify_wecom.get_secret_value(), lambda u: WeComApp(u, "WeCom")),
        WayKind.DINGTALK: (
            settings.notify_dingtalk.get_secret_value(), lambda u: DingTalkApp(u, "DingTalk")
        ),
        WayKind.FEISHU: (
            settings.notify_feishu.get_secret_value(), lambda u: FeishuApp(u, "Feishu")
        ),
        WayKind.NTFY: (
            settings.notify_ntfy.get_secret_value(), lambda u: Apprise(ntfy_url(u), "ntfy")
        ),
        WayKind.MAIL: (
            settings.notify_mail.get_secret_value(), lambda u: Apprise(mail_url(u), "mail")
        ),
    }  # fmt: skip
    for kind, (url, make) in makers.items():
        if url:
            made[kind] = make(url)
    return made


def _telephones(settings: NotifySettings, console: str, clock: Clock) -> tuple[Sender, ...]:
    lines: list[Sender] = []
    secret = settings.notify_telephone_key.get_secret_value()

    def answer(letter: Letter) -> str:
        return answers.address(console, secret, letter.order, letter.to, clock.now())

    if url := settings.notify_telephone.get_secret_value():
        lines.append(
            HttpTelephone(
                url, form=settings.notify_telephone_form,
                token=settings.notify_telephone_token.get_secret_value(),
                must_say=settings.notify_telephone_says, answer=answer if secret else None,
            )
        )  # fmt: skip
    if settings.notify_modem is not None:
        lines.append(Modem(settings.notify_modem))
    return tuple(lines)


def _groups(settings: NotifySettings) -> tuple[Group, ...]:
    found: list[Sender] = [
        Apprise(url.get_secret_value(), f"apprise-{n}")
        for n, url in enumerate(settings.notify, start=1)
    ]
    found += [
        _robot(url.get_secret_value(), n) for n, url in enumerate(settings.notify_robots, start=1)
    ]
    found += [
        WebHook(url.get_secret_value(), f"webhook-{n}")
        for n, url in enumerate(settings.notify_webhooks, start=1)
    ]
    language = settings.notify_language
    return tuple(Group(name=s.name, sender=s, language=language) for s in found)


def _robot(written: str, n: int) -> Robot:
    service, _, url = written.partition(":")
    if service not in ROBOTS or not url.startswith(("https://", "http://")):
        raise Misconfigured([
            Mistake(file="", line=0, what=f"robot {n} of PLANTROOM_NOTIFY_ROBOTS cannot be read",
                    expected="wecom:https://…, dingtalk:https://…#SECRET or feishu:https://…")
        ])  # fmt: skip
    return Robot(url, f"{service}-{n}", ROBOTS[service])
