"""The figures of a torture run as a table, and its place in the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scoring.torture.play import Played
from scoring.torture.scale import Scale

PAGE = Path("docs/reliability.md")
COLUMNS = (
    "store", "scenario", "kills", "given", "sent", "stored", "quarantined", "lost", "duplicated",
    "invented", "s",
)  # fmt: skip
_BEGIN = "<!-- torture: written by plantroom torture --long --write -->"
_END = "<!-- end of torture -->"


def cells(one: Played) -> list[object]:
    """One scenario as a row of :data:`COLUMNS`."""
    a = one.account
    head: list[object] = [one.store, one.scenario, one.kills]
    if one.failure:
        return [*head, *["not played"] * 7, f"{one.seconds:.0f}"]
    figures = (a.given, a.sent, a.stored, a.quarantined, a.lost, a.duplicated, a.invented)
    return [*head, *(f"{figure:,}" for figure in figures), f"{one.seconds:.0f}"]


def written(page: str, played: Sequence[Played], *, seed: int, scale: Scale) -> str:
    """The page with these figures in the place that is marked for them.

    Raises:
        ValueError: The page has no such place.
    """
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"the page has no place between '{_BEGIN}' and '{_END}'")
    return f"{before}{begin}\n\n{_part(played, seed, scale)}\n{end}{after}"


def _part(played: Sequence[Played], seed: int, scale: Scale) -> str:
    how = (
        f"Seed {seed}; {scale.ingest_kills} kills of ingest, {scale.edge_kills} of the edge, "
        f"{scale.broker_kills} kills and {scale.broker_kills} restarts of the broker, the store "
        f"down for {scale.outage_s:.0f} s."
    )
    lines = [
        how,
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
        *("| " + " | ".join(str(cell) for cell in cells(one)) + " |" for one in played),
    ]
    lines += ["", *(f"- {one.store}, {one.scenario}: {one.failure.splitlines()[0]}"
                    for one in played if one.failure)]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"
