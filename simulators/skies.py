"""Which weather a campus lives under, in words that it can be saved and found again by."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from core.errors import Fatal, Misconfigured, Mistake
from simulators.physics.weather.climate import DEFAULT_CLIMATE
from simulators.physics.weather.spells import Spell
from simulators.physics.weather.weather import Sky, seeded_sky
from simulators.weather_file import WeatherFile


class SkyChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A choice of weather.

    Attributes:
        climate: Key of :data:`simulators.physics.weather.climate.CLIMATES`; for a file without
            meaning.
        spells: Heat waves and cold snaps to add.
        file: Name of a weather file; empty for the climate.
        digest: Of its bytes.
    """

    climate: str = DEFAULT_CLIMATE
    spells: tuple[Spell, ...] = ()
    file: str = ""
    digest: str = ""


def choice_of(climate: str, spells: Sequence[Spell], weather: WeatherFile | None) -> SkyChoice:
    """The choice in words.

    Raises:
        Misconfigured: Spells are asked for beside a file, whose days are as they were.
    """
    if weather is None:
        return SkyChoice(climate=climate, spells=tuple(spells))
    if spells:
        what = f"spells cannot be added to the weather of {weather.name}"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="a climate")])
    return SkyChoice(climate=climate, file=weather.name, digest=weather.digest)


def sky_of(seed: int, choice: SkyChoice, weather: WeatherFile | None) -> Sky:
    """The weather itself.

    Raises:
        Misconfigured: There is no such climate.
        Fatal: The choice is a file, and this is not that one.
    """
    given = weather.digest if weather is not None else ""
    if given != choice.digest:
        raise Fatal(f"this campus lives under the weather of {choice.file or choice.climate}: "
                    "give the same when it goes on")  # fmt: skip
    if weather is not None:
        return weather
    return seeded_sky(seed, choice.climate, choice.spells)
