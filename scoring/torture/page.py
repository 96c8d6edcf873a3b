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
_BEGIN = "<!-- {}: written by plantroom torture --long --store {} --write -->"
_END = "<!-- end of {} -->"


def cells(one: Played) -> list[object]:
    """One scenario as a row of :data:`COLUMNS`."""
    a = one.account
    head: list[object] = [one.store, one.scenario, one.kills]
    if one.failure:
        return [*head, *["not played"] * 7, f"{one.seconds:.0f}"]
    figures = (a.given, a.sent, a.stored, a.quarantined, a.lost, a.duplicated, a.invented)
    return [*head, *(f"{figure:,}" for figure in figures), f"{one.seconds:.0f}"]


def written(page: str, played: Sequence[Played], *, seed: int, scale: Scale) -> str:
    """The page with these figures in the place that is marked for each store.

    Rows of scenarios that were not played stay, where seed and scale were the same: a run of
    some scenarios, or one that was cut short, takes nothing away.

    Raises:
        ValueError: The page has no such place.
    """
    for store in dict.fromkeys(one.store for one in played):
        begin, end = _BEGIN.format(store, store), _END.format(store)
        before, found, rest = page.partition(begin)
        old, ended, after = rest.partition(end)
        if not found or not ended:
            raise ValueError(f"the page has no place between '{begin}' and '{end}'")
        part = _part([one for one in played if one.store == store], _how(seed, scale), old)
        page = f"{before}{begin}\n\n{part}\n{end}{after}"
    return page


def _how(seed: int, scale: Scale) -> str:
    return (
        f"Seed {seed}; {scale.ingest_kills} kills of ingest, {scale.edge_kills} of the edge, "
        f"{scale.broker_kills} kills and {scale.broker_kills} restarts of the broker, the store "
        f"down for {scale.outage_s:.0f} s."
    )


def _part(played: Sequence[Played], how: str, old: str) -> str:
    kept = old if how in old else ""
    rows = {name: row for name, row in _rows(kept, "| ", " | ").items() if name != COLUMNS[1]} | {
        one.scenario: "| " + " | ".join(map(str, cells(one))) + " |" for one in played
    }
    failed = _rows(kept, "- ", ", ")
    for one in played:
        failed.pop(one.scenario, None)
        if one.failure:
            failed[one.scenario] = f"- {one.store}, {one.scenario}: {one.failure.splitlines()[0]}"
    lines = [
        how,
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
        *rows.values(),
    ]
    return "\n".join([*lines, "", *failed.values()]).rstrip() + "\n"


def _rows(part: str, mark: str, between: str) -> dict[str, str]:
    """Lines of a part that begin with a mark, by scenario, which stands second in them."""
    lines = [line for line in part.splitlines() if line.startswith(mark)]
    return {line.split(between)[1].partition(": ")[0]: line for line in lines}
