"""What people report, as pages and programs show it: words for kinds and stages."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Refused
from workorders.requests.following import Stage
from workorders.requests.kinds import KINDS, Kind

STAGE_WORDS: Mapping[Stage, str] = {
    Stage.TAKEN: "It has been taken down, and somebody is being sent.",
    Stage.COMING: "Somebody has it and is coming.",
    Stage.THERE: "Somebody is at work on it.",
    Stage.WAITING: "It has to wait for something; it is not forgotten.",
    Stage.ASKED: "It is said to be mended. Is it?",
    Stage.PROVING: "It is said to be mended; instruments watch whether it stays so.",
    Stage.ENDED: "It is over.",
    Stage.DROPPED: "Nothing more will be done about it. If it still bothers you, report it again.",
}
WORDS = (
    *STAGE_WORDS.values(),
    *(text for card in KINDS.values() for text in (card.asked, card.title, card.first)),
)  # fmt: skip
"""Everything here that is said through a variable, for the catalogue."""


def kind_of(text: str) -> Kind:
    """What a form says is wrong.

    Raises:
        Refused: It says nothing, or nothing that is known.
    """
    if text not in set(Kind):
        raise Refused("Choose what is wrong.")
    return Kind(text)
