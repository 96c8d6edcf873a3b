"""What was wrong, and where each thing was written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from adapters.sites.document import Place
from core.errors import Mistake


class Log:
    """Collects mistakes, and remembers the place of every key that was read.

    Places are kept beside the values, by identity, so that the values stay what they
    mean; a value is kept alive with its places.
    """

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self._places: dict[int, tuple[object, dict[str, Place]]] = {}

    def written(self, thing: object, places: dict[str, Place]) -> None:
        """Remember where a mapping's keys were written; the empty key is the mapping itself."""
        self._places[id(thing)] = (thing, places)

    def place(self, thing: object, key: str = "") -> Place:
        """Where a key of a mapping stands; the mapping itself where it was left out."""
        _, places = self._places.get(id(thing), (None, {}))
        return places.get(key) or places.get("", Place("", 0))

    def mistake(
        self, place: Place, what: str, expected: str = "", *, near: tuple[str, Iterable[str]] = ("", ())
    ) -> None:  # fmt: skip
        """Note a mistake; ``near`` is the word written and those that would be right."""
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
    known = {w.lower(): w for w in sorted(words)}
    # 0.6 is difflib's own: below it 'power' is offered for 'owner', above 0.75 'fan_stat'
    # no longer finds 'fan_status'.
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return known[found[0]] if found else ""
