"""The report of a month as tables: what each of its forms shows, said once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.locales import Translator
from api import formats
from api.assessment import (
    BY_WORDS,
    FIGURE_WORDS,
    HINT_WORDS,
    MET_WORDS,
    PROOF_WORDS,
    SHORT,
    target_words,
    value_words,
)
from api.monthly.naming import month_name, row_name
from api.orders import place_of
from api.savings import CARRIER_WORDS, NODE_WORDS, signed, why_words
from core.site import Site
from core.words import CARRIER_UNIT, ProofKind
from workorders.assessment.assess import By, Row
from workorders.assessment.figures import SORT, SORTS, Figure
from workorders.assessment.monthly import Monthly


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: as people read it, and as a number where it is one.

    Attributes:
        said: With its unit.
        number: For workbooks; None of words.
        form: How a workbook writes it.
        right: Numbers stand at the right.
    """

    said: str
    number: float | None = None
    form: str = "General"

    @property
    def right(self) -> bool:
        return self.number is not None or self.said in {"–", ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the report.

    Attributes:
        name: Short, as a workbook calls its sheet.
        title: As a heading.
        note: What must be known to read it; may be empty.
        columns: Headings.
        empty: Said where there are no rows.
    """

    name: str
    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str

    @property
    def right(self) -> list[bool]:
        """Of each column, whether all in it stands at the right; blanks go with their words."""
        return [all(cell.right for cell in column) for column in zip(*self.rows, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a form of the report shows."""

    title: str
    lines: Sequence[str]
    tables: Sequence[Table]


def report(site: Site, found: Monthly, tr: Translator) -> Report:
    """The report in somebody's language."""
    title = tr("Report of {month}", month=month_name(found.month, tr))
    made = tr("{site}, as of {when}", site=tr.name(site.names),
              when=formats.moment(found.made_at, site.timezone, tr))  # fmt: skip
    lines = [made, tr("An answer, a promise, a repair counts in the month in which it was given, "
                      "kept or broken, done. A dash is nothing to judge, never zero.")]  # fmt: skip
    if not found.complete:
        lines.append(tr("Not final yet: whether repairs hold is known 14 days after they end."))
    return Report(title=title, lines=lines, tables=[*_tables(site, found, tr)])


def _tables(site: Site, found: Monthly, tr: Translator) -> Iterator[Table]:
    yield _figures(site, found.whole, tr)
    for by, rows in found.parts.items():
        yield _parts(site, found, by, rows, tr)
    yield _course(site, found, tr)
    yield _ages(found, tr)
    yield _proofs(found, tr)
    yield from _savings(site, found, tr)


def _figures(site: Site, whole: Row, tr: Translator) -> Table:
    rows = []
    for sort in SORTS:
        one = whole.figures[sort.key]
        rows.append([
            Cell(tr(FIGURE_WORDS[sort.key])), _cell(site, one, one.value, tr),
            _cell(site, one, one.median, tr), _cell(site, one, one.p90, tr),
            Cell(str(one.n), one.n, "0"), Cell(str(one.undecided), one.undecided, "0"),
            Cell(target_words(site, one, tr)), Cell(_met(one, tr)),
        ])  # fmt: skip
    between, end = ("：", "。") if tr.language.startswith("zh") else (": ", ". ")
    hints = [f"{tr(FIGURE_WORDS[key])}{between}{tr(said)}{end}" for key, said in HINT_WORDS.items()]
    return Table(
        name=tr("Figures"), title=tr("Figures"), note="".join(hints).strip(), empty="", rows=rows,
        columns=[tr("Figure"), tr("Value"), tr("Median"), tr("Nine of ten within"), tr("Count"),
                 tr("Not known yet"), tr("Asked"), tr("Whether it is met")],
    )  # fmt: skip


def _parts(site: Site, found: Monthly, by: By, rows: Sequence[Row], tr: Translator) -> Table:
    named = [(row_name(site, by, row.key, found.names, tr), row) for row in rows]
    named.sort(key=lambda pair: pair[0])
    name = tr(BY_WORDS[by])
    return Table(
        name=name, title=name, columns=[name, *(tr(FIGURE_WORDS[key]) for key in SHORT)],
        note=tr("Each order counts for who had it when the promise was kept or broken, and for who "
                "mended it; cancelled and inconclusive ones stay in."),
        rows=[[Cell(said), *_shown(site, row, tr)] for said, row in named],
        empty=tr("Nothing to judge in this month"),
    )  # fmt: skip


def _course(site: Site, found: Monthly, tr: Translator) -> Table:
    return Table(
        name=tr("Months"), title=tr("Twelve months"), note="", empty="",
        columns=[tr("Month"), *(tr(FIGURE_WORDS[key]) for key in SHORT)],
        rows=[[Cell(row.key), *_shown(site, row, tr)] for row in found.course],
    )  # fmt: skip


def _ages(found: Monthly, tr: Translator) -> Table:
    rows = []
    for age in found.ages:
        said = (
            tr("{above} to {below} days", above=age.above, below=age.below)
            if age.below is not None
            else tr("{above} days and more", above=age.above)
        )
        rows.append(
            [
                Cell(said),
                Cell(str(age.orders), age.orders, "0"),
                Cell(tr("{n} h", n=formats.number(age.hours, 1)), age.hours, "0.0"),
            ]
        )
    return Table(
        name=tr("Waiting"), title=tr("What waits, by age"), note="", rows=rows, empty="",
        columns=[tr("Open since"), tr("Orders"), tr("Expected work [h]")],
    )  # fmt: skip


def _proofs(found: Monthly, tr: Translator) -> Table:
    total = sum(found.proofs.values())
    rows = []
    for (proof, outcome), n in sorted(found.proofs.items()):
        words = tr(PROOF_WORDS[ProofKind(proof)]) if proof in set(ProofKind) else proof
        share = n / total
        rows.append(
            [
                Cell(words),
                Cell(tr(outcome) if outcome else "–"),
                Cell(str(n), n, "0"),
                Cell(f"{formats.number(share * 100, 1)} %", share, "0.0 %"),
            ]
        )
    return Table(
        name=tr("Proofs"), title=tr("How orders ended, by kind of proof"), rows=rows,
        note=tr("Only what telemetry proved books savings."),
        empty=tr("No order ended in this month."),
        columns=[tr("Proof"), tr("Ended"), tr("Orders"), tr("Share")],
    )  # fmt: skip


def _savings(site: Site, found: Monthly, tr: Translator) -> Iterator[Table]:
    yield Table(
        name=tr("Savings"), title=tr("Savings of proven repairs"),
        note=tr("Days of this month, every verified order with its sign; ± holds the truth nine "
                "times of ten."),
        empty=tr("Nothing is booked in this month."),
        columns=[tr("Carrier"), tr("Saved"), "±", tr("Unit"), tr("Money"), "CO₂ [kg]",
                 tr("Orders"), tr("Days booked"), tr("Not estimable"), tr("Waits for proof")],
        rows=[
            [Cell(tr(CARRIER_WORDS[t.carrier])), _amount(t.saving), _amount(t.u), Cell(t.unit),
             _money(site, t.money), _amount(t.kg_co2), Cell(str(t.orders), t.orders, "0"),
             Cell(str(t.days), t.days, "0"), Cell(str(t.blind), t.blind, "0"),
             _amount(t.provisional)]
            for t in found.saved.totals
        ],
    )  # fmt: skip
    yield Table(
        name=tr("Saved by order"), title=tr("Savings by order"), note="",
        empty=tr("Nothing is booked in this month."),
        columns=[tr("Order"), tr("Where"), tr("Carrier"), tr("Saved"), "±", tr("Unit"),
                 tr("Money"), tr("Days booked"), tr("Not estimable"), tr("Disputed days"),
                 tr("Booking")],
        rows=[
            [Cell(b.order), Cell(place_of(site, b.target, tr)), Cell(tr(CARRIER_WORDS[b.carrier])),
             _amount(b.saving), _amount(b.u), Cell(b.unit), _money(site, b.money),
             Cell(str(b.days), b.days, "0"), Cell(str(b.blind), b.blind, "0"),
             Cell(str(b.disputed), b.disputed, "0"), Cell(why_words(b.ended_why, tr))]
            for b in sorted(found.saved.bookings, key=lambda b: -(b.money or 0.0))
        ],
    )  # fmt: skip
    yield Table(
        name=tr("Meters above"), title=tr("Meters above what is booked"),
        note=tr("Of all days so far. What is disputed leaves the totals of the savings page."),
        empty=tr("No meter stands above what is booked."),
        columns=[tr("Meter"), tr("Booked below it"), tr("It fell by"), "±", tr("Disputed"),
                 tr("Unit"), tr("State")],
        rows=[
            [Cell(place_of(site, n.meter, tr)), _amount(n.booked), _amount(n.drop), _amount(n.u),
             _amount(n.excess), Cell(CARRIER_UNIT[n.carrier]), Cell(tr(NODE_WORDS[n.state]))]
            for n in found.saved.nodes
        ],
    )  # fmt: skip
    yield Table(
        name=tr("Not estimable"), title=tr("Proven, and nothing can be said"), note="",
        empty=tr("Something can be said of every proven repair."),
        columns=[tr("Order"), tr("Done"), tr("Why")],
        rows=[
            [Cell(u.order), Cell(formats.moment(u.done_at, site.timezone, tr)),
             Cell(why_words(u.why, tr))]
            for u in found.saved.unmeasured
        ],
    )  # fmt: skip


def _shown(site: Site, row: Row, tr: Translator) -> list[Cell]:
    return [_cell(site, row.figures[key], row.figures[key].value, tr) for key in SHORT]


def _cell(site: Site, one: Figure, value: float | None, tr: Translator) -> Cell:
    if value is None:
        return Cell("–")
    form = {"1": "0.0 %", "money": "#,##0"}.get(SORT[one.key].unit, "0.0")
    return Cell(value_words(site, one.key, value, tr), value, form)


def _amount(value: float | None) -> Cell:
    return Cell("–") if value is None else Cell(signed(value), value, "#,##0.0")


def _money(site: Site, value: float | None) -> Cell:
    return Cell(formats.money(value, site.money), value, "#,##0")


def _met(one: Figure, tr: Translator) -> str:
    if one.met is None:
        return ""
    return f"{'✓' if one.met else '▲'} {tr(MET_WORDS[one.met])}"
