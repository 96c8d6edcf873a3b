"""Texts in the reader's language: English in the code, others in ``locales/``."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.words import Text

FOLDER = Path(__file__).parents[1] / "locales"
DOMAIN = "plantroom"
LANGUAGES = ("en", "zh_Hans")


class Translator:
    """Says texts in one language.

    Attributes:
        language: ``en`` or ``zh_Hans``.
        tag: The same for HTML's ``lang``.
    """

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self.tag = language.replace("_", "-")
        self._catalogue = catalogue

    def __call__(self, msgid: str, **params: object) -> str:
        """A text with its ``{placeholders}`` filled."""
        said = self._catalogue.gettext(msgid) if msgid else ""
        return said.format(**params) if params else said

    def plural(self, one: str, many: str, n: int, **params: object) -> str:
        """A text that depends on a number, available as ``{n}``."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **params)

    def say(self, text: Text) -> str:
        """A :class:`core.words.Text`; numbers are shortened to what a person reads."""
        return self(text.msgid, **{k: _shown(v) for k, v in text.params.items()})

    def name(self, names: Mapping[str, str]) -> str:
        """The name of something in this language, or in English."""
        return names.get(self.language.split("_", maxsplit=1)[0]) or names["en"]


@cache
def translator(language: str) -> Translator:
    """The translator of a language; English where there is no catalogue."""
    path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if language not in LANGUAGES or not path.exists():
        return Translator("en", gettext.NullTranslations())
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translator(language, gettext.GNUTranslations(compiled))


def negotiate(*wishes: str | None) -> str:
    """The first wish that names a language we speak.

    Babel's own negotiation answers ``en`` to ``zh-CN`` where only ``zh_Hans`` is there.
    """
    for wish in wishes:
        for part in (wish or "").split(","):
            tag = part.split(";", maxsplit=1)[0].strip().lower()
            if tag.startswith("zh"):
                return "zh_Hans"
            if tag.startswith("en"):
                return "en"
    return "en"


def _shown(value: str | float) -> str | float:
    if isinstance(value, float):
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004
        return f"{value:.{digits}f}"
    return value
