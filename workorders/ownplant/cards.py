"""What crews are told of an order on Plantroom's own plant; cards as rules have them."""

from __future__ import annotations

from collections.abc import Mapping

from core.clock import MINUTE_MS
from core.rulecard import Hold, Parameter, RuleCard
from core.words import Discipline, Trade

CHANNEL = RuleCard(
    id="SYS-01",
    family="channel_dead",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=2,
    title="Messages by {channel} have not arrived for {hours} h",
    explanation="Whoever is reached by {channel} alone hears of no order. It said last: {why}",
    applies_to=(),
    roles=(),
    modes=(),
    interval_s=60,
    counted_in="minutes",
    longest_period_s=0,
    sufficiency=0.0,
    condition="Three messages in a row were not taken, and none for an hour.",
    hold=Hold(minutes=60),
    clear_at="One message that is taken.",
    clears_when="One message that is taken.",
    waste_formula="none; orders that nobody hears of",
    causes=(
        "Its server is down, or cannot be reached from here",
        "A password, token or webhook address has changed or has expired",
        "A certificate has expired",
    ),
    checks=(
        "plantroom notify test, and what it says",
        "Reach the server from this machine",
        "Compare the settings with what the provider shows",
    ),
    parts=(),
    isolation="None.",
    effort_min=30,
    desk=False,
    sources=("decided here: three failures are a minute, and an hour is no restart",),
    parameters={
        "minutes": Parameter(value=60.0, unit="min", why="less, and every restart of a mail "
            "server is an order; more, and a night goes by on the channel that is left"),
    },
)  # fmt: skip

OUTBOX = RuleCard(
    id="SYS-02",
    family="outbox_full",
    discipline=Discipline.INSTRUMENT,
    trade=Trade.INSTRUMENT,
    severity=3,
    title="The outbox of {target} is nearly full",
    explanation="{target} cannot get rid of its readings: {readings} wait there, {share} % of what "
    "it may keep. When it is full it drops the oldest, and they are lost.",
    applies_to=(),
    roles=(),
    modes=(),
    interval_s=60,
    counted_in="minutes",
    longest_period_s=0,
    sufficiency=0.0,
    condition="The gateway says that its outbox is 80 % full.",
    hold=Hold(minutes=0),
    clear_at="Below 70 %.",
    clears_when="Less than 70 % waits there.",
    waste_formula="none; readings that are lost when it is full",
    causes=(
        "The line to the broker is down, or too slow for what is read",
        "Ingest does not confirm: it stands, or the store is away",
        "The bound is too small for the points that are read",
    ),
    checks=(
        "The page of the gateway: since when its oldest reading waits",
        "Whether ingest runs and writes",
        "Reach the broker from the gateway's box",
    ),
    parts=(),
    isolation="None.",
    effort_min=45,
    desk=False,
    sources=("edge/fullness.py: 80 % leaves a box at 500 points a minute 13 days",),
    parameters={
        "share": Parameter(value=80.0, unit="%", why="as the gateway's own alarm"),
    },
)  # fmt: skip


def channel_target(name: str) -> str:
    """What the order on a channel is about."""
    return f"notify.{name}"


def cause_of(target: str, card: RuleCard) -> str:
    """The cause that an order is made for, once."""
    return f"{target}|{card.family}"


FULL_SEVERITY = 2
"""It drops its oldest: each hour is lost for good."""
DEAD_FOR_MS = int(CHANNEL.value("minutes")) * MINUTE_MS
CARDS: Mapping[str, RuleCard] = {card.id: card for card in (CHANNEL, OUTBOX)}
FAMILIES = frozenset(card.family for card in CARDS.values())
"""Families whose orders end with their cause: no verdicts prove them."""
