"""What was wrong, and where each thing was written."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from adapters.sites.document import Place
from core.errors import Mistake

Near = tuple[str, Iterable[str]]
"""The word that was written, and those that would be right."""
NOTHING_NEAR: Near = ("", ())


class Log:
    """Collects mistakes, and remembers the place of every key that was read.

    Places are kept beside the values, by identity, so that the values stay what they
    mean; a value is kept alive with its places.
    """

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.broken: set[str] = set()
        """Ids and keys of entries that could not be read: what refers to them is not wrong too."""
        self._places: dict[int, tuple[object, dict[str, Place]]] = {}

    def written(self, thing: object, places: dict[str, Place]) -> None:
        """Remember where a mapping's keys were written; the empty key is the mapping itself."""
        self._places[id(thing)] = (thing, places)

    def place(self, thing: object, key: str = "") -> Place:
        """Where a key of a mapping stands; the mapping itself where it was left out."""
        _, places = self._places.get(id(thing), (None, {}))
        return places.get(key) or places.get("", Place("", 0))

    def has(self, thing: object, key: str) -> bool:
        """Whether a key was written, be it rightly or wrongly."""
        _, places = self._places.get(id(thing), (None, {}))
        return key in places

    def mistake(
        self, place: Place, what: str, expected: str = "", *, near: Near = NOTHING_NEAR
    ) -> None:
        """Note a mistake; ``near`` is what a suggestion is made from."""
        word, words = near
        self.mistakes.append(
            Mistake(
                file=place.file,
                line=place.line,
                what=what,
                expected=expected,
                suggestion=nearest(word, words),
            )
        )

    def sorted(self) -> list[Mistake]:
        """All mistakes, each once, in the order of files and lines."""
        return sorted(set(self.mistakes), key=lambda m: (m.file, m.line, m.what))


def nearest(word: str, words: Iterable[str]) -> str:
    """The most similar of some words, or nothing where none is similar."""
    known = {_plain(w): w for w in sorted(words)}
    # 0.6 is difflib's own: below it 'power' is offered for 'owner', above 0.75 'fan_stat'
    # no longer finds 'fan_status'.
    found = difflib.get_close_matches(_plain(word), known, n=1, cutoff=0.6)
    return known[found[0]] if found else ""


def _plain(word: str) -> str:
    """As it would be typed in haste: m3 for m³, kwh for kWh."""
    return unicodedata.normalize("NFKC", word).lower()
