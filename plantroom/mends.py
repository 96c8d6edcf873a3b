"""Mending of refused readings as it is typed: ``--rename``, ``--unit``, ``--factor``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.errors import Refused
from core.replaying import Mending
from ingest.rehearse import Rehearsed
from plantroom.output import out, shown, table


def mends_of(rename: Sequence[str], unit: Sequence[str], factor: Sequence[str]) -> list[Mending]:
    """What was typed, a mending a point; what names no point first, and for all of them.

    Args:
        rename: Each ``OLD=NEW``.
        unit: Each ``POINT=UNIT``, or the unit of every point.
        factor: Each ``POINT=NUMBER``, or the number for every point.

    Raises:
        Refused: One cannot be read.
    """
    every = Mending()
    for point, word in map(_parts, unit):
        every = every if point else replace(every, unit=word)
    for point, word in map(_parts, factor):
        every = every if point else replace(every, factor=_number(word))
    found: dict[str, Mending] = {}
    for words, part in ((rename, "to"), (unit, "unit"), (factor, "factor")):
        for point, word in map(_parts, words):
            if not point:
                if part == "to":
                    raise Refused(f"--rename {word}: say OLD=NEW")
                continue
            mend = found.get(point, replace(every, point=point))
            value = _number(word) if part == "factor" else word
            found[point] = replace(mend, **{part: value})  # type: ignore[arg-type]
    return [*([every] if every != Mending() else []), *found.values()]


def tell(found: Sequence[Rehearsed]) -> None:
    """A rehearsal as two tables: what would come of each entry, and the first readings."""
    table(
        ("id", "would be stored", "still refused", "why"),
        [(one.tried.id, one.tried.stored, one.tried.left, one.tried.said) for one in found],
        empty="No open entry is like that.",
    )
    changes = [change for one in found for change in one.changes][:20]
    if changes:
        table(
            ("time [ms]", "as it came", "would be stored"),
            [(c.at, _said(c.point, c.value, c.unit), _said(c.to_point, c.to_value, c.to_unit))
             for c in changes],
            empty="",
        )  # fmt: skip
    out.print("nothing was written", style="dim")


def _said(point: str, value: float | None, unit: str) -> str:
    return shown(f"{point} {'no value' if value is None else f'{value:g}'} {unit}")


def _parts(words: str) -> tuple[str, str]:
    point, _, word = words.rpartition("=")
    return point.strip(), word.strip()


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise Refused(f"--factor {word}: a factor is a number") from None
