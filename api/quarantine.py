"""What people do with the quarantine: look by reason, gateway and point, replay, dismiss, purge."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.locales import Translator
from adapters.records.quarantine import NOTICES, Chosen, Count
from adapters.records.tables import QuarantineRow
from api import formats, mending
from api.series import point_name
from api.services import Services
from core import wire
from core.actor import Actor
from core.clock import DAY_MS
from core.errors import Refused, Undecodable
from core.replaying import ROWS, Mending
from core.words import Role
from ingest.rehearse import Rehearsed

MENDERS = (Role.ENGINEER, Role.ADMIN)
"""Who replays and dismisses: they answer for models and mappings."""
PURGERS = (Role.ADMIN,)
"""Who removes what may be the only copy of a reading."""
DAYS = 30
MOST_NOTE = 1_000
MOST_DAYS = 36_500
"""A century: what is older was never received here."""
_MOST_TEXT = 20_000
_MOST_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One row of a payload, as far as it can be read."""

    point: str
    name: str
    unit: str
    at: int
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How much is in quarantine; each list is one query.

    Attributes:
        by_reason: Whatever the filter says.
        by_gateway: In the filter.
        by_point: In the filter; what names one point alone.
        days: In the filter, of the last :data:`DAYS` days.
        purged: What was removed so far, by reason.
    """

    by_reason: Sequence[Count]
    by_gateway: Sequence[Count]
    by_point: Sequence[Count]
    days: Sequence[Count]
    purged: Sequence[Count]


def overview(given: Services, chosen: Chosen) -> Overview:
    """Counts by reason, gateway, point and day."""
    held, now, zone = given.records.quarantine, given.clock.now(), given.site.timezone
    moment = formats.local(now, zone).utcoffset()
    offset = round(moment.total_seconds() * 1000) if moment else 0
    since = formats.day_start(now, zone) - (DAYS - 1) * DAY_MS
    return Overview(
        by_reason=held.by("reason", Chosen(state=chosen.state)),
        by_gateway=held.by("gateway", chosen),
        by_point=held.by("point", chosen),
        days=held.days(since, offset_ms=offset, chosen=chosen),
        purged=held.purged(),
    )


def ask(
    given: Services, actor: Actor, chosen: Chosen, mends: Sequence[Mending] = (), note: str = ""
) -> int:
    """Have entries tried again by ingest, mended first; how many wait for it now.

    Raises:
        Refused: The role may not, or the mending cannot be applied (:func:`mending.check`).
    """
    _check(actor, MENDERS)
    mending.check(mends, note, given.site)
    return given.records.quarantine.ask(
        chosen, actor.login, given.clock.now(), mends=mends, note=note.strip()[:MOST_NOTE]
    )


def rehearse(
    given: Services, actor: Actor, chosen: Chosen, mends: Sequence[Mending] = ()
) -> list[Rehearsed]:
    """What :func:`ask` would come to; nothing is written.

    Raises:
        Refused: As :func:`ask`.
    """
    _check(actor, MENDERS)
    return mending.rehearsed(given, chosen, mends)


def dismiss(given: Services, actor: Actor, id_: int, note: str) -> None:
    """Settle an entry that nobody can mend; the note says why.

    Raises:
        Refused: The role may not, there is no such entry, it is settled, or nothing is said.
    """
    _check(actor, MENDERS)
    if not note.strip():
        raise Refused("Say why it is dismissed.")
    if given.records.quarantine.show(id_) is None:
        raise Refused("no such entry", code="absent")
    now = given.clock.now()
    if not given.records.quarantine.dismiss(id_, actor.login, now, note.strip()[:MOST_NOTE]):
        raise Refused("It is settled already.", code="conflict")


def purge(
    given: Services, actor: Actor, days: int, *, settled_only: bool = True
) -> tuple[int, int]:
    """Remove what was received more than so many days ago; entries, and readings never stored.

    Raises:
        Refused: The role may not.
    """
    _check(actor, PURGERS)
    now = given.clock.now()
    rows = given.records.quarantine.purge(
        now - days * DAY_MS, actor.login, now, settled_only=settled_only
    )
    return sum(row.entries for row in rows), sum(row.unstored for row in rows)


def may_mend(actor: Actor) -> bool:
    """Whether the buttons of :func:`ask` and :func:`dismiss` are shown."""
    return actor.role in MENDERS and actor.buildings is None


def may_purge(actor: Actor) -> bool:
    """Whether the form of :func:`purge` is shown."""
    return actor.role in PURGERS and actor.buildings is None


def can_replay(row: QuarantineRow) -> bool:
    """Whether there is anything in it that could be stored."""
    return row.state != "settled" and row.reason not in NOTICES


def can_mend(row: QuarantineRow) -> bool:
    """Whether its readings can be told one from another."""
    return can_replay(row) and row.reason in ROWS


def readings_of(given: Services, row: QuarantineRow, tr: Translator) -> list[Reading]:
    """The first rows of a payload that can be read; none of one that cannot."""
    try:
        message = wire.decode(row.payload, wire.BatchMessage)
        rows = wire.batch_columns(message)
    except Undecodable:
        return _single(given, row, tr)
    names = [_named(given, ref.id, tr) for ref in message.points]
    return [
        Reading(
            point=message.points[p].id, name=names[p], unit=message.points[p].unit, at=at,
            value=None if value != value else value,  # noqa: PLR0124 NaN
        )
        for p, at, value in zip(
            rows.point[:_MOST_ROWS].tolist(), rows.at[:_MOST_ROWS].tolist(),
            rows.value[:_MOST_ROWS].tolist(), strict=True,
        )
    ]  # fmt: skip


def refs_of(row: QuarantineRow) -> list[tuple[str, str]]:
    """Points that its payload names, each with the unit that it says."""
    try:
        message = wire.decode(row.payload, wire.BatchMessage)
    except Undecodable:
        return []
    return [(ref.id, ref.unit) for ref in message.points[:_MOST_ROWS]]


def _single(given: Services, row: QuarantineRow, tr: Translator) -> list[Reading]:
    try:
        message = wire.decode(row.payload, wire.ValueMessage)
    except Undecodable:
        return []
    id_ = row.topic.rpartition("/")[2]
    return [
        Reading(point=id_, name=_named(given, id_, tr), unit=message.unit,
                at=message.at or row.received, value=message.value)
    ]  # fmt: skip


def _named(given: Services, id_: str, tr: Translator) -> str:
    index = given.site.index.get(id_)
    return "" if index is None else point_name(given.site, given.site.points[index], tr)


def readable(payload: bytes) -> str:
    """A payload as a person reads it: JSON indented, other text as it is, else as hex."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return payload[: _MOST_TEXT // 3].hex(" ")
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    return text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + " …"


def _check(actor: Actor, roles: tuple[Role, ...]) -> None:
    if actor.buildings is not None:
        raise Refused("quarantine is for those who see the whole campus", code="forbidden")
    if actor.role not in roles:
        raise Refused("Your role may not do this.", code="forbidden")
