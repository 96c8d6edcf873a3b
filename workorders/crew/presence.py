"""That who inspects stands at the place: what the label there gives them for half an hour."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import replace

from adapters.records.orders import Order
from core.actor import Actor
from core.clock import MINUTE_MS
from core.site import Site
from core.words import Role, Text
from workorders.act import Act
from workorders.book import Book
from workorders.refusals import invalid
from workorders.requests import marks
from workorders.states import Command

KEY = "presence"
"""Name of the key that signs it: another than that of the labels, which hang there for years."""
LASTS_MS = 30 * MINUTE_MS
"""From the scan to the word: time to look, and too short to walk back to the desk and on. System
time: a person does not walk faster where a run does."""
_SIGNED = 32
EXCUSED = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Who may judge from elsewhere, and says why."""


def system_ms() -> int:
    """Now, by the system. [ms]"""
    return time.time_ns() // 1_000_000


def given(key: bytes, place: str, login: str, now: int) -> str:
    """What a scan gives: this person, at this place, now."""
    return f"{place}.{now}.{_signature(key, place, login, now)}"


def place_in(key: bytes, token: str, login: str, now: int) -> str | None:
    """The place that somebody scanned within the last half hour; None where they did not."""
    rest, _, signature = token.rpartition(".")
    place, _, at = rest.rpartition(".")
    if not place or not at.isascii() or not at.isdecimal() or len(at) > len(str(2**53)):
        return None
    if not hmac.compare_digest(signature.encode(), _signature(key, place, login, int(at)).encode()):
        return None
    return place if 0 <= now - int(at) <= LASTS_MS else None


def here(site: Site, asset: str, place: str) -> bool:
    """Whether a label hangs at an asset, in its room, or at another machine of that room."""
    equipment, other = site.equipment.get(asset), site.equipment.get(place)
    room = equipment.location if equipment is not None else asset
    return place in {asset, room} or (other is not None and other.location == room)


def settled(book: Book, order: Order, act: Act, actor: Actor) -> Act:
    """The command with the id of the place instead of the scan; of others neither.

    Raises:
        Refused: ``invalid`` where somebody inspects who was not there, and is not excused.
    """
    if act.do is not Command.INSPECT:
        return replace(act, place="", elsewhere="")
    found = where(book, order, actor, act.place, act.elsewhere)
    return replace(act, place=found.get("place", ""), elsewhere=found.get("elsewhere", ""))


def where(
    book: Book, order: Order, actor: Actor, scan: str, elsewhere: str
) -> dict[str, str]:  # fmt: skip
    """From where somebody says that a repair holds: ``place`` by their scan, or ``elsewhere``.

    Raises:
        Refused: ``invalid`` where they were not there, and are not excused.
    """
    if scan:
        return {"place": _there(book, order, actor, scan)}
    if actor.role not in EXCUSED:
        raise invalid(Text("Scan the label at the place first, then say here what you saw."),
                      "place")  # fmt: skip
    if not elsewhere.strip():
        raise invalid(Text("Say why nobody scanned the label at the place."), "elsewhere")
    return {"elsewhere": elsewhere.strip()[:500]}


def _there(book: Book, order: Order, actor: Actor, scan: str) -> str:
    key = marks.key_of(book.session, KEY)
    place = place_in(key, scan, actor.login, system_ms()) if key is not None else None
    if place is None or not here(book.office.site, order.asset, place):
        text = Text(
            "That scan is older than half an hour, or of another place: scan the label again."
        )
        raise invalid(text, "place")
    return place


def _signature(key: bytes, place: str, login: str, at: int) -> str:
    text = f"presence:{place}:{at}:{login}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:_SIGNED]
