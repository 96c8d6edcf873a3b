"""How somebody is reached, what they were told, and whether messages arrive at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.locales import Translator
from adapters.records.notifying import NEVER, WayKind
from adapters.records.orders import Notification
from api.identity import now_ms
from api.services import Services
from core.actor import Actor
from core.errors import Refused
from core.words import Role
from workorders.notify import Letter, wishes
from workorders.notify.hours import Wish
from workorders.notify.letter import letter_of
from workorders.notify.state import Channel, State, dead, state_of
from workorders.notify.wishes import MOST_WAYS, Wishes

KEEPERS = (Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN)
"""Who is told on the console that a channel is dead."""

KIND_WORDS = {
    WayKind.MAIL: "mail", WayKind.NTFY: "ntfy topic", WayKind.WECOM: "WeCom user id",
    WayKind.DINGTALK: "DingTalk user id", WayKind.FEISHU: "Feishu id",
    WayKind.TELEPHONE: "telephone, rings for P1 only",
}  # fmt: skip
FROM_WORDS = {2: "P2, P3 and P4", 3: "P3 and P4", 4: "P4 only", NEVER: "nothing"}
STATE_WORDS = {
    "waiting": "waits", "sent": "sent", "failed": "could not be delivered",
    "moot": "not needed any more",
}  # fmt: skip
WORDS = (*KIND_WORDS.values(), *FROM_WORDS.values(), *STATE_WORDS.values())
"""Everything here that is said through a variable, for the catalogue."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message as its reader finds it again."""

    letter: Letter
    row: Notification


def form_of(found: Wishes) -> dict[str, str]:
    """What somebody set, as the fields of the form."""
    wish = found.wish
    form = {
        "quiet_start": _clock(wish.quiet_start), "quiet_end": _clock(wish.quiet_end),
        "quiet_from": str(wish.quiet_from), "digest_from": str(wish.digest_from),
        "digest_at": _clock(wish.digest_at), "language": found.language,
    }  # fmt: skip
    for n in range(1, MOST_WAYS + 1):
        kind, address = found.ways[n - 1] if n <= len(found.ways) else ("", "")
        form |= {f"kind-{n}": str(kind), f"address-{n}": address}
    return form


def wishes_from(form: Mapping[str, str]) -> Wishes:
    """The fields of the form as what somebody wants.

    Raises:
        Refused: A field cannot be read.
    """
    ways: list[tuple[WayKind, str]] = []
    try:
        for n in range(1, MOST_WAYS + 1):
            kind, address = form.get(f"kind-{n}", ""), form.get(f"address-{n}", "").strip()
            if kind and address:
                ways.append((WayKind(kind), address[:200]))
        wish = Wish(
            quiet_start=_minute(form["quiet_start"]), quiet_end=_minute(form["quiet_end"]),
            quiet_from=int(form["quiet_from"][:3]), digest_from=int(form["digest_from"][:3]),
            digest_at=_minute(form["digest_at"]),
        )  # fmt: skip
        return Wishes(ways=ways, wish=wish, language=form["language"])
    except (KeyError, ValueError):
        raise Refused("A field of the form cannot be read.") from None


def save(given: Services, actor: Actor, form: Mapping[str, str]) -> None:
    """Sets what the actor wants for themselves.

    Raises:
        Refused: Something cannot stand.
    """
    wanted = wishes_from(form)
    wishes.keep(given.records, actor.login, wanted, by=actor.login, now=now_ms())


def ask_test(given: Services, actor: Actor) -> None:
    """Owes the actor a test message; one that waits already is enough."""
    waiting = (r for r in wishes.sent_to(given.records, actor.login) if r.state == "waiting")
    if not any(row.kind == "test" for row in waiting):
        wishes.ask_test(given.records, actor.login, now_ms())


def told(given: Services, actor: Actor, tr: Translator) -> Sequence[Told]:
    """What the actor was told lately."""
    rows = wishes.sent_to(given.records, actor.login)
    return [Told(letter_of(row, tr.language), row) for row in rows]


def state(given: Services, actor: Actor) -> State | None:
    """How the channels are, for those who look after them."""
    if actor.role not in KEEPERS:
        return None
    installed = given.ways.senders if given.ways is not None else ()
    return state_of(given.records, [sender.name for sender in installed])


def dead_channels(given: Services, actor: Actor) -> Sequence[Channel]:
    """Channels that take nothing, for those who look after them."""
    return dead(given.records) if actor.role in KEEPERS else ()


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _minute(text: str) -> int:
    """A time of the day. [min]

    Raises:
        ValueError: It is none.
    """
    hour, _, minute = text[:5].partition(":")
    if not (hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit()):
        raise ValueError(text)
    if int(minute) >= 60:  # noqa: PLR2004
        raise ValueError(text)
    return int(hour) * 60 + int(minute)
