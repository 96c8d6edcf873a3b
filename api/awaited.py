"""What a repair's proof waits for, in words: outdoor air and when it is forecast, hours of use."""

from __future__ import annotations

from adapters.locales import Translator
from api import formats
from core.clock import DAY_MS
from core.site import Site
from core.verdict import Reason
from core.words import Text
from workorders.views import Awaited

_LACKS = {
    Reason.OFF: Text("needs the plant to run; it stood still"),
    Reason.UNOCCUPIED: Text("needs the hours of use"),
    Reason.OCCUPIED: Text("needs the hours without use"),
    Reason.NO_SERVICE: Text("needs the supply to be in use again"),
    Reason.OTHER_MODE: Text("needs the operating state that showed the fault"),
    Reason.SMALL_SPREAD: Text("needs more difference between outdoor and indoor air"),
    Reason.DECLARED: Text("needs the end of the declared shutdown"),
}
_BY_AIR = {Reason.OTHER_MODE.value, Reason.SMALL_SPREAD.value}
"""What the outdoor air that is awaited says already."""
_MORNING = 12
"""A time before noon after one of the evening is the next morning, without saying so. [h]"""
_MOST = 2
"""Times of a forecast that are named; more fill a phone."""


def awaited_words(needs: Awaited, now: int, site: Site, tr: Translator) -> str:
    """``Needs outdoor air below 12 °C for 2 h; forecast unknown``."""
    said = []
    if needs.hours:
        said += [_air(needs, tr), _forecast(needs, now, site.timezone, tr)]
    if needs.lacks and not (needs.hours and needs.lacks in _BY_AIR):
        said.append(tr.say(_LACKS[Reason(needs.lacks)]))
    if needs.next_use is not None:
        when = formats.moment(needs.next_use, site.timezone, tr, now=now)
        said.append(tr("next from {when}", when=when))
    words = tr("; ").join(said)
    return words[:1].upper() + words[1:]


def _air(needs: Awaited, tr: Translator) -> str:
    hours = f"{needs.hours:g}"
    if needs.above is None:
        return tr("needs outdoor air below {high} °C for {hours} h",
                  high=formats.number(needs.below, 0), hours=hours)  # fmt: skip
    if needs.below is None:
        return tr("needs outdoor air above {low} °C for {hours} h",
                  low=formats.number(needs.above, 0), hours=hours)  # fmt: skip
    return tr("needs outdoor air between {low} and {high} °C for {hours} h",
              low=formats.number(needs.above, 0), high=formats.number(needs.below, 0),
              hours=hours)  # fmt: skip


def _forecast(needs: Awaited, now: int, zone: str, tr: Translator) -> str:
    if needs.known_until is None:
        return tr("forecast unknown")
    if not needs.forecast:
        until = formats.moment(needs.known_until, zone, tr, now=now)
        return tr("forecast: not before {until}", until=until)
    times = [_span(span, now, zone, tr) for span in needs.forecast[:_MOST]]
    return tr("forecast: {times}", times=tr(", ").join(times))


def _span(span: tuple[int, int], now: int, zone: str, tr: Translator) -> str:
    """``22:00 to 05:00`` of today; tomorrow and later with their day."""
    start, end = span
    begin = formats.moment(start, zone, tr, now=now)
    same = formats.local(start, zone).date() == formats.local(end, zone).date()
    short = end - start < DAY_MS and (same or formats.local(end, zone).hour < _MORNING)
    until = formats.clock_time(end, zone) if short else formats.moment(end, zone, tr, now=now)
    return tr("{start} to {end}", start=begin, end=until)
