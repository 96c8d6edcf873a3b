"""How real the campus looks today, as it is kept, and what may not get worse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from core.errors import Fatal
from scoring.realism.bands import Band, outside, share
from scoring.realism.campus import Found

AIM = 0.10
"""Of (unit × statistic) outside the bands; what a campus is to reach."""
KEPT = Path(__file__).parent / "today.json"
_SAME = 1e-6


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement of the campus.

    Attributes:
        seeds: That were run.
        share: Of (unit × statistic) outside.
        outside: By judged statistic, how many units are outside, and of how many.
    """

    seeds: list[int]
    share: float
    outside: dict[str, tuple[int, int]]


def card_of(found: Found, bands: Mapping[str, Band], seeds: list[int]) -> Card:
    """What was found, against the bands."""
    counts = outside({key: list(units.values()) for key, units in found.items()}, bands)
    return Card(seeds=seeds, share=round(share(counts), 4), outside=counts)


def worse(kept: Card, now: Card) -> list[str]:
    """What was true of the kept card and is not any more, a sentence each.

    A statistic all of whose units were inside must keep them there, one that was measured must
    still be, and the share outside may only fall.
    """
    said = []
    for key, (out, _) in kept.outside.items():
        if key not in now.outside:
            said.append(f"{key} is not measured any more")
        elif out == 0 and now.outside[key][0] > 0:
            left, of = now.outside[key]
            said.append(f"{key} has left its band in {left} of {of} units")
    if now.share > kept.share + _SAME:
        said.append(f"{now.share:.1%} are outside the bands, {kept.share:.1%} were")
    return said


def load_card(path: Path = KEPT) -> Card:
    """The kept card.

    Raises:
        Fatal: The file is none.
        FileNotFoundError: There is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except msgspec.MsgspecError as error:
        raise Fatal(f"{path.name} holds no card: {error}") from error


def save_card(path: Path, card: Card) -> None:
    """Writes it."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")
