"""What became of every row and cell of the files that were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

_MOST_LISTED = 1000
"""Problems kept with their place; all are counted. A whole column of text would fill memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One row or cell that is not what the options say.

    Attributes:
        file: Path in the folder of data.
        line: Its line, from 1.
        reason: A stable word: ``not_a_number``, ``time_unreadable``, ``time_in_gap``,
            ``time_ambiguous``, ``time_out_of_range``, ``unknown_id``, ``fields``, ``unreadable``.
        what: What stands there.
        expected: What would be right.
    """

    file: str
    line: int
    reason: str
    what: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvAccount:
    """Every row and cell accounted for: ``rows = selected + not_selected + skipped`` and
    ``cells = readings + no_value + bad + empty + lost``.

    Attributes:
        rows: Data rows read so far.
        selected: Rows that the options ask for.
        not_selected: Rows that ``where`` leaves out.
        skipped: Rows given by an earlier run, before ``after``.
        cells: Values that the selected rows should hold.
        readings: Readings made with a value.
        no_value: Readings made without one: a declared missing text or sentinel.
        bad: Readings made without one: text in a number; each is a problem.
        empty: Empty cells: nothing was read, so there is no reading.
        lost: Cells of rows whose time or device is unknown; each row is a problem.
        problems: Number of problems, by reason.
        listed: The first thousand of them.
    """  # noqa: D205 the two sums are the summary

    rows: int
    selected: int
    not_selected: int
    skipped: int
    cells: int
    readings: int
    no_value: int
    bad: int
    empty: int
    lost: int
    problems: Mapping[str, int]
    listed: tuple[RowProblem, ...]


@dataclass(slots=True)
class Tally:
    """The account while it is written; one for all files of a driver."""

    rows: int = 0
    not_selected: int = 0
    skipped: int = 0
    cells: int = 0
    readings: int = 0
    no_value: int = 0
    bad: int = 0
    empty: int = 0
    lost: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    listed: list[RowProblem] = field(default_factory=list)

    def note(self, problem: RowProblem) -> None:
        """Count a problem, and keep it while there is room."""
        self.problems[problem.reason] += 1
        if len(self.listed) < _MOST_LISTED:
            self.listed.append(problem)

    def account(self) -> CsvAccount:
        """As it stands."""
        return CsvAccount(
            rows=self.rows, selected=self.rows - self.not_selected - self.skipped,
            not_selected=self.not_selected, skipped=self.skipped, cells=self.cells,
            readings=self.readings, no_value=self.no_value, bad=self.bad, empty=self.empty,
            lost=self.lost, problems=dict(self.problems), listed=tuple(self.listed),
        )  # fmt: skip
