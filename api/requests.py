"""What people report, as pages and programs show it: words for kinds, stages and refused photos."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Refused
from core.pictures import MOST_BYTES, Picture, Unfit, UnfitPicture, cleaned
from core.words import Text
from workorders.refusals import invalid
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
UNFIT_WORDS: Mapping[Unfit, str] = {
    Unfit.TOO_LARGE: "A photo has more than {most} MB; take it smaller, or send it without.",
    Unfit.TOO_MANY_PIXELS: "A photo has too many pixels; take it smaller, or send it without.",
    Unfit.OTHER_KIND: "Send photos as JPEG or PNG; this one is of another kind.",
    Unfit.NO_PHOTO: "What was sent is no photo.",
    Unfit.BROKEN: "A photo came broken; please take it again.",
}
WORDS = (
    *STAGE_WORDS.values(), *UNFIT_WORDS.values(),
    *(text for card in KINDS.values() for text in (card.asked, card.title, card.first)),
)  # fmt: skip
"""Everything here that is said through a variable, for the catalogue."""

_MEGA = 1024**2


def kind_of(text: str) -> Kind:
    """What a form says is wrong.

    Raises:
        Refused: It says nothing, or nothing that is known.
    """
    if text not in set(Kind):
        raise Refused("Choose what is wrong.")
    return Kind(text)


def photos_of(sent: list[bytes]) -> list[Picture]:
    """Photos without what their cameras wrote into them.

    Raises:
        Refused: ``invalid``, where one cannot be taken.
    """
    found = []
    for data in sent:
        try:
            found.append(cleaned(data))
        except UnfitPicture as error:
            words = Text(UNFIT_WORDS[error.why], {"most": MOST_BYTES // _MEGA})
            raise invalid(words, "photos") from error
    return found
