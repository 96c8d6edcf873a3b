"""One repair of a trial: what was booked of a carrier, and what was really spared."""

from __future__ import annotations

import msgspec

from workorders.ledger.totals import Booking

LEAST_USE = 0.01
"""Of the cell's use: a smaller truth is no denominator (savings.md)."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A try and one carrier of it.

    Attributes:
        effect: Of the visit, as in the truth.
        said: What telemetry said of it: ``verified``, ``refused`` …, or ``not_found``.
        open_h: From onset to *done*. [h]
        rule: That found it,
        family: and what the ledger measures it as.
        carrier: Word of it; empty where nothing was booked.
        why: Why nothing was booked.
        days: Booked.
        blind: Not estimable.
        saving: Signed. [kWh, m³]
        u: Half-width, 90 %. [kWh, m³]
        truth: Spared on the same days. [kWh, m³]
        use: Of its cell on them. [kWh, m³]
        price: Of a unit. [site currency]
    """

    seed: int
    world: int
    building: str
    kind: str
    severity: float
    course: str
    effect: str
    said: str
    open_h: float
    rule: str = ""
    family: str = ""
    carrier: str = ""
    why: str = ""
    days: int = 0
    blind: int = 0
    saving: float = 0.0
    u: float = 0.0
    truth: float = 0.0
    use: float = 0.0
    price: float = 0.0

    def with_booked(self, of: Booking, *, use: float, truth: float, price: float) -> Tried:
        """With what the ledger counts of one carrier."""
        return msgspec.structs.replace(
            self, carrier=of.carrier.value, days=of.days, blind=of.blind, saving=of.saving,
            u=of.u, truth=truth, use=use, price=price,
            why="" if of.days else of.ended_why or "not_estimable",
        )  # fmt: skip

    def without(self, why: str) -> Tried:
        """With nothing booked."""
        return msgspec.structs.replace(self, why=why)

    @property
    def least(self) -> float:
        """Denominator of its error. [kWh, m³]"""
        return max(abs(self.truth), LEAST_USE * self.use)

    @property
    def error(self) -> float:
        """Signed, of the truth. [1]"""
        return (self.saving - self.truth) / self.least

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return abs(self.saving - self.truth) <= self.u
