"""What is at an order beside its states, as its page shows it: needs, permits, helpers, photos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.locales import Translator
from api import moments
from api.actions import CAUSE_WORDS, DONE_WORDS
from api.refusals import LICENCE_NEEDS, PERMIT_WORDS, need_words
from api.services import Services
from core.actor import Actor
from core.clock import DAY_MS, HOUR_MS
from core.words import OPEN_STATES, Role
from workorders.crew.photos import PhotoView
from workorders.crew.work import DISPATCHERS, ISSUERS
from workorders.views import OrderDetail

SHIFT_MS = 8 * HOUR_MS
"""How long a permit is offered for; its giver may say less or more."""


def content(given: Services, actor: Actor, detail: OrderDetail, tr: Translator) -> dict[str, Any]:
    """Needs, permits, helpers, links, photos and reports, and what the reader may do about them."""
    row, now = detail.row, given.clock.now()
    seen = given.orders.work.at(actor, row.id)
    running = row.state in OPEN_STATES
    mine = row.person == actor.login
    helping = actor.login in {login for login, _ in seen.helpers}
    return {
        "needs": [(need_words(need.what, tr), need.there) for need in seen.needs],
        "permits": [
            {"id": p.id, "words": tr(PERMIT_WORDS[p.kind]), "number": p.number, "by": p.issued_by,
             "until": p.valid_until, "holds": p.holds}
            for p in seen.permits
        ],
        "helpers": [name for _, name in seen.helpers],
        "links": seen.links,
        "split": seen.split,
        "may_permit": running and actor.role in ISSUERS and not mine and not helping,
        "may_help": running and (mine or actor.role in DISPATCHERS),
        "may_need": running and (mine or actor.role in ISSUERS),
        "may_link": running and seen.firm and actor.role in DISPATCHERS,
        "may_photo": running and actor.role is not Role.VIEWER,
        "permit_kinds": [(kind.value, tr(words)) for kind, words in PERMIT_WORDS.items()],
        "need_kinds": [
            *((f"permit:{kind.value}", tr(words)) for kind, words in PERMIT_WORDS.items()),
            *((f"licence:{kind.value}", tr(words)) for kind, words in LICENCE_NEEDS.items()),
            ("people:2", need_words("people:2", tr)), ("people:3", need_words("people:3", tr)),
        ],
        "colleagues": _colleagues(given, row.building, row.person, seen.helpers),
        "permit_until": moments.stamp(given, now + SHIFT_MS),
        "link_until": moments.stamp(given, now + DAY_MS),
        "photos": given.orders.photos.of(actor, row.id),
        "photo_path": "",
        "cover": _cover(given, row.asset, tr),
        "quotes": given.orders.quotes.of(actor, row.id),
        "quote_path": f"/orders/{row.id}/quotes",
        "reports": [
            {"attempt": r.attempt, "by": r.by, "minutes": r.minutes, "alarm": r.alarm, "at": r.at,
             "entered_by": r.entered_by if r.declared and r.entered_by != r.by else "",
             "late": r.declared and r.entered_by == r.by,
             "parts": r.parts, "cause": tr(CAUSE_WORDS.get(r.cause, r.cause)),
             "action": tr(DONE_WORDS.get(r.action, r.action))}
            for r in detail.reports
        ],
    }  # fmt: skip


def _cover(given: Services, asset: str, tr: Translator) -> list[tuple[str, bool]]:
    """Warranty and contract of an asset, each with whether it holds: read before a firm is paid."""
    equipment, now = given.site.equipment.get(asset), given.clock.now()
    if equipment is None:
        return []
    said = []
    if equipment.warranty is not None:
        until, by = equipment.warranty.until, equipment.warranty.by
        when = moments.day(given, until - 1)
        held = now < until
        words = tr("Under warranty until {when}: {by}", when=when, by=by) if held else tr(
            "Warranty ended {when}: {by}", when=when, by=by)  # fmt: skip
        said.append((words, held))
    if equipment.contract:
        said.append((tr("Contract: {what}", what=equipment.contract), True))
    return said


def photo_names(content: Mapping[str, object]) -> list[str]:
    """Names of the photos that an order's page shows."""
    photos = content["photos"]
    return [p.name for p in photos if isinstance(p, PhotoView)] if isinstance(photos, list) else []


def _colleagues(
    given: Services, building: str, lead: str | None, helpers: tuple[tuple[str, str], ...]
) -> list[tuple[str, str]]:
    there = {login for login, _ in helpers} | {lead}
    return [
        (p.login, p.name) for p in given.records.people.all()
        if p.login not in there and p.role is not Role.VIEWER
        and (p.buildings is None or building in p.buildings)
    ]  # fmt: skip
