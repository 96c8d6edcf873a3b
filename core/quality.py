"""How far one reading can be trusted."""

from enum import IntEnum

WHOLE_DAY = 0.9
"""Least measured share of a day that stands in totals and comparisons (domain sheet, SEN-08):
what is unknown in a tenth of a day moves its sum less than weekdays differ."""


class Quality(IntEnum):
    """Quality of a reading, as stored."""

    GOOD = 0
    SUSPECT = 1
    """Kept, but not proof of anything: outside its usual rate, restamped, restored."""
    BAD = 2
    """The device said that it has no value; stored without one, never as a number."""


class IntervalState(IntEnum):
    """Where the use in an interval comes from."""

    MEASURED = 0
    """Between two good reads of the register, one period apart."""
    ESTIMATED = 1
    """A known difference spread over a gap; kept out of demand and night flow."""
    SUSPECT = 2
    """The register ran backwards or jumped: the use is unknown, not zero."""
