"""The page of names, ``docs/nomenclature.md``, made from the vocabulary itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.codebook import CODEBOOKS
from core.quantity import CANONICAL, FOREIGN, Quantity
from core.roles import ROLES
from core.site import DayMode, EquipmentClass, MeterRole
from core.words import CARRIER_UNIT, Carrier, Trade

_TRADES = {
    Trade.ELECTRICIAN: "electrician",
    Trade.PLUMBER: "plumber",
    Trade.HVAC: "air conditioning",
    Trade.HEATING: "heating",
    Trade.INSTRUMENT: "instruments",
    Trade.OPERATOR: "operator: a desk fix of a schedule, a setpoint, an override",
}
_METERS = {
    MeterRole.GATEWAY: "at the campus's connection",
    MeterRole.BUILDING: "all of a building",
    MeterRole.BRANCH: "a part, below another meter",
    MeterRole.TENANT: "a tenant, below another meter",
    MeterRole.CHECK: "checks its parent; never in totals",
    MeterRole.VIRTUAL: "computed from other meters",
}
_MODES = {
    DayMode.OVERTIME: "in use beyond its hours",
    DayMode.SHUTDOWN: "out of use",
    DayMode.MAINTENANCE: "being worked on: its readings prove nothing",
    DayMode.HOLIDAY: "a day off that no public calendar knows",
    DayMode.WORKDAY: "a make-up working day",
}


def page() -> str:
    """The whole page, in Markdown."""
    parts = (_HEAD, _quantities(), _roles(), _classes(), _meters(), _items(), _words())
    return "\n".join(parts)


_HEAD = """# Nomenclature

The names that stand in site files, ids, payloads and rules. This page is made from
`core/` by `core.nomenclature.page()`, and a test holds it to that: change the source,
then write the page anew.

An id is a path of short words: building `a`, equipment `a.ahu1`, point `a.ahu1.sat`,
the last word of a point being its role.
"""


def _quantities() -> str:
    rows = ((f"`{q}`", CANONICAL[q], ", ".join(FOREIGN.get(q, {})) or "–") for q in Quantity)
    text = (
        "Each quantity has one unit inside the project. Others are converted where data "
        "enters, if they are spelled as here; any other spelling is refused, never guessed."
    )
    return _section("Quantities and units", text, ("quantity", "unit", "may come in"), rows)


def _roles() -> str:
    rows = (
        (
            f"`{r.id}`",
            f"`{r.quantity}`",
            CANONICAL[r.quantity],
            r.kind.value,
            f"{r.span[0]:g} … {r.span[1]:g}",
            f"{r.lively:g}" if r.lively else "–",
            f"`{r.brick}`",
            r.haystack,
        )
        for r in ROLES.values()
    )
    text = (
        "A point's role is what it is to its equipment. The span is the instrument's, not "
        "the healthy range: beyond it a number is no measurement. *Lively* is the least "
        "spread that a healthy reading shows in two hours while its equipment runs. Classes "
        "follow Brick 1.4.4, tags Project Haystack."
    )
    heads = ("role", "quantity", "unit", "kind", "span", "lively", "Brick class", "Haystack tags")
    return _section("Roles of points", text, heads, rows)


def _classes() -> str:
    rows = ((f"`{c}`", c.name.replace("_", " ").lower()) for c in EquipmentClass)
    return _section("Classes of equipment", "In Brick's words.", ("class", "is a"), rows)


def _meters() -> str:
    rows = ((f"`{role}`", meaning) for role, meaning in _METERS.items())
    text = "A meter has one role; check meters never enter totals."
    return _section("Roles of meters", text, ("role", "counts"), rows)


def _items() -> str:
    rows = (
        (version, f"`{code}`", meaning)
        for version, items in CODEBOOKS.items()
        for code, meaning in items.items()
    )
    text = (
        "Five characters: class, sub-item, two levels; `0` is not subdivided. A code is read "
        "by its codebook's version, since codebooks differ."
    )
    return _section("Energy items", text, ("codebook", "code", "item"), rows)


def _words() -> str:
    carriers = ((f"`{c}`", CARRIER_UNIT[c]) for c in Carrier)
    trades = ((f"`{t}`", meaning) for t, meaning in _TRADES.items())
    modes = ((f"`{m}`", meaning) for m, meaning in _MODES.items())
    return "\n".join(
        (
            _section(
                "Carriers", "What is bought and can be wasted.", ("carrier", "unit"), carriers
            ),
            _section("Trades", "Who mends it.", ("trade", "is"), trades),
            _section("Modes of a day", "Entries of the calendar.", ("mode", "means"), modes),
        )
    )


def _section(title: str, text: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"## {title}", "", text, "", _row(heads), _row(["---"] * len(heads))]
    return "\n".join([*lines, *(_row(row) for row in rows), ""])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
