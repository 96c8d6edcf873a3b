"""One value of a telegram as it was sent (EN 13757-3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Function(IntEnum):
    """What a record's value is of its kind."""

    INSTANTANEOUS = 0
    MAXIMUM = 1
    MINIMUM = 2
    AT_ERROR = 3


@dataclass(frozen=True, slots=True)
class Record:
    """One value as sent.

    Attributes:
        coding: Low half of the DIF: how the data are coded.
        function: What it is of its kind.
        storage: 0 is now, others are due dates and histories.
        tariff: 0 is the total.
        unit: Part of the meter.
        vif: What is measured: VIF and VIFEs.
        data: Low byte first.
    """

    coding: int
    function: Function
    storage: int
    tariff: int
    unit: int
    vif: bytes
    data: bytes
