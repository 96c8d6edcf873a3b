"""What every step of compiling a site needs at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from adapters.sites.document import Place
from adapters.sites.ids import Ids
from adapters.sites.keys import SiteKeys
from adapters.sites.log import Log

_LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The site as written, its zone and ids, and where mistakes go.

    Attributes:
        logins: Who is in ``crew.csv``; None where there is no such file.
    """

    log: Log
    site: SiteKeys
    zone: ZoneInfo
    ids: Ids
    logins: frozenset[str] | None

    def names(self, thing: object, written: Mapping[str, str] | str) -> Mapping[str, str]:
        """A name by language; one written as a text is English."""
        if isinstance(written, str):
            return {"en": written}
        for language in written:
            if language not in _LANGUAGES:
                place = self.log.place(written, language)
                near = (language, _LANGUAGES)
                self.log.mistake(place, f"no language '{language}'", "en or zh", near=near)
        if "en" not in written:
            self.log.mistake(self.log.place(thing, "name"), "the name has no 'en'", "en: a name")
        return {language: written[language] for language in _LANGUAGES if language in written}

    def owner(self, login: str, place: Place) -> str:
        """A log-in id, checked against the crew."""
        if self.logins is not None and login not in self.logins:
            near = (login, self.logins)
            self.log.mistake(place, f"'{login}' is not in crew.csv", "a login of it", near=near)
        return login

    def gateway(self, word: str, place: Place) -> str:
        """A gateway's id, checked against the site's gateways."""
        known = self.site.gateways
        if word not in known and word not in self.log.broken:
            expected = f"one of site.yaml: {', '.join(known)}"
            self.log.mistake(place, f"no gateway '{word}'", expected, near=(word, known))
        return word
