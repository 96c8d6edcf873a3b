"""The trial of the ledger as a page, written from its figures alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.words import CARRIER_UNIT, Carrier

_INTRO = """# Trial of the ledger

Written by `plantroom score --savings --page`; do not edit. Booked against true savings where one
fault a building was mended once:
{what}.

Every world is lived through twice, with the visit and without; what they differ in is the truth,
day by day, on physical energy before any meter's error. Rules, plan, proof and book are the real
ones; air flows, COPs, fan powers and efficiencies are declared wrong by up to ± 15, 10, 10 and
3 %. Of the visits some 10 % are useless and 10 % mend half. An error is taken of the truth, or of
1 % of the use of the cell where that is more.
"""

_COLUMNS = (
    ("n", "n"), ("booked", "booked"), ("true", "true"), ("bias", "bias"),
    ("median_abs", "error, median"), ("p90_abs", "p90"), ("coverage90", "90 % interval holds"),
    ("halfwidth_median", "half-width"),
)  # fmt: skip


def page(figures: Mapping[str, Any], what: str) -> str:
    """The whole page."""
    lines = [_INTRO.format(what=what), *_whole(figures), "", "## By carrier", ""]
    lines += _table(("carrier",), [((_unit(c),), f) for c, f in figures["carriers"].items()])
    lines += ["", "## By kind of repair", ""]
    rows: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [
        ((f"`{kind}`", _unit(c)), f[c])
        for kind, f in figures["kinds"].items()
        for c in f
        if c in {carrier.value for carrier in Carrier}
    ]
    lines += _table(("family", "carrier"), rows)
    lines += ["", "Verified repairs that nothing was booked for, and why:", ""]
    lines += ["| family | orders | nothing booked |", "| --- | --- | --- |"]
    for kind, f in figures["kinds"].items():
        why = ", ".join(f"{n} {word}" for word, n in f["nothing_booked"].items()) or "–"
        lines.append(f"| `{kind}` | {f['orders']} | {why} |")
    return "\n".join(lines) + "\n"


def _whole(figures: Mapping[str, Any]) -> Iterator[str]:
    whole, useless = figures["whole"], figures["useless"]
    yield "| figure | value |"
    yield "| --- | --- |"
    for name, value in (
        ("faults tried; found before the visit; verified",
         f"{figures['tries']}; {figures['orders']}; {figures['verified']}"),
        ("useless visits; verified all the same", f"{useless['orders']}; {useless['verified']}"),
        ("orders and carriers booked", whole["n"]),
        ("error, median; p90", f"{_said(whole['median_abs'])}; {_said(whole['p90_abs'])}"),
        ("90 % interval holds the truth", _said(whole["coverage90"])),
        ("half-width of the booked, median", _said(whole["halfwidth_median"])),
        ("falsely booked, of the true sum in money", _said(whole["false_booked"])),
        ("days booked; not estimable", f"{whole['days']}; {whole['blind_days']}"),
    ):  # fmt: skip
        yield f"| {name} | {value} |"


def _table(
    heads: tuple[str, ...], rows: list[tuple[tuple[str, ...], Mapping[str, Any]]]
) -> list[str]:
    titles = [*heads, *(title for _, title in _COLUMNS)]
    lines = [f"| {' | '.join(titles)} |", f"| {' | '.join('---' for _ in titles)} |"]
    for names, figures in rows:
        cells = [*names, *(_said(figures[key]) for key, _ in _COLUMNS)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _unit(carrier: str) -> str:
    return f"{carrier} [{CARRIER_UNIT[Carrier(carrier)]}]"


def _said(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - as read
