"""Somebody reported something, and something is muted: for pages that show it."""

from __future__ import annotations

from adapters.photos import cleaned
from adapters.records.mutes import MuteKind
from core.clock import DAY_MS
from tests.api.console import Console, find
from tests.snapshots import png
from workorders.muting.board import Wish
from workorders.requests.intake import Report
from workorders.requests.kinds import Kind

_MADE: dict[str, tuple[str, str]] = {}
"""By the console's address."""


def reported(console: Console) -> tuple[str, str]:
    """What a label's address ends with, and a report's; made once a console."""
    if console.address not in _MADE:
        _MADE[console.address] = _make(console)
    return _MADE[console.address]


def _make(console: Console) -> tuple[str, str]:
    admin = console.actor("ad.all")
    label = next(
        token for place, token in console.orders.requests.labels(admin, "a")
        if place.id == "a.meet3"
    )  # fmt: skip
    cold = Report(
        place="a.meet3", kind=Kind.COLD, words="18 °C", phone="13812345678",
        photos=[cleaned(png())],
    )  # fmt: skip
    console.orders.requests.report(cold)
    lamp = console.orders.requests.report(Report(place="a.meet3", kind=Kind.LIGHT, words="2"))
    wish = Wish(
        kind=MuteKind.MAINTENANCE, scope="c.air", reason="P-2026-17", owner="wang.fang",
        until=console.clock.now() + DAY_MS,
    )  # fmt: skip
    console.orders.mutes.mute(admin, wish)
    find(console, "FC-12", "c.ahu1")
    return label, lamp.secret
